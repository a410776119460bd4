"""Shapes of one kind of place: right type, repaired where that keeps the land, in longitude and latitude."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from gis.geometry.crs import STORED, metric_frame, project
from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.geometry.validity import MIN_AREA_M2, MIN_MEAN_WIDTH_M, repair_polygon
from gis.ingest.datum import Datum, undo_shift
from gis.ingest.frames import far_off_rows, require_frame, require_single_frame, to_stored
from gis.ingest.records import Notice, Severity
from gis.terms import LayerKind

_POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING, GeometryType.LINEARRING)

ALLOWED: dict[LayerKind, tuple[int, ...]] = {
    LayerKind.DISTRICT: _POLYGONS,
    LayerKind.STREET: _POLYGONS,
    LayerKind.COMMUNITY: _POLYGONS,
    LayerKind.GRID: _POLYGONS,
    LayerKind.COMPOUND: _POLYGONS,
    LayerKind.BUILDING: (*_POLYGONS, GeometryType.POINT),
    LayerKind.STATION: (GeometryType.POINT,),
    LayerKind.OFFICE: (GeometryType.POINT,),
    LayerKind.ROAD: _LINES,
}
"""Geometry types that each kind may have."""

_TYPE_WORDS = {
    GeometryType.POINT: said("点"),
    GeometryType.MULTIPOINT: said("多点"),
    GeometryType.LINESTRING: said("线"),
    GeometryType.LINEARRING: said("线"),
    GeometryType.MULTILINESTRING: said("线"),
    GeometryType.POLYGON: said("面"),
    GeometryType.MULTIPOLYGON: said("面"),
    GeometryType.GEOMETRYCOLLECTION: said("图形集合"),
}

_M_PER_DEGREE = 111_320.0
_SAFETY = 4.0
"""How much larger than the kernel's bounds a shape must be to be passed without measuring it in metres."""


@dataclass(slots=True)
class PreparedShapes:
    """Shapes ready to be stored, None where the row is refused, with what is said about them."""

    shapes: Shapes
    notices: list[Notice] = field(default_factory=list)


def prepare_shapes(
    kind: LayerKind, shapes: Shapes, rows: NDArray[np.int64], crs: str, datum: Datum, *, name: str
) -> PreparedShapes:
    """Return a layer's shapes in EPSG:4490, each valid and of the kind's type, or refused by a notice.

    Parameters
    ----------
    shapes : as read, in `crs`, x before y, two-dimensional; None where the file has none.
    rows : row number of each, for notices.
    datum : shift to undo, only when the person has asked for it.

    Raises
    ------
    WrongFrame : the coordinates of the layer as a whole cannot be in `crs`.
    """
    prepared = PreparedShapes(shapes=_simplest(shapes))
    _refuse_missing(prepared, rows)
    _refuse_types(prepared, rows, kind)
    require_single_frame(prepared.shapes, name=name)
    _refuse_far_off(prepared, rows, crs)
    require_frame(prepared.shapes, crs, name=name)
    prepared.shapes = undo_shift(to_stored(prepared.shapes, crs), datum)
    if GeometryType.POLYGON in ALLOWED[kind]:
        _repair(prepared, rows)
    prepared.shapes = _final_type(prepared.shapes, kind)
    return prepared


def _simplest(shapes: Shapes) -> Shapes:
    """Return shapes with collections and multi-points of a single member replaced by that member."""
    plain = np.asarray(shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes.copy(), dtype=object)
    wrapped = np.isin(shapely.get_type_id(plain), (GeometryType.GEOMETRYCOLLECTION, GeometryType.MULTIPOINT))
    for index in np.flatnonzero(wrapped).tolist():
        while shapely.get_num_geometries(plain[index]) == 1 and hasattr(plain[index], "geoms"):
            plain[index] = plain[index].geoms[0]
    return plain


def _either(words: list[str]) -> str:
    """Return some words as alternatives."""
    first, *others = words
    return said("{one}或{other}", one=first, other=_either(others)) if others else first


def _refuse(prepared: PreparedShapes, index: int, row: int, rule: str, message: str, value: str | None = None) -> None:
    prepared.shapes[index] = None
    prepared.notices.append(Notice(rule=rule, message=message, row=row, field="shape", value=value))


def _refuse_missing(prepared: PreparedShapes, rows: NDArray[np.int64]) -> None:
    empty = shapely.is_missing(prepared.shapes) | shapely.is_empty(prepared.shapes)
    box = shapely.bounds(prepared.shapes)
    unfinished = ~empty & ~np.isfinite(box).all(axis=1)
    for index in np.flatnonzero(empty).tolist():
        row = int(rows[index])
        _refuse(
            prepared, index, row, "shape.missing", said("第 {row} 行没有图形；请在原图中补画，或删除该行。", row=row)
        )
    for index in np.flatnonzero(unfinished).tolist():
        row = int(rows[index])
        _refuse(prepared, index, row, "shape.not_finite", said("第 {row} 行的坐标不是有效数字；请重新导出。", row=row))


def _refuse_types(prepared: PreparedShapes, rows: NDArray[np.int64], kind: LayerKind) -> None:
    types = shapely.get_type_id(prepared.shapes)
    allowed = ALLOWED[kind]
    mended = (GeometryType.GEOMETRYCOLLECTION,) if GeometryType.POLYGON in allowed else ()
    wrong = ~np.isin(types, (*allowed, *mended, GeometryType.MISSING))
    wanted = _either(list(dict.fromkeys(_TYPE_WORDS[GeometryType(kind_of)] for kind_of in allowed)))
    for index in np.flatnonzero(wrong).tolist():
        row, found = int(rows[index]), _TYPE_WORDS.get(GeometryType(int(types[index])), said("其他图形"))
        message = said(
            "第 {row} 行是{found}，{kind}应是{wanted}；请检查该行或改选图层种类。",
            row=row,
            found=found,
            kind=kind,
            wanted=wanted,
        )
        _refuse(prepared, index, row, "shape.type", message, found)


def _refuse_far_off(prepared: PreparedShapes, rows: NDArray[np.int64], crs: str) -> None:
    for index in np.flatnonzero(far_off_rows(prepared.shapes, crs)).tolist():
        row = int(rows[index])
        centre = shapely.centroid(shapely.envelope(prepared.shapes[index]))
        where = f"{centre.x:.6g}, {centre.y:.6g}"
        message = said(
            "第 {row} 行的坐标（{where}）远离其余各行，不在同一地区；请核对坐标或删除该行。", row=row, where=where
        )
        _refuse(prepared, index, row, "coordinate.out_of_range", message, where)


def _repair(prepared: PreparedShapes, rows: NDArray[np.int64]) -> None:
    """Mend in metres, by the kernel, what is not sound; everything else is not touched."""
    suspects = np.flatnonzero(_suspect(prepared.shapes))
    if not len(suspects):
        return
    metres = metric_frame([(prepared.shapes[suspects], STORED)])
    for index in suspects.tolist():
        _repair_one(prepared, index, int(rows[index]), metres)


def _suspect(shapes: Shapes) -> NDArray[np.bool_]:
    """Say which shapes the kernel should look at: not sound, or too small to be sure in degrees."""
    polygonal = np.isin(shapely.get_type_id(shapes), _POLYGONS)
    suspect = polygonal | (shapely.get_type_id(shapes) == GeometryType.GEOMETRYCOLLECTION)
    some = shapes[polygonal]
    if not len(some):
        return suspect
    box = shapely.total_bounds(some)
    east_share = float(np.cos(np.radians((box[1] + box[3]) / 2)))
    area_m2 = shapely.area(some) * _M_PER_DEGREE**2 * east_share
    length_m = shapely.length(some) * _M_PER_DEGREE
    large = (area_m2 > MIN_AREA_M2 * _SAFETY) & (2 * area_m2 > MIN_MEAN_WIDTH_M * _SAFETY * length_m)
    suspect[polygonal] = ~(large & ~_repeats_points(some) & shapely.is_valid(some))
    return suspect


def _repeats_points(shapes: Shapes) -> NDArray[np.bool_]:
    """Say which polygons have a vertex twice in a row; where one ring ends and the next begins may count as well."""
    xy = shapely.get_coordinates(shapes)
    owner = np.repeat(np.arange(len(shapes)), shapely.get_num_coordinates(shapes))
    again = np.flatnonzero((xy[1:, 0] == xy[:-1, 0]) & (xy[1:, 1] == xy[:-1, 1]))
    repeats = np.zeros(len(shapes), dtype=bool)
    repeats[owner[again[owner[again] == owner[again + 1]]]] = True
    return repeats


def _repair_one(prepared: PreparedShapes, index: int, row: int, metres: str) -> None:
    drawn = prepared.shapes[index]
    in_metres = project(np.array([drawn], dtype=object), STORED, metres)[0]
    repair = repair_polygon(in_metres)
    if repair.shape is None:
        _refuse(prepared, index, row, repair.rule, said("第 {row} 行：{what}。", row=row, what=repair.what))
        return
    stored = _back(repair.shape, in_metres, drawn, metres) if repair.changed else drawn
    if not shapely.is_valid(stored):
        message = said("第 {row} 行换算为经纬度后图形无效（有极窄的尖角）；请在原图中简化该处后重新导出。", row=row)
        _refuse(prepared, index, row, "shape.invalid", message)
        return
    if not repair.changed:
        return
    prepared.shapes[index] = stored
    prepared.notices.append(
        Notice(
            rule=repair.rule,
            message=said(
                "第 {row} 行：{what}（面积变化 {area_change_m2:+.2f} m²）。",
                row=row,
                what=repair.what,
                area_change_m2=repair.area_change_m2,
            ),
            severity=Severity.REPAIRED,
            row=row,
            field="shape",
            area_change_m2=repair.area_change_m2,
        )
    )


def _back(mended: Any, in_metres: Any, drawn: Any, metres: str) -> Any:
    """Return a mended shape in longitude, latitude; vertices that the repair kept stay bit for bit what they were.

    Neighbours share these vertices: a round trip through the metric frame would move them by a nanometre, and the
    common edge would be one no more.
    """
    before = dict(
        zip(map(tuple, shapely.get_coordinates(in_metres)), map(tuple, shapely.get_coordinates(drawn)), strict=True)
    )
    moved = project(np.array([mended], dtype=object), metres, STORED)[0]
    pairs = zip(map(tuple, shapely.get_coordinates(mended)), map(tuple, shapely.get_coordinates(moved)), strict=True)
    return shapely.set_coordinates(moved, np.array([before.get(vertex, fresh) for vertex, fresh in pairs]))


def _final_type(shapes: Shapes, kind: LayerKind) -> Shapes:
    """Return polygons as multi-polygons and lines as multi-lines, as they are stored."""
    final = shapes.copy()
    types = shapely.get_type_id(final)
    singles = np.flatnonzero(types == GeometryType.POLYGON)
    if len(singles):
        final[singles] = shapely.multipolygons(final[singles], indices=np.arange(len(singles)))
    if kind is LayerKind.ROAD:
        lines = np.flatnonzero(np.isin(types, (GeometryType.LINESTRING, GeometryType.LINEARRING)))
        if len(lines):
            final[lines] = shapely.multilinestrings(final[lines], indices=np.arange(len(lines)))
    return final
