"""What a plan lies in, kept in the process as long as nothing of it is written anew.

The key names everything that it is made of: the plan's communities and base, the district's thresholds, and the edition
of each layer, which changes with every write to it and with every moment at which a boundary begins or ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import shapely
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.layers import AuditRules, Codes, Homes, Layer
from gis.geometry.pieces import Ints
from gis.geometry.plan_seats import Seats, seat_all
from gis.geometry.plan_standing import Setting, Standing, stand_whole
from gis.geometry.tiling import Tiling
from gis.models import Community, Compound, Plan, PlanGround
from gis.selectors.plans.base import Buildings, buildings_on, shapes_in
from gis.selectors.plans.land import base_tiling, households_of
from gis.selectors.territory.layers import rules_of
from gis.selectors.tiles.editions import Sight, editions
from gis.services.plans.checking import base_is_same
from gis.services.plans.editor.keeping import Kept
from gis.services.plans.ground import Surroundings, surroundings_of
from gis.terms import MapLayer

LAYERS = (MapLayer.COMMUNITY, MapLayer.GRID, MapLayer.COMPOUND, MapLayer.BUILDING, MapLayer.OFFICE, MapLayer.ROAD)
"""What the land of a plan, its numbers and its findings are made of."""

MOST_GRIDS = 4000
"""Grids, on and around the land, of all settings that a process keeps."""

Place = tuple[float, float]
NO_PLACE: tuple[None, Place] = (None, (0.0, 0.0))


@dataclass(eq=False)
class Scene:
    """What a plan lies in, at the moment it is judged for.

    Parameters
    ----------
    key : all that it is made of. around : layers, rules and frame. judge : what its states are judged in.
    buildings : on the land.
    base_changed : the boundaries that it starts from are no longer those in force.
    communities, compounds : {code: name}.
    """

    key: tuple[object, ...]
    around: Surroundings
    judge: Setting
    buildings: Buildings
    base_changed: bool
    communities: dict[str, str]
    compounds: dict[str, str]
    points: shapely.STRtree = field(init=False)
    households: Ints = field(init=False)
    places: dict[str, tuple[BaseGeometry, Place]] = field(init=False, default_factory=dict)
    texts: dict[tuple[str, object], tuple[BaseGeometry, str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.points = shapely.STRtree(self.buildings.points)
        self.households = np.array(self.buildings.households, dtype=np.int64)

    def places_of(self, shapes: Mapping[str, BaseGeometry]) -> list[Place]:
        """Return a point to look at (longitude, latitude) in the shape of each grid; what is known is kept."""
        fresh = [code for code, shape in shapes.items() if self.places.get(code, NO_PLACE)[0] is not shape]
        for code, place in zip(fresh, points_in([shapes[code] for code in fresh], self.frame), strict=True):
            self.places[code] = shapes[code], place
        return [self.places[code][1] for code in shapes]

    @property
    def frame(self) -> str:
        """Return the metric frame."""
        return self.around.basis.frame

    @property
    def base(self) -> Tiling:
        """Return the land that the plan starts from."""
        return self.judge.base

    @property
    def rules(self) -> AuditRules:
        """Return the district's thresholds."""
        return self.around.basis.rules

    @cached_property
    def before(self) -> Standing:
        """Return what the audit finds before the plan."""
        return stand_whole(self.judge, self.base, ())

    @cached_property
    def seats_before(self) -> Seats:
        """Return where each building stands before the plan."""
        return seat_all(self.base, self.points)

    @cached_property
    def households_before(self) -> dict[str, int]:
        """Return the households of each grid that has a building, before the plan."""
        return sums_by(self.seats_before.grid, self.households)

    @cached_property
    def unsized(self) -> frozenset[str]:
        """Return the codes of grids, as they are stored, that no number of households is wanted of."""
        sized = self.around.extras.sized
        codes = self.around.district.grids.codes
        return frozenset() if sized is None else frozenset(map(str, codes[~sized]))

    @cached_property
    def households_around(self) -> dict[str, int]:
        """Return the households of each grid on and around the land, as it is stored."""
        return _living(self.around.district.grids, self.around.district.homes)

    @cached_property
    def compound_households(self) -> dict[str, int]:
        """Return the households of each compound: from homes, else by its own record."""
        recorded, compounds = self.around.extras.compound_households, self.around.district.compounds
        if recorded is None:
            return _living(compounds, self.around.district.homes)
        return {str(code): int(count) for code, count in zip(compounds.codes, recorded, strict=True)}


def points_in(shapes: Sequence[BaseGeometry], frame: str) -> list[Place]:
    """Return a point to look at (longitude, latitude) in each of some shapes in metres."""
    if not shapes:
        return []
    points = crs.project(shapely.point_on_surface(shapes_in(*shapes)), frame, crs.STORED)
    return [(round(point.x, 7), round(point.y, 7)) for point in points]


def sums_by(codes: Codes, numbers: Ints) -> dict[str, int]:
    """Return the sum of the numbers that bear each code."""
    found: dict[str, int] = {}
    for code, number in zip(codes.tolist(), numbers.tolist(), strict=True):
        found[code] = found.get(code, 0) + number
    return found


def _living(layer: Layer, homes: Homes | None) -> dict[str, int]:
    return {} if homes is None else households_of(layer, homes)


_scenes: Kept[Scene] = Kept(MOST_GRIDS)
_bases: Kept[Tiling] = Kept(100_000)


def base_key(plan: Plan) -> tuple[object, ...]:
    """Return what tells the land that a plan starts from."""
    return plan.id, plan.base_at, PlanGround.objects.values_list("fingerprint", flat=True).get(plan=plan)


def base_of_plan(plan: Plan, key: tuple[object, ...]) -> Tiling:
    """Return the land that a plan starts from: the same object as long as it is kept."""
    kept = _bases.get(key)
    if kept is None:
        kept = base_tiling(plan)
        _bases.keep(key, kept, len(kept.faces))
    return kept


def scene_of(plan: Plan) -> Scene:
    """Return what a plan lies in.

    Raises
    ------
    PlanRefused : `plan.no_grids`: its communities have no grid any more. InvalidShape : a shape cannot be overlaid.
    """
    now = timezone.now()
    stands = editions(LAYERS, Sight((plan.district_id,), None))
    base = base_key(plan)
    day = timezone.localdate(now)
    key = (*base, day, rules_of(plan.district_id), *(stands[layer] for layer in LAYERS))
    kept = _scenes.get(key)
    if kept is not None:
        return kept
    made = _read(key, plan, base_of_plan(plan, base), now)
    return _scenes.keep(key, made, len(made.around.district.grids))


def _read(key: tuple[object, ...], plan: Plan, base: Tiling, now: datetime) -> Scene:
    same = base_is_same(plan, now)
    around = surroundings_of(plan.district_id, plan.communities, now if same else plan.base_at)
    codes = [str(code) for code in around.district.compounds.codes]
    named = Compound.objects.filter(district_id=plan.district_id, code__in=codes)
    return Scene(
        key=key,
        around=around,
        judge=Setting(around.district, around.extras, base),
        buildings=buildings_on(plan.district_id, base.outline, around.basis.frame),
        base_changed=not same,
        communities=dict(Community.objects.filter(code__in=plan.communities).values_list("code", "name")),
        compounds=dict(named.values_list("code", "name")),
    )
