"""After a plan: its audit, its correction, its withdrawal; codes by the rule; remarks."""

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.geometry.edit_kinds import AssignUnits, CutGrid, MergeGrids, NewGrid
from gis.models import AuditRun, Finding, GridBoundary, JournalLine
from gis.policy import NotYours
from gis.selectors import plans as selected
from gis.services.audits.runs import run_audit
from gis.services.plans.commenting import comment_on_plan, resolve_comment
from gis.services.plans.deciding import approve_plan, submit_plan
from gis.services.plans.following import audit_plan, take_back_plan
from gis.services.plans.numbering import apply_codes, proposed_codes
from gis.services.plans.opening import correct_plan
from gis.services.plans.rebasing import rebase_plan
from gis.services.plans.refusals import PlanRefused, UnknownPlan, WrongPlanMove
from gis.speech import in_words
from gis.terms import CaseState, Happening, PlanFollows, PlanState, Role
from tests.services.audits import world
from tests.services.plans import plan_world as town
from tests.services.plans.plan_world import G1, G2, G3, G4

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    town.make_ground()
    return world.officer(), world.approver()


def published(plan, officer, approver):
    plan = submit_plan(plan_id=plan.id, version=plan.version, by=officer)
    return approve_plan(plan_id=plan.id, version=plan.version, by=approver)


def test_the_audit_after_a_plan_looks_at_what_it_changed(people):
    run_audit(district_code=world.DISTRICT, by=None)
    plan = town.in_force(*people)
    job = ProcrastinateJob.objects.filter(task_name="gis.audits.audit_plan").latest("id")
    assert job.args == {"district_code": world.DISTRICT, "plan_id": str(plan.id)}
    audit_plan(district_code=world.DISTRICT, plan_id=plan.id)
    assert plan.title in str(in_words(AuditRun.objects.latest("id").cause))
    assert Finding.objects.get(kind="compound_crossed").state == CaseState.VERIFIED


def test_a_correction_starts_from_todays_grids(people):
    officer, approver = people
    first = town.in_force(officer, approver)
    plan = correct_plan(plan_id=first.id, title="更正", reason="应划入东侧网格", by=officer)
    assert (plan.follows, plan.follows_as, plan.done) == (first.id, PlanFollows.CORRECTION, 0)
    assert selected.tiling_of_plan(plan.id).divided() == []
    plan = town.edited(plan, AssignUnits((town.unit_of(plan.id),), G2), officer)
    plan = published(plan, officer, approver)
    assert selected.plan(first.id, officer).state is PlanState.IN_FORCE
    periods = list(GridBoundary.objects.filter(place__code=G1).order_by("in_force").values_list("plan_id", flat=True))
    assert periods == [None, first.id, plan.id]
    town.require_whole()
    with pytest.raises(WrongPlanMove):
        correct_plan(plan_id=town.opened(officer).id, title="更正", reason="无", by=officer)


def test_a_plan_is_taken_back_by_another_plan(people):
    officer, approver = people
    plan = town.opened(officer)
    line = ((world.ORIGIN[0] - 10.0, world.ORIGIN[1] + 450.0), (world.ORIGIN[0] + 310.0, world.ORIGIN[1] + 450.0))
    plan = town.edited(plan, CutGrid(G3, line, "", "北"), officer)
    first = published(plan, officer, approver)
    fresh = f"{world.WEST}005"
    back = take_back_plan(plan_id=first.id, title="撤销", reason="居民有异议", by=officer)
    assert (back.plan.follows, back.plan.follows_as) == (first.id, PlanFollows.WITHDRAWAL)
    assert back.left == []
    again = published(back.plan, officer, approver)
    grids = {grid.code: grid for grid in selected.plan_grids(again.id)}
    assert grids[fresh].retired
    assert grids[G3].area_m2 == pytest.approx(300 * 300, abs=5)
    town.require_whole()


def test_a_retired_code_does_not_return_with_its_land(people):
    officer, approver = people
    plan = town.edited(town.opened(officer), MergeGrids((G3,), G4), officer)
    first = published(plan, officer, approver)
    back = take_back_plan(plan_id=first.id, title="撤销", reason="居民有异议", by=officer)
    fresh = f"{world.WEST}005"
    assert back.left == []
    again = published(back.plan, officer, approver)
    grids = {grid.code: grid for grid in selected.plan_grids(again.id)}
    assert G3 not in grids
    assert (grids[fresh].name, round(grids[fresh].area_m2 / 1000)) == ("网格003", 90)
    town.require_whole()


def test_what_cannot_be_taken_back_is_listed(people):
    officer, approver = people
    first = town.in_force(officer, approver)
    back = take_back_plan(plan_id=first.id, title="撤销", reason="居民有异议", by=officer)
    assert {one.rule for one in back.left} == {"drawn.compound_cut"}
    with pytest.raises(PlanRefused):
        submit_plan(plan_id=back.plan.id, version=back.plan.version, by=officer)


def test_the_code_stays_with_the_larger_part_of_the_households(people):
    officer, _ = people
    plan = town.opened(officer)
    units = [unit.number for unit in selected.units_features(plan.id) if unit.grid == G2 and not unit.compound]
    fresh = f"{world.WEST}005"
    plan = town.edited(plan, NewGrid(fresh, "新", tuple(units)), officer)
    assert (
        proposed_codes(plan_id=plan.id, by=officer) == {G2: fresh, fresh: G2}
        or G2 in proposed_codes(plan_id=plan.id, by=officer).values()
    )
    made = apply_codes(plan_id=plan.id, version=plan.version, by=officer)
    assert proposed_codes(plan_id=plan.id, by=officer) == {}
    with pytest.raises(PlanRefused) as refusal:
        apply_codes(plan_id=plan.id, version=made.plan.version, by=officer)
    assert refusal.value.rule == "plan.codes_kept"


def test_the_officer_may_overrule_the_codes(people):
    officer, _ = people
    plan = town.opened(officer)
    made = apply_codes(plan_id=plan.id, version=plan.version, by=officer, codes={G1: f"{world.WEST}020"})
    codes = {grid.code for grid in selected.plan_grids(plan.id) if not grid.retired}
    assert f"{world.WEST}020" in codes
    assert G1 not in codes
    for wrong, rule in [({G2: f"{world.EAST}009"}, "plan.code_elsewhere"), ({G2: "9"}, "plan.wrong_code")]:
        with pytest.raises(PlanRefused) as refusal:
            apply_codes(plan_id=plan.id, version=made.plan.version, by=officer, codes=wrong)
        assert refusal.value.rule == rule


def test_a_draft_is_moved_over_to_todays_boundaries(people):
    officer, _ = people
    plan = town.mended(officer)
    at = timezone.now()
    world.replace(GridBoundary, G3, world.box(0, 300, 280, 600), at=at)
    world.replace(GridBoundary, G4, world.box(280, 300, 600, 600), at=at)
    moved = rebase_plan(plan_id=plan.id, version=plan.version, by=officer)
    assert (moved.done, moved.version) == (1, plan.version + 1)
    assert moved.base_at > plan.base_at
    grids = {grid.code: grid for grid in selected.plan_grids(plan.id)}
    assert grids[G3].area_m2 == pytest.approx(280 * 300, abs=5)
    assert not grids[G3].changed
    assert grids[G1].changed


def test_remarks(people):
    officer, approver = people
    plan = town.opened(officer)
    said = comment_on_plan(plan_id=plan.id, text="此处是否征求意见？", by=approver, grid=G1, place=(120.5, 36.1))
    assert (said.by, said.grid, said.place, said.resolved_at) == ("approver", G1, (120.5, 36.1), None)
    assert selected.plan(plan.id, officer).version == 1
    assert resolve_comment(plan_id=plan.id, comment_id=said.id, by=officer).resolved_by == "officer"
    assert [one.text for one in selected.comments(plan.id)] == ["此处是否征求意见？"]
    for wrong, rule in [({"text": " "}, "plan.no_comment"), ({"text": "好", "grid": "9"}, "plan.comment_elsewhere")]:
        with pytest.raises(PlanRefused) as refusal:
            comment_on_plan(plan_id=plan.id, by=officer, **wrong)
        assert refusal.value.rule == rule
    with pytest.raises(UnknownPlan):
        comment_on_plan(plan_id=plan.id, text="好", by=world.member("leader", Role.LEADER))
    mine = comment_on_plan(plan_id=plan.id, text="自答", by=officer)
    with pytest.raises(NotYours):
        resolve_comment(plan_id=plan.id, comment_id=mine.id, by=approver)
    assert JournalLine.objects.filter(happening=Happening.PLAN_COMMENTED).count() == 3
