"""Why each piece of land goes where it goes: plain facts under stable rules; words are made of them elsewhere."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.geometry.pieces import Ints
from gis.optimize.plans import Plan
from gis.optimize.problem import MATERIAL_M2, Problem, pinned
from gis.optimize.search import Clock, Limits, Search
from gis.optimize.stages import solve_in
from gis.terms import Proof


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    Parameters
    ----------
    rule : stable name, one of:
        `majority` the grid holds most of the compound already: `share`;
        `minority` it does not, but the one that does cannot take it: followed by a `too_large` or `costs_more`;
        `several` the compound comes to hold whole grids: `grids`;
        `leaves_compound` the grid it was in comes to lie inside a compound: `compound`;
        `makes_room` otherwise the grid it was in would have `households`, above `limit`;
        `balance` the grid it goes to would be too small, or the one it leaves too large, without it;
        `follows` free land beside a compound that moves: `compound`; `joins` land that keeps a grid in one piece;
        `too_large` not to `grid`: it would have `households`, above `limit`;
        `costs_more` not to `grid`: `more_moved` households more would move, `more_band` more off the wanted size;
        `impossible` not to `grid`: no plan would keep the rules; `unknown` not to `grid`: not resolved in time.
    facts : numbers and labels; `grid`, `grids` are labels, `compound` a position.
    """

    rule: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Land that changes hands: a unit, or all of a compound that goes from one of today's grids to another.

    Parameters
    ----------
    units : numbers in the problem. compound : position, -1 for free land. start, end : labels.
    households, area_m2 : of that part. reasons : the first says why there, others why not elsewhere.
    """

    units: tuple[int, ...]
    compound: int
    start: int
    end: int
    households: int
    area_m2: int
    reasons: tuple[Reason, ...]


def moves_of(problem: Problem, plan: Plan) -> list[Move]:
    """Return everything that changes hands, compounds first, the most households first."""
    together: dict[tuple[int, int, int, int], list[int]] = {}
    for unit in range(problem.count):
        compound, end = int(problem.compound[unit]), int(plan.assignment[unit])
        for start in np.flatnonzero(problem.share_m2[unit] + problem.share_households[unit]).tolist():
            area, households = problem.share_m2[unit, start], problem.share_households[unit, start]
            if start != end and (area >= MATERIAL_M2 or households):
                together.setdefault((compound, -1 if compound >= 0 else unit, start, end), []).append(unit)
    moves = [
        Move(
            tuple(units),
            compound,
            start,
            end,
            int(problem.share_households[units, start].sum()),
            int(problem.share_m2[units, start].sum()),
            _reasons(problem, plan, units, start),
        )
        for (compound, _, start, end), units in together.items()
    ]
    return sorted(moves, key=lambda move: (move.compound < 0, -move.households, -move.area_m2, move.units))


def _reasons(problem: Problem, plan: Plan, units: list[int], start: int) -> tuple[Reason, ...]:
    compound, end = int(problem.compound[units[0]]), int(plan.assignment[units[0]])
    if compound >= 0:
        mine = problem.units_of(compound)
        ends = sorted({int(plan.assignment[u]) for u in mine})
        if len(ends) > 1:
            return (Reason("several", {"grids": ends}),)
        share = _shares_of(problem, mine)
        if np.count_nonzero(share >= 0.005) > 1 and share[end] > 0:
            return _crossed_reasons(problem, plan, mine, share, end)
    return (_other_reason(problem, plan, units, start),)


def _shares_of(problem: Problem, units: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the share of some units in each grid today, by households, or by land where nobody lives."""
    table = problem.share_households if problem.households[units].sum() else problem.share_m2
    rows = table[units].sum(axis=0).astype(np.float64)
    return np.asarray(rows / max(rows.sum(), 1.0))


def _crossed_reasons(
    problem: Problem, plan: Plan, mine: list[int], share: np.ndarray[tuple[int], np.dtype[np.float64]], end: int
) -> tuple[Reason, ...]:
    """Return why a crossed compound goes whole to one grid, and what keeps it from the others at first sight."""
    first = "majority" if share[end] >= share.max() else "minority"
    reasons = [Reason(first, {"share": round(float(share[end]), 4), "most": round(float(share.max()), 4)})]
    households = int(problem.households[mine].sum())
    for other in np.argsort(-share, kind="stable").tolist():
        if other == end or share[other] < 0.005 or problem.grids[other] < 0:
            continue
        size = int(plan.sizes[other]) + households
        if problem.sized[other] and size > problem.hard_size(other):
            limit = problem.hard_size(other)
            reasons.append(Reason("too_large", {"grid": other, "households": size, "limit": limit}))
    return tuple(reasons)


def _other_reason(problem: Problem, plan: Plan, units: list[int], start: int) -> Reason:
    """Return why land goes that no grid line ran through."""
    end = int(plan.assignment[units[0]])
    for compound, parts in problem.divided.items():
        inside = set(plan.assignment[parts].tolist())
        if len(inside) > 1 and start in inside and units[0] not in parts:
            return Reason("leaves_compound", {"compound": compound})
    households = int(problem.households[units].sum())
    if households:
        size, limit = int(plan.sizes[start]) + households, problem.hard_size(start)
        if problem.sized[start] and size > limit:
            return Reason("makes_room", {"households": size, "limit": limit})
        return Reason("balance", {"start_households": size, "end_households": int(plan.sizes[end]) - households})
    beside = _moved_beside(problem, plan, units[0], end)
    return Reason("follows", {"compound": beside}) if beside >= 0 else Reason("joins")


def _moved_beside(problem: Problem, plan: Plan, unit: int, end: int) -> int:
    """Return the compound next to free land that comes to the same grid, the one with the longest border; else -1."""
    best, longest = -1, 0
    for (one, other), length in zip(problem.border.tolist(), problem.border_dm.tolist(), strict=True):
        if unit not in (one, other):
            continue
        next_to = other if one == unit else one
        came = (
            plan.assignment[next_to] == end and problem.share_m2[next_to, end] + MATERIAL_M2 < problem.area_m2[next_to]
        )
        if came and problem.compound[next_to] >= 0 and length > longest:
            best, longest = int(problem.compound[next_to]), length
    return best


def why_not(problem: Problem, plan: Plan, compound: int, label: int, limits: Limits | None = None) -> Reason:
    """Return what would happen if a compound went to another grid: the plan is made again with it there.

    Parameters
    ----------
    limits : of the second search; where it ends too early the answer is `unknown`.
    """
    pinned = _pinned(problem, compound, label)
    if pinned is None:
        return Reason("impossible", {"grid": label})
    excess = sum(above for _, above in plan.excess) if plan.excess else None
    outcome = solve_in(Search(pinned, Clock(limits or Limits(time_s=1.0)), excess=excess))
    if outcome.proof is Proof.INFEASIBLE:
        size = int(plan.sizes[label]) + int(problem.households[problem.units_of(compound)].sum())
        if problem.sized[label] and size > problem.hard_size(label):
            return Reason("too_large", {"grid": label, "households": size, "limit": problem.hard_size(label)})
        return Reason("impossible", {"grid": label})
    if outcome.plan is None or not outcome.stages or not outcome.stages[0].proven:
        return Reason("unknown", {"grid": label})
    other = outcome.plan
    return Reason(
        "costs_more",
        {
            "grid": label,
            "more_moved": other.households_moved - plan.households_moved,
            "more_band": other.band - plan.band,
            "more_land_m2": other.land_m2 - plan.land_m2,
            "more_grids": len(other.touched) - len(plan.touched),
        },
    )


def _pinned(problem: Problem, compound: int, label: int) -> Problem | None:
    """Return the problem with a compound pinned to a grid; None where it may not go there at all."""
    units = problem.units_of(compound)
    return pinned(problem, dict.fromkeys(units, label)) if problem.allowed[units, label].all() else None


def crossed_in(problem: Problem, compounds: Ints) -> list[int]:
    """Return which of some compounds lie in the problem."""
    return [int(c) for c in compounds if np.isin(c, problem.compound)]
