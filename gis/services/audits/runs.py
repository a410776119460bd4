"""Run an audit of a district: judge its boundaries in force, write the findings, compare with the run before.

A whole run is two transactions. The first writes a RUNNING line, so that people see it; the second holds the district's
lock, judges and writes everything, or nothing. A third one notes the failure. A process that dies leaves a RUNNING line
without a lock: the next start, or the clock, marks it as failed. The audit of a change takes a blink and is one
transaction: nobody could see it running.
"""

import re
import time
from datetime import datetime, timedelta

import shapely
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gis import journal, policy
from gis.geometry.changes import Changed
from gis.geometry.errors import GridworkError
from gis.geometry.said import kept, said
from gis.models import AuditRun, ImportRecord, User
from gis.selectors import audits as selected
from gis.selectors.audits import RunRow
from gis.selectors.audits.grounds import Grounds, grounds_of, grounds_with_layers
from gis.services.audits import judging, verdicts
from gis.services.audits.basis import require_layers, unknown_district
from gis.services.audits.exceptions import expire_exceptions
from gis.services.audits.judging import Judgement
from gis.services.audits.recording import Standing, record_findings
from gis.services.audits.refusals import AuditError, AuditRunning, WrongMoment
from gis.services.followups import follow_up
from gis.terms import Action, Happening, RunKind, RunState

LOCK_CLASS = 0x6772_6964
"""Advisory locks of audits: class "grid", key the district's code."""

BY_COMMAND = said("命令行")
"""What made an audit run that was started at the server."""

BACKGROUND = "后台任务"
"""How the doer of an audit without an account is called in the journal."""

BROKEN_AFTER = timedelta(minutes=1)
"""The clock leaves younger runs alone: they may stand between their two transactions."""


def run_audit(*, district_code: str, by: User | None, at: datetime | None = None, cause: str = "") -> RunRow:
    """Audit a whole district as its boundaries stand at a moment (now unless given).

    Parameters
    ----------
    by : the account that asks; None for the platform itself (a job, the command line).
    at : not before the last run's moment and not in the future.
    cause : what made it run, for people to read.

    Raises
    ------
    NotYours : `by` may not run audits there.
    AuditRunning : another audit of the district is at work.
    NothingToAudit : the district has no grids or no compounds in force.
    WrongMoment : `at` lies before the last run, or in the future.
    """
    if by is not None:
        policy.require(by, Action.RUN_AUDIT, district_code)
    return _audit_all(district_code, by=by, cause=cause, at=at)


def audit_import(*, district_code: str, import_id: int) -> RunRow:
    """Audit what an import changed, and nothing else; the standing findings are then those of a full audit.

    An import that a full run has seen meanwhile needs no audit of its own: that run is returned. The first audit of a
    district looks at everything, and so does one after an import that left no trace of what it
    changed (buildings and offices have no dated boundaries, names and parents no dates).

    Raises
    ------
    AuditRunning, NothingToAudit
    AuditError : there is no such import ("audit.import_unknown").
    """
    record = ImportRecord.objects.filter(id=import_id).first()
    if record is None:
        raise AuditError(said("没有编号为 {id} 的导入；请核对导入记录。", id=import_id), rule="audit.import_unknown")
    covering = _covering_run(record, district_code)
    if covering is not None:
        return selected.run_row(covering)
    cause = said("导入 {file}（{id}）", file=record.file_name[:100], id=record.pk)
    changed = judging.changed_by_import(record, district_code)
    if not changed:
        return _audit_all(district_code, by=record.by, cause=cause, not_before=record.in_force_from)
    return _audit_changed(district_code, changed, by=record.by, cause=cause, not_before=record.in_force_from)


def _covering_run(record: ImportRecord, district_code: str) -> AuditRun | None:
    """Return the newest full run that has seen an import, None when there is none."""
    full = AuditRun.objects.filter(district_id=district_code, state=RunState.DONE, kind=RunKind.FULL)
    covering = full.filter(last_import__gte=record.pk, as_of__gte=record.in_force_from)
    return covering.select_related("by").order_by("-as_of", "-id").first()


def audit_neighbourhood(
    *, district_code: str, changed: Changed, by: User | None, cause: str = "", at: datetime | None = None
) -> RunRow:
    """Audit only the neighbourhood of changed places; the standing findings are then those of a full audit.

    Where the change bears on every verdict, or nothing was audited before, the whole district is audited.

    Parameters
    ----------
    changed : grids, compounds or communities as they were and as they are, longitude and latitude.

    Raises
    ------
    NotYours, AuditRunning, WrongMoment
    """
    if by is not None:
        policy.require(by, Action.RUN_AUDIT, district_code)
    return _audit_changed(district_code, changed, by=by, cause=cause, at=at)


def close_broken_runs(*, older_than: timedelta = BROKEN_AFTER) -> int:
    """Mark runs as failed whose process died; returns how many. Runs still at work hold their lock."""
    closed = 0
    before = timezone.now() - older_than
    running = AuditRun.objects.filter(state=RunState.RUNNING, started_at__lte=before)
    for district_code in running.values_list("district__code", flat=True):
        with transaction.atomic():
            if _try_lock(district_code):
                closed += _close_broken(district_code)
    return closed


def _audit_changed(
    district_code: str,
    changed: Changed,
    *,
    by: User | None,
    cause: str,
    at: datetime | None = None,
    not_before: datetime | None = None,
) -> RunRow:
    started, started_at = time.perf_counter(), timezone.now()
    try:
        with transaction.atomic():
            run = _take_turn(RunKind.INCREMENTAL, district_code, by, cause)
            grounds = _grounds(district_code, at, not_before)
            judgement = judging.judge_neighbourhood(district_code, changed, grounds)
            if judgement is not None:
                run.as_of, run.started_at = grounds.at, started_at
                _record(run, judgement, grounds)
                _finish(run, by, time.perf_counter() - started)
                return selected.run_row(run)
    except AuditError:
        raise  # refused, not failed
    except BaseException as error:
        _note_failure(district_code, by, cause, started_at, error)
        raise
    return _audit_all(district_code, by=by, cause=cause, at=at, not_before=not_before)


def _audit_all(
    district_code: str, *, by: User | None, cause: str, at: datetime | None = None, not_before: datetime | None = None
) -> RunRow:
    started = time.perf_counter()
    run = _begin(district_code, by, cause, at, not_before)
    try:
        with transaction.atomic():
            _hold(run)
            newest = _newest_import(district_code)
            grounds = grounds_with_layers(district_code, at=run.as_of)
            judgement = judging.judge(district_code, grounds)
            run.last_import_id = newest
            _record(run, judgement, grounds)
            _finish(run, by, time.perf_counter() - started)
    except BaseException as error:
        _fail(run, by, error)
        raise
    return selected.run_row(run)


def _grounds(district_code: str, at: datetime | None, not_before: datetime | None = None) -> Grounds:
    """Return what an audit rests on at the moment to judge.

    The caller holds the lock: a run that is written down as being at work is not alive.

    Parameters
    ----------
    at : the moment, now unless given. `not_before` : when to judge where that is still to come.
    """
    grounds = grounds_with_layers(district_code, at=at)
    last = grounds.last_as_of
    if at is not None and (at > grounds.now or (last is not None and at < last)):
        raise WrongMoment(
            said(
                "检查时刻 {at} 不在上一次检查（{last}）与现在之间；请另选时刻。",
                at=at.isoformat(),
                last=last.isoformat() if last else said("无"),
            )
        )
    if not_before is not None and not_before > grounds.at:
        grounds = grounds_with_layers(district_code, at=not_before)
    require_layers(district_code, grounds)
    if grounds.running:
        _close_broken(district_code)
    return grounds


def _lock_key(district_code: str) -> int:
    """Return the district's number among the locks; what cannot be a district's code has none."""
    if not re.fullmatch("[0-9]{6}", district_code):
        raise unknown_district(district_code)
    return int(district_code)


def _try_lock(district_code: str) -> bool:
    """Take the district's audit lock until the transaction ends; False when another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, _lock_key(district_code)])
        return bool(cursor.fetchone()[0])


def _take_turn(kind: RunKind, district_code: str, by: User | None, cause: str) -> AuditRun:
    """Return a run with a number of its own, not yet written, for the caller who has the district to himself now.

    The lock comes before anything is read, in a statement of its own: else one could read what stood before another
    run.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s), nextval(pg_get_serial_sequence('gridwork_auditrun', 'id'))",
            [LOCK_CLASS, _lock_key(district_code)],
        )
        mine, number = cursor.fetchone()
    if not mine:
        raise _running(district_code)
    return AuditRun(id=number, district_id=district_code, kind=kind, by=by, cause=cause)


@transaction.atomic
def _begin(
    district_code: str, by: User | None, cause: str, at: datetime | None, not_before: datetime | None
) -> AuditRun:
    run = _take_turn(RunKind.FULL, district_code, by, cause)
    run.as_of, run.started_at = _grounds(district_code, at, not_before).at, timezone.now()
    run.save(force_insert=True)
    return run


def _hold(run: AuditRun) -> None:
    """Take the lock for the work, unless another start came in between and declared this run broken."""
    if not _try_lock(run.district_id):
        raise _running(run.district_id)
    if AuditRun.objects.select_for_update().get(id=run.id).state != RunState.RUNNING:
        raise _running(run.district_id)


def _newest_import(district_code: str) -> int | None:
    """Return the newest committed import. Imports into one district commit one after the other, in order."""
    imports = ImportRecord.objects.filter(district_code__in=[district_code, ""])
    return imports.order_by("-id").values_list("id", flat=True).first()


def _running(district_code: str) -> AuditRunning:
    return AuditRunning(said("{code} 正在检查中；请稍候几秒再试。", code=district_code))


def _close_broken(district_code: str) -> int:
    """Mark the district's RUNNING runs as failed; the caller holds the lock, so nobody is at work on them."""
    now = timezone.now()
    return AuditRun.objects.filter(district_id=district_code, state=RunState.RUNNING).update(
        state=RunState.FAILED, finished_at=now, reason=said("进程中断，检查没有完成；没有写入任何结果。")
    )


def _record(run: AuditRun, judgement: Judgement, grounds: Grounds) -> None:
    """Write everything that a run saw; the caller's transaction makes it all or nothing."""
    now = timezone.now()
    if grounds.due_exceptions:
        expire_exceptions(today=timezone.localdate(run.as_of), district_code=run.district_id)
    standing = Standing.locked(run.district_id, judgement.places_concerned)
    comparison = record_findings(run, judgement.seen, standing, judgement.judged_again(standing), now=now)
    verdicts.store(run, judgement)
    run.judged = judgement.judged_count
    run.rules = judgement.basis.as_dict()
    run.engine, run.geos_version = judgement.audit.engine, shapely.geos_version_string
    run.new_count, run.known_count, run.resolved_count = comparison.new, comparison.known, comparison.resolved
    run.totals, run.standing = verdicts.count(run.district_id)


def _finish(run: AuditRun, by: User | None, seconds: float) -> None:
    run.state, run.finished_at, run.seconds = RunState.DONE, timezone.now(), seconds
    run.save(force_insert=run._state.adding)
    facts = {"run": run.pk, "kind": run.kind, "new": run.new_count, "known": run.known_count}
    journal.write(
        Happening.AUDIT_FINISHED,
        by=by,
        by_name="" if by else BACKGROUND,
        subject_kind="district",
        subject_code=run.district_id,
        district_code=run.district_id,
        summary={**facts, "resolved": run.resolved_count, "standing": run.standing},
    )
    follow_up(Happening.AUDIT_FINISHED, district_code=run.district_id)


def _note_failure(district_code: str, by: User | None, cause: str, started_at: datetime, error: BaseException) -> None:
    """Write down a run that failed before it was written down at all."""
    try:
        with transaction.atomic():
            if not _try_lock(district_code):
                return  # another one is at work, whose line is the only one that may be open
            _close_broken(district_code)
            at = grounds_of(district_code).at
            line = {"kind": RunKind.INCREMENTAL, "as_of": at, "started_at": started_at, "by": by, "cause": cause}
            _fail(AuditRun.objects.create(district_id=district_code, **line), by, error)
    except DatabaseError:
        return


def _fail(run: AuditRun, by: User | None, error: BaseException) -> None:
    """Note why a run failed. When the database is gone too, the run stays RUNNING until the next start closes it."""
    reason = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, GridworkError) and error.message.strip():
        reason = error.message
    try:
        with transaction.atomic():
            failed = AuditRun.objects.filter(id=run.id, state=RunState.RUNNING).update(
                state=RunState.FAILED, finished_at=timezone.now(), reason=reason
            )
            if failed:
                journal.write(
                    Happening.AUDIT_FAILED,
                    by=by,
                    by_name="" if by else BACKGROUND,
                    subject_kind="district",
                    subject_code=run.district_id,
                    district_code=run.district_id,
                    summary={"run": run.pk, "reason": kept(reason)},
                )
                follow_up(Happening.AUDIT_FAILED, district_code=run.district_id)
    except DatabaseError:
        return
