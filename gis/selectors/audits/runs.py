"""Questions about audit runs: the last one, the list, the trend, the figures of the first page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from gis.models import AcceptedException, AuditRun, Finding
from gis.speech import in_words
from gis.terms import Clarity, FindingKind, RunKind, RunState

ENDING_SOON_DAYS = 30
"""Exceptions that end within this many days are counted on the first page: a month to decide."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One audit run as a page shows it. `standing` is kind → clarity → findings that stand after the run."""

    id: int
    district_code: str
    kind: RunKind
    state: RunState
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    by: str
    cause: str
    engine: str
    geos_version: str
    judged: int
    new: int
    known: int
    resolved: int
    totals: dict[str, dict[str, int]]
    standing: dict[str, dict[str, int]]
    rules: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How many findings of a kind stood after a run."""

    run_id: int
    as_of: datetime
    clear: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the first page says of a district's audit; all empty before its first run."""

    run: RunRow | None
    compounds: dict[str, int] = field(default_factory=dict)
    grids: dict[str, int] = field(default_factory=dict)
    standing: dict[str, dict[str, int]] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    exceptions_ending_soon: int = 0


def _done(district_code: str) -> QuerySet[AuditRun]:
    finished = AuditRun.objects.filter(district_id=district_code, state=RunState.DONE)
    return finished.order_by("-as_of", "-id")


def latest_run(*, district_code: str) -> RunRow | None:
    """Return the last finished run of a district, None before the first one."""
    run = _done(district_code).select_related("by").first()
    return None if run is None else run_row(run)


def latest_run_id(district_code: str) -> int | None:
    """Return the number of the last finished run of a district, None before the first one."""
    return _done(district_code).values_list("id", flat=True).first()


def runs(*, district_code: str, limit: int = 20) -> list[RunRow]:
    """Return the last runs of a district, failed and running ones too, newest first."""
    newest = AuditRun.objects.filter(district_id=district_code).select_related("by").order_by("-started_at", "-id")
    return [run_row(run) for run in newest[:limit]]


def run(*, run_id: int) -> RunRow | None:
    """Return one run, None when there is none of this number."""
    found = AuditRun.objects.select_related("by").filter(id=run_id).first()
    return None if found is None else run_row(found)


def trend(
    *, district_code: str, kind: FindingKind = FindingKind.COMPOUND_CROSSED, limit: int = 100
) -> list[TrendPoint]:
    """Return how many findings of a kind stood after each of the last runs, oldest first."""
    newest = _done(district_code).values_list("id", "as_of", "standing")[:limit]
    return [
        TrendPoint(
            run_id=run_id,
            as_of=as_of,
            clear=standing.get(kind, {}).get(Clarity.CLEAR, 0),
            doubtful=standing.get(kind, {}).get(Clarity.DOUBTFUL, 0),
        )
        for run_id, as_of, standing in reversed(newest)
    ]


def figures(*, district_code: str) -> Figures:
    """Return what the first page says of a district's audit."""
    last = latest_run(district_code=district_code)
    if last is None:
        return Figures(run=None)
    cases = Finding.objects.filter(district_id=district_code).values_list("state").annotate(count=Count("id"))
    soon = timezone.localdate() + timedelta(days=ENDING_SOON_DAYS)
    ending = AcceptedException.objects.filter(finding__district_id=district_code, ended_at=None, expires_on__lte=soon)
    return Figures(
        run=last,
        compounds=last.totals.get("compounds", {}),
        grids=last.totals.get("grids", {}),
        standing=last.standing,
        cases=dict(cases.order_by("state")),
        exceptions_ending_soon=ending.count(),
    )


def run_row(run: AuditRun) -> RunRow:
    """Return a run as pages and callers see it."""
    return RunRow(
        id=run.pk,
        district_code=run.district_id,
        kind=RunKind(run.kind),
        state=RunState(run.state),
        as_of=run.as_of,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=run.seconds,
        by=str(run.by) if run.by else "",
        cause=in_words(run.cause),
        engine=run.engine,
        geos_version=run.geos_version,
        judged=run.judged,
        new=run.new_count,
        known=run.known_count,
        resolved=run.resolved_count,
        totals=run.totals,
        standing=run.standing,
        rules=run.rules,
        reason=in_words(run.reason),
    )
