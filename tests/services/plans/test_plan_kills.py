"""A publishing process is killed at every step: the plan is in force wholly, or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
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
KILLS_AT_RANDOM = 4
BY_THE_WAY = 4
"""Statements that only a run inside another transaction makes: a savepoint, its release, the look-up of the account."""


def publisher(plan: selected.PlanRow, *point: int) -> "subprocess.Popen[str]":
    """Start a process that approves a plan on this test's database."""
    settings = connection.settings_dict
    login = ":".join(part for part in (settings["USER"], settings["PASSWORD"]) if part)
    url = f"postgis://{login}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-m", "tests.services.plans.publisher", str(plan.id), str(plan.version), "approver"]
        + [str(number) for number in point],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


def test_a_killed_publisher_leaves_all_or_nothing():
    town.make_ground()
    officer = world.officer()
    world.approver()
    plan = town.submitted(officer)
    statements = _statements(plan)
    points = sorted({0, statements - BY_THE_WAY, *range(2, statements - BY_THE_WAY, max(statements // 9, 1))})
    for point in points:
        process = publisher(plan, point)
        _out, error = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, error
        wait_for_locks()
        assert not require_all_or_nothing(plan), f"in force before its commit, killed at statement {point}"
    for _ in range(KILLS_AT_RANDOM):
        process = publisher(plan)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0.0, 0.8))  # any moment will do
        process.kill()
        process.wait()
        wait_for_locks()
        if require_all_or_nothing(plan):
            break
    else:
        process = publisher(plan)
        _out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
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
