"""Compiled bound of a region's width from the land in strips across it: settles slivers without a search."""

import numpy as np
from numpy.typing import NDArray

from gis.geometry.edge_kernels import clip, compiled, flatten
from gis.geometry.pieces import Floats, Ints

MAX_STRIPS = 256
"""Strips that a region is cut into at most to bound its width."""


@compiled
def _spread(bins: Floats, step_m: float, x1: float, y1: float, x2: float, y2: float, sign: float) -> None:
    """Add the area under a stretch to the bins of equal length that it runs through."""
    slope = (y2 - y1) / (x2 - x1)
    last = min(int(x2 / step_m), len(bins) - 1)
    for k in range(min(int(x1 / step_m), last), last + 1):
        low, high = max(x1, k * step_m), x2 if k == last else min(x2, (k + 1) * step_m)
        if high > low:
            bins[k] += sign * (high - low) * (y1 + slope * (0.5 * (low + high) - x1))


@compiled
def spread_under(ones: Floats, n: int, others: Floats, m: int, bins: Floats, step_m: float, sign: float) -> None:
    """Add the signed areas under both edges of each pair to bins of equal length along x."""
    for i in range(n):
        x1, y1, x2, y2 = ones[i, 0], ones[i, 1], ones[i, 2], ones[i, 3]
        slope = (y2 - y1) / (x2 - x1)
        for j in range(m):
            u1, u2 = others[j, 0], others[j, 2]
            if u2 <= x1 or u1 >= x2:
                continue
            v1, v2 = others[j, 1], others[j, 3]
            low, high = max(x1, u1), min(x2, u2)
            tilt = (v2 - v1) / (u2 - u1)
            p1, p2 = y1 + slope * (low - x1), y1 + slope * (high - x1)
            q1, q2 = v1 + tilt * (low - u1), v1 + tilt * (high - u1)
            d1, d2 = p1 - q1, p2 - q2
            weight = sign * ones[i, 4] * others[j, 4]
            if d1 * d2 >= 0.0:
                if d1 + d2 <= 0.0:
                    _spread(bins, step_m, low, p1, high, p2, weight)
                else:
                    _spread(bins, step_m, low, q1, high, q2, weight)
                continue
            middle = low + d1 / (d1 - d2) * (high - low)
            level = y1 + slope * (middle - x1)
            if middle > low:
                _spread(bins, step_m, low, min(p1, q1), middle, level, weight)
            if high > middle:
                _spread(bins, step_m, middle, level, high, min(p2, q2), weight)


@compiled
def fullest_windows(
    xy: Floats,
    first: Ints,
    turn: NDArray[np.int8],
    cell_xy: Floats,
    cell_first: Ints,
    cell_turn: NDArray[np.int8],
    subject: Ints,
    cell: Ints,
    boxes: Floats,
    shared: bool,
    width_m: Floats,
    window_m2: Floats,
) -> None:
    """Fill in, for each pair, the most land of the region in any stretch of two strips of at least the given width.

    The strips cut the box across its longer side. A circle of that width lies in two neighbouring strips, so a region
    with less land than the circle in all of them is narrower; slivers along a line are settled by it. The region is
    the overlap, or with `shared` False the subject's land outside the cell.
    """
    longest = max(np.max(first[1:] - first[:-1]), np.max(cell_first[1:] - cell_first[:-1]))
    ones, others = np.empty((2 * longest + 2, 5)), np.empty((2 * longest + 2, 5))
    roof = np.zeros((1, 5))
    bins = np.empty(MAX_STRIPS)
    for pair in range(len(subject)):
        s, c = subject[pair], cell[pair]
        sides = boxes[pair, 2] - boxes[pair, 0], boxes[pair, 3] - boxes[pair, 1]
        axis = 0 if sides[0] >= sides[1] else 1
        box = (boxes[pair, axis], boxes[pair, 1 - axis], boxes[pair, 2 + axis], boxes[pair, 3 - axis])
        long_m, top = box[2] - box[0], box[3] - box[1]
        strips = max(min(int(long_m / width_m[pair]), MAX_STRIPS), 1)
        step_m = long_m / strips
        used = bins[:strips]
        used[:] = 0.0
        n, _, _ = clip(xy, turn, first[s], first[s + 1], box, axis, ones)
        m, through, _ = clip(cell_xy, cell_turn, cell_first[c], cell_first[c + 1], box, axis, others)
        if through == 0:
            m = flatten(others, m, long_m, top)
        spread_under(ones, n, others, m, used, step_m, 1.0 if shared else -1.0)
        if not shared:
            roof[0, 1], roof[0, 2], roof[0, 3], roof[0, 4] = top, long_m, top, 1.0
            spread_under(ones, n, roof, 1, used, step_m, 1.0)
        most = used[0]
        for k in range(strips - 1):
            most = max(most, used[k] + used[k + 1])
        window_m2[pair] = most
