"""Questions to the solver about a plan: answers with proof, reasons in words, an independent check; taken over."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from gis.models import JournalLine, Plan, PlanOperation, PlanProposal
from gis.policy import NotYours
from gis.selectors.plans import tiling_of_plan
from gis.services.plans.editor.locking import lock_grids
from gis.services.plans.operating import apply_operation, undo_operation
from gis.services.plans.proposals import asking, land
from gis.services.plans.proposals.asking import apply_proposal, ask_proposal, cancel_proposal
from gis.services.plans.proposals.refusals import ProposalRefused, UnknownProposal, WrongProposalMove
from gis.services.plans.proposals.running import forget_looks
from gis.services.plans.proposals.wording import worded
from gis.services.plans.refusals import PlanMoved, UnknownPlan
from gis.terms import ProposalKind, ProposalState
from tests.services.audits import world
from tests.services.plans.proposal_world import G1, G2, G3, G4, XA, XB, asked, make_ground, plan_of, units_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is: these tests are about answers, not about time."""
    monkeypatch.setattr(asking, "AT_ONCE_S", 60.0)


def test_the_best_plan_is_proven_told_checked_and_taken_over() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    proposal = asked(plan, officer)
    assert proposal.state == ProposalState.DONE
    told = worded(proposal.result)
    (choice,) = told["choices"]
    assert (choice["proof"], choice["gap"], choice["households_moved"]) == ("proven", 0.0, 60)
    assert told["groups"][0]["said"] == "已证明最优"
    assert "“海晏苑”整体划入网格" in choice["moves"][0]["why"] or "“澄碧园”整体划入网格" in choice["moves"][0]["why"]
    assert (choice["check"]["crossed_before"], choice["check"]["crossed_after"]) == ([XA, XB], [])
    assert choice["check"]["publishable"]
    assert choice["check"]["new_findings"] == []
    assert choice["check"]["households_moved"] == choice["households_moved"]
    assert JournalLine.objects.get(happening="proposal.made").summary["households_moved"] == 60

    applied = apply_proposal(proposal_id=proposal.id, version=plan.version, by=officer)
    assert applied.plan.version == plan.version + 1
    assert PlanOperation.objects.get(plan=plan).edit["kind"] == "apply_proposal"
    tiling = tiling_of_plan(plan.id)
    assert tiling.divided() == []
    assert {tiling.grid_of[unit] for unit in units_of(plan, XA)} == {G1}


def test_the_same_question_has_the_same_answer() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    one, other = asked(plan, officer), asked(plan, officer)
    assert one.edits == other.edits
    assert one.result["choices"][0]["moves"] == other.result["choices"][0]["moves"]


def test_pins_and_locks_are_obeyed() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    (unit,) = units_of(plan, XA)
    pinned = asked(plan, officer, ProposalKind.RESOLVE, pins={str(unit): G2}, locked=[G3])
    assert pinned.result["groups"][0]["proof"] == "infeasible"
    told = worded(pinned.result)["groups"][0]["conflict"]
    assert told["minimal"]
    assert f"网格 {G3} 已锁定，而“澄碧园”跨在它的界线上" in told["said"]
    assert any("取消以下指定，即有方案" in way["said"] for way in told["relaxations"])
    free = asked(plan, officer, ProposalKind.RESOLVE, pins={str(unit): G2})
    goes = dict(free.edits[0][0]["units"])
    assert goes[unit] == G2
    assert not JournalLine.objects.filter(happening="proposal.made").exists()


def test_a_compound_may_be_kept_away_from_a_grid_or_given_one_of_its_own() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    away = asked(plan, officer, forbidden=[[XA, G1]])
    (unit,) = units_of(plan, XA)
    assert dict(away.edits[0][0]["units"])[unit] == G2
    own = asked(plan, officer, own={XA: 1})
    (new,) = own.result["choices"][0]["new_grids"] or [None]
    if new is not None:
        assert new["code"] == f"{world.WEST}005"


def test_without_a_crossing_there_is_nothing_to_do() -> None:
    world.make_district()
    officer = world.officer()
    proposal = asked(plan_of(officer), officer)
    assert (proposal.state, proposal.result["crossed"], proposal.edits) == ("done", 0, [])
    with pytest.raises(ProposalRefused, match="没有第 1 个方案") as refused:
        apply_proposal(proposal_id=proposal.id, version=1, by=officer)
    assert refused.value.rule == "proposal.no_such_choice"


def test_alternatives_differ_and_the_best_is_first() -> None:
    officer = make_ground()
    proposal = asked(plan_of(officer), officer, ProposalKind.ALTERNATIVES, alternatives=3)
    choices = proposal.result["choices"]
    assert len(choices) == 3
    assert len({str(edits) for edits in proposal.edits}) == 3
    assert choices[0]["households_moved"] == min(choice["households_moved"] for choice in choices)
    assert all(choice["check"]["crossed_after"] == [] for choice in choices)


def test_the_front_trades_households_for_balance() -> None:
    officer = make_ground(households=150, each=60)
    proposal = asked(plan_of(officer), officer, ProposalKind.FRONT)
    points = [(one["households_moved"], one["households_off_size"]) for one in proposal.result["choices"]]
    assert points == sorted(points)
    assert [off for _, off in points] == sorted((off for _, off in points), reverse=True)
    assert len(set(points)) == len(points) >= 1


def test_a_repair_card_offers_each_way_with_what_it_means() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    proposal = asked(plan, officer, ProposalKind.CARD, compound=XA)
    told = worded(proposal.result)
    ways = {(one["option"]["kind"], one["option"]["grid"]): one for one in told["choices"]}
    assert {("whole", G1), ("whole", G2), ("own", "")} <= set(ways)
    majority, minority = ways["whole", G1], ways["whole", G2]
    assert majority["option"]["moved_here"] == 20
    assert minority["option"]["moved_here"] == 60
    assert "比最优方案多调整 40 户" in minority["option"]["said"]
    sizes = {size["grid"]: (size["before"], size["after"]) for size in minority["sizes"]}
    assert sizes[G2] == (170, 230)
    assert minority["option"]["parts_after"][G2] == 1
    assert {post["grid"] for post in minority["concerned"]["posts"]} == set(minority["grids_changed"])
    assert ways["own", ""]["new_grids"][0]["code"] == f"{world.WEST}005"


def test_posts_and_stations_concerned_are_named() -> None:
    from shapely import Point

    from gis.models import ServiceStation, StewardPost

    officer = make_ground()
    steward = world.member("steward", "steward")
    StewardPost.objects.create(steward=steward, grid_id=G2, in_force=(timezone.now(), None))
    ServiceStation.objects.create(
        code="S1",
        name="海晏苑服务站",
        district_id=world.DISTRICT,
        established_on=world.ESTABLISHED,
        shape=world.stored(Point(340, 120)),
    )
    choice = asked(plan_of(officer), officer, ProposalKind.CARD, compound=XA).result["choices"][0]
    assert {"grid": G2, "steward": "steward"} in choice["concerned"]["posts"]
    assert choice["concerned"]["stations"] == [
        {"code": "S1", "name": "海晏苑服务站", "kind": "station", "from": G2, "to": G1}
    ]


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ({"locked": ["370212001001999"]}, "proposal.unknown_grid"),
        ({"pins": {"99999": G1}}, "proposal.unknown_unit"),
        ({"pinned_compounds": {"XZ": G1}}, "proposal.unknown_compound"),
        ({"communities": [world.EAST]}, "proposal.unknown_community"),
        ({"time_limit_s": 0}, "proposal.wrong_value"),
        ({"time_limit_s": float("nan")}, "proposal.wrong_value"),
        ({"time_limit_s": "10"}, "proposal.wrong_value"),
        ({"alternatives": 99}, "proposal.wrong_value"),
        ({"alternatives": True}, "proposal.wrong_value"),
        ({"locked": "all"}, "proposal.wrong_value"),
        ({"forbidden": [["XA"]]}, "proposal.wrong_value"),
        ({"pins": {"x": G1}}, "proposal.wrong_value"),
        ({"own": {"XA": 0}}, "proposal.wrong_value"),
        ({"keep_maximum": 1}, "proposal.wrong_value"),
        ({"hops": 3}, "proposal.unknown_field"),
        ({"whole": ["XA"], "split": ["XA"]}, "proposal.both_ways"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(wanted: dict[str, Any], rule: str) -> None:
    officer = make_ground()
    plan = plan_of(officer)
    with pytest.raises(ProposalRefused) as refused:
        ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=officer, asked=wanted)
    assert refused.value.rule == rule
    assert not PlanProposal.objects.exists()


def test_a_card_needs_its_compound() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    with pytest.raises(ProposalRefused, match="请指明要处置的小区编码"):
        ask_proposal(plan_id=plan.id, kind=ProposalKind.CARD, by=officer)


def test_an_answer_holds_for_the_land_that_it_was_asked_for() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    proposal = asked(plan, officer)
    (unit,) = units_of(plan, XA)
    moved = apply_operation(
        plan_id=plan.id, version=1, by=officer, edit={"kind": "assign_units", "units": [unit], "grid": G2}
    )
    with pytest.raises(PlanMoved):
        apply_proposal(proposal_id=proposal.id, version=1, by=officer)
    with pytest.raises(WrongProposalMove, match="求解之后方案又有改动"):
        apply_proposal(proposal_id=proposal.id, version=moved.plan.version, by=officer)
    back = undo_operation(plan_id=plan.id, version=moved.plan.version, by=officer)
    apply_proposal(proposal_id=proposal.id, version=back.version, by=officer)
    assert tiling_of_plan(plan.id).divided() == []


def test_in_the_middle_of_a_plan_what_the_officer_drew_stays() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    (unit,) = units_of(plan, XA)
    apply_operation(plan_id=plan.id, version=1, by=officer, edit={"kind": "assign_units", "units": [unit], "grid": G2})
    proposal = asked(Plan.objects.get(id=plan.id), officer)
    assert unit not in dict(proposal.edits[0][0]["units"])
    assert proposal.result["choices"][0]["households_moved"] == 40
    assert proposal.result["choices"][0]["check"]["households_moved"] == 100


def test_only_who_draws_the_plan_may_ask() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    approver = world.approver()
    with pytest.raises(NotYours):
        ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=approver)
    with pytest.raises(UnknownPlan):
        ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=world.officer("else", "370299"))
    proposal = asked(plan, officer)
    with pytest.raises(NotYours):
        apply_proposal(proposal_id=proposal.id, version=1, by=approver)
    with pytest.raises(WrongProposalMove, match="已经结束"):
        cancel_proposal(proposal_id=proposal.id, by=officer)
    with pytest.raises(UnknownProposal):
        cancel_proposal(proposal_id=plan.id, by=officer)


@pytest.mark.parametrize("grid", [G1, G4])
def test_sizes_are_told_of_grids_that_change(grid: str) -> None:
    officer = make_ground()
    choice = asked(plan_of(officer), officer).result["choices"][0]
    after = {size["grid"]: size for size in choice["sizes"]}
    if grid in after:
        assert after[grid]["before"] > 0
        assert after[grid]["low"] <= after[grid]["high"] <= after[grid]["hard"]
    assert set(after) == set(choice["grids_changed"])


def test_the_reader_s_language_is_that_of_the_page() -> None:
    officer = make_ground()
    proposal = asked(plan_of(officer), officer, ProposalKind.CARD, compound=XA)
    with translation.override("en"):
        told = worded(proposal.result)
    said = {choice["option"]["said"] for choice in told["choices"]}
    assert f"Put all of it into grid {G1}: moves 20 households of this compound" in said
    assert told["groups"][0]["said"] == "Proven optimal"


def test_answers_to_drags_are_forgotten_after_a_week() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    look, kept = asked(plan, officer, ProposalKind.RESOLVE), asked(plan, officer)
    assert forget_looks() == 0
    PlanProposal.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert forget_looks() == 1
    assert list(PlanProposal.objects.values_list("id", flat=True)) == [kept.id]
    assert look.id != kept.id


def test_a_drag_has_the_same_answer_whatever_was_asked_before() -> None:
    """Once in a process that knows the plan without the pin, once in one that does not."""
    officer = make_ground()
    plan = plan_of(officer)
    (unit,) = units_of(plan, XA)
    asked(plan, officer)
    known = asked(plan, officer, ProposalKind.RESOLVE, pins={str(unit): G2})
    land.forget()
    fresh = asked(plan, officer, ProposalKind.RESOLVE, pins={str(unit): G2})
    assert known.edits == fresh.edits
    assert known.result["choices"][0]["households_moved"] == fresh.result["choices"][0]["households_moved"]
    assert known.result["choices"][0]["check"] == fresh.result["choices"][0]["check"]


def test_grids_that_the_plan_locks_are_locked_for_the_solver_too() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    free = asked(plan, officer)
    assert G3 in free.result["choices"][0]["grids_changed"]
    lock_grids(plan_id=plan.id, version=plan.version, grids=[G3], by=officer)
    plan.refresh_from_db()
    bound = asked(plan, officer)
    assert bound.asked["locked"] == [G3]
    assert not bound.result["choices"] or G3 not in bound.result["choices"][0]["grids_changed"]
    assert "网格 3702120010010" in worded(bound.result)["groups"][0]["conflict"]["said"]
    assert "已锁定" in worded(bound.result)["groups"][0]["conflict"]["said"]
