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
    tolerance_m : how far below the true width a measured one may lie.
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
    floor = low if above_m is None else np.maximum(low, above_m)
    doubt = high - low > tolerance_m if above_m is None else (low <= above_m) & (high > above_m)
    # What is narrower than the tolerance is not worth measuring: its lower bound is within tolerance already.
    wanted = doubt[owner] & (part_high > floor[owner])
    circles = shapely.maximum_inscribed_circle(parts[wanted], tolerance=tolerance_m / 2.0)
    np.maximum.at(low, owner[wanted], 2.0 * shapely.length(circles))
    if above_m is None:
        return low, low.copy()
    high = low.copy()
    np.maximum.at(high, owner[~wanted], part_high[~wanted])
    return low, high


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
        threshold = np.broadcast_to(np.asarray(threshold_m, dtype=np.float64), rows.shape)
        doubt = (self.low[rows] <= threshold) & (self.high[rows] > threshold)
        if np.any(doubt):
            asked = rows[doubt]
            low, high = self._measure(asked, threshold[doubt])
            self.low[asked] = np.maximum(self.low[asked], low)
            self.high[asked] = np.maximum(np.minimum(self.high[asked], high), self.low[asked])
        return np.asarray(self.low[rows] > threshold)

    def settle(self, rows: Ints) -> Floats:
        """Return the measured width of each row, within the tolerance."""
        asked = rows[self.high[rows] > self.low[rows]]
        if len(asked):
            low, _ = self._measure(asked, None)
            self.low[asked] = low
            self.high[asked] = low
        return self.low[rows]
