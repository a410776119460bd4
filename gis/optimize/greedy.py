"""A plan without a solver: every crossed compound to where most of it is, then single moves that help. Unproven."""

from collections.abc import Callable

import numpy as np

from gis.geometry.pieces import Ints
from gis.optimize.contiguity import parts_of
from gis.optimize.plans import faults, mixed, weigh
from gis.optimize.problem import LAND_M2_PER_HOUSEHOLD, Problem, wished

TABU_MOVES = 8
"""How many moves a unit that was moved is left alone."""

BREACH_M2 = 10_000 * LAND_M2_PER_HOUSEHOLD
"""What one broken rule weighs: more than any district's households."""


def greedy_plan(problem: Problem, *, time_left_s: Callable[[], float], moves: int = 60) -> Ints | None:
    """Return an assignment that keeps all rules, or None where none was found.

    Parameters
    ----------
    time_left_s : asked before each move; at 0 the best so far is taken.
    moves : how many moves are tried at most.
    """
    allowed = wished(problem)
    if not allowed.any(axis=1).all():
        return None
    assignment = _majority(problem, allowed)
    _join_strays(problem, assignment, allowed)
    best = (_penalty(problem, assignment), assignment.copy())
    left_alone: dict[int, int] = {}
    for turn in range(moves):
        if time_left_s() <= 0 or (not faults(problem, best[1]) and turn > moves // 2):
            break
        move = _best_move(problem, assignment, allowed, left_alone, turn, time_left_s)
        if move is None:
            break
        cost, unit, label = move
        assignment[unit] = label
        left_alone[unit] = turn + TABU_MOVES
        if cost < best[0]:
            best = (cost, assignment.copy())
    return best[1] if not faults(problem, best[1]) else None


def _majority(problem: Problem, allowed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Ints:
    """Return every unit where most of it is, and a divided compound that would be mixed whole where most of it is."""
    score = problem.share_households * 1_000_000 + problem.share_m2
    assignment = np.where(allowed, score, -1).argmax(axis=1).astype(np.int64)
    for compound, units in problem.divided.items():
        if mixed(problem, assignment, compound):
            everywhere = np.flatnonzero(allowed[units].all(axis=0))
            if len(everywhere):
                assignment[units] = everywhere[score[units][:, everywhere].sum(axis=0).argmax()]
    return assignment


def _join_strays(problem: Problem, assignment: Ints, allowed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> None:
    """Give parts that were cut off to a neighbour; in place."""
    for _ in range(problem.labels):
        joined = False
        for label in range(problem.labels):
            for part in parts_of(problem, assignment, label)[1:]:
                inside = set(part)
                around = [
                    int(assignment[problem.cell_unit[other]])
                    for cell in part
                    for other in problem.near[cell]
                    if other not in inside
                ]
                units = sorted({int(problem.cell_unit[cell]) for cell in part})
                fits = [other for other in dict.fromkeys(around) if other != label and allowed[units, other].all()]
                if fits and not any(problem.compound[unit] >= 0 for unit in units):
                    assignment[units] = max(fits, key=around.count)
                    joined = True
        if not joined:
            return


def _penalty(problem: Problem, assignment: Ints) -> int:
    plan = weigh(problem, assignment)
    hard = [
        max(int(plan.sizes[label]) - problem.hard_size(label), 0) for label in np.flatnonzero(problem.sized).tolist()
    ]
    return plan.change_m2 + BREACH_M2 * (len(faults(problem, assignment)) + sum(hard))


def _best_move(
    problem: Problem,
    assignment: Ints,
    allowed: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    left_alone: dict[int, int],
    turn: int,
    time_left_s: Callable[[], float],
) -> tuple[int, int, int] | None:
    """Return the cheapest single move, even if it makes things worse: that is how a dead end is left."""
    best: tuple[int, int, int] | None = None
    for unit in np.flatnonzero(allowed.sum(axis=1) > 1).tolist():
        if left_alone.get(unit, -1) >= turn:
            continue
        if time_left_s() <= 0:
            break
        home = int(assignment[unit])
        for label in np.flatnonzero(allowed[unit]).tolist():
            if label == home:
                continue
            assignment[unit] = label
            found = (_penalty(problem, assignment), unit, label)
            best = found if best is None or found < best else best
        assignment[unit] = home
    return best
