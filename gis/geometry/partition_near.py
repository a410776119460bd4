"""Gaps and overlaps where something was drawn anew: what `gis.geometry.partition` finds in a whole layer, found there.

Nearly all neighbours fit vertex by vertex. A hash of their segments proves that in a fifth of a millisecond; only where
a segment has no partner do shapes have to be laid over each other.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Shapes
from gis.geometry.partition import (
    MIN_PATCH_M2,
    Patch,
    cover_counts,
    faces_of_faults,
    on_ground,
    overlaps_of_pairs,
    patches_of,
)
from gis.geometry.segments import faces_between, leftover_segments, segments_in
from gis.geometry.widths import polygon_parts

WINDOWS_M = (50.0, 150.0)
"""How far around a changed box a gap is followed, one after the other, before the whole layer is looked at."""


def overlaps_of(
    shapes: Shapes, tree: shapely.STRtree, judged: NDArray[np.int64], limits: tuple[float, float]
) -> list[Patch]:
    """Return the overlaps of some shapes with any other, as `find_flaws` would.

    Parameters
    ----------
    tree : of the shapes. `judged` : positions, ascending. `limits` : noise and clear width, metres.
    """
    if not len(judged):
        return []
    near = np.unique(tree.query(shapes[judged])[1])
    loose = leftover_segments(shapes[near])
    found = [np.empty((0, 2), dtype=np.int64)]
    for one in judged.tolist():
        others = _beside_faults(shapes, tree, one, loose)
        found.append(np.sort(np.column_stack([np.full(len(others), one), others]), axis=1))
    pairs = np.unique(np.concatenate(found), axis=0)
    return overlaps_of_pairs(shapes, pairs[:, 0], pairs[:, 1], limits)


def _beside_faults(shapes: Shapes, tree: shapely.STRtree, one: int, loose: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the shapes that may overlap one of them: most neighbours cannot, whose lines are the same to the vertex.

    Only across a segment without a partner lies land that another number of shapes cover. So where one alone covers a
    point inside it, whatever else it shares with another is bounded by such segments: `loose` holds those in its box.
    """
    others = tree.query(shapes[one])
    others = others[others != one]
    if not len(others) or shapely.intersects(shapes[others], shapely.point_on_surface(shapes[one])).any():
        return others
    inside = segments_in(shapely.bounds(shapes[one]), loose)
    return others[_meeting_box(shapely.bounds(shapes[others]), inside)] if len(inside) else others[:0]


def _meeting_box(boxes: NDArray[np.float64], segments: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which boxes meet the one around some segments."""
    ends = segments.reshape(-1, 2)
    low, high = ends.min(axis=0), ends.max(axis=0)
    return np.asarray(((boxes[:, :2] <= high) & (boxes[:, 2:] >= low)).all(axis=1))


def gaps_near(
    changed: Shapes,
    shapes: Shapes,
    tree: shapely.STRtree,
    parents: Shapes | None,
    parent_tree: shapely.STRtree,
    limits: tuple[float, float],
) -> list[Patch]:
    """Return the gaps that meet any of some boxes, as `find_flaws` would.

    Looked for first in windows around each box. Only a gap that reaches out of them, or land there that may lie
    outside the whole, makes everything to be looked at.
    """
    found: list[BaseGeometry] = []
    for box in changed:
        faces = _gaps_at(box, shapes, tree, parents, parent_tree)
        if faces is None:
            every, ground = faces_of_faults(shapes, parents)
            every = every[shapely.intersects(every[:, None], changed).any(axis=1)]
            bare = (cover_counts(tree, every) == 0) & on_ground(every, ground)
            return patches_of(every[bare], limits, tree=tree)
        found.extend(face for face in faces if not any(shapely.equals(face, other) for other in found))
    return patches_of(np.array(found, dtype=object), limits, tree=tree)


def _gaps_at(
    box: BaseGeometry, shapes: Shapes, tree: shapely.STRtree, parents: Shapes | None, parent_tree: shapely.STRtree
) -> Shapes | None:
    """Return the gaps that meet a box, None where one of them is not wholly within the widest window around it."""
    for window_m in WINDOWS_M:
        window = shapely.box(*shapely.bounds(shapely.buffer(box, window_m)))
        near = shapes[tree.query(window)]
        ground = None if parents is None else parents[parent_tree.query(window)]
        if ground is not None:
            loose = _faces_within(window, near, ground)
            if loose is not None:
                return loose[shapely.intersects(loose, box)]
        land: BaseGeometry = window
        if ground is not None:
            parts = shapely.intersection(ground, window)
            land = parts[0] if len(parts) == 1 else shapely.union_all(parts)
        for shape in near:
            land = shapely.difference(land, shape)
        faces, _ = polygon_parts(np.array([land], dtype=object))
        faces = faces[shapely.intersects(faces, box)]
        if not shapely.intersects(shapely.boundary(window), faces).any():
            return faces
    return None


def _faces_within(window: BaseGeometry, near: Shapes, ground: Shapes) -> Shapes | None:
    """Return the bare land in a window, of shapes and parents that meet it; None where that cannot be told so cheaply.

    It can where no segment without a partner leaves the window: then beyond the faces between these, shapes and parents
    cover the same land all over the window if they do at its corner.
    """
    west, south, east, north = shapely.bounds(window)
    loose = segments_in(np.array([west, south, east, north]), leftover_segments(near, ground))
    x, y = loose[:, ::2], loose[:, 1::2]
    if not ((x > west) & (x < east) & (y > south) & (y < north)).all():
        return None
    corner = shapely.Point(west, south)
    covered, parents = (_count_over(land, corner) for land in (near, ground))
    if covered is None or parents is None or covered < parents:
        return None
    faces = faces_between(loose)
    faces = faces[shapely.area(faces) >= MIN_PATCH_M2]
    if not len(faces):
        return faces
    bare = cover_counts(shapely.STRtree(near), faces) == 0
    return faces[bare & on_ground(faces, ground)]


def _count_over(land: Shapes, point: BaseGeometry) -> int | None:
    """Return how many shapes lie over a point, None when it lies on an outline."""
    touched, held = shapely.intersects(land, point).sum(), shapely.contains_properly(land, point).sum()
    return int(held) if touched == held else None
