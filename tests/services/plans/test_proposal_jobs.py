"""Questions that take longer: a real worker, a person who stops it, a worker that dies."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import shapely
from django.db import connection
from shapely import Point

from gis.models import (
    Community,
    CommunityBoundary,
    District,
    Grid,
    GridBoundary,
    JournalLine,
    Plan,
    PlanProposal,
    Street,
)
from gis.selectors.plans import tiling_of_plan
from gis.selectors.plans.proposals import proposal as proposal_row
from gis.services.plans.operating import apply_operation
from gis.services.plans.proposals import asking, pulse, running
from gis.services.plans.proposals.asking import apply_proposal, ask_proposal, cancel_proposal
from gis.services.plans.proposals.pulse import LOCK_CLASS, second_line
from gis.services.plans.proposals.refusals import ProposalRefused, WrongProposalMove
from gis.services.territory.drafts.pulse import lock_key
from gis.terms import ProposalKind, ProposalState
from tests.services.audits import world
from tests.services.plans.proposal_world import G1, XA, make_ground, plan_of, units_of
from tests.tasks.conftest import no_jobs, work  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def always_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AT_ONCE_UNITS", 0)


def again(proposal_id: uuid.UUID) -> PlanProposal:
    return PlanProposal.objects.get(id=proposal_id)


def make_communities(count: int) -> list[str]:
    """Make a district of communities side by side, each of two grids over each other and a compound across the line."""
    district = District.objects.create(code=world.DISTRICT, name="海滨区", established_on=world.ESTABLISHED)
    street = Street.objects.create(code=world.STREET, name="街", district=district, established_on=world.ESTABLISHED)
    codes = [f"{world.STREET}{n + 1:03d}" for n in range(count)]
    for n, code in enumerate(codes):
        place = Community.objects.create(code=code, name=f"社区{n}", street=street, established_on=world.ESTABLISHED)
        world.put(CommunityBoundary, place, world.cell(n, 0, 1, 4))
        for row in range(4):
            grid = Grid.objects.create(
                code=f"{code}{row + 1:03d}", name="", community=place, established_on=world.ESTABLISHED
            )
            world.put(GridBoundary, grid, world.cell(n, row))
        x = n * world.CELL_M
        for row in range(3):
            south = (row + 1) * world.CELL_M - 70
            world.add_compound(f"C{n}-{row}", shapely.box(x + 60, south, x + 200, south + 120), community=code)
            for k, y in enumerate((south + 20, south + 40, south + 100)):
                world.add_building(f"B{n}-{row}-{k}", Point(x + 100, y), 20 + n % 7)
    return codes


def test_a_worker_answers_and_the_answer_can_be_taken_over(work: Callable[[], None]) -> None:
    officer = make_ground()
    plan = plan_of(officer)
    asked = ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=officer)
    assert (asked.state, asked.progress_share) == (ProposalState.WAITING, 0.0)
    with pytest.raises(WrongProposalMove, match="还没有结果"):
        apply_proposal(proposal_id=asked.id, version=1, by=officer)
    work()
    done = proposal_row(asked.id, officer)
    assert (done.state, done.progress_share, done.failure) == (ProposalState.DONE, 1.0, "")
    assert done.result["choices"][0]["proof"] == "proven"
    apply_proposal(proposal_id=asked.id, version=1, by=officer)
    assert tiling_of_plan(plan.id).divided() == []


def test_a_plan_that_went_on_meanwhile_is_asked_again(work: Callable[[], None]) -> None:
    officer = make_ground()
    plan = plan_of(officer)
    asked = ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=officer)
    edit = {"kind": "assign_units", "units": units_of(plan, XA), "grid": G1}
    apply_operation(plan_id=plan.id, version=1, by=officer, edit=edit)
    work()
    row = proposal_row(asked.id, officer)
    assert (row.state, row.rule) == (ProposalState.FAILED, "proposal.plan_changed")
    assert "请按最新的方案重新求解" in row.failure


def test_one_that_waits_is_stopped_at_once(work: Callable[[], None]) -> None:
    officer = make_ground()
    asked = ask_proposal(plan_id=plan_of(officer).id, kind=ProposalKind.BEST, by=officer)
    assert cancel_proposal(proposal_id=asked.id, by=officer).state == ProposalState.CANCELLED
    work()
    assert (again(asked.id).state, again(asked.id).edits) == (ProposalState.CANCELLED, [])


def test_only_so_many_wait_for_one_plan(no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "OPEN_AT_MOST", 1)
    officer = make_ground()
    plan = plan_of(officer)
    ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=officer)
    with pytest.raises(ProposalRefused, match="已有 1 项求解") as refused:
        ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=officer)
    assert refused.value.rule == "proposal.too_many"


def test_a_district_of_45_communities_cancelled_half_way(no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "LOOK_EVERY_S", 0.02)  # all 45 are small and solved within a second or two
    codes = make_communities(45)
    officer = world.officer()
    plan = plan_of(officer, *codes)
    asked = ask_proposal(plan_id=plan.id, kind=ProposalKind.BEST, by=officer)
    seen: list[tuple[float, str]] = []

    def impatient() -> None:
        """Wait until some are solved, then stop it: on a connection of its own, as another person's window has."""
        try:
            until = time.monotonic() + 120
            while time.monotonic() < until:
                row = proposal_row(asked.id, None)
                if row.progress_words:
                    seen.append((row.progress_share, row.progress_words))
                if row.progress_share >= 0.15:
                    cancel_proposal(proposal_id=asked.id, by=officer)
                    return
                time.sleep(0.02)
        finally:
            connection.close()

    person = Thread(target=impatient)
    person.start()
    running.solve_proposal(proposal_id=asked.id)
    person.join()
    row = proposal_row(asked.id, officer)
    assert row.state == ProposalState.CANCELLED
    proofs = [group["proof"] for group in row.result["groups"]]
    assert len(proofs) == 45
    assert 1 <= proofs.count("proven") < 45
    assert set(proofs) <= {"proven", "gap", "cancelled"}
    assert any("组社区" in words for _, words in seen)
    assert JournalLine.objects.get(happening="proposal.made").summary["state"] == "cancelled"

    apply_proposal(proposal_id=asked.id, version=1, by=officer)
    solved = [group["communities"][0] for group in row.result["groups"] if group["proof"] == "proven"]
    tiling = tiling_of_plan(plan.id)
    left = {tiling.grid_of[unit][:12] for unit in tiling.divided()}
    assert left
    assert left.isdisjoint(solved)


@pytest.fixture
def other_process() -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Return what runs some Python in a process of its own on the test's database."""
    begun: list[subprocess.Popen[bytes]] = []

    def run(code: str) -> "subprocess.Popen[bytes]":
        at = connection.settings_dict
        address = f"postgis://{at['USER']}:{at['PASSWORD'] or ''}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
        begin = "import django, uuid; django.setup(); "
        settings = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "project.settings.test"}
        process = subprocess.Popen([sys.executable, "-c", begin + code], cwd=ROOT, env=os.environ | settings)
        begun.append(process)
        return process

    yield run
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(what: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_killed_worker_ends_clean(no_jobs: None, other_process: Any) -> None:
    codes = make_communities(45)
    officer = world.officer()
    plan = plan_of(officer, *codes)
    asked = ask_proposal(plan_id=plan.id, kind=ProposalKind.ALTERNATIVES, by=officer, asked={"alternatives": 9})
    worker = other_process(
        "from gis.services.plans.proposals.running import solve_proposal;"
        f"solve_proposal(proposal_id=uuid.UUID('{asked.id}'))"
    )
    until(lambda: again(asked.id).state == ProposalState.SOLVING and again(asked.id).progress_share > 0)
    assert running.close_broken_proposals() == 0
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until(lambda: running.close_broken_proposals() == 1)
    row = proposal_row(asked.id, officer)
    assert (row.state, row.rule, row.edits) == (ProposalState.FAILED, "proposal.worker_died", [])
    assert "方案没有变化" in row.failure
    assert Plan.objects.get(id=plan.id).version == 1
    running.solve_proposal(proposal_id=asked.id)
    assert again(asked.id).state == ProposalState.FAILED


def test_who_lost_the_proposal_writes_nothing(no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was declared dead comes back: its answer is dropped."""
    officer = make_ground()
    asked = ask_proposal(plan_id=plan_of(officer).id, kind=ProposalKind.BEST, by=officer)
    real = running._end

    def declared_dead(*told: Any, **more: Any) -> bool:
        line = second_line()
        with line.cursor() as cursor:
            cursor.execute("UPDATE gridwork_planproposal SET state = 'failed' WHERE id = %s", [asked.id])
        line.close()
        return real(*told, **more)

    monkeypatch.setattr(running, "_end", declared_dead)
    running.solve_proposal(proposal_id=asked.id)
    assert (again(asked.id).state, again(asked.id).edits) == (ProposalState.FAILED, [])
    assert not JournalLine.objects.filter(happening="proposal.made").exists()


def test_two_workers_do_not_take_the_same(no_jobs: None) -> None:
    officer = make_ground()
    asked = ask_proposal(plan_id=plan_of(officer).id, kind=ProposalKind.BEST, by=officer)
    line = second_line()
    try:
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, lock_key(asked.id)])
        running.solve_proposal(proposal_id=asked.id)
        assert again(asked.id).state == ProposalState.WAITING
    finally:
        line.close()


def test_a_fault_is_told_and_raised(no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from gis.services.plans.proposals import making

    officer = make_ground()
    asked = ask_proposal(plan_id=plan_of(officer).id, kind=ProposalKind.BEST, by=officer)

    def broken(*_told: Any) -> Any:
        raise RuntimeError("solver")

    monkeypatch.setattr(making, "run", broken)
    with pytest.raises(RuntimeError, match="solver"):
        running.solve_proposal(proposal_id=asked.id)
    row = proposal_row(asked.id, officer)
    assert (row.state, row.rule) == (ProposalState.FAILED, "proposal.fault")
    assert "RuntimeError" in row.failure
