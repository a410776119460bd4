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


OLD_ROWS = Style("板楼", (34, 52), 11, 10, 23, (5, 7))
ROWS = Style("板楼", (36, 58), 13, 13, 32, (7, 12))
HIGH_ROWS = Style("小高层", (42, 64), 14, 18, 42, (11, 18))
TOWERS = Style("塔楼", (24, 28), 22, 30, 52, (18, 33), staggered=True)
VILLAS = Style("低层", (14, 24), 12, 9, 26, (2, 4), staggered=True)
SHEDS = Style("厂房", (44, 92), 34, 14, 52, (1, 3))
HALLS = Style("公共建筑", (46, 84), 22, 24, 58, (3, 6), staggered=True)
OFFICES = Style("商务楼", (34, 44), 34, 26, 66, (12, 36), staggered=True)
SHOPS = Style("商业", (40, 74), 24, 12, 44, (2, 5))

OF_KIND = {
    CompoundKind.OLD: (OLD_ROWS, OLD_ROWS, ROWS), CompoundKind.PUBLIC_HOUSING: (OLD_ROWS, ROWS),
    CompoundKind.RESETTLEMENT: (ROWS, HIGH_ROWS), CompoundKind.COMMODITY: (ROWS, HIGH_ROWS, HIGH_ROWS, TOWERS),
    CompoundKind.HIGH_END: (TOWERS, VILLAS, HIGH_ROWS), CompoundKind.CIVIL_SERVANT: (ROWS, HIGH_ROWS),
    CompoundKind.TALENT: (TOWERS, HIGH_ROWS),
}  # fmt: skip
OF_USE = {
    Use.INDUSTRY: (SHEDS, 0.7), Use.SCHOOL: (HALLS, 0.45), Use.CAMPUS: (HALLS, 0.55), Use.TOWER: (OFFICES, 0.75),
    Use.SHOPS: (SHOPS, 0.6), Use.MARKET: (SHEDS, 0.6),
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
    """Return how far (radians) rows in a block turn from east-west: with the block, unless that would face them west."""
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
    if compound in roles.lines:
        return [part for line in roles.lines[compound] for part in shapely.get_parts(line)]
    return [cell.exterior for cell in roles.cells.get(compound, [])] if len(roles.cells.get(compound, [])) > 1 else []


def make_buildings(
    lots: Lots,
    estates: Estates,
    roles: Roles,
    houses: tuple[NDArray[np.object_], NDArray[np.int64]],
    rng: np.random.Generator,
) -> Buildings:
    """Return every building; a compound's households are shared among its own by floor area."""
    shapes: list[NDArray[np.object_]] = [houses[0]]
    lot: list[NDArray[np.int64]] = [houses[1]]
    n = len(houses[0])
    compound, households = [np.full(n, -1)], [np.ones(n, dtype=np.int64)]
    types, storeys = [np.full(n, "农宅", dtype=object)], [rng.integers(1, 4, n)]
    for number in range(len(estates)):
        style = OF_KIND[estates.kind[number]][int(rng.integers(len(OF_KIND[estates.kind[number]])))]
        found = _estate_footprints(estates.walls[number], _lines_of(roles, number), number in roles.lines, style, rng)
        floors = rng.integers(style.storeys[0], style.storeys[1] + 1, len(found))
        share = shapely.area(found) * floors
        shapes.append(found)
        lot.append(np.full(len(found), estates.lot[number]))
        compound.append(np.full(len(found), number))
        households.append(shared_out(int(estates.households[number]), share))
        types.append(np.full(len(found), style.name, dtype=object))
        storeys.append(floors)
    for number in range(len(lots.shapes)):
        if lots.use[number] not in OF_USE:
            continue
        style, built = OF_USE[lots.use[number]]
        room = lots.shapes[number].buffer(-26)
        found = [rows_in(part, style, rng, built) for part in shapely.get_parts(room) if part.area > 1500]
        some = np.concatenate(found) if found else np.empty(0, dtype=object)
        shapes.append(some)
        lot.append(np.full(len(some), number))
        compound.append(np.full(len(some), -1))
        households.append(np.zeros(len(some), dtype=np.int64))
        types.append(np.full(len(some), style.name, dtype=object))
        storeys.append(rng.integers(style.storeys[0], style.storeys[1] + 1, len(some)))
    return Buildings(*(np.concatenate(part) for part in (shapes, lot, compound, types, storeys, households)))
