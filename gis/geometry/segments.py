"""Which boundary segments have no partner: the fast gate in front of every check of a partition.

Every ring is walked with its land on the left. In a perfect tiling each inner segment is walked twice, once in either
direction, and cancels; what is left is the outline. Give the parent's segments the opposite sign and the outline
cancels too. Crossing a segment that cancelled changes neither "how many shapes cover this point" nor, with a parent,
that number less one: so gaps and overlaps are bounded by segments left over, and only those need to be looked at.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
"""Odd 64-bit constants that spread the bits of coordinates."""

_HALF = np.uint64(32)
_ONE = np.uint64(1)


def leftover_segments(shapes: Shapes, parent: Shapes | None = None) -> NDArray[np.float64]:
    """Return the segments that do not cancel, as rows (x1, y1, x2, y2) in metres, each once.

    Parameters
    ----------
    shapes : valid polygons that should tile.
    parent : polygons without common land that together are the ground to be tiled; None when there is no parent.

    Returns
    -------
    An empty array exactly when the shapes tile the parent with the same vertices on both sides of every line. Without
    a parent, at least the outline is left. Segments are told apart by a 63-bit hash of their coordinates, bit for bit:
    two of the 6 million segments of 100 000 shapes share one by chance in about one of 500 000 runs.
    """
    xy, start = _walk(shapes)
    keys = directed_keys(xy, start)
    if parent is not None:
        parent_xy, parent_start = _walk(parent)
        keys = np.concatenate([keys, directed_keys(parent_xy, parent_start) ^ _ONE])
        start = np.concatenate([start, parent_start + len(xy)])
        xy = np.vstack([xy, parent_xy])
    left = _uncancelled(keys)
    if not len(left):
        return np.empty((0, 4))
    undirected = keys >> _ONE
    spot = np.minimum(np.searchsorted(left, undirected), len(left) - 1)
    found = np.flatnonzero(left[spot] == undirected)
    _, first = np.unique(undirected[found], return_index=True)
    at = start[found[first]]
    segments = np.hstack([xy[at], xy[at + 1]])
    doubled_vertex = (segments[:, :2] == segments[:, 2:]).all(axis=1)
    return segments[~doubled_vertex]


def lone_segments(shapes: Shapes) -> NDArray[np.float64]:
    """Return the segments (x1, y1, x2, y2) that one of the shapes only has, whatever their direction; a few more where
    shapes have several rings. Cheaper than `leftover_segments` for a handful of shapes, and it proves less.
    """
    xy, shape = shapely.get_coordinates(shapes, return_index=True)
    start = (shape[1:] == shape[:-1]).nonzero()[0]
    undirected = directed_keys(xy + 0.0, start) >> _ONE
    _, first, count = np.unique(undirected, return_index=True, return_counts=True)
    at = start[first[count == 1]]
    return np.hstack([xy[at], xy[at + 1]])


def segments_in(box: NDArray[np.float64], segments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the segments (x1, y1, x2, y2) whose own box meets a box (west, south, east, north)."""
    low, high = np.minimum(segments[:, :2], segments[:, 2:]), np.maximum(segments[:, :2], segments[:, 2:])
    return segments[((low <= box[2:]) & (high >= box[:2])).all(axis=1)]


def _walk(shapes: Shapes) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the vertices of all rings, land on the left, and the indices at which a segment starts."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(np.asarray(shapes, dtype=object))))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy += 0.0  # turns -0.0 into 0.0, which would hash differently
    return xy, np.flatnonzero(ring[1:] == ring[:-1])


def directed_keys(xy: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a key for each segment: 63 bits for the segment whatever its direction, the last bit for its direction."""
    bits: NDArray[np.uint64] = np.ascontiguousarray(xy).view(np.uint64)
    folded: NDArray[np.uint64] = bits ^ (bits >> _HALF)
    vertex: NDArray[np.uint64] = folded[:, 0] * _MIX[0] + folded[:, 1] * _MIX[1]
    vertex ^= vertex >> _HALF
    vertex *= _MIX[2]
    vertex ^= vertex >> _HALF
    here, there = vertex[start], vertex[start + 1]
    low, high = np.minimum(here, there), np.maximum(here, there)
    keys = (low * _MIX[0] ^ (high >> _HALF)) * _MIX[1] + high
    keys ^= keys >> _HALF
    return (keys & ~_ONE) | (here < there)


def _uncancelled(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the sorted undirected keys walked more often in one direction than in the other."""
    if not len(keys):
        return keys
    ordered = np.sort(keys)
    undirected = ordered >> _ONE
    starts = np.flatnonzero(np.concatenate([[True], undirected[1:] != undirected[:-1]]))
    net = np.add.reduceat((ordered & _ONE).astype(np.int64) * 2 - 1, starts)
    return undirected[starts[net != 0]]


def faces_between(segments: NDArray[np.float64]) -> Shapes:
    """Return the faces that segments enclose once they are noded, as polygons."""
    if not len(segments):
        return np.empty(0, dtype=object)
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    noded = shapely.get_parts(shapely.union_all(lines))
    faces: Shapes = shapely.get_parts(shapely.polygonize(noded))
    return faces
