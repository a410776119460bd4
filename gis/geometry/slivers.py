"""Slivers: faces that two hands leave along one line. Each joins a real neighbour, so that nothing moves for it.

A sliver joins the neighbour of the *same grid* with the longest common border: then today's grids are unions of units
to the last millimetre, and a unit that stays leaves its borders alone. Only where the grid has no neighbour there, it
goes where it keeps its compound whole, else to the longest border.
"""

import numpy as np
import shapely

from gis.geometry.layers import Shapes
from gis.geometry.noding import Borders
from gis.geometry.pieces import Bools, Ints
from gis.geometry.widths import inscribed_diameters

LEAST_FACE_M2 = 30.0
"""Free land below this is no piece that anybody would reassign."""

WIDTH_TOLERANCE_M = 0.05


def narrow_faces(faces: Shapes, noise_m: float) -> Bools:
    """Tell which faces are no wider than noise, or too small to matter."""
    _, high = inscribed_diameters(faces, WIDTH_TOLERANCE_M, np.full(len(faces), noise_m))
    return np.asarray((high <= noise_m) | (shapely.area(faces) < LEAST_FACE_M2), dtype=bool)


def join_slivers(unit: Ints, grid: Ints, owner: Ints, borders: Borders) -> Ints:
    """Give every face without a unit that of a neighbour.

    Parameters
    ----------
    unit : (n,) unit of each face, -1 for slivers.
    grid : (n,) today's grid of each face, -1 where there is none.
    owner : (n,) compound inside whose walls each face lies, noise included, -1 for none.
    borders : of the faces.

    Returns
    -------
    (n,) units; a sliver that touches nothing gets a unit of its own, numbered on from the last.
    """
    joined = unit.copy()
    _join(joined, borders, grid[borders.one] == grid[borders.other])
    walls = (owner[borders.one] == owner[borders.other]) & (owner[borders.one] >= 0)
    for allowed in (walls, np.ones(len(borders), dtype=bool)):
        if _join(joined, borders, allowed):
            # What was joined across a grid line may let others follow within their own grid.
            _join(joined, borders, grid[borders.one] == grid[borders.other])
    left = np.flatnonzero(joined < 0)
    joined[left] = joined.max(initial=-1) + 1 + np.arange(len(left))
    return joined


def _join(unit: Ints, borders: Borders, allowed: Bools) -> bool:
    """Join slivers across allowed borders, from the firm faces outwards; in place. Tell whether any was joined."""
    one = np.concatenate([borders.one, borders.other])[np.tile(allowed, 2)]
    other = np.concatenate([borders.other, borders.one])[np.tile(allowed, 2)]
    length = np.tile(borders.length_m, 2)[np.tile(allowed, 2)]
    any_joined = False
    while True:
        ready = (unit[one] < 0) & (unit[other] >= 0)
        if not ready.any():
            return any_joined
        sliver, target, common = one[ready], unit[other[ready]], length[ready]
        # Borders with the same unit count together; equal lengths go to the lower unit: same input, same units.
        pairs, group = np.unique(np.column_stack([sliver, target]), axis=0, return_inverse=True)
        total = np.round(np.bincount(group.reshape(-1), weights=common), 6)
        order = np.lexsort((pairs[:, 1], -total, pairs[:, 0]))
        first = order[np.unique(pairs[order, 0], return_index=True)[1]]
        unit[pairs[first, 0]] = pairs[first, 1]
        any_joined = True
