"""Compiled reading of polygons from WKB: counts first, then vertices, ring by ring; no shape is made.

What it does not know (another byte order, heights, anything but polygons, a ring that is not closed, bytes that end too
early) it says so of, and whoever asks makes shapes of it in the usual way.
"""

import numpy as np
from numpy.typing import NDArray

from gis.geometry.edge_kernels import compiled
from gis.geometry.pieces import Bools, Floats, Ints

_POLYGON, _MULTIPOLYGON = 3, 6
_HEAD = 9
"""Bytes before a polygon's first ring: byte order, type, number of rings."""


@compiled
def _number(data: NDArray[np.uint8], at: int) -> int:
    return int(data[at]) | int(data[at + 1]) << 8 | int(data[at + 2]) << 16 | int(data[at + 3]) << 24


@compiled
def _head(data: NDArray[np.uint8], at: int, end: int, kind: int) -> int:
    """Return how many parts, or rings, something of this kind that starts here has; -1 where it is not one."""
    if at + _HEAD > end or data[at] != 1 or _number(data, at + 1) != kind:
        return -1
    return _number(data, at + 5)


@compiled
def _count_polygon(data: NDArray[np.uint8], at: int, end: int) -> tuple[int, int, int]:
    """Return the vertices and rings of a polygon, and where it ends: -1 where it is none that is understood."""
    rings, vertices = _head(data, at, end, _POLYGON), 0
    at += _HEAD
    if rings < 1:
        return 0, 0, -1
    for _ring in range(rings):
        if at + 4 > end:
            return 0, 0, -1
        count = _number(data, at)
        at += 4
        if count < 4 or count > (end - at) // 16:
            return 0, 0, -1
        for k in range(16):
            if data[at + k] != data[at + 16 * (count - 1) + k]:
                return 0, 0, -1
        at += 16 * count
        vertices += count
    return vertices, rings, at


@compiled
def count_in_wkb(data: NDArray[np.uint8], first: Ints, vertices: Ints, rings: Ints) -> bool:
    """Fill in the vertices and rings of each shape; tell whether all were understood."""
    for shape in range(len(vertices)):
        at, end = first[shape], first[shape + 1]
        parts = _head(data, at, end, _MULTIPOLYGON)
        if parts >= 0:
            at += _HEAD
        vertices[shape], rings[shape] = 0, 0
        for _part in range(parts if parts >= 0 else 1):
            more, also, at = _count_polygon(data, at, end)
            if at < 0:
                return False
            vertices[shape] += more
            rings[shape] += also
        if at != end or rings[shape] == 0:
            return False
    return True


@compiled
def read_wkb(data: NDArray[np.uint8], first: Ints, xy: Floats, lengths: Ints, hole: Bools) -> None:
    """Write all coordinates, and the vertices of each ring and whether it is a hole; counted before."""
    to, ring = 0, 0
    for shape in range(len(first) - 1):
        at, end = first[shape], first[shape + 1]
        if _number(data, at + 1) == _MULTIPOLYGON:
            at += _HEAD
        while at < end:
            rings = _number(data, at + 5)
            at += _HEAD
            for n in range(rings):
                count = _number(data, at)
                at += 4
                xy[to : to + 2 * count] = data[at : at + 16 * count].view(np.float64)
                lengths[ring], hole[ring] = count, n > 0
                to, at, ring = to + 2 * count, at + 16 * count, ring + 1
