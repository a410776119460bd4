"""How long the papers of a plan take, and how much memory: one community, and every community of the district.

Run with ``DATABASE_URL`` naming a **copy** of the loaded demonstration, and ``GRIDWORK_BENCH_WRITES=yes``:
``python -m pytest -m benchmark tests/benchmarks/test_paper_speed.py -s``. Everything is committed.
"""

import resource
import time
import uuid
from typing import Any

import pytest

from gis.maps.paper.content import PAPERS
from gis.maps.paper.handover_pdf import handover_pdf
from gis.maps.paper.notice_pdf import notice_pdf
from gis.models import Plan, User
from gis.services.plans.opening import open_plan
from gis.services.plans.paper.before_after import before_after_file
from gis.services.plans.paper.handover import handover_of
from gis.services.plans.paper.notice import notice_of
from gis.services.plans.proposals.asking import apply_proposal, ask_proposal
from gis.services.plans.proposals.running import solve_proposal
from gis.terms import ProposalKind, ProposalState, Role
from tests.benchmarks.test_plan_speed import an_account, busiest, communities_of, district  # noqa: F401 - a fixture

pytestmark = pytest.mark.benchmark

MOST_MB = 700
"""Peak of the whole process, the libraries of the platform (about 165 MB) included."""

DEAREST_SHARE = 30.0
"""The papers of 45 communities cost at most so many times those of the largest one."""


def mended(communities: list[str], by: User) -> uuid.UUID:
    """Open a plan for some communities and take over the solver's best answer."""
    row = open_plan(district_code=communities[0][:6], communities=communities, title="测速", reason="测速", by=by)
    proposal = ask_proposal(plan_id=row.id, kind=ProposalKind.BEST, by=by)
    if proposal.state != ProposalState.DONE:
        solve_proposal(proposal_id=proposal.id)
    apply_proposal(proposal_id=proposal.id, version=Plan.objects.get(id=row.id).version, by=by)
    return row.id


def costs(plan_id: uuid.UUID, by: User) -> dict[str, tuple[float, int, int]]:
    """Return CPU seconds, KB of the file, and MB of the process's peak of each paper."""
    found: dict[str, tuple[float, int, int]] = {}

    def timed(name: str, make: Any) -> None:
        began = time.process_time()
        size = len(make()) // 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found[name] = time.process_time() - began, size, peak

    for paper in PAPERS.values():
        timed(f"notice {paper.name}", lambda paper=paper: notice_pdf(notice_of(plan_id=plan_id, by=by), paper))
    timed("hand-over A4", lambda: handover_pdf(handover_of(plan_id=plan_id, by=by), PAPERS["A4"]))
    timed("before and after", lambda: before_after_file(plan_id=plan_id, by=by).content)
    return found


def test_papers_of_one_community_and_of_all(district: str) -> None:
    an_account("bench_officer", Role.OFFICER, district)
    by = User.objects.get(username="bench_officer")
    one = costs(mended([busiest(district)], by), by)
    every = costs(mended(communities_of(district), by), by)
    print(f"\n{'':20s}{'one: CPU s':>12s}{'KB':>7s}{'MB':>6s}{'all: CPU s':>14s}{'KB':>7s}{'MB':>6s}")
    for name in one:
        (a, b, c), (d, e, f) = one[name], every[name]
        print(f"{name:20s}{a:12.2f}{b:7d}{c:6d}{d:14.2f}{e:7d}{f:6d}")
    assert max(peak for _cpu, _size, peak in every.values()) < MOST_MB
    assert every["notice A4"][0] < DEAREST_SHARE * max(one["notice A4"][0], 0.1)
