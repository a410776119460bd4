"""Compounds across a community line: grids cannot mend them, so the line itself is proposed anew.

The line belongs to another authority: a proposal is a paper for it, nothing that a plan of grids may put in force.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.crossing import fit_places
from gis.geometry.ground import Ground
from gis.geometry.layers import District, Homes, Layer, Shapes
from gis.geometry.noding import lines_of, node_faces
from gis.geometry.owners import compound_households
from gis.geometry.pieces import Bools, Ints
from gis.geometry.scopes import count_households, first_cover
from gis.geometry.units import dissolve
from gis.terms import GridFit


@dataclass(frozen=True, slots=True)
class CommunityPart:
    """What of a compound lies in one community."""

    community: str
    area_m2: float
    households: int


@dataclass(frozen=True, slots=True, eq=False)
class CommunityLine:
    """A proposal for the line between communities at one compound.

    Parameters
    ----------
    compound : its code. to_community : the one that holds most of its households, of its land where nobody lives.
    parts : what lies where today, the most households first; only land wider than noise.
    area_m2, households : what changes hands. shape : that land.
    communities : the communities concerned, with their new shapes; they tile what they tiled before.
    grids : codes of grids with land in `shape`: they are redrawn after the line is decided.
    """

    compound: str
    to_community: str
    parts: tuple[CommunityPart, ...]
    area_m2: float
    households: int
    shape: BaseGeometry
    communities: Layer
    grids: tuple[str, ...]


def community_lines(ground: Ground) -> list[CommunityLine]:
    """Return a proposal for each compound that lies in two or more communities, in the order of the layer.

    Every proposal stands alone, drawn on today's lines. Without community lines in the ground there is none to redraw.

    Raises
    ------
    InvalidShape : a shape that cannot be overlaid.
    """
    district = ground.district
    if district.communities is None:
        return []
    fits = fit_places(
        district.compounds,
        district.communities,
        homes=district.homes,
        rules=district.rules,
        engine="geos",
        widths="material",
    )
    totals = compound_households(ground)
    proposals = []
    for at in (i for i, state in enumerate(fits.states) if state is GridFit.STRADDLING):
        rows = range(*fits.pieces.rows_of(at).indices(len(fits.pieces)))
        material = np.array([fits.pieces.cell[row] for row in rows if fits.pieces.material[row]], dtype=np.int64)
        proposals.append(_proposal(ground, at, np.sort(material), int(totals[at])))
    return proposals


def _proposal(ground: Ground, compound: int, concerned: Ints, total: int) -> CommunityLine:
    """Return the proposal for one compound.

    Parameters
    ----------
    concerned : positions of the communities that hold material land of it. total : its households.
    """
    district = ground.district
    assert district.communities is not None
    walls, lines = district.compounds.shapes[compound], district.communities.shapes[concerned]
    # Noded together once: old and new lines keep the same vertices, so the communities go on tiling.
    faces = node_faces(lines_of(lines, district.compounds.shapes[[compound]]))
    points = np.asarray(shapely.point_on_surface(faces), dtype=object)
    today = first_cover(shapely.STRtree(points), lines)
    inside = np.asarray(shapely.contains(walls, points), dtype=bool)
    faces, today, inside = faces[today >= 0], today[today >= 0], inside[today >= 0]
    parts = _parts(district, concerned, faces, today, inside, total)
    target = [str(district.communities.codes[c]) for c in concerned].index(parts[0].community)
    moved = inside & (today != target)
    shape = shapely.coverage_union_all(faces[moved])
    after = dissolve(faces, np.where(moved, target, today), len(concerned))
    return CommunityLine(
        compound=str(district.compounds.codes[compound]),
        to_community=parts[0].community,
        parts=tuple(parts),
        area_m2=float(shape.area),
        households=sum(part.households for part in parts[1:]),
        shape=shape,
        communities=replace(
            district.communities, codes=district.communities.codes[concerned], shapes=after, parents=None
        ),
        grids=_grids_in(district, shape),
    )


def _parts(
    district: District, concerned: Ints, faces: Shapes, today: Ints, inside: Bools, total: int
) -> list[CommunityPart]:
    """Return what of a compound lies in each community, the one that it should go to first."""
    assert district.communities is not None
    mine = dissolve(faces[inside], today[inside], len(concerned))
    area = shapely.area(mine)
    homes = _households_in(district.homes, mine)
    if not homes.sum() and area.sum():
        homes = np.rint(total * area / area.sum()).astype(np.int64)
    parts = [
        CommunityPart(str(district.communities.codes[c]), float(m2), int(households))
        for c, m2, households in zip(concerned.tolist(), area.tolist(), homes.tolist(), strict=True)
    ]
    return sorted(parts, key=lambda part: (-part.households, -part.area_m2, part.community))


def _households_in(homes: Homes | None, shapes: Shapes) -> Ints:
    if homes is None:
        return np.zeros(len(shapes), dtype=np.int64)
    at = first_cover(shapely.STRtree(homes.points), shapes)
    return count_households(at, homes.households, len(shapes))


def _grids_in(district: District, shape: BaseGeometry) -> tuple[str, ...]:
    """Return the grids with land in some shape, rounding apart."""
    near = np.sort(shapely.STRtree(district.grids.shapes).query(shape, predicate="intersects"))
    held = shapely.area(shapely.intersection(district.grids.shapes[near], shape)) > 1.0
    return tuple(str(code) for code in district.grids.codes[near[held]])
