"""The assignment model in CP-SAT's words: which unit goes to which grid, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from gis.geometry.noding import connected_groups
from gis.geometry.pieces import Ints
from gis.optimize.contiguity import Separation
from gis.optimize.problem import BAND_WEIGHT, LAND_M2_PER_HOUSEHOLD, MATERIAL_M2, Problem, locked_units, wished
from gis.terms import RedrawRule

Guard = tuple[RedrawRule, int]
"""A rule and whom it is about: a label, a unit or a compound."""


@dataclass(eq=False)
class Model:
    """A CP-SAT model of a problem, and its variables.

    Parameters
    ----------
    guarded : every rule that could be in the way gets a literal that switches it on; for explaining why nothing works.
    mixing : a divided compound may share a grid with other land; `mixed` counts those that do.

    One model serves all stages of a search: to make one costs as much as to solve it.
    """

    problem: Problem
    guarded: bool = False
    mixing: bool = False
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: list[dict[int, cp_model.IntVar]] = field(default_factory=list)
    columns: list[list[tuple[int, cp_model.IntVar]]] = field(init=False)
    guards: dict[Guard, cp_model.IntVar] = field(default_factory=dict)
    used: dict[int, cp_model.IntVar] = field(default_factory=dict)
    moved: cp_model.LinearExpr = field(init=False)
    band: cp_model.LinearExpr = field(init=False)
    excess: cp_model.LinearExpr = field(init=False)
    spare: cp_model.IntVar = field(init=False)
    mixed: cp_model.LinearExpr = field(init=False)
    land: cp_model.LinearExpr = field(init=False)

    def __post_init__(self) -> None:
        allowed = self.problem.allowed if self.guarded else wished(self.problem)
        self.columns = [[] for _ in range(self.problem.labels)]
        for unit in range(self.problem.count):
            labels = np.flatnonzero(allowed[unit]).tolist()
            self.x.append({label: self.cp.new_bool_var(f"x{unit}_{label}") for label in labels})
            self.cp.add_exactly_one(self.x[unit].values())
            for label, variable in self.x[unit].items():
                self.columns[label].append((unit, variable))
        self._use()
        self._sizes()
        self._compounds()
        self._together()
        self._neighbours()
        if self.guarded:
            self._wishes()
        self.moved = self._cost(self.problem.households, self.problem.share_households)
        self.land = self._cost(self.problem.area_m2, self.problem.share_m2)

    @property
    def change(self) -> cp_model.LinearExpr:
        """Return the first objective, in square metres: households moved, households off the band, land."""
        return LAND_M2_PER_HOUSEHOLD * (self.moved + BAND_WEIGHT * self.band) + self.land

    def guard(self, rule: RedrawRule, about: int) -> list[cp_model.IntVar]:
        """Return the literal that switches a rule on, in a list; an empty one where rules always hold."""
        if not self.guarded:
            return []
        if (rule, about) not in self.guards:
            self.guards[rule, about] = self.cp.new_bool_var(f"{rule.value}_{about}")
        return [self.guards[rule, about]]

    def column(self, label: int) -> list[tuple[int, cp_model.IntVar]]:
        """Return (unit, variable) of all that may be in a grid."""
        return self.columns[label]

    def allow_excess(self, households: int | None) -> None:
        """Let grids exceed the hard maximum by so many households together; None = by any number."""
        _bound(self.spare, self.everyone if households is None else households)

    def restrict(self, allowed: NDArray[np.bool_]) -> None:
        """Keep every unit where it is allowed: (n, g)."""
        for unit, row in enumerate(self.x):
            for label, variable in row.items():
                if not allowed[unit, label]:
                    _bound(variable, 0)

    @property
    def everyone(self) -> int:
        """Return more households than any grid can come to hold."""
        return int(self.problem.households.sum() + self.problem.size_today.sum())

    def separate(self, separation: Separation) -> None:
        """Ask that two units are joined through a separator in each of its grids."""
        for label in separation.labels:
            one, other = self.x[separation.one].get(label), self.x[separation.other].get(label)
            if one is None or other is None:
                continue
            through = [self.x[unit][label] for unit in separation.separator if label in self.x[unit]]
            self._enforce(self.cp.add_bool_or([*through, one.negated(), other.negated()]), RedrawRule.CONNECTED, label)

    def hint(self, assignment: Ints) -> None:
        """Tell the solver where to start."""
        self.cp.clear_hints()
        for unit, row in enumerate(self.x):
            for label, variable in row.items():
                self.cp.add_hint(variable, int(assignment[unit] == label))

    def read(self, solver: cp_model.CpSolver) -> Ints:
        """Return the assignment found."""
        return np.array([next(label for label, var in row.items() if solver.boolean_value(var)) for row in self.x])

    def _enforce(self, constraint: cp_model.Constraint, rule: RedrawRule, about: int) -> None:
        guards = self.guard(rule, about)
        if guards:
            constraint.only_enforce_if(guards)

    def _use(self) -> None:
        """Keep every grid alive on some land of its own, but for those that may be given up or come new."""
        problem = self.problem
        retirable = problem.wishes.retire > 0
        for label in range(problem.labels):
            new = problem.grids[label] < 0
            column = self.column(label)
            own = [var for unit, var in column if new or problem.share_m2[unit, label] >= MATERIAL_M2]
            if new or retirable:
                used = self.cp.new_bool_var(f"used{label}")
                self.used[label] = used
                for _, var in column:
                    self.cp.add_implication(var, used)
                self.cp.add_bool_or(own).only_enforce_if(used)
            elif own:
                self._enforce(self.cp.add_bool_or(own), RedrawRule.KEEPS_LAND, label)
        if retirable:
            kept = [var for label, var in self.used.items() if problem.grids[label] >= 0]
            self.cp.add(total(kept) >= len(kept) - problem.wishes.retire)

    def _sizes(self) -> None:
        """Bound every grid's households, and measure what is off the band, no stricter than today."""
        problem = self.problem
        off: list[cp_model.LinearExprT] = []
        excess: list[cp_model.LinearExprT] = []
        everyone = self.everyone
        for label in np.flatnonzero(problem.sized).tolist():
            column = [(int(problem.households[u]), var) for u, var in self.column(label) if problem.households[u]]
            size = total([h * var for h, var in column]) + int(problem.outside_households[label])
            if self.guarded and column:
                self._enforce(self.cp.add(size <= problem.hard_size(label)), RedrawRule.HARD_MAXIMUM, label)
            elif column:
                excess.append(self.cp.new_int_var(0, everyone, f"excess{label}"))
                self.cp.add(size <= problem.hard_size(label) + excess[-1])
            low, high = problem.band(label)
            wanted = total([low * self.used[label] if label in self.used else low])
            for surplus in (size - high, wanted - size):
                beyond = self.cp.new_int_var(0, everyone, f"off{label}")
                self.cp.add(beyond >= surplus)
                off.append(beyond)
        self.band = total(off)
        self.excess = total(excess)
        self.spare = self.cp.new_int_var(0, 0, "spare")
        self.cp.add(self.excess <= self.spare)

    def _compounds(self) -> None:
        """Keep compounds whole; one that may be divided is whole, or its grids hold nothing but its own land."""
        problem, mixed = self.problem, []
        for compound, units in problem.divided.items():
            whole = self.cp.new_bool_var(f"whole{compound}")
            for one, other in pairwise(units):
                for label in self.x[one].keys() | self.x[other].keys():
                    pair = [self.x[u].get(label, 0) for u in (one, other)]
                    self.cp.add(pair[0] == pair[1]).only_enforce_if(whole)
            if self.mixing:
                mixed.append(self.cp.new_bool_var(f"mixed{compound}"))
            mine = set(units)
            for label in sorted({label for unit in units for label in self.x[unit]}):
                present = self.cp.new_bool_var(f"in{compound}_{label}")
                others = [var for unit, var in self.column(label) if unit not in mine]
                for unit in units:
                    if label in self.x[unit]:
                        self.cp.add_implication(self.x[unit][label], present)
                guards = [present, whole.negated(), *self.guard(RedrawRule.WHOLE_COMPOUND, compound)]
                guards += [mixed[-1].negated()] if self.mixing else []
                if others:
                    self.cp.add(total(others) == 0).only_enforce_if(guards)
                if problem.outside_land[label]:
                    self.cp.add_bool_or([g.negated() for g in guards])
            if compound in problem.stay_whole:
                self._enforce(self.cp.add(whole == 1), RedrawRule.PINNED, units[0])
            if compound in problem.must_split:
                self._split(units, whole)
        self.mixed = total(mixed)

    def _split(self, units: list[int], whole: cp_model.IntVar) -> None:
        """Ask that a compound comes to lie in two grids at least."""
        self._enforce(self.cp.add(whole == 0), RedrawRule.PINNED, units[0])
        here = []
        for label in sorted({label for unit in units for label in self.x[unit]}):
            flag = self.cp.new_bool_var(f"part{label}")
            self.cp.add_bool_or([self.x[u][label] for u in units if label in self.x[u]]).only_enforce_if(flag)
            here.append(flag)
        self._enforce(self.cp.add(total(here) >= 2), RedrawRule.PINNED, units[0])

    def _neighbours(self) -> None:
        """Ask of every piece of a grid that a neighbour is in it too: most broken grids never come up so."""
        problem = self.problem
        alone: dict[tuple[int, int], list[cp_model.IntVar]] = {}
        unit_of = problem.cell_unit.tolist()
        for piece in _pieces(problem):
            unit = unit_of[piece[0]]
            around = sorted({unit_of[other] for cell in piece for other in problem.near[cell]} - {unit})
            for label, var in self.x[unit].items():
                if label in problem.links:
                    continue
                beside = [self.x[other][label] for other in around if label in self.x[other]]
                if (unit, label) not in alone:
                    alone[unit, label] = self._alone(unit, label)
                clause = [*beside, *alone[unit, label], var.negated()]
                self._enforce(self.cp.add_bool_or(clause), RedrawRule.CONNECTED, label)

    def _alone(self, unit: int, label: int) -> list[cp_model.IntVar]:
        """Return a literal that a unit is all there is of a grid, in a list; an empty one where it cannot be."""
        problem = self.problem
        stranger = problem.share_m2[unit, label] < MATERIAL_M2
        if stranger and problem.grids[label] >= 0 and not problem.wishes.retire:
            return []
        flag = self.cp.new_bool_var(f"alone{unit}_{label}")
        others = [var for other, var in self.column(label) if other != unit]
        self.cp.add(total(others) == 0).only_enforce_if(flag)
        return [flag]

    def _together(self) -> None:
        for one, other in self.problem.together:
            for label in self.x[one].keys() | self.x[other].keys():
                self.cp.add(self.x[one].get(label, 0) == self.x[other].get(label, 0))

    def _wishes(self) -> None:
        """State locks, pins and forbidden moves as rules that can be switched off."""
        problem = self.problem
        for unit, label in problem.pins.items():
            self._enforce(self.cp.add(self.x[unit][label] == 1), RedrawRule.PINNED, unit)
        for unit, label in problem.forbidden:
            if label in self.x[unit]:
                self._enforce(self.cp.add(self.x[unit][label] == 0), RedrawRule.FORBIDDEN, unit)
        for label in sorted(problem.locked):
            inside, across = locked_units(problem, label)
            if across.any():
                self.cp.add(self.guard(RedrawRule.LOCKED, label)[0] == 0)
            for unit, row in enumerate(self.x):
                if label in row:
                    self._enforce(self.cp.add(row[label] == int(inside[unit])), RedrawRule.LOCKED, label)

    def _cost(self, whole: Ints, shares: NDArray[np.int64]) -> cp_model.LinearExpr:
        """Return what changes hands, linear in the variables."""
        terms = [
            int(whole[unit] - shares[unit, label]) * var
            for unit, row in enumerate(self.x)
            for label, var in row.items()
            if whole[unit] != shares[unit, label]
        ]
        return total(terms)


def _pieces(problem: Problem) -> list[list[int]]:
    """Return the cells of each unit in groups that hang together among themselves; nearly always one cell a group."""
    mine: dict[int, list[int]] = {}
    for cell, unit in enumerate(problem.cell_unit.tolist()):
        mine.setdefault(unit, []).append(cell)
    return [
        group
        for cells in mine.values()
        for group in (connected_groups(cells, problem.near, set(cells)) if len(cells) > 1 else [cells])
    ]


def total(terms: Sequence[cp_model.LinearExprT]) -> cp_model.LinearExpr:
    """Return the sum of some terms, also of none."""
    return cp_model.LinearExpr.sum(list(terms))


def _bound(variable: cp_model.IntVar, most: int) -> None:
    """Let a variable be anything from 0 to `most`."""
    domain = variable.proto.domain
    domain.clear()
    domain.extend([0, most])
