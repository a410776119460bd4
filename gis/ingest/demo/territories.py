"""Communities and streets: blocks joined along the streets between them, so that borders follow the greater roads."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.blocks import Blocks
from gis.ingest.demo.lots import Lots, Use
from gis.ingest.demo.merging import Neighbours, Region, merge_smallest, regions_of
from gis.terms import RoadRank

STREETS = 5
COMMUNITIES = 45
BARRIER = {"": 0.4, RoadRank.ARTERIAL: 3.0, RoadRank.SECONDARY: 1.4, RoadRank.LOCAL: 0.1}
RIVER_BARRIER = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Territories:
    """Community of each block and street of each community, numbered west to east, north to south."""

    community_of_block: NDArray[np.int64]
    street_of_community: NDArray[np.int64]


def block_neighbours(blocks: Blocks) -> Neighbours:
    """Return which blocks lie across which border."""
    edges = blocks.edges
    real = (edges.left >= 0) & (edges.right >= 0) & (edges.left != edges.right)
    barrier = np.array([BARRIER[rank] for rank in edges.ranks])
    barrier[edges.rivers] = RIVER_BARRIER
    return Neighbours(edges.left[real], edges.right[real], edges.lengths_m[real], barrier[real])


def _price(spread_m: float) -> Callable[[Region, Region, float, float], float]:
    def price(one: Region, other: Region, length_m: float, barrier: float) -> float:
        away = float(np.hypot(one.x - other.x, one.y - other.y))
        touch = length_m / np.sqrt(min(one.area_m2, other.area_m2))
        size = (one.weight + other.weight) / max(one.capacity, other.capacity)
        return barrier * 0.45 + size * 0.12 - 0.5 * min(touch, 2.0) + (away / spread_m) ** 2

    return price


def make_territories(blocks: Blocks, lots: Lots, rng: np.random.Generator) -> Territories:
    """Return communities and streets over the blocks."""
    homes = np.bincount(lots.block[lots.use == Use.HOMES], minlength=len(blocks.shapes)).astype(float)
    area = shapely.area(blocks.shapes)
    centre = shapely.get_coordinates(shapely.centroid(blocks.shapes))
    near = block_neighbours(blocks)
    capacity = np.exp(rng.normal(0, 0.42, len(homes)))
    regions = regions_of(homes + 0.02, capacity, centre, area, near)
    merge_smallest(regions, COMMUNITIES, _price(1500.0))
    community = np.empty(len(homes), dtype=np.int64)
    for number, region in enumerate(_in_reading_order(list(regions.values()))):
        community[region.members] = number
    return Territories(community, _streets(community, homes, area, centre, near))


def _streets(
    community: NDArray[np.int64],
    homes: NDArray[np.float64],
    area: NDArray[np.float64],
    centre: NDArray[np.float64],
    near: Neighbours,
) -> NDArray[np.int64]:
    count = int(community.max()) + 1
    weight, area_m2 = (np.bincount(community, weights=each).astype(float) for each in (homes, area))
    heavy = homes + 0.02
    middle = np.column_stack(
        [np.bincount(community, weights=heavy * centre[:, i]) / np.bincount(community, weights=heavy) for i in (0, 1)]
    )
    a, b = community[near.a], community[near.b]
    apart = a != b
    pairs = Neighbours(a[apart], b[apart], near.length_m[apart], near.barrier[apart])
    regions = regions_of(weight, np.ones(count), middle, area_m2, pairs)
    merge_smallest(regions, STREETS, _price(4500.0))
    street = np.empty(count, dtype=np.int64)
    for number, region in enumerate(_in_reading_order(list(regions.values()))):
        street[region.members] = number
    return street


def _in_reading_order(regions: list[Region]) -> list[Region]:
    """Return the regions row by row from the north, each row from the west."""
    return sorted(regions, key=lambda region: (-round(region.y / 1800), region.x))
