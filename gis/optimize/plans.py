"""What an assignment comes to, counted from the problem's numbers alone: the solver is not asked."""

from dataclasses import dataclass

import numpy as np

from gis.geometry.pieces import Ints
from gis.optimize.contiguity import broken_labels
from gis.optimize.problem import BAND_WEIGHT, LAND_M2_PER_HOUSEHOLD, MATERIAL_M2, Problem, wished


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One assignment and its figures.

    Parameters
    ----------
    assignment : (n,) label of each unit.
    households_moved, land_m2 : what changes hands.
    band : households off the wanted size, no stricter than today. sizes : (g,) households of each grid.
    excess : (label, households above the hard maximum) where that is exceeded and was not so today.
    touched : labels that change. offroad_m : length of line between grids that follows no road.
    """

    assignment: Ints
    households_moved: int
    band: int
    land_m2: int
    sizes: Ints
    excess: tuple[tuple[int, int], ...]
    touched: tuple[int, ...]
    offroad_m: float

    @property
    def change_m2(self) -> int:
        """Return the first objective."""
        return LAND_M2_PER_HOUSEHOLD * (self.households_moved + BAND_WEIGHT * self.band) + self.land_m2


def weigh(problem: Problem, assignment: Ints) -> Plan:
    """Return an assignment with its figures."""
    rows = np.arange(problem.count)
    sizes = np.bincount(assignment, weights=problem.households, minlength=problem.labels).astype(np.int64)
    sizes += problem.outside_households
    band = 0
    for label in np.flatnonzero(problem.sized).tolist():
        low, high = problem.band(label)
        if problem.grids[label] < 0 and not np.any(assignment == label):
            low = 0
        band += max(int(sizes[label]) - high, 0) + max(low - int(sizes[label]), 0)
    one, other = problem.border.T if len(problem.border) else (rows[:0], rows[:0])
    apart = assignment[one] != assignment[other]
    return Plan(
        assignment=assignment,
        households_moved=int((problem.households - problem.share_households[rows, assignment]).sum()),
        band=band,
        land_m2=int((problem.area_m2 - problem.share_m2[rows, assignment]).sum()),
        sizes=sizes,
        excess=tuple(
            (label, int(sizes[label]) - problem.hard_size(label))
            for label in np.flatnonzero(problem.sized).tolist()
            if sizes[label] > problem.hard_size(label)
        ),
        touched=tuple(np.flatnonzero(touched(problem, assignment)).tolist()),
        offroad_m=float((problem.border_dm - problem.road_dm)[apart].sum()) / 10.0,
    )


def touched(problem: Problem, assignment: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which grids gain or lose land."""
    inside = assignment[:, None] == np.arange(problem.labels)[None, :]
    lost = (problem.share_m2 >= MATERIAL_M2) & ~inside
    gained = (problem.area_m2[:, None] - problem.share_m2 >= MATERIAL_M2) & inside
    return np.asarray((lost | gained).any(axis=0))


def faults(problem: Problem, assignment: Ints, *, soft_sizes: bool = False) -> list[str]:
    """Return what keeps an assignment from being a plan, as stable names; empty for a plan."""
    found = []
    if not wished(problem)[np.arange(problem.count), assignment].all():
        found.append("not_allowed")
    sizes = np.bincount(assignment, weights=problem.households, minlength=problem.labels) + problem.outside_households
    hard = np.array([problem.hard_size(label) for label in range(problem.labels)])
    if not soft_sizes and (problem.sized & (sizes > hard)).any():
        found.append("hard_maximum")
    for label in np.flatnonzero(problem.grids >= 0).tolist():
        own = problem.share_m2[:, label] >= MATERIAL_M2
        if own.any() and not (assignment[own] == label).any() and problem.wishes.retire == 0:
            found.append("keeps_land")
            break
    if any(mixed(problem, assignment, compound) for compound in problem.divided):
        found.append("whole_compound")
    if any(assignment[one] != assignment[other] for one, other in problem.together):
        found.append("together")
    if broken_labels(problem, assignment):
        found.append("connected")
    return found


def left_crossed(problem: Problem, assignment: Ints) -> list[int]:
    """Return the divided compounds that share a grid with other land though they lie in several."""
    return [compound for compound in problem.divided if _shares_a_grid(problem, assignment, compound)]


def mixed(problem: Problem, assignment: Ints, compound: int) -> bool:
    """Tell whether a divided compound lies otherwise than it may: it shares a grid, or a wish is not kept."""
    if len(np.unique(assignment[problem.compound == compound])) == 1:
        return compound in problem.must_split
    return compound in problem.stay_whole or _shares_a_grid(problem, assignment, compound)


def _shares_a_grid(problem: Problem, assignment: Ints, compound: int) -> bool:
    mine = problem.compound == compound
    labels = np.unique(assignment[mine])
    others = np.isin(labels, assignment[~mine]) | problem.outside_land[labels]
    return len(labels) > 1 and bool(others.any())
