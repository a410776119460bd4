"""The land of a plan as it stands: its tiling, its grids, its units."""

import uuid
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.edit_kinds import edit_from_dict
from gis.geometry.edit_log import replay
from gis.geometry.layers import Homes, Layer
from gis.geometry.pieces import Ints
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.geometry.tiling_patch import is_patch, is_readable, tiling_from_patch
from gis.geometry.tiling_store import tiling_from_bytes
from gis.models import Plan, PlanCheckpoint, PlanGround, PlanOperation
from gis.selectors.plans.base import Buildings, buildings_on, shapes_in
from gis.selectors.plans.rows import unknown

SAME_M2_PER_M = 0.002
"""Land a metre of outline up to which two shapes are the same: noding moves a line by half a millimetre, the way to
longitude and latitude and back by less."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanGrid:
    """A grid of a plan; `shape` in longitude, latitude, empty where a grid is retired.

    `households` as the plan has it, `households_before` as its base had it. `changed` says whether its shape differs.
    """

    code: str
    name: str
    shape: BaseGeometry
    households: int
    households_before: int
    area_m2: float
    changed: bool
    new: bool
    retired: bool


@dataclass(frozen=True, slots=True, eq=False)
class PlanUnit:
    """A unit of a plan; `shape` in longitude, latitude. `divided`: it lies in several grids until it is assigned."""

    number: int
    grid: str
    compound: str
    shape: BaseGeometry
    households: int
    area_m2: float
    divided: bool


def tiling_of_plan(plan_id: uuid.UUID | str, *, done: int | None = None) -> Tiling:
    """Return a plan's land after its operations in effect, or after the first `done` of them.

    Raises
    ------
    UnknownPlan : there is none of this number.
    """
    plan = Plan.objects.filter(id=plan_id).first()
    if plan is None:
        raise unknown(plan_id)
    return tiling_after(plan, plan.done if done is None else done)


def tiling_after(plan: Plan, done: int, *, base: Tiling | None = None) -> Tiling:
    """Return a plan's land after a number of operations: from the nearest checkpoint on, what is left is replayed.

    Parameters
    ----------
    base : the land that the plan starts from, where it is at hand.
    """
    kept = PlanCheckpoint.objects.filter(plan=plan, number__lte=done).order_by("-number").first() if done else None
    tiling = None if kept is None else _kept_tiling(plan, bytes(kept.tiling), base)
    start = 0 if kept is None or tiling is None else kept.number
    tiling = tiling or base or base_tiling(plan)
    if start == done:
        return tiling
    rows = PlanOperation.objects.filter(plan=plan, number__gt=start, number__lte=done).order_by("number")
    return replay(tiling, [edit_from_dict(edit) for edit in rows.values_list("edit", flat=True)])


def _kept_tiling(plan: Plan, stored: bytes, base: Tiling | None) -> Tiling | None:
    """Return the land that a checkpoint keeps; None for a patch that another version of the platform wrote."""
    if not is_patch(stored):
        return tiling_from_bytes(stored)
    return tiling_from_patch(stored, base or base_tiling(plan)) if is_readable(stored) else None


def base_tiling(plan: Plan) -> Tiling:
    """Return the land that a plan starts from."""
    stored = PlanGround.objects.values_list("tiling", flat=True).get(plan=plan)
    return tiling_from_bytes(bytes(stored))


def plan_grids(plan_id: uuid.UUID | str) -> list[PlanGrid]:
    """Return a plan's grids by code, the retired ones last, and unassigned land under the code "".

    Raises
    ------
    UnknownPlan
    """
    plan = _plan(plan_id)
    before, after = base_tiling(plan), tiling_after(plan, plan.done)
    frame = frame_of(plan)
    homes = homes_of(buildings_on(plan.district_id, before.outline, frame))
    then, now = households_of(before.layer(), homes), households_of(after.layer(), homes)
    changed = changed_grids(before, after)
    codes = sorted(after.grids, key=lambda code: (after.grids[code].retired, code))
    if UNASSIGNED in after.shapes:
        codes.append(UNASSIGNED)
    shapes = [after.shapes.get(code, shapely.MultiPolygon()) for code in codes]
    stored = crs.project(shapes_in(*shapes), frame, crs.STORED)
    return [
        PlanGrid(
            code=code,
            name=after.grids[code].name if code in after.grids else "",
            shape=shape,
            households=now.get(code, 0),
            households_before=then.get(code, 0),
            area_m2=round(float(shapes[at].area), 1),
            changed=code in changed,
            new=code not in before.grids and code != UNASSIGNED,
            retired=code in after.grids and after.grids[code].retired,
        )
        for at, (code, shape) in enumerate(zip(codes, stored, strict=True))
    ]


def units_features(
    plan_id: uuid.UUID | str, *, bbox: tuple[float, float, float, float] | None = None
) -> list[PlanUnit]:
    """Return a plan's units by number, those only that meet a box (west, south, east, north in degrees) when given.

    Raises
    ------
    UnknownPlan
    """
    plan = _plan(plan_id)
    tiling, frame = tiling_after(plan, plan.done), frame_of(plan)
    homes = homes_of(buildings_on(plan.district_id, tiling.outline, frame))
    numbers = sorted(tiling.grid_of)
    shapes = shapes_in(*(tiling.shape_of(number) for number in numbers))
    at_face = first_cover(shapely.STRtree(homes.points), tiling.faces)
    living = np.zeros(tiling.next_unit, dtype=np.int64)
    np.add.at(living, tiling.unit[at_face[at_face >= 0]], homes.households[at_face >= 0])
    stored = crs.project(shapes, frame, crs.STORED)
    kept = np.ones(len(numbers), dtype=bool) if bbox is None else shapely.intersects(stored, shapely.box(*bbox))
    divided = set(tiling.divided())
    return [
        PlanUnit(
            number=number,
            grid=tiling.grid_of[number],
            compound=tiling.compound_of.get(number, ""),
            shape=stored[at],
            households=int(living[number]),
            area_m2=round(float(shapes[at].area), 1),
            divided=number in divided,
        )
        for at, number in enumerate(numbers)
        if kept[at]
    ]


def changed_grids(before: Tiling, after: Tiling) -> set[str]:
    """Return the codes of grids (and "" for unassigned land) that lie otherwise than before, new and gone ones too."""
    return {
        code for code in {*before.shapes, *after.shapes} if _differs(before.shapes.get(code), after.shapes.get(code))
    }


def _differs(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    if one is None or other is None:
        return one is not other
    if one is other or shapely.equals_exact(one, other):
        return False
    apart = shapely.area(shapely.symmetric_difference(one, other))
    return bool(apart > SAME_M2_PER_M * max(one.length, other.length))


def households_of(layer: Layer, homes: Homes) -> dict[str, int]:
    """Return the households of each grid; a home on a line counts to the first grid."""
    if not len(homes.points) or not len(layer):
        return {}
    at: Ints = first_cover(shapely.STRtree(homes.points), layer.shapes)
    living = np.zeros(len(layer), dtype=np.int64)
    np.add.at(living, at[at >= 0], homes.households[at >= 0])
    return {str(code): int(count) for code, count in zip(layer.codes, living, strict=True)}


def homes_of(buildings: Buildings) -> Homes:
    """Return buildings as the kernel's homes."""
    return Homes(buildings.points, np.array(buildings.households, dtype=np.int64))


def frame_of(plan: Plan) -> str:
    """Return the metric frame of a plan's land."""
    return PlanGround.objects.values_list("frame", flat=True).get(plan=plan)


def _plan(plan_id: uuid.UUID | str) -> Plan:
    plan = Plan.objects.filter(id=plan_id).first()
    if plan is None:
        raise unknown(plan_id)
    return plan
