"""Other open tools on our redraw problems, and one judge for all of them.

Every tool gets the same units (so none can cut a small compound), the same neighbours and the same wanted sizes. What
comes back is any number of regions; those of the peers are matched to today's grids so that the most households stay.
"""

import functools
import random
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import geopandas
import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from gis.geometry.noding import connected_groups
from gis.geometry.pieces import Ints
from gis.geometry.units import Units
from gis.optimize.greedy import greedy_plan
from gis.optimize.problem import Problem
from gis.optimize.search import Limits
from gis.optimize.stages import solve
from gis.terms import Proof

Peer = Callable[[Problem, Units, Ints], Ints | None]
"""From a problem, its land, and a plan to start from."""

GREEDY_S = 10.0
"""Longest search of our own plan without a solver; the peers start from it where there is one."""

BURSTS, BURST_STEPS = 30, 10
"""300 recombinations: several seconds, as much as the slowest other peer takes."""

LAND_PER_HOUSEHOLD, BAND, BREACH = 300, 2, 10_000_000


@dataclass(frozen=True, slots=True)
class Score:
    """What one plan comes to; sums over instances add up.

    Parameters
    ----------
    moved : households whose grid changes. crossed : compounds that share a grid with others though they are divided.
    off_size : households off the wanted size, no stricter than today. over : households above the hard maximum, today's
    excess apart; that is the rule that gives way last. misplaced : households that came to a
    grid of another kind (a campus, a market). broken : grids in several parts. touched : grids that change.
    """

    moved: int
    crossed: int
    off_size: int
    over: int
    misplaced: int
    broken: int
    touched: int

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, name) + getattr(other, name) for name in Score.__slots__))


def judge(problem: Problem, region: Ints, *, named: bool = False) -> Score:
    """Count what some regions mean, from the problem's numbers alone.

    Parameters
    ----------
    named : the regions are today's grids by their numbers; else each is taken for the grid that suits it best.
    """
    regions, at = np.unique(region, return_inverse=True)
    at = at.reshape(-1)
    grids = regions if named else _matched(problem, at, len(regions))
    kept = np.zeros(problem.count, dtype=np.int64)
    seated = grids[at] >= 0
    kept[seated] = problem.share_households[seated, grids[at][seated]]
    sizes = np.bincount(at, weights=problem.households).astype(int)
    off, over = 0, 0
    for r, grid in enumerate(grids.tolist()):
        size = int(sizes[r]) + (int(problem.outside_households[grid]) if grid >= 0 else 0)
        if grid >= 0 and not problem.sized[grid]:
            continue
        low, high = problem.band(grid) if grid >= 0 else (problem.rules.min_households, problem.rules.max_households)
        off += max(size - high, 0) + max(low - size, 0)
        over += max(size - (problem.hard_size(grid) if grid >= 0 else problem.rules.hard_max_households), 0)
    label = np.where(grids[at] >= 0, grids[at], problem.labels + at)
    parts = _Parts.of(problem)
    return Score(
        moved=int((problem.households - kept).sum()),
        crossed=sum(_mixed(problem, label, units) for units in problem.divided.values()),
        off_size=off,
        over=over,
        misplaced=int(problem.households[seated][_foreign(problem, np.flatnonzero(seated), grids[at][seated])].sum()),
        broken=sum(parts.count(at == r) > 1 for r in range(len(regions))),
        touched=_touched(problem, label),
    )


def _foreign(problem: Problem, units: Ints, grid: Ints) -> np.ndarray:
    """Tell which units came to a grid that no size is wanted of, and were no part of it."""
    return ~problem.sized[grid] & (problem.share_households[units, grid] == 0)


def _matched(problem: Problem, at: Ints, count: int) -> Ints:
    """Return the grid that each region is taken for, -1 for a new one."""
    stays = np.zeros((count, problem.labels))
    np.add.at(stays, at, problem.share_households * 1000.0 + problem.share_m2 / 1e3)
    rows, columns = linear_sum_assignment(-stays)
    grids = np.full(count, -1, dtype=np.int64)
    grids[rows] = np.where(stays[rows, columns] > 0, columns, -1)
    return grids


def _mixed(problem: Problem, label: Ints, units: list[int]) -> bool:
    labels = np.unique(label[units])
    others = np.delete(label, units)
    return len(labels) > 1 and bool(np.isin(labels, others).any())


@dataclass(frozen=True, slots=True)
class _Parts:
    """How the cells of a problem hang together, today's links among them: made once, asked at every step of a peer."""

    unit: Ints
    near: list[list[int]]

    @staticmethod
    @functools.cache
    def of(problem: Problem) -> "_Parts":
        near = [list(row) for row in problem.near]
        for links in problem.links.values():
            for one, other in links:
                near[one].append(other)
                near[other].append(one)
        return _Parts(problem.cell_unit, near)

    def count(self, inside: np.ndarray) -> int:
        """Return in how many parts some units lie."""
        cells = np.flatnonzero(inside[self.unit]).tolist()
        return len(connected_groups(cells, self.near, set(cells)))


def _touched(problem: Problem, label: Ints) -> int:
    found = 0
    for grid in range(problem.labels):
        land, mine = problem.share_m2[:, grid], label == grid
        found += bool((land[~mine] > 30).any() or ((problem.area_m2 - land)[mine] > 30).any())
    return found


def cost(problem: Problem, region: Ints) -> float:
    """Return what a peer that can be told what is wanted should make small."""
    score = judge(problem, region)
    return float(
        LAND_PER_HOUSEHOLD * (score.moved + BAND * score.off_size)
        + BREACH * (score.over + score.crossed + score.broken)
    )


def ours(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Solve to proof: every compound mended, where need be above the hard maximum, by the least."""
    return _solved(problem, relax_sizes=True)


def ours_within(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Solve to proof: the hard maximum kept, where need be with compounds left crossed, the fewest."""
    return _solved(problem, leave_crossed=True)


def _solved(problem: Problem, **what_gives: bool) -> Ints | None:
    outcome = solve(problem, Limits(time_s=120), **what_gives)
    return outcome.plan.assignment if outcome.plan is not None and outcome.proof is Proof.PROVEN else None


def greedy(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Give every compound to the grid with most of it, then try single moves: our own fall-back."""
    until = time.process_time() + GREEDY_S
    return greedy_plan(problem, time_left_s=lambda: until - time.process_time())


def start_of(problem: Problem, units: Units) -> Ints:
    """Return what the peers start from: our greedy plan; where there is none, today's grids, crossed as they are."""
    found = greedy(problem, units, problem.today)
    return problem.today if found is None else found


def recom(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Run GerryChain's ReCom in short bursts that are told what is wanted; the best plan seen counts."""
    from gerrychain import Graph, Partition, updaters
    from gerrychain import proposals as chain
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.tree import bipartition_tree

    graph = _graph(problem)
    target = float(problem.households.sum()) / len(np.unique(start))
    proposal = functools.partial(
        chain.recom,
        pop_col="households",
        pop_target=target,
        epsilon=0.9,
        bipartition_tree_fn=functools.partial(bipartition_tree, max_attempts=20, allow_pair_reselection=True),
    )
    first = Partition(
        Graph.from_networkx(graph), dict(enumerate(start.tolist())), {"size": updaters.Tally("households")}
    )

    def worth(partition: Partition) -> float:
        return cost(problem, _read(problem, partition))

    search = SingleMetricOptimizer(proposal, [], first, worth, maximize=False, rng=1)
    for _ in search.short_bursts(BURST_STEPS, BURSTS):
        pass
    return _read(problem, search.best_part)


def _read(problem: Problem, partition: object) -> Ints:
    assignment = partition.assignment  # type: ignore[attr-defined]
    return np.array([int(assignment[unit]) for unit in range(problem.count)], dtype=np.int64)


def azp(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Run spopt's AZP from today's grids: as many regions, alike in households."""
    from spopt.region import AZP

    frame, weights = _frame(problem, units)
    model = AZP(frame, weights, ["households"], problem.labels, random_state=1, initial_labels=start)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def max_p(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Run spopt's max-p: as many regions as there can be with the least wanted households in each."""
    from spopt.region import MaxPHeuristic

    np.random.seed(1)
    random.seed(1)
    frame, weights = _frame(problem, units)
    model = MaxPHeuristic(frame, weights, ["x", "y"], "households", problem.rules.min_households, top_n=2)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def skater(problem: Problem, units: Units, start: Ints) -> Ints | None:
    """Run spopt's SKATER: as many regions, cut out of a tree of near places."""
    from spopt.region import Skater

    np.random.seed(1)
    frame, weights = _frame(problem, units)
    model = Skater(frame, weights, ["x", "y"], n_clusters=problem.labels)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


OURS = ("Gridwork, all mended", "Gridwork, maximum kept", "Gridwork, greedy only")
"""They say which grid each region is; what a peer calls a region means nothing."""

PEERS: dict[str, Peer] = {
    "Gridwork, all mended": ours,
    "Gridwork, maximum kept": ours_within,
    "Gridwork, greedy only": greedy,
    "GerryChain ReCom": recom,
    "spopt AZP": azp,
    "spopt max-p": max_p,
    "spopt SKATER": skater,
}


def _pairs(problem: Problem) -> list[tuple[int, int]]:
    """Return the units that touch, with today's links and, where land still hangs apart, the nearest other land."""
    pairs = {
        tuple(sorted((int(problem.cell_unit[a]), int(problem.cell_unit[b]))))
        for a, row in enumerate(problem.near)
        for b in row
    }
    for links in problem.links.values():
        pairs |= {tuple(sorted((int(problem.cell_unit[a]), int(problem.cell_unit[b])))) for a, b in links}
    near: list[list[int]] = [[] for _ in range(problem.count)]
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    groups = connected_groups(list(range(problem.count)), near, set(range(problem.count)))
    pairs |= {(groups[0][0], group[0]) for group in groups[1:]}
    return sorted((one, other) for one, other in pairs if one != other)


def _graph(problem: Problem) -> object:
    import networkx

    graph = networkx.Graph()
    for unit, households in enumerate(problem.households.tolist()):
        graph.add_node(unit, households=int(households))
    graph.add_edges_from(_pairs(problem))
    return graph


def _frame(problem: Problem, units: Units) -> tuple[geopandas.GeoDataFrame, object]:
    from libpysal.weights import W

    shapes = units.shapes()[problem.units]
    xy = shapely.get_coordinates(shapely.centroid(shapes))
    frame = geopandas.GeoDataFrame(
        {"households": problem.households, "x": xy[:, 0], "y": xy[:, 1]}, geometry=list(shapes)
    )
    near: dict[int, list[int]] = {unit: [] for unit in range(problem.count)}
    for one, other in _pairs(problem):
        near[one].append(other)
        near[other].append(one)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return frame, W(near, silence_warnings=True)
