"""Whose land is whose: verdicts about compounds, the community of every place, and which face belongs to what."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis.geometry.crossing import fit_compounds, fit_grids, fit_places
from gis.geometry.ground import Ground
from gis.geometry.layers import Codes, Layer, Shapes
from gis.geometry.pieces import Bools, Floats, Ints, Pieces
from gis.geometry.scopes import count_households, first_cover
from gis.geometry.slivers import narrow_faces
from gis.terms import Fit, GridFit

COMMUNITY_DIGITS, GRID_DIGITS = 12, 15


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """What is known before anything is cut.

    Parameters
    ----------
    communities : codes. grid_community, compound_community : positions in it, one a grid, one a compound.
    households : (m,) of each compound.
    crossed : (m,) a grid line runs through it, whoever may mend it.
    straddles : (m,) it lies in two communities: grids cannot mend it.
    divisible : (m,) may hold several whole grids. subdivided : (m,) of these, cut between clusters of buildings too.
    """

    ground: Ground
    communities: Codes
    grid_community: Ints
    compound_community: Ints
    households: Ints
    crossed: Bools
    straddles: Bools
    divisible: Bools
    subdivided: Bools
    pieces: Pieces

    def material(self, compound: Ints, grid: Ints) -> Bools:
        """Tell for each pair whether the compound has material land in the grid; -1 has none."""
        grids = len(self.ground.district.grids)
        known = np.sort((self.pieces.subject * grids + self.pieces.cell)[self.pieces.material])
        wanted = compound * grids + grid
        at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        found = known[at] == wanted if len(known) else np.zeros(len(wanted), dtype=bool)
        return np.asarray(found & (compound >= 0) & (grid >= 0))


@dataclass(frozen=True, slots=True, eq=False)
class Seats:
    """What each face belongs to; -1 for nothing.

    Parameters
    ----------
    grid : today's grid. compound : whose material land it is. walls : inside whose walls it lies, noise included.
    community : of the compound where it has one, else of the grid.
    homes, households : home points in it, and their households (or its part of a compound's own total).
    overlaps : (k, 2) faces' first compound and another that claims it too.
    stray_households : of points in no face.
    """

    grid: Ints
    compound: Ints
    walls: Ints
    community: Ints
    homes: Ints
    households: Floats
    overlaps: Ints
    stray_households: int


def find_owners(ground: Ground) -> Owners:
    """Judge the compounds among grids and communities, and decide which may be divided."""
    district = ground.district
    grids, compounds = district.grids, district.compounds
    fits = fit_compounds(compounds, grids, homes=district.homes, rules=district.rules, engine="geos", widths="material")
    communities, of_grid, of_compound, straddles = _communities(ground, fits.home, fits.pieces)
    households = compound_households(ground)
    states = fits.states
    crossed = np.array([state is Fit.CROSSED for state in states], dtype=bool)
    holds = np.array([state is Fit.HOLDS for state in states], dtype=bool)
    named = np.array([str(code) in ground.several for code in compounds.codes], dtype=bool)
    forbidden = np.array([str(code) in ground.whole for code in compounds.codes], dtype=bool)
    large = households > district.rules.max_households
    divisible = (holds | large | named) & ~forbidden & ~straddles
    return Owners(
        ground=ground,
        communities=communities,
        grid_community=of_grid,
        compound_community=of_compound,
        households=households,
        crossed=crossed,
        straddles=straddles,
        divisible=divisible,
        subdivided=divisible & ((crossed & large) | named),
        pieces=fits.pieces,
    )


def compound_households(ground: Ground) -> Ints:
    """Return the households of each compound: from homes, else from its own record, else 0."""
    district, recorded = ground.district, ground.compound_households
    count = len(district.compounds)
    told = recorded if recorded is not None else np.zeros(count, dtype=np.int64)
    if district.homes is None:
        return told
    at = first_cover(shapely.STRtree(district.homes.points), district.compounds.shapes)
    counted = count_households(at, district.homes.households, count)
    lived_in = np.bincount(at[at >= 0], minlength=count) > 0
    return np.where(lived_in, counted, told).astype(np.int64)


def _communities(ground: Ground, home: Ints, pieces: Pieces) -> tuple[Codes, Ints, Ints, Bools]:
    """Return the communities' codes, that of each grid and compound, and which compounds lie in two."""
    district = ground.district
    if district.communities is not None:
        judged = {"homes": district.homes, "rules": district.rules, "engine": "geos", "widths": "material"}
        by_land = fit_grids(district.grids, district.communities, **judged)  # type: ignore[arg-type]
        places = fit_places(district.compounds, district.communities, **judged)  # type: ignore[arg-type]
        straddles = np.array([state is GridFit.STRADDLING for state in places.states], dtype=bool)
        return district.communities.codes, by_land.home, places.home, straddles
    codes, of_grid = np.unique(_recorded_communities(district.grids), return_inverse=True)
    of_grid = of_grid.reshape(-1).astype(np.int64)
    of_compound = np.where(home >= 0, of_grid[home], -1)
    # Without community lines, a compound with material land in grids of two communities lies in both.
    lies_in = np.unique(np.column_stack([pieces.subject, of_grid[pieces.cell]])[pieces.material], axis=0)
    straddles = np.bincount(lies_in[:, 0], minlength=len(district.compounds)) > 1
    return codes.astype(object), of_grid, of_compound, straddles


def _recorded_communities(grids: Layer) -> Codes:
    """Return the code of each grid's community: as recorded, else from its own full code, else empty."""
    said = [str(parent or "") for parent in grids.parents] if grids.parents is not None else [""] * len(grids)
    return np.array(
        [
            parent or (code[:COMMUNITY_DIGITS] if len(code) == GRID_DIGITS and code.isdigit() else "")
            for parent, code in zip(said, map(str, grids.codes), strict=True)
        ],
        dtype=str,
    )


def seat_faces(owners: Owners, faces: Shapes, narrow: Bools) -> tuple[Bools, Seats]:
    """Return which faces are land of the district, and what these belong to.

    Land in no grid is kept when it is a sliver between grids, or when a community claims it.
    """
    ground = owners.ground
    points = shapely.point_on_surface(faces)
    tree = shapely.STRtree(points)
    grid = first_cover(tree, ground.district.grids.shapes)
    kept = (grid >= 0) | _gaps(ground, points, grid < 0, narrow)
    points, grid = points[kept], grid[kept]
    compound, walls, overlaps = _compounds(owners, points, grid, narrow[kept])
    return kept, _seats(owners, faces[kept], grid, compound, walls, overlaps)


def seat_known(owners: Owners, faces: Shapes, grid: Ints, compound: Ints) -> Seats:
    """Return what faces belong to whose grid and compound are known already: those of a tiling."""
    points = shapely.point_on_surface(faces)
    _, walls, overlaps = _compounds(owners, points, grid, narrow_faces(faces, owners.ground.noise_m))
    return _seats(owners, faces, grid, compound, walls, overlaps)


def _seats(owners: Owners, faces: Shapes, grid: Ints, compound: Ints, walls: Ints, overlaps: Ints) -> Seats:
    """Add the community and the households of each face to what is known of it."""
    homes, households, stray = _homes(owners, faces, compound)
    # -1 (no compound, no grid) takes the entry that is appended: a district may have no compounds at all.
    settled = ~np.append(owners.straddles, True)[compound]
    of_grid = np.append(owners.grid_community, -1)[grid]
    community = np.where(settled, np.append(owners.compound_community, -1)[compound], of_grid)
    return Seats(grid, compound, walls, community, homes, households, overlaps, stray)


def _gaps(ground: Ground, points: Shapes, bare: Bools, narrow: Bools) -> Bools:
    """Tell which faces in no grid are land all the same: slivers between grids, or land of a community."""
    kept = np.zeros(len(points), dtype=bool)
    asked = np.flatnonzero(bare)
    if not len(asked):
        return kept
    whole = shapely.union_all(ground.district.grids.shapes)
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(whole))))
    # A gap that is open to the outside, but no wider than noise, lies between grids too.
    filled = filled.buffer(ground.noise_m / 2.0, join_style="mitre").buffer(-ground.noise_m / 2.0, join_style="mitre")
    shapely.prepare(filled)
    kept[asked] = shapely.intersects(filled, points[asked]) & narrow[asked]
    if ground.district.communities is not None:
        wide = asked[~narrow[asked]]
        kept[wide] = first_cover(shapely.STRtree(points[wide]), ground.district.communities.shapes) >= 0
    return kept


def _compounds(owners: Owners, points: Shapes, grid: Ints, narrow: Bools) -> tuple[Ints, Ints, Ints]:
    """Return the compound of each face, the first whose walls hold it, and pairs of compounds that claim one face."""
    compound, face = shapely.STRtree(points).query(owners.ground.district.compounds.shapes, predicate="contains")
    order = np.lexsort((compound, face))
    compound, face = compound[order].astype(np.int64), face[order]
    walls = np.full(len(points), -1, dtype=np.int64)
    walls[face[::-1]] = compound[::-1]
    real = owners.material(compound, grid[face])
    compound, face = compound[real], face[real]
    found = np.full(len(points), -1, dtype=np.int64)
    found[face[::-1]] = compound[::-1]
    twice = (compound != found[face]) & ~narrow[face]
    overlaps = np.unique(np.column_stack([found[face], compound])[twice], axis=0).reshape(-1, 2)
    return found, walls, overlaps.astype(np.int64)


def _homes(owners: Owners, faces: Shapes, compound: Ints) -> tuple[Ints, Floats, int]:
    """Return the home points and households of each face; compounds without homes spread their own total by area."""
    district = owners.ground.district
    count, stray = np.zeros(len(faces), dtype=np.int64), 0
    households = np.zeros(len(faces))
    if district.homes is not None:
        at = first_cover(shapely.STRtree(district.homes.points), faces)
        count = np.bincount(at[at >= 0], minlength=len(faces)).astype(np.int64)
        households = count_households(at, district.homes.households, len(faces)).astype(np.float64)
        stray = int(district.homes.households[at < 0].sum())
    mine = np.flatnonzero(compound >= 0)
    lived_in = np.bincount(compound[mine], weights=count[mine], minlength=len(owners.households)) > 0
    spread = mine[~lived_in[compound[mine]]]
    area = shapely.area(faces)
    whole = np.bincount(compound[mine], weights=area[mine], minlength=len(owners.households))
    households[spread] += owners.households[compound[spread]] * area[spread] / whole[compound[spread]]
    return count, households, stray
