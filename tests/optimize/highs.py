"""The first stage as a mixed integer program in HiGHS: another solver, another statement, to confirm the optimum."""

import itertools

import highspy
import numpy as np

from gis.optimize.problem import BAND_WEIGHT, LAND_M2_PER_HOUSEHOLD, MATERIAL_M2, Problem, wished


def least_change(problem: Problem) -> int | None:
    """Return the optimum of the first stage in square metres; None where there is no plan."""
    highs, x = _model(problem)
    while True:
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = highs.getSolution().col_value
        assignment = {unit: label for (unit, label), at in x.items() if values[at.index] > 0.5}
        cuts = list(_cuts(problem, assignment))
        if not cuts:
            return round(highs.getInfo().objective_function_value)
        for one, other, around, label in cuts:
            inside = [x[unit, label] for unit in around if (unit, label) in x]
            highs.addConstr(x[one, label] + x[other, label] - sum(inside) <= 1)


def _model(problem: Problem):  # type: ignore[no-untyped-def]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    allowed = wished(problem)
    x = {(int(u), int(g)): highs.addBinary() for u, g in zip(*np.nonzero(allowed), strict=True)}
    cost = sum(
        (
            LAND_M2_PER_HOUSEHOLD * int(problem.households[u] - problem.share_households[u, g])
            + int(problem.area_m2[u] - problem.share_m2[u, g])
        )
        * var
        for (u, g), var in x.items()
    )
    for u in range(problem.count):
        highs.addConstr(sum(var for (v, _), var in x.items() if v == u) == 1)
    for g in range(problem.labels):
        own = [var for (u, label), var in x.items() if label == g and problem.share_m2[u, g] >= MATERIAL_M2]
        if own:
            highs.addConstr(sum(own) >= 1)
        if not problem.sized[g]:
            continue
        size = sum(int(problem.households[u]) * var for (u, label), var in x.items() if label == g) + 0.0
        low, high = problem.band(g)
        over, under = highs.addVariable(lb=0), highs.addVariable(lb=0)
        highs.addConstr(size - over <= high)
        highs.addConstr(size + under >= low)
        highs.addConstr(size <= problem.hard_size(g))
        cost += LAND_M2_PER_HOUSEHOLD * BAND_WEIGHT * (over + under)
    _divided(problem, highs, x)
    highs.minimize(cost)
    return highs, x


def _divided(problem: Problem, highs, x) -> None:  # type: ignore[no-untyped-def]
    """A divided compound is whole, or no grid that it lies in holds anything else."""
    for units in problem.divided.values():
        whole = highs.addBinary()
        for g in range(problem.labels):
            for one, other in itertools.permutations(units, 2):
                here = x.get((one, g))
                if here is not None:
                    there = x.get((other, g))
                    highs.addConstr(here - (there if there is not None else 0) + whole <= 1)
            for unit in units:
                for stranger in set(range(problem.count)) - set(units):
                    if (unit, g) in x and (stranger, g) in x:
                        highs.addConstr(x[unit, g] + x[stranger, g] - whole <= 1)


def _cuts(problem: Problem, assignment: dict[int, int]):  # type: ignore[no-untyped-def]
    """Yield for each grid in parts: a unit of either part, and all units around the smaller part."""
    for g in range(problem.labels):
        cells = {c for c, u in enumerate(problem.cell_unit.tolist()) if assignment[u] == g}
        near = {c: set(problem.near[c]) for c in range(len(problem.cell_unit))}
        for one, other in problem.links.get(g, []):
            near[one].add(other)
            near[other].add(one)
        parts = []
        while cells:
            part, front = set(), {min(cells)}
            while front:
                part |= front
                front = {n for c in front for n in near[c] if n in cells} - part
            cells -= part
            parts.append(part)
        if len(parts) < 2:
            continue
        for one, other in itertools.combinations(parts, 2):
            rim = {int(problem.cell_unit[n]) for c in other for n in near[c] if n not in other}
            unit = [int(problem.cell_unit[min(part)]) for part in (one, other)]
            yield unit[0], unit[1], rim, g
