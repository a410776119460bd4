"""Compiled loops over edge tables: areas of overlaps without overlaying.

The area of A ∩ B needs no topology. A polygon is the signed sum of the trapezoids under its edges (an edge that runs
with its land below it adds, one with its land above it takes away), so the overlap of two polygons is the signed sum of
the overlaps of their trapezoids: for each pair of edges, the integral of the lower one over their common stretch of x.
Holes and several parts need no special care. Coordinates are taken from the corner of the two boxes' overlap, so
rounding stays near 1e-8 m² for compounds and grids.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from gis.geometry.pieces import Bools, Floats, Ints

EdgeArrays = tuple[Floats, Ints, NDArray[np.int8]]
"""Vertices, first vertices and turns of a layer, see `EdgeTable`."""

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a kernel that runs outside Python's lock; keep the machine code on disk where a place can be written."""
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no writable place for the cache: compile anew in each process
        return cast(Function, numba.njit(nogil=True)(function))


@compiled
def is_one_ring(xy: Floats, first: Ints) -> Bools:
    """Tell which shapes have one ring for certain: the first vertex comes back at the very end and not before."""
    count = len(first) - 1
    one = np.ones(count, dtype=np.bool_)
    for shape in range(count):
        start, end = first[shape], first[shape + 1]
        x, y = xy[start, 0], xy[start, 1]
        for i in range(start + 1, end - 1):
            if xy[i, 0] == x and xy[i, 1] == y:
                one[shape] = False
                break
    return one


@compiled
def measure_layer(
    xy: Floats,
    ring_first: Ints,
    first_ring: Ints,
    hole: Bools,
    turn: NDArray[np.int8],
    area: Floats,
    outline: Floats,
    boxes: Floats,
) -> None:
    """Fill in the turn of each edge and the area, outline length and box of each shape."""
    for shape in range(len(area)):
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        for ring in range(first_ring[shape], first_ring[shape + 1]):
            start, end = ring_first[ring], ring_first[ring + 1]
            x0, y0 = xy[start, 0], xy[start, 1]
            doubled, length = 0.0, 0.0
            x, y = x0, y0
            for i in range(start, end):
                u, v = xy[i, 0], xy[i, 1]
                doubled += (x - x0) * (v - y0) - (u - x0) * (y - y0)
                length += np.sqrt((u - x) * (u - x) + (v - y) * (v - y))
                west, east = u if u < west else west, u if u > east else east
                south, north = v if v < south else south, v if v > north else north
                x, y = u, v
            turn[start : end - 1] = 1 if (doubled > 0.0) != hole[ring] else -1
            area[shape] += -0.5 * abs(doubled) if hole[ring] else 0.5 * abs(doubled)
            outline[shape] += length
        boxes[shape, 0], boxes[shape, 1], boxes[shape, 2], boxes[shape, 3] = west, south, east, north


@compiled
def _put(out: Floats, count: int, x1: float, y1: float, x2: float, y2: float, sign: float) -> int:
    if x2 > x1:
        out[count, 0], out[count, 1], out[count, 2], out[count, 3] = x1, y1, x2, y2
        out[count, 4] = sign
        return count + 1
    return count


@compiled
def _put_below(
    out: Floats, count: int, x1: float, y1: float, x2: float, y2: float, sign: float, top: float
) -> tuple[int, int]:
    """Write one edge as far as it bounds land between 0 and the top; return the count, and whether it runs between."""
    if y1 >= top and y2 >= top:
        return _put(out, count, x1, top, x2, top, sign), 0
    if y1 <= 0.0 and y2 <= 0.0:
        return count, 0
    slope = (y2 - y1) / (x2 - x1)
    if y1 < 0.0:
        x1, y1 = x1 - y1 / slope, 0.0
    elif y2 < 0.0:
        x2, y2 = x1 - y1 / slope, 0.0
    if y1 > top:
        middle = x1 + (top - y1) / slope
        count = _put(out, count, x1, top, middle, top, sign)
        x1, y1 = middle, top
    elif y2 > top:
        middle = x1 + (top - y1) / slope
        count = _put(out, count, middle, top, x2, top, sign)
        x2, y2 = middle, top
    more = _put(out, count, x1, y1, x2, y2, sign)
    return more, more - count


@compiled
def _put_top(out: Floats, count: int, start: float, end: float, top: float, sign: float) -> int:
    """Write the piece of the top between the ends of a path above the box, walked from start to end."""
    if start < end:
        return _put(out, count, start, top, end, top, -sign)
    return _put(out, count, end, top, start, top, sign)


@compiled
def _within(x: float, west: float, east: float) -> float:
    """Return a place along x, seen from the west side, no farther than the sides."""
    return min(max(x, west), east) - west


@compiled
def _narrow(x1: float, y1: float, x2: float, y2: float, west: float, east: float) -> tuple[float, float, float, float]:
    """Cut an edge that runs east to what lies between west and east."""
    slope = (y2 - y1) / (x2 - x1)
    if x1 < west:
        x1, y1 = west, y1 + slope * (west - x1)
    if x2 > east:
        x2, y2 = east, y1 + slope * (east - x1)
    return x1, y1, x2, y2


@compiled
def clip(
    xy: Floats,
    turn: NDArray[np.int8],
    start: int,
    end: int,
    box: tuple[float, float, float, float],
    axis: int,
    out: Floats,
) -> tuple[int, int, float]:
    """Write the edges as they bound trapezoids inside the box, seen from its corner.

    What lies above the box becomes a piece of its top, what lies below it bounds nothing inside. With `axis` 1 the two
    axes change places (in the box too).

    Returns
    -------
    How many edges are written, how many edges run through the box itself, and the length of those in it or on its
    sides, or more.
    """
    west, south, east, north = box
    count, through, length_m = 0, 0, 0.0
    # A path above the box bounds what its two ends bound, however it runs: one piece of the top for all of it.
    above, left_at, is_at = False, 0.0, 0.0
    for i in range(start, end):
        y1 = xy[i, 1 - axis]
        y2 = xy[i + 1, 1 - axis] if turn[i] != 0 else -np.inf
        if y1 >= north and y2 >= north and not (y1 == north and y2 == north):
            if not above:
                above, left_at = True, _within(xy[i, axis], west, east)
            is_at = _within(xy[i + 1, axis], west, east)
            continue
        # An edge that runs west has its land below it when the land is on its left; mirrored, on its right.
        sign = float(turn[i - 1 if above else i]) if axis == 0 else -float(turn[i - 1 if above else i])
        if above:
            above = False
            count = _put_top(out, count, left_at, is_at, north - south, sign)
        if turn[i] == 0 or max(y1, y2) < south:
            continue
        x1, x2 = xy[i, axis], xy[i + 1, axis]
        if x1 < x2:
            sign = -sign
        else:
            x1, y1, x2, y2 = x2, y2, x1, y1
        if x2 < west or x1 > east:
            continue
        reaches_in = min(y1, y2) <= north
        if x1 == x2:
            through += reaches_in and west < x1 < east and min(y1, y2) < north and max(y1, y2) > south
            length_m += abs(y2 - y1) if reaches_in else 0.0
            continue
        x1, y1, x2, y2 = _narrow(x1, y1, x2, y2, west, east)
        if x2 <= x1:  # it only touches a side of the box
            continue
        length_m += np.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2) if reaches_in else 0.0
        count, inside = _put_below(out, count, x1 - west, y1 - south, x2 - west, y2 - south, sign, north - south)
        through += inside
    return count, through, length_m


@compiled
def flatten(edges: Floats, count: int, width: float, top: float) -> int:
    """Where no edge runs through the box, the shape fills the box or none of it: say so with one edge or none."""
    filled = 0.0
    for i in range(count):
        filled += edges[i, 4] * (edges[i, 2] - edges[i, 0])
    if filled < 0.5 * width:
        return 0
    edges[0, 0], edges[0, 1], edges[0, 2], edges[0, 3], edges[0, 4] = 0.0, top, width, top, 1.0
    return 1


@compiled
def _sum_under(ones: Floats, n: int, others: Floats, m: int) -> float:
    """Return the signed sum of the areas under both edges of each pair."""
    total = 0.0
    for i in range(n):
        x1, y1, x2, y2, sign = ones[i, 0], ones[i, 1], ones[i, 2], ones[i, 3], ones[i, 4]
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
            if d1 * d2 >= 0.0:
                part = 0.5 * (high - low) * (p1 + p2 if d1 + d2 <= 0.0 else q1 + q2)
            else:
                # The edges cross: the lower one changes.
                share = d1 / (d1 - d2)
                middle = p1 + share * (p2 - p1)
                first, last = min(p1, q1), min(p2, q2)
                part = 0.5 * (high - low) * (share * (first + middle) + (1.0 - share) * (middle + last))
            total += sign * others[j, 4] * part
    return total


@compiled
def shared_areas(
    xy: Floats,
    first: Ints,
    turn: NDArray[np.int8],
    boxes: Floats,
    whole: Floats,
    length: Floats,
    cell_xy: Floats,
    cell_first: Ints,
    cell_turn: NDArray[np.int8],
    cell_boxes: Floats,
    cell_whole: Floats,
    cell_length: Floats,
    subject: Ints,
    cell: Ints,
    area: Floats,
    outline: Floats,
) -> None:
    """Fill in the area of the overlap of each pair, in square metres, within rounding of 0 where there is none; and the
    length of its outline, or more, in metres.
    """
    longest = max(np.max(first[1:] - first[:-1]), np.max(cell_first[1:] - cell_first[:-1]))
    ones, others = np.empty((2 * longest + 2, 5)), np.empty((2 * longest + 2, 5))
    for pair in range(len(subject)):
        s, c = subject[pair], cell[pair]
        west, south = max(boxes[s, 0], cell_boxes[c, 0]), max(boxes[s, 1], cell_boxes[c, 1])
        east, north = min(boxes[s, 2], cell_boxes[c, 2]), min(boxes[s, 3], cell_boxes[c, 3])
        area[pair], outline[pair] = 0.0, 0.0
        if east <= west or north <= south:
            continue
        box = (west, south, east, north)
        width, top = east - west, north - south
        m, below, cell_side = clip(cell_xy, cell_turn, cell_first[c], cell_first[c + 1], box, 0, others)
        if below == 0:
            m = flatten(others, m, width, top)
        if m == 0:
            continue
        inside = boxes[s, 0] >= west and boxes[s, 1] >= south and boxes[s, 2] <= east and boxes[s, 3] <= north
        if below == 0 and inside:
            area[pair], outline[pair] = whole[s], length[s]
            continue
        n, cut, side = clip(xy, turn, first[s], first[s + 1], box, 0, ones)
        outline[pair] = side + cell_side
        if cut == 0:
            n = flatten(ones, n, width, top)
            holds = cell_boxes[c, 0] >= west and cell_boxes[c, 1] >= south
            if n and holds and cell_boxes[c, 2] <= east and cell_boxes[c, 3] <= north:
                area[pair], outline[pair] = cell_whole[c], cell_length[c]
                continue
        area[pair] = _sum_under(ones, n, others, m)


@compiled
def pairs_in_runs(cells: Ints, starts: Ints, asked: Ints) -> tuple[Ints, Ints, Ints]:
    """Return every pair of cells in the runs asked for, the smaller first, and the run each pair is from."""
    total = 0
    for run in asked:
        n = starts[run + 1] - starts[run]
        total += n * (n - 1) // 2
    owner = np.empty(total, dtype=np.int64)
    one, other = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    at = 0
    for run in asked:
        for i in range(starts[run], starts[run + 1]):
            for j in range(i + 1, starts[run + 1]):
                owner[at], one[at], other[at] = run, min(cells[i], cells[j]), max(cells[i], cells[j])
                at += 1
    return owner, one, other
