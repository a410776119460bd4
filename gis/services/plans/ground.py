"""The land of a plan: its communities' grids, noded once together with all that touches them.

Only the plan's communities with their surroundings are noded, not the district: at a city's size that is what makes a
plan open at once. The surroundings are part of the noding, so that a compound on the edge is whole and every vertex of
the outline is there on both sides; of the faces only those of the plan's own grids are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.utils.translation import gettext as _

from gis.geometry import crs
from gis.geometry.audit import Extras
from gis.geometry.ground import Ground
from gis.geometry.layers import District, Shapes
from gis.geometry.tiling import UNASSIGNED, Tiling, tiling_of
from gis.geometry.tiling_store import part_of
from gis.geometry.units import Units, make_units
from gis.selectors.plans.base import BaseGrid, base_facts, base_grids, fingerprint_of, roads_near, shapes_in
from gis.services.audits.basis import Basis, around, basis_of
from gis.services.plans.refusals import PlanRefused

OUTSIDE = "outside"
"""Where land without a grid is put that other communities must settle, so that it is cut off with their grids."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a plan's land lies in, at a moment.

    Parameters
    ----------
    basis : frame, rules and stated accuracies of the district.
    district : grids, compounds, communities and homes on and around the land, metres.
    extras : what else an audit knows of them.
    roads : lines in metres.
    grids : the plan's own grids as they are stored.
    """

    basis: Basis
    district: District
    extras: Extras
    roads: Shapes
    grids: list[BaseGrid]

    @property
    def ground(self) -> Ground:
        """Return what units are made of."""
        return Ground(
            self.district,
            roads=self.roads,
            compound_households=self.extras.compound_households,
            sized=self.extras.sized,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The land that a plan starts from, and what tells whether it is still the same."""

    around: Surroundings
    tiling: Tiling
    facts: dict[str, dict[str, int]]

    @property
    def fingerprint(self) -> str:
        """Return what tells this base from another one."""
        return fingerprint_of(self.facts)

    @property
    def accuracy_m(self) -> float:
        """Return the stated accuracy of the coarsest of its grids."""
        return max(grid.accuracy_m for grid in self.around.grids)


def surroundings_of(district_code: str, communities: Sequence[str], at: datetime) -> Surroundings:
    """Return what the grids of some communities lie in.

    Raises
    ------
    PlanRefused : `plan.no_grids`: the communities have no published grid in force.
    """
    grids = base_grids(communities, at)
    without = sorted(set(communities) - {grid.community_code for grid in grids})
    if without:
        raise PlanRefused(
            _("社区 %(code)s 没有现行网格，无法编制调整方案；请先导入网格图层。") % {"code": "、".join(without)},
            rule="plan.no_grids",
        )
    shapes = shapes_in(*(grid.shape for grid in grids))
    basis = basis_of(district_code, at)
    district, extras, _reach = around(basis, shapes)
    return Surroundings(basis, district, extras, roads_near(district_code, shapes, basis.frame), grids)


def base_of(district_code: str, communities: Sequence[str], at: datetime) -> Base:
    """Return the base of a plan for some communities at a moment.

    Raises
    ------
    PlanRefused : `plan.no_grids`. InvalidShape : a shape on the land cannot be overlaid.
    """
    facts, here = _read(district_code, communities, at)
    units = make_units(here.ground)
    names = {grid.code: grid.name for grid in here.grids}
    tiling = _own_part(tiling_of(units, names=names), units, sorted(names), communities)
    return Base(here, tiling, facts)


def _read(
    district_code: str, communities: Sequence[str], at: datetime
) -> tuple[dict[str, dict[str, int]], Surroundings]:
    """Return what lies on the land and in what it lies; read again when somebody wrote in between."""
    while True:
        facts = base_facts(communities, at)
        here = surroundings_of(district_code, communities, at)
        if base_facts(communities, at) == facts:
            return facts, here


def _own_part(tiling: Tiling, units: Units, codes: list[str], communities: Sequence[str]) -> Tiling:
    """Return the plan's own land: its grids, and land in no grid that its communities must settle."""
    own = np.isin(units.communities.astype(str), list(communities))
    theirs = {
        unit
        for unit, community in enumerate(units.community.tolist())
        if tiling.grid_of[unit] == UNASSIGNED and not (community >= 0 and own[community])
    }
    if theirs:
        seat = tiling.seat.copy()
        seat[np.isin(tiling.unit, list(theirs)) & (seat == UNASSIGNED)] = OUTSIDE
        tiling = replace(tiling, seat=seat, grid_of={**tiling.grid_of, **dict.fromkeys(theirs, OUTSIDE)})
    wanted = [*codes, UNASSIGNED] if (tiling.seat == UNASSIGNED).any() else codes
    return part_of(tiling, wanted)


def to_stored(shapes: Shapes, frame: str) -> Shapes:
    """Return shapes in metres as longitude and latitude."""
    return crs.project(shapes, frame, crs.STORED)
