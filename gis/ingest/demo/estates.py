"""Which lots are compounds, their walls, kinds, management and households: the numbers of the reference district."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.blocks import Blocks
from gis.ingest.demo.lots import Lots, Use, inner_width_m
from gis.terms import CompoundKind, Management, RoadRank

COUNTS = (
    23, 16, 15, 14, 13, 13, 12, 12, 11, 11, 11, 10, 9, 9, 8, 8, 6, 6, 6, 6, 6, 6, 6,
    6, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2,
)  # fmt: skip
"""Compounds a community: 318 in 45 communities, 11 with more than ten (DOMAIN §2)."""

LARGEST_HOUSEHOLDS = (7050, 6420, 6130, 4850, 4210, 3640, 3580, 3520, 3460, 3400, 3340, 3280, 3220, 3160, 3100, 3040)
"""Sixteen communities over 3 000 households, three over 6 000, five over 10 000 people (DOMAIN §2)."""

HOUSEHOLDS = 99_259
PERSONS_PER_HOUSEHOLD = 2.7
"""99 259 x 2.7 = 268 000 people."""

KINDS = {
    CompoundKind.HIGH_END: (44, 0.75), CompoundKind.RESETTLEMENT: (34, 1.15), CompoundKind.TALENT: (10, 1.2),
    CompoundKind.CIVIL_SERVANT: (12, 0.9), CompoundKind.PUBLIC_HOUSING: (18, 1.25), CompoundKind.OLD: (96, 1.2),
    CompoundKind.COMMODITY: (104, 1.0),
}  # fmt: skip
"""How many compounds of each kind, and how densely they are lived in against the mean."""

MODES = {Management.OWNERS: 5, Management.WIDE: 6, Management.PUBLIC_BENEFIT: 14, Management.NONE: 38}
"""How many compounds are not run by a property company."""

SETBACK_M = {RoadRank.ARTERIAL: 30.0, RoadRank.SECONDARY: 22.0, RoadRank.LOCAL: 15.0, "": 24.0}
"""From the middle of the road (or the shore) to the wall."""

LEAST_WIDTH_M = 58.0


class NoSuchCity(Exception):
    """This attempt's blocks cannot hold the reference numbers; another seed's can."""


@dataclass(slots=True, eq=False)
class Estates:
    """Compounds: lot, true walls, community, kind, management, households."""

    lot: NDArray[np.int64]
    walls: NDArray[np.object_]
    community: NDArray[np.int64]
    kind: NDArray[np.object_]
    management: NDArray[np.object_]
    households: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lot)


def walls_of(lots: Lots, blocks: Blocks) -> NDArray[np.object_]:
    """Return what is left of each lot behind the setback from its roads: the land that a wall can enclose."""
    edges = blocks.edges
    strips = shapely.buffer(edges.lines, np.array([SETBACK_M[rank] for rank in edges.ranks]), quad_segs=3)
    tree = shapely.STRtree(strips)
    lot, strip = tree.query(lots.shapes, predicate="intersects")
    walls = np.empty(len(lots.shapes), dtype=object)
    for i, shape in enumerate(lots.shapes):
        inside = shapely.difference(shape, shapely.union_all(strips[strip[lot == i]]))
        parts = shapely.get_parts(inside)
        walls[i] = max(parts, key=lambda part: part.area, default=shapely.Polygon())
    return walls


def choose_lots(
    lots: Lots, walls: NDArray[np.object_], community_of_lot: NDArray[np.int64], rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Return the lots of each community's compounds, in the numbers of COUNTS; other lots of homes change their use."""
    width = np.array([inner_width_m(wall) if not wall.is_empty else 0.0 for wall in walls])
    usable = (lots.use == Use.HOMES) & (width >= LEAST_WIDTH_M)
    natural = np.bincount(community_of_lot[usable], minlength=len(COUNTS))
    order = np.argsort(-natural, kind="stable")
    centre = shapely.get_coordinates(shapely.centroid(lots.shapes))
    chosen: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)] * len(COUNTS)
    for wanted, community in zip(COUNTS, order.tolist(), strict=True):
        mine = np.flatnonzero(usable & (community_of_lot == community))
        if len(mine) < wanted:
            spare = lots.used_as(Use.SHOPS, Use.SCHOOL, Use.TOWER, Use.MARKET, Use.INDUSTRY, Use.VILLAGE)
            spare &= (community_of_lot == community) & (width >= LEAST_WIDTH_M)
            mine = np.concatenate([mine, np.flatnonzero(spare)[: wanted - len(mine)]])
        if len(mine) < wanted:
            raise NoSuchCity(f"{len(mine)} lots for {wanted} compounds")
        away = np.hypot(*(centre[mine] - np.median(centre[mine], axis=0)).T)
        chosen[community] = mine[np.argsort(away + rng.uniform(0, 250, len(mine)), kind="stable")[:wanted]]
    _give_other_uses(lots, chosen, rng)
    return chosen


def _give_other_uses(lots: Lots, chosen: list[NDArray[np.int64]], rng: np.random.Generator) -> None:
    taken = np.concatenate(chosen)
    left = np.setdiff1d(np.flatnonzero(lots.use == Use.HOMES), taken)
    others = np.array([Use.SCHOOL, Use.SHOPS, Use.PARK, Use.TOWER, Use.INDUSTRY], dtype=object)
    lots.use[taken] = Use.HOMES
    lots.use[left] = others[rng.choice(5, len(left), p=[0.25, 0.36, 0.12, 0.15, 0.12])]


def community_households(chosen: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the households of each community: the largest by the reference, the rest by their compounds."""
    count = np.array([len(lots) for lots in chosen])
    order = np.argsort(-count, kind="stable")
    households = np.zeros(len(count), dtype=np.int64)
    households[order[: len(LARGEST_HOUSEHOLDS)]] = LARGEST_HOUSEHOLDS
    rest = order[len(LARGEST_HOUSEHOLDS) :]
    households[rest] = shared_out(HOUSEHOLDS - sum(LARGEST_HOUSEHOLDS), count[rest] + 1.5)
    return households


def shared_out(total: int, weight: NDArray[np.float64], least: int = 0) -> NDArray[np.int64]:
    """Return whole numbers in proportion to the weights that add up to the total, none below `least`."""
    if len(weight) == 0:
        return np.zeros(0, dtype=np.int64)
    free = total - least * len(weight)
    exact = free * weight / weight.sum()
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(-(exact - whole), kind="stable")[: free - int(whole.sum())]] += 1
    return whole + least


def _kinds(
    centre: NDArray[np.float64], to_shore_m: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.object_]:
    """Give kinds by place: dear ones by the sea, resettlement at the fringe, old ones round the old centre."""
    n = len(centre)
    old_centre = np.hypot(*(centre - np.array([5300, 4500])).T)
    likes = {
        CompoundKind.HIGH_END: -to_shore_m, CompoundKind.RESETTLEMENT: old_centre, CompoundKind.OLD: -old_centre,
    }  # fmt: skip
    kind = np.full(n, CompoundKind.COMMODITY, dtype=object)
    free = np.ones(n, dtype=bool)
    for name, (count, _) in KINDS.items():
        liking = likes.get(name, np.zeros(n)) + rng.uniform(0, 2200, n)
        liking[~free] = -np.inf
        taken = np.argsort(-liking, kind="stable")[:count]
        kind[taken], free[taken] = name, False
    return kind


def _modes(kind: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.object_]:
    modest = np.isin(kind, [CompoundKind.OLD, CompoundKind.PUBLIC_HOUSING, CompoundKind.RESETTLEMENT])
    order = np.argsort(rng.random(len(kind)) + np.where(modest, 0, 1), kind="stable")
    mode = np.full(len(kind), Management.COMPANY, dtype=object)
    start = 0
    for name, count in MODES.items():
        mode[order[start : start + count]] = name
        start += count
    return mode


def make_estates(
    lots: Lots,
    walls: NDArray[np.object_],
    chosen: list[NDArray[np.int64]],
    shore: shapely.LineString,
    village_households: NDArray[np.int64],
    rng: np.random.Generator,
) -> Estates:
    """Return the compounds; each community's households less those of its villages are shared among them."""
    lot = np.concatenate(chosen)
    community = np.repeat(np.arange(len(chosen)), [len(mine) for mine in chosen])
    centre = shapely.get_coordinates(shapely.centroid(walls[lot]))
    kind = _kinds(centre, shapely.distance(walls[lot], shore), rng)
    density = np.array([KINDS[name][1] for name in kind]) * np.exp(rng.normal(0, 0.35, len(lot)))
    weight = shapely.area(walls[lot]) * density
    total = community_households(chosen) - village_households
    households = np.zeros(len(lot), dtype=np.int64)
    for number in range(len(chosen)):
        mine = community == number
        households[mine] = shared_out(int(total[number]), weight[mine], least=30)
    outline = walls[lot].copy()
    for i in np.flatnonzero(rng.random(len(lot)) < 0.35).tolist():
        inset = shapely.intersection(outline[i], shapely.buffer(lots.shapes[lot[i]], -6.0, join_style="mitre"))
        if inset.geom_type == "Polygon" and inner_width_m(inset) > LEAST_WIDTH_M:
            outline[i] = inset
    return Estates(lot, outline, community, kind, _modes(kind, rng), households)
