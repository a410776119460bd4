"""One noding of a whole district: lines of several hands, rounded to a millimetre, become faces that tile.

Nothing is noded twice. Noding community by community, or adding a line later, moves vertices on borders that others
share: 376 m of invalid edges between three neighbouring communities in one trial (docs/decisions/0003-redraw-model.md).
"""

from dataclasses import dataclass

import numpy as np
import shapely

from gis.geometry.layers import Shapes
from gis.geometry.pieces import Bools, Floats, Ints

NODE_M = 0.001
"""Everything stands on one lattice of a millimetre: what touches shares its vertices bit by bit."""

NECK_M = 2.0
"""Land that hangs together by less is not called connected."""

LINE_TYPES = (1, 2, 5)
"""Type numbers of LineString, LinearRing and MultiLineString."""


@dataclass(frozen=True, slots=True, eq=False)
class Borders:
    """Where faces (or units) touch along a line; one entry a pair, `one` < `other`, ascending.

    Parameters
    ----------
    one, other : positions.
    length_m : length of the common line; a common point alone is no border.
    road_m : how much of it runs along a road.
    """

    one: Ints
    other: Ints
    length_m: Floats
    road_m: Floats

    def __len__(self) -> int:
        return len(self.one)

    def merged(self, label: Ints) -> "Borders":
        """Return the borders between groups: `label` names the group of each position, -1 for none."""
        one, other = label[self.one], label[self.other]
        kept = (one != other) & (one >= 0) & (other >= 0)
        low, high = np.minimum(one, other)[kept], np.maximum(one, other)[kept]
        return _summed(low, high, self.length_m[kept], self.road_m[kept])

    def neighbours(self, count: int) -> list[list[int]]:
        """Return the neighbours of each of `count` positions, ascending."""
        near: list[list[int]] = [[] for _ in range(count)]
        for one, other in zip(self.one.tolist(), self.other.tolist(), strict=True):
            near[one].append(other)
            near[other].append(one)
        return [sorted(row) for row in near]


def lines_of(*groups: Shapes) -> Shapes:
    """Return the lines in some arrays of shapes: outlines of polygons, lines as they are; points are dropped."""
    found = []
    for group in groups:
        shapes = shapely.get_parts(np.asarray(group, dtype=object))
        areal = shapely.get_dimensions(shapes) == 2
        lines = np.concatenate([shapely.boundary(shapes[areal]), shapes[~areal]])
        parts = shapely.get_parts(lines)
        found.append(parts[np.isin(shapely.get_type_id(parts), LINE_TYPES) & ~shapely.is_empty(parts)])
    return np.concatenate(found) if found else np.empty(0, dtype=object)


def node_faces(lines: Shapes) -> Shapes:
    """Return the faces that lines enclose once they are noded on the millimetre lattice.

    Neighbouring faces have the same vertices on both sides of their border. Ends that enclose nothing are dropped.
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    noded = shapely.get_parts(shapely.union_all(lines, grid_size=NODE_M))
    noded = noded[np.isin(shapely.get_type_id(noded), LINE_TYPES)]
    faces: Shapes = shapely.get_parts(shapely.polygonize(noded))
    return faces


def borders_between(faces: Shapes, roads: Shapes | None = None, near_m: float = 0.0) -> Borders:
    """Return which faces share lines, and how much of each border runs along a road.

    Parameters
    ----------
    faces : (n,) polygons of one noding: shared lines have the same vertices, bit by bit.
    roads : lines in metres; None or empty when there is no road layer.
    near_m : how far a border may run beside the road's middle and still be along it.
    """
    xy, owner, start = _walk(faces)
    _, vertex = np.unique(xy, axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    here, there = vertex[start], vertex[start + 1]
    low, high = np.minimum(here, there).astype(np.int64), np.maximum(here, there).astype(np.int64)
    order = np.lexsort((owner[start], high, low))
    low, high, at = low[order], high[order], start[order]
    twin = np.flatnonzero((low[1:] == low[:-1]) & (high[1:] == high[:-1]))
    first, second = at[twin], at[twin + 1]
    faces_one, faces_other = owner[first], owner[second]
    apart = faces_one != faces_other
    first, faces_one, faces_other = first[apart], faces_one[apart], faces_other[apart]
    length = np.hypot(*(xy[first + 1] - xy[first]).T)
    along = _along_roads(xy[first], xy[first + 1], roads, near_m)
    one, other = np.minimum(faces_one, faces_other), np.maximum(faces_one, faces_other)
    return _summed(one, other, length, np.where(along, length, 0.0))


def _walk(faces: Shapes) -> tuple[Floats, Ints, Ints]:
    """Return all vertices, the face of each, and the indices at which a segment starts."""
    rings, face = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return xy + 0.0, face[ring].astype(np.int64), np.flatnonzero(ring[1:] == ring[:-1])


def _along_roads(start: Floats, end: Floats, roads: Shapes | None, near_m: float) -> Bools:
    along = np.zeros(len(start), dtype=bool)
    if roads is not None and len(roads) and len(start):
        middles = shapely.points((start + end) / 2.0)
        # Single segments: the box of a whole winding road would hold half the district.
        xy, road = shapely.get_coordinates(shapely.get_parts(roads), return_index=True)
        at = np.flatnonzero(road[1:] == road[:-1])
        segments: Shapes = np.asarray(shapely.linestrings(np.stack([xy[at], xy[at + 1]], axis=1)), dtype=object)
        along[shapely.STRtree(segments).query(middles, predicate="dwithin", distance=near_m)[0]] = True
    return along


def _summed(one: Ints, other: Ints, length_m: Floats, road_m: Floats) -> Borders:
    """Return one entry a pair, lengths added up."""
    if not len(one):
        none, no = np.empty(0, dtype=np.int64), np.empty(0)
        return Borders(none, none.copy(), no, no.copy())
    base = int(other.max()) + 1
    keys, group = np.unique(one.astype(np.int64) * base + other, return_inverse=True)
    return Borders(keys // base, keys % base, summed(group, length_m), summed(group, road_m))


def summed(group: Ints, values: Floats, count: int = 0) -> Floats:
    """Return the sum of the values of each group, for at least `count` groups."""
    return np.asarray(np.bincount(group.reshape(-1), weights=values, minlength=count), dtype=np.float64)


def connected_groups(nodes: list[int], near: list[list[int]], inside: set[int]) -> list[list[int]]:
    """Return the connected groups among `nodes`, walking only over `inside`; each ascending, in order of its first."""
    seen: set[int] = set()
    groups = []
    for node in nodes:
        if node in seen:
            continue
        seen.add(node)
        group, front = [node], [node]
        while front:
            here = front.pop()
            for other in near[here]:
                if other in inside and other not in seen:
                    seen.add(other)
                    group.append(other)
                    front.append(other)
        groups.append(sorted(group))
    return groups
