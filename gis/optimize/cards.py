"""Repair cards: for one crossed compound, two or three options with what each would mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gis.geometry.layers import AuditRules
from gis.geometry.pieces import Ints
from gis.geometry.units import Units
from gis.optimize.contiguity import parts_of
from gis.optimize.problem import MATERIAL_M2, NO_WISHES, Problem, Wishes, make_problem, pinned
from gis.optimize.search import Limits
from gis.optimize.stages import Outcome, solve, solve_beside
from gis.terms import Proof

OptionKind = Literal["whole", "own", "several"]

MOST_WHOLE = 3
"""A compound in more grids than these is offered whole to the ones that hold most of it."""


@dataclass(frozen=True, slots=True)
class GridChange:
    """One grid that an option touches: position (-1 for a new one), households and parts before and after."""

    grid: int
    households_before: int
    households_after: int
    parts_after: int


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One way to mend a compound; the rest of its community is mended with it, as well as can be.

    Parameters
    ----------
    kind : "whole" to `grid`, a grid of its "own", or "several" whole grids.
    grid : position of the grid for "whole", else -1.
    outcome : the plan and what is known about it; its plan is None where the option is impossible.
    moved_here : households of this compound whose grid changes.
    more_moved : households that the community moves more than in its best plan; None where either has none.
    changes : the grids it touches. Posts, stations and requests in these are concerned.
    """

    kind: OptionKind
    grid: int
    outcome: Outcome
    moved_here: int
    more_moved: int | None
    changes: tuple[GridChange, ...]

    @property
    def possible(self) -> bool:
        """Tell whether there is a plan with this option."""
        return self.outcome.plan is not None


def repair_card(
    units: Units,
    rules: AuditRules,
    compound: int,
    group: Sequence[int],
    *,
    best: Outcome | None = None,
    wishes: Wishes = NO_WISHES,
    limits: Limits | None = None,
) -> list[Option]:
    """Return the options for one crossed compound, the possible ones first, the least change first.

    Parameters
    ----------
    compound : position. group : the communities that are solved with it, as `groups_to_mend` gives them.
    best : their best plan with the same wishes, where it is known: it saves half of the time.
    limits : time of each option.
    """
    chosen: Ints = np.array(group, dtype=np.int64)
    code = str(units.compounds.codes[compound])
    plain = make_problem(units, chosen, rules, wishes)
    mine = plain.units_of(compound)
    options = [_whole(plain, compound, label, best, limits) for label in _grids_of(plain, mine)]
    own = make_problem(units, chosen, rules, replace(wishes, own={**wishes.own, code: 1}))
    new = int(np.flatnonzero(own.anchor == compound)[-1])
    alone = solve(pinned(own, dict.fromkeys(mine, new)), limits, relax_sizes=True)
    options.append(_option("own", -1, alone, compound, best))
    if len(mine) > 1:
        split = replace(wishes, split=wishes.split | {code})
        divided = solve(make_problem(units, chosen, rules, split), limits, relax_sizes=True)
        if divided.plan is None:
            more = replace(split, own={**wishes.own, code: 1})
            divided = solve(make_problem(units, chosen, rules, more), limits, relax_sizes=True)
        options.append(_option("several", -1, divided, compound, best))
    return sorted(options, key=_rank)


def _grids_of(problem: Problem, mine: list[int]) -> list[int]:
    """Return the labels that hold material land of some units, most households (else land) first."""
    land, homes = problem.share_m2[mine].sum(axis=0), problem.share_households[mine].sum(axis=0)
    held = np.flatnonzero((land >= MATERIAL_M2) & (problem.grids >= 0))
    order = np.lexsort((held, -land[held], -homes[held]))
    return [int(label) for label in held[order][:MOST_WHOLE]]


def _whole(problem: Problem, compound: int, label: int, best: Outcome | None, limits: Limits | None) -> Option:
    there = pinned(problem, dict.fromkeys(problem.units_of(compound), label))
    known = best is not None and best.proof is Proof.PROVEN
    outcome = solve_beside(best, there, limits) if best and known else solve(there, limits, relax_sizes=True)
    return _option("whole", int(problem.grids[label]), outcome, compound, best)


def _option(kind: OptionKind, grid: int, outcome: Outcome, compound: int, best: Outcome | None) -> Option:
    problem = outcome.problem
    plan = outcome.plan
    if plan is None:
        return Option(kind, grid, outcome, 0, None, ())
    mine = problem.units_of(compound)
    moved = problem.households[mine] - problem.share_households[mine, plan.assignment[mine]]
    more = None if best is None or best.plan is None else plan.households_moved - best.plan.households_moved
    changes = tuple(
        GridChange(
            int(problem.grids[label]),
            int(problem.size_today[label]),
            int(plan.sizes[label]),
            len(parts_of(problem, plan.assignment, label)),
        )
        for label in plan.touched
    )
    return Option(kind, grid, outcome, int(moved.sum()), more, changes)


def _rank(option: Option) -> tuple[bool, int, int]:
    plan = option.outcome.plan
    if plan is None:
        return True, 0, 0
    return False, sum(above for _, above in plan.excess), plan.change_m2
