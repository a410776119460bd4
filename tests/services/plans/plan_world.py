"""A community whose compound X1 lies over the line between two grids, officers and approvers, and a plan that mends it.

g3 g4        X1: 120 m wide, 60 m of it in g1 and 60 m in g2; two of its buildings in g1, one in g2
g1 g2
"""

import uuid
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from shapely import Point

from gis.geometry.edit_kinds import AssignUnits, Edit
from gis.models import GridBoundary, User
from gis.selectors.plans import PlanRow, tiling_of_plan
from gis.selectors.territory import layer_in_force
from gis.services.plans.deciding import approve_plan, submit_plan
from gis.services.plans.opening import open_plan
from gis.services.plans.operating import Applied, apply_operation
from gis.terms import LayerKind
from tests.services.audits import world

G1, G2, G3, G4 = (f"{world.WEST}00{n}" for n in (1, 2, 3, 4))
X1 = "X1"


def make_ground(*, households: int = 100) -> None:
    """Make the district with the compound and its buildings."""
    world.make_district(households=households)
    world.add_compound(X1, world.crossed_outline(depth_m=60), name="海晏苑")
    for n, x in enumerate((250, 280, 340)):
        world.add_building(f"X{n}", Point(x, 150), 20)


def opened(by: User, *communities: str, title: str = "海晏苑调整") -> PlanRow:
    """Open a plan for the western community, or for others."""
    return open_plan(
        district_code=world.DISTRICT,
        communities=communities or (world.WEST,),
        title=title,
        reason="小区被网格线穿过",
        by=by,
    )


def unit_of(plan_id: uuid.UUID, compound: str = X1) -> int:
    """Return the unit of a compound."""
    (unit,) = [unit for unit, code in tiling_of_plan(plan_id).compound_of.items() if code == compound]
    return unit


def edited(plan: PlanRow, edit: Edit | dict[str, Any], by: User) -> PlanRow:
    """Make one edit."""
    return applied(plan, edit, by).plan


def applied(plan: PlanRow, edit: Edit | dict[str, Any], by: User) -> Applied:
    """Make one edit; return what it did."""
    return apply_operation(plan_id=plan.id, version=plan.version, edit=edit, by=by)


def mended(by: User, *, into: str = G1) -> PlanRow:
    """Open a plan and give the compound whole to a grid."""
    plan = opened(by)
    return edited(plan, AssignUnits((unit_of(plan.id),), into), by)


def submitted(by: User) -> PlanRow:
    """Return a plan that mends the compound, submitted."""
    plan = mended(by)
    return submit_plan(plan_id=plan.id, version=plan.version, by=by)


def in_force(by: User, approver: User) -> PlanRow:
    """Return such a plan in force."""
    plan = submitted(by)
    return approve_plan(plan_id=plan.id, version=plan.version, by=approver)


def require_whole() -> None:
    """Fail unless the grids of the district tile its land and each has one boundary in force."""
    layer = layer_in_force(LayerKind.GRID, district_code=world.DISTRICT)
    land = shapely.union_all(layer_in_force(LayerKind.COMMUNITY, district_code=world.DISTRICT).shapes)
    together = shapely.union_all(layer.shapes)
    assert abs(shapely.area(layer.shapes).sum() - together.area) < 0.5  # no overlap; metres of line × 0.1 mm
    assert shapely.area(shapely.symmetric_difference(together, land)) < 0.5
    holes = [ring for part in shapely.get_parts(together) for ring in shapely.get_rings(part)[1:]]
    assert not holes
    now = GridBoundary.objects.filter(in_force__contains=timezone.now())
    codes = list(now.values_list("place__code", flat=True))
    assert len(codes) == len(set(codes)) == len(np.unique(layer.codes))
