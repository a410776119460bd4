"""The redraw of a whole district: a problem for each community, or for several that share a crossed compound."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from gis.geometry.layers import AuditRules
from gis.geometry.pieces import Bools, Ints
from gis.geometry.units import AS_TODAY, Units
from gis.optimize.problem import MATERIAL_M2, NO_WISHES, Wishes, make_problem
from gis.optimize.search import Limits
from gis.optimize.stages import Outcome, solve
from gis.terms import Proof


@dataclass(frozen=True, slots=True, eq=False)
class Redraw:
    """A proposal for a district.

    Parameters
    ----------
    units : the land.
    outcomes : one a group of communities that had something to mend, in the order of their codes.
    groups : positions of the communities of each.
    grid : (n,) grid of each unit: position in `units.grids`, on from its length for new ones; `AS_TODAY` where no plan
        touches it.
    new_grids : compound that each new grid was made for.
    seconds : how long it took.
    """

    units: Units
    outcomes: tuple[Outcome, ...]
    groups: tuple[tuple[int, ...], ...]
    grid: Ints
    new_grids: tuple[int, ...]

    @property
    def proven(self) -> bool:
        """Tell whether nothing better exists in any community."""
        return all(outcome.proof is Proof.PROVEN for outcome in self.outcomes)

    @property
    def households_moved(self) -> int:
        """Return the households whose grid changes."""
        return sum(outcome.plan.households_moved for outcome in self.outcomes if outcome.plan is not None)

    @property
    def land_m2(self) -> int:
        """Return the land whose grid changes."""
        return sum(outcome.plan.land_m2 for outcome in self.outcomes if outcome.plan is not None)

    @property
    def grids_changed(self) -> int:
        """Return how many grids gain or lose land."""
        return sum(len(outcome.plan.touched) for outcome in self.outcomes if outcome.plan is not None)

    @property
    def gap(self) -> float | None:
        """Return the largest gap of any community; None where one has a plan that nothing is known about, or none."""
        gaps = [outcome.gap for outcome in self.outcomes]
        known = [gap for gap in gaps if gap is not None]
        return max(known, default=0.0) if len(known) == len(gaps) else None


def mendable(units: Units) -> Bools:
    """Tell which compounds a redraw of grids can mend: crossed, and not across a community line."""
    return np.asarray(units.crossed & ~units.straddles)


def groups_to_mend(units: Units, communities: Ints | None = None) -> list[tuple[int, ...]]:
    """Return the communities that have a compound to mend, those together that share one.

    Parameters
    ----------
    communities : positions; None = all that need it. Those named are listed whether anything is crossed or not.
    """
    compounds = np.flatnonzero(mendable(units))
    wanted = np.unique(units.community[np.isin(units.compound, compounds) & (units.grid >= 0)])
    if communities is not None:
        wanted = np.unique(communities)
    head = {int(c): int(c) for c in range(len(units.communities))}

    def find(one: int) -> int:
        while head[one] != one:
            one = head[one]
        return one

    seated = (units.shares.grid >= 0) & (units.shares.area_m2 >= MATERIAL_M2)
    rows = np.flatnonzero(seated & np.isin(units.compound[units.shares.unit], compounds))
    for row in rows.tolist():
        one = find(int(units.community[units.shares.unit[row]]))
        other = find(int(units.grid_community[units.shares.grid[row]]))
        head[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for community in range(len(units.communities)):
        groups.setdefault(find(community), []).append(community)
    reached = {find(int(community)) for community in wanted}
    return [tuple(groups[first]) for first in sorted(groups) if first in reached]


def redraw_district(
    units: Units,
    rules: AuditRules,
    *,
    wishes: Wishes = NO_WISHES,
    limits: Limits | None = None,
    relax_sizes: bool = True,
    communities: Ints | None = None,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Redraw:
    """Mend every crossed compound that grids can mend, with the least change.

    Parameters
    ----------
    limits : time of each group of communities; a search that is cancelled keeps what was found before.
    relax_sizes : exceed the hard maximum by the least where no plan keeps it: size rules warn and never block.
    communities : positions; None = all with something to mend.
    threads : how many groups are solved at once.
    progress : told after each group how many of how many are done.
    """
    groups = groups_to_mend(units, communities)
    done: list[int] = []

    def mend(group: tuple[int, ...]) -> Outcome:
        problem = make_problem(units, np.array(group), rules, wishes)
        outcome = solve(problem, limits, relax_sizes=relax_sizes)
        done.append(1)
        if progress is not None:
            progress(len(done), len(groups))
        return outcome

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            outcomes = list(pool.map(mend, groups))
    else:
        outcomes = [mend(group) for group in groups]
    return combine(units, outcomes, groups)


def combine(units: Units, outcomes: list[Outcome], groups: list[tuple[int, ...]]) -> Redraw:
    """Return the district's redraw made of those of its groups; where one has no plan, nothing changes."""
    grid = np.full(len(units), AS_TODAY, dtype=np.int64)
    new_grids: list[int] = []
    for outcome in outcomes:
        if outcome.plan is None:
            continue
        problem, assignment = outcome.problem, outcome.plan.assignment
        target = problem.grids.copy()
        for label in np.flatnonzero(problem.grids < 0).tolist():
            if (assignment == label).any():
                target[label] = len(units.grids) + len(new_grids)
                new_grids.append(int(problem.anchor[label]))
        grid[problem.units] = target[assignment]
    return Redraw(units, tuple(outcomes), tuple(groups), grid, tuple(new_grids))
