"""Files as an audit takes them: any format, any frame, codes as they come; what cannot be used is told row by row.

Less strict than an import: nothing is stored, so a code may have any form, or be missing.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely import GeometryType

from gis.geometry.crs import project
from gis.geometry.findings import InvalidPlace
from gis.geometry.layers import Codes, Layer, Shapes
from gis.geometry.pieces import Bools, Ints
from gis.geometry.validity import POLYGONAL, Repair, repair_polygons
from gis.ingest.choosing import ChooseLayer
from gis.ingest.columns import FIELD_LABELS, guess_columns
from gis.ingest.frames import declared_crs, far_off_rows, frame_for, require_frame, require_single_frame
from gis.ingest.headers import heading_of, words
from gis.ingest.numbers import EXACT_FLOAT, code_text, whole_number_of
from gis.ingest.readers import read_layer
from gis.ingest.records import IngestError, Notice, RawLayer, Severity
from gis.speech import in_words
from gis.terms import GridKind, LayerKind

LAYER_MARK = "|layername="
"""Names one layer of a file that holds several, as QGIS writes it: city.gpkg|layername=grids."""

SURFACES = frozenset({LayerKind.GRID, LayerKind.COMPOUND, LayerKind.COMMUNITY})


@dataclass(slots=True)
class OpenFile:
    """One file on its way to a layer.

    `kept` are the positions of usable rows; everything said about it is in `notices`.
    """

    kind: LayerKind
    name: str
    raw: RawLayer
    crs: str
    columns: dict[str, str]
    kept: Ints
    notices: list[Notice] = field(default_factory=list)

    @property
    def shapes(self) -> Shapes:
        """The usable shapes, in the file's own frame."""
        return self.raw.shapes[self.kept]

    def values(self, about: str) -> list[Any] | None:
        """Return a field's cells of the usable rows, None where the file has no such column."""
        column = self.columns.get(about)
        cells = self.raw.columns.get(column) if column is not None else None
        return [cells[index] for index in self.kept] if cells is not None else None

    def row(self, position: int) -> int:
        """Return the row number, as the person counts, of a usable row."""
        return int(self.raw.rows[self.kept[position]])

    def tell(self, rule: str, message: str, severity: Severity, *, row: int | None = None, **more: Any) -> None:
        """Note something about the file or one of its rows."""
        self.notices.append(Notice(rule=rule, message=message, severity=severity, row=row, **more))

    def drop(self, unusable: Bools, rule: str, words_of_row: str) -> None:
        """Leave rows out, with a notice each."""
        for position in np.flatnonzero(unusable).tolist():
            row = self.row(position)
            self.tell(rule, _("第 %(row)d 行：") % {"row": row} + words_of_row, Severity.REFUSED, row=row)
        self.kept = self.kept[~unusable]


def open_file(kind: LayerKind, text: str, columns: dict[str, str]) -> OpenFile:
    """Read a file and decide its columns and frame; rows without a usable shape are left out and told.

    Parameters
    ----------
    text : path, with "|layername=…" where the file holds several layers.
    columns : {field: column} as the person named them; the others are guessed.

    Raises
    ------
    IngestError : unreadable, empty, a named column that is not there, or no usable shape left.
    WrongFrame : no frame, or coordinates that cannot be in it.
    """
    path, _mark, layer = text.partition(LAYER_MARK)
    try:
        raw = read_layer(Path(path), layer=layer or None)
    except ChooseLayer as error:
        message = _("%(said)s写法：%(path)s%(mark)s%(layer)s") % {
            "said": in_words(error.message),
            "path": path,
            "mark": LAYER_MARK,
            "layer": error.layers[0],
        }
        raise IngestError(message, rule=error.rule) from error
    name = _("%(kind)s文件“%(file)s”") % {"kind": kind.label, "file": raw.source}
    if not len(raw):
        raise IngestError(_("%(name)s中没有任何要素，请检查导出时的筛选条件。") % {"name": name}, rule="layer.empty")
    chosen = _columns(kind, raw, columns, name)
    file = OpenFile(kind, name, raw, "", chosen, np.arange(len(raw), dtype=np.int64), list(raw.notices))
    _drop_shapeless(file)
    file.crs, said = frame_for(file.shapes, declared_crs(raw.crs), None, name=name)
    file.notices += [notice for notice in said if notice.rule != "crs.taken_as_equal"]
    require_single_frame(file.shapes, name=name)
    file.drop(far_off_rows(file.shapes, file.crs), "coordinate.out_of_range", _("坐标远离其余各行，不在同一地区。"))
    require_frame(file.shapes, file.crs, name=name)
    return file


def _columns(kind: LayerKind, raw: RawLayer, named: dict[str, str], name: str) -> dict[str, str]:
    """Return {field: column}: those the person named, then those guessed."""
    for about, column in named.items():
        if column not in raw.columns:
            raise IngestError(
                _("%(name)s没有列“%(column)s”(%(about)s)；现有列：%(all)s。")
                % {
                    "name": name,
                    "column": column,
                    "about": FIELD_LABELS.get(about, about),
                    "all": "、".join(raw.columns) or _("（无属性列）"),
                },
                rule="column.unknown",
            )
    return {**guess_columns(kind, raw).mapping, **named}


_WANTED: dict[LayerKind, tuple[tuple[GeometryType, ...], str]] = {
    LayerKind.BUILDING: ((*POLYGONAL, GeometryType.POINT, GeometryType.MULTIPOINT), "面或点"),
    LayerKind.OFFICE: ((*POLYGONAL, GeometryType.POINT, GeometryType.MULTIPOINT), "点"),
    LayerKind.ROAD: ((GeometryType.LINESTRING, GeometryType.MULTILINESTRING), "线"),
}


def _drop_shapeless(file: OpenFile) -> None:
    """Leave out rows with no shape, no numbers, or the wrong type; refuse the file when nothing is left."""
    if shapely.has_z(file.raw.shapes).any():
        file.raw.shapes = np.asarray(shapely.force_2d(file.raw.shapes), dtype=object)
    wanted, said = _WANTED.get(file.kind, ((*POLYGONAL, GeometryType.GEOMETRYCOLLECTION), "面"))
    missing = shapely.is_missing(file.shapes) | shapely.is_empty(file.shapes)
    file.drop(missing, "shape.missing", _("没有图形，不参加检查。"))
    finite = np.asarray(np.isfinite(shapely.bounds(file.shapes)).all(axis=1))
    file.drop(~finite, "shape.not_finite", _("坐标不是有效数字。"))
    wrong = ~np.isin(shapely.get_type_id(file.shapes), wanted)
    if len(file.kept) and wrong.all():
        raise IngestError(
            _("%(name)s的图形都不是%(wanted)s，不能作为%(kind)s；请检查是否选错了文件或图层。")
            % {"name": file.name, "wanted": said, "kind": file.kind.label},
            rule="shape.type",
        )
    file.drop(wrong, "shape.type", _("图形不是%(wanted)s，不参加检查。") % {"wanted": said})
    if not len(file.kept):
        raise IngestError(_("%(name)s没有一行有可用的图形。") % {"name": file.name}, rule="layer.empty")


@dataclass(frozen=True, slots=True, eq=False)
class Surfaces:
    """The polygons of a file in metres: a layer for the kernel, and what goes with each place."""

    layer: Layer
    names: list[str]
    invalid: list[InvalidPlace]
    households: Ints | None
    sized: Bools | None


def surfaces_of(file: OpenFile, metric: str, accuracy_m: float) -> Surfaces:
    """Return the polygons of a file as a layer in metres; what cannot be repaired is left out and told."""
    if file.kind is LayerKind.GRID:
        _drop_cells(file)
    drawn = project(file.shapes, file.crs, metric)
    repairs = repair_polygons(drawn)
    codes = _codes(file)
    invalid = [
        InvalidPlace(str(codes[position]), drawn[position], repair.rule, repair.what)
        for position, repair in enumerate(repairs)
        if repair.shape is None
    ]
    _tell_repairs(file, repairs)
    usable = np.array([repair.shape is not None for repair in repairs], dtype=bool)
    if not usable.any():
        raise IngestError(_("%(name)s没有一个图形可以使用。") % {"name": file.name}, rule="layer.empty")
    shapes = np.empty(len(repairs), dtype=object)
    shapes[:] = [repair.shape for repair in repairs]
    file.kept = file.kept[usable]
    parents = file.values("parent")
    listed = np.array([code_text(value) for value in parents], dtype=object) if parents is not None else None
    layer = Layer(codes[usable], shapes[usable], accuracy_m, listed)
    names = [str(value).strip() if value is not None else "" for value in file.values("name") or [""] * len(layer)]
    return Surfaces(layer, names, invalid, _households(file), _sized(file))


def _tell_repairs(file: OpenFile, repairs: list[Repair]) -> None:
    for position, repair in enumerate(repairs):
        if not repair.changed or repair.rule == "shape.z_dropped":
            continue
        row = file.row(position)
        severity = Severity.REPAIRED if repair.kept_land else Severity.REFUSED
        change_m2 = round(repair.area_change_m2, 2) if repair.kept_land else None
        message = _("第 %(row)d 行：%(what)s。") % {"row": row, "what": in_words(repair.what)}
        file.tell(repair.rule, message, severity, row=row, field="shape", area_change_m2=change_m2)


def _drop_cells(file: OpenFile) -> None:
    """Leave out unit cells where a file mixes them with grids: they are another layer."""
    kinds = _kinds(file)
    cells = np.array([kind == GridKind.CELL for kind in kinds], dtype=bool)
    if cells.any() and not cells.all():
        count = int(cells.sum())
        message = _("%(name)s混有 %(count)d 个单元网格，它们是另一图层，未参加检查；请单独成文件检查。")
        file.tell("grid.kinds_mixed", message % {"name": file.name, "count": count}, Severity.WARNING, field="kind")
        file.kept = file.kept[~cells]


def _kinds(file: OpenFile) -> list[str]:
    """Return the kind of each grid; ordinary where nothing is said."""
    known = words(LayerKind.GRID, "kind") or {}
    cells = file.values("kind") or [None] * len(file.kept)
    return [known.get(heading_of(str(value)), GridKind.ORDINARY.value) for value in cells]


def _sized(file: OpenFile) -> Bools | None:
    """Return which grids a number of households is wanted of: the ordinary ones."""
    if file.kind is not LayerKind.GRID:
        return None
    return np.array([kind == GridKind.ORDINARY for kind in _kinds(file)], dtype=bool)


def _codes(file: OpenFile) -> Codes:
    """Return a unique code for each usable row: as written, else its row number; repeated ones get their row number."""
    cells = file.values("code")
    if cells is None:
        message = _("%(name)s没有编码列，以行号代替；可用选项指明编码列。现有列：%(all)s。")
        columns = "、".join(file.raw.columns) or _("（无属性列）")
        file.tell("code.column_missing", message % {"name": file.name, "all": columns}, Severity.WARNING, field="code")
        return np.array([str(file.row(position)) for position in range(len(file.kept))], dtype=object)
    codes = [code_text(value) for value in cells]
    counts = Counter(codes)
    seen: Counter[str] = Counter()
    for position, code in enumerate(codes):
        row = file.row(position)
        seen[code] += 1
        if not code:
            codes[position] = f"#{row}"
            message = _("第 %(row)d 行没有编码，以“#%(row)d”代替。") % {"row": row}
            file.tell("code.missing", message, Severity.WARNING, row=row, field="code")
        elif counts[code] > 1:
            message = _("第 %(row)d 行的编码“%(code)s”共出现 %(count)d 次；编码应唯一。")
            message %= {"row": row, "code": code, "count": counts[code]}
            file.tell("code.duplicate", message, Severity.WARNING, row=row, field="code", value=code)
            codes[position] = code if seen[code] == 1 else f"{code}#{row}"
    return np.array(codes, dtype=object)


def _households(file: OpenFile) -> Ints | None:
    """Return the households of each usable row; None where the file has no such column."""
    cells = file.values("households")
    if cells is None:
        return None
    if set(map(type, cells)) == {int} and 0 <= min(cells) <= max(cells) <= EXACT_FLOAT:
        return np.array(cells, dtype=np.int64)
    counts = np.zeros(len(cells), dtype=np.int64)
    for position, value in enumerate(cells):
        number = whole_number_of(value)
        if number is not None and number >= 0:
            counts[position] = number
        elif value is not None and str(value).strip() not in ("", "nan"):
            row = file.row(position)
            message = _("第 %(row)d 行的户数“%(value)s”不是不小于 0 的整数，按 0 计。") % {"row": row, "value": value}
            file.tell(
                "households.not_a_number", message, Severity.WARNING, row=row, field="households", value=str(value)
            )
    return counts


def points_of(file: OpenFile, metric: str) -> tuple[Shapes, Ints | None]:
    """Return a point in each usable shape, metres, with households where the file has them."""
    points = project(file.shapes, file.crs, metric).copy()
    wide = shapely.get_type_id(points) != GeometryType.POINT
    points[wide] = shapely.point_on_surface(points[wide])
    return points, _households(file)


def offices_of(file: OpenFile, metric: str) -> Layer:
    """Return community offices as points in metres, each with the community it names."""
    points, _none = points_of(file, metric)
    cells = file.values("parent")
    parents = np.array([code_text(value) for value in cells], dtype=object) if cells is not None else None
    return Layer(_codes(file), points, parents=parents)
