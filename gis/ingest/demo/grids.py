"""The grid layer: faces joined until the district has its number of grids, crossing and straddling as planned."""

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.estates import Estates, NoSuchCity
from gis.ingest.demo.faces import FRONT, WHOLE, Faces
from gis.ingest.demo.lots import Lots, Use, inner_width_m
from gis.ingest.demo.merging import Neighbours, Region, join, merge_smallest, regions_of
from gis.ingest.demo.roles import Roles
from gis.terms import GridKind

GRIDS = 497
STRADDLING = 6
STRADDLING_WIDTH_M = 56.0
LARGEST_MOVED_M2 = 90_000.0
LEAST_BORDER_M = 8.0
"""A grid must not hang together by less."""

FLAT_M2_A_HOUSEHOLD = 1400.0
"""Land without homes weighs something too, or all of it would be joined to one grid."""


@dataclass(frozen=True, slots=True, eq=False)
class Grids:
    """Grid of each face; kind and community by record of each grid; which of them straddle."""

    grid_of_face: NDArray[np.int64]
    kind: NDArray[np.object_]
    community: NDArray[np.int64]
    straddling: list[int]


class Assembly:
    """Joins faces into grids under the rules of the plan."""

    def __init__(
        self, faces: Faces, lots: Lots, estates: Estates, roles: Roles, community_of_lot: NDArray[np.int64], far: int
    ) -> None:
        self.faces, self.lots, self.estates, self.roles = faces, lots, estates, roles
        self.community = community_of_lot[faces.lot]
        self.compound_of_lot = {int(lot): number for number, lot in enumerate(estates.lot)}
        self.fixed = (faces.part > 0) & np.isin(faces.lot, [estates.lot[c] for c in roles.cells])
        self.fixed |= np.isin(faces.lot, roles.exclusive) | (faces.lot == estates.lot[far])
        self.front = faces.part == FRONT
        self.planted = np.isin(faces.lot, [estates.lot[c] for c in roles.lines])
        area = shapely.area(faces.shapes)
        weight = self._households(area) + np.where(self.front, 0, np.minimum(area, 400_000) / FLAT_M2_A_HOUSEHOLD)
        centre = shapely.get_coordinates(shapely.centroid(faces.shapes))
        same = self.community[faces.near.a] == self.community[faces.near.b]
        near = faces.near
        inside = Neighbours(near.a[same], near.b[same], near.length_m[same], near.barrier[same])
        self.regions = regions_of(weight, np.ones(len(area)), centre, area, inside)

    def _households(self, area: NDArray[np.float64]) -> NDArray[np.float64]:
        lot_area = shapely.area(self.lots.shapes)
        of_lot = np.zeros(len(lot_area))
        of_lot[self.estates.lot] = self.estates.households
        holding = {int(self.estates.lot[c]) for c in self.roles.cells}
        whole = np.where(np.isin(self.faces.lot, list(holding)), np.inf, lot_area[self.faces.lot])
        return np.asarray(of_lot[self.faces.lot] * np.where(self.front, 0, area / np.minimum(whole, 1e12)))

    def may(self, one: Region, other: Region) -> bool:
        """Say whether two groups may be one grid: no fixed one, and never two parts of one planted lot."""
        if self.fixed[one.members[0]] or self.fixed[other.members[0]]:
            return False
        cut = {self.faces.lot[i] for i in one.members if self.planted[i]}
        return not cut & {self.faces.lot[i] for i in other.members if self.planted[i]}

    def _region_of(self, face: int) -> int:
        return next(number for number, region in self.regions.items() if face in region.members)

    def join_partners(self) -> None:
        """Give each part of a planted lot the land outside that makes its grid reach beyond the compound."""
        for compound, partners in self.roles.partners.items():
            lot = self.estates.lot[compound]
            for number, partner in enumerate(partners):
                part = np.flatnonzero((self.faces.lot == lot) & (self.faces.part == number + 1))
                whole = np.flatnonzero(self.faces.lot == partner)
                if len(part) != 1 or len(whole) != 1:
                    raise NoSuchCity("a planted lot fell apart")
                join(self.regions, self._region_of(int(part[0])), self._region_of(int(whole[0])))

    def join_fronts(self) -> None:
        """Give each strip along a road to the neighbour with the longest border; strips alone become one grid."""
        strips = {number for number, region in self.regions.items() if self.front[region.members].all()}
        offers: list[tuple[float, int, int]] = []
        for strip in sorted(strips):
            self._offer(strip, strips, offers)
        while offers:
            _, strip, home = heapq.heappop(offers)
            if strip not in strips or home not in self.regions or not self.may(self.regions[strip], self.regions[home]):
                continue
            join(self.regions, home, strip)
            strips.discard(strip)
            for near in sorted(strips & self.regions[home].borders.keys()):
                self._offer(near, strips, offers)
        self._join_lonely_fronts()

    def _offer(self, strip: int, strips: set[int], offers: list[tuple[float, int, int]]) -> None:
        for home, (length_m, _) in self.regions[strip].borders.items():
            if length_m > LEAST_BORDER_M and home not in strips:
                heapq.heappush(offers, (-length_m, strip, home))

    def _join_lonely_fronts(self) -> None:
        lonely = sorted(n for n, region in self.regions.items() if self.front[region.members].all())
        for number in lonely:
            if number not in self.regions:
                continue
            mates = [
                o
                for o in self.regions[number].borders
                if o in self.regions and self.front[self.regions[o].members].all()
            ]
            if mates:
                join(self.regions, min(mates), number)

    def merge(self, wanted: int) -> None:
        """Merge the smallest groups until the district has its number of grids."""

        def price(one: Region, other: Region, length_m: float, barrier: float) -> float:
            away = float(np.hypot(one.x - other.x, one.y - other.y))
            touch = length_m / np.sqrt(min(one.area_m2, other.area_m2))
            return (one.weight + other.weight) / 150 + barrier * 0.8 - min(touch, 2.0) + away / 500

        merge_smallest(self.regions, wanted, price, self.may)
        if len(self.regions) != wanted:
            raise NoSuchCity(f"{len(self.regions)} grids cannot be made {wanted}")


def make_grids(
    faces: Faces,
    lots: Lots,
    estates: Estates,
    roles: Roles,
    community_of_lot: NDArray[np.int64],
    far: int,
) -> Grids:
    """Return the grids over the faces."""
    assembly = Assembly(faces, lots, estates, roles, community_of_lot, far)
    assembly.join_partners()
    assembly.join_fronts()
    assembly.merge(GRIDS)
    grid = np.empty(len(faces.shapes), dtype=np.int64)
    for number, region in enumerate(assembly.regions.values()):
        grid[region.members] = number
    community = np.array([assembly.community[region.members[0]] for region in assembly.regions.values()])
    exclusive = np.isin(faces.lot, roles.exclusive)
    kind = np.full(GRIDS, GridKind.ORDINARY, dtype=object)
    kind[np.unique(grid[exclusive])] = GridKind.EXCLUSIVE
    straddling = _straddle(assembly, grid, kind)
    return Grids(grid, kind, community, straddling)


def _straddle(assembly: Assembly, grid: NDArray[np.int64], kind: NDArray[np.object_]) -> list[int]:
    """Move a lot beside a community line to the grid across it, six times: those grids then lie in two communities."""
    faces = assembly.faces
    done: list[int] = []
    touched: set[int] = set()
    for _, face, other in sorted(_offers_across(assembly)):
        giver, taker = int(grid[face]), int(grid[other])
        rest = np.flatnonzero((grid == giver) & (np.arange(len(grid)) != face))
        if touched & {giver, taker} or GridKind.EXCLUSIVE in (kind[giver], kind[taker]) or assembly.front[rest].all():
            continue
        if len(shapely.get_parts(shapely.coverage_union_all(faces.shapes[rest]))) > 1:
            continue
        if inner_width_m(faces.shapes[face]) < STRADDLING_WIDTH_M or assembly.planted[grid == taker].any():
            continue
        grid[face] = taker
        touched |= {giver, taker}
        done.append(taker)
        if len(done) == STRADDLING:
            return done
    raise NoSuchCity(f"{len(done)} grids can straddle")


def _offers_across(assembly: Assembly) -> list[tuple[float, int, int]]:
    """Return (-border, lot's face, face across the community line) for whole built-up lots that no plan needs."""
    faces, near = assembly.faces, assembly.faces.near
    across = (assembly.community[near.a] != assembly.community[near.b]) & (near.length_m > 60)
    partner = [lot for lots in assembly.roles.partners.values() for lot in lots]
    built = ~np.isin(faces.lot, np.flatnonzero(assembly.lots.use == Use.OPEN))
    whole = (faces.part == WHOLE) & ~assembly.fixed & built
    mobile = whole & ~np.isin(faces.lot, partner) & (shapely.area(faces.shapes) < LARGEST_MOVED_M2)
    return [
        (-float(near.length_m[edge]), face, other)
        for edge in np.flatnonzero(across).tolist()
        for face, other in ((int(near.a[edge]), int(near.b[edge])), (int(near.b[edge]), int(near.a[edge])))
        if mobile[face] and whole[other]
    ]
