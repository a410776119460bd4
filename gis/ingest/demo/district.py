"""The whole invented district, from the ground to its codes, as plain arrays in metres (EPSG:4549)."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.blocks import Blocks, make_blocks
from gis.ingest.demo.buildings import Buildings, make_buildings
from gis.ingest.demo.estates import Estates, NoSuchCity, choose_lots, make_estates, walls_of
from gis.ingest.demo.faces import Faces, make_faces
from gis.ingest.demo.grids import Grids, make_grids
from gis.ingest.demo.headings import make_site
from gis.ingest.demo.lots import Lots, Use, make_lots
from gis.ingest.demo.outpost import add_outpost, far_community
from gis.ingest.demo.roads import RoadLine, find_ridges, lay_roads
from gis.ingest.demo.roles import Roles, plan_roles
from gis.ingest.demo.services import Stations, make_stations, office_places
from gis.ingest.demo.terrain import Terrain, make_terrain
from gis.ingest.demo.territories import COMMUNITIES, Territories, make_territories
from gis.ingest.demo.villages import village_houses

NEAR_OFFICE_M = 2500.0
ATTEMPTS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything about the invented place before it is given codes; local metres."""

    terrain: Terrain
    roads: list[RoadLine]
    blocks: Blocks
    lots: Lots
    territories: Territories
    community_of_lot: NDArray[np.int64]
    estates: Estates
    roles: Roles
    faces: Faces
    grids: Grids
    buildings: Buildings
    stations: Stations
    offices: NDArray[np.float64]
    far: int


def make_plan(seed: int) -> Plan:
    """Return the place that a seed makes; an attempt that cannot hold the reference numbers gives way to the next."""
    reasons = []
    for attempt in range(ATTEMPTS):
        try:
            return _attempt(np.random.default_rng([seed, attempt]))
        except NoSuchCity as reason:
            reasons.append(str(reason))
    raise NoSuchCity(f"seed {seed}: {'; '.join(reasons)}")


def _attempt(rng: np.random.Generator) -> Plan:
    terrain = make_terrain(rng)
    site = make_site(terrain, rng)
    roads = lay_roads(terrain, site, rng)
    blocks = make_blocks(terrain, roads, find_ridges(terrain, site, roads, rng))
    lots, outpost = add_outpost(make_lots(terrain, blocks, rng), blocks)
    territories = make_territories(blocks, lots, rng)
    community_of_lot = territories.community_of_block[lots.block]
    walls = walls_of(lots, blocks)
    chosen = choose_lots(lots, walls, community_of_lot, rng)
    far_home = _settle_outpost(lots, walls, chosen, community_of_lot, outpost)
    houses = village_houses(terrain, blocks, lots, outpost, rng)
    village = np.bincount(community_of_lot[houses[1]], minlength=COMMUNITIES)
    estates = make_estates(lots, walls, chosen, terrain.shore, village, rng)
    far = int(np.flatnonzero(estates.lot == outpost)[0])
    offices = office_places(estates, COMMUNITIES, far)
    _check_near(estates, offices, far)
    roles = plan_roles(lots, estates, community_of_lot, far, rng)
    faces = make_faces(blocks, lots, estates, roles)
    grids = make_grids(faces, lots, estates, roles, community_of_lot, far)
    buildings = make_buildings(lots, estates, roles, houses, rng)
    stations = make_stations(estates, territories.street_of_community, rng)
    assert far_home == estates.community[far]
    return Plan(
        terrain, roads, blocks, lots, territories, community_of_lot, estates, roles, faces, grids, buildings, stations,
        offices, far,
    )  # fmt: skip


def _settle_outpost(
    lots: Lots,
    walls: NDArray[np.object_],
    chosen: list[NDArray[np.int64]],
    community_of_lot: NDArray[np.int64],
    outpost: int,
) -> int:
    """Make the outpost a compound of the community whose homes lie 8 km away, in place of one of its others."""
    middle = np.array(
        [np.median(shapely.get_coordinates(shapely.centroid(lots.shapes[mine])), axis=0) for mine in chosen]
    )
    many = np.array([3 <= len(mine) <= 9 for mine in chosen])
    home = far_community(np.where(many[:, None], middle, 1e9), lots.shapes[outpost])

    lots.use[chosen[home][-1]] = Use.SHOPS
    chosen[home] = np.append(chosen[home][:-1], outpost)
    lots.use[outpost] = Use.HOMES
    community_of_lot[outpost] = home
    if walls[outpost].area < 15_000:
        raise NoSuchCity("the outlying estate is too small")
    return home


def _check_near(estates: Estates, offices: NDArray[np.float64], far: int) -> None:
    centre = shapely.get_coordinates(shapely.centroid(estates.walls))
    away = np.hypot(*(centre - offices[estates.community]).T)
    away[far] = 0
    if away.max() > NEAR_OFFICE_M:
        raise NoSuchCity(f"a compound lies {away.max():.0f} m from its office")
