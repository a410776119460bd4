"""Carry out a plan: one transaction, one journal line, all or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.exceptions import ConnectorException

from gis import journal, policy
from gis.geometry.said import said
from gis.models import ColumnMapping, ImportRecord, User
from gis.services.followups import follow_up
from gis.services.territory.plan import DatabaseLost, ImportPlan, ImportRefused, Progress, StalePlan, first_words, quiet
from gis.services.territory.planning import edition_of, territories_of
from gis.services.territory.writing import add_places, change_places, draw, retire_places
from gis.terms import Action, Happening

CONNECTION_ERRORS = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)

LOCK_CLASS = 20491
"""Advisory locks of imports: one import at a time writes into a district."""


def commit_import(plan: ImportPlan, *, by: User | None, progress: Progress = quiet) -> ImportRecord | None:
    """Write what a plan says, all or nothing, and return the record of it; None when there is nothing to change.

    Refused rows are left out. The follow-ups (an audit of what changed) are enqueued in the same transaction.

    Raises
    ------
    NotYours : `by` may not import into these territories.
    ImportRefused : the file as a whole is refused, or the database refuses a row.
    StalePlan : the places were changed since the plan was made; make a new one.
    DatabaseLost : the connection broke; nothing was written.
    """
    if not plan.can_commit:
        raise ImportRefused(
            said("“{file}”不能导入：{why}", file=plan.file_name, why=first_words(plan.refusals))
            if plan.refusals
            else said("“{file}”没有可以导入的行。", file=plan.file_name),
            rule=plan.refusals[0].rule if plan.refusals else "rows.all_refused",
        )
    if by is not None:
        for code in _territories(plan):
            policy.require(by, Action.IMPORT_LAYER, code)
    with _refusals(plan), transaction.atomic():
        _lock(plan)
        if plan.changes_nothing:
            _remember_mapping(plan, by)
            return None
        return _write(plan, by, progress)


def _write(plan: ImportPlan, by: User | None, progress: Progress) -> ImportRecord:
    record = _record(plan, by)
    on = timezone.localdate(plan.request.in_force_from)
    progress(said("写入地点"), 0.1)
    ids = add_places(plan, on)
    change_places(plan)
    retire_places(plan, on)
    progress(said("写入边界"), 0.4)
    draw(plan, ids, record)
    _remember_mapping(plan, by)
    progress(said("核对网格不重叠"), 0.7)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    journal.write(
        Happening.BOUNDARIES_IMPORTED,
        by=by,
        subject_kind=plan.request.kind.value,
        subject_code=plan.file_name[:150],
        district_code=record.district_code,
        summary={
            "import": record.pk,
            "source": plan.request.source,
            "sha256": plan.sha256,
            "districts": plan.district_codes,
            "in_force_from": plan.request.in_force_from.isoformat(),
            **plan.counts(),
        },
    )
    for district_code in plan.district_codes:
        follow_up(
            Happening.BOUNDARIES_IMPORTED,
            district_code=district_code,
            import_id=record.pk,
            kind=plan.request.kind,
            in_force_from=plan.request.in_force_from if plan.request.in_force_from > timezone.now() else None,
        )
    progress(said("提交"), 1.0)
    return record


def _territories(plan: ImportPlan) -> list[str]:
    records = [*plan.added, *(change.record for change in plan.changed)]
    return territories_of(plan.request.kind, records, plan.district_codes, whole=bool(plan.retired))


def _lock(plan: ImportPlan) -> None:
    """Let one import at a time into a district, and refuse a plan whose places were changed since it was made."""
    with connection.cursor() as cursor:
        for code in plan.district_codes:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, int(code)])
    if edition_of(plan) != plan.edition:
        raise StalePlan(said("“{file}”试算之后，数据已被他人修改；请重新试算，核对后再提交。", file=plan.file_name))


def _record(plan: ImportPlan, by: User | None) -> ImportRecord:
    return ImportRecord.objects.create(
        kind=plan.request.kind.value,
        file_name=plan.file_name[:255],
        sha256=plan.sha256,
        source=plan.request.source,
        district_code=plan.district_codes[0] if len(plan.district_codes) == 1 else "",
        by=by,
        by_name=by.get_username() if by is not None else journal.COMMAND_LINE,
        mapping=plan.mapping,
        crs=plan.crs[:120],
        encoding=plan.encoding,
        datum=plan.request.datum,
        accuracy_m=plan.request.accuracy_m,
        counts=plan.counts(),
        in_force_from=plan.request.in_force_from,
    )


def _remember_mapping(plan: ImportPlan, by: User | None) -> None:
    """Committing confirms the mapping: the next file of this source with this header is read alike."""
    if not plan.request.source:
        return
    ColumnMapping.objects.update_or_create(
        source=plan.request.source,
        kind=plan.request.kind.value,
        header_fingerprint=plan.header_fingerprint,
        defaults={
            "mapping": plan.mapping,
            "by_name": by.get_username() if by is not None else journal.COMMAND_LINE,
        },
    )


@contextmanager
def _refusals(plan: ImportPlan) -> Iterator[None]:
    """Turn what the database says into words for a person; the transaction inside is already rolled back."""
    try:
        yield
    except (IntegrityError, psycopg.IntegrityError) as error:
        raise ImportRefused(
            said("数据库拒绝了“{file}”的内容，未写入任何数据：{why}", file=plan.file_name, why=_said(error)),
            rule="import.constraint",
        ) from error
    except (*CONNECTION_ERRORS, ConnectorException) as error:
        raise DatabaseLost(
            said("与数据库的连接中断，“{file}”未写入任何数据；请稍后重试。", file=plan.file_name)
        ) from error
    except (DatabaseError, psycopg.Error) as error:
        raise ImportRefused(
            said("数据库出错，“{file}”未写入任何数据：{why}", file=plan.file_name, why=_said(error)),
            rule="import.database",
        ) from error


def _said(error: Exception) -> str:
    """Return the database's own first line: our triggers speak Chinese and name the places."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.Error) and cause.diag.message_primary:
        return cause.diag.message_primary
    return str(error).splitlines()[0] if str(error) else type(error).__name__
