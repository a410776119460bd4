"""Submit, approve, reject, withdraw; and what is in force afterwards."""

from datetime import datetime, timedelta

import pytest
import shapely
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.geometry.edit_kinds import AssignUnits, MergeGrids, NewGrid, RenameGrid
from gis.models import (
    CrosswalkRow,
    Finding,
    Grid,
    GridBoundary,
    HandOver,
    JournalLine,
    Plan,
    PlanOperation,
    StewardPost,
)
from gis.policy import NotYours
from gis.selectors import plans as selected
from gis.selectors.territory import layer_in_force
from gis.services.audits.runs import run_audit
from gis.services.plans.checking import check_plan
from gis.services.plans.deciding import approve_plan, reject_plan, submit_plan, withdraw_plan
from gis.services.plans.opening import branch_plan
from gis.services.plans.publishing import put_due_in_force, put_in_force
from gis.services.plans.refusals import OwnPlan, PlanRefused, WrongPlanMove
from gis.terms import CaseState, Happening, LayerKind, PlanState, Role
from tests.services.audits import world
from tests.services.plans import plan_world as town
from tests.services.plans.plan_world import G1, G2, G3, G4, X1

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    town.make_ground()
    return world.officer(), world.approver()


def test_from_a_crossed_compound_to_a_published_redraw(people):
    officer, approver = people
    run_audit(district_code=world.DISTRICT, by=None)
    assert Finding.objects.get(kind="compound_crossed").state == CaseState.FOUND
    plan = town.mended(officer)
    figures = check_plan(plan_id=plan.id, by=officer).figures
    assert figures["publishable"]
    assert (figures["crossed_before"], figures["crossed_after"]) == ([X1], [])
    assert [one["kind"] for one in figures["resolved"]] == ["compound_crossed"]
    assert (figures["new"], figures["households_moved"]) == ([], 20)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver, decision="同意")
    assert (plan.state, plan.approver, plan.decision) == (PlanState.IN_FORCE, "approver", "同意")
    town.require_whole()
    begun = GridBoundary.objects.filter(plan_id=plan.id)
    ended = GridBoundary.objects.filter(ended_by_id=plan.id)
    assert {one.place.code for one in begun} == {one.place.code for one in ended} == {G1, G2}
    assert {one.in_force.lower for one in begun} == {one.in_force.upper for one in ended} == {plan.in_force_from}
    assert ended.filter(in_force__contains=plan.in_force_from - timedelta(seconds=1)).count() == 2
    happened = list(JournalLine.objects.order_by("id").values_list("happening", flat=True))
    assert [one for one in happened if one.startswith("plan.")] == [
        "plan.opened",
        "plan.changed",
        "plan.submitted",
        "plan.approved",
        "plan.in_force",
    ]
    jobs = set(ProcrastinateJob.objects.values_list("task_name", flat=True))
    assert "gis.tiles.make_copies" in jobs
    assert any(name.startswith("gis.audits.") for name in jobs)
    run_audit(district_code=world.DISTRICT, by=None)
    assert Finding.objects.get(kind="compound_crossed").state == CaseState.VERIFIED
    (moved,) = [row for row in selected.crosswalk_of(plan.id) if not row.kept]
    assert (moved.from_grid, moved.to_grid, moved.households, moved.buildings) == (G2, G1, 20, 1)
    assert moved.area_m2 == pytest.approx(60 * 100, abs=1)


def test_the_new_lines_have_the_very_vertices_of_their_neighbours(people):
    town.in_force(*people)
    layer = layer_in_force(LayerKind.GRID, district_code=world.DISTRICT)
    assert shapely.length(shapely.coverage_invalid_edges(layer.shapes)).sum() < 1e-6


def test_nobody_approves_what_he_drew(people):
    officer, _approver = people
    both = world.officer("both")
    world.Membership.objects.create(
        user=both, role=Role.APPROVER, territory_code=world.DISTRICT, begins_on=world.ESTABLISHED
    )
    own = town.submitted(both)
    for act in (approve_plan, reject_plan):
        with pytest.raises(OwnPlan):
            act(plan_id=own.id, version=own.version, by=both, decision="自己")
    # nor who only drew a line of it
    plan = town.edited(town.mended(officer), RenameGrid(G3, "三"), both)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    with pytest.raises(OwnPlan):
        approve_plan(plan_id=plan.id, version=plan.version, by=both)
    with pytest.raises(NotYours):
        approve_plan(plan_id=plan.id, version=plan.version, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(id=plan.id).update(approver=officer)
    assert not GridBoundary.objects.filter(plan__isnull=False).exists()


def test_a_day_in_the_past_is_refused(people):
    officer, approver = people
    plan = town.submitted(officer)
    for wrong, rule in [
        (timezone.now() - timedelta(seconds=1), "plan.moment_past"),
        (datetime(2099, 1, 1), "plan.moment_without_zone"),  # noqa: DTZ001 - the point of the test
    ]:
        with pytest.raises(PlanRefused) as refusal:
            approve_plan(plan_id=plan.id, version=plan.version, by=approver, in_force_from=wrong)
        assert refusal.value.rule == rule
    assert selected.plan(plan.id, officer).state is PlanState.SUBMITTED


def test_a_plan_waits_for_its_moment(people):
    officer, approver = people
    plan = town.submitted(officer)
    moment = timezone.now() + timedelta(days=3)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver, in_force_from=moment)
    assert (plan.state, plan.in_force_from) == (PlanState.SCHEDULED, moment)
    job = ProcrastinateJob.objects.filter(task_name="gis.plans.put_in_force").latest("id")
    assert job.scheduled_at == moment
    assert put_in_force(plan_id=plan.id).state is PlanState.SCHEDULED  # not due yet
    assert put_due_in_force() == 0
    late = timezone.now() - timedelta(minutes=5)
    Plan.objects.filter(id=plan.id).update(in_force_from=late)  # its moment passes while no worker runs
    assert put_due_in_force() == 1
    plan = selected.plan(plan.id, officer)
    assert (plan.state, plan.in_force_from) == (PlanState.IN_FORCE, late)
    assert {one.in_force.lower for one in GridBoundary.objects.filter(plan_id=plan.id)} == {late}
    assert put_in_force(plan_id=plan.id).version == plan.version
    town.require_whole()


def test_a_scheduled_plan_can_be_withdrawn_and_one_in_force_cannot(people):
    officer, approver = people
    plan = town.submitted(officer)
    moment = timezone.now() + timedelta(days=3)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver, in_force_from=moment)
    plan = withdraw_plan(plan_id=plan.id, version=plan.version, by=officer, reason="再议")
    assert plan.state is PlanState.WITHDRAWN
    Plan.objects.filter(id=plan.id).update(in_force_from=timezone.now() - timedelta(minutes=1))
    assert put_in_force(plan_id=plan.id).state is PlanState.WITHDRAWN
    other = town.in_force(officer, approver)
    with pytest.raises(WrongPlanMove):
        withdraw_plan(plan_id=other.id, version=other.version, by=officer)


def test_a_rejected_plan_goes_on_as_a_branch(people):
    officer, approver = people
    plan = town.submitted(officer)
    with pytest.raises(PlanRefused, match="退回的理由"):
        reject_plan(plan_id=plan.id, version=plan.version, by=approver, decision=" ")
    plan = reject_plan(plan_id=plan.id, version=plan.version, by=approver, decision="请征求居民意见")
    assert (plan.state, plan.decision) == (PlanState.REJECTED, "请征求居民意见")
    with pytest.raises(WrongPlanMove):
        town.edited(plan, RenameGrid(G1, "改"), officer)
    branch = branch_plan(plan_id=plan.id, title="修改稿", by=officer)
    branch = submit_plan(plan_id=branch.id, version=branch.version, by=officer)
    assert branch.state is PlanState.SUBMITTED


def test_nobody_draws_in_a_submitted_plan(people):
    officer, _ = people
    plan = town.submitted(officer)
    with pytest.raises(WrongPlanMove):
        town.edited(plan, RenameGrid(G1, "改"), officer)


def test_a_plan_that_changes_nothing_is_not_submitted(people):
    officer, _ = people
    plan = town.opened(officer)
    with pytest.raises(PlanRefused) as refusal:
        submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    assert refusal.value.rule == "plan.changes_nothing"


def test_land_without_a_grid_is_not_submitted(people):
    officer, _ = people
    plan = town.mended(officer)
    free = [unit.number for unit in selected.units_features(plan.id) if unit.grid == G3]
    plan = town.edited(plan, AssignUnits((free[0],), ""), officer)
    with pytest.raises(PlanRefused) as refusal:
        submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    assert refusal.value.rule == "plan.unassigned"
    figures = check_plan(plan_id=plan.id, by=officer).figures
    assert [one["unit"] for one in figures["unassigned"]] == [free[0]]
    assert not figures["publishable"]


def test_a_new_clear_finding_is_not_submitted(people):
    officer, _ = people
    world.add_compound("X2", world.inside_outline(0, 1), name="澄碧园")
    plan = town.mended(officer)
    divided = {
        "kind": "divide_compound",
        "compound": "X2",
        "lines": [[[world.ORIGIN[0] + 100, world.ORIGIN[1] + 300], [world.ORIGIN[0] + 100, world.ORIGIN[1] + 500]]],
    }
    plan = town.edited(plan, divided, officer)
    unit = max(unit for unit, code in selected.tiling_of_plan(plan.id).compound_of.items() if code == "X2")
    plan = town.edited(plan, AssignUnits((unit,), G4), officer)
    with pytest.raises(PlanRefused) as refusal:
        submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    assert refusal.value.rule == "plan.new_findings"
    assert "X2" in str(refusal.value)


def test_a_grid_without_land_must_be_retired_first(people):
    officer, _ = people
    plan = town.opened(officer)
    units = tuple(unit.number for unit in selected.units_features(plan.id) if unit.grid == G3)
    plan = town.edited(plan, AssignUnits(units, G4), officer)
    with pytest.raises(PlanRefused) as refusal:
        submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    assert refusal.value.rule == "plan.empty_grid"


def test_codes_retire_and_appear_and_posts_follow(people):
    officer, approver = people
    steward, other = world.member("s1", Role.STEWARD, G3), world.member("s2", Role.STEWARD, G1)
    for person, code in ((steward, G3), (other, G1)):
        StewardPost.objects.create(steward=person, grid_id=code, in_force=(world.LONG_AGO, None))
    plan = town.mended(officer)
    units = tuple(unit.number for unit in selected.units_features(plan.id) if unit.grid == G3)
    plan = town.edited(plan, NewGrid("", "新三", units), officer)
    plan = town.edited(plan, {"kind": "retire_grid", "grid": G3}, officer)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    fresh = f"{world.WEST}005"
    assert Grid.objects.get(code=fresh).name == "新三"
    assert Grid.objects.get(code=G3).retired_on == timezone.localdate()
    assert not GridBoundary.objects.filter(place__code=G3, in_force__endswith=None).exists()
    old, new = StewardPost.objects.filter(steward=steward).order_by("in_force")
    assert (old.grid_id, old.in_force.upper) == (G3, plan.in_force_from)
    assert (new.grid_id, new.in_force.lower, new.in_force.upper) == (fresh, plan.in_force_from, None)
    assert StewardPost.objects.get(steward=other).in_force.upper is None
    lists = selected.hand_overs_of(plan.id, steward="s2")
    assert [(one.way.value, one.other_grid, one.compound, one.households) for one in lists] == [("arrives", G2, X1, 20)]
    assert {one.way.value for one in selected.hand_overs_of(plan.id, steward="s1")} == {"leaves", "arrives"}
    assert [line.to_grid for _plan, _at, line in selected.lineage_of(G3)] == [fresh]
    town.require_whole()


def test_a_merged_grid_ends_with_its_post(people):
    officer, approver = people
    steward = world.member("s1", Role.STEWARD, G3)
    StewardPost.objects.create(steward=steward, grid_id=G3, in_force=(world.LONG_AGO, None))
    plan = town.edited(town.mended(officer), MergeGrids((G3,), G4), officer)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    plan = approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    assert StewardPost.objects.get(steward=steward).in_force.upper == plan.in_force_from
    assert JournalLine.objects.get(happening=Happening.PLAN_IN_FORCE).summary["posts_ended"] == 1
    town.require_whole()


def test_only_a_name_may_change(people):
    officer, approver = people
    plan = town.edited(town.opened(officer), RenameGrid(G1, "海晏苑网格"), officer)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    grid = Grid.objects.get(code=G1)
    assert (grid.name, bool(grid.spelling)) == ("海晏苑网格", True)
    assert not GridBoundary.objects.filter(plan__isnull=False).exists()


def test_what_is_in_force_is_history(people):
    plan = town.in_force(*people)
    for write in (
        lambda: Plan.objects.filter(id=plan.id).update(title="改"),
        lambda: Plan.objects.filter(id=plan.id).delete(),
        lambda: PlanOperation.objects.filter(plan_id=plan.id).update(number=9),
        lambda: PlanOperation.objects.filter(plan_id=plan.id).delete(),
        lambda: CrosswalkRow.objects.filter(plan_id=plan.id).update(households=0),
        lambda: HandOver.objects.filter(plan_id=plan.id).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_leaders_see_a_plan_once_it_is_submitted(people):
    officer, _ = people
    leader = world.member("leader", Role.LEADER)
    assert selected.plans(leader)[0] == 0
    plan = town.submitted(officer)
    assert selected.plan(plan.id, leader).title == "海晏苑调整"


def test_a_plan_over_two_communities(people):
    officer, approver = people
    plan = town.opened(officer, world.EAST, world.WEST)
    assert plan.communities == (world.WEST, world.EAST)
    assert len(selected.plan_grids(plan.id)) == 8
    plan = town.edited(plan, AssignUnits((town.unit_of(plan.id),), G2), officer)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    west_only = world.approver("west", world.WEST)
    with pytest.raises(NotYours):
        approve_plan(plan_id=plan.id, version=plan.version, by=west_only)
    approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    town.require_whole()


def test_land_does_not_pass_to_another_community(people):
    officer, _ = people
    plan = town.opened(officer, world.EAST, world.WEST)
    units = [unit.number for unit in selected.units_features(plan.id) if unit.grid == G2]
    plan = town.edited(plan, AssignUnits((units[0],), f"{world.EAST}001"), officer)
    with pytest.raises(PlanRefused) as refusal:
        submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    assert refusal.value.rule == "plan.new_findings"


def test_a_boundary_that_comes_later_stands_in_the_way(people):
    officer, approver = people
    plan = town.submitted(officer)
    world.replace(GridBoundary, G2, world.cell(1, 0), at=timezone.now() + timedelta(days=9))
    with pytest.raises(PlanRefused) as refusal:
        approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    assert refusal.value.rule == "plan.later_boundary"
    assert selected.plan(plan.id, officer).state is PlanState.SUBMITTED
    town.require_whole()


def test_a_code_that_somebody_else_took_is_refused(people):
    officer, approver = people
    plan = town.opened(officer)
    plan = town.edited(plan, NewGrid("", "海晏苑", (town.unit_of(plan.id),)), officer)
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    Grid.objects.create(code=f"{world.WEST}005", community_id=world.WEST, established_on=world.ESTABLISHED)
    with pytest.raises(PlanRefused) as refusal:
        approve_plan(plan_id=plan.id, version=plan.version, by=approver)
    assert refusal.value.rule == "plan.code_used"


def test_a_plan_in_force_keeps_the_figures_of_its_moment(people):
    officer, approver = people
    plan = town.in_force(officer, approver)
    assert (plan.figures["publishable"], plan.figures_version) == (True, plan.version)
    assert check_plan(plan_id=plan.id, by=officer).figures == plan.figures
