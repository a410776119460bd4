"""Compiled proof of how wide land bounded by several polygons is: no circle of a radius fits, or here is one.

The centres of all circles of radius r that fit into a region are bounded by curves at distance r from its outline: a
stretch along each edge, an arc around each corner that turns away. A point of such a curve is a centre exactly when no
other edge is nearer. What each edge takes from a straight stretch is one interval, because the distance to an edge is
convex along a line; so a stretch is settled by joining a few intervals, and arcs by chords a hair inside them.

Each curve shrinks as r grows: one that holds no centre for r holds none for more. So the curves are asked one after
the other whether they beat the best so far, and most are asked once.
"""

import numpy as np
from numpy.typing import NDArray

from gis.geometry.edge_kernels import compiled
from gis.geometry.pieces import Floats

ROUNDING_M = 1e-6
"""How much nearer than the radius an edge must be to take a centre: coinciding edges must not rule each other out."""

FINE = 0.005
"""A width need not be measured finer than to this share of itself."""

ARC = 0.18
"""Angle of a chord in place of an arc, radians: it lies at most 0.4 % of the radius inside."""


@compiled
def _interval(px: float, py: float, ux: float, uy: float, edge: Floats, radius: float) -> tuple[float, float]:
    """Return from where to where along a line an edge is nearer than the radius; nothing when it starts at infinity."""
    wx, wy = px - edge[0], py - edge[1]
    dx, dy = edge[2], edge[3]
    low, high = np.inf, -np.inf
    for _end in range(2):
        b = wx * ux + wy * uy
        square = b * b - (wx * wx + wy * wy - radius * radius)
        if square > 0.0:
            root = np.sqrt(square)
            low, high = min(low, -b - root), max(high, -b + root)
        wx, wy = wx - dx, wy - dy
    wx, wy = wx + 2.0 * dx, wy + 2.0 * dy
    reach = radius / np.sqrt(edge[4])
    first, last = -np.inf, np.inf
    # Beside the edge: its foot between both ends, and the distance across below the radius.
    along, more = (wx * dx + wy * dy) * edge[4], (ux * dx + uy * dy) * edge[4]
    if more != 0.0:
        a, b = -along / more, (1.0 - along) / more
        first, last = min(a, b), max(a, b)
    elif along < 0.0 or along > 1.0:
        return low, high
    across, more = wx * dy - wy * dx, ux * dy - uy * dx
    if more != 0.0:
        a, b = (-reach - across) / more, (reach - across) / more
        first, last = max(first, min(a, b)), min(last, max(a, b))
    elif abs(across) >= reach:
        return low, high
    if first < last:
        low, high = min(low, first), max(high, last)
    return low, high


@compiled
def _is_in(x: float, y: float, edges: Floats, owner: NDArray[np.int8], count: int, inside: int) -> int:
    """Return the bits of the polygons that hold a point of the box, by a ray to the east."""
    for e in range(count):
        py, dy = y - edges[e, 1], edges[e, 3]
        if (py < 0.0) != (py < dy) and edges[e, 2] * py / dy > x - edges[e, 0]:
            inside ^= 1 << owner[e]
    return inside


@compiled
def _clearance(x: float, y: float, edges: Floats, count: int) -> float:
    """Return the distance from a point to the nearest edge."""
    least = np.inf
    for e in range(count):
        dx, dy = edges[e, 2], edges[e, 3]
        px, py = x - edges[e, 0], y - edges[e, 1]
        along = min(max((px * dx + py * dy) * edges[e, 4], 0.0), 1.0)
        qx, qy = px - along * dx, py - along * dy
        least = min(least, qx * qx + qy * qy)
    return np.sqrt(least)


@compiled
def _clip_to(p: float, u: float, low: float, high: float, first: float, last: float) -> tuple[float, float]:
    """Cut a stretch of a line to where one of its coordinates is between two values."""
    if u == 0.0:
        return (first, last) if low <= p <= high else (0.0, -1.0)
    a, b = (low - p) / u, (high - p) / u
    return max(first, min(a, b)), min(last, max(a, b))


@compiled
def _list_near(e: int, reach: float, edges: Floats, count: int, near: NDArray[np.int32]) -> int:
    """Write down the other edges whose box comes within reach of the box of an edge; return how many."""
    x, y = edges[e, 0], edges[e, 1]
    u, v = x + edges[e, 2], y + edges[e, 3]
    west, east, south, north = min(x, u) - reach, max(x, u) + reach, min(y, v) - reach, max(y, v) + reach
    n = 0
    for k in range(count):
        x, y = edges[k, 0], edges[k, 1]
        u, v = x + edges[k, 2], y + edges[k, 3]
        if max(x, u) >= west and min(x, u) <= east and max(y, v) >= south and min(y, v) <= north and k != e:
            near[n] = k
            n += 1
    return n


@compiled
def _centre_on(
    line: tuple[float, float, float, float, float],
    skipped: int,
    radius: float,
    clear: float,
    region: tuple[float, float, int, int],
    edges: Floats,
    owner: NDArray[np.int8],
    count: int,
    near: NDArray[np.int32],
    listed: int,
    spans: Floats,
) -> float:
    """Return how far the nearest edge is from a place on a stretch that no listed edge takes; 0 when there is none.

    `line` is a point, a direction of length 1 and a length; `radius` how far the centre must be from the sides of the
    box, `clear` from the edges; `skipped` is no matter which.
    """
    px, py, ux, uy, length = line
    width, height, inside, wanted = region
    first, last = _clip_to(px, ux, radius, width - radius, 0.0, length)
    first, last = _clip_to(py, uy, radius, height - radius, first, last)
    if first > last:
        return 0.0
    n = 0
    for k in range(listed):
        e = near[k]
        if e == skipped:
            continue
        low, high = _interval(px, py, ux, uy, edges[e], clear)
        if high <= first or low >= last:
            continue
        if low <= first and high >= last:
            return 0.0
        at = n
        while at > 0 and spans[at - 1, 0] > low:
            spans[at, 0], spans[at, 1] = spans[at - 1, 0], spans[at - 1, 1]
            at -= 1
        spans[at, 0], spans[at, 1] = low, high
        n += 1
    reached = first
    for k in range(n + 1):
        start = spans[k, 0] if k < n else last
        if start > reached or n == 0:
            middle = 0.5 * (reached + start)
            x, y = px + middle * ux, py + middle * uy
            # Nothing is near this open stretch, so all of it lies in the same polygons.
            if _is_in(x, y, edges, owner, count, inside) == wanted:
                return _clearance(x, y, edges, count)
        if k < n:
            reached = max(reached, spans[k, 1])
            if reached >= last:
                return 0.0
    return 0.0


@compiled
def _fits_beside(
    e: int,
    following: int,
    side: int,
    radius: float,
    region: tuple[float, float, int, int],
    edges: Floats,
    owner: NDArray[np.int8],
    count: int,
    near: NDArray[np.int32],
    listed: int,
    spans: Floats,
) -> float:
    """Return the clearance of a centre beside an edge, or around the corner to the edge that follows; 0 for none."""
    length = 1.0 / np.sqrt(edges[e, 4])
    ux, uy = edges[e, 2] / length, edges[e, 3] / length
    nx, ny = -uy * side, ux * side
    line = (edges[e, 0] + radius * nx, edges[e, 1] + radius * ny, ux, uy, length)
    clear = radius - ROUNDING_M
    found = _centre_on(line, e, radius, clear, region, edges, owner, count, near, listed, spans)
    if found > 0.0 or following < 0:
        return found
    scale = np.sqrt(edges[following, 4])
    vx, vy = edges[following, 2] * scale, edges[following, 3] * scale
    if (ux * vy - uy * vx) * side > 0.0:  # the corner turns towards the land: the two stretches meet
        return 0.0
    turn = np.arctan2(ux * vy - uy * vx, ux * vx + uy * vy)
    chords = int(abs(turn) / ARC) + 1
    step = turn / chords
    cosine, sine = np.cos(step), np.sin(step)
    short = radius * (1.0 - np.cos(0.5 * step))
    cx, cy = edges[following, 0], edges[following, 1]
    for _chord in range(chords):
        mx, my = nx * cosine - ny * sine, nx * sine + ny * cosine
        wx, wy = radius * (mx - nx), radius * (my - ny)
        width = np.sqrt(wx * wx + wy * wy)
        if width > 0.0:
            line = (cx + radius * nx, cy + radius * ny, wx / width, wy / width, width)
            found = _centre_on(
                line, following, radius - short, clear - short, region, edges, owner, count, near, listed, spans
            )
            if found > 0.0:
                return found
        nx, ny = mx, my
    return 0.0


@compiled
def widest(
    region: tuple[float, float, int, int],
    edges: Floats,
    owner: NDArray[np.int8],
    side_of: NDArray[np.int8],
    follows: NDArray[np.int32],
    count: int,
    best: float,
    at_most: float,
    aims: tuple[float, float, float],
) -> tuple[float, float]:
    """Return the largest radius found, and a bound of what may have been missed.

    Parameters
    ----------
    region : width and height of the box that holds it, from (0, 0); bits of the polygons: which hold the box by edges
        not listed, which hold the region.
    edges, owner, count : start, vector and 1 / length² of each edge that meets the box, and its polygon.
    side_of : +1 where the region would lie left of the edge, -1 right.
    follows : position of the edge that starts where this one ends, -1 for none in the box.
    best : radius of a circle already found.
    at_most : no circle is larger.
    aims : stop above the first; what is not above the second need not be told apart; how far below the truth to stop.
    """
    enough, floor, slack = aims
    fine = FINE if enough == np.inf else 0.0
    spans, near = np.empty((count + 1, 2)), np.empty(count, dtype=np.int32)
    missed = floor
    for e in range(count):
        upper = at_most
        asked = max(best + max(slack, fine * best), floor)
        listed, reach = 0, -1.0
        while asked < upper:
            if 2.0 * asked > reach:
                reach = 2.0 * asked
                listed = _list_near(e, reach, edges, count, near)
            found = _fits_beside(e, follows[e], side_of[e], asked, region, edges, owner, count, near, listed, spans)
            if found > enough:
                return found, np.inf
            if found == 0.0:
                upper = asked
            elif found <= best:  # on a chord: what it lies inside its arc by stays open
                missed = max(missed, upper)
                break
            best = max(best, found)
            if upper <= max(floor, best + max(slack, fine * best)):
                break
            asked = 0.5 * (max(best, floor) + upper)
    return best, max(missed, best + max(slack, fine * best))
