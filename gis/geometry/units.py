"""Units: the indivisible pieces of land that a redraw assigns to grids.

Grids, compounds, roads and cut lines are noded together once; the faces between them become units. A compound is one
unit, unless it may hold several whole grids; then it is cut along today's grid lines and between clusters of its
buildings. The rest of the land comes in pieces between roads. A grid is a set of units: gaps, overlaps and crossings
cannot arise. docs/decisions/0003-redraw-model.md says why.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.geometry.ground import Ground
from gis.geometry.layers import Codes, Layer, Shapes
from gis.geometry.noding import Borders, borders_between, lines_of, node_faces, summed
from gis.geometry.owners import Owners, Seats, find_owners, seat_faces
from gis.geometry.partings import cells_parted
from gis.geometry.pieces import Bools, Floats, Ints
from gis.geometry.slivers import join_slivers, narrow_faces
from gis.geometry.subdivision import cuts_between_buildings, cuts_between_compounds

AS_TODAY = -2
"""In an assignment: the unit's faces stay in the grids that they are in, though they be several."""

CLUSTER_SHARE = 0.3
"""Households of a cluster of buildings in a compound that may be divided, as a share of the wanted minimum of a grid:
small enough to balance with, few enough to solve."""

LINK_REACH_M = 50.0
"""How far from its bank a declared link (a bridge, a ferry line) may end."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The faces of the noding; they tile the land of all grids.

    Parameters
    ----------
    shapes : (n,) polygons with the same vertices on both sides of every border.
    grid : (n,) today's grid of each, -1 for land in no grid.
    unit, cell : (n,) the unit of each, and the connected part of the unit.
    """

    shapes: Shapes
    grid: Ints
    unit: Ints
    cell: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What of each unit lies in which grid today: one entry a pair, ascending."""

    unit: Ints
    grid: Ints
    area_m2: Floats
    households: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Indivisible pieces of land, and how they touch.

    Parameters
    ----------
    grids, compounds, communities : the layers; codes of communities are those of the layer, else of records.
    faces : the land.
    compound : (n,) position of each unit's compound, -1 for free land.
    grid : (n,) today's grid: where most of its households are, else most of its land; -1 for land in no grid.
    community : (n,) position of the community that it belongs to.
    grid_community : (g,) position of each grid's community.
    area_m2, households : (n,).
    shares : what lies where today.
    cell_unit : (c,) unit of each cell. borders : of the cells. links : (k, 2) cells joined by a declared link.
    divisible : (m,) compounds that may hold several whole grids. straddles : (m,) compounds across a community line.
    crossed : (m,) compounds that a grid line runs through today. sized : (g,) grids that a size is wanted of.
    parted : (k, 2) cells of one compound that only land of no grid parts: they may stay apart.
    together : (k, 2) units of compounds that overlap: they cannot be told apart, so they go together.
    stray_households : households whose point lies in no unit.
    """

    grids: Layer
    compounds: Layer
    communities: Codes
    faces: Faces
    compound: Ints
    grid: Ints
    community: Ints
    grid_community: Ints
    area_m2: Floats
    households: Ints
    shares: Shares
    cell_unit: Ints
    borders: Borders
    links: Ints
    divisible: Bools
    straddles: Bools
    crossed: Bools
    sized: Bools
    parted: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    together: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    stray_households: int = 0

    def __len__(self) -> int:
        return len(self.compound)

    @property
    def unit_borders(self) -> Borders:
        """Return the borders between units."""
        return self.borders.merged(self.cell_unit)

    def shapes(self) -> Shapes:
        """Return the shape of each unit."""
        return dissolve(self.faces.shapes, self.faces.unit, len(self))

    def households_in(self, grid: Ints) -> Ints:
        """Return the households of each grid (and of new ones) under an assignment as `grid_layer` takes it."""
        stays = (grid[self.shares.unit] == AS_TODAY) & (self.shares.grid >= 0)
        goes = grid >= 0
        count = max(len(self.grids), int(grid.max(initial=-1)) + 1)
        found = summed(self.shares.grid[stays], self.shares.households[stays].astype(np.float64), count)
        found += summed(grid[goes], self.households[goes].astype(np.float64), count)
        return np.rint(found).astype(np.int64)

    def grid_layer(self, grid: Ints | None = None) -> Layer:
        """Return the grids as unions of units: as assigned, or as they are today.

        Parameters
        ----------
        grid : (n,) grid of each unit, `AS_TODAY` where its faces stay as they are; None for all of them.
        """
        of_face = self.faces.grid if grid is None else grid[self.faces.unit]
        of_face = np.where(of_face == AS_TODAY, self.faces.grid, of_face)
        return replace(self.grids, shapes=dissolve(self.faces.shapes, of_face, len(self.grids)))


def dissolve(faces: Shapes, label: Ints, count: int) -> Shapes:
    """Return the union of the faces of each label; empty where it has none. Faces with label -1 are left out."""
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(count + 1))
    merged = np.empty(count, dtype=object)
    for i in range(count):
        rows = order[starts[i] : starts[i + 1]]
        merged[i] = shapely.coverage_union_all(faces[rows]) if len(rows) else shapely.Polygon()
    return merged


def make_units(ground: Ground) -> Units:
    """Make the units of a district.

    Land that several grids claim goes to the first of them in the layer; gaps no wider than noise are filled, wider
    ones become units without a grid when communities say that they are land of the district.

    Raises
    ------
    InvalidShape : a shape that cannot be overlaid.
    """
    owners = find_owners(ground)
    shapes = node_faces(_all_lines(ground, owners))
    narrow = narrow_faces(shapes, ground.noise_m)
    kept, seats = seat_faces(owners, shapes, narrow)
    shapes, narrow = shapes[kept], narrow[kept] & (seats.homes == 0)
    borders = borders_between(shapes, ground.roads, ground.noise_m)
    unit = join_slivers(_firm_units(owners, seats, narrow), seats.grid, seats.walls, borders)
    _, unit = np.unique(unit, return_inverse=True)
    return assemble_units(owners, shapes, seats, unit.reshape(-1).astype(np.int64), borders)


def _all_lines(ground: Ground, owners: Owners) -> Shapes:
    """Return everything that is noded together."""
    district = ground.district
    sources = [district.grids.shapes, district.compounds.shapes]
    if ground.cuts is not None:
        sources.append(ground.cuts)
    if ground.roads is not None and len(ground.roads):
        sources.append(ground.roads)
    else:
        sources.append(cuts_between_compounds(district.compounds.shapes, district.grids.shapes))
    if district.homes is not None:
        largest = max(int(CLUSTER_SHARE * district.rules.min_households), 1)
        dividing = district.compounds.shapes[owners.subdivided]
        sources.append(cuts_between_buildings(dividing, district.homes, largest))
    return lines_of(*sources)


def _firm_units(owners: Owners, seats: Seats, narrow: Bools) -> Ints:
    """Return a unit for every face that is one, or part of a compound's; -1 for slivers."""
    # -1 (no compound) takes the entry that is appended: a district may have no compounds at all.
    is_home = seats.compound >= 0
    divisible = np.append(owners.divisible, False)[seats.compound]
    alone = np.append(owners.subdivided, True)[seats.compound]
    straddles = np.append(owners.straddles, False)[seats.compound]
    # A whole compound is one unit; a divisible one is one unit a grid; one that straddles is one unit a community.
    second = np.where(divisible, seats.grid, np.where(straddles, seats.community, -1))
    keys = np.column_stack([seats.compound, second, np.where(alone, np.arange(len(narrow)), -1)])
    _, unit = np.unique(keys, axis=0, return_inverse=True)
    unit = unit.reshape(-1).astype(np.int64)
    unit[narrow & (~is_home | divisible)] = -1
    return unit


def assemble_units(owners: Owners, shapes: Shapes, seats: Seats, unit: Ints, borders: Borders) -> Units:
    """Gather what is known of the units: `unit` names that of each face, numbered from 0 without a gap."""
    count = int(unit.max()) + 1
    district = owners.ground.district
    area = shapely.area(shapes)
    shares = _shares(unit, seats.grid, area, seats.households)
    grid = _today(shares, count)
    # A gap that was filled belongs, from now on, to the grid of the land that it joined.
    grid_of_face = np.where(seats.grid >= 0, seats.grid, grid[unit])
    shares = _shares(unit, grid_of_face, area, seats.households)
    compound = _largest(unit, seats.compound, area, count)
    cell = _cells(unit, borders)
    cells = int(cell.max()) + 1
    cell_unit = np.zeros(cells, dtype=np.int64)
    cell_unit[cell] = unit
    households = np.bincount(shares.unit, weights=shares.households, minlength=count)
    return Units(
        grids=district.grids,
        compounds=district.compounds,
        communities=owners.communities,
        faces=Faces(shapes, grid_of_face, unit, cell),
        compound=compound,
        grid=grid,
        community=_largest(unit, seats.community, area, count),
        grid_community=owners.grid_community,
        area_m2=summed(unit, area, count),
        households=np.rint(households).astype(np.int64),
        shares=shares,
        cell_unit=cell_unit,
        borders=borders.merged(cell),
        links=_links(owners.ground.links, shapes, cell),
        divisible=owners.divisible,
        straddles=owners.straddles,
        crossed=owners.crossed,
        sized=owners.ground.sized if owners.ground.sized is not None else np.ones(len(district.grids), dtype=bool),
        parted=cells_parted(shapes, grid_of_face, cell, cell_unit, compound),
        together=_together(seats.overlaps, compound),
        stray_households=seats.stray_households,
    )


def _today(shares: Shares, count: int) -> Ints:
    """Return the grid with most households of each unit, else most land; land in no grid counts last."""
    rank = np.column_stack([shares.grid < 0, -shares.households, -shares.area_m2])
    return _first_of(shares.unit, shares.grid, rank, count)


def _shares(unit: Ints, grid: Ints, area: Floats, households: Floats) -> Shares:
    """Return what of each unit lies in which grid."""
    pairs, group = np.unique(np.column_stack([unit, grid]), axis=0, return_inverse=True)
    group = group.reshape(-1)
    homes = np.rint(np.bincount(group, weights=households)).astype(np.int64)
    return Shares(pairs[:, 0], pairs[:, 1], summed(group, area), homes)


def _largest(unit: Ints, label: Ints, area: Floats, count: int) -> Ints:
    """Return the label with most land of each unit."""
    pairs, group = np.unique(np.column_stack([unit, label]), axis=0, return_inverse=True)
    total = summed(group, area)
    return _first_of(pairs[:, 0], pairs[:, 1], -total[:, None], count)


def _first_of(unit: Ints, label: Ints, rank: Floats, count: int) -> Ints:
    """Return the label of each unit that ranks first (rows of `rank` compared from left to right), then the lowest."""
    order = np.lexsort((label, *rank.T[::-1], unit))
    found = np.full(count, -1, dtype=np.int64)
    first = order[np.unique(unit[order], return_index=True)[1]]
    found[unit[first]] = label[first]
    return found


def _cells(unit: Ints, borders: Borders) -> Ints:
    """Return the connected part of its unit that each face belongs to."""
    inner = unit[borders.one] == unit[borders.other]
    ones = np.ones(int(inner.sum()))
    graph = coo_array((ones, (borders.one[inner], borders.other[inner])), shape=(len(unit), len(unit)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _links(links: Shapes | None, shapes: Shapes, cell: Ints) -> Ints:
    """Return the cells that declared links join: those nearest to the two ends of each line."""
    pairs = []
    tree = shapely.STRtree(shapes)
    for line in shapely.get_parts(links) if links is not None else ():
        ends = shapely.points(shapely.get_coordinates(line)[[0, -1]])
        found, face = tree.query_nearest(ends, max_distance=LINK_REACH_M, all_matches=False)
        if len(found) == 2 and cell[face[0]] != cell[face[1]]:
            pairs.append(sorted((int(cell[face[0]]), int(cell[face[1]]))))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _together(overlaps: Ints, compound: Ints) -> Ints:
    """Return the pairs of units of compounds that overlap; divided compounds are left to the officer."""
    pairs = []
    for one, other in overlaps.tolist():
        mine, theirs = np.flatnonzero(compound == one), np.flatnonzero(compound == other)
        if len(mine) == 1 and len(theirs) == 1:
            pairs.append((int(mine[0]), int(theirs[0])))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
