"""Compounds across a community line: a proposal for the line itself, a paper for the authority that decides on it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from gis import policy
from gis.geometry import crs
from gis.geometry.ground import Ground
from gis.geometry.layers import Shapes
from gis.geometry.said import Said, said
from gis.models import Community, Compound, User
from gis.optimize.community_lines import CommunityLine, CommunityPart, community_lines
from gis.selectors.plans.base import shapes_in
from gis.services.audits.basis import whole
from gis.terms import Action

AUTHORITY: Final = "community_line"
"""Whose decision it is: the line between communities is drawn by civil affairs, never by a plan of grids."""


@dataclass(frozen=True, slots=True, eq=False)
class LineProposal:
    """A proposal for the line between communities at one compound; shapes in longitude and latitude.

    Parameters
    ----------
    compound, name : its code and name. to_community : where all of it should lie; `from_communities` give it up.
    parts : what lies in which community today, the most households first.
    area_m2, households : what changes hands. shape : that land.
    communities : {code: new shape} of the communities concerned. names : {code: name} of these.
    grids : codes of grids with land in `shape`: redrawn after the line is decided.
    authority : marks it as another authority's decision. text : all of it in one sentence.
    """

    compound: str
    name: str
    to_community: str
    from_communities: tuple[str, ...]
    parts: tuple[CommunityPart, ...]
    area_m2: float
    households: int
    shape: BaseGeometry
    communities: dict[str, BaseGeometry]
    names: dict[str, str]
    grids: tuple[str, ...]
    authority: str
    text: Said


def proposed_community_lines(*, district_code: str, by: User, at: datetime | None = None) -> list[LineProposal]:
    """Return a proposal for each compound of a district that lies in two communities, by code of the compound.

    Every proposal stands alone, drawn on the lines in force at a moment (now unless given).

    Raises
    ------
    NotYours : `by` may not see plans of the district.
    WrongFrame : nothing of the district has a shape.
    """
    policy.require(by, Action.VIEW_PLAN, district_code)
    moment = at or timezone.now()
    basis, district, extras = whole(district_code, moment)
    found = community_lines(Ground(district, compound_households=extras.compound_households))
    called = Community.objects.filter(code__startswith=district_code).values_list("code", "name")
    compounds = Compound.objects.filter(district_id=district_code, code__in=[line.compound for line in found])
    names, of_compounds = dict(called), dict(compounds.values_list("code", "name"))
    return [_told(line, basis.frame, names, of_compounds.get(line.compound, "")) for line in found]


def _told(line: CommunityLine, frame: str, names: dict[str, str], name: str) -> LineProposal:
    codes = [str(code) for code in line.communities.codes]
    stored: Shapes = crs.project(shapes_in(line.shape, *line.communities.shapes), frame, crs.STORED)
    others = tuple(part.community for part in line.parts[1:])
    return LineProposal(
        compound=line.compound,
        name=name,
        to_community=line.to_community,
        from_communities=others,
        parts=line.parts,
        area_m2=round(line.area_m2, 1),
        households=line.households,
        shape=stored[0],
        communities=dict(zip(codes, stored[1:], strict=True)),
        names={code: names.get(code, "") for code in codes},
        grids=line.grids,
        authority=AUTHORITY,
        text=said(
            "小区“{name}”跨社区：建议整体划入“{target}”（该社区已有其 {most} 户），从“{others}”划出 {count} 户、"
            "{area:,.0f} m²。社区界线由民政部门决定，不在网格调整方案之内。",
            name=name or line.compound,
            target=names.get(line.to_community) or line.to_community,
            most=line.parts[0].households,
            others=[names.get(code) or code for code in others],
            count=line.households,
            area=line.area_m2,
        ),
    )
