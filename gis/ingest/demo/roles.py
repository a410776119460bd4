"""Where the old grid lines run: through which compounds (planted crossings), and which compounds hold whole grids."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from gis.ingest.demo.estates import Estates, NoSuchCity
from gis.ingest.demo.lots import EXCLUSIVE, Lots, Use, cut_across, divided, inner_width_m

CROSSED = 44
THREE_WAYS = 5
PIECE_WIDTH_M = 50.0
"""Least width of a planted piece: clear at 9 times 4 m of accuracy even when the walls lie 4 m off."""

PARTNER_WIDTH_M = 62.0
SHARED_M = 36.0
HOUSEHOLDS_A_GRID = 215
HOLDING = 92
CELL_WIDTH_M = 60.0
EXCLUSIVE_GRIDS = 50


@dataclass(slots=True, eq=False)
class Roles:
    """Plan of the grid layer.

    lines : old grid lines through planted lots, by compound.
    partners : by compound, for each part of its lot (in the order of `parts`) the lot that shares its grid.
    parts : the parts of each planted lot.
    cells : whole grids that a compound holds, by compound.
    exclusive : lots that are an exclusive grid of their own.
    """

    lines: dict[int, list[LineString]] = field(default_factory=dict)
    parts: dict[int, list[Polygon]] = field(default_factory=dict)
    partners: dict[int, list[int]] = field(default_factory=dict)
    cells: dict[int, list[Polygon]] = field(default_factory=dict)
    exclusive: list[int] = field(default_factory=list)


def _cuts(shape: Polygon, wall: Polygon, ways: int, rng: np.random.Generator) -> tuple[list[LineString], list[Polygon]]:
    """Return old lines across a lot and its parts, each with enough of the compound; nothing when it is too narrow."""
    shares = [rng.uniform(0.36, 0.64)] if ways == 2 else [0.34, 0.67]
    lines = [cut_across(shape, share, rng.normal(0, 9 if ways == 2 else 4)) for share in shares]
    parts = [shape]
    for line in lines:
        parts = [piece for part in parts for piece in (divided(part, line) if line.crosses(part) else [part])]
    if len(parts) != ways:
        return [], []
    pieces = shapely.intersection(np.array(parts), wall)
    if min(inner_width_m(piece) for piece in pieces) < PIECE_WIDTH_M:
        return [], []
    inside = [part for line in lines for part in shapely.get_parts(line.intersection(shape))]
    return [part for part in inside if isinstance(part, LineString)], parts


def _border_m(part: Polygon, shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    return np.asarray(shapely.area(shapely.intersection(shapely.buffer(part, 0.5, cap_style="flat"), shapes)) * 2)


def _partners(
    parts: list[Polygon], near: NDArray[np.int64], lots: Lots, reserved: set[int], homely: NDArray[np.float64]
) -> list[int]:
    """Return a lot of its own for each part: the least populous neighbour; nothing when one part has none."""
    found: list[int] = []
    for part in parts:
        long = _border_m(part, lots.shapes[near])
        fit = [
            lot
            for lot, length in zip(near.tolist(), long.tolist(), strict=True)
            if length >= SHARED_M and lot not in reserved and lot not in found
        ]
        if not fit:
            return []
        found.append(min(fit, key=lambda lot: (homely[lot], lot)))
    return found


def plan_roles(
    lots: Lots, estates: Estates, community_of_lot: NDArray[np.int64], far: int, rng: np.random.Generator
) -> Roles:
    """Return which compounds are crossed, which hold grids, and which lots are exclusive grids."""
    roles = Roles()
    width = np.array([inner_width_m(shape) for shape in lots.shapes])
    area = shapely.area(lots.shapes)
    homely = np.zeros(len(lots.shapes))
    homely[estates.lot] = estates.households
    tree = shapely.STRtree(lots.shapes)
    partner_like = (width >= PARTNER_WIDTH_M) & (area < 160_000) & (lots.use != Use.CAMPUS) & (homely <= 500)
    planted_lots: set[int] = set()
    reserved: set[int] = {int(estates.lot[far])}
    order = np.argsort(np.abs(np.log(estates.households / 330)) + rng.uniform(0, 1.0, len(estates)), kind="stable")
    for compound in order.tolist():
        if len(roles.lines) == CROSSED:
            break
        lot = int(estates.lot[compound])
        if lot in reserved or shapely.area(estates.walls[compound]) < 22_000:
            continue
        ways = 3 if sum(len(parts) == 3 for parts in roles.parts.values()) < THREE_WAYS else 2
        lines, parts = _cuts(lots.shapes[lot], estates.walls[compound], ways, rng)
        if not parts and ways == 3:
            lines, parts = _cuts(lots.shapes[lot], estates.walls[compound], 2, rng)
        near = np.sort(tree.query(lots.shapes[lot], predicate="dwithin", distance=0.2))
        near = near[(near != lot) & partner_like[near] & (community_of_lot[near] == community_of_lot[lot])]
        partners = _partners(parts, near, lots, reserved | planted_lots, homely) if parts else []
        if partners:
            roles.lines[compound], roles.parts[compound], roles.partners[compound] = lines, parts, partners
            planted_lots.add(lot)
            reserved |= {lot, *partners}
    if len(roles.lines) < CROSSED:
        raise NoSuchCity(f"{len(roles.lines)} lots can be crossed")
    _plan_cells(roles, estates, reserved, rng)
    _plan_exclusive(roles, lots, width, reserved, rng)
    return roles


def _plan_cells(roles: Roles, estates: Estates, reserved: set[int], rng: np.random.Generator) -> None:
    """Let the most populous of the other compounds hold whole grids."""
    order = np.argsort(-estates.households + rng.uniform(0, 120, len(estates)), kind="stable")
    for compound in order.tolist():
        if len(roles.cells) == HOLDING:
            return
        if int(estates.lot[compound]) in reserved:
            continue
        wanted = max(1, round(estates.households[compound] / HOUSEHOLDS_A_GRID))
        cells = [estates.walls[compound]]
        while len(cells) < wanted:
            largest = max(range(len(cells)), key=lambda i: cells[i].area)
            halves = divided(cells[largest], cut_across(cells[largest], rng.uniform(0.46, 0.54), rng.normal(0, 2)))
            if len(halves) != 2 or min(inner_width_m(half) for half in halves) < CELL_WIDTH_M:
                break
            cells[largest : largest + 1] = halves
        roles.cells[compound] = cells


def _plan_exclusive(
    roles: Roles, lots: Lots, width: NDArray[np.float64], reserved: set[int], rng: np.random.Generator
) -> None:
    liking: dict[Use, float] = {Use.CAMPUS: 0.0, Use.MARKET: 0.2, Use.PARK: 0.6, Use.TOWER: 0.8, Use.INDUSTRY: 0.9}
    open_to_it = lots.used_as(*EXCLUSIVE) & (width > 80)
    fit = [lot for lot in np.flatnonzero(open_to_it).tolist() if lot not in reserved]
    use: list[Use] = lots.use.tolist()
    roles.exclusive = sorted(fit, key=lambda lot: liking[use[lot]] + rng.random())[:EXCLUSIVE_GRIDS]
