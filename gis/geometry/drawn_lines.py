"""The lines along which a piece is cut out of a unit: the piece's outline, where it does not follow the unit's."""

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from gis.geometry.layers import Shapes
from gis.geometry.noding import LINE_TYPES, NODE_M
from gis.geometry.pieces import Floats

WAY_OUT = 4.0
"""A line within so many tolerances of the border, at both ends together, does not run beside it."""


def dividing_lines(unit: BaseGeometry, piece: BaseGeometry, tolerance_m: float) -> list[BaseGeometry]:
    """Return lines from border to border of a unit, the longest first.

    Parameters
    ----------
    piece : part of the unit. tolerance_m : where the outlines run nearer to each other than this, they are one.

    A piece that touches the unit's border nowhere has no such line: it is an island in it.
    """
    border, outline = shapely.boundary(unit), shapely.boundary(piece)
    exact = _away_from(outline, border, NODE_M)
    drawn = []
    for line in _away_from(outline, border, tolerance_m):
        # Where the outline leaves the border at once, its own way there is truer than the shortest one.
        whole = exact[shapely.dwithin(exact, shapely.line_interpolate_point(line, 0.5, normalized=True), NODE_M)]
        straight = len(whole) == 1 and whole[0].length <= line.length + WAY_OUT * tolerance_m
        drawn.append(_to_border(whole[0] if straight else line, border))
    return [line for line in drawn if line.is_simple]


def _away_from(outline: BaseGeometry, border: BaseGeometry, reach_m: float) -> Shapes:
    """Return the open lines of an outline that lie farther from a border, the longest first."""
    merged = shapely.get_parts(shapely.line_merge(shapely.difference(outline, shapely.buffer(border, reach_m))))
    lines: Shapes = merged[np.isin(shapely.get_type_id(merged), LINE_TYPES) & ~shapely.is_closed(merged)]
    return lines[np.argsort(-shapely.length(lines), kind="stable")]


def _to_border(line: BaseGeometry, border: BaseGeometry) -> BaseGeometry:
    """Return a line drawn on at both ends to the nearest place on the border."""
    xy = shapely.get_coordinates(line)
    return LineString(np.vstack([_nearest(border, xy[0]), xy, _nearest(border, xy[-1])]))


def _nearest(border: BaseGeometry, xy: Floats) -> Floats:
    near, _ = nearest_points(border, shapely.Point(xy))
    found: Floats = shapely.get_coordinates(near)[:1]
    return found
