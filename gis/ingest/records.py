"""What a file becomes: raw layers as read, then plain records with named notices. No Django, no database."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.geometry.errors import GridworkError
from gis.terms import LayerKind


class IngestError(GridworkError):
    """A file cannot be imported at all; the message names the file and what to do."""

    rule = "file.unreadable"


class Severity(StrEnum):
    """What a notice means for its row."""

    REFUSED = "refused"
    REPAIRED = "repaired"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something said about a file, or about one row and field of it.

    `row` counts from 1 as the person sees it (data rows; a CSV's header is not counted); None speaks of the whole file.
    `rule` is a stable dotted name ("code.length"); `message` is Chinese and says what to do.
    """

    rule: str
    message: str
    severity: Severity = Severity.REFUSED
    row: int | None = None
    field: str | None = None
    value: str | None = None
    area_change_m2: float | None = None


@dataclass(slots=True)
class RawLayer:
    """A layer as it stands in its file.

    `shapes` holds shapely geometries or None, in the file's own coordinates, x before y; `columns` the attributes,
    already decoded; `crs` is WKT or "EPSG:n" as declared, None when the file says nothing.
    """

    source: str
    driver: str
    columns: dict[str, list[Any]]
    shapes: NDArray[np.object_]
    rows: NDArray[np.int64]
    crs: str | None = None
    encoding: str | None = None
    encoding_reason: str = ""
    other_layers: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.shapes)

    def part(self, chosen: NDArray[np.int64]) -> "RawLayer":
        """Return the chosen positions as a layer of their own; row numbers stay, notices of other rows stay behind."""
        rows = set(self.rows[chosen].tolist())
        return replace(
            self,
            columns={name: [values[index] for index in chosen] for name, values in self.columns.items()},
            shapes=self.shapes[chosen],
            rows=self.rows[chosen],
            notices=[notice for notice in self.notices if notice.row is None or notice.row in rows],
        )


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One place as a file states it: codes in half-width digits, shape in EPSG:4490 longitude, latitude, 2-D and valid.

    `shape` is MultiPolygon for territories and compounds, Point or MultiPolygon for buildings, Point for stations and
    offices, MultiLineString for roads. `attributes` holds the kind's other fields under their model names.
    """

    row: int
    code: str
    name: str
    parent_code: str
    shape: Any
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class RecordSet:
    """A file's records with everything said about them."""

    kind: LayerKind
    source: str
    records: list[PlaceRecord]
    notices: list[Notice]
    read: int
    crs: str
    encoding: str | None
    mapping: dict[str, str]
    taken_on: date | None = None

    @property
    def refused_rows(self) -> set[int]:
        """Rows that will not be imported."""
        return {n.row for n in self.notices if n.severity is Severity.REFUSED and n.row is not None}
