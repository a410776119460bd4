"""One table: our redraw and other open tools on the same communities of the invented district.

``GRIDWORK_BENCH_INSTANCES`` (default 6) communities with something to mend, those with most compounds first. CPU
seconds of one run each, in a process of its own; one judge counts for all. Peers that take a plan to start from get
our greedy one, whose time is not theirs. `-s` shows the table.
"""

import multiprocessing
import os
import resource
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from gis.geometry.pieces import Ints
from gis.geometry.units import Units, make_units
from gis.optimize.district import groups_to_mend
from gis.optimize.problem import Problem, make_problem
from tests.benchmarks.demo_ground import demo_ground
from tests.benchmarks.redraw_peers import OURS, PEERS, Score, judge, start_of

INSTANCES = int(os.environ.get("GRIDWORK_BENCH_INSTANCES", "6"))

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.benchmarks.redraw_peers", "gerrychain.optimization", "spopt.region"])
"""Peers are loaded once; each run is a copy of that process, so none can leave anything behind for the next."""

PATIENCE_S = 120
"""CPU seconds after which a peer counts as without a plan."""

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module")
def instances() -> tuple[Units, list[Problem]]:
    ground = demo_ground()
    units = make_units(ground)
    counted = [(len(np.unique(units.compound[np.isin(units.community, g)])), g) for g in groups_to_mend(units)]
    chosen = [group for _, group in sorted(counted, reverse=True)[:INSTANCES]]
    return units, [make_problem(units, np.array(group), ground.district.rules) for group in chosen]


def work(name: str, problem: Problem, units: Units, first: Ints) -> tuple[Score | None, float]:
    """Return what a peer's plan comes to, None where it has none, and its CPU seconds."""
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S + int(time.process_time()) + 1,) * 2)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peers' own deprecations
        found = PEERS[name](problem, units, first)
    seconds = time.process_time() - start
    return (None if found is None else judge(problem, found, named=name in OURS)), seconds


def run(name: str, problem: Problem, units: Units, first: Ints) -> tuple[Score | None, float]:
    """Run a peer where it can be ended; one that was has no plan, and took all the time that there is."""
    with ProcessPoolExecutor(1, mp_context=SERVER) as alone:
        try:
            return alone.submit(work, name, problem, units, first).result()
        except BrokenProcessPool:
            return None, float(PATIENCE_S)


def test_peers_on_the_same_communities(instances: tuple[Units, list[Problem]]) -> None:
    units, problems = instances
    firsts = [start_of(problem, units) for problem in problems]
    grids = sum(problem.labels for problem in problems)
    homes = sum(int(problem.households.sum()) for problem in problems)
    print(f"\n{len(problems)} communities, {grids} grids, {sum(p.count for p in problems)} units, {homes} households")
    columns = ["households moved", "crossings left", "off size", "over the maximum", "misplaced", "broken", "changed"]
    print("| | plans | " + " | ".join(columns) + " | CPU s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    totals: dict[str, Score] = {}
    for name in PEERS:
        runs = [run(name, problem, units, first) for problem, first in zip(problems, firsts, strict=True)]
        scores = [score for score, _ in runs if score is not None]
        total = sum(scores, Score(0, 0, 0, 0, 0, 0, 0))
        totals[name] = total
        print(
            f"| {name} | {len(scores)}/{len(runs)} | {total.moved} | {total.crossed} | {total.off_size} | {total.over} "
            f"| {total.misplaced} | {total.broken} | {total.touched} | {sum(seconds for _, seconds in runs):.2f} |",
            flush=True,
        )
    mended, kept = totals["Gridwork, all mended"], totals["Gridwork, maximum kept"]
    assert (mended.crossed, mended.broken, mended.misplaced) == (0, 0, 0)
    assert (kept.over, kept.broken, kept.misplaced) == (0, 0, 0)
    for name in ("GerryChain ReCom", "spopt AZP", "spopt max-p", "spopt SKATER"):
        peer = totals[name]
        # Nobody mends as much with less, and nobody who keeps the maximum mends more.
        assert peer.crossed or peer.broken or peer.misplaced or (peer.over, peer.moved) >= (mended.over, mended.moved)
        assert peer.over or peer.broken or peer.misplaced or (peer.crossed, peer.moved) >= (kept.crossed, kept.moved)
