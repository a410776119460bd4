"""Why nothing works: the smallest set of rules in each other's way, and the least that must give."""

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from gis.geometry.pieces import Ints
from gis.optimize.contiguity import separations
from gis.optimize.model import Guard, Model, total
from gis.optimize.plans import Plan, touched, weigh
from gis.optimize.problem import Problem
from gis.optimize.search import Clock, Limits, Search
from gis.optimize.stages import EXCESS_M2
from gis.terms import RedrawRule

WISHES = frozenset({RedrawRule.LOCKED, RedrawRule.PINNED, RedrawRule.FORBIDDEN})
"""Rules that the officer made, and may take back."""


_SAYS_LITTLE = {RedrawRule.CONNECTED: 0, RedrawRule.KEEPS_LAND: 1, RedrawRule.WHOLE_COMPOUND: 2}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in the way.

    Parameters
    ----------
    rule : which. about : a label (hard maximum, land, connected, locked), a unit (pinned, forbidden) or a compound.
    """

    rule: RedrawRule
    about: int


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """One way out: these rules give way, by so much.

    Parameters
    ----------
    rules : what gives way. excess : {label: households above the hard maximum} where that is it.
    plan : what then becomes possible; of many the one with the least change.
    """

    rules: tuple[Rule, ...]
    excess: dict[int, int]
    plan: Plan


@dataclass(frozen=True, slots=True, eq=False)
class Conflict:
    """Why there is no plan.

    Parameters
    ----------
    rules : together they cannot be kept; without any one of them they could (`minimal`; else time ended the search).
    relaxations : the least that makes a plan possible, one a kind of rule, the fewest households moved first.
    """

    rules: tuple[Rule, ...]
    minimal: bool
    relaxations: tuple[Relaxation, ...]


def explain(problem: Problem, limits: Limits | None = None) -> Conflict | None:
    """Return why a problem has no plan; None where it has one, or where time did not tell.

    Parameters
    ----------
    limits : time of everything together.
    """
    search = Search(problem, Clock(limits or Limits()))
    core = _core(search, None)
    if core is None:
        return None
    # What says the least to a person is dropped first: a core is rarely the only one.
    kept = sorted(core, key=lambda guard: _SAYS_LITTLE.get(guard[0], len(_SAYS_LITTLE)))
    minimal = True
    for guard in tuple(kept):
        if guard not in kept:
            continue
        without = [other for other in kept if other != guard]
        found = _core(search, without)
        if found is not None:
            kept = [other for other in kept if other in found]
        elif search.clock.left_s <= 0:
            minimal = False
            break
    rules = tuple(Rule(*guard) for guard in sorted(kept, key=_order))
    return Conflict(rules, minimal, tuple(_relaxations(search, kept)))


def _order(guard: Guard) -> tuple[int, int]:
    return list(RedrawRule).index(guard[0]), guard[1]


def _core(search: Search, asked: list[Guard] | None) -> list[Guard] | None:
    """Return rules among those asked (None = all) that cannot be kept together; None where they can, or time ends."""
    while True:
        search.clock.require_wanted()
        model = search.prepared(Model(search.problem, guarded=True))
        active = [guard for guard in model.guards if asked is None or guard in asked]
        model.cp.add_assumptions([model.guards[guard] for guard in active])
        for guard, literal in model.guards.items():
            if guard not in active:
                model.cp.add(literal == 0)
        solver, status = search.check(model)
        if status == cp_model.INFEASIBLE:
            named = set(solver.sufficient_assumptions_for_infeasibility())
            return [guard for guard in active if model.guards[guard].index in named] or active
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        broken = [
            new
            for new in separations(search.problem, model.read(solver))
            if asked is None or any((RedrawRule.CONNECTED, label) in asked for label in new.labels)
        ]
        known = set(search.separations)
        broken = [new for new in broken if new not in known]
        if not broken:
            return None
        search.separations += broken


def _relaxations(search: Search, core: list[Guard]) -> list[Relaxation]:
    """Return the ways out: exceed the hard maximum by the least, or take back the fewest wishes."""
    found = []
    if any(rule is RedrawRule.HARD_MAXIMUM for rule, _ in core):
        found.append(_exceed(search))
    if any(rule in WISHES for rule, _ in core):
        found.append(_take_back(search))
    known = [relaxation for relaxation in found if relaxation is not None]
    return sorted(known, key=lambda relaxation: (len(relaxation.rules), relaxation.plan.change_m2))


def _exceed(search: Search) -> Relaxation | None:
    """Return the plan that exceeds the hard maximum by the fewest households."""
    model = search.model()
    model.allow_excess(None)
    answer = search.minimise(model, EXCESS_M2 * model.excess + model.change, None)
    if answer.assignment is None:
        return None
    plan = weigh(search.problem, answer.assignment)
    excess = dict(plan.excess)
    return Relaxation(tuple(Rule(RedrawRule.HARD_MAXIMUM, label) for label in excess), excess, plan)


def _take_back(search: Search) -> Relaxation | None:
    """Return the plan that breaks the fewest wishes; all other rules are kept."""
    model = search.prepared(Model(search.problem, guarded=True))
    wishes = [guard for guard in model.guards if guard[0] in WISHES]
    for guard, literal in model.guards.items():
        if guard not in wishes:
            model.cp.add(literal == 1)
    broken = total([1 - model.guards[guard] for guard in wishes])
    answer = search.minimise(model, EXCESS_M2 * broken + model.change, None)
    if answer.assignment is None:
        return None
    given = tuple(Rule(*guard) for guard in sorted(_broken(search.problem, answer.assignment), key=_order))
    return Relaxation(given, {}, weigh(search.problem, answer.assignment))


def _broken(problem: Problem, assignment: Ints) -> list[Guard]:
    """Return the wishes that an assignment does not keep."""
    found: set[Guard] = set()
    changed = touched(problem, assignment)
    found |= {(RedrawRule.LOCKED, label) for label in problem.locked if changed[label]}
    found |= {(RedrawRule.PINNED, unit) for unit, label in problem.pins.items() if assignment[unit] != label}
    found |= {(RedrawRule.FORBIDDEN, unit) for unit, label in problem.forbidden if assignment[unit] == label}
    for compound in problem.stay_whole | problem.must_split:
        units = problem.units_of(compound)
        if (len(np.unique(assignment[units])) > 1) == (compound in problem.stay_whole):
            found.add((RedrawRule.PINNED, units[0]))
    return sorted(found, key=_order)
