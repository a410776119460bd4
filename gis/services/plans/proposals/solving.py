"""The solver's work for each kind of proposal: units in, redraws out. No database; it runs in a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from gis.geometry.layers import AuditRules
from gis.geometry.pieces import Ints
from gis.geometry.said import Said, said
from gis.geometry.tiling_units import Stand
from gis.geometry.units import Units
from gis.optimize.alternatives import alternatives, front
from gis.optimize.cards import Option, repair_card
from gis.optimize.conflicts import Conflict, explain
from gis.optimize.district import Redraw, combine, groups_to_mend, mendable
from gis.optimize.plans import Plan
from gis.optimize.problem import NO_WISHES, Wishes, make_problem
from gis.optimize.proposals import wishes_of_units
from gis.optimize.reasons import crossed_in
from gis.optimize.search import Cancelled, Limits
from gis.optimize.stages import Outcome, solve, solve_beside
from gis.services.plans.proposals.asked import Asked
from gis.terms import Proof, ProposalKind

Tell = Callable[[Said, float], None]
Group = tuple[int, ...]
Memory = dict[tuple[Group, str, int, bool], Outcome]
"""Best plans of a land that were proven, by what was asked for: where a drag is solved from."""

EXPLAIN_S, EXPLAIN_EXCESS_S = 10.0, 3.0
"""Longest search for the smallest set of rules in each other's way: where there is no plan, and where there is one that
exceeds the hard maximum."""


ENDED = frozenset({Proof.PROVEN, Proof.INFEASIBLE})
"""Nothing more is to be found out, however long the search."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One thing that the officer can take: a plan of the whole, a point of a front, an option of a card."""

    redraw: Redraw
    option: Option | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What the solver gave.

    Parameters
    ----------
    choices : best first; of a front the fewest households moved first, group after group.
    groups : positions of the communities that were solved together. best : the best known of each.
    conflicts : {position of a group: why it has no plan, or none without exceeding the hard maximum}.
    whole : nothing was cut short by the officer or by time.
    """

    choices: tuple[Choice, ...]
    groups: tuple[Group, ...]
    best: tuple[Outcome, ...]
    conflicts: dict[int, Conflict] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One piece of work for the solver: the plan as it stands is what the least change is counted from.

    Parameters
    ----------
    threads : groups solved at once. tell : hears how far the work is. stop : asked about every 50 ms.
    memory : what is known of the same land and rules; it is added to.
    """

    kind: ProposalKind
    asked: Asked
    stand: Stand
    rules: AuditRules
    threads: int = 1
    tell: Tell = lambda _words, _share: None
    stop: Callable[[], bool] = lambda: False
    memory: Memory = field(default_factory=dict)

    @property
    def units(self) -> Units:
        """Return the land."""
        return self.stand.units

    @property
    def wishes(self) -> Wishes:
        """Return what the officer has decided, pins by position."""
        return wishes_of_units(self.stand, self.asked.wishes)

    def limits(self, most_s: float = float("inf")) -> Limits:
        """Return the limits of one search."""
        return Limits(min(self.asked.time_limit_s, most_s), self.asked.seed, self.stop)


def run(task: Task) -> Solved:
    """Do the work; where it is stopped, what was found before stands."""
    if task.kind is ProposalKind.CARD:
        return _card(task)
    solved = _best(task)
    if task.kind is ProposalKind.ALTERNATIVES:
        return _others(task, solved)
    if task.kind is ProposalKind.FRONT:
        return _front(task, solved)
    return solved


def _groups(task: Task) -> list[Group]:
    """Return the groups of communities to solve: those named, else with wishes all, else those with crossings.

    Locks alone ask for nothing.
    """
    units, asked = task.units, task.asked
    if asked.communities:
        named = np.flatnonzero(np.isin(units.communities, asked.communities))
        return groups_to_mend(units, named)
    if asked.wishes == replace(NO_WISHES, locked=asked.wishes.locked):
        return groups_to_mend(units)
    return groups_to_mend(units, np.unique(units.community[units.grid >= 0]))


def _best(task: Task) -> Solved:
    """Solve every group."""
    groups, wishes, done = _groups(task), task.wishes, [0]

    def mend(group: Group) -> Outcome:
        outcome = _mended(task, group, wishes)
        done[0] += 1
        task.tell(said("已求解 {done} / {every} 组社区", done=done[0], every=len(groups)), 0.9 * done[0] / len(groups))
        return outcome

    with ThreadPoolExecutor(task.threads) as pool:
        outcomes = list(pool.map(mend, groups))
    redraw = combine(task.units, outcomes, groups)
    whole = all(outcome.proof in ENDED for outcome in outcomes)
    conflicts = _conflicts(task, outcomes)
    found = any(outcome.plan is not None for outcome in outcomes)
    return Solved((Choice(redraw),) if found else (), tuple(groups), tuple(outcomes), conflicts, whole)


def _mended(task: Task, group: Group, wishes: Wishes) -> Outcome:
    """Return the best plan of a group.

    After a drag the plan without what is pinned is solved first, or known: the same question has the same answer
    whether it was known or not.
    """
    relax, key = not task.asked.keep_maximum, (group, _hashed(wishes), task.asked.seed, task.asked.keep_maximum)
    if key in task.memory:
        return task.memory[key]
    problem = make_problem(task.units, np.array(group, dtype=np.int64), task.rules, wishes)
    if task.kind is ProposalKind.RESOLVE and problem.pins:
        before = _mended(task, group, replace(wishes, pins={}, pinned_compounds={}))
        if before.proof is Proof.PROVEN:
            return solve_beside(before, problem, task.limits(), relax_sizes=relax)
    outcome = solve(problem, task.limits(), relax_sizes=relax)
    if outcome.proof is Proof.PROVEN and not problem.pins:
        task.memory[key] = outcome
    return outcome


def _hashed(wishes: Wishes) -> str:
    """Return wishes as a key."""
    tables = (sorted(table.items()) for table in (wishes.pins, wishes.pinned_compounds, wishes.own))
    groups = (sorted(group) for group in (wishes.locked, wishes.forbidden, wishes.whole, wishes.split))
    return repr((*tables, *groups, wishes.retire))


def _conflicts(task: Task, outcomes: Sequence[Outcome]) -> dict[int, Conflict]:
    """Return for each group without a plan that keeps all rules which of them are in each other's way."""
    found = {}
    for at, outcome in enumerate(outcomes):
        # After a drag an officer wants the plan at once, not a study of why a grid is too large.
        exceeds = task.kind is not ProposalKind.RESOLVE and outcome.plan is not None and outcome.plan.excess
        if (outcome.proof is Proof.INFEASIBLE or exceeds) and not task.stop():
            task.tell(said("查明相互冲突的规则"), 0.9)
            conflict = _explained(task, outcome)
            if conflict is not None:
                found[at] = conflict
    return found


def _explained(task: Task, outcome: Outcome) -> Conflict | None:
    try:
        return explain(outcome.problem, task.limits(EXPLAIN_S if outcome.plan is None else EXPLAIN_EXCESS_S))
    except Cancelled:
        return None


def _others(task: Task, solved: Solved) -> Solved:
    """Add further plans: each group's own next best, the groups' first ones together, then the second ones."""
    crossed = np.flatnonzero(mendable(task.units))
    ranked: list[list[Outcome]] = []
    for at, outcome in enumerate(solved.best):
        task.tell(said("寻找不同的方案"), 0.9 * at / max(len(solved.best), 1))
        mine = crossed_in(outcome.problem, crossed)
        found = [outcome]
        if outcome.plan is not None and not task.stop():
            found = alternatives(outcome.problem, outcome, mine, task.asked.alternatives, task.limits())
        ranked.append(found)
    most = max((len(found) for found in ranked), default=0)
    redraws = [
        combine(task.units, [found[min(rank, len(found) - 1)] for found in ranked], list(solved.groups))
        for rank in range(1, most)
    ]
    every = [outcome for found in ranked for outcome in found]
    whole = solved.whole and not task.stop() and all(outcome.proof in ENDED for outcome in every)
    return replace(solved, choices=(*solved.choices, *map(Choice, redraws)), whole=whole)


def _front(task: Task, solved: Solved) -> Solved:
    """Return the exact front of each group instead of the one plan."""
    choices, whole = [], solved.whole
    for at, (outcome, group) in enumerate(zip(solved.best, solved.groups, strict=True)):
        task.tell(said("计算取舍曲线"), 0.9 * at / max(len(solved.best), 1))
        if outcome.plan is None:
            continue
        excess = sum(above for _, above in outcome.plan.excess) or None
        started = perf_counter()
        line = front(outcome.problem, task.limits(), points=task.asked.points, excess=excess)
        seconds = perf_counter() - started
        whole = whole and line.complete
        choices += [Choice(combine(task.units, [_point(outcome, plan, seconds)], [group])) for plan in line.plans]
    return replace(solved, choices=tuple(choices), whole=whole)


def _point(outcome: Outcome, plan: Plan, seconds: float) -> Outcome:
    """Return a point of a front as an outcome: every point is proven, else it is not on the front."""
    return Outcome(outcome.problem, plan, Proof.PROVEN, 0.0, (), seconds, limit_reached=False)


def _card(task: Task) -> Solved:
    """Return the ways to mend one compound."""
    units = task.units
    compound = int(np.flatnonzero(units.compounds.codes == task.asked.compound)[0])
    mine: Ints = np.unique(units.community[(units.compound == compound) & (units.grid >= 0)])
    groups = groups_to_mend(units, mine)
    outcomes, wishes = [], task.wishes
    choices: list[Choice] = []
    for group in groups:
        task.tell(said("求最优方案"), 0.1)
        best = _mended(task, group, wishes)
        outcomes.append(best)
        if task.stop():
            break
        task.tell(said("逐一求解处置办法"), 0.3)
        options = repair_card(units, task.rules, compound, group, best=best, wishes=wishes, limits=task.limits())
        choices += [Choice(combine(units, [option.outcome], [group]), option) for option in options]
    proofs = [choice.option.outcome.proof for choice in choices if choice.option is not None]
    whole = bool(proofs) and all(proof in ENDED for proof in proofs) and not task.stop()
    return Solved(tuple(choices), tuple(groups), tuple(outcomes), {}, whole)
