"""Questions to the solver that take longer, and the tidying up. Names are stable: queued jobs carry them."""

import uuid

from procrastinate.contrib.django import app

from gis.services.plans.proposals import running


@app.task(name="gis.plans.solve_proposal")
def solve_proposal(*, proposal_id: str) -> None:
    """Answer a proposal that waits."""
    running.solve_proposal(proposal_id=uuid.UUID(proposal_id))


@app.periodic(cron="* * * * *")
@app.task(name="gis.plans.close_broken_proposals")
def close_broken_proposals(timestamp: int) -> int:  # noqa: ARG001 - the scheduler passes it
    """Close proposals whose worker died; returns how many."""
    return running.close_broken_proposals()


@app.periodic(cron="50 16 * * *")
@app.task(name="gis.plans.forget_looks")
def forget_looks(timestamp: int) -> int:  # noqa: ARG001
    """Delete old answers to drags; returns how many. 16:50 UTC is 00:50 in China."""
    return running.forget_looks()
