"""Plans of small worlds: what is mended, at what cost, and that another solver agrees."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.geometry.ground import Ground
from gis.geometry.layers import AuditRules, District, Homes
from gis.geometry.redraw_check import check_redraw
from gis.geometry.units import AS_TODAY, Units, make_units
from gis.optimize.district import combine, groups_to_mend, redraw_district
from gis.optimize.plans import faults, left_crossed, weigh
from gis.optimize.problem import Problem, make_problem
from gis.optimize.search import Limits
from gis.optimize.stages import Outcome, solve
from gis.terms import Proof
from tests.drawn import drawn, layer, read_map
from tests.optimize.highs import least_change
from tests.optimize.worlds import RULES, invented, problem_of, world

TWO = """
    AAAABBBB
    AAAABBBB"""


def grid_of(outcome: Outcome, units: Units, compound: str) -> set[str]:
    assert outcome.plan is not None
    problem = outcome.problem
    mine = problem.compound == list(units.compounds.codes).index(compound)
    return {str(units.grids.codes[problem.grids[label]]) for label in outcome.plan.assignment[mine]}


def test_a_crossed_compound_goes_whole_to_where_most_households_are() -> None:
    units = world(TWO, "..xxxx..\n........", {"x": 40})
    outcome = solve(problem_of(units))
    assert outcome.proof is Proof.PROVEN
    assert outcome.plan is not None
    assert outcome.plan.households_moved == 20
    units = world(TWO, ".xxxx...\n........", {"x": 40})
    outcome = solve(problem_of(units))
    assert grid_of(outcome, units, "x") == {"A"}
    assert outcome.plan is not None
    assert (outcome.plan.households_moved, outcome.plan.band) == (10, 10)


def test_households_count_not_land() -> None:
    """Three quarters of the land lie in A, all homes in B; without homes land decides."""
    rules = replace(RULES, min_households=0)
    empty = world(TWO, ".xxxx...\n........", rules=rules)
    assert grid_of(solve(make_problem(empty, np.array([0]), rules)), empty, "x") == {"A"}
    homes = Homes(shapely.points([[450.0, 150.0]]), np.array([90]))
    lived = make_units(Ground(District(drawn(TWO), drawn(".xxxx...\n........"), None, homes, rules)))
    assert grid_of(solve(make_problem(lived, np.array([0]), rules)), lived, "x") == {"B"}


def test_what_is_not_crossed_stays() -> None:
    units = world(TWO, ".xx..yy.\n........", {"x": 30, "y": 30})
    outcome = solve(problem_of(units))
    assert outcome.plan is not None
    assert (outcome.plan.households_moved, outcome.plan.land_m2, outcome.plan.touched) == (0, 0, ())


def test_size_weighs_against_the_majority() -> None:
    """A is full: with x whole it would be over the hard maximum, so x goes to B though A holds most of it."""
    units = world(TWO, "yxxxx...\ny......z", {"x": 80, "y": 90, "z": 20})
    outcome = solve(problem_of(units))
    assert grid_of(outcome, units, "x") == {"B"}


def test_both_grids_keep_land_of_their_own() -> None:
    """B lies within x but for a strip: it may not vanish, so x goes where B keeps something."""
    units = world("AAAB\nAAAB", ".xxx\n.xxx", {"x": 40})
    outcome = solve(problem_of(units))
    assert outcome.plan is not None
    assert grid_of(outcome, units, "x") == {"B"}


def test_a_large_compound_may_hold_several_whole_grids() -> None:
    """x is too large for one grid; B and C come to lie inside it, and what else was in them goes to A."""
    units = world(
        """AAAAAA
           ABBCCA
           ABBCCA
           ABBCCA""",
        """......
           .xxxx.
           .xxxx.
           ......""",
        {"x": 240},
    )
    outcome = solve(problem_of(units))
    assert outcome.plan is not None
    assert outcome.proof is Proof.PROVEN
    assert grid_of(outcome, units, "x") == {"B", "C"}
    assert outcome.plan.households_moved == 0


def test_grids_stay_in_one_piece() -> None:
    """x would cut C off from its rest unless the land between goes along."""
    units = world(
        """AAABBB
           AAABBB
           CCCCCC""",
        """.xxxx.
           .xxxx.
           .xxxx.""",
        {"x": 60},
    )
    problem = problem_of(units)
    outcome = solve(problem)
    assert outcome.plan is not None
    assert "connected" not in faults(problem, outcome.plan.assignment)


def test_a_grid_in_two_parts_today_may_stay_so() -> None:
    grids = layer(read_map("AABBA\nAABBA"))
    units = world(grids, "..x..\n.....", {"x": 10})
    outcome = solve(problem_of(units))
    assert outcome.plan is not None
    assert outcome.plan.touched == ()


def test_two_parts_of_a_compound_go_together() -> None:
    units = world(TWO, "..x.x...\n........", {"x": 40})
    outcome = solve(problem_of(units))
    assert len(grid_of(outcome, units, "x")) == 1
    assert outcome.plan is not None
    assert "connected" not in faults(outcome.problem, outcome.plan.assignment)


def test_a_community_with_one_grid_has_nothing_to_do() -> None:
    units = world("AAA", ".x.", {"x": 10})
    assert groups_to_mend(units) == []
    assert redraw_district(units, RULES).outcomes == ()


def test_compounds_across_a_community_line_are_left_alone() -> None:
    grids = drawn(TWO)
    grids = replace(grids, parents=np.array(["K", "L"], dtype=object))
    units = world(grids, "..xxxx..\n........", {"x": 40})
    redraw = redraw_district(units, RULES)
    assert redraw.outcomes == ()
    assert (redraw.grid == AS_TODAY).all()
    assert shapely.equals(units.grid_layer(redraw.grid).shapes, grids.shapes).all()


def test_a_straddling_grid_brings_its_communities_together() -> None:
    """Grid B is of community L by record, but x, wholly between A and B, lies in both K and L by grids."""
    grids = replace(drawn("AABBCC\nAABBCC"), parents=np.array(["K", "K", "L"], dtype=object))
    units = world(grids, ".xx.yy\n......", {"x": 40, "y": 30})
    assert groups_to_mend(units) == [(0,)]
    assert redraw_district(units, RULES).proven


def test_locks_and_pins_are_obeyed() -> None:
    units = world(TWO, ".xxxx...\n........", {"x": 40})
    pinned = solve(problem_of(units, pinned_compounds={"x": "B"}))
    assert grid_of(pinned, units, "x") == {"B"}
    forbidden = solve(problem_of(units, forbidden=frozenset({("x", "A")})))
    assert grid_of(forbidden, units, "x") == {"B"}
    assert solve(problem_of(units, locked=frozenset({"A"}))).proof is Proof.INFEASIBLE


def test_a_grid_of_its_own() -> None:
    units = world(TWO, ".xxxx...\n........", {"x": 40})
    problem = problem_of(units, own={"x": 1}, forbidden=frozenset({("x", "A"), ("x", "B")}))
    outcome = solve(problem)
    assert outcome.plan is not None
    assert outcome.plan.sizes[-1] == 40
    redraw = combine(units, [outcome], [(0,)])
    assert redraw.new_grids == (0,)
    assert redraw.grid.max() == len(units.grids)


def test_an_impossible_size_is_exceeded_by_the_least_only_when_told() -> None:
    rules = AuditRules(min_households=0, max_households=50, hard_max_households=60)
    units = world(TWO, ".xxxx...\n........", {"x": 100}, rules=rules, whole=frozenset({"x"}))
    problem = make_problem(units, np.array([0]), rules)
    assert solve(problem).proof is Proof.INFEASIBLE
    relaxed = solve(problem, relax_sizes=True)
    assert relaxed.proof is Proof.PROVEN
    assert relaxed.plan is not None
    assert relaxed.plan.excess == ((0, 100 - 75),)


def test_a_compound_that_no_grid_can_take_is_left_crossed_only_when_told() -> None:
    """x needs two grids, and both have other homes: mended above the maximum, or crossed within it."""
    units = world("AAABBB\nAAABBB\nAAABBB", "a.xx.b\n..xx..\n..xx..", {"x": 200, "a": 40, "b": 40})
    problem = problem_of(units)
    assert solve(problem).proof is Proof.INFEASIBLE
    left = solve(problem, leave_crossed=True)
    assert left.plan is not None
    assert left.proof is Proof.PROVEN
    assert left_crossed(problem, left.plan.assignment) == [list(units.compounds.codes).index("x")]
    assert (left.plan.households_moved, left.plan.excess) == (0, ())
    mended = solve(problem, relax_sizes=True, leave_crossed=True)
    assert mended.plan is not None
    assert left_crossed(problem, mended.plan.assignment) == []
    assert sum(above for _, above in mended.plan.excess) == 200 + 40 - RULES.hard_max_households
    could = solve(problem_of(invented(0)[0]), leave_crossed=True)
    assert could.plan is not None
    assert left_crossed(could.problem, could.plan.assignment) == []


def test_the_same_input_gives_the_same_plan() -> None:
    units, _ = invented(3)
    plans = [solve(problem_of(units), relax_sizes=True).plan for _ in range(2)]
    assert plans[0] is not None
    assert plans[1] is not None
    assert (plans[0].assignment == plans[1].assignment).all()


@pytest.mark.parametrize("seed", range(6))
def test_another_solver_finds_the_same_optimum(seed: int) -> None:
    units, _ = invented(seed)
    problem = problem_of(units)
    outcome = solve(problem)
    least = least_change(problem)
    if outcome.proof is Proof.INFEASIBLE:
        assert least is None
        return
    assert outcome.proof is Proof.PROVEN
    assert outcome.stages[0].objective == least


@pytest.mark.parametrize("seed", range(3))
def test_a_check_that_knows_no_solver_agrees(seed: int) -> None:
    units, district = invented(seed)
    redraw = redraw_district(units, RULES)
    check = check_redraw(district, units.grid_layer(), units.grid_layer(redraw.grid))
    assert check.refusal is None
    assert check.crossed_after == ()
    assert check.scattered == ()
    assert check.new_findings == []
    assert check.households_moved == redraw.households_moved


def test_no_time_at_all_is_answered_honestly() -> None:
    units, _ = invented(1)
    problem = problem_of(units)
    outcome = solve(problem, Limits(time_s=1e-9), relax_sizes=True)
    assert outcome.proof in {Proof.GAP, Proof.UNPROVEN, Proof.LIMIT}
    assert outcome.limit_reached
    if outcome.plan is not None:
        assert faults(problem, outcome.plan.assignment, soft_sizes=True) == []


def test_a_plan_known_before_stands_when_time_ends() -> None:
    units, _ = invented(1)
    problem = problem_of(units)
    best = solve(problem, relax_sizes=True).plan
    assert best is not None
    outcome = solve(problem, Limits(time_s=1e-9), hint=best.assignment)
    assert outcome.plan is not None
    assert outcome.proof is Proof.GAP


def test_a_cancelled_search_says_so() -> None:
    units, _ = invented(1)
    outcome = solve(problem_of(units), Limits(cancelled=lambda: True))
    assert outcome.proof is Proof.CANCELLED
    assert outcome.plan is None


def test_a_district_cancelled_half_way_keeps_what_was_found() -> None:
    grids = replace(drawn("AABBCCDD\nAABBCCDD"), parents=np.array(list("KKLL"), dtype=object))
    units = world(grids, ".xx..yy.\n........", {"x": 40, "y": 40})
    told: list[int] = []
    redraw = redraw_district(
        units, RULES, limits=Limits(cancelled=lambda: bool(told)), progress=lambda done, _every: told.append(done)
    )
    assert [outcome.proof for outcome in redraw.outcomes] == [Proof.PROVEN, Proof.CANCELLED]
    assert redraw.households_moved == 20


def test_figures_are_counted_without_the_solver() -> None:
    units = world(TWO, ".xxxx...\n........", {"x": 40})
    problem: Problem = problem_of(units)
    plan = weigh(problem, problem.today)
    assert plan.households_moved == 10
    assert plan.sizes.tolist() == [40, 0]
