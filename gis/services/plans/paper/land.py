"""The land of a plan before and after, and what lies on and around it, in metres: what its papers are made of."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.crosswalk import Crosswalk, crosswalk
from gis.geometry.layers import Homes, Layer, Shapes
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.models import Community, Compound, Grid, Plan, Road, ServiceStation
from gis.models.points import CommunityOffice
from gis.selectors.plans.base import buildings_on, shapes_in
from gis.selectors.plans.land import base_tiling, frame_of, homes_of, households_of, tiling_after
from gis.selectors.territory.layers import layer_in_force, rules_of, shapes_of, wkb
from gis.terms import LayerKind

COMMUNITY_DIGITS = 12

AROUND_M = 400.0
"""How far beyond its land a plan's maps show what is there."""


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A place with its name: roads carry their rank as `kind`, points their community."""

    code: str
    name: str
    kind: str
    shape: BaseGeometry


@dataclass(frozen=True, eq=False)
class PlanLand:
    """What a plan's papers are made of; everything is read once and in metres.

    Parameters
    ----------
    before, after : the land that it starts from, and as it leaves it.
    at : the moment whose other boundaries are shown: when it came into force, else now.
    """

    plan: Plan
    frame: str
    before: Tiling
    after: Tiling
    at: datetime

    @cached_property
    def near(self) -> BaseGeometry:
        """The box around the land, longitude and latitude."""
        west, south, east, north = self.before.outline.bounds
        box = shapely.box(west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
        stored: BaseGeometry = crs.project(shapes_in(box), self.frame, crs.STORED)[0]
        return stored

    @cached_property
    def homes(self) -> Homes:
        """The buildings on the land."""
        return homes_of(buildings_on(self.plan.district_id, self.before.outline, self.frame))

    @cached_property
    def noise_m(self) -> float:
        """The width up to which a piece between two drawings of the grids is noise."""
        return rules_of(self.plan.district_id).noise_m(self.plan.ground.accuracy_m)

    @cached_property
    def walk(self) -> Crosswalk:
        """What of which grid becomes part of which."""
        return crosswalk(self.grids_before, self.grids_after, self.homes, noise_m=self.noise_m)

    @cached_property
    def changed(self) -> Shapes:
        """The pieces of land that change hands."""
        kept = [at for at, row in enumerate(self.walk.rows) if not row.kept and not row.noise]
        pieces: Shapes = self.walk.shapes[kept]
        return pieces

    @cached_property
    def grids_before(self) -> Layer:
        return _grids(self.before)

    @cached_property
    def grids_after(self) -> Layer:
        return _grids(self.after)

    @cached_property
    def households_before(self) -> dict[str, int]:
        return households_of(self.grids_before, self.homes)

    @cached_property
    def households_after(self) -> dict[str, int]:
        return households_of(self.grids_after, self.homes)

    @cached_property
    def neighbours(self) -> Layer:
        """Grids of other communities around the land, as they lie at the moment."""
        layer = layer_in_force(
            LayerKind.GRID, district_code=self.plan.district_id, at=self.at, frame=self.frame, near=self.near
        )
        other = ~np.isin([str(code)[:COMMUNITY_DIGITS] for code in layer.codes], list(self.plan.communities))
        return Layer(layer.codes[other], layer.shapes[other], layer.accuracy_m)

    @cached_property
    def compounds(self) -> Layer:
        return layer_in_force(
            LayerKind.COMPOUND, district_code=self.plan.district_id, at=self.at, frame=self.frame, near=self.near
        )

    @cached_property
    def communities(self) -> Layer:
        return layer_in_force(
            LayerKind.COMMUNITY, district_code=self.plan.district_id, at=self.at, frame=self.frame, near=self.near
        )

    @cached_property
    def compound_names(self) -> dict[str, str]:
        codes = list(map(str, self.compounds.codes))
        found = Compound.objects.filter(district_id=self.plan.district_id, code__in=codes).values_list("code", "name")
        return {code: name or code for code, name in found}

    @cached_property
    def grid_names(self) -> dict[str, str]:
        """The names of all grids on the paper: as the plan calls its own, else as they are recorded."""
        codes = [str(code) for code in (*self.neighbours.codes, *self.before.grids, *self.after.grids)]
        recorded = dict(Grid.objects.filter(code__in=codes).values_list("code", "name"))
        own = {code: record.name for code, record in {**self.before.grids, **self.after.grids}.items()}
        return {code: own.get(code) or recorded.get(code) or code for code in codes}

    @cached_property
    def _communities(self) -> list[tuple[str, str, str]]:
        """Code, name and street's name of every community on the paper."""
        codes = {str(code) for code in self.communities.codes} | set(self.plan.communities)
        codes |= {str(code)[:COMMUNITY_DIGITS] for code in self.neighbours.codes}
        return list(Community.objects.filter(code__in=codes).values_list("code", "name", "street__name"))

    @cached_property
    def plain_community_names(self) -> dict[str, str]:
        """The names of communities as they are recorded."""
        return {code: name or code for code, name, _street in self._communities}

    @cached_property
    def community_names(self) -> dict[str, str]:
        """The names of communities as people tell them apart: two streets may each have one of the same name."""
        often = Counter(name for _code, name, _street in self._communities)
        return {
            code: (f"{street}{name}" if often[name] > 1 else name) or code for code, name, street in self._communities
        }

    @cached_property
    def roads(self) -> list[Named]:
        return self._points(Road, "rank")

    @cached_property
    def stations(self) -> list[Named]:
        return self._points(ServiceStation, "community_id")

    @cached_property
    def offices(self) -> list[Named]:
        return self._points(CommunityOffice, "community_id")

    def _points(self, model: Any, kind: str) -> list[Named]:
        """Return what stands on and around the land of a kind that carries its own shape."""
        rows = model._default_manager.filter(
            district_id=self.plan.district_id, retired_on__isnull=True, shape__bboverlaps=f"SRID=4490;{self.near.wkt}"
        )
        listed = list(rows.order_by("code").annotate(stored=wkb()).values_list("code", "name", kind, "stored"))
        if not listed:
            return []
        shapes = crs.project(shapes_of(row[3] for row in listed), crs.STORED, self.frame)
        return [
            Named(code, name, kind or "", shape) for (code, name, kind, _), shape in zip(listed, shapes, strict=True)
        ]


def land_of_plan(plan_id: uuid.UUID) -> PlanLand:
    """Return the land of a plan that the reader may see."""
    plan = Plan.objects.select_related("ground", "district").get(id=plan_id)
    at = plan.in_force_at or timezone.now()
    return PlanLand(plan, frame_of(plan), base_tiling(plan), tiling_after(plan, plan.done), at)


def _grids(tiling: Tiling) -> Layer:
    layer = tiling.layer()
    held = layer.codes != UNASSIGNED
    return Layer(layer.codes[held], layer.shapes[held])


def compounds_of(tiling: Tiling, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Return the compounds with real land in each of some grids: more than a fiftieth of the compound."""
    areas = shapely.area(tiling.faces)
    whole: dict[str, float] = {}
    within: dict[tuple[str, str], float] = {}
    for unit, grid, area in zip(tiling.unit.tolist(), tiling.seat.tolist(), areas.tolist(), strict=True):
        compound = tiling.compound_of.get(unit)
        if compound is not None:
            whole[compound] = whole.get(compound, 0.0) + area
            within[grid, compound] = within.get((grid, compound), 0.0) + area
    found: dict[str, list[str]] = {grid: [] for grid in wanted}
    for grid, compound in sorted(within):
        if grid in found and within[grid, compound] > REAL_SHARE * whole[compound]:
            found[grid].append(compound)
    return found


REAL_SHARE = 0.02
"""Part of a compound from which it is named with a grid; what is less is digitising noise on the line."""
