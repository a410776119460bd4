"""One case with its life, the raw pieces behind it, and the accepted exceptions of a district."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gis.models import AcceptedException, Finding, RawPiece
from gis.selectors.audits.asked import GRID_DIGITS, asked_findings
from gis.selectors.audits.rows import FindingRow, finding_rows
from gis.terms import CaseState, Clarity, Novelty


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
class ExceptionRow:
    """One accepted exception; `ended_at` is None and `end_reason` "" while it holds."""

    id: int
    finding_id: int
    district_code: str
    community_code: str
    subjects: tuple[str, ...]
    reason: str
    accepted_by: str
    accepted_on: date
    expires_on: date
    ended_at: datetime | None
    ended_by: str
    end_reason: str


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

    @property
    def territory(self) -> str:
        """The code of the smallest territory that answers for the case: its community, else its district."""
        return self.row.community_code or self.district_code

    @property
    def seen_from(self) -> list[str]:
        """The territories whose people may see the case: the one that answers for it, and every grid concerned."""
        return [self.territory, *(code for code in self.row.subjects if len(code) == GRID_DIGITS)]


def finding(*, finding_id: int) -> FindingDetail | None:
    """Return one case with its life, None when there is none of this number."""
    case = Finding.objects.select_related("assigned_to").filter(id=finding_id).first()
    if case is None:
        return None
    seen = case.sightings.order_by("run__as_of", "run_id").values_list(
        "run__as_of", "novelty", "clarity", "width_m", "households"
    )
    accepted = case.exceptions.select_related("accepted_by")
    return FindingDetail(
        district_code=case.district_id,
        row=finding_rows(case.district_id, [case])[0],
        place=case.place.json,
        cut=case.cut.json if case.cut else None,
        notes=_notes(case),
        sightings=[(at, Novelty(new), Clarity(clear), width, homes) for at, new, clear, width, homes in seen],
        exceptions=[(e.accepted_on, e.expires_on, e.reason, str(e.accepted_by), e.end_reason) for e in accepted],
        pieces=pieces_of(district_code=case.district_id, compound_code=case.subjects[0]),
    )


def _notes(case: Finding) -> list[NoteRow]:
    return [
        NoteRow(
            at=note.at,
            by=str(note.by) if note.by else "",
            from_state=CaseState(note.from_state) if note.from_state else None,
            to_state=CaseState(note.to_state) if note.to_state else None,
            text=note.text,
        )
        for note in case.notes.select_related("by")
    ]


def pieces_of(*, district_code: str, compound_code: str) -> list[PieceRow]:
    """Return every raw overlap of a compound with a grid, the largest first."""
    pieces = RawPiece.objects.filter(district_id=district_code, compound_code=compound_code)
    return [
        PieceRow(p.compound_code, p.grid_code, p.area_m2, p.share, p.width_m, p.households, p.material)
        for p in pieces.order_by("-share", "grid_code")
    ]


def exceptions(
    *, district_code: str, within: Sequence[str] = (), holding: bool | None = None, limit: int = 200
) -> list[ExceptionRow]:
    """Return accepted exceptions, the newest first; with `holding` only those that hold, or only the ended ones."""
    cases = asked_findings({"district_code": district_code, "within": within, "states": list(CaseState)})
    accepted = AcceptedException.objects.filter(finding__in=cases)
    if holding is not None:
        accepted = accepted.filter(ended_at__isnull=holding)
    listed = accepted.select_related("finding", "accepted_by", "ended_by").defer("finding__place", "finding__cut")
    return [
        ExceptionRow(
            id=one.pk,
            finding_id=one.finding_id,
            district_code=one.finding.district_id,
            community_code=one.finding.community_code,
            subjects=tuple(one.finding.subjects),
            reason=one.reason,
            accepted_by=str(one.accepted_by),
            accepted_on=one.accepted_on,
            expires_on=one.expires_on,
            ended_at=one.ended_at,
            ended_by=str(one.ended_by) if one.ended_by else "",
            end_reason=one.end_reason,
        )
        for one in listed[:limit]
    ]
