"""Polygons as flat tables of edges, read by the compiled kernels.

The vertices of a layer stand one after the other; `turn` says of each vertex whether an edge starts there and which
side its land is on: +1 where the ring runs with its land on the left, -1 where it runs the other way round, 0 at the
last vertex of a ring.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry import edge_kernels as kernels
from gis.geometry import edge_wkb
from gis.geometry.layers import Shapes
from gis.geometry.packed import PackedShapes
from gis.geometry.pieces import Floats, Ints, Sizes


@dataclass(frozen=True, slots=True, eq=False)
class EdgeTable:
    """A layer's edges.

    Parameters
    ----------
    xy : (n, 2) vertices in metres.
    first : (m + 1,) position of each shape's first vertex.
    turn : (n,) int8, see the module.
    sizes : areas, outlines and boxes of the shapes.
    """

    xy: Floats
    first: Ints
    turn: NDArray[np.int8]
    sizes: Sizes

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def arrays(self) -> kernels.EdgeArrays:
        """What the compiled kernels read."""
        return self.xy, self.first, self.turn

    def take(self, at: Ints) -> "EdgeTable":
        """Return the edges of the shapes at some positions: as `of` would read them, without reading them again."""
        runs = [
            slice(start, end) for start, end in zip(self.first[at].tolist(), self.first[at + 1].tolist(), strict=True)
        ]
        sizes = Sizes(self.sizes.area_m2[at], self.sizes.outline_m[at], self.sizes.boxes[at])
        if not runs:
            return EdgeTable(self.xy[:0], np.zeros(1, dtype=np.int64), self.turn[:0], sizes)
        first = _offsets(self.first[at + 1] - self.first[at])
        xy, turn = np.concatenate([self.xy[run] for run in runs]), np.concatenate([self.turn[run] for run in runs])
        return EdgeTable(xy, first, turn, sizes)

    @classmethod
    def of(cls, shapes: Shapes | PackedShapes) -> "EdgeTable":
        """Read valid polygons."""
        if isinstance(shapes, PackedShapes):
            return cls._of_packed(shapes)
        xy = shapely.get_coordinates(shapes)
        first = _offsets(shapely.get_num_coordinates(shapes))
        # One ring: its first vertex comes back at the end only. Asking GEOS for the rings of all shapes is dear.
        several = (~kernels.is_one_ring(xy, first)).nonzero()[0]
        ring_count = np.ones(len(shapes), dtype=np.int64)
        if not len(several):
            return cls._measured(xy, first, ring_count, np.diff(first), np.zeros(len(shapes), dtype=bool))
        rings, owner = _rings(shapes[several])
        ring_count[several] = np.bincount(owner, minlength=len(several))
        return cls.with_rings(xy, first, ring_count, several, rings)

    @classmethod
    def _of_packed(cls, shapes: PackedShapes) -> "EdgeTable":
        """Read valid polygons from their bytes."""
        vertices, ring_count = np.empty(len(shapes), dtype=np.int64), np.empty(len(shapes), dtype=np.int64)
        if not edge_wkb.count_in_wkb(shapes.data, shapes.first, vertices, ring_count):
            return cls.of(shapes[np.arange(len(shapes))])
        first = _offsets(vertices)
        xy = np.empty((first[-1], 2), dtype=np.float64)
        lengths, hole = np.empty(ring_count.sum(), dtype=np.int64), np.empty(ring_count.sum(), dtype=np.bool_)
        edge_wkb.read_wkb(shapes.data, shapes.first, xy.reshape(-1), lengths, hole)
        return cls._measured(xy, first, ring_count, lengths, hole)

    @classmethod
    def with_rings(
        cls, xy: Floats, first: Ints, ring_count: Ints, several: Ints, rings: tuple[Ints, NDArray[np.bool_]]
    ) -> "EdgeTable":
        """Build the table once it is known where rings end.

        Parameters
        ----------
        xy, first : as in the class.
        ring_count : (m,) rings of each shape.
        several : positions of the shapes whose rings are told; the others have one ring, their shell.
        rings : number of vertices of each of these rings in order, and whether it is a hole.
        """
        lengths = np.repeat(np.diff(first), ring_count)
        hole = np.zeros(len(lengths), dtype=bool)
        told = np.repeat(np.isin(np.arange(len(ring_count)), several, assume_unique=True), ring_count)
        lengths[told], hole[told] = rings
        return cls._measured(xy, first, ring_count, lengths, hole)

    @classmethod
    def _measured(
        cls, xy: Floats, first: Ints, ring_count: Ints, lengths: Ints, hole: NDArray[np.bool_]
    ) -> "EdgeTable":
        turn = np.zeros(len(xy), dtype=np.int8)
        area, outline = np.zeros(len(ring_count)), np.zeros(len(ring_count))
        boxes = np.empty((len(ring_count), 4))
        kernels.measure_layer(xy, _offsets(lengths), _offsets(ring_count), hole, turn, area, outline, boxes)
        return cls(xy, first, turn, Sizes(area, outline, boxes))


def _offsets(counts: NDArray[np.signedinteger]) -> Ints:
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _rings(shapes: Shapes) -> tuple[tuple[Ints, NDArray[np.bool_]], Ints]:
    """Return the vertex counts of the shapes' rings and which are holes, and the shape that each ring belongs to."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = part_of_ring[1:] == part_of_ring[:-1]
    owner = shape_of_part[part_of_ring] if len(rings) else part_of_ring
    return (shapely.get_num_coordinates(rings).astype(np.int64), hole), owner
