"""Write what an audit saw into the standing cases: one statement a table, all in the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gis.models import AcceptedException, AuditRun, CaseNote, Finding, Sighting
from gis.selectors.statements import fetch_rows
from gis.services.audits.copying import copy_rows
from gis.services.audits.matching import Spot, key_of, match
from gis.terms import CaseState, Clarity, FindingKind, Novelty

SRID = 4490
BATCH = 1000
REOPENING = frozenset({CaseState.VERIFIED, CaseState.IN_FORCE})
"""States that a new sighting contradicts: the case was said to be settled, and the audit still finds it."""

UPDATED = ["subjects", "community_code", "state", "moved_at", "clarity", "width_m", "households", "evidence"]
UPDATED += ["place", "cut", "last_seen"]


_SHAPES = ("place", "cut")
_READ_COLUMNS = [field.attname for field in Finding._meta.concrete_fields if field.name not in _SHAPES]
_LOCKED = f"""
    SELECT {", ".join(field.column for field in Finding._meta.concrete_fields if field.name not in _SHAPES)},
        place::bytea, cut::bytea
    FROM gridwork_finding
    WHERE district_code = %(district)s::text
        AND (%(whole)s::bool OR subjects && %(codes)s::varchar[] OR kind = '{FindingKind.GAP.value}')
    ORDER BY id FOR UPDATE
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding of a run, in the stored frame (EPSG:4490)."""

    kind: FindingKind
    subjects: tuple[str, ...]
    clarity: Clarity
    place: BaseGeometry
    cut: BaseGeometry | None = None
    width_m: float = 0.0
    households: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)
    community_code: str = ""

    @property
    def spot(self) -> Spot:
        """What recognising it needs."""
        return Spot(key_of(self.kind, self.subjects), self.place)


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands, its shapes as stored bytes: a hundred of Django's GEOS objects cost more than the rest."""

    case: Finding
    place: bytes
    cut: bytes | None

    @classmethod
    def locked(cls, district_code: str, codes: Sequence[str] | None) -> "list[Standing]":
        """Read cases and lock them until the transaction ends: those about some places, with the gaps, or all."""
        rows = fetch_rows(_LOCKED, {"district": district_code, "whole": codes is None, "codes": list(codes or ())})
        return [cls(Finding.from_db(None, _READ_COLUMNS, row[:-2]), *row[-2:]) for row in rows]

    @property
    def spot(self) -> Spot:
        """What recognising it needs."""
        return Spot(key_of(FindingKind(self.case.kind), self.case.subjects), shapely.from_wkb(self.place))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings of a run against the cases that stood before: how many appeared, stayed and went."""

    new: int
    known: int
    resolved: int


def record_findings(
    run: AuditRun, seen: Sequence[Seen], standing: Sequence[Standing], rejudged: Sequence[bool], *, now: datetime
) -> Comparison:
    """Write findings, sightings and notes of a run.

    Parameters
    ----------
    seen : what the run found among the subjects that it judged; clear and doubtful ones.
    standing : every case of the district, verified ones too, locked.
    rejudged : for each case, whether the run judged its subject again; only then does not seeing it settle it.
    """
    cases = [one.case for one in standing]
    matching = match([one.spot for one in seen], [one.spot for one in standing])
    notes: list[CaseNote] = []
    said: list[tuple[Finding, Novelty]] = []
    changed: list[Finding] = []
    for i, j in matching.pairs:
        if _says_the_same(standing[j], seen[i]):
            said.append((cases[j], Novelty.KNOWN))
            continue
        said.append((cases[j], _see_again(cases[j], seen[i], run, now, notes)))
        changed.append(cases[j])
    ordinals = _Ordinals(cases)
    opened = [_open_case(run, seen[i], ordinals, now) for i in matching.fresh]
    said += [(finding, Novelty.NEW) for finding in opened]
    gone = [cases[j] for j in matching.absent if rejudged[j] and cases[j].state != CaseState.VERIFIED]
    _settle(gone, now, notes)
    _write(run, opened + changed, [finding for finding, _novelty in said])
    CaseNote.objects.bulk_create(notes, batch_size=BATCH)
    _write_sightings(run, [*said, *((finding, Novelty.RESOLVED) for finding in gone)])
    new = sum(novelty is Novelty.NEW for _finding, novelty in said)
    return Comparison(new=new, known=len(said) - new, resolved=len(gone))


def _write(run: AuditRun, written: Sequence[Finding], seen: Sequence[Finding]) -> None:
    """Write new and changed cases; of those that are as they were only the run that saw them last."""
    Finding.objects.bulk_create(
        written,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["district", "kind", "subjects_key", "ordinal"],
        update_fields=UPDATED,
    )
    Finding.objects.filter(id__in=[finding.pk for finding in seen]).exclude(last_seen=run).update(last_seen=run)


class _Ordinals:
    """Gives the next free number among cases of one key, retired ones included."""

    def __init__(self, cases: Iterable[Finding]) -> None:
        self._last: dict[tuple[str, str], int] = {}
        for case in cases:
            key = (case.kind, case.subjects_key)
            self._last[key] = max(self._last.get(key, 0), case.ordinal)

    def next(self, kind: str, subjects_key: str) -> int:
        number = self._last.get((kind, subjects_key), 0) + 1
        self._last[kind, subjects_key] = number
        return number


def _stored(shape: BaseGeometry | None) -> Any:
    """Return a shape as Django's model fields take it."""
    return None if shape is None else GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=SRID)


def _bytes(shape: BaseGeometry | None) -> bytes | None:
    """Return a shape as PostGIS stores it."""
    return None if shape is None else shapely.to_wkb(shapely.set_srid(shape, SRID), include_srid=True)


def _says_the_same(standing: Standing, seen: Seen) -> bool:
    """Say whether a case stands as this run sees it, so that nothing of it need be written."""
    case = standing.case
    return (
        case.state not in REOPENING
        and (case.subjects, case.community_code) == (list(seen.subjects), seen.community_code)
        and (case.clarity, case.width_m, case.households) == (seen.clarity, seen.width_m, seen.households)
        and case.evidence == seen.evidence
        and (standing.place, standing.cut) == (_bytes(seen.place), _bytes(seen.cut))
    )


def _fill(finding: Finding, seen: Seen, run: AuditRun) -> None:
    finding.subjects = list(seen.subjects)
    finding.community_code = seen.community_code
    finding.clarity = seen.clarity
    finding.width_m, finding.households = seen.width_m, seen.households
    finding.evidence = seen.evidence
    finding.place, finding.cut = _stored(seen.place), _stored(seen.cut)
    finding.last_seen = run


def _open_case(run: AuditRun, seen: Seen, ordinals: _Ordinals, now: datetime) -> Finding:
    key = key_of(seen.kind, seen.subjects)
    finding = Finding(
        district_id=run.district_id,
        kind=seen.kind,
        subjects_key=key.subjects,
        ordinal=ordinals.next(seen.kind, key.subjects),
        state=CaseState.FOUND,
        first_seen=run,
        opened_at=now,
        moved_at=now,
    )
    _fill(finding, seen, run)
    return finding


def _see_again(finding: Finding, seen: Seen, run: AuditRun, now: datetime, notes: list[CaseNote]) -> Novelty:
    _fill(finding, seen, run)
    before = CaseState(finding.state)
    if before not in REOPENING:
        return Novelty.KNOWN
    text = _("检查再次发现") if before is CaseState.VERIFIED else _("调整已生效，检查仍然发现")
    notes.append(CaseNote(finding=finding, at=now, from_state=before, to_state=CaseState.FOUND, text=text))
    finding.state, finding.moved_at = CaseState.FOUND, now
    return Novelty.NEW if before is CaseState.VERIFIED else Novelty.KNOWN


def _settle(gone: Sequence[Finding], now: datetime, notes: list[CaseNote]) -> None:
    """Move cases that the run judged and did not find to VERIFIED; their exceptions have nothing left to except."""
    for finding in gone:
        notes.append(
            CaseNote(
                finding=finding, at=now, from_state=finding.state, to_state=CaseState.VERIFIED, text=_("检查不再发现")
            )
        )
        finding.state, finding.moved_at = CaseState.VERIFIED, now
    ids = [finding.id for finding in gone]
    Finding.objects.filter(id__in=ids).update(state=CaseState.VERIFIED, moved_at=now)
    AcceptedException.objects.filter(finding_id__in=ids, ended_at=None).update(ended_at=now, end_reason=_("问题已消除"))


def _write_sightings(run: AuditRun, said: Sequence[tuple[Finding, Novelty]]) -> None:
    copy_rows(
        Sighting,
        ("run_id", "finding_id", "novelty", "clarity", "width_m", "households", "evidence"),
        (
            (run.pk, f.pk, novelty.value, str(f.clarity), f.width_m, f.households, json.dumps(f.evidence))
            for f, novelty in said
        ),
    )
