"""All that the editor draws when it is opened."""

import uuid
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.layers import AuditRules
from gis.models import Grid, Plan, Road, User
from gis.selectors.plans.base import shapes_in
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.plans import acts
from gis.services.plans.editor.deltas import Seen, plan_findings
from gis.services.plans.editor.numbers import GridNumbers, UnitNumbers, grid_numbers, unit_numbers
from gis.services.plans.editor.problems import Problems, problems_of
from gis.services.plans.editor.settings import Scene, scene_of
from gis.services.plans.editor.states import State, state_of
from gis.terms import RoadRank


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """A grid beside the plan's land, or a compound on or beside it; `shape` in longitude, latitude."""

    code: str
    name: str
    households: int
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, eq=False)
class RoadNear:
    """A road on or beside the plan's land; `shape` in longitude, latitude."""

    code: str
    name: str
    rank: RoadRank
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A plan as the editor begins with it.

    Parameters
    ----------
    bounds : west, south, east, north in degrees. grids, units : in numbers. beside, compounds, roads : what they lie
        in.
    new, resolved, known : findings of the plan against its base, sizes apart; `known` counts.
    """

    plan: PlanRow
    communities: dict[str, str]
    rules: AuditRules
    base_changed: bool
    bounds: tuple[float, float, float, float]
    grids: list[GridNumbers]
    units: list[UnitNumbers]
    beside: list[Beside]
    compounds: list[Beside]
    roads: list[RoadNear]
    problems: Problems
    new: list[Seen]
    resolved: list[Seen]
    known: int


def sheet_key(plan_id: uuid.UUID, by: User) -> str:
    """Return what a plan's sheet depends on besides the plan's own version.

    Raises
    ------
    UnknownPlan
    """
    return repr(scene_of(Plan.objects.get(id=acts.seen(plan_id, by=by))).key)


def sheet_of(plan_id: uuid.UUID, by: User) -> Sheet:
    """Return all that the editor draws of a plan.

    Raises
    ------
    UnknownPlan
    PlanRefused : `plan.no_grids`. InvalidShape : a shape on the land cannot be overlaid.
    """
    plan = Plan.objects.get(id=acts.seen(plan_id, by=by))
    state = state_of(plan)
    scene = state.scene
    new, resolved, known = plan_findings(state)
    return Sheet(
        plan=plan_row(plan),
        communities=scene.communities,
        rules=scene.rules,
        base_changed=scene.base_changed,
        bounds=_bounds(state),
        grids=grid_numbers(state, plan.locks),
        units=unit_numbers(state),
        beside=_beside(scene),
        compounds=_compounds(scene),
        roads=_roads(plan, scene),
        problems=problems_of(state),
        new=new,
        resolved=resolved,
        known=known,
    )


def _bounds(state: State) -> tuple[float, float, float, float]:
    box = shapely.box(*state.tiling.outline.bounds)
    (there,) = crs.project(shapes_in(box), state.scene.frame, crs.STORED)
    west, south, east, north = (round(float(value), 7) for value in there.bounds)
    return west, south, east, north


def _beside(scene: Scene) -> list[Beside]:
    layer, own = scene.around.district.grids, set(scene.base.grids)
    rows = [at for at, code in enumerate(layer.codes) if str(code) not in own]
    if not rows:
        return []
    codes = [str(code) for code in layer.codes[rows]]
    names = dict(Grid.objects.filter(code__in=codes).values_list("code", "name"))
    shapes = crs.project(layer.shapes[rows], scene.frame, crs.STORED)
    living = [scene.households_around.get(code, 0) for code in codes]
    return [
        Beside(code, names.get(code, ""), count, shape)
        for code, count, shape in zip(codes, living, shapes, strict=True)
    ]


def _compounds(scene: Scene) -> list[Beside]:
    layer = scene.around.district.compounds
    if not len(layer):
        return []
    shapes = crs.project(layer.shapes, scene.frame, crs.STORED)
    living = scene.compound_households
    return [
        Beside(str(code), scene.compounds.get(str(code), ""), living.get(str(code), 0), shape)
        for code, shape in zip(layer.codes, shapes, strict=True)
    ]


def _roads(plan: Plan, scene: Scene) -> list[RoadNear]:
    box = shapely.box(*scene.base.outline.bounds)
    (window,) = crs.project(shapes_in(box), scene.frame, crs.STORED)
    rows = Road.objects.filter(
        district_id=plan.district_id, retired_on__isnull=True, shape__bboverlaps=f"SRID=4490;{window.wkt}"
    )
    listed = list(rows.order_by("code").annotate(stored=wkb()).values_list("code", "name", "rank", "stored"))
    shapes = shapes_of(row[3] for row in listed)
    return [
        RoadNear(code, name, RoadRank(rank), shape)
        for (code, name, rank, _stored), shape in zip(listed, shapes, strict=True)
    ]
