"""What the solver gave as plain JSON: figures, moves with their reasons as data, proofs, conflicts. No words yet.

A proposal is kept for whoever reads it, in his own language: `wording` makes the sentences when somebody does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis.geometry import crs
from gis.geometry.code_keeping import next_code
from gis.geometry.partings import place_of_parting
from gis.geometry.tiling_units import Stand
from gis.geometry.units import Units
from gis.optimize.conflicts import Conflict, Relaxation, Rule
from gis.optimize.district import Redraw, mendable
from gis.optimize.problem import Problem, locked_units
from gis.optimize.reasons import Move, moves_of
from gis.optimize.stages import Outcome, Stage
from gis.services.plans.proposals.solving import Choice, Solved
from gis.terms import Proof, RedrawRule

Json = dict[str, Any]

OF_GRIDS = frozenset({RedrawRule.HARD_MAXIMUM, RedrawRule.KEEPS_LAND, RedrawRule.CONNECTED, RedrawRule.LOCKED})
OF_UNITS = frozenset({RedrawRule.PINNED, RedrawRule.FORBIDDEN})
"""What a rule in the way is about: a grid, a unit; else a compound."""


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the solver's numbers are called in the plan.

    Parameters
    ----------
    compounds : {code: name}. taken : codes of grids that were ever given, in the plan's communities.
    frame : the metric frame of the land.
    """

    stand: Stand
    compounds: Mapping[str, str]
    taken: frozenset[str]
    frame: str

    @property
    def units(self) -> Units:
        """Return the land."""
        return self.stand.units

    def number(self, position: int) -> int:
        """Return the plan's number of a unit."""
        return int(self.stand.numbers[position])

    def grid(self, position: int) -> str:
        """Return the code of a grid."""
        return str(self.units.grids.codes[position])

    def compound(self, position: int) -> Json:
        """Return code and name of a compound."""
        code = str(self.units.compounds.codes[position])
        return {"code": code, "name": self.compounds.get(code, "")}

    def degrees(self, point: shapely.Point) -> list[float]:
        """Return a point of the land as longitude and latitude."""
        (stored,) = crs.project(np.array([point], dtype=object), self.frame, crs.STORED)
        return [round(stored.x, 7), round(stored.y, 7)]

    def new_codes(self, redraw: Redraw) -> list[str]:
        """Return a code for each new grid of a redraw: the next free number of its community."""
        taken, codes = set(self.taken), []
        for compound in redraw.new_grids:
            community = self.units.community[np.flatnonzero(self.units.compound == compound)[0]]
            code = next_code(str(self.units.communities[community]), taken)
            taken.add(code)
            codes.append(code)
        return codes


class Labels:
    """Codes of the labels of each outcome of a redraw, new grids among them."""

    def __init__(self, redraw: Redraw, names: Names) -> None:
        self._names = names
        self.new = names.new_codes(redraw)
        self._of_new: dict[tuple[int, int], str] = {}
        codes = iter(self.new)
        for at, outcome in enumerate(redraw.outcomes):
            if outcome.plan is None:
                continue
            for label in np.flatnonzero(outcome.problem.grids < 0).tolist():
                if (outcome.plan.assignment == label).any():
                    self._of_new[at, label] = next(codes)

    def code(self, at: int, problem: Problem, label: int) -> str:
        """Return the code of a label; "" for a new grid that is not used."""
        position = int(problem.grids[label])
        return self._names.grid(position) if position >= 0 else self._of_new.get((at, label), "")


def result_of(solved: Solved, names: Names) -> Json:
    """Return all figures of what the solver gave; `check` of each choice is added by whoever checks it."""
    return {
        "whole": solved.whole,
        "crossed": _crossed(solved, names.units),
        "groups": [
            {
                **_proof_of(outcome),
                "communities": [str(names.units.communities[c]) for c in group],
                "units": outcome.problem.count,
                "stages": [_stage(stage) for stage in outcome.stages],
                "conflict": _conflict(outcome, solved.conflicts[at], names) if at in solved.conflicts else None,
                "parted": _parted(outcome.problem, names),
            }
            for at, (outcome, group) in enumerate(zip(solved.best, solved.groups, strict=True))
        ],
        "choices": [_choice(choice, names) | _option(choice, names, solved) for choice in solved.choices],
    }


def _crossed(solved: Solved, units: Units) -> int:
    """Return how many compounds with a grid line through them the groups hold that grids can mend."""
    mine = np.isin(units.community, [c for group in solved.groups for c in group])
    return len(np.intersect1d(np.flatnonzero(mendable(units)), units.compound[mine]))


def _parted(problem: Problem, names: Names) -> list[Json]:
    """Return the crossed compounds that a gap in the layer of grids parts: whoever takes them lies in parts."""
    units, found = names.units, []
    for one, other in units.parted.tolist():
        unit = int(units.cell_unit[one])
        if unit in problem.units and units.crossed[units.compound[unit]]:
            width_m, point = place_of_parting(units.faces.shapes, units.faces.cell, (one, other))
            compound = names.compound(int(units.compound[unit]))
            found.append({"compound": compound, "width_m": round(width_m, 1), "place": names.degrees(point)})
    return found


def _proof_of(outcome: Outcome) -> Json:
    return {
        "proof": outcome.proof.value,
        "gap": None if outcome.gap is None else round(outcome.gap, 6),
        "seconds": round(outcome.seconds, 3),
        "limit_reached": outcome.limit_reached,
    }


def _stage(stage: Stage) -> Json:
    return {
        "name": stage.name,
        "proven": stage.proven,
        "gap": None if stage.gap is None else round(stage.gap, 6),
        "seconds": round(stage.seconds, 3),
        "rounds": stage.rounds,
    }


def _choice(choice: Choice, names: Names) -> Json:
    """Return the figures of one thing to take."""
    redraw = choice.redraw
    labels = Labels(redraw, names)
    plans = [(at, outcome) for at, outcome in enumerate(redraw.outcomes) if outcome.plan is not None]
    made: Json = {
        "proof": _weakest(redraw.outcomes).value,
        "gap": None if redraw.gap is None else round(redraw.gap, 6),
        "seconds": round(sum(outcome.seconds for outcome in redraw.outcomes), 3),
        "households_moved": redraw.households_moved,
        "households_off_size": sum(outcome.plan.band for _, outcome in plans if outcome.plan is not None),
        "area_moved_m2": redraw.land_m2,
        "offroad_m": round(sum(outcome.plan.offroad_m for _, outcome in plans if outcome.plan is not None), 1),
        "communities": sorted(
            str(names.units.communities[community]) for group in redraw.groups for community in group
        ),
        "grids_changed": sorted(
            labels.code(at, outcome.problem, label)
            for at, outcome in plans
            if outcome.plan is not None
            for label in outcome.plan.touched
            if labels.code(at, outcome.problem, label)
        ),
        "sizes": [size for at, outcome in plans for size in _sizes(at, outcome, labels)],
        "relaxed": [one for at, outcome in plans for one in _relaxed(at, outcome, labels)],
        "new_grids": [
            {"code": code, "compound": names.compound(compound)}
            for code, compound in zip(labels.new, redraw.new_grids, strict=True)
        ],
        "moves": [move for at, outcome in plans for move in _moves(at, outcome, labels, names)],
    }
    return made


def _option(choice: Choice, names: Names, solved: Solved) -> Json:
    """Return what a choice is on a repair card; nothing elsewhere."""
    option = choice.option
    if option is None:
        return {}
    best = solved.best[solved.groups.index(choice.redraw.groups[0])].plan
    plan, labels = option.outcome.plan, Labels(choice.redraw, names)
    touched = plan.touched if plan is not None else ()
    codes = [labels.code(0, option.outcome.problem, label) for label in touched]
    return {
        "option": {
            "kind": option.kind,
            "grid": names.grid(option.grid) if option.grid >= 0 else "",
            "possible": option.possible,
            "moved_here": option.moved_here,
            "more_moved": option.more_moved,
            "more_off_size": None if plan is None or best is None else plan.band - best.band,
            "parts_after": {
                code: change.parts_after for code, change in zip(codes, option.changes, strict=True) if code
            },
        }
    }


_WEAKEST_FIRST = (Proof.CANCELLED, Proof.LIMIT, Proof.INFEASIBLE, Proof.UNPROVEN, Proof.GAP, Proof.PROVEN)


def _weakest(outcomes: Sequence[Outcome]) -> Proof:
    """Return what is known of the whole: as much as of the part that least is known of."""
    return min((outcome.proof for outcome in outcomes), key=_WEAKEST_FIRST.index, default=Proof.PROVEN)


def _sizes(at: int, outcome: Outcome, labels: Labels) -> list[Json]:
    """Return households before and after of each grid that changes, and what is wanted of it."""
    plan, problem = outcome.plan, outcome.problem
    assert plan is not None
    sizes = []
    for label in plan.touched:
        code = labels.code(at, problem, label)
        if not code:
            continue
        size: Json = {"grid": code, "before": int(problem.size_today[label]), "after": int(plan.sizes[label])}
        if problem.sized[label]:
            low, high = problem.band(label)
            size |= {"low": low, "high": high, "hard": problem.hard_size(label)}
        sizes.append(size)
    return sizes


def _relaxed(at: int, outcome: Outcome, labels: Labels) -> list[Json]:
    assert outcome.plan is not None
    return [
        {
            "rule": RedrawRule.HARD_MAXIMUM.value,
            "grid": labels.code(at, outcome.problem, label),
            "limit": outcome.problem.hard_size(label),
            "above": above,
        }
        for label, above in outcome.plan.excess
    ]


def _moves(at: int, outcome: Outcome, labels: Labels, names: Names) -> list[Json]:
    assert outcome.plan is not None
    problem = outcome.problem

    def code(label: int) -> str:
        return labels.code(at, problem, label)

    return [move_json(move, problem, code, names) for move in moves_of(problem, outcome.plan)]


def move_json(move: Move, problem: Problem, code: Any, names: Names) -> Json:
    """Return one change with its reasons as data; `wording.why` says them."""
    return {
        "units": [names.number(problem.units[unit]) for unit in move.units],
        "compound": names.compound(move.compound) if move.compound >= 0 else None,
        "from": code(move.start),
        "to": code(move.end),
        "households": move.households,
        "area_m2": move.area_m2,
        "reasons": [reason_json(reason.rule, reason.facts, code, names) for reason in move.reasons],
    }


def reason_json(rule: str, facts: Mapping[str, Any], code: Any, names: Names) -> Json:
    """Return a reason with codes for labels and positions."""
    told = dict(facts)
    if "grid" in told:
        told["grid"] = code(told["grid"])
    if "grids" in told:
        told["grids"] = [code(label) for label in told["grids"]]
    if "compound" in told:
        told["compound"] = names.compound(told["compound"])
    return {"rule": rule, **told}


def _conflict(outcome: Outcome, conflict: Conflict, names: Names) -> Json:
    """Return which rules are in each other's way, and the least that must give."""
    return {
        "minimal": conflict.minimal,
        "rules": [_rule(rule, outcome.problem, names) for rule in conflict.rules],
        "relaxations": [_relaxation(one, outcome.problem, names) for one in conflict.relaxations],
    }


def _relaxation(relaxation: Relaxation, problem: Problem, names: Names) -> Json:
    return {
        "rules": [_rule(rule, problem, names) for rule in relaxation.rules],
        "excess": [
            {"grid": _label(label, problem, names), "limit": problem.hard_size(label), "above": above}
            for label, above in sorted(relaxation.excess.items())
        ],
        "households_moved": relaxation.plan.households_moved,
    }


def _label(label: int, problem: Problem, names: Names) -> str:
    position = int(problem.grids[label])
    return names.grid(position) if position >= 0 else ""


def _rule(rule: Rule, problem: Problem, names: Names) -> Json:
    """Return a rule in the way with what it is about."""
    told: Json = {"rule": rule.rule.value}
    if rule.rule in OF_GRIDS:
        told["grid"] = _label(rule.about, problem, names)
        told["households"] = int(problem.size_today[rule.about])
        if rule.rule is RedrawRule.HARD_MAXIMUM:
            told["limit"] = problem.hard_size(rule.about)
        if rule.rule is RedrawRule.LOCKED:
            told["across"] = _across(rule.about, problem, names)
    elif rule.rule in OF_UNITS:
        told["unit"] = names.number(problem.units[rule.about])
        compound = int(problem.compound[rule.about])
        told["compound"] = names.compound(compound) if compound >= 0 else None
        if rule.rule is RedrawRule.PINNED:
            told |= _pin(rule.about, problem, names)
        if rule.rule is RedrawRule.FORBIDDEN:
            told["grids"] = sorted(
                _label(label, problem, names) for unit, label in problem.forbidden if unit == rule.about
            )
    else:
        told["compound"] = names.compound(rule.about)
        told["households"] = int(problem.households[problem.units_of(rule.about)].sum())
    return told


def _pin(unit: int, problem: Problem, names: Names) -> Json:
    """Return what was decided about a unit: its grid, or that its compound stays whole, or is divided."""
    compound = int(problem.compound[unit])
    if unit in problem.pins:
        return {"grid": _label(problem.pins[unit], problem, names)}
    return {"wish": "whole" if compound in problem.stay_whole else "split"}


def _across(label: int, problem: Problem, names: Names) -> list[Json]:
    """Return the compounds that lie across the line of a locked grid: with these the lock cannot be kept."""
    _inside, across = locked_units(problem, label)
    compounds = np.unique(problem.compound[across])
    return [names.compound(int(compound)) for compound in compounds if compound >= 0]
