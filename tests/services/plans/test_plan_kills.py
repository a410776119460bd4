"""A publishing process is killed at every step: the plan is in force wholly, or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from gis.models import CrosswalkRow, GridBoundary, HandOver, JournalLine, Plan
from gis.selectors import plans as selected
from gis.terms import Happening, PlanState
from tests.services.audits import world
from tests.services.plans import plan_world as town

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
KILLS_AT_RANDOM = 3
BY_THE_WAY = 4
"""Statements that only a run inside another transaction makes: a savepoint, its release, the look-up of the account."""


@contextmanager
def publishers(plan: selected.PlanRow) -> Iterator[Callable[[str], int]]:
    """Start the process of publishers on this test's database; yield what starts one and returns its exit code."""
    settings = connection.settings_dict
    login = ":".join(part for part in (settings["USER"], settings["PASSWORD"]) if part)
    url = f"postgis://{login}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    command = [sys.executable, "-m", "tests.services.plans.publisher", str(plan.id), str(plan.version), "approver"]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings.test"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def start(line: str) -> int:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield start
        process.stdin.close()


def require_all_or_nothing(plan: selected.PlanRow) -> bool:
    """Fail unless the plan is in force wholly or not at all; return which."""
    published = Plan.objects.get(id=plan.id).state == PlanState.IN_FORCE
    assert published or Plan.objects.get(id=plan.id).state == PlanState.SUBMITTED
    lines = JournalLine.objects.filter(subject_code=str(plan.id))
    assert lines.filter(happening=Happening.PLAN_IN_FORCE).count() == int(published)
    assert lines.filter(happening=Happening.PLAN_APPROVED).count() == int(published)
    assert GridBoundary.objects.filter(plan_id=plan.id).count() == (2 if published else 0)
    assert GridBoundary.objects.filter(ended_by_id=plan.id).count() == (2 if published else 0)
    assert CrosswalkRow.objects.filter(plan_id=plan.id).exists() is published
    assert HandOver.objects.filter(plan_id=plan.id).count() == (2 if published else 0)
    town.require_whole()
    return published


def wait_for_locks() -> None:
    """Wait until the killed process's connection is gone and with it what it had begun."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE datname = current_database() AND locktype = 'advisory' AND granted"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


def test_a_killed_publisher_leaves_all_or_nothing():
    town.make_ground()
    officer = world.officer()
    world.approver()
    plan = town.submitted(officer)
    statements = _statements(plan)
    points = sorted({0, statements - BY_THE_WAY, *range(2, statements - BY_THE_WAY, max(statements // 7, 1))})
    with publishers(plan) as start:
        for point in points:
            assert start(f"statement {point}") == -signal.SIGKILL
            wait_for_locks()
            assert not require_all_or_nothing(plan), f"in force before its commit, killed at statement {point}"
        for _ in range(KILLS_AT_RANDOM):
            start(f"after {random.uniform(0.0, 1.0):.3f}")  # any moment will do
            wait_for_locks()
            if require_all_or_nothing(plan):
                return
        assert start("whole 0") == 0
        assert require_all_or_nothing(plan)


def _statements(plan: selected.PlanRow) -> int:
    """Return how many statements the act takes, from a run whose transaction is taken back."""
    from django.db import transaction

    from gis.models import User
    from gis.services.plans.deciding import approve_plan

    made = 0

    def count(execute, sql, params, many, context):
        nonlocal made
        made += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count), transaction.atomic():
        approve_plan(plan_id=plan.id, version=plan.version, by=User.objects.get(username="approver"))
        transaction.set_rollback(True)
    return made
