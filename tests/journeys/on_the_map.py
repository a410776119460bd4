"""Places of the editor's map: where a place lies on the screen, and places of a plan that are good to draw in."""

import math
import re
from dataclasses import dataclass
from typing import Any

import shapely
from playwright.sync_api import Page, expect
from shapely import LineString
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

POSITION = re.compile(r"(-?\d+\.\d+), (-?\d+\.\d+)")


def _up(lat: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


@dataclass(frozen=True)
class View:
    """What the map shows: from degrees to pixels of the page."""

    x: float
    y: float
    lon: float
    up: float
    across: float
    down: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return self.x + (lon - self.lon) * self.across, self.y + (_up(lat) - self.up) * self.down


def view(page: Page) -> View:
    """Return what the map shows, read from the position that it tells under the pointer."""
    box = page.locator("#map").bounding_box()
    assert box
    told = []
    for share in (0.35, 0.75):
        x, y = box["x"] + box["width"] * share, box["y"] + box["height"] * share
        before = page.locator("#readout").inner_text()
        page.mouse.move(x, y)
        expect(page.locator("#readout")).not_to_have_text(before)
        found = POSITION.search(page.locator("#readout").inner_text())
        assert found
        told.append((x, y, float(found[2]), _up(float(found[1]))))
    (x, y, lon, up), (x2, y2, lon2, up2) = told
    return View(x, y, lon, up, (x2 - x) / (lon2 - lon), (y2 - y) / (up2 - up))


@dataclass(frozen=True)
class Border:
    """The border of two grids of one community, in degrees."""

    one: str
    other: str
    line: LineString

    @property
    def middle(self) -> tuple[float, float]:
        point = self.line.interpolate(0.5, normalized=True)
        return point.x, point.y


def grids_of(told: Any) -> dict[str, BaseGeometry]:
    return {grid["code"]: shape(grid["geometry"]) for grid in told["grids"] if grid["geometry"]}


def free_border(told: Any) -> Border:
    """Return the border with the most free land around its middle: there it can be moved."""
    grids = grids_of(told)
    units = told["units"]["features"]
    free = shapely.union_all([shape(unit["geometry"]) for unit in units if not unit["properties"]["compound"]])
    best: tuple[float, Border] | None = None
    for one, land in grids.items():
        for other in (code for code in grids if code > one and grids[code].intersects(land)):
            met = shapely.get_parts(land.boundary.intersection(grids[other].boundary))
            line = shapely.line_merge(shapely.union_all([part for part in met if isinstance(part, LineString)]))
            if not isinstance(line, LineString) or line.is_empty or line.is_ring or line.length < 0.001:
                continue
            around = line.interpolate(0.5, normalized=True).buffer(0.0004)
            share = around.intersection(free).area / around.area
            if best is None or share > best[0]:
                best = share, Border(one, other, line)
    assert best
    return best[1]


def look_at(page: Page, code: str) -> None:
    """Show a grid from the list, with nothing aimed at and the keys on the map."""
    page.get_by_role("tab", name="网格").click()
    page.locator(f"[data-code='{code}']").click()
    page.wait_for_timeout(700)
    page.keyboard.press("m")
    page.keyboard.press("x")


def beside(place: tuple[float, float], line: LineString, seen: View, away_px: float) -> tuple[float, float]:
    """Return the pixel so far to the side of a line's middle."""
    near = line.interpolate(0.505, normalized=True)
    x, y = seen.at(*place)
    nx, ny = seen.at(near.x, near.y)
    length = math.hypot(nx - x, ny - y)
    return x - (ny - y) / length * away_px, y + (nx - x) / length * away_px
