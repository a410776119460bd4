"""Under the maps: the scale bar, what the signs mean, and the north arrow."""

import shapely

from gis.maps.paper.hatching import hatched
from gis.maps.paper.looks import (
    CHANGED,
    CHANGED_GRID,
    COMMUNITY,
    COMPOUND,
    FRAME,
    GONE,
    GRID,
    HATCH,
    NEIGHBOUR,
    OFFICE,
    ROADS,
    STATION,
    TEXT,
)
from gis.maps.paper.scene import Ink, Scene, Written
from gis.maps.paper.words import map_words

BAR_METRES = (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
LONGEST_BAR_MM = 36.0
LEFT_MM, RIGHT_MM = 46.0, 10.0
"""Room for the scale bar and for the north arrow, beside the signs."""

ROW_MM, SWATCH_MM = 4.6, 7.0
HEAD_MM = 1.5
LEAST_ROWS = 3
"""The scale bar and the north arrow are as high as this."""

Cell = tuple[str, float, int]


def _cells(keys: list[str], width_mm: float, scale: float) -> list[Cell]:
    """Return where each sign goes: its key, its left edge, its row."""
    words = map_words()
    room = width_mm - (LEFT_MM + RIGHT_MM) * scale
    cells, x, row = [], 0.0, 0
    for key in keys:
        wide = (SWATCH_MM + 5.5) * scale + TEXT["legend"].line(words[key], scale).width_mm
        if x and x + wide > room:
            x, row = 0.0, row + 1
        cells.append((key, LEFT_MM * scale + x, row))
        x += wide
    return cells


def legend_height(keys: list[str], width_mm: float, scale: float) -> float:
    """Return how high the legend of these signs is."""
    rows = max(row for _key, _x, row in _cells(keys, width_mm, scale)) + 1
    return (max(rows, LEAST_ROWS) * ROW_MM + HEAD_MM) * scale


def draw_legend(scene: Scene, keys: list[str], mm_a_metre: float, denominator: int, scale: float) -> None:
    """Draw the legend along the foot of a drawing."""
    words = map_words()
    top = legend_height(keys, scene.width_mm, scale) - HEAD_MM * scale
    for key, x, row in _cells(keys, scene.width_mm, scale):
        y = top - (row + 0.5) * ROW_MM * scale
        _draw_sign(scene, key, x, y, scale)
        look = TEXT["legend"]
        scene.write(
            Written(words[key], x + (SWATCH_MM + 1.5) * scale, y, look.size_pt * scale, look.colour, anchor="start")
        )
    _draw_bar(scene, mm_a_metre, denominator, top, scale)
    _draw_north(scene, words["north"], top, scale)


def _draw_sign(scene: Scene, key: str, x: float, y: float, scale: float) -> None:
    wide, half = SWATCH_MM * scale, 1.4 * scale
    box = shapely.box(x, y - half, x + wide, y + half)
    line = shapely.LineString([(x, y), (x + wide, y)])
    if key == "changed":
        scene.draw(hatched(box, 1.25 * scale), HATCH)
        scene.draw(box, CHANGED)
    elif key in {"compound", "neighbour"}:
        scene.draw(box, COMPOUND if key == "compound" else NEIGHBOUR)
    elif key == "road":
        look = ROADS["arterial"]
        scene.draw(line, Ink(stroke=look.edge, width_mm=(look.width_mm + look.edge_mm) * scale))
        scene.draw(line, Ink(stroke=look.surface, width_mm=look.width_mm * scale))
    elif key in {"office", "station"}:
        look_of_point = OFFICE if key == "office" else STATION
        scene.draw(look_of_point.symbol(x + wide / 2, y, scale), look_of_point.ink)
    else:
        lines = {"gone": GONE, "grid": GRID, "changed_grid": CHANGED_GRID, "community": COMMUNITY}
        ink = lines[key]
        scene.draw(line, Ink("", ink.stroke, ink.width_mm * scale, tuple(dash * scale for dash in ink.dash_mm)))


def _draw_bar(scene: Scene, mm_a_metre: float, denominator: int, top: float, scale: float) -> None:
    words = map_words()
    metres = next((m for m in BAR_METRES if m * mm_a_metre <= LONGEST_BAR_MM * scale), 1)
    long, high = metres * mm_a_metre, 1.1 * scale
    y = top - 1.75 * ROW_MM * scale
    for part in range(4):
        box = shapely.box(part * long / 4, y, (part + 1) * long / 4, y + high)
        scene.draw(box, Ink(fill="#1d2733" if part % 2 == 0 else "#ffffff", stroke="#1d2733", width_mm=0.15 * scale))
    size = 6.4 * scale
    unit = words["kilometre"] if metres >= 1000 else words["metre"]
    end = f"{metres // 1000 if metres >= 1000 else metres} {unit}"
    scene.write(
        Written("0", 0, y - 2 * scale, size, anchor="start"),
        Written(end, long, y - 2 * scale, size, anchor="middle"),
        Written(f"{words['scale']} 1∶{denominator:,}".replace(",", " "), 0, y + 3.6 * scale, size, anchor="start"),
    )


def _draw_north(scene: Scene, word: str, top: float, scale: float) -> None:
    x, y = scene.width_mm - 4 * scale, top - 2.7 * ROW_MM * scale
    high, half = 8.0 * scale, 2.2 * scale
    left = shapely.Polygon([(x, y + high), (x - half, y), (x, y + 0.25 * high)])
    right = shapely.Polygon([(x, y + high), (x + half, y), (x, y + 0.25 * high)])
    ink = Ink(fill="#1d2733", stroke="#1d2733", width_mm=0.15 * scale)
    scene.draw(left, ink)
    scene.draw(right, Ink(fill="#ffffff", stroke="#1d2733", width_mm=FRAME.width_mm * 0.45 * scale))
    scene.write(Written(word, x, y + high + 2.0 * scale, 7.2 * scale, bold=True))
