"""Cutting land by a drawn line, so that every neighbour gets the new vertices too and nothing else moves by a hair.

New vertices are not rounded to the lattice: rounding would move borders by up to half a millimetre, and with them the
land of neighbours. A vertex put into a straight border as it was computed moves it by 1e-10 m.
"""

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LinearRing, LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from gis.geometry.errors import WrongEdit
from gis.geometry.layers import Shapes
from gis.geometry.noding import LINE_TYPES
from gis.geometry.pieces import Floats, Ints
from gis.geometry.said import said
from gis.geometry.widths import polygon_parts

SNAP_M = 0.02
"""A line that passes a vertex nearer than this goes through it, and an end of it lies on a border nearer than this.

A line drawn along a border comes back from degrees with seven digits up to 8 mm beside it: nobody draws finer.
"""

ON_LINE_M = 1e-6
"""How far a computed vertex may lie from the border it stands on."""

LEAST_PART_M2 = 1.0
"""A cut that leaves less than this is a slip of the hand."""

CRUMB_M2 = 0.01
"""A face below this is rounding, not land."""

REACH_M = 0.01
"""How far short of the border an end of the line may be drawn."""

POLYGON_TYPE = 3


def parts_across(shape: BaseGeometry, line: BaseGeometry, name: str) -> Shapes:
    """Return the parts into which a line divides a shape, the largest first.

    Parameters
    ----------
    shape : Polygon or MultiPolygon. line : LineString, metres. name : what to call the shape in a refusal.

    Raises
    ------
    WrongEdit : `edit.line_invalid`, `edit.cut_misses`, `edit.cut_incomplete`, `edit.cut_sliver`.
    """
    _require_line(line)
    if not shapely.crosses(line, shape) and not shapely.within(line, shape):
        raise WrongEdit(said("所画的线没有穿过{name}，请从一侧画到另一侧", name=name), rule="edit.cut_misses")
    drawn, pinned = _fitted(_lengthened(line), shapely.get_parts(shape))
    land = with_vertices(shape, pinned)
    inside, _ = _pieces(shapely.get_parts(land), drawn)
    if len(inside) <= shapely.get_num_geometries(shape):
        raise _incomplete(shape, line, name)
    whole = _merged(inside, np.zeros(len(inside), dtype=np.int64), LEAST_PART_M2)[0]
    ordered: Shapes = whole[np.argsort(-shapely.area(whole), kind="stable")]
    if len(ordered) <= shapely.get_num_geometries(shape):
        crumb = inside[int(np.argmin(shapely.area(inside)))]
        raise WrongEdit(
            said(
                "所画的线会在{name}边上留下 {area:.2f} m² 的碎块，请沿边界或离边界远一些画",
                name=name,
                area=crumb.area,
            ),
            rule="edit.cut_sliver",
            place=_xy(shapely.point_on_surface(crumb)),
        )
    return ordered


def _incomplete(shape: BaseGeometry, line: BaseGeometry, name: str) -> WrongEdit:
    """Return the refusal of a line that does not go from border to border, with the end that lies inside."""
    ends = [end for end in _ends(line) if shapely.contains_properly(shape, end)]
    where = (
        said("线的端点（{x:.1f}，{y:.1f}）在其内部", x=ends[0].x, y=ends[0].y) if ends else said("线没有把它分成两部分")
    )
    message = said("所画的线没有贯穿{name}：{where}，请画到边界之外", name=name, where=where)
    place = _xy(ends[0]) if ends else None
    return WrongEdit(message, rule="edit.cut_incomplete", place=place)


def _xy(point: BaseGeometry) -> tuple[float, float]:
    x, y = shapely.get_coordinates(point)[0].tolist()
    return x, y


def _require_line(line: BaseGeometry) -> None:
    coordinates = shapely.get_coordinates(line)
    if shapely.get_type_id(line) != LINE_TYPES[0] or not np.isfinite(coordinates).all() or not line.length > 0:
        raise WrongEdit(said("需要一条有长度的线"), rule="edit.line_invalid")
    if not line.is_simple:
        raise WrongEdit(said("所画的线与自身相交，请重画"), rule="edit.line_invalid", place=_meets_itself(line))


def _meets_itself(line: BaseGeometry) -> tuple[float, float]:
    """Return the first place along a line at which it meets itself."""
    ends = {tuple(xy) for xy in shapely.get_coordinates(line)[[0, -1]].tolist()}
    nodes = shapely.get_coordinates([part.boundary for part in shapely.get_parts(shapely.node(line))])
    inner = [xy for xy in nodes.tolist() if tuple(xy) not in ends]
    x, y = min(inner or nodes.tolist(), key=lambda xy: line.project(Point(xy)))
    return x, y


def _ends(line: BaseGeometry) -> Shapes:
    ends: Shapes = np.asarray(shapely.points(shapely.get_coordinates(line)[[0, -1]]), dtype=object)
    return ends


def _lengthened(line: BaseGeometry) -> BaseGeometry:
    """Return the line drawn on by a centimetre at both ends."""
    xy = shapely.get_coordinates(line)
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    start = xy[0] + REACH_M * first / np.hypot(*first)
    end = xy[-1] + REACH_M * last / np.hypot(*last)
    return LineString(np.vstack([start, xy, end]))


def cut_faces(
    faces: Shapes, chosen: Ints, line: BaseGeometry, outline: BaseGeometry
) -> tuple[Shapes, Ints, BaseGeometry]:
    """Cut some faces of a tiling along a line.

    Parameters
    ----------
    faces : (n,) all faces. chosen : positions of those that may be cut. outline : the union of all faces.

    Returns
    -------
    faces, origin, outline : the new faces, each with the position of the face that it was part of, and the outline
        with the new vertices. Faces beside a cut have the new vertices too.
    """
    drawn, pinned = _fitted(_lengthened(line), faces[chosen])
    if len(pinned):
        faces, outline = _with_all(faces, pinned), with_vertices(outline, pinned)
    old = faces[chosen]
    hit = shapely.intersects(old, drawn)
    if not hit.any():
        return faces, np.arange(len(faces)), outline
    pieces, source = _merged(*_pieces(old[hit], drawn), CRUMB_M2)
    fresh = _new_vertices(old[hit], pieces)
    kept = np.setdiff1d(np.arange(len(faces)), chosen[hit])
    neighbours = _with_all(faces[kept], fresh)
    _require_clean(old[hit], pieces, neighbours)
    return (
        np.concatenate([neighbours, pieces]),
        np.concatenate([kept, chosen[hit][source]]),
        with_vertices(outline, fresh),
    )


def _fitted(drawn: BaseGeometry, old: Shapes) -> tuple[BaseGeometry, Floats]:
    """Return the line with its vertices and the borders' made one where they nearly meet.

    A vertex of the line that lies all but on a border is put on it, and the border is to get it as a vertex: else the
    point where the two cross would be computed a second time, a hair beside the first.

    Returns
    -------
    drawn, pinned : the line, and the vertices that the borders are to get.
    """
    vertices = shapely.get_coordinates(old)
    known = {tuple(xy) for xy in vertices.tolist()}
    borders = shapely.boundary(old)
    xy = _through(shapely.get_coordinates(drawn), vertices)
    pinned = []
    for i, point in enumerate(map(Point, xy)):
        if tuple(xy[i].tolist()) in known:
            continue
        away = shapely.distance(borders, point)
        at = int(np.argmin(away))
        if away[at] <= SNAP_M:
            xy[i] = _nearest_on(borders[at], xy[i])
            if tuple(xy[i].tolist()) not in known:
                pinned.append(xy[i].copy())
    doubled = np.concatenate([[False], (xy[1:] == xy[:-1]).all(axis=1)])
    return LineString(xy[~doubled]), np.array(pinned).reshape(-1, 2)


def _through(xy: Floats, vertices: Floats) -> Floats:
    """Return a line that goes through every vertex that it passes within `SNAP_M`."""
    away, at = cKDTree(vertices).query(xy, distance_upper_bound=SNAP_M)
    xy = np.where(np.isfinite(away)[:, None], vertices[np.minimum(at, len(vertices) - 1)], xy)
    xy = xy[np.concatenate([[True], (xy[1:] != xy[:-1]).any(axis=1)])]
    line = LineString(xy)
    near = np.unique(vertices[shapely.dwithin(shapely.points(vertices), line, SNAP_M)], axis=0)
    own = {tuple(row) for row in xy.tolist()}
    passed = np.array([row for row in near.tolist() if tuple(row) not in own]).reshape(-1, 2)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    met = shapely.line_locate_point(line, shapely.points(passed))
    order = np.argsort(np.concatenate([along, met]), kind="stable")
    ordered: Floats = np.vstack([xy, passed])[order]
    return ordered


def _nearest_on(border: BaseGeometry, xy: Floats) -> Floats:
    """Return the place on a border that is nearest to a point."""
    near, _ = nearest_points(border, Point(xy))
    found: Floats = shapely.get_coordinates(near)[0]
    return found


def _with_all(faces: Shapes, vertices: Floats) -> Shapes:
    """Return faces with vertices put into the borders on which they lie."""
    if not len(vertices):
        return faces
    changed = faces.copy()
    vertex, face = shapely.STRtree(faces).query(shapely.points(vertices), predicate="dwithin", distance=ON_LINE_M)
    for at in np.unique(face).tolist():
        changed[at] = with_vertices(faces[at], vertices[np.sort(vertex[face == at])])
    return changed


def _require_clean(old: Shapes, pieces: Shapes, neighbours: Shapes) -> None:
    """Refuse a cut that leaves crumbs, or borders that do not fit: a line drawn all but along an old one."""
    near = np.unique(shapely.STRtree(neighbours).query(old, predicate="intersects")[1])
    around = np.concatenate([pieces, neighbours[near]])
    lost_m2 = abs(float(shapely.area(old).sum() - shapely.area(pieces).sum()))
    if lost_m2 > CRUMB_M2 or not shapely.coverage_is_valid(around):
        raise WrongEdit(
            said("所画的线与已有界线几乎重合，切不干净；请沿该界线画，或离开它一些"), rule="edit.cut_unclean"
        )


def _pieces(old: Shapes, drawn: BaseGeometry) -> tuple[Shapes, Ints]:
    """Return what a line makes of some faces, and which of them each piece is part of."""
    noded = shapely.get_parts(shapely.union_all([*shapely.boundary(old), drawn]))
    noded = noded[np.isin(shapely.get_type_id(noded), LINE_TYPES)]
    pieces, _ = polygon_parts(np.array([shapely.polygonize(noded)], dtype=object))
    piece, source = shapely.STRtree(old).query(shapely.point_on_surface(pieces), predicate="within")
    order = np.argsort(piece)
    result: Shapes = pieces[piece[order]]
    return result, source[order].astype(np.int64)


def _merged(pieces: Shapes, source: Ints, least_m2: float) -> tuple[Shapes, Ints]:
    """Return the pieces with those below an area made one with the neighbour of the longest common border.

    Only pieces of the same source become one. A line that follows a border leaves such crumbs where the two part for a
    few centimetres; a crumb beside nothing stays.
    """
    alive, shapes = list(range(len(pieces))), pieces.copy()
    for at in np.argsort(shapely.area(pieces), kind="stable").tolist():
        if shapely.area(shapes[at]) >= least_m2:
            continue
        others = [other for other in alive if other != at and source[other] == source[at]]
        beside = shapely.length(shapely.intersection(shapes[at], shapes[others])) if others else np.zeros(0)
        if not len(beside) or beside.max() <= 0:
            continue
        heir = others[int(np.argmax(beside))]
        one = shapely.coverage_union_all([shapes[at], shapes[heir]])
        if shapely.get_type_id(one) != POLYGON_TYPE:
            continue
        shapes[heir] = one
        alive.remove(at)
    return shapes[alive], source[alive]


def _new_vertices(old: Shapes, pieces: Shapes) -> Floats:
    """Return the vertices of pieces that no old face has."""
    known = {tuple(xy) for xy in shapely.get_coordinates(old).tolist()}
    every = np.unique(shapely.get_coordinates(pieces), axis=0)
    return np.array([xy for xy in every.tolist() if tuple(xy) not in known]).reshape(-1, 2)


def with_vertices(shape: BaseGeometry, vertices: Floats) -> BaseGeometry:
    """Return a shape with some vertices put into the borders on which they lie; others are left out."""
    if not isinstance(shape, Polygon):
        return MultiPolygon([with_vertices(part, vertices) for part in shapely.get_parts(shape)])  # type: ignore[misc]
    shell, *holes = [_ring_with(ring, vertices) for ring in shapely.get_rings(shape)]
    return Polygon(shell, holes)


def _ring_with(ring: LinearRing, vertices: Floats) -> LinearRing:
    """Return a ring with the vertices that lie on it."""
    xy = shapely.get_coordinates(ring)
    start, step = xy[:-1], np.diff(xy, axis=0)
    found: dict[int, list[tuple[float, int]]] = {}
    for i, point in enumerate(vertices):
        along = np.clip(((point - start) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-30), 0.0, 1.0)
        away = np.hypot(*(start + along[:, None] * step - point).T)
        at = int(np.argmin(away))
        if away[at] <= ON_LINE_M and not (xy == point).all(axis=1).any():
            found.setdefault(at, []).append((float(along[at]), i))
    if not found:
        return ring
    rows = []
    for at in range(len(xy)):
        rows.append(xy[at])
        rows += [vertices[i] for _, i in sorted(found.get(at, []))]
    return LinearRing(np.array(rows))
