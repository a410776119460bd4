"""Grow regions by merging neighbours, the smallest first, across the least barrier."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Region:
    """A growing region: its members, weight, and its borders with others as {region: (length, length x barrier)}."""

    members: list[int]
    weight: float
    capacity: float
    x: float
    y: float
    area_m2: float
    borders: dict[int, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Pairs of neighbours (each once) with the length of their border and a barrier 0 (easy to cross) .. 3 (hard)."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    length_m: NDArray[np.float64]
    barrier: NDArray[np.float64]


def regions_of(
    weight: NDArray[np.float64],
    capacity: NDArray[np.float64],
    centre: NDArray[np.float64],
    area_m2: NDArray[np.float64],
    near: Neighbours,
) -> dict[int, Region]:
    """Return one region a member, with its borders."""
    regions = {
        i: Region(
            [i], float(weight[i]), float(capacity[i]), float(centre[i, 0]), float(centre[i, 1]), float(area_m2[i])
        )
        for i in range(len(weight))
    }
    for a, b, length, barrier in zip(
        near.a.tolist(), near.b.tolist(), near.length_m.tolist(), near.barrier.tolist(), strict=True
    ):
        for one, other in ((a, b), (b, a)):
            had = regions[one].borders.get(other, (0.0, 0.0))
            regions[one].borders[other] = (had[0] + length, had[1] + length * barrier)
    return regions


def join(regions: dict[int, Region], kept: int, gone: int) -> None:
    """Merge region `gone` into region `kept`."""
    one, other = regions[kept], regions.pop(gone)
    share = other.area_m2 / max(one.area_m2 + other.area_m2, 1e-9)
    by = other.weight / (one.weight + other.weight) if one.weight + other.weight > 0 else share
    one.x, one.y = one.x + (other.x - one.x) * by, one.y + (other.y - one.y) * by
    one.members += other.members
    one.weight += other.weight
    one.area_m2 += other.area_m2
    one.capacity = max(one.capacity, other.capacity)
    one.borders.pop(gone, None)
    for far, (length, barrier) in other.borders.items():
        if far == kept:
            continue
        had = one.borders.get(far, (0.0, 0.0))
        one.borders[far] = (had[0] + length, had[1] + barrier)
        back = regions[far].borders
        back.pop(gone)
        back[kept] = one.borders[far]


def merge_smallest(
    regions: dict[int, Region],
    wanted: int,
    cost: Callable[[Region, Region, float, float], float],
    may: Callable[[Region, Region], bool] | None = None,
) -> None:
    """Merge until `wanted` regions are left: always the smallest for its capacity, with the cheapest neighbour.

    `cost` gets both regions, the length of their border and its mean barrier. A region that may join nobody is left.
    """
    stuck: set[int] = set()
    while len(regions) > wanted and len(stuck) < len(regions):
        small = min((i for i in regions if i not in stuck), key=lambda i: (regions[i].weight / regions[i].capacity, i))
        mine = regions[small]
        prices = [
            (cost(mine, regions[other], length, barrier / length), other)
            for other, (length, barrier) in mine.borders.items()
            if length > 0 and (may is None or may(mine, regions[other]))
        ]
        if not prices:
            stuck.add(small)
            continue
        best = min(prices)[1]
        join(regions, best, small)
        stuck.discard(best)
