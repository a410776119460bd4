"""Compiled search for the largest circle in land bounded by several polygons, without cutting that land out.

The largest circle that fits into A ∩ B around a point inside both has the distance to the nearest edge of either as its
radius; into A ∖ B likewise, around a point inside A and outside B. So the signed distances to the polygons' own edges
are enough. Squares that may hold the best centre are quartered; a square with centre value d and half diagonal r holds
no centre better than d + r. Each quarter looks only at the edges that can matter inside it.
"""

import numpy as np
from numpy.typing import NDArray

from gis.geometry.edge_kernels import EdgeArrays, compiled
from gis.geometry.edge_offsets import FINE, widest
from gis.geometry.edge_scans import FEW, MANY, is_narrow
from gis.geometry.pieces import Floats, Ints

MAX_CELLS = 60
"""Cells that one search can bound a region by: their insides are kept in the bits of one number."""

LOOKS_TO_COMPARE, LOOKS_TO_MEASURE = 48, 400
"""Places that one search looks at before it gives up: wide land is settled by then, long and thin land would take
millions. What the search has found by then is where the curves around the outline (`edge_offsets`) begin."""

REACH_M = 1e-3
"""How far beyond the box edges are needed where only circles are looked for: none that fits reaches out of it."""

_TILES = 32
_LEVELS = 64


@compiled
def _take_edges(
    table: EdgeArrays,
    shape: int,
    box: tuple[float, float, float, float],
    reach_m: float,
    polygon: int,
    land: int,
    edges: Floats,
    owner: NDArray[np.int8],
    side_of: NDArray[np.int8],
    follows: NDArray[np.int32],
    count: int,
) -> tuple[int, int]:
    """Append the edges that matter to points in the box; return the new count, and whether the others put the box in.

    Edges within reach are needed for distances; edges to the east of the box only to tell inside from outside.
    """
    xy, first, turn = table
    west, south, east, north = box
    inside = 0
    opening, before, fresh = -1, -1, True
    for i in range(first[shape], first[shape + 1]):
        if turn[i] == 0:  # the ring ends where it began
            if before >= 0 and opening >= 0:
                follows[before] = opening
            opening, before, fresh = -1, -1, True
            continue
        x1, y1, x2, y2 = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
        low, high = min(y1, y2), max(y1, y2)
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        if length == 0.0:
            continue
        far = max(x1, x2) < west - reach_m or high < south - reach_m or low > north + reach_m
        if not far and min(x1, x2) > east + reach_m:
            far = high <= south or low >= north
            if low <= south and high >= north:
                inside ^= 1
                far = True
        if far:
            before, fresh = -1, False
            continue
        edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3] = x1 - west, y1 - south, dx, dy
        edges[count, 4] = 1.0 / length
        owner[count], side_of[count], follows[count] = polygon, turn[i] * land, -1
        if before >= 0:
            follows[before] = count
        if fresh:
            opening, fresh = count, False
        before = count
        count += 1
    return count, inside


@compiled
def _signed_distance(
    x: float,
    y: float,
    edges: Floats,
    owner: NDArray[np.int8],
    listed: NDArray[np.int32],
    start: int,
    end: int,
    inside: int,
    wanted: int,
    polygons: int,
    nearest: Floats,
    squared: Floats,
) -> float:
    """Return the distance to the region's border, negative outside the region."""
    for p in range(polygons):
        nearest[p] = np.inf
    for k in range(start, end):
        e = listed[k]
        dx, dy = edges[e, 2], edges[e, 3]
        px, py = x - edges[e, 0], y - edges[e, 1]
        along = (px * dx + py * dy) * edges[e, 4]
        along = min(max(along, 0.0), 1.0)
        qx, qy = px - along * dx, py - along * dy
        square = qx * qx + qy * qy
        squared[e] = square
        p = owner[e]
        nearest[p] = min(nearest[p], square)
        # A ray to the east: the edge's two ends lie on different sides of it, and it meets the edge.
        if (py < 0.0) != (py < dy) and dx * py / dy > px:
            inside ^= 1 << p
    value = np.inf
    for p in range(polygons):
        distance = np.sqrt(nearest[p])
        right_side = ((inside ^ wanted) >> p) & 1 == 0
        value = min(value, distance if right_side else -distance)
    return value


@compiled
def _keep_near(
    x: float,
    y: float,
    half: float,
    reach_m: float,
    edges: Floats,
    owner: NDArray[np.int8],
    listed: NDArray[np.int32],
    start: int,
    end: int,
    inside: int,
    squared: Floats,
) -> tuple[int, int]:
    """Write behind `end` the edges that matter inside the square; return where they end and the folded insides."""
    top = end
    for k in range(start, end):
        e = listed[k]
        if squared[e] > reach_m * reach_m:
            x1, y1 = edges[e, 0], edges[e, 1]
            x2, y2 = x1 + edges[e, 2], y1 + edges[e, 3]
            low, high = min(y1, y2), max(y1, y2)
            if max(x1, x2) < x - half or high <= y - half or low >= y + half:
                continue
            if min(x1, x2) > x + half and low <= y - half and high >= y + half:
                inside ^= 1 << owner[e]
                continue
        listed[top] = e
        top += 1
    return top, inside


@compiled
def _push(
    stack: Floats,
    first: int,
    depth: int,
    square: tuple[float, float, float],
    known: tuple[int, int, int],
    value: float,
) -> int:
    """Put a square on the stack, above those of its round with a smaller value: the best is looked at first."""
    at = depth
    while at > first and stack[at - 1, 6] > value:
        stack[at] = stack[at - 1]
        at -= 1
    stack[at, 0], stack[at, 1], stack[at, 2] = square
    stack[at, 3], stack[at, 4], stack[at, 5] = known
    stack[at, 6] = value
    return depth + 1


@compiled
def _search(
    region: tuple[float, float, int, int],
    edges: Floats,
    owner: NDArray[np.int8],
    count: int,
    polygons: int,
    aims: tuple[float, float, float],
    max_looks: int,
) -> tuple[float, float]:
    """Return the largest radius found and a bound of what may have been missed; stop early at `enough`.

    The bound is infinite where the search stopped before it had looked everywhere.
    """
    enough, floor, slack = aims
    width, height, inside, wanted = region
    exact = enough == np.inf
    longer, shorter = max(width, height), min(width, height)
    tiles = round(longer / shorter)
    half = 0.5 * shorter
    stack = np.empty((4 * _LEVELS + tiles, 7))
    listed = np.empty(count * (_LEVELS + 1) + 1, dtype=np.int32)
    nearest, squared = np.empty(polygons), np.empty(max(count, 1))
    listed[:count] = np.arange(count)
    depth, best, missed, looks = 0, 0.0, 0.0, 0
    for i in range(tiles):
        middle = half * (2 * i + 1)
        x, y = (middle, 0.5 * shorter) if width >= height else (0.5 * shorter, middle)
        value = _signed_distance(x, y, edges, owner, listed, 0, count, inside, wanted, polygons, nearest, squared)
        best = max(best, value)
        depth = _push(stack, 0, depth, (x, y, half), (0, count, inside), value)
    while depth > 0 and best <= enough and looks < max_looks:
        depth -= 1
        looks += 4
        x, y, half, value = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 6]
        start, end, known = int(stack[depth, 3]), int(stack[depth, 4]), int(stack[depth, 5])
        diagonal = 1.4142135623730951 * half
        bound, goal = value + diagonal, max(best, floor)
        if exact:
            goal += max(slack, FINE * best)
        if bound > goal:
            # Once more, for the distances of all listed edges to this centre.
            _signed_distance(x, y, edges, owner, listed, start, end, known, wanted, polygons, nearest, squared)
        if bound <= goal or diagonal <= slack or depth + 4 > len(stack):
            missed = max(missed, bound)
            continue
        top, known = _keep_near(x, y, half, value + 2.0 * diagonal, edges, owner, listed, start, end, known, squared)
        half *= 0.5
        first = depth
        for quarter in range(4):
            cx = x + (half if quarter & 1 else -half)
            cy = y + (half if quarter & 2 else -half)
            value = _signed_distance(cx, cy, edges, owner, listed, end, top, known, wanted, polygons, nearest, squared)
            best = max(best, value)
            depth = _push(stack, first, depth, (cx, cy, half), (end, top, known), value)
    return best, np.inf if depth > 0 else max(best, missed)


@compiled
def _squared(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return a box around the box that whole squares fill in one row."""
    west, south, east, north = box
    longer, shorter = max(east - west, north - south), min(east - west, north - south)
    # Never more squares than fit: a row of smaller ones would leave a strip of the box out.
    tiles = min(max(int(longer / max(shorter, 1e-9)), 1), _TILES)
    more = 0.5 * (longer / tiles - shorter)
    if east - west >= north - south:
        return west, south - more, east, north + more
    return west - more, south, east + more, north


@compiled
def inscribed_radii(
    table: EdgeArrays,
    cell_table: EdgeArrays,
    subject: Ints,
    cells: Ints,
    cells_first: Ints,
    in_subject: bool,
    in_cells: bool,
    boxes: Floats,
    at_most_m: Floats,
    aims: Floats,
    low: Floats,
    high: Floats,
) -> None:
    """Fill in bounds of the radius of the largest circle in each region, in metres.

    Parameters
    ----------
    table, cell_table : the two edge tables.
    subject : (n,) the region's subject.
    cells, cells_first : the region's cells, in runs.
    in_subject, in_cells : whether the region lies inside the subject, and inside the cells (else outside all of them).
    boxes : (n, 4) boxes around the regions.
    at_most_m : (n,) upper bounds of the radii.
    aims : (n, 3) stop above this; what is not above this need not be told apart; how far below the truth to stop.
    low, high : (n,) filled in.
    """
    land = (1 if in_subject else -1, 1 if in_cells else -1)
    first, cell_first = table[1], cell_table[1]
    for i in range(len(subject)):
        s = subject[i]
        own = cells[cells_first[i] : cells_first[i + 1]]
        box = (boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3])
        wanted = 1 if in_subject else 0
        for n in range(len(own)):
            wanted |= (1 if in_cells else 0) << (n + 1)
        to_compare, thin = aims[i, 0] < np.inf, False
        if to_compare:
            narrow, thin = is_narrow(table, cell_table, s, own, wanted, box, aims[i, 1], FEW)
            if narrow:
                low[i], high[i] = 0.0, aims[i, 1]
                continue
        room = first[s + 1] - first[s]
        for c in own:
            room += cell_first[c + 1] - cell_first[c]
        edges, owner = np.empty((room, 5)), np.empty(room, dtype=np.int8)
        sides, follows = np.empty(room, dtype=np.int8), np.empty(room, dtype=np.int32)
        box = _squared(box)
        reach = REACH_M if to_compare else at_most_m[i]
        count, inside = _take_edges(table, s, box, reach, 0, land[0], edges, owner, sides, follows, 0)
        polygons = 1
        for c in own:
            count, within = _take_edges(
                cell_table, c, box, reach, polygons, land[1], edges, owner, sides, follows, count
            )
            inside |= within << polygons
            polygons += 1
        region = (box[2] - box[0], box[3] - box[1], inside, wanted)
        aim = (aims[i, 0], aims[i, 1], aims[i, 2])
        looks = LOOKS_TO_COMPARE if to_compare else LOOKS_TO_MEASURE
        low[i], high[i] = _search(region, edges, owner, count, polygons, aim, looks)
        if thin and low[i] <= aims[i, 0] and high[i] == np.inf:
            thin, _ = is_narrow(table, cell_table, s, own, wanted, box, aims[i, 1], MANY)
            if thin:
                high[i] = aims[i, 1]
                continue
        if low[i] <= aims[i, 0] and (to_compare or high[i] == np.inf):
            low[i], high[i] = widest(region, edges, owner, sides, follows, count, low[i], at_most_m[i], aim)
