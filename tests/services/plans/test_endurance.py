"""A thousand operations on one plan; a community that has one grid; a plan of a community without compounds."""

import random

import pytest
from django.utils import timezone

from gis.geometry.edit_kinds import AssignUnits, CutGrid
from gis.models import GridBoundary, PlanCheckpoint, PlanOperation
from gis.selectors import plans as selected
from gis.services.plans.deciding import approve_plan, submit_plan
from gis.services.plans.operating import KEPT_EVERY, KEPT_LAST, apply_operations, undo_operation
from tests.services.audits import world
from tests.services.plans import plan_world as town
from tests.services.plans.plan_world import G1, G2, G3, G4

pytestmark = pytest.mark.django_db

OPERATIONS = 1000
A_TIME = 50


def test_a_thousand_operations_on_one_plan():
    town.make_ground()
    officer = world.officer()
    plan = town.opened(officer)
    units = sorted(selected.tiling_of_plan(plan.id).grid_of)
    chance = random.Random(7)
    for _ in range(0, OPERATIONS, A_TIME):
        edits = [AssignUnits((chance.choice(units),), chance.choice([G1, G2, G3, G4])) for _ in range(A_TIME)]
        plan = apply_operations(plan_id=plan.id, version=plan.version, edits=edits, by=officer).plan
    assert plan.done == PlanOperation.objects.count() == OPERATIONS
    assert PlanCheckpoint.objects.count() <= OPERATIONS // KEPT_EVERY + KEPT_LAST
    now = selected.tiling_of_plan(plan.id)
    now.check()
    for _ in range(20):
        plan = undo_operation(plan_id=plan.id, version=plan.version, by=officer)
    assert plan.done == OPERATIONS - 20
    early = selected.tiling_of_plan(plan.id, done=5)
    early.check()
    assert early.outline.equals(now.outline)


def test_a_community_with_one_grid_is_divided():
    town.make_ground()
    officer, approver = world.officer(), world.approver()
    at = timezone.now()
    for code in (f"{world.EAST}002", f"{world.EAST}003", f"{world.EAST}004"):
        world.replace(GridBoundary, code, None, at=at)
    only = f"{world.EAST}001"
    world.replace(GridBoundary, only, world.cell(2, 0, 2, 2), at=at)
    plan = town.opened(officer, world.EAST, title="划分")
    assert [grid.code for grid in selected.plan_grids(plan.id)] == [only]
    x = world.ORIGIN[0] + 900.0
    line = ((x, world.ORIGIN[1] - 10.0), (x, world.ORIGIN[1] + 610.0))
    plan = town.edited(plan, CutGrid(only, line, ""), officer)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    grids = {grid.code: grid for grid in selected.plan_grids(plan.id)}
    assert sorted(grids) == [only, f"{world.EAST}005"]  # 002 to 004 were used: their numbers do not come back
    town.require_whole()
