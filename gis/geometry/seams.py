"""Fit what was drawn anew to what stays as it was: the same vertices on both sides of the seam between the two.

Noding puts everything on a lattice of a millimetre and adds vertices where lines of other layers meet a border. What
stays is stored as it was before: its own vertices count, and vertices in the middle of its borders are left out.
"""

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LinearRing, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Shapes
from gis.geometry.pieces import Bools, Floats

SEAM_M = 0.002
"""How far noding may have moved a vertex, with room to spare: half a millimetre each way, twice."""


def fitted(drawn: Shapes, stays: Shapes) -> Shapes:
    """Return drawn shapes with the vertices of what stays where the two meet; unchanged where that would break one.

    Parameters
    ----------
    drawn : (n,) valid polygons in metres, the same vertices on both sides of their common borders.
    stays : (m,) polygons beside them, metres, and what `drawn` takes the place of: their vertices are kept exactly.
    """
    if not len(drawn) or not len(stays):
        return drawn
    xy = shapely.get_coordinates(drawn)
    known = shapely.get_coordinates(stays)
    away, at = cKDTree(known).query(xy, distance_upper_bound=SEAM_M)
    met = np.isfinite(away)
    moved = xy.copy()
    moved[met] = known[at[met]]
    result = shapely.set_coordinates(drawn.copy(), moved)
    thinned = _without_strays(result, moved, met, stays)
    for tried in (thinned, result):
        if bool(shapely.is_valid(tried).all()) and bool(shapely.coverage_is_valid(tried)):
            return tried
    return drawn


def _without_strays(shapes: Shapes, xy: Floats, met: Bools, stays: Shapes) -> Shapes:
    """Return shapes without the vertices that only noding put into a border with what stays."""
    _, vertex = np.unique(xy, axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    _, owner = shapely.get_coordinates(shapes, return_index=True)
    pairs = np.unique(np.column_stack([vertex, owner]), axis=0)
    alone = np.bincount(pairs[:, 0], minlength=int(vertex.max()) + 1)[vertex] == 1
    asked = np.flatnonzero(alone & ~met)
    if not len(asked):
        return shapes
    lines = shapely.boundary(stays)
    near, _ = shapely.STRtree(lines).query(shapely.points(xy[asked]), predicate="dwithin", distance=SEAM_M)
    strays = {tuple(row) for row in xy[asked[np.unique(near)]].tolist()}
    return np.array([_thinned(shape, strays) for shape in shapes], dtype=object) if strays else shapes


def _thinned(shape: BaseGeometry, strays: set[tuple[float, ...]]) -> BaseGeometry:
    parts = []
    for part in shapely.get_parts(shape):
        shell, *holes = [_ring(ring, strays) for ring in shapely.get_rings(part)]
        parts.append(Polygon(shell, holes))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _ring(ring: LinearRing, strays: set[tuple[float, ...]]) -> LinearRing:
    kept = [row for row in shapely.get_coordinates(ring)[:-1].tolist() if tuple(row) not in strays]
    return LinearRing(kept) if len(kept) >= 3 else ring
