"""Alternatives, the exact front, drags, conflicts, cards and reasons of small worlds."""

from itertools import pairwise

import numpy as np
import pytest

from gis.geometry.layers import AuditRules
from gis.geometry.units import Units
from gis.optimize.alternatives import alternatives, front
from gis.optimize.cards import repair_card
from gis.optimize.conflicts import explain
from gis.optimize.district import mendable
from gis.optimize.plans import faults
from gis.optimize.problem import Problem, make_problem
from gis.optimize.reasons import moves_of, why_not
from gis.optimize.search import Limits
from gis.optimize.stages import Outcome, solve, solve_again
from gis.terms import Proof, RedrawRule
from tests.optimize.worlds import RULES, invented, problem_of, world

TWO = """
    AAAABBBB
    AAAABBBB"""
ONE_CROSSED = ".xxxx...\n........"


def crossed(units: Units) -> list[int]:
    return np.flatnonzero(mendable(units)).tolist()


def label_of(units: Units, problem: Problem, code: str) -> int:
    return [str(units.grids.codes[g]) if g >= 0 else "" for g in problem.grids].index(code)


@pytest.fixture(scope="module")
def solved() -> tuple[Units, Problem, Outcome]:
    units, _ = invented(2)
    problem = problem_of(units)
    return units, problem, solve(problem, relax_sizes=True)


def test_alternatives_differ_in_a_crossed_compound_and_are_in_order(solved: tuple[Units, Problem, Outcome]) -> None:
    units, problem, best = solved
    plans = [outcome.plan for outcome in alternatives(problem, best, crossed(units), 3)]
    assert len(plans) == 3
    known = [plan for plan in plans if plan is not None]
    rows = np.isin(problem.compound, crossed(units))
    for i, one in enumerate(known):
        assert faults(problem, one.assignment) == []
        assert all((one.assignment[rows] != other.assignment[rows]).any() for other in known[:i])
    changes = [plan.households_moved + 2 * plan.band for plan in known]
    assert changes[0] <= min(changes)


def test_where_nothing_else_is_possible_there_is_one_plan() -> None:
    units = world(TWO, ONE_CROSSED, {"x": 40})
    problem = problem_of(units, pinned_compounds={"x": "A"})
    assert len(alternatives(problem, solve(problem), crossed(units), 4)) == 1


def test_the_front_is_exact(solved: tuple[Units, Problem, Outcome]) -> None:
    _, problem, best = solved
    found = front(problem)
    assert found.complete
    figures = [(plan.households_moved, plan.band) for plan in found.plans]
    assert all(one[0] < other[0] and one[1] > other[1] for one, other in pairwise(figures))
    assert best.plan is not None
    assert figures[0][0] <= best.plan.households_moved
    assert figures[-1][1] <= best.plan.band
    assert all(faults(problem, plan.assignment) == [] for plan in found.plans)


def test_a_drag_is_solved_again_around_it(solved: tuple[Units, Problem, Outcome]) -> None:
    units, problem, best = solved
    assert best.plan is not None
    compound = crossed(units)[0]
    mine = problem.units_of(compound)
    now = int(best.plan.assignment[mine[0]])
    other = next(label for label in np.flatnonzero(problem.allowed[mine[0]]).tolist() if label != now)
    outcome = solve_again(best, dict.fromkeys(mine, other))
    assert outcome.plan is not None
    assert (outcome.plan.assignment[mine] == other).all()
    assert outcome.seconds < 5


def test_a_conflict_names_the_rules_and_the_least_that_must_give() -> None:
    """x has 100 households and may not be divided; A may have 75, as today, and B 60."""
    rules = AuditRules(min_households=0, max_households=50, hard_max_households=60)
    units = world(TWO, ONE_CROSSED, {"x": 100}, rules=rules, whole=frozenset({"x"}))
    problem = make_problem(units, np.array([0]), rules)
    conflict = explain(problem)
    assert conflict is not None
    assert conflict.minimal
    hard = {rule.about for rule in conflict.rules if rule.rule is RedrawRule.HARD_MAXIMUM}
    assert hard == {label_of(units, problem, "A"), label_of(units, problem, "B")}
    (way,) = conflict.relaxations
    assert way.excess == {label_of(units, problem, "A"): 25}


def test_wishes_in_conflict_are_named_and_the_fewest_taken_back() -> None:
    units = world(TWO, ONE_CROSSED, {"x": 40})
    problem = problem_of(units, locked=frozenset({"A"}), pinned_compounds={"x": "B"})
    conflict = explain(problem)
    assert conflict is not None
    assert {rule.rule for rule in conflict.rules} <= {RedrawRule.LOCKED, RedrawRule.PINNED}
    (way,) = conflict.relaxations
    assert [(rule.rule, rule.about) for rule in way.rules] == [(RedrawRule.LOCKED, label_of(units, problem, "A"))]


def test_what_works_has_no_conflict() -> None:
    assert explain(problem_of(world(TWO, ONE_CROSSED, {"x": 40}))) is None


def test_a_card_offers_both_grids_and_a_grid_of_its_own() -> None:
    units = world(TWO, ONE_CROSSED, {"x": 40})
    best = solve(problem_of(units))
    options = repair_card(units, RULES, 0, (0,), best=best)
    offered = {
        (option.kind, str(units.grids.codes[option.grid]) if option.grid >= 0 else ""): option for option in options
    }
    assert set(offered) == {("whole", "A"), ("whole", "B"), ("own", "")}
    assert offered["whole", "A"].moved_here == 10
    assert offered["whole", "A"].more_moved == 0
    assert offered["whole", "B"].moved_here == 30
    assert offered["own", ""].moved_here == 40
    changes = {change.grid: change for change in offered["whole", "B"].changes}
    assert (changes[1].households_before, changes[1].households_after, changes[1].parts_after) == (10, 40, 1)
    assert all(option.outcome.proof is Proof.PROVEN for option in options)


def test_a_card_of_a_large_compound_offers_several_grids() -> None:
    units = world(
        """AAAAAA
           ABBCCA
           ABBCCA
           ABBCCA""",
        """......
           .xxxx.
           .xxxx.
           ......""",
        {"x": 140},
    )
    (several,) = [option for option in repair_card(units, RULES, 0, (0,)) if option.kind == "several"]
    assert several.possible
    assert several.moved_here == 0


def test_reasons_name_the_majority_and_what_would_be_too_large() -> None:
    units = world(TWO, "yxxxx...\ny......z", {"x": 80, "y": 90, "z": 20})
    problem = problem_of(units)
    outcome = solve(problem)
    assert outcome.plan is not None
    (move,) = [
        move for move in moves_of(problem, outcome.plan) if move.compound == list(units.compounds.codes).index("x")
    ]
    assert move.households == 60
    first, other = move.reasons
    assert (first.rule, first.facts["share"]) == ("minority", 0.25)
    assert (other.rule, other.facts["households"], other.facts["limit"]) == ("too_large", 170, 150)


def test_why_not_is_answered_by_making_the_plan_again() -> None:
    units = world(TWO, ONE_CROSSED, {"x": 40})
    problem = problem_of(units)
    outcome = solve(problem)
    assert outcome.plan is not None
    reason = why_not(problem, outcome.plan, 0, label_of(units, problem, "B"))
    assert reason.rule == "costs_more"
    assert reason.facts["more_moved"] == 20
    late = why_not(problem, outcome.plan, 0, label_of(units, problem, "B"), Limits(cancelled=lambda: True))
    assert late.rule == "unknown"
