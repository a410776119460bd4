"""How wide a piece of land is: the diameter of the largest circle that fits into it.

Width tells a real strip of land from the crumbs that two hands leave along one line, where area and share do not
(DOMAIN §4). Measuring it costs more than overlaying, so cheap bounds settle what they can:

* a region of area A and outline P holds a circle of radius A / P, so its width is at least 2 A / P;
* its width is at most 2 sqrt(A / pi), and at most the short side of any box around it.
"""

from collections.abc import Callable

import numpy as np
import shapely

from gis.geometry.layers import Shapes
from gis.geometry.pieces import Bools, Floats, Ints

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7

TOLERANCE = 0.01
"""Widths are measured to this share of the noise width: 6 cm for layers accurate to a metre."""


FINE = 0.01
"""A width is not measured finer than to this share of itself."""

COARSE = 0.1
"""How roughly a circle is first searched, as a share of the width asked for."""

THIN = 3.0
"""A polygon whose bounds differ by more than this factor is measured by wearing it away, others by their circle."""

WEAR_MARGIN = 0.02
"""How much less is taken off than the width asked for, see `_worn_away`."""


QUARTER = 8
"""Segments in a quarter circle when land is worn away: with 4, corners are left standing."""

MIN_WORN_VERTICES = 11
"""Vertices of the outline from which wearing away is right: with fewer, 79 of 11 147 polygons vanished too early; from
11 on none of 13 854. Simpler outlines get points along their edges first."""


def polygon_parts(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Return every polygon in the shapes and the position of the shape it belongs to; lines and points are dropped."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    if np.any(shapely.get_type_id(parts) == MULTIPOLYGON):
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    land = (shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)
    return parts[land], owner[land].astype(np.int64)


def land_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return only the polygons of an overlay's result, as Polygon or MultiPolygon (empty when there is none)."""
    if shapely.get_type_id(shape) in (POLYGON, MULTIPOLYGON):
        return shape
    parts, _ = polygon_parts(np.array([shape], dtype=object))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def round_bound_m(area_m2: Floats) -> Floats:
    """Return the diameter of the disc of this area: no region of the area is wider."""
    return 2.0 * np.sqrt(np.maximum(area_m2, 0.0) / np.pi)


def inscribed_diameters(
    shapes: Shapes, tolerance_m: float, above_m: Floats | None = None, at_most_m: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return lower and upper bounds of the width of each shape, in metres.

    Parameters
    ----------
    shapes : (n,) results of an overlay; anything but polygons in them is ignored. An empty shape has width 0.
    tolerance_m : how far below the true width a measured one may lie (or 1 % of it, where that is more).
    above_m : (n,) when given, it is enough to tell whether the width is above this.
    at_most_m : (n,) upper bounds already known.

    Returns
    -------
    low, high : (n,) equal where measured.
    """
    low, high = np.zeros(len(shapes)), np.zeros(len(shapes))
    parts, owner = polygon_parts(shapes)
    area = shapely.area(parts)
    part_high = np.minimum(round_bound_m(area), _short_sides_m(parts))
    if at_most_m is not None:
        part_high = np.minimum(part_high, at_most_m[owner])
    # Lowered by the tolerance, so that a bound never says more than a measurement would.
    part_low = np.maximum(2.0 * area / np.maximum(shapely.length(parts), 1e-12) - tolerance_m, 0.0)
    np.maximum.at(low, owner, part_low)
    np.maximum.at(high, owner, part_high)
    if above_m is None:
        _measure(parts, owner, part_low, part_high, tolerance_m, low)
        return low, low.copy()
    doubt = (low <= above_m) & (high > above_m)
    # Wearing the piece away is a hundred times cheaper than finding its largest circle, and settles most slivers.
    asked = np.flatnonzero(doubt[owner] & (part_high > above_m[owner]))
    gone = asked[_worn_away(parts[asked], above_m[owner[asked]])]
    part_high[gone] = np.minimum(part_high[gone], above_m[owner[gone]])
    asked = asked[part_high[asked] > np.maximum(low, above_m)[owner[asked]]]
    # What is left is mostly wider by far: a rough circle tells, and only what it leaves open is measured finely.
    for fine in (np.maximum(tolerance_m, COARSE * above_m[owner[asked]]), np.full(len(asked), tolerance_m)):
        still = np.flatnonzero(
            (low[owner[asked]] <= above_m[owner[asked]]) & (part_high[asked] > above_m[owner[asked]])
        )
        rows = asked[still]
        found = _circles_m(parts[rows], fine[still])
        np.maximum.at(low, owner[rows], found)
        part_high[rows] = np.where(fine[still] > tolerance_m, found + fine[still], found)
    high = low.copy()
    np.maximum.at(high, owner, part_high)
    return low, high


def _measure(parts: Shapes, owner: Ints, part_low: Floats, part_high: Floats, tolerance_m: float, low: Floats) -> None:
    """Raise `low` to the measured widths of the shapes, in place; only parts that may be their shape's widest count."""
    # What is narrower than the tolerance is not worth measuring: its lower bound is within tolerance already.
    asked = np.flatnonzero(part_high > low[owner] + tolerance_m)
    thin = part_high[asked] > THIN * part_low[asked]
    for rows, measure in ((asked[thin], _worn_m), (asked[~thin], _circles_m)):
        rows = rows[part_high[rows] > low[owner[rows]]]
        fine = np.maximum(tolerance_m, FINE * part_low[rows])
        if measure is _worn_m:
            found = _worn_m(parts[rows], fine, part_low[rows], part_high[rows])
        else:
            found = _circles_m(parts[rows], fine)
        np.maximum.at(low, owner[rows], found)


def _circles_m(parts: Shapes, tolerance_m: Floats) -> Floats:
    """Return the diameters of the largest circles, at most the tolerance too small."""
    return np.asarray(2.0 * shapely.length(shapely.maximum_inscribed_circle(parts, tolerance=tolerance_m / 2.0)))


def _worn_away(parts: Shapes, width_m: Floats) -> Bools:
    """Tell which polygons vanish when half the width is taken off all around: these are narrower for certain.

    GEOS straightens outlines a little before it offsets them, by up to 1 % of the distance; a margin makes up for it.
    """
    taken_off = 0.5 * (1.0 - WEAR_MARGIN) * width_m
    return np.asarray(shapely.is_empty(shapely.buffer(_wearable(parts), -taken_off, quad_segs=QUARTER)))


def _wearable(parts: Shapes) -> Shapes:
    """Return the polygons with points enough on their outlines: GEOS may drop the offset line of a ring of few."""
    ready = parts.copy()
    few = shapely.get_num_coordinates(shapely.get_exterior_ring(parts)) < MIN_WORN_VERTICES
    ready[few] = shapely.segmentize(parts[few], shapely.length(parts[few]) / MIN_WORN_VERTICES)
    return ready


def _worn_m(parts: Shapes, tolerance_m: Floats, low: Floats, high: Floats) -> Floats:
    """Return the widths of long thin polygons, by halving: how much can be taken off before nothing is left.

    A circle search looks along the whole length of such a polygon and takes milliseconds.
    """
    low, high, wearable = low.copy(), high.copy(), _wearable(parts)
    left = np.full(len(parts), None, dtype=object)
    while True:
        asked = np.flatnonzero(high - low > tolerance_m)
        if not len(asked):
            break
        middle = 0.5 * (low + high)[asked]
        worn = shapely.buffer(wearable[asked], -0.5 * middle, quad_segs=QUARTER)
        gone = shapely.is_empty(worn)
        high[asked[gone]] = middle[gone]
        low[asked[~gone]], left[asked[~gone]] = middle[~gone], worn[~gone]
    false = np.flatnonzero(~_is_left_inside(parts, left, low))
    low[false] = _circles_m(parts[false], tolerance_m[false])
    return low


def _is_left_inside(parts: Shapes, left: Shapes, width_m: Floats) -> Bools:
    """Tell whether what is left lies as deep in each polygon as was taken off; nothing left proves nothing false.

    GEOS may leave land that is no part of the answer: of a grid of 1 047 vertices, 1.4 times as wide as it is.
    """
    deep = np.full(len(parts), np.inf)
    some = np.flatnonzero(~shapely.is_missing(left))
    points = shapely.point_on_surface(left[some])
    deep[some] = shapely.distance(points, shapely.boundary(parts[some]))
    return np.asarray(deep >= (1.0 - WEAR_MARGIN) * 0.5 * width_m)


def _short_sides_m(parts: Shapes) -> Floats:
    boxes = shapely.bounds(parts).reshape(-1, 4)
    return np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])


class Widths:
    """What is known of the widths of one kind of region: bounds at first, measured where they leave a doubt.

    Parameters
    ----------
    low, high : (n,) bounds in metres; taken over and sharpened in place.
    measure : gives new bounds of some rows; its second argument is what the width is compared with, or None when it is
        to be measured.
    """

    def __init__(
        self, low: Floats, high: Floats, measure: Callable[[Ints, Floats | None], tuple[Floats, Floats]]
    ) -> None:
        self.low = low
        self.high = high
        self._measure = measure

    def exceed(self, rows: Ints, threshold_m: Floats | float) -> Bools:
        """Tell for each row whether its width is above the threshold, measuring only where bounds leave a doubt."""
        if not len(rows):
            return np.zeros(0, dtype=bool)
        low = self.low[rows]
        doubt = (low <= threshold_m) & (self.high[rows] > threshold_m)
        if doubt.any():
            asked = rows[doubt]
            above = np.broadcast_to(np.asarray(threshold_m, dtype=np.float64), rows.shape)[doubt]
            found, bound = self._measure(asked, above)
            self.low[asked] = np.maximum(self.low[asked], found)
            self.high[asked] = np.maximum(np.minimum(self.high[asked], bound), self.low[asked])
            low = self.low[rows]
        return np.asarray(low > threshold_m)

    def settle(self, rows: Ints) -> Floats:
        """Return the measured width of each row, within the tolerance."""
        asked = rows[self.high[rows] > self.low[rows]]
        if len(asked):
            low, _ = self._measure(asked, None)
            self.low[asked] = low
            self.high[asked] = low
        return self.low[rows]
