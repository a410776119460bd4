"""Questions about audits: runs, the findings table, one case, comparison, trend, figures, raw pieces."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gis.models import AcceptedException, AuditRun, Community, Compound, Finding, Grid, RawPiece, Sighting
from gis.terms import CaseState, Clarity, FindingKind, Novelty, RunKind, RunState

Order = Literal["width", "households", "newest", "place"]

ORDERS: dict[Order, tuple[str, ...]] = {
    "width": ("-width_m", "id"),
    "households": ("-households", "-width_m", "id"),
    "newest": ("-opened_at", "-width_m", "id"),
    "place": ("community_code", "kind", "subjects_key", "ordinal"),
}
"""Orders of the findings table; all are total, so that pages neither repeat nor skip a row."""

ENDING_SOON_DAYS = 30
"""Exceptions that end within this many days are counted on the first page: a month to decide."""

GRID_DIGITS = 15


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
class FindingRow:
    """One case as the findings table shows it. `names` are the subjects' names in their order, "" where unknown."""

    id: int
    kind: FindingKind
    state: CaseState
    clarity: Clarity
    novelty: Novelty
    subjects: tuple[str, ...]
    names: tuple[str, ...]
    community_code: str
    community_name: str
    width_m: float
    households: int
    evidence: dict[str, Any]
    assigned_to: str
    opened_at: datetime
    moved_at: datetime
    exception_expires_on: date | None


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Some rows of the findings table and how many there are in all."""

    total: int
    rows: list[FindingRow]


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One step of a case; `from_state` and `to_state` are None for a remark."""

    at: datetime
    by: str
    from_state: CaseState | None
    to_state: CaseState | None
    text: str


@dataclass(frozen=True, slots=True)
class PieceRow:
    """One raw overlap of a compound with a grid."""

    compound: str
    grid: str
    area_m2: float
    share: float
    width_m: float
    households: int
    material: bool


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """One case with its life. `place` and `cut` are GeoJSON geometries in longitude, latitude."""

    district_code: str
    row: FindingRow
    place: str
    cut: str | None
    notes: list[NoteRow]
    sightings: list[tuple[datetime, Novelty, Clarity, float, int]]
    exceptions: list[tuple[date, date, str, str, str]]
    """Accepted on, expires on, reason, accepted by, why it ended ("" while it holds)."""
    pieces: list[PieceRow]


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


def latest_run(*, district_code: str) -> RunRow | None:
    """Return the last finished run of a district, None before the first one."""
    run = _done(district_code).select_related("by").order_by("-as_of", "-id").first()
    return None if run is None else run_row(run)


def runs(*, district_code: str, limit: int = 20) -> list[RunRow]:
    """Return the last runs of a district, failed and running ones too, newest first."""
    newest = AuditRun.objects.filter(district_id=district_code).select_related("by").order_by("-started_at", "-id")
    return [run_row(run) for run in newest[:limit]]


def findings(
    *,
    district_code: str,
    kinds: Collection[FindingKind] = (),
    states: Collection[CaseState] = (),
    clarities: Collection[Clarity] = (),
    within: Sequence[str] = (),
    search: str = "",
    order: Order = "width",
    offset: int = 0,
    limit: int = 50,
) -> FindingPage:
    """Return a page of the findings table.

    Without `states` it holds the standing cases (all but the verified ones, exceptions included). `within` are codes of
    streets or communities, whose land a case must be in, or of grids, which it must concern; `search` is a part of a
    code or of a compound's, grid's or community's name.
    """
    chosen = Finding.objects.filter(district_id=district_code)
    chosen = chosen.filter(state__in=list(states)) if states else chosen.exclude(state=CaseState.VERIFIED)
    if kinds:
        chosen = chosen.filter(kind__in=list(kinds))
    if clarities:
        chosen = chosen.filter(clarity__in=list(clarities))
    if within:
        chosen = chosen.filter(_any(_within(code) for code in within))
    if search.strip():
        chosen = chosen.filter(_about(district_code, search.strip()))
    some = chosen.select_related("assigned_to").order_by(*ORDERS[order])[offset : offset + limit]
    return FindingPage(total=chosen.count(), rows=_finding_rows(district_code, list(some)))


def _within(code: str) -> Q:
    return Q(subjects__contains=[code]) if len(code) == GRID_DIGITS else Q(community_code__startswith=code)


def finding(*, finding_id: int) -> FindingDetail | None:
    """Return one case with its life, None when there is none of this number."""
    case = Finding.objects.select_related("assigned_to").filter(id=finding_id).first()
    if case is None:
        return None
    notes = [
        NoteRow(
            at=note.at,
            by=str(note.by) if note.by else "",
            from_state=CaseState(note.from_state) if note.from_state else None,
            to_state=CaseState(note.to_state) if note.to_state else None,
            text=note.text,
        )
        for note in case.notes.select_related("by")
    ]
    seen = case.sightings.order_by("run__as_of", "run_id").values_list(
        "run__as_of", "novelty", "clarity", "width_m", "households"
    )
    accepted = case.exceptions.select_related("accepted_by")
    return FindingDetail(
        district_code=case.district_id,
        row=_finding_rows(case.district_id, [case])[0],
        place=case.place.json,
        cut=case.cut.json if case.cut else None,
        notes=notes,
        sightings=[(at, Novelty(new), Clarity(clear), width, homes) for at, new, clear, width, homes in seen],
        exceptions=[(e.accepted_on, e.expires_on, e.reason, str(e.accepted_by), e.end_reason) for e in accepted],
        pieces=pieces_of(district_code=case.district_id, compound_code=case.subjects[0]),
    )


def comparison(*, run_id: int) -> dict[Novelty, list[FindingRow]]:
    """Return what a run said against the one before: new, known and resolved findings, the widest first."""
    sightings = Sighting.objects.filter(run=run_id).order_by("-width_m", "id")
    novelty = {finding_id: Novelty(word) for finding_id, word in sightings.values_list("finding_id", "novelty")}
    cases = Finding.objects.select_related("assigned_to").filter(id__in=novelty).order_by("-width_m", "id")
    rows: dict[Novelty, list[FindingRow]] = {word: [] for word in Novelty}
    for row in _finding_rows("", list(cases), novelty):
        rows[row.novelty].append(row)
    return rows


def trend(
    *, district_code: str, kind: FindingKind = FindingKind.COMPOUND_CROSSED, limit: int = 100
) -> list[TrendPoint]:
    """Return how many findings of a kind stood after each of the last runs, oldest first."""
    newest = _done(district_code).order_by("-as_of", "-id").values_list("id", "as_of", "standing")[:limit]
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
    run = latest_run(district_code=district_code)
    if run is None:
        return Figures(run=None)
    cases = Finding.objects.filter(district_id=district_code).values_list("state").annotate(count=Count("id"))
    soon = timezone.localdate() + timedelta(days=ENDING_SOON_DAYS)
    ending = AcceptedException.objects.filter(finding__district_id=district_code, ended_at=None, expires_on__lte=soon)
    return Figures(
        run=run,
        compounds=run.totals.get("compounds", {}),
        grids=run.totals.get("grids", {}),
        standing=run.standing,
        cases=dict(cases.order_by("state")),
        exceptions_ending_soon=ending.count(),
    )


def pieces_of(*, district_code: str, compound_code: str) -> list[PieceRow]:
    """Return every raw overlap of a compound with a grid, the largest first."""
    pieces = RawPiece.objects.filter(district_id=district_code, compound_code=compound_code).order_by(
        "-share", "grid_code"
    )
    return [
        PieceRow(p.compound_code, p.grid_code, p.area_m2, p.share, p.width_m, p.households, p.material)
        for p in pieces.order_by("-share", "grid_code")
    ]


def _done(district_code: str) -> QuerySet[AuditRun]:
    return AuditRun.objects.filter(district_id=district_code, state=RunState.DONE)


def _any(conditions: Iterable[Q]) -> Q:
    either = Q()
    for condition in conditions:
        either |= condition
    return either


def _about(district_code: str, text: str) -> Q:
    """Return the condition that a finding is about a place whose code or name holds `text`."""
    codes: list[str] = []
    for places in (
        Compound.objects.filter(district_id=district_code),
        Grid.objects.filter(code__startswith=district_code),
        Community.objects.filter(code__startswith=district_code),
    ):
        codes += places.filter(Q(name__contains=text) | Q(code__contains=text)).values_list("code", flat=True)
    return Q(subjects__overlap=codes) | Q(community_code__in=codes)


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
        cause=run.cause,
        engine=run.engine,
        geos_version=run.geos_version,
        judged=run.judged,
        new=run.new_count,
        known=run.known_count,
        resolved=run.resolved_count,
        totals=run.totals,
        standing=run.standing,
        rules=run.rules,
        reason=run.reason,
    )


def _names(district_code: str, codes: set[str]) -> dict[str, str]:
    compounds = Compound.objects.filter(code__in=codes)
    if district_code:
        compounds = compounds.filter(district_id=district_code)
    names: dict[str, str] = dict(compounds.values_list("code", "name"))
    names.update(Grid.objects.filter(code__in=codes).values_list("code", "name"))
    names.update(Community.objects.filter(code__in=codes).values_list("code", "name"))
    return names


def _finding_rows(
    district_code: str, cases: Sequence[Finding], novelty: dict[int, Novelty] | None = None
) -> list[FindingRow]:
    ids = [case.pk for case in cases]
    district_code = district_code or (cases[0].district_id if cases else "")
    if novelty is None:
        last = _done(district_code).order_by("-as_of", "-id").values("id")[:1]
        said = Sighting.objects.filter(run__in=last, finding__in=ids).values_list("finding_id", "novelty")
        novelty = {finding_id: Novelty(word) for finding_id, word in said}
    expiry = dict(
        AcceptedException.objects.filter(finding__in=ids, ended_at=None).values_list("finding_id", "expires_on")
    )
    codes = {code for case in cases for code in case.subjects} | {case.community_code for case in cases}
    names = _names(district_code, codes)
    return [
        FindingRow(
            id=case.pk,
            kind=FindingKind(case.kind),
            state=CaseState(case.state),
            clarity=Clarity(case.clarity),
            novelty=novelty.get(case.pk, Novelty.KNOWN),
            subjects=tuple(case.subjects),
            names=tuple(names.get(code, "") for code in case.subjects),
            community_code=case.community_code,
            community_name=names.get(case.community_code, ""),
            width_m=case.width_m,
            households=case.households,
            evidence=case.evidence,
            assigned_to=str(case.assigned_to) if case.assigned_to else "",
            opened_at=case.opened_at,
            moved_at=case.moved_at,
            exception_expires_on=expiry.get(case.pk),
        )
        for case in cases
    ]
