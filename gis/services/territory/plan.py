"""What an import would do: the plan that a person reads before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from shapely.geometry.base import BaseGeometry

from gis.geometry.errors import GridworkError
from gis.geometry.said import in_turn, said
from gis.ingest.datum import Datum
from gis.ingest.records import Notice, PlaceRecord, Severity
from gis.selectors.territory import Current
from gis.terms import GridKind, LayerKind

Progress = Callable[[str, float], None]
"""Told the name of a step (Chinese) and how much of the whole is done, 0-1."""


class ImportRefused(GridworkError):
    """An import cannot be committed as a whole; nothing was written."""

    rule = "import.refused"


class StalePlan(ImportRefused):
    """The places of the plan were changed after it was made."""

    rule = "import.stale"


class DatabaseLost(ImportRefused):
    """The database went away during the commit; nothing was written."""

    rule = "import.database_lost"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported and how.

    Parameters
    ----------
    kind, path : what the file holds and where it lies.
    accuracy_m : stated accuracy in metres: how far a drawn vertex may lie from its true place.
    in_force_from : the moment from which the boundaries hold (aware).
    district_code : six digits; needed for places with codes of their own unless their records name a community.
    source : who the file comes from; the column mapping is remembered under it.
    mapping : {field: column} that replaces the guess for these fields.
    crs, encoding, layer : replace what the file says or what was guessed.
    datum : shift to undo; `trust_datum` keeps the coordinates although they look shifted or misplaced.
    retire_missing : retire the places of the district that the file does not hold.
    settle_overlaps : let overlaps of grids no wider than digitising noise be cut away; every change is listed.
    grid_kind : kind of grids that do not say theirs.
    """

    kind: LayerKind
    path: Path
    accuracy_m: float
    in_force_from: datetime
    district_code: str = ""
    source: str = ""
    mapping: dict[str, str] | None = None
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    datum: Datum = "as_is"
    trust_datum: bool = False
    retire_missing: bool = False
    settle_overlaps: bool = False
    grid_kind: GridKind = GridKind.ORDINARY


@dataclass(slots=True)
class Change:
    """A place that the file states differently: new values of its fields, and whether its shape is new."""

    record: PlaceRecord
    current: Current
    fields: dict[str, Any]
    redrawn: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A refused row as its file has it; `shape` is EPSG:4490 longitude, latitude, or None when it has no place."""

    code: str
    shape: BaseGeometry | None


@dataclass(slots=True)
class ImportPlan:
    """A dry run's result; `services.territory.commit_import` carries it out.

    `edition` is a fingerprint of the places compared with: a plan is committed on no other.
    """

    request: ImportRequest
    file_name: str
    sha256: str
    district_codes: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    mapping_reasons: dict[str, str] = field(default_factory=dict)
    header_fingerprint: str = ""
    crs: str = ""
    encoding: str = ""
    encoding_reason: str = ""
    datum_words: str = ""
    read: int = 0
    notices: list[Notice] = field(default_factory=list)
    added: list[PlaceRecord] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    retired: list[Current] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left_out: dict[int, LeftOut] = field(default_factory=dict)
    edition: str = ""

    def for_district(self, code: str, *, read: int) -> Self:
        """Return the beginning of a plan for those rows of the file that belong to one district; nothing compared."""
        return replace(
            self,
            request=replace(self.request, district_code=code),
            read=read,
            notices=list(self.notices),
            added=[],
            changed=[],
            retired=[],
            missing=[],
        )

    @property
    def refused_rows(self) -> set[int]:
        """Rows that will not be imported."""
        return {n.row for n in self.notices if n.severity is Severity.REFUSED and n.row is not None}

    @property
    def refusals(self) -> list[Notice]:
        """Why the file as a whole cannot be imported; empty when it can."""
        return [n for n in self.notices if n.severity is Severity.REFUSED and n.row is None]

    @property
    def changes_nothing(self) -> bool:
        """Whether everything in the file is already in force."""
        return not (self.added or self.changed or self.retired)

    @property
    def can_commit(self) -> bool:
        """Whether a commit would be accepted: no refusal of the whole, and at least one row that can be imported."""
        return not self.refusals and bool(self.added or self.changed or self.retired or self.unchanged)

    def counts(self) -> dict[str, int]:
        """Return the figures of the dry run."""
        return {
            "read": self.read,
            "refused": len(self.refused_rows),
            "repaired": sum(n.severity is Severity.REPAIRED for n in self.notices),
            "warnings": sum(n.severity is Severity.WARNING for n in self.notices),
            "added": len(self.added),
            "changed": len(self.changed),
            "redrawn": sum(change.redrawn for change in self.changed),
            "unchanged": self.unchanged,
            "retired": len(self.retired),
            "missing": len(self.missing),
        }

    def refuse(
        self, rule: str, message: str, *, row: int | None = None, field: str | None = None, value: str = ""
    ) -> None:
        """Add a refusal of a row, or of the whole file when no row is named."""
        self.notices.append(Notice(rule=rule, message=message, row=row, field=field, value=value or None))

    def warn(self, rule: str, message: str, *, row: int | None = None, field: str | None = None) -> None:
        """Add a warning."""
        self.notices.append(Notice(rule=rule, message=message, severity=Severity.WARNING, row=row, field=field))

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain data for a report (JSON): figures, how the file was read, notices, changes."""
        request = self.request
        return {
            "kind": request.kind.value,
            "file": self.file_name,
            "sha256": self.sha256,
            "source": request.source,
            "districts": self.district_codes,
            "in_force_from": request.in_force_from.isoformat(),
            "accuracy_m": request.accuracy_m,
            "crs": self.crs,
            "encoding": self.encoding,
            "encoding_reason": self.encoding_reason,
            "datum": request.datum,
            "datum_check": self.datum_words,
            "mapping": self.mapping,
            "mapping_reasons": self.mapping_reasons,
            "can_commit": self.can_commit,
            "summary": self.counts(),
            "added": [record.code for record in self.added],
            "changed": [
                {"code": change.record.code, "fields": sorted(change.fields), "redrawn": change.redrawn}
                for change in self.changed
            ],
            "retired": [current.code for current in self.retired],
            "missing": self.missing,
            "notices": [notice_as_dict(notice) for notice in self.notices],
        }


def notice_as_dict(notice: Notice) -> dict[str, Any]:
    """Return a notice as plain data."""
    return {
        "row": notice.row,
        "field": notice.field,
        "value": notice.value,
        "severity": notice.severity.value,
        "rule": notice.rule,
        "message": notice.message,
        "area_change_m2": notice.area_change_m2,
    }


def quiet(_step: str, _done: float) -> None:
    """Show no progress."""


def first_words(refusals: list[Notice], limit: int = 3) -> str:
    """Return the first refusals as one sentence."""
    words = in_turn([notice.message for notice in refusals[:limit]])
    return words if len(refusals) <= limit else said("{words}；等 {n} 项", words=words, n=len(refusals))
