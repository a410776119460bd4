"""One solve: repeated until all grids hang together, within a time, and stopped when the officer has enough."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter

from ortools.sat.python import cp_model

from gis.geometry.pieces import Ints
from gis.optimize.contiguity import Separation, separations
from gis.optimize.model import Model
from gis.optimize.problem import Problem

ASK_EVERY_S = 0.05
"""How often a running solve asks whether it is to stop."""


class Cancelled(Exception):
    """The officer stopped the search: what was found so far stands."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how a search may go on.

    Parameters
    ----------
    time_s : wall time of all stages of one problem together; no solve begins once it is used up. While it is not, the
        same input gives the same plan: one worker, fixed seed.
    seed : of the solver.
    cancelled : asked about every 50 ms; True stops.
    """

    time_s: float = 10.0
    seed: int = 1
    cancelled: Callable[[], bool] | None = None


class Clock:
    """The time of one problem."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = perf_counter()

    @property
    def used_s(self) -> float:
        """Return the time since the start."""
        return perf_counter() - self.started

    @property
    def left_s(self) -> float:
        """Return the time that is left, 0 when there is none."""
        return max(self.limits.time_s - self.used_s, 0.0)

    def require_wanted(self) -> None:
        """Raise `Cancelled` when the officer has stopped the search."""
        if self.limits.cancelled is not None and self.limits.cancelled():
            raise Cancelled


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What one solve gave.

    Parameters
    ----------
    assignment : None where nothing was found.
    objective, bound : of the minimised expression; the bound holds whatever was found.
    proven : nothing is better. infeasible : nothing is possible at all. cuts : rounds of joining broken grids.
    """

    assignment: Ints | None
    objective: float | None
    bound: float
    proven: bool
    infeasible: bool
    rounds: int


@dataclass(slots=True, eq=False)
class Search:
    """Solves of one problem: separations found in one hold in all the others.

    Parameters
    ----------
    excess : households above the hard maximum that are allowed in all; None where it must be kept.
    above : it is known that no plan keeps the hard maximum.
    demands : further constraints that every model gets.
    """

    problem: Problem
    clock: Clock
    excess: int | None = None
    above: bool = False
    demands: tuple[Callable[[Model], None], ...] = ()
    separations: list[Separation] = field(default_factory=list)

    def model(self, *, mixing: bool = False) -> Model:
        """Return a new model with everything that is known."""
        model = Model(self.problem, mixing=mixing)
        if self.excess is not None:
            model.allow_excess(self.excess)
        return self.prepared(model)

    def prepared(self, model: Model) -> Model:
        """Return a model with the demands and the known separations added."""
        for demand in self.demands:
            demand(model)
        for known in self.separations:
            model.separate(known)
        return model

    def minimise(self, model: Model, objective: cp_model.LinearExprT, hint: Ints | None) -> Answer:
        """Minimise, joining grids that fall apart until none does.

        Raises
        ------
        Cancelled : the officer stopped it.
        """
        model.cp.clear_objective()
        model.cp.minimize(objective)
        bound, rounds = float("-inf"), 0
        while True:
            if self.clock.left_s <= 0:
                return Answer(None, None, bound, False, False, rounds)
            if hint is not None:
                model.hint(hint)
            solver = self._solver()
            status = self._solve(solver, model)
            if status == cp_model.INFEASIBLE:
                return Answer(None, None, bound, False, True, rounds)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return Answer(None, None, max(bound, _bound(solver)), False, False, rounds)
            bound = max(bound, solver.best_objective_bound)
            found = model.read(solver)
            broken = separations(self.problem, found)
            if not broken:
                proven = status == cp_model.OPTIMAL
                return Answer(found, solver.objective_value, bound, proven, False, rounds)
            rounds += 1
            for new in broken:
                model.separate(new)
            self.separations += broken
            hint = found

    def check(self, model: Model) -> tuple[cp_model.CpSolver, int]:
        """Look for any assignment, as the model stands; return the solver and its status, unknown when time is up."""
        solver = self._solver()
        return solver, self._solve(solver, model) if self.clock.left_s > 0 else int(cp_model.UNKNOWN)

    def _solver(self) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        # These look for structure that is not there, again in every round: more than half of the time.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.linearization_level = 0
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.use_sat_inprocessing = False
        solver.parameters.random_seed = self.clock.limits.seed
        solver.parameters.max_time_in_seconds = self.clock.left_s
        return solver

    def _solve(self, solver: cp_model.CpSolver, model: Model) -> int:
        self.clock.require_wanted()
        with _watched(solver, self.clock.limits.cancelled):
            status = solver.solve(model.cp)
        self.clock.require_wanted()
        return int(status)


def _bound(solver: cp_model.CpSolver) -> float:
    return float(solver.best_objective_bound)


@contextmanager
def _watched(solver: cp_model.CpSolver, cancelled: Callable[[], bool] | None) -> Iterator[None]:
    """Stop a solve from beside when the officer has enough."""
    if cancelled is None:
        yield
        return
    done = Event()

    def watch() -> None:
        while not done.wait(ASK_EVERY_S):
            if cancelled():
                solver.stop_search()
                return

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
