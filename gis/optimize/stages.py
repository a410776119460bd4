"""The redraw of one problem: least change, then fewest grids touched, then the tidiest line; each proven, or its gap.

A  households moved, households off the wanted size, land, in one sum (docs/decisions/0003-redraw-model.md says why);
T  with these fixed, the fewest grids touched;
B  with compounds and homes fixed, only free land beside a change: the shortest line off the roads.

Where the hard maximum cannot be kept and may be relaxed, the fewest households above it come first, in the sum of A.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from gis.geometry.pieces import Ints
from gis.optimize.contiguity import Separation
from gis.optimize.greedy import greedy_plan
from gis.optimize.model import Model, total
from gis.optimize.plans import Plan, faults, left_crossed, touched, weigh
from gis.optimize.problem import MATERIAL_M2, Problem, pinned, wished
from gis.optimize.search import Answer, Cancelled, Clock, Limits, Search
from gis.terms import Proof

StageName = Literal["change", "grids", "lines"]

EXCESS_M2 = 100_000_000
"""One household above the hard maximum outweighs 333 000 households moved: more than any community has."""

GRID_WEIGHT = 10_000_000
"""One grid fewer outweighs any land (square metres) of a community."""

LINE_M2_PER_DM = 3
"""One metre of line off the roads weighs as much as 30 m² of land."""

ROAD_PERCENT = 80
"""How much of a line along a road is forgiven."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage ended. `gap` is a share of the objective; None where nothing is known."""

    name: StageName
    objective: float | None
    bound: float | None
    proven: bool
    seconds: float
    rounds: int

    @property
    def gap(self) -> float | None:
        """Return how far the objective may be from the best, as a share of it."""
        if self.proven:
            return 0.0
        if self.objective is None or self.bound is None or self.bound == float("-inf"):
            return None
        return max(self.objective - max(self.bound, 0.0), 0.0) / max(abs(self.objective), 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a problem.

    Parameters
    ----------
    plan : None where there is none.
    proof : what is known about it. gap : of the first stage: the one that counts households.
    stages : in order; those that time did not allow are missing.
    limit_reached : the time ended the search: another run may give another plan.
    separations : what was learnt about broken grids; it saves rounds when the problem is solved again.
    """

    problem: Problem
    plan: Plan | None
    proof: Proof
    gap: float | None
    stages: tuple[Stage, ...]
    seconds: float
    limit_reached: bool
    separations: tuple[Separation, ...] = ()


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    hint: Ints | None = None,
    relax_sizes: bool = False,
    leave_crossed: bool = False,
) -> Outcome:
    """Return the plan of least change.

    Parameters
    ----------
    limits : time, seed, and who may stop it.
    hint : an assignment to start from: the plan before the officer pinned something.
    relax_sizes : where no plan keeps the hard maximum, take the one that exceeds it by the fewest households.
    leave_crossed : where no plan mends every compound, take the one that leaves the fewest crossed; relaxed sizes come
        before that.
    """
    search = Search(problem, Clock(limits or Limits()))
    return solve_in(search, hint=hint, relax_sizes=relax_sizes, leave_crossed=leave_crossed)


def solve_again(
    before: Outcome, pins: dict[int, int], limits: Limits | None = None, *, relax_sizes: bool = True
) -> Outcome:
    """Return the plan of least change when some more units are pinned: what an officer's drag asks for.

    Parameters
    ----------
    before : the outcome on the screen: its plan is where the search starts, and what it learnt is kept.
    pins : {unit: label} of the problem.
    """
    return solve_beside(before, pinned(before.problem, pins), limits, relax_sizes=relax_sizes)


def solve_beside(
    before: Outcome, problem: Problem, limits: Limits | None = None, *, relax_sizes: bool = True
) -> Outcome:
    """Do the same for a problem that differs from the one before in what is pinned, and in nothing else."""
    stricter = not (problem.allowed & ~before.problem.allowed).any()
    search = Search(
        problem,
        Clock(limits or Limits()),
        above=stricter and before.plan is not None and bool(before.plan.excess),
        separations=list(before.separations),
    )
    hint = before.plan.assignment.copy() if before.plan is not None else None
    if hint is not None:
        for unit, label in problem.pins.items():
            hint[unit] = label
    return solve_in(search, hint=hint, relax_sizes=relax_sizes)


def solve_in(
    search: Search, *, hint: Ints | None = None, relax_sizes: bool = False, leave_crossed: bool = False
) -> Outcome:
    """Do the same in a search that may know separations already."""
    stages: list[Stage] = []
    if not wished(search.problem).any(axis=1).all():
        return _outcome(search, None, Proof.INFEASIBLE, stages)
    best: list[Ints] = []
    try:
        infeasible = _run(search, stages, best, hint, relax_sizes, leave_crossed)
    except Cancelled:
        return _outcome(search, best, Proof.GAP if best else Proof.CANCELLED, stages)
    if infeasible:
        return _outcome(search, None, Proof.INFEASIBLE, stages)
    if best:
        proven = stages[-1].name == "lines" and all(stage.proven for stage in stages)
        return _outcome(search, best, Proof.PROVEN if proven else Proof.GAP, stages)
    found = greedy_plan(search.problem, time_left_s=lambda: search.clock.left_s)
    proof = Proof.UNPROVEN if found is not None else Proof.LIMIT
    return _outcome(search, [found] if found is not None else [], proof, stages)


def _run(
    search: Search,
    stages: list[Stage],
    best: list[Ints],
    hint: Ints | None,
    relax_sizes: bool,
    leave_crossed: bool,
) -> bool:
    """Run the stages; the plans found are appended to `best`. Tell whether nothing is possible at all."""
    soft_sizes = search.excess is not None or (search.above and relax_sizes)
    start = hint if hint is not None and not faults(search.problem, hint, soft_sizes=soft_sizes) else None
    model = search.model()
    if search.above and relax_sizes:
        answer = _least_excess(search, stages, model, start)
    else:
        answer = _timed(search, stages, "change", model, model.change, start)
        if answer.infeasible and relax_sizes:
            stages.clear()
            answer = _least_excess(search, stages, model, None)
    if answer.infeasible and leave_crossed:
        stages.clear()
        model = search.model(mixing=True)
        answer = _fewest_crossed(search, stages, model)
    if answer.assignment is None and start is not None:
        best.append(start)
    if answer.assignment is not None:
        best.append(answer.assignment)
    if answer.proven:
        best.append(_fewest_grids(search, stages, model, best[-1]))
        best.append(_tidy_lines(search, stages, model, best[-1]))
    return answer.infeasible and not best


def _least_excess(search: Search, stages: list[Stage], model: Model, start: Ints | None) -> Answer:
    """Exceed the hard maximum by the fewest households, then least change; the stages that follow exceed it no more."""
    model.allow_excess(None)
    answer = _timed(search, stages, "change", model, EXCESS_M2 * model.excess + model.change, start)
    if answer.assignment is not None:
        search.excess = sum(above for _, above in weigh(search.problem, answer.assignment).excess)
        model.allow_excess(search.excess)
    return answer


def _fewest_crossed(search: Search, stages: list[Stage], model: Model) -> Answer:
    """Leave the fewest compounds crossed, then least change; the stages that follow leave no more."""
    answer = _timed(search, stages, "change", model, EXCESS_M2 * model.mixed + model.change, None)
    if answer.assignment is not None:
        model.cp.add(model.mixed <= len(left_crossed(search.problem, answer.assignment)))
    return answer


def _timed(
    search: Search,
    stages: list[Stage],
    name: StageName,
    model: Model,
    objective: cp_model.LinearExpr,
    hint: Ints | None,
) -> Answer:
    """Run one stage and note how it went."""
    before = search.clock.used_s
    answer = search.minimise(model, objective, hint)
    seconds = search.clock.used_s - before
    bound = None if answer.bound == float("-inf") else answer.bound
    stages.append(Stage(name, answer.objective, bound, answer.proven, seconds, answer.rounds))
    return answer


def _fewest_grids(search: Search, stages: list[Stage], model: Model, best: Ints) -> Ints:
    """Return the plan, no worse in the first stage's terms, that touches the fewest grids."""
    plan = weigh(search.problem, best)
    model.cp.add(model.moved <= plan.households_moved)
    model.cp.add(model.band <= plan.band)
    flags = _touch(model)
    answer = _timed(search, stages, "grids", model, GRID_WEIGHT * total(flags) + model.land, best)
    return best if answer.assignment is None else answer.assignment


def _touch(model: Model) -> list[cp_model.IntVar]:
    """Return a literal for each grid: it gains or loses land."""
    problem, flags = model.problem, []
    for label in range(problem.labels):
        flag = model.cp.new_bool_var(f"touch{label}")
        for unit, row in enumerate(model.x):
            if label in row and problem.area_m2[unit] - problem.share_m2[unit, label] >= MATERIAL_M2:
                model.cp.add_implication(row[label], flag)
            if problem.share_m2[unit, label] >= MATERIAL_M2:
                model.cp.add_bool_or([row[label], flag] if label in row else [flag])
        flags.append(flag)
    return flags


def _tidy_lines(search: Search, stages: list[Stage], model: Model, best: Ints) -> Ints:
    """Return the plan with the shortest lines off the roads; only free land beside a change may differ."""
    allowed = _movable(search.problem, best)
    model.restrict(allowed)
    lines = _lines(model, allowed)
    answer = _timed(search, stages, "lines", model, LINE_M2_PER_DM * lines + model.land, best)
    return best if answer.assignment is None else answer.assignment


def _movable(problem: Problem, best: Ints) -> NDArray[np.bool_]:
    """Return which units may still change: free land next to what changes, among the grids touched already."""
    rows = np.arange(problem.count)
    changed = problem.share_m2[rows, best] < problem.area_m2 - MATERIAL_M2
    beside = changed.copy()
    for one, other in problem.border.tolist():
        beside[one] |= changed[other]
        beside[other] |= changed[one]
    free = beside & (problem.compound < 0) & (problem.households == 0)
    allowed = wished(problem) & free[:, None] & touched(problem, best)[None, :]
    allowed[rows, best] = True
    return allowed


def _lines(model: Model, allowed: NDArray[np.bool_]) -> cp_model.LinearExpr:
    """Return the length of line between grids, in tenths of a metre, roads mostly forgiven."""
    problem, terms = model.problem, []
    several = allowed.sum(axis=1) > 1
    for (one, other), length, road in zip(
        problem.border.tolist(), problem.border_dm.tolist(), problem.road_dm.tolist(), strict=True
    ):
        weight = length - road * ROAD_PERCENT // 100
        if not (several[one] or several[other]) or weight <= 0:
            continue
        apart = model.cp.new_bool_var(f"line{one}_{other}")
        for label in np.flatnonzero(allowed[one] | allowed[other]).tolist():
            here, there = model.x[one].get(label, 0), model.x[other].get(label, 0)
            model.cp.add(apart >= here - there)
            model.cp.add(apart >= there - here)
        terms.append(weight * apart)
    return total(terms)


def _outcome(search: Search, best: list[Ints] | None, proof: Proof, stages: list[Stage]) -> Outcome:
    clock = search.clock
    return Outcome(
        problem=search.problem,
        plan=weigh(search.problem, best[-1]) if best else None,
        proof=proof,
        gap=_gap(proof, stages),
        stages=tuple(stages),
        seconds=clock.used_s,
        limit_reached=clock.left_s <= 0,
        separations=tuple(search.separations),
    )


def _gap(proof: Proof, stages: list[Stage]) -> float | None:
    """Return the gap of the stage that counts households; None where nothing is known."""
    if proof is Proof.PROVEN:
        return 0.0
    change = [stage.gap for stage in stages if stage.name == "change"]
    return change[0] if proof is Proof.GAP and change else None
