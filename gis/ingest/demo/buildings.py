"""Buildings: rows that face south, towers, old courts, village houses, sheds and halls."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from gis.ingest.demo.estates import Estates, shared_out
from gis.ingest.demo.lots import Lots, Use
from gis.ingest.demo.roles import Roles
from gis.terms import CompoundKind

HOME_TO_WALL_M = 17.0
"""A home's middle stays this far from its walls: no noise of 3 m (9 m at most) and no shift of 4 m carries it over."""


@dataclass(frozen=True, slots=True)
class Style:
    """A pattern of footprints: length and depth of a building, gaps along and between rows, storeys; metres."""

    name: str
    long_m: tuple[float, float]
    deep_m: float
    gap_m: float
    row_m: float
    storeys: tuple[int, int]
    staggered: bool = False


OLD_ROWS = Style("板楼", (30, 50), 11, 8, 21, (5, 7))
ROWS = Style("板楼", (34, 56), 13, 10, 27, (6, 11))
HIGH_ROWS = Style("小高层", (38, 60), 14, 13, 35, (11, 18))
TOWERS = Style("塔楼", (24, 28), 22, 20, 42, (18, 33), staggered=True)
VILLAS = Style("低层", (14, 24), 12, 9, 26, (2, 4), staggered=True)
SHEDS = Style("厂房", (44, 92), 34, 12, 46, (1, 3))
HALLS = Style("公共建筑", (40, 80), 20, 16, 46, (3, 6), staggered=True)
OFFICES = Style("商务楼", (30, 44), 32, 14, 50, (12, 36), staggered=True)
SHOPS = Style("商业", (34, 66), 22, 9, 36, (2, 5))

OF_KIND = {
    CompoundKind.OLD: (OLD_ROWS, OLD_ROWS, ROWS), CompoundKind.PUBLIC_HOUSING: (OLD_ROWS, ROWS),
    CompoundKind.RESETTLEMENT: (ROWS, HIGH_ROWS), CompoundKind.COMMODITY: (ROWS, HIGH_ROWS, HIGH_ROWS, TOWERS),
    CompoundKind.HIGH_END: (TOWERS, VILLAS, HIGH_ROWS), CompoundKind.CIVIL_SERVANT: (ROWS, HIGH_ROWS),
    CompoundKind.TALENT: (TOWERS, HIGH_ROWS),
}  # fmt: skip
OF_USE = {
    Use.INDUSTRY: (SHEDS, 0.8), Use.SCHOOL: (HALLS, 0.6), Use.CAMPUS: (HALLS, 0.55), Use.TOWER: (OFFICES, 0.9),
    Use.SHOPS: (SHOPS, 0.75), Use.MARKET: (SHEDS, 0.75),
}  # fmt: skip
"""Style and the share of the places in it that are built on."""


@dataclass(frozen=True, slots=True, eq=False)
class Buildings:
    """Footprints with lot, compound (-1: none), type, storeys and households."""

    shapes: NDArray[np.object_]
    lot: NDArray[np.int64]
    compound: NDArray[np.int64]
    type: NDArray[np.object_]
    storeys: NDArray[np.int64]
    households: NDArray[np.int64]


def boxes(x: NDArray[np.float64], y: NDArray[np.float64], long_m: NDArray[np.float64], deep_m: float, turn: float,
          about: tuple[float, float]) -> NDArray[np.object_]:  # fmt: skip
    """Return rectangles around places given in a frame turned by `turn` radians about a point."""
    dx = np.column_stack([-long_m, long_m, long_m, -long_m, -long_m]) / 2 + x[:, None]
    dy = np.array([-1, -1, 1, 1, -1]) * deep_m / 2 + y[:, None]
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(shapely.polygons(np.stack([about[0] + dx * c - dy * s, about[1] + dx * s + dy * c], axis=-1)))


def south_turn(shape: Polygon) -> float:
    """Return how far (radians) rows turn from east-west: with the block, unless that would face them west."""
    corner = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    angle = np.arctan2(*(corner[1] - corner[0])[::-1])
    angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
    return float(angle if abs(angle) < 0.55 else np.sign(angle) * 0.2)


def rows_in(shape: Polygon, style: Style, rng: np.random.Generator, share: float = 1.0) -> NDArray[np.object_]:
    """Return a style's footprints in rows across the shape's box, inside the shape."""
    middle = shape.centroid
    reach = np.hypot(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1]) / 2
    places: list[tuple[float, float, float]] = []
    for number, y in enumerate(np.arange(-reach, reach, style.row_m)):
        x = -reach + rng.uniform(0, 25) + (style.long_m[0] * 0.9 if style.staggered and number % 2 else 0)
        while x < reach:
            long_m = rng.uniform(*style.long_m)
            places.append((x + long_m / 2, y + rng.normal(0, 0.8), long_m))
            x += long_m + style.gap_m + rng.exponential(2.5)
    at = np.array(places)
    at = at[rng.random(len(at)) < share]
    shapely.prepare(shape)
    found = boxes(at[:, 0], at[:, 1], at[:, 2], style.deep_m, south_turn(shape), (middle.x, middle.y))
    return found[shapely.contains_properly(shape, found)]


def _estate_footprints(
    wall: Polygon, lines: list[LineString], crossing: bool, style: Style, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Return footprints in a compound. Rows keep clear of lines between its own grids; an old grid line they ignore."""
    for chosen in (style, OLD_ROWS, VILLAS):
        room = wall.buffer(-max(9.0, HOME_TO_WALL_M - chosen.deep_m / 2))
        room = max(shapely.get_parts(room), key=lambda part: part.area, default=Polygon())
        if room.is_empty:
            continue
        found = rows_in(room, chosen, rng)
        spot = shapely.point_on_surface(found)
        clear = shapely.distance(spot, wall.exterior) >= HOME_TO_WALL_M - 1
        if lines and len(found):
            clear &= shapely.distance(spot if crossing else found, shapely.multilinestrings(lines)) >= 5.0
        if clear.sum() >= 3:
            return found[clear]
    middle = shapely.maximum_inscribed_circle(wall, tolerance=1.0)
    x, y = shapely.get_coordinates(middle)[0]
    return boxes(np.zeros(1), np.zeros(1), np.array([24.0]), 12.0, 0.0, (x, y))


def _lines_of(roles: Roles, compound: int) -> list[LineString]:
    cells = roles.cells.get(compound, [])
    return roles.lines.get(compound, []) or [cell.exterior for cell in cells if len(cells) > 1]


def _of(
    shapes: NDArray[np.object_],
    lot: int,
    compound: int,
    style: Style,
    rng: np.random.Generator,
    households: int = 0,
) -> Buildings:
    """Return footprints on one lot as buildings; the households are shared among them by floor area."""
    n = len(shapes)
    storeys = rng.integers(style.storeys[0], style.storeys[1] + 1, n)
    type_ = np.full(n, style.name, dtype=object)
    homes = shared_out(households, shapely.area(shapes) * storeys)
    return Buildings(shapes, np.full(n, lot), np.full(n, compound), type_, storeys, homes)


def _village(houses: tuple[NDArray[np.object_], NDArray[np.int64]], rng: np.random.Generator) -> Buildings:
    n = len(houses[0])
    type_ = np.full(n, "农宅", dtype=object)
    return Buildings(*houses, np.full(n, -1), type_, rng.integers(1, 4, n), np.ones(n, dtype=np.int64))


def make_buildings(
    lots: Lots,
    estates: Estates,
    roles: Roles,
    houses: tuple[NDArray[np.object_], NDArray[np.int64]],
    rng: np.random.Generator,
) -> Buildings:
    """Return every building: village houses, homes in compounds, and what stands on the other lots."""
    found = [_village(houses, rng)]
    for number in range(len(estates)):
        styles = OF_KIND[estates.kind[number]]
        style = styles[int(rng.integers(len(styles)))]
        shapes = _estate_footprints(estates.walls[number], _lines_of(roles, number), number in roles.lines, style, rng)
        households = int(estates.households[number])
        found.append(_of(shapes, int(estates.lot[number]), number, style, rng, households))
    for number in np.flatnonzero(lots.used_as(*OF_USE)).tolist():
        style, built = OF_USE[lots.use[number]]
        rooms = [room for room in shapely.get_parts(lots.shapes[number].buffer(-20)) if room.area > 1500]
        found += [_of(rows_in(room, style, rng, built), number, -1, style, rng) for room in rooms]
    columns = ("shapes", "lot", "compound", "type", "storeys", "households")
    return Buildings(*(np.concatenate([getattr(part, column) for part in found]) for column in columns))
