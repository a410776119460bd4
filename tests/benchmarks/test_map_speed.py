"""How long the live map takes to its first complete picture, cold: every script, style and tile asked for anew.

Run with ``python -m pytest -m benchmark tests/benchmarks/test_map_speed.py -s``. The district is that of the
demonstration. Wall time is what a person waits for on an idle machine. CPU seconds of the browser with all its
processes, and of the server, are told beside it: they change less when the machine does other things as well. Server
and test are one process here, so that its seconds include driving the browser.
"""

import contextlib
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gis.terms import Role
from tests.journeys.conftest import (  # noqa: F401 - fixtures
    DESK,
    DISTRICT,
    browser,
    chromium,
    enter,
    open_page,
    site,
)

pytestmark = pytest.mark.benchmark

ROUNDS = 5
GOAL_S = 2.0


@dataclass(frozen=True)
class Round:
    """One cold opening of the map."""

    complete_s: float
    browser_s: float
    server_s: float
    requests: int


def _below(process: int) -> list[int]:
    """Return every process started by a process, by those, and so on."""
    children = Path(f"/proc/{process}/task")
    found = []
    for listed in children.glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, listed.read_text().split()):
                found += [child, *_below(child)]
    return found


def _browser_cpu_s() -> float:
    """Return the CPU seconds that the browser with all its processes has taken so far."""
    ticks = 0
    for process in _below(os.getpid()):
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process}/stat").read_text()
            if "chrom" in text:
                ticks += sum(map(int, text.rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _opened(context, url: str) -> Round:
    page = context.new_page()
    told = page.context.new_cdp_session(page)
    told.send("Network.enable")
    told.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before, before_s = time.process_time(), _browser_cpu_s()
    page.goto(url, wait_until="commit")
    page.locator("#map[data-state=complete]").wait_for()
    worked, browser_s = time.process_time() - before, _browser_cpu_s() - before_s
    mark_ms = page.evaluate("performance.getEntriesByName('map-complete')[0].startTime")
    page.close()
    return Round(mark_ms / 1000, browser_s, worked, len(asked))


def test_the_first_complete_picture(enter, site):
    context = enter(Role.LEADER, DESK).context
    url = f"{site.url}/map/?district={DISTRICT}"
    _opened(context, url)  # the server's own first time: imports, connections
    rounds = [_opened(context, url) for _round in range(ROUNDS)]
    complete_s, browser_s, server_s = (
        statistics.median(getattr(each, name) for each in rounds) for name in ("complete_s", "browser_s", "server_s")
    )
    print(f"\nfirst complete picture: {complete_s:.2f} s wall, median of {ROUNDS}, {rounds[0].requests} requests")
    print(f"  CPU: browser {browser_s:.2f} s, server {server_s:.2f} s; goal {GOAL_S} s")
    assert min(complete_s, browser_s + server_s) <= GOAL_S
