"""Open a plan and draw in it: what is refused, what is undone, who came first."""

import uuid
from datetime import timedelta

import pytest
import shapely
from django.utils import timezone

from gis.geometry.edit_kinds import AssignUnits, CutGrid, MergeGrids, NewGrid, RenameGrid, RenumberGrid
from gis.geometry.errors import WrongEdit
from gis.models import Grid, JournalLine, Plan, PlanCheckpoint, PlanOperation
from gis.policy import NotYours
from gis.selectors import plans as selected
from gis.selectors.territory import layer_in_force
from gis.services.plans.opening import branch_plan, open_plan
from gis.services.plans.operating import (
    KEPT_EVERY,
    KEPT_LAST,
    apply_operations,
    describe_plan,
    redo_operation,
    undo_operation,
)
from gis.services.plans.refusals import PlanMoved, PlanRefused, UnknownPlan
from gis.terms import Happening, LayerKind, PlanState, Role
from tests.services.audits import world
from tests.services.plans import plan_world as town
from tests.services.plans.plan_world import G1, G2, G3, G4, X1

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    town.make_ground()
    return world.officer()


def test_a_plan_begins_with_the_grids_as_they_lie(officer):
    plan = town.opened(officer)
    assert (plan.state, plan.version, plan.done, plan.communities) == (PlanState.DRAFT, 1, 0, (world.WEST,))
    grids = selected.plan_grids(plan.id)
    assert [grid.code for grid in grids] == [G1, G2, G3, G4]
    assert not any(grid.changed for grid in grids)
    today = layer_in_force(LayerKind.GRID, district_code=world.DISTRICT)
    tiling = selected.tiling_of_plan(plan.id)
    for code, shape in zip(today.codes[:4], today.shapes[:4], strict=True):
        assert shapely.area(shapely.symmetric_difference(tiling.shapes[code], shape)) < 1.0
    assert tiling.divided() == [town.unit_of(plan.id)]
    line = JournalLine.objects.get(happening=Happening.PLAN_OPENED)
    assert (line.subject_code, line.summary["communities"]) == (str(plan.id), [world.WEST])


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"title": " "}, "plan.no_title"),
        ({"title": "长" * 121}, "plan.text_too_long"),
        ({"reason": ""}, "plan.no_reason"),
        ({"communities": []}, "plan.no_communities"),
        ({"communities": ["370212001009"]}, "plan.unknown_community"),
        ({"communities": ["网格"]}, "plan.unknown_community"),
        ({"base_at": timezone.now() + timedelta(days=1)}, "plan.base_in_future"),
    ],
)
def test_a_plan_is_refused_by_name(officer, wrong, rule):
    asked = {"district_code": world.DISTRICT, "communities": [world.WEST], "title": "调整", "reason": "穿过"}
    with pytest.raises(PlanRefused) as refusal:
        open_plan(**(asked | wrong), by=officer)
    assert refusal.value.rule == rule
    assert not Plan.objects.exists()


def test_an_officer_of_one_community_opens_none_for_the_other(officer):
    west = world.officer("west", world.WEST)
    assert town.opened(west).state is PlanState.DRAFT
    with pytest.raises(NotYours):
        town.opened(west, world.WEST, world.EAST)


def test_drafts_are_seen_by_those_who_draw_and_decide(officer):
    plan = town.opened(officer)
    leader, approver = world.member("leader", Role.LEADER), world.approver()
    stranger = world.officer("stranger", "370213")
    assert selected.plan(plan.id, approver).id == plan.id
    for other in (leader, stranger):
        with pytest.raises(UnknownPlan):
            selected.plan(plan.id, other)
        assert selected.plans(other) == (0, [])
    with pytest.raises(UnknownPlan):
        selected.plan("keine", officer)
    assert selected.plans(officer, district_code=world.DISTRICT, states=[PlanState.DRAFT])[0] == 1


def test_a_compound_goes_whole_to_one_grid(officer):
    plan = town.opened(officer)
    made = town.applied(plan, AssignUnits((town.unit_of(plan.id),), G1), officer)
    assert made.grids == (G1, G2)
    assert made.figures["households_moved"] == 20
    assert made.figures["households"] == {G1: 160, G2: 100}
    assert selected.tiling_of_plan(plan.id).divided() == []
    (row,) = selected.operations(plan.id)
    assert (row.number, row.in_effect) == (1, True)
    assert X1 in row.text
    assert G1 in row.text
    line = JournalLine.objects.get(happening=Happening.PLAN_CHANGED)
    assert (line.summary["version"], line.summary["households"], line.summary["edit"]) == (2, 20, "assign_units")


def test_undo_and_redo_take_shape_name_and_log_together(officer):
    plan = town.edited(town.opened(officer), RenameGrid(G1, "海晏苑网格"), officer)
    plan = town.edited(plan, AssignUnits((town.unit_of(plan.id),), G1), officer)
    before = {grid.code: grid.shape.wkb for grid in selected.plan_grids(plan.id)}
    plan = undo_operation(plan_id=plan.id, version=plan.version, by=officer)
    plan = undo_operation(plan_id=plan.id, version=plan.version, by=officer)
    assert (plan.done, plan.undone) == (0, 2)
    grids = {grid.code: grid for grid in selected.plan_grids(plan.id)}
    assert grids[G1].name == "网格001"
    assert not any(grid.changed for grid in grids.values())
    with pytest.raises(PlanRefused, match="没有可撤销"):
        undo_operation(plan_id=plan.id, version=plan.version, by=officer)
    for _ in range(2):
        plan = redo_operation(plan_id=plan.id, version=plan.version, by=officer)
    assert {grid.code: grid.shape.wkb for grid in selected.plan_grids(plan.id)} == before
    with pytest.raises(PlanRefused, match="没有可重做"):
        redo_operation(plan_id=plan.id, version=plan.version, by=officer)


def test_a_new_operation_forgets_what_was_undone(officer):
    plan = town.mended(officer)
    plan = undo_operation(plan_id=plan.id, version=plan.version, by=officer)
    plan = town.edited(plan, RenameGrid(G2, "东"), officer)
    assert (plan.done, plan.undone) == (1, 0)
    assert [row.edit["kind"] for row in selected.operations(plan.id)] == ["rename_grid"]


def test_an_edit_that_cannot_be_made_leaves_nothing(officer):
    plan = town.opened(officer)
    good, bad = RenameGrid(G1, "一"), AssignUnits((99999,), G1)
    with pytest.raises(WrongEdit):
        apply_operations(plan_id=plan.id, version=plan.version, edits=[good, bad], by=officer)
    assert not PlanOperation.objects.exists()
    assert selected.plan(plan.id, officer).version == 1


def test_an_older_version_is_told_both_sides(officer):
    colleague = world.officer("colleague")
    plan = town.opened(officer)
    town.edited(plan, RenameGrid(G2, "他人改的"), colleague)
    with pytest.raises(PlanMoved) as refusal:
        town.edited(plan, RenameGrid(G1, "我改的"), officer)
    assert refusal.value.version == 2
    assert refusal.value.sent == {"edits": [{"kind": "rename_grid", "grid": G1, "name": "我改的"}]}
    (change,) = refusal.value.since
    assert (change.version, change.what, change.by) == (2, "operation", "colleague")
    assert "他人改的" in change.text
    assert "colleague" in str(refusal.value)
    with pytest.raises(PlanMoved):
        undo_operation(plan_id=plan.id, version=1, by=officer)
    with pytest.raises(PlanMoved):
        describe_plan(plan_id=plan.id, version=1, title="二", reason="三", by=officer)


def test_title_and_reason_can_be_changed(officer):
    plan = town.opened(officer)
    plan = describe_plan(plan_id=plan.id, version=1, title=" 新题 ", reason="新由", by=officer)
    assert (plan.title, plan.reason, plan.version) == ("新题", "新由", 2)


def test_a_branch_goes_its_own_way(officer):
    plan = town.mended(officer)
    branch = branch_plan(plan_id=plan.id, title="另一案", by=world.officer("colleague"))
    assert (branch.branch_of, branch.done, branch.version) == (plan.id, 1, 1)
    branch = town.edited(branch, RenameGrid(G2, "支"), officer)
    assert selected.plan(plan.id, officer).done == 1
    names = {grid.code: grid.name for grid in selected.plan_grids(branch.id)}
    assert names[G2] == "支"
    assert selected.tiling_of_plan(branch.id).divided() == []


def test_a_new_grid_gets_the_next_free_number_and_no_used_one(officer):
    Grid.objects.create(
        code=f"{world.WEST}007", community_id=world.WEST, established_on=world.ESTABLISHED, retired_on=world.ESTABLISHED
    )
    plan = town.opened(officer)
    unit = town.unit_of(plan.id)
    made = town.applied(plan, NewGrid("", "海晏苑", (unit,)), officer)
    fresh = f"{world.WEST}008"
    assert fresh in made.grids
    assert {grid.code for grid in selected.plan_grids(plan.id) if grid.new} == {fresh}
    for code, rule in [
        (f"{world.WEST}007", "plan.code_used"),
        (f"{world.EAST}001", "plan.code_elsewhere"),
        ("12", "plan.wrong_code"),
        (G3, "edit.code_taken"),
    ]:
        with pytest.raises((PlanRefused, WrongEdit)) as refusal:
            town.edited(made.plan, RenumberGrid(G2, code), officer)
        assert refusal.value.rule == rule


def test_states_are_kept_so_that_little_is_replayed(officer):
    plan = town.opened(officer)
    for turn in range(2 * KEPT_EVERY + 3):
        plan = town.edited(plan, RenameGrid(G1, f"名{turn}"), officer)
    kept = set(PlanCheckpoint.objects.values_list("number", flat=True))
    newest = 2 * KEPT_EVERY + 3
    assert kept == {KEPT_EVERY, 2 * KEPT_EVERY, *range(newest - KEPT_LAST + 1, newest + 1)}
    for back in range(newest):
        assert selected.tiling_of_plan(plan.id, done=newest - back).grids[G1].name == f"名{newest - back - 1}"
    assert selected.tiling_of_plan(plan.id, done=0).grids[G1].name == "网格001"


def test_cut_and_merged_grids_stand_in_the_list(officer):
    plan = town.opened(officer)
    line = ((world.ORIGIN[0] - 10.0, world.ORIGIN[1] + 450.0), (world.ORIGIN[0] + 310.0, world.ORIGIN[1] + 450.0))
    made = town.applied(plan, CutGrid(G3, line, ""), officer)
    assert made.grids == (G3, f"{world.WEST}005")
    made = town.applied(made.plan, MergeGrids((G3,), G4), officer)
    grids = {grid.code: grid for grid in selected.plan_grids(plan.id)}
    assert grids[G3].retired
    assert grids[G3].shape.is_empty
    assert grids[G4].households == grids[G4].households_before + 100 or grids[G4].changed


def test_the_units_in_a_window_are_listed(officer):
    plan = town.opened(officer)
    every = selected.units_features(plan.id)
    assert {unit.grid for unit in every} == {G1, G2, G3, G4}
    (mine,) = [unit for unit in every if unit.compound == X1]
    assert (mine.households, mine.divided) == (60, True)
    west, south, east, north = mine.shape.bounds
    near = selected.units_features(plan.id, bbox=(west, south, east, north))
    assert mine.number in {unit.number for unit in near}
    assert len(near) < len(every)


def test_an_unknown_plan_is_refused(officer):
    with pytest.raises(UnknownPlan):
        undo_operation(plan_id=uuid.uuid4(), version=1, by=officer)
    with pytest.raises(UnknownPlan):
        selected.tiling_of_plan(uuid.uuid4())
