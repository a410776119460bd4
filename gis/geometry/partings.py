"""Compounds in several parts with nothing between them that is anybody's: a gap in the layer of grids, or water.

A grid that takes such a compound whole lies in as many parts, whatever else it gets. That is how the place is today, so
it is no reason against a redraw; but somebody should look at the gap.
"""

import numpy as np
import shapely

from gis.geometry.layers import Shapes
from gis.geometry.noding import NECK_M
from gis.geometry.pieces import Ints


def cells_parted(faces: Shapes, grid: Ints, cell: Ints, cell_unit: Ints, compound: Ints) -> Ints:
    """Return (k, 2) cells of one compound's unit that only land of no grid parts, the larger one first.

    Parameters
    ----------
    faces : (n,) polygons of one noding. grid, cell : (n,) of each face; grid -1 for none.
    cell_unit : (c,) unit of each cell. compound : (m,) of each unit, -1 for none.
    """
    count = np.bincount(cell_unit, minlength=len(compound))
    found: list[tuple[int, int]] = []
    tree: shapely.STRtree | None = None
    for unit in np.flatnonzero((count > 1) & (compound >= 0)).tolist():
        tree = tree or shapely.STRtree(faces)
        found += _parted(np.flatnonzero(cell_unit == unit).tolist(), tree, grid, cell)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def place_of_parting(faces: Shapes, cell: Ints, pair: tuple[int, int]) -> tuple[float, shapely.Point]:
    """Return how far two cells lie from each other, in metres, and the point in the middle between them."""
    one, other = (shapely.coverage_union_all(faces[cell == at]) for at in pair)
    line = shapely.shortest_line(one, other)
    return float(line.length), shapely.line_interpolate_point(line, 0.5, normalized=True)


def _parted(cells: list[int], tree: shapely.STRtree, grid: Ints, cell: Ints) -> list[tuple[int, int]]:
    """Return which cells of one unit are parted so: each against the nearest of those before it."""
    shapes = {one: shapely.coverage_union_all(tree.geometries[cell == one]) for one in cells}
    order = sorted(cells, key=lambda one: (-shapes[one].area, one))
    pairs = []
    for at, other in enumerate(order[1:], start=1):
        near = min(order[:at], key=lambda one: (shapely.distance(shapes[one], shapes[other]), one))
        line = shapely.shortest_line(shapes[near], shapes[other])
        met = tree.query(line, predicate="intersects")
        between = met[(grid[met] >= 0) & ~np.isin(cell[met], (near, other))]
        crossed = shapely.length(shapely.intersection(tree.geometries[between], line))
        # Cells that meet in a point or a neck have land beside them that joins them.
        if line.length >= NECK_M and not (crossed > 0).any():
            pairs.append((near, other))
    return pairs
