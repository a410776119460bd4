"""Mending of polygons that cannot be judged as drawn: only where every reading of the drawing gives the same land.

An invalid ring can be read in three ways: by crossing count (even-odd), by structure (shells bound land, holes take it
away), and by its signed area. Where the three agree but for a trifle, the land is certain and the mended shape is
taken. Where they differ (a figure-8 whose lobes are both large, a hole that reaches outside, a part inside a part),
only the person who drew it knows, and the shape is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LinearRing, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Shapes
from gis.geometry.said import listed, said

TOLERANCE_M2 = 2.0
"""Land that a repair may leave in doubt: what a vertex misplaced by the usual 1 m can twist off."""

TOLERANCE_SHARE = 0.001
"""The same as a share of the shape: 2 m² of the smallest real compounds (about 2 000 m²)."""

MIN_AREA_M2 = 1.0
"""Below this a shape is no place but a slip of the hand."""

MIN_MEAN_WIDTH_M = 0.1
"""Mean width (twice the area by the outline) below which a shape has collapsed to a line."""

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

_WORDS = {
    "Self-intersection": ("shape.self_crossing", said("边界自相交")),
    "Ring Self-intersection": ("shape.self_touching", said("边界自相接")),
    "Hole lies outside shell": ("shape.hole_outside", said("孔洞在外环之外")),
    "Holes are nested": ("shape.nested_holes", said("孔洞相互嵌套")),
    "Interior is disconnected": ("shape.split_inside", said("孔洞把图形隔断")),
    "Nested shells": ("shape.nested_parts", said("部件相互嵌套")),
    "Duplicate Rings": ("shape.duplicate_rings", said("环重复")),
    "Too few points in geometry component": ("shape.too_few_points", said("环的节点过少")),
}
"""GEOS's reasons (the text before the coordinates) → rule and Chinese words."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of one shape.

    Parameters
    ----------
    shape : valid Polygon or MultiPolygon, metres, 2-D; None when refused.
    rule : the gravest thing found ("shape.self_crossing"), "" when nothing had to be changed.
    what : Chinese words: what was changed, or why it is refused and what to do; "" when nothing was changed.
    area_change_m2 : land after minus land as drawn; 0 when refused.
    kept_land : whether the land is the same by every reading of the drawing; False exactly when refused.
    """

    shape: Polygon | MultiPolygon | None
    rule: str = ""
    what: str = ""
    area_change_m2: float = 0.0
    kept_land: bool = True

    @property
    def changed(self) -> bool:
        """Whether the shape differs from the drawing (a refused one counts)."""
        return bool(self.rule)


@dataclass(slots=True)
class _Mending:
    """A shape on its way: its parts so far, what was done, and the land as drawn."""

    parts: list[Polygon]
    steps: list[tuple[str, str]]
    drawn_m2: float = 0.0


class _Unmendable(Exception):
    """Internal: ends the mending of one shape."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(what)
        self.repair = Repair(None, rule, what, 0.0, False)


def repair_polygons(shapes: Iterable[BaseGeometry | None], *, tolerance_m2: float = TOLERANCE_M2) -> list[Repair]:
    """Return what becomes of each shape, in order; sound shapes are passed through untouched and fast.

    Parameters
    ----------
    shapes : any geometries in metres, also None.
    tolerance_m2 : land that may remain in doubt, m² (also bounded by `TOLERANCE_SHARE` of the shape).
    """
    drawn = np.asarray(list(shapes), dtype=object)
    sound = _sound(drawn)
    return [
        Repair(shape) if fine else repair_polygon(shape, tolerance_m2=tolerance_m2)
        for shape, fine in zip(drawn, sound, strict=True)
    ]


def _sound(shapes: Shapes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say which shapes need no mending at all."""
    if not len(shapes):
        return np.zeros(0, dtype=bool)
    fine = np.isin(shapely.get_type_id(shapes), POLYGONAL) & ~shapely.is_empty(shapes) & ~shapely.has_z(shapes)
    with np.errstate(invalid="ignore"):  # NaN coordinates are refused by name later
        fine[fine] = shapely.is_valid(shapes[fine])
    area, length = shapely.area(shapes), shapely.length(shapes)
    fine &= (area >= MIN_AREA_M2) & (2 * area >= MIN_MEAN_WIDTH_M * length)
    some = shapes[fine]
    fine[fine] = shapely.get_num_coordinates(shapely.remove_repeated_points(some)) == shapely.get_num_coordinates(some)
    return fine


def repair_polygon(shape: BaseGeometry | None, *, tolerance_m2: float = TOLERANCE_M2) -> Repair:
    """Return a valid shape with the same land, or a refusal that says what to do.

    Z values are dropped, parts are kept, doubled vertices and spikes removed, islands stored as holes outside the shell
    made parts. See the module for when a self-crossing shape is mended and when it is refused.

    Parameters
    ----------
    shape : any geometry in metres (areas are measured on it), or None.
    tolerance_m2 : land that may remain in doubt, m² (also bounded by `TOLERANCE_SHARE` of the shape).
    """
    try:
        mending = _opened(shape)
        parts = _without_duplicates(mending)
        mending.parts = []
        for part in parts:
            _mend_part(part, mending, tolerance_m2)
        joined = _joined(mending, tolerance_m2)
    except _Unmendable as refusal:
        return refusal.repair
    if not mending.steps:
        return Repair(joined)
    rule = mending.steps[-1][0]
    what = listed(list(dict.fromkeys(words for _, words in mending.steps)))
    return Repair(joined, rule, what, float(joined.area - mending.drawn_m2), True)


def _opened(shape: BaseGeometry | None) -> _Mending:
    """Return the polygons of a geometry, flat and without doubled vertices; refuse what holds no land at all."""
    if shape is None or shape.is_empty:
        raise _Unmendable("shape.empty", said("没有图形，请补画或删除该行"))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise _Unmendable("shape.not_finite", said("坐标不是有效数字，请重新导出"))
    steps: list[tuple[str, str]] = []
    if shape.has_z:
        steps.append(("shape.z_dropped", said("去掉高程")))
    flat = shapely.force_2d(shape)
    parts = [part for part in _leaves(flat) if isinstance(part, Polygon)]
    if not parts:
        raise _Unmendable("shape.not_polygon", said("应为面，却是{found}；请只保留面图形", found=_type_words(flat)))
    if flat.geom_type == "GeometryCollection":
        steps.append(("shape.collection", said("只取集合中的面")))
    solid = [ring for ring in map(_without_points, parts) if ring is not None]
    if sum(map(shapely.get_num_interior_rings, parts)) != sum(map(shapely.get_num_interior_rings, solid)):
        steps.append(("shape.too_few_points", said("去掉塌缩的孔洞")))
    slim = [shapely.remove_repeated_points(part) for part in solid]
    if sum(map(shapely.get_num_coordinates, slim)) < sum(map(shapely.get_num_coordinates, solid)):
        steps.append(("shape.duplicate_points", said("去掉重复节点")))
    return _Mending(slim, steps)


def _without_points(part: Polygon) -> Polygon | None:
    """Return a polygon without rings that are only a point or a line to and fro; None when its shell is."""
    if _corners(part.exterior) < 3:
        return None
    holes = [hole for hole in part.interiors if _corners(hole) >= 3]
    return part if len(holes) == len(part.interiors) else Polygon(part.exterior, holes)


def _corners(ring: LinearRing) -> int:
    """Return how many different vertices a ring has."""
    return len(np.unique(shapely.get_coordinates(ring), axis=0))


def _leaves(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return the single geometries in a geometry, collections in collections opened."""
    if not hasattr(shape, "geoms"):
        return [] if shape.is_empty else [shape]
    return [leaf for part in shape.geoms for leaf in _leaves(part)]


def _type_words(shape: BaseGeometry) -> str:
    """Return the Chinese word for the type of a geometry that is no polygon."""
    name = shape.geom_type.removeprefix("Multi")
    return {"Point": said("点"), "LineString": said("线"), "LinearRing": said("线")}.get(name, said("其他图形"))


def _without_duplicates(mending: _Mending) -> list[Polygon]:
    """Return the parts without exact repetitions of the same part, and of the same ring in a part."""
    kept: list[Polygon] = []
    seen: set[bytes] = set()
    doubled = False
    for part in mending.parts:
        rings: dict[bytes, LinearRing] = {_ring_key(ring): ring for ring in part.interiors}
        doubled |= len(rings) < len(part.interiors)
        unique = Polygon(part.exterior, list(rings.values())) if len(rings) < len(part.interiors) else part
        key = shapely.to_wkb(shapely.normalize(unique))
        doubled |= key in seen
        if key not in seen:
            seen.add(key)
            kept.append(unique)
    if doubled:
        mending.steps.append(("shape.duplicate_rings", said("去掉重复的环")))
    return kept


def _ring_key(ring: LinearRing) -> bytes:
    """Return a key that is the same for the same ring whatever its start and direction."""
    return shapely.to_wkb(shapely.normalize(Polygon(ring)))


def _mend_part(part: Polygon, mending: _Mending, tolerance_m2: float) -> None:
    """Add the land of one polygon to the mending, or refuse it."""
    if part.is_valid:
        mending.parts.append(part)
        mending.drawn_m2 += part.area
        return
    shell = _polygons(shapely.make_valid(Polygon(part.exterior), method="structure", keep_collapsed=False))
    holes = [Polygon(ring) for ring in part.interiors]
    islands = [
        hole for hole in holes if hole.is_valid and hole.area > 0 and _shared_m2(shell, hole) <= 1e-9 * hole.area
    ]
    if islands:
        mending.steps.append(("shape.hole_outside", said("把外环之外的孔洞改为独立部件")))
        mending.parts.extend(islands)
        outside = {id(hole) for hole in islands}
        part = Polygon(part.exterior, [hole.exterior for hole in holes if id(hole) not in outside])
    mending.drawn_m2 += abs(_signed_m2(part))
    mending.parts.extend([part] if part.is_valid else _mended_rings(part, mending, tolerance_m2))


def _mended_rings(part: Polygon, mending: _Mending, tolerance_m2: float) -> list[Polygon]:
    """Return the polygons of an invalid one whose three readings agree; refuse it where they do not."""
    reason = shapely.is_valid_reason(part).split("[")[0].strip()
    rule, words = _WORDS.get(reason, ("shape.invalid", said("图形无效")))
    by_structure = _polygons(shapely.make_valid(part, method="structure", keep_collapsed=False))
    by_crossings = _polygons(shapely.make_valid(part, method="linework"))
    doubt_m2 = max(
        float(shapely.symmetric_difference(by_structure, by_crossings).area),
        abs(by_structure.area - abs(_signed_m2(part))),
    )
    if doubt_m2 > _allowed_m2(by_structure.area, tolerance_m2):
        raise _Unmendable(
            rule,
            said(
                "{words}，有 {doubt_m2:.0f} m² 无法判断是否属于该图形；请在原图中改正后重新导出",
                words=words,
                doubt_m2=doubt_m2,
            ),
        )
    mending.steps.append((rule, said("修正{words}", words=words)))
    return list(by_structure.geoms)


def _allowed_m2(area_m2: float, tolerance_m2: float) -> float:
    """Return the land that may stay in doubt for a shape of this size; a collapsed one is refused elsewhere by name."""
    return min(tolerance_m2, TOLERANCE_SHARE * area_m2) if area_m2 >= MIN_AREA_M2 else tolerance_m2


def _joined(mending: _Mending, tolerance_m2: float) -> Polygon | MultiPolygon:
    """Return all parts as one valid shape; overlapping parts are merged, a part inside another is refused."""
    parts = [part for part in mending.parts if part.area > 0]
    whole: BaseGeometry = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    if parts and not whole.is_valid:
        whole = _merged(parts, mending, tolerance_m2)
    if not parts or whole.area < MIN_AREA_M2 or 2 * whole.area < MIN_MEAN_WIDTH_M * whole.length:
        raise _Unmendable(
            "shape.collapsed",
            said("图形塌缩成线或点（面积 {area:.2f} m²），请补画或删除该行", area=whole.area if parts else 0),
        )
    assert isinstance(whole, Polygon | MultiPolygon)
    return whole


def _merged(parts: list[Polygon], mending: _Mending, tolerance_m2: float) -> BaseGeometry:
    """Return the union of parts that overlap or share an edge."""
    union = _polygons(shapely.union_all(parts))
    tree = shapely.STRtree(parts)
    inner, outer = tree.query(parts, predicate="covered_by")
    nested = inner[inner != outer]
    if len(nested):
        nested_m2 = sum(parts[index].area for index in dict.fromkeys(nested.tolist()))
        if nested_m2 > _allowed_m2(union.area, tolerance_m2):
            raise _Unmendable(
                "shape.nested_parts",
                said(
                    "部件相互嵌套，无法判断其中 {nested_m2:.0f} m² 是孔洞还是重复；请改画成孔洞或删除重复部件",
                    nested_m2=nested_m2,
                ),
            )
    mending.steps.append(("shape.parts_merged", said("合并相互重叠或相邻的部件")))
    return union.geoms[0] if len(union.geoms) == 1 else union


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    """Return only the polygons of a geometry."""
    return MultiPolygon([leaf for leaf in _leaves(shape) if isinstance(leaf, Polygon)])


def _shared_m2(land: BaseGeometry, hole: Polygon) -> float:
    """Return the area common to two valid shapes, m²."""
    return float(shapely.intersection(land, hole).area)


def _signed_m2(polygon: Polygon) -> float:
    """Return the shell's area by signed sum (lobes of a figure-8 cancel) less that of the holes, m²."""
    shell_m2 = abs(_ring_m2(polygon.exterior))
    return shell_m2 - sum(abs(_ring_m2(hole)) for hole in polygon.interiors)


def _ring_m2(ring: BaseGeometry) -> float:
    """Return the signed area of a ring by the shoelace sum about its first vertex (exact for far-off origins)."""
    xy = shapely.get_coordinates(ring)
    xy = xy - xy[0]
    return float(np.sum(xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]) / 2)
