"""One noding of everything that a grid line may follow: the faces are the indivisible pieces of the district."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from gis.ingest.demo.blocks import Blocks, sides_of
from gis.ingest.demo.estates import Estates
from gis.ingest.demo.lots import Lots
from gis.ingest.demo.merging import Neighbours
from gis.ingest.demo.roles import Roles
from gis.ingest.demo.territories import BARRIER

FRONT = -1
WHOLE = 0
SLIVER_M = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Pieces of the district.

    part : WHOLE for an undivided lot; 1.. for the parts of a planted lot or for the cells that a compound holds;
        FRONT for the strip between a holding compound's walls and the middle of its roads.
    """

    shapes: NDArray[np.object_]
    lot: NDArray[np.int64]
    part: NDArray[np.int64]
    near: Neighbours


def _front_cuts(lot: Polygon, wall: Polygon) -> list[LineString]:
    """Return lines from the corners of a lot to the nearest corners of the walls: each road gets its own strip."""
    corner = shapely.get_coordinates(lot.simplify(5.0))[:-1]
    before, after = corner - np.roll(corner, 1, axis=0), np.roll(corner, -1, axis=0) - corner
    turn = np.abs((np.arctan2(*after.T[::-1]) - np.arctan2(*before.T[::-1]) + np.pi) % (2 * np.pi) - np.pi)
    spots = shapely.get_coordinates(wall)[:-1]
    cuts = []
    for x, y in corner[turn > 0.6]:
        away = np.hypot(spots[:, 0] - x, spots[:, 1] - y)
        if 5.0 < away.min() < 90.0:
            cuts.append(LineString([(x, y), spots[int(np.argmin(away))]]))
    return cuts


def make_faces(blocks: Blocks, lots: Lots, estates: Estates, roles: Roles) -> Faces:
    """Node all lines once and say for each face which lot and part it is."""
    lines: list[shapely.Geometry] = [*blocks.edges.lines, *shapely.boundary(lots.shapes)]
    for cuts in roles.lines.values():
        lines += cuts
    for compound, cells in roles.cells.items():
        lines += [cell.exterior for cell in cells]
        lines += _front_cuts(lots.shapes[estates.lot[compound]], estates.walls[compound])
    noded, shapes = _without_slivers(
        np.asarray(shapely.get_parts(shapely.line_merge(shapely.union_all(lines, grid_size=0.001))))
    )
    lot, part = _labelled(shapes, lots, estates, roles)
    left, right = sides_of(noded, shapes)
    real = (left >= 0) & (right >= 0) & (left != right)
    barrier = _barriers(noded, blocks)
    return Faces(shapes, lot, part, Neighbours(left[real], right[real], shapely.length(noded[real]), barrier[real]))


def _without_slivers(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return lines and their faces; a face too thin to stand on loses its longest side to the neighbour there."""
    while True:
        shapes = np.asarray(shapely.get_parts(shapely.polygonize(lines)))
        thin = shapes[2 * shapely.area(shapes) < SLIVER_M * shapely.length(shapes)]
        if len(thin) == 0:
            return lines, shapes
        middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        face, line = shapely.STRtree(middles).query(shapely.boundary(thin), predicate="dwithin", distance=1e-4)
        long_m = shapely.length(lines[line])
        drop = [line[face == i][np.argmax(long_m[face == i])] for i in range(len(thin))]
        lines = np.delete(lines, np.unique(drop))
        lines = np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def _labelled(
    shapes: NDArray[np.object_], lots: Lots, estates: Estates, roles: Roles
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    spot = shapely.point_on_surface(shapes)
    face, of_lot = shapely.STRtree(lots.shapes).query(spot, predicate="within")
    lot = np.full(len(shapes), -1)
    lot[face] = of_lot
    part = np.full(len(shapes), WHOLE)
    holding = {int(estates.lot[c]): cells for c, cells in roles.cells.items()}
    planted = {int(estates.lot[c]): parts for c, parts in roles.parts.items()}
    for i in np.flatnonzero(np.isin(lot, [*holding, *planted])).tolist():
        own = int(lot[i])
        pieces = holding.get(own) or planted[own]
        inside = np.flatnonzero(shapely.contains(np.array(pieces), spot[i]))
        part[i] = inside[0] + 1 if len(inside) else FRONT
    return lot, part


def _barriers(lines: NDArray[np.object_], blocks: Blocks) -> NDArray[np.float64]:
    """Return how hard each line is to cross for a grid: that of the road it lies on, almost nothing off the roads."""
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    at, edge = shapely.STRtree(blocks.edges.lines).query(middles, predicate="dwithin", distance=0.05)
    barrier = np.zeros(len(lines))
    barrier[at] = np.array([BARRIER[rank] for rank in blocks.edges.ranks])[edge]
    barrier[at[blocks.edges.rivers[edge]]] = 3.0
    return barrier
