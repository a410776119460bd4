"""Other plans: truly different ones, and the exact front of households moved against balance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gis.geometry.pieces import Ints
from gis.optimize.model import Model, total
from gis.optimize.plans import Plan, weigh
from gis.optimize.problem import Problem
from gis.optimize.search import Cancelled, Clock, Limits, Search
from gis.optimize.stages import Outcome, solve_in

FEW = 3
"""Up to so many crossed compounds another plan differs in one of them; of more, in two: else they are near-twins."""

ELSEWHERE_PERCENT = 30
"""A compound lies otherwise when at least this much of it does: one building more or less is the same plan."""

TIE_M2 = 10_000_000
"""One household outweighs any land of a community: land only breaks ties, but without it a solver never ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """Plans of which none is better than another in both households moved and balance, the fewest moved first.

    Parameters
    ----------
    complete : every such pair of figures is listed; False where the time or the number of points ended it.
    """

    plans: tuple[Plan, ...]
    complete: bool


def alternatives(
    problem: Problem, first: Outcome, crossed: Sequence[int], count: int, limits: Limits | None = None
) -> list[Outcome]:
    """Return the best plans that each place crossed compounds differently from all before, best first.

    Parameters
    ----------
    first : the best plan; it is the first of the list.
    crossed : compounds that count. count : how many plans are wanted in all.
    limits : time of each plan.
    """
    found = [first]
    mine = [problem.units_of(compound) for compound in crossed]
    mine = [units for units in mine if units]
    # Where the best plan had to exceed the hard maximum, others may do so by as much.
    excess = None if first.plan is None or not first.plan.excess else sum(above for _, above in first.plan.excess)
    while first.plan is not None and len(found) < count:
        earlier = [outcome.plan.assignment for outcome in found if outcome.plan is not None]
        demand = _differs(mine, earlier, 1 if len(mine) <= FEW else 2)
        search = Search(problem, Clock(limits or Limits()), excess=excess, demands=(demand,))
        outcome = solve_in(search)
        if outcome.plan is None or not _really_differs(outcome, mine, earlier):
            break
        found.append(outcome)
    return found


def _really_differs(outcome: Outcome, mine: list[list[int]], earlier: list[Ints]) -> bool:
    """Tell whether a plan differs from all earlier ones; the fall-back without a solver does not know that it must."""
    assert outcome.plan is not None
    now = outcome.plan.assignment
    return all(any((now[units] != before[units]).any() for units in mine) for before in earlier)


def _differs(mine: list[list[int]], earlier: list[Ints], least: int) -> Callable[[Model], None]:
    """Return a demand: at least so many compounds lie otherwise than in each earlier plan."""

    def demand(model: Model) -> None:
        for before in earlier:
            flags = []
            for units in mine:
                flag = model.cp.new_bool_var("other")
                weights = _weights(model.problem, units)
                stays = [
                    weight * model.x[unit][label]
                    for unit, weight in zip(units, weights, strict=True)
                    if (label := int(before[unit])) in model.x[unit]
                ]
                most = sum(weights) * (100 - ELSEWHERE_PERCENT) // 100
                model.cp.add(total(stays) <= most).only_enforce_if(flag)
                flags.append(flag)
            model.cp.add(total(flags) >= min(least, len(flags)))

    return demand


def _weights(problem: Problem, units: list[int]) -> list[int]:
    """Return what each unit of a compound weighs: its households, or its land where nobody lives."""
    households = [int(problem.households[unit]) for unit in units]
    return households if sum(households) else [int(problem.area_m2[unit]) for unit in units]


def front(problem: Problem, limits: Limits | None = None, *, points: int = 12, excess: int | None = None) -> Front:
    """Return the exact front of households moved against households off the wanted size.

    Parameters
    ----------
    limits : time of the whole front.
    points : how many plans at most.
    excess : households above the hard maximum that are allowed; None where it must be kept.
    """
    search = Search(problem, Clock(limits or Limits()), excess=excess)
    plans: list[Plan] = []
    try:
        while len(plans) < points:
            plan = _next_point(search, plans[-1].band - 1 if plans else None)
            if plan is None:
                return Front(tuple(plans), complete=search.clock.left_s > 0)
            plans.append(plan)
            if plan.band == 0:
                return Front(tuple(plans), complete=True)
    except Cancelled:
        pass
    return Front(tuple(plans), complete=False)


def _next_point(search: Search, band_at_most: int | None) -> Plan | None:
    """Return the plan that moves the fewest households at this balance, and of these the best balanced."""
    if band_at_most is not None and band_at_most < 0:
        return None
    model = search.model()
    if band_at_most is not None:
        model.cp.add(model.band <= band_at_most)
    fewest = search.minimise(model, TIE_M2 * model.moved + model.land, None)
    if fewest.assignment is None or not fewest.proven:
        return None
    plan = weigh(search.problem, fewest.assignment)
    model = search.model()
    model.cp.add(model.moved <= plan.households_moved)
    balanced = search.minimise(model, TIE_M2 * model.band + model.land, fewest.assignment)
    if balanced.assignment is None or not balanced.proven:
        return None
    return weigh(search.problem, balanced.assignment)
