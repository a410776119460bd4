"""Where names stand on a map so that none lies on another: the most important first, each tried at several places."""

from collections.abc import Iterable, Iterator, Sequence
from math import atan2, cos, degrees, radians, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.maps.paper.scene import Box, Drawn, Ink, Mark, Written

GAP_MM = 0.35
"""Room around every text."""

LATTICE = 7
"""Places that are tried across and along a shape."""

LEADER_MM = (7.0, 10.0, 14.0, 19.0)
"""How far from its shape a name may stand, with a line that leads to it."""

ROUND = 12
"""Directions in which a leader may go."""

PARTS = 5
"""Boxes that stand for a text that is turned."""

SMALLEST_MM2 = 1e-4
"""What is smaller has no widest part to speak of."""

LEADER_INK = Ink(stroke="#1d2733", width_mm=0.15)


class Labels:
    """The texts of one map frame, placed one after the other."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self.taken: list[Box] = []
        self.marks: list[Mark] = []

    def keep_clear(self, box: Box) -> None:
        """Let no text lie on a box."""
        self.taken.append(box)

    def inside(self, shape: BaseGeometry, lines: Sequence[Written], *, must: bool = False, fit: bool = False) -> bool:
        """Write some lines as a block into a shape; return whether there was room.

        Parameters
        ----------
        lines : their own positions are not looked at.
        must : where there is no room in the shape, beside it with a leader.
        fit : only where the whole block lies in the shape.
        """
        if shape.is_empty:
            return False
        width, height = max(line.width_mm for line in lines), sum(line.height_mm for line in lines)
        places = list(_places_in(shape))
        for x, y in places:
            box = _box(x, y, width, height)
            if self._free(box) and shape.contains(shapely.box(*box)):
                return self._put(x, y, height, box, lines)
        if fit:
            return False
        for x, y in places[: LATTICE * 2]:
            box = _box(x, y, width, height)
            if self._free(box):
                return self._put(x, y, height, box, lines)
        return must and self._led(places[0], width, height, lines)

    def along(self, line: BaseGeometry, text: Written) -> bool:
        """Write a name along a line, turned as the line runs there; return whether there was room."""
        room = line.length
        for share in (0.5, 0.35, 0.65, 0.2, 0.8):
            middle = share * room
            reach = text.width_mm / 2 + 1.0
            if middle < reach or middle > room - reach:
                continue
            one, two = line.interpolate(middle - reach), line.interpolate(middle + reach)
            if shapely.distance(one, two) < 1.96 * reach:
                continue  # the line bends too much to be read along
            angle = degrees(atan2(two.y - one.y, two.x - one.x))
            angle = angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle
            x, y = (one.x + two.x) / 2, (one.y + two.y) / 2
            boxes = _turned(x, y, text.width_mm, text.height_mm, angle)
            if all(self._free(box) for box in boxes):
                self.taken.extend(boxes)
                self.marks.append(_at(text, x, y, angle))
                return True
        return False

    def beside(self, x: float, y: float, text: Written, reach_mm: float) -> bool:
        """Write a name beside a point; return whether there was room."""
        step = reach_mm + text.width_mm / 2
        for dx, dy in ((step, 0.0), (-step, 0.0), (0.0, reach_mm + 1.5), (0.0, -reach_mm - 1.5)):
            box = _box(x + dx, y + dy, text.width_mm, text.height_mm)
            if self._free(box):
                self.taken.append(box)
                self.marks.append(_at(text, x + dx, y + dy))
                return True
        return False

    def _led(self, place: tuple[float, float], width: float, height: float, lines: Sequence[Written]) -> bool:
        for reach in LEADER_MM:
            for step in range(ROUND):
                angle = 2 * np.pi * (step + 0.5) / ROUND
                x, y = place[0] + reach * cos(angle), place[1] + reach * sin(angle)
                box = _box(x, y, width, height)
                edge = shapely.box(*box).exterior
                end = edge.interpolate(edge.project(shapely.Point(place)))
                leader = shapely.LineString([place, (end.x, end.y)])
                if self._free(box):
                    self.marks.append(Drawn(leader, LEADER_INK))
                    self.marks.append(Drawn(shapely.Point(place).buffer(0.35), Ink(fill=LEADER_INK.stroke)))
                    return self._put(x, y, height, box, lines)
        return False

    def _free(self, box: Box) -> bool:
        west, south, east, north = self.frame
        if box[0] < west or box[1] < south or box[2] > east or box[3] > north:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in self.taken
        )

    def _put(self, x: float, y: float, height: float, box: Box, lines: Iterable[Written]) -> bool:
        self.taken.append(box)
        top = y + height / 2
        for line in lines:
            self.marks.append(_at(line, x, top - line.height_mm / 2))
            top -= line.height_mm
        return True


def _at(text: Written, x: float, y: float, angle: float = 0.0) -> Written:
    return Written(text.text, x, y, text.size_pt, text.colour, text.bold, "middle", angle, text.backed)


def _box(x: float, y: float, width: float, height: float) -> Box:
    across, up = width / 2 + GAP_MM, height / 2 + GAP_MM / 2
    return x - across, y - up, x + across, y + up


def _turned(x: float, y: float, width: float, height: float, angle: float) -> list[Box]:
    """Return boxes that together cover a turned text."""
    run, rise = cos(radians(angle)), sin(radians(angle))
    steps = (np.arange(PARTS) + 0.5) / PARTS - 0.5
    half = max(width / PARTS, height) / 2 + GAP_MM
    middles = [(x + step * width * run, y + step * width * rise) for step in steps.tolist()]
    return [(cx - half, cy - half, cx + half, cy + half) for cx, cy in middles]


def _places_in(shape: BaseGeometry) -> Iterator[tuple[float, float]]:
    """Return the middle of a shape's widest part, then other places in it, the nearest first."""
    west, south, east, north = shape.bounds
    span = max(east - west, north - south)
    middle: BaseGeometry = shapely.point_on_surface(shape)
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon) and shape.area > SMALLEST_MM2:
        middle = shapely.maximum_inscribed_circle(shape, span * 0.02)
    x, y = shapely.get_coordinates(middle)[0].tolist()
    yield x, y
    xs, ys = np.meshgrid(np.linspace(west, east, LATTICE + 2)[1:-1], np.linspace(south, north, LATTICE + 2)[1:-1])
    points = np.column_stack([xs.ravel(), ys.ravel()])
    points = points[shapely.intersects_xy(shape, points[:, 0], points[:, 1])]
    for at in np.argsort(np.hypot(points[:, 0] - x, points[:, 1] - y), kind="stable").tolist():
        yield float(points[at, 0]), float(points[at, 1])
