"""What a grid's border runs along on each of its four sides: what people mean by 东至…、南至…、西至…、北至….

A side is what is seen of the shape from that direction: along each of many parallel sight lines the outermost point. So
a bay or a step in the border does not turn the east side into a part of the south side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Layer, Shapes
from gis.geometry.pieces import Floats, Ints

SideName = Literal["east", "south", "west", "north"]
SIDES: tuple[SideName, ...] = ("east", "south", "west", "north")
"""In the order in which the extent of land is told in Chinese."""

BoundKind = Literal["road", "compound", "own_compound", "grid", "nothing"]

SIGHT_LINES = 48
"""Sight lines a side: what takes a fifth of a side is met by about ten of them."""

ROAD_REACH_M = 12.0
"""How far a border may lie from a road's centre line and still run along it: half an arterial road with its verge."""

WALL_REACH_M = 3.0
"""How far a border may lie from a compound's outline and still run along it: the stated accuracy of most layers."""

NAMED_SHARE = 0.2
"""Part of a side from which what it runs along is named."""

MOST_NAMED = 3
"""Names a side has at most."""

BESIDE_M = 1.0
"""How far beside the border the neighbour is looked for."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that a side runs along.

    Parameters
    ----------
    kind : a road; a compound outside; the grid's own compound; another grid; nothing that is known.
    code : of it, "" for nothing.
    share : part of the side, 0 to 1.
    """

    kind: BoundKind
    code: str
    share: float


Extent = dict[SideName, tuple[Bound, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The outermost points of one shape, side after side: positions, the step outwards, the side of each."""

    points: Floats
    outwards: Floats
    side: Ints


def extents_of(grids: Layer, codes: Sequence[str], *, roads: Layer, compounds: Layer) -> dict[str, Extent]:
    """Return on each side of some grids what their borders run along, from north to south or from west to east.

    Parameters
    ----------
    grids : all grids around, those asked for included; metres.
    codes : whose extent is wanted.
    roads : centre lines. compounds : outlines.
    """
    at = {str(code): position for position, code in enumerate(grids.codes)}
    seen = [_outermost(grids.shapes[at[code]]) for code in codes]
    if not seen:
        return {}
    points = np.concatenate([one.points for one in seen])
    outwards = np.concatenate([one.outwards for one in seen])
    owner = np.repeat([at[code] for code in codes], [len(one.points) for one in seen])
    kind, code = _met(points, outwards, owner, grids, roads, compounds)
    found: dict[str, Extent] = {}
    start = 0
    for asked, one in zip(codes, seen, strict=True):
        stop = start + len(one.points)
        found[asked] = {
            side: _named(kind[start:stop][one.side == n], code[start:stop][one.side == n])
            for n, side in enumerate(SIDES)
        }
        start = stop
    return found


def _outermost(shape: BaseGeometry) -> _Seen:
    """Return the outermost points of a shape on its sides, from north to south or from west to east."""
    west, south, east, north = shape.bounds
    steps = (np.arange(SIGHT_LINES) + 0.5) / SIGHT_LINES
    ys, xs = north - steps * (north - south), west + steps * (east - west)
    full = np.ones(SIGHT_LINES)
    across = shapely.bounds(shapely.intersection(shape, _lines(west * full, ys, east * full, ys)))
    along = shapely.bounds(shapely.intersection(shape, _lines(xs, south * full, xs, north * full)))
    points = [
        np.column_stack([across[:, 2], ys]),
        np.column_stack([xs, along[:, 1]]),
        np.column_stack([across[:, 0], ys]),
        np.column_stack([xs, along[:, 3]]),
    ]
    steps_out = np.array([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]])
    side = np.repeat(np.arange(len(SIDES)), SIGHT_LINES)
    together = np.concatenate(points)
    met = np.isfinite(together).all(axis=1)
    return _Seen(together[met], np.repeat(steps_out, SIGHT_LINES, axis=0)[met], side[met])


def _lines(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Shapes:
    ends = np.stack([np.column_stack([x0, y0]), np.column_stack([x1, y1])], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _met(
    points: Floats, outwards: Floats, owner: Ints, grids: Layer, roads: Layer, compounds: Layer
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return what each outermost point lies at: kind and code. A road goes before a compound, that before a grid."""
    here: Shapes = np.asarray(shapely.points(points), dtype=object)
    kind = np.full(len(points), "nothing", dtype=object)
    code = np.full(len(points), "", dtype=object)
    outside: Shapes = np.asarray(shapely.points(points + BESIDE_M * outwards), dtype=object)
    point, grid = shapely.STRtree(grids.shapes).query(outside, predicate="intersects")
    other = grid != owner[point]
    kind[point[other]], code[point[other]] = "grid", grids.codes[grid[other]]
    if len(compounds):
        point, compound = _nearest(compounds.shapes, here, WALL_REACH_M)
        beyond: Shapes = np.asarray(shapely.points(points + (WALL_REACH_M + BESIDE_M) * outwards), dtype=object)[point]
        theirs = shapely.intersects(compounds.shapes[compound], beyond)
        kind[point], code[point] = np.where(theirs, "compound", "own_compound"), compounds.codes[compound]
    if len(roads):
        point, road = _nearest(roads.shapes, here, ROAD_REACH_M)
        kind[point], code[point] = "road", roads.codes[road]
    return kind, code


def _nearest(shapes: Shapes, points: Shapes, reach_m: float) -> tuple[Ints, Ints]:
    """Return the points with a line in reach, and the nearest line of each; looked for segment by segment."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    ends = np.stack([xy[:-1], xy[1:]], axis=1)
    one_line = of[:-1] == of[1:]
    segments: Shapes = np.asarray(shapely.linestrings(ends[one_line]), dtype=object)
    point, segment = shapely.STRtree(segments).query(points, predicate="dwithin", distance=reach_m)
    order = np.lexsort((shapely.distance(points[point], segments[segment]), point))
    point, segment = point[order], segment[order]
    first = np.r_[True, point[1:] != point[:-1]] if len(point) else np.zeros(0, dtype=bool)
    return point[first].astype(np.int64), of[:-1][one_line][segment[first]].astype(np.int64)


def _named(kinds: NDArray[np.object_], codes: NDArray[np.object_]) -> tuple[Bound, ...]:
    """Return what is worth naming of one side, in the order in which it is met."""
    count = len(kinds)
    met: dict[tuple[BoundKind, str], list[int]] = {}
    for position, key in enumerate(zip(kinds.tolist(), codes.tolist(), strict=True)):
        met.setdefault(key, []).append(position)
    by_share = sorted(met, key=lambda key: -len(met[key]))
    kept = [key for key in by_share[:MOST_NAMED] if len(met[key]) >= NAMED_SHARE * count] or by_share[:1]
    kept.sort(key=lambda key: float(np.mean(met[key])))
    return tuple(Bound(kind, code, len(met[kind, code]) / count) for kind, code in kept)
