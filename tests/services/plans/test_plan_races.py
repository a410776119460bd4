"""Two officers, two publishers, an import meanwhile: real connections, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gis.geometry.edit_kinds import AssignUnits, RenameGrid
from gis.geometry.errors import GridworkError
from gis.models import GridBoundary, JournalLine, Plan, PlanOperation
from gis.selectors import plans as selected
from gis.services.plans import acts
from gis.services.plans.deciding import approve_plan, submit_plan, withdraw_plan
from gis.services.plans.opening import branch_plan
from gis.services.plans.publishing import put_in_force
from gis.services.plans.refusals import BaseChanged, PlanMoved, PlanRefused, WrongPlanMove
from gis.terms import Happening, PlanState
from tests.services.audits import world
from tests.services.plans import plan_world as town
from tests.services.plans.plan_world import G1, G2, G4

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each on its own connection; return results and refusals."""
    start = Barrier(len(works))

    def do(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        except GridworkError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


@pytest.fixture
def officer():
    town.make_ground()
    return world.officer()


@pytest.mark.parametrize("_turn", range(3))
def test_of_two_officers_one_is_told_what_the_other_did(officer, _turn):
    colleague = world.officer("colleague")
    plan = town.opened(officer)
    works = [
        (lambda by=by, name=name: town.edited(plan, RenameGrid(G1, name), by))
        for by, name in ((officer, "甲"), (colleague, "乙"))
    ]
    results = at_once(*works)
    (refused,) = [one for one in results if isinstance(one, PlanMoved)]
    assert len(refused.since) == 1
    assert refused.sent["edits"][0]["name"] != PlanOperation.objects.get().edit["name"]
    assert selected.plan(plan.id, officer).version == 2


@pytest.mark.parametrize("_turn", range(3))
def test_a_plan_comes_into_force_once_whoever_publishes_it(officer, _turn):
    plan = town.submitted(officer)
    approver = world.approver()
    plan = approve_plan(
        plan_id=plan.id, version=plan.version, by=approver, in_force_from=timezone.now() + timedelta(hours=1)
    )
    Plan.objects.filter(id=plan.id).update(in_force_from=timezone.now() - timedelta(seconds=1))
    results = at_once(*[lambda: put_in_force(plan_id=plan.id)] * 4)
    assert {one.state for one in results} == {PlanState.IN_FORCE}
    assert JournalLine.objects.filter(happening=Happening.PLAN_IN_FORCE).count() == 1
    assert GridBoundary.objects.filter(plan_id=plan.id).count() == 2
    town.require_whole()


@pytest.mark.parametrize("_turn", range(3))
def test_of_two_plans_for_one_place_one_is_refused_with_the_place(officer, _turn):
    one = town.submitted(officer)
    branch = branch_plan(plan_id=one.id, title="另一案", by=officer)
    branch = town.edited(branch, AssignUnits((town.unit_of(branch.id),), G2), officer)
    branch = submit_plan(plan_id=branch.id, version=branch.version, by=officer)
    approvers = [world.approver("a1"), world.approver("a2")]
    results = at_once(
        lambda: approve_plan(plan_id=one.id, version=one.version, by=approvers[0]),
        lambda: approve_plan(plan_id=branch.id, version=branch.version, by=approvers[1]),
    )
    (refused,) = [each for each in results if isinstance(each, GridworkError)]
    assert isinstance(refused, BaseChanged)
    assert refused.place is not None
    assert Plan.objects.filter(state=PlanState.IN_FORCE.value).count() == 1
    assert Plan.objects.filter(state=PlanState.SUBMITTED.value).count() == 1
    town.require_whole()


def test_plans_for_two_places_both_come_into_force(officer):
    world.add_compound("E1", world.crossed_outline(2, 0, depth_m=60), community=world.EAST)
    west = town.submitted(officer)
    east = town.opened(officer, world.EAST)
    east = town.edited(east, AssignUnits((town.unit_of(east.id, "E1"),), f"{world.EAST}001"), officer)
    east = submit_plan(plan_id=east.id, version=east.version, by=officer)
    approver = world.approver()
    results = at_once(
        *[lambda plan=plan: approve_plan(plan_id=plan.id, version=plan.version, by=approver) for plan in (west, east)]
    )
    assert [one.state for one in results] == [PlanState.IN_FORCE] * 2
    town.require_whole()


def test_withdrawing_and_approving_at_once_ends_in_one_of_the_two(officer):
    plan, approver = town.submitted(officer), world.approver()
    results = at_once(
        lambda: approve_plan(plan_id=plan.id, version=plan.version, by=approver),
        lambda: withdraw_plan(plan_id=plan.id, version=plan.version, by=officer),
    )
    (refused,) = [one for one in results if isinstance(one, GridworkError)]
    assert isinstance(refused, PlanMoved | WrongPlanMove)
    published = selected.plan(plan.id, officer).state is PlanState.IN_FORCE
    assert GridBoundary.objects.filter(plan_id=plan.id).exists() is published
    town.require_whole()


def test_a_publisher_waits_for_an_import_and_sees_what_it_wrote(officer):
    plan, approver = town.submitted(officer), world.approver()
    start = Barrier(2)

    def imports() -> None:
        with transaction.atomic():
            acts.lock_district(world.DISTRICT)
            start.wait()
            # The line between g1 and g2 moves by 20 m: just where the plan draws.
            at = timezone.now()
            world.replace(GridBoundary, G1, world.box(0, 0, 320, 300), at=at)
            world.replace(GridBoundary, G2, world.box(320, 0, 600, 300), at=at)

    def publishes() -> object:
        start.wait()
        return approve_plan(plan_id=plan.id, version=plan.version, by=approver)

    results = at_once(imports, publishes)
    assert isinstance(results[1], BaseChanged | PlanRefused) or results[1].state is PlanState.IN_FORCE
    town.require_whole()


def test_a_base_that_changed_elsewhere_is_moved_over(officer):
    plan, approver = town.submitted(officer), world.approver()
    at = timezone.now()
    world.replace(GridBoundary, f"{world.WEST}003", world.box(0, 300, 280, 600), at=at)
    world.replace(GridBoundary, G4, world.box(280, 300, 600, 600), at=at)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    assert plan.state is PlanState.IN_FORCE
    assert {one.place.code for one in GridBoundary.objects.filter(plan_id=plan.id)} == {G1, G2}
    town.require_whole()


def test_a_base_that_changed_under_the_plan_is_refused_with_the_place(officer):
    plan, approver = town.submitted(officer), world.approver()
    at = timezone.now()
    compound = world.crossed_outline(depth_m=60).union(world.box(300, 180, 400, 280))
    world.replace(world.CompoundBoundary, "X1", compound, at=at)
    with pytest.raises(BaseChanged) as refusal:
        approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    assert refusal.value.operation == 1
    lon, lat = refusal.value.place
    (there,) = world.project(world.np.array([world.shapely.Point(lon, lat)], dtype=object), "EPSG:4490", "EPSG:4549")
    assert compound.distance(world.Point(there.x - world.ORIGIN[0], there.y - world.ORIGIN[1])) < 1
    assert selected.plan(plan.id, officer).state is PlanState.SUBMITTED


def test_a_scheduled_plan_whose_base_changed_says_why(officer):
    plan, approver = town.submitted(officer), world.approver()
    plan = approve_plan(
        plan_id=plan.id, version=plan.version, by=approver, in_force_from=timezone.now() + timedelta(hours=1)
    )
    Plan.objects.filter(id=plan.id).update(in_force_from=timezone.now() - timedelta(seconds=1))
    compound = world.crossed_outline(depth_m=60).union(world.box(300, 180, 400, 280))
    world.replace(world.CompoundBoundary, "X1", compound, at=timezone.now())
    row = put_in_force(plan_id=plan.id)
    assert row.state is PlanState.APPROVED
    assert "基准边界已被改动" in row.failure
    line = JournalLine.objects.get(happening=Happening.PLAN_FAILED)
    assert line.summary["rule"] == "plan.base_changed"
    assert put_in_force(plan_id=plan.id).state is PlanState.APPROVED
    row = withdraw_plan(plan_id=plan.id, version=row.version, by=officer)
    assert row.state is PlanState.WITHDRAWN
