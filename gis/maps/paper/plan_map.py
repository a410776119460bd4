"""Land before and after a plan, side by side or one above the other, on one scale, with legend, scale bar and north."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from gis.maps.paper.content import MapGrid, MapShape, PlanMap
from gis.maps.paper.hatching import hatched
from gis.maps.paper.labels import Labels
from gis.maps.paper.legend import draw_legend, legend_height
from gis.maps.paper.looks import (
    CHANGED,
    CHANGED_GRID,
    COMMUNITY,
    COMPOUND,
    FRAME,
    GONE,
    GRID,
    GROUND,
    HATCH,
    NEIGHBOUR,
    OFFICE,
    ROADS,
    STATION,
    TEXT,
    Look,
)
from gis.maps.paper.scene import Box, Ink, Scene, Written
from gis.maps.paper.words import map_words

SCALES = tuple(round(step * 10**power) for power in (2, 3, 4) for step in (5, 6, 7.5, 8, 10, 12.5, 15, 20, 25, 30, 40))
"""Denominators that a reader can work with."""

PADDING_MM = 5.0
"""Land around what a map is about."""

TITLE_MM = 6.0
GAP_MM = 4.0
HATCH_MM = 1.25
"""Between the lines of a hatch."""

EDGE_MM = 1.4
"""Kept white around a frame."""

FINEST_MM = 0.02
"""Bends of a line that no eye sees: a quarter of what a printer of 300 dots an inch can show."""

EMPTY = shapely.GeometryCollection()

LEAST_MM = 42.0
"""A frame is no lower and no narrower, however small its land."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Two frames and their scale: how many millimetres a metre is."""

    frames: tuple[Box, Box]
    mm_a_metre: float
    denominator: int
    height_mm: float


@dataclass(frozen=True, eq=False)
class _Place:
    """One frame: what lies where on the paper."""

    frame: Box
    mm_a_metre: float
    middle: tuple[float, float]
    scale: float

    @cached_property
    def window(self) -> BaseGeometry:
        """The land that the frame shows, in metres."""
        west, south, east, north = self.frame
        across, up = (east - west) / 2 / self.mm_a_metre, (north - south) / 2 / self.mm_a_metre
        x, y = self.middle
        box = shapely.box(x - across, y - up, x + across, y + up)
        shapely.prepare(box)
        return box

    def put(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in metres as it lies on the paper, cut off at the frame."""
        if not self.window.intersects(shape):
            return EMPTY
        west, south, east, north = self.frame
        factor = self.mm_a_metre
        across, up = (west + east) / 2 - self.middle[0] * factor, (south + north) / 2 - self.middle[1] * factor
        on_paper = affinity.affine_transform(shape, [factor, 0, 0, factor, across, up])
        return shapely.simplify(shapely.intersection(on_paper, shapely.box(*self.frame)), FINEST_MM)


def plan_scene(content: PlanMap, width_mm: float, height_mm: float, scale: float = 1.0) -> Scene:
    """Return the two maps of some land as one drawing.

    Parameters
    ----------
    width_mm, height_mm : the room there is; the drawing may be lower.
    scale : how much larger than on A4 texts and lines are.
    """
    keys = _legend_keys(content)
    foot = legend_height(keys, width_mm, scale) + 1.5 * scale
    laid = _layout(_land(content), width_mm, height_mm - foot, scale)
    title = f"{content.title}：{content.before_title}，{content.after_title}"
    scene = Scene(width_mm, laid.height_mm + foot, title)
    west, south, east, north = _land(content)
    middle = (west + east) / 2, (south + north) / 2
    sides = ((content.before, content.before_title), (content.after, content.after_title))
    for frame, (grids, words) in zip(laid.frames, sides, strict=True):
        place = _Place(_raised(frame, foot), laid.mm_a_metre, middle, scale)
        _draw_side(scene, place, content, grids, words, after=grids is content.after)
    draw_legend(scene, keys, laid.mm_a_metre, laid.denominator, scale)
    return scene


def _raised(frame: Box, by: float) -> Box:
    return frame[0], frame[1] + by, frame[2], frame[3] + by


def _land(content: PlanMap) -> Box:
    """Return the box that the maps show."""
    if content.focus is not None:
        return content.focus
    shapes = [grid.shape for grid in (*content.before, *content.after) if not grid.shape.is_empty]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
    return west, south, east, north


def _layout(land: Box, width_mm: float, height_mm: float, scale: float) -> _Layout:
    """Return the frames, one above the other or side by side, whichever shows the land larger."""
    wide, high = max(land[2] - land[0], 1.0), max(land[3] - land[1], 1.0)
    title, gap, padding = TITLE_MM * scale, GAP_MM * scale, 2 * PADDING_MM * scale
    stacked = (width_mm, (height_mm - gap) / 2 - title)
    beside = ((width_mm - gap) / 2, height_mm - title)
    rooms = [(min(w - padding, 1e9) / wide, min(h - padding, 1e9) / high, w, h) for w, h in (stacked, beside)]
    fits = [min(across, up) * 1000 for across, up, _w, _h in rooms]
    is_stacked = fits[0] >= fits[1]
    needed = 1e6 / max(fits)
    denominator = next((one for one in SCALES if one >= needed), int(np.ceil(needed / 1e5) * 1e5))
    factor = 1000 / denominator
    _across, _up, w, h = rooms[0 if is_stacked else 1]
    h = min(h, max(high * factor + padding, LEAST_MM * scale))
    if is_stacked:
        lower, upper = (0.0, 0.0, w, h), (0.0, h + title + gap, w, 2 * h + title + gap)
        return _Layout((upper, lower), factor, denominator, 2 * (h + title) + gap)
    left, right = (0.0, 0.0, w, h), (w + gap, 0.0, 2 * w + gap, h)
    return _Layout((left, right), factor, denominator, h + title)


def _draw_side(scene: Scene, place: _Place, content: PlanMap, grids: list[MapGrid], words: str, *, after: bool) -> None:
    scale = place.scale
    frame = shapely.box(*place.frame)
    scene.draw(frame, Ink(fill="#ffffff"))
    for neighbour in content.neighbours:
        scene.draw(place.put(neighbour.shape), _thick(NEIGHBOUR, scale))
    own = shapely.union_all([grid.shape for grid in grids])
    scene.draw(place.put(own), GROUND)
    for compound in content.compounds:
        scene.draw(place.put(compound.shape), _thick(COMPOUND, scale))
    _draw_roads(scene, place, content)
    for grid in sorted(grids, key=lambda grid: grid.changed):
        look = GRID if content.overview or not grid.changed else CHANGED_GRID
        scene.draw(place.put(grid.shape), _thick(look, scale))
    changed = place.put(content.changed)
    scene.draw(hatched(changed, HATCH_MM * scale), _thick(HATCH, scale))
    scene.draw(changed, _thick(CHANGED, scale))
    if after:
        scene.draw(place.put(content.gone), _thick(GONE, scale))
    for community in content.communities:
        scene.draw(place.put(shapely.boundary(community.shape)), _thick(COMMUNITY, scale))
    _draw_names(scene, place, content, grids)
    # Round ends of lines that are cut off at the frame stand over it.
    scene.draw(shapely.difference(frame.buffer(EDGE_MM * scale, join_style="mitre"), frame), Ink(fill="#ffffff"))
    scene.draw(frame, _thick(FRAME, scale))
    west, _south, _east, north = place.frame
    scene.write(Written(words, west, north + 3 * scale, 9.5 * scale, bold=True, anchor="start"))


def _thick(look: Ink, scale: float) -> Ink:
    return replace(look, width_mm=look.width_mm * scale, dash_mm=tuple(dash * scale for dash in look.dash_mm))


def _draw_roads(scene: Scene, place: _Place, content: PlanMap) -> None:
    """Draw all edges first, then all surfaces, so that crossings are open."""
    drawn = [(place.put(road.shape), ROADS[road.rank]) for road in content.roads]
    for edge in (True, False):
        for line, look in drawn:
            width_mm = look.width_mm + (look.edge_mm if edge else 0.0)
            scene.draw(line, Ink(stroke=look.edge if edge else look.surface, width_mm=width_mm * place.scale))


def _draw_names(scene: Scene, place: _Place, content: PlanMap, grids: list[MapGrid]) -> None:
    labels = Labels(place.frame)
    scale = place.scale
    _draw_points(scene, labels, place, content.offices, OFFICE)
    _draw_points(scene, labels, place, content.stations, STATION)
    if content.overview:
        for community in content.communities:
            labels.inside(place.put(community.shape), [TEXT["community"].line(community.name, scale)], must=True)
        scene.add(labels.marks)
        return
    households = map_words()["households"]
    for grid in sorted(grids, key=lambda grid: (not grid.changed, -grid.shape.area)):
        shape = place.put(grid.shape)
        looks = ("changed", "figure") if grid.changed else ("grid", "quiet_figure")
        lines = [
            TEXT[looks[0]].line(grid.name, scale),
            TEXT[looks[1]].line(households.format(count=grid.households), scale),
        ]
        if not labels.inside(shape, lines, fit=True):
            labels.inside(shape, lines[:1], must=grid.changed)
    touched = [one for one in content.compounds if shapely.intersects(one.shape, content.changed)]
    others = [one for one in content.compounds if not shapely.intersects(one.shape, content.changed)]
    for compound in (*touched, *others):
        labels.inside(place.put(compound.shape), [TEXT["compound"].line(compound.name, scale)], fit=True)
    _name_roads(labels, place, content)
    for neighbour in content.neighbours:
        labels.inside(place.put(neighbour.shape), [TEXT["neighbour"].line(neighbour.name, scale)], fit=True)
    scene.add(labels.marks)


def _name_roads(labels: Labels, place: _Place, content: PlanMap) -> None:
    for road in sorted(content.roads, key=lambda road: list(ROADS).index(road.rank)):
        parts = shapely.get_parts(shapely.line_merge(place.put(road.shape)))
        if road.name and len(parts):
            longest = max(parts, key=lambda part: float(part.length))
            if longest.geom_type == "LineString":
                labels.along(longest, TEXT["road"].line(road.name, place.scale))


def _draw_points(scene: Scene, labels: Labels, place: _Place, points: list[MapShape], look: Look) -> None:
    for point in points:
        on_paper = place.put(point.shape)
        if on_paper.is_empty:
            continue
        x, y = shapely.get_coordinates(on_paper)[0].tolist()
        half = look.half_mm * place.scale
        scene.draw(look.symbol(x, y, place.scale), look.ink)
        labels.keep_clear((x - half, y - half, x + half, y + half))


def _legend_keys(content: PlanMap) -> list[str]:
    """Return the signs that these maps show, in the legend's order."""
    shown = {
        "changed": not content.changed.is_empty,
        "gone": not content.gone.is_empty,
        "changed_grid": not content.overview and any(grid.changed for grid in (*content.before, *content.after)),
        "grid": True,
        "community": bool(content.communities),
        "compound": bool(content.compounds),
        "road": bool(content.roads),
        "neighbour": bool(content.neighbours),
        "office": bool(content.offices),
        "station": bool(content.stations),
    }
    return [key for key, is_shown in shown.items() if is_shown]
