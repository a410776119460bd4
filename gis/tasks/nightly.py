"""Work by the clock. Times of day are UTC (the scheduler's frame): 16:10 is 00:10 in China."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

from gis.services.audits import exceptions, runs


@app.periodic(cron="10 16 * * *")
@app.task(name="gis.nightly.expire_exceptions")
def expire_exceptions(timestamp: int) -> int:  # noqa: ARG001 - the scheduler passes it
    """Open every case again whose exception has reached its day; returns how many."""
    return len(exceptions.expire_exceptions())


@app.periodic(cron="*/5 * * * *")
@app.task(name="gis.nightly.pick_up_broken_work", pass_context=True)
async def pick_up_broken_work(context: JobContext, timestamp: int) -> int:  # noqa: ARG001
    """Queue the jobs again whose worker died; returns how many. An audit may be repeated: it writes all or nothing."""
    jobs = context.app.job_manager
    stalled = list(await jobs.get_stalled_jobs())
    for job in stalled:
        await jobs.retry_job(job)
    return len(stalled)


@app.periodic(cron="3-59/5 * * * *")
@app.task(name="gis.nightly.close_broken_runs")
def close_broken_runs(timestamp: int) -> int:  # noqa: ARG001
    """Mark audits as failed whose process died; returns how many."""
    return runs.close_broken_runs()
