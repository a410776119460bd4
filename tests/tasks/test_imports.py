"""Imports by a real worker process: seen at work from outside, stopped at work, killed at work."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from gis.models import Grid, GridBoundary, ImportDraft, ImportRecord
from gis.services.territory import drafts
from gis.tasks import imports, nightly
from gis.terms import DraftState, LayerKind, Role
from tests.services.territory.conftest import DISTRICT, Files, account_of, box, found, grid_code, imported
from tests.services.territory.drafting import again, confirmed, upload

PATIENCE_S = 180
"""A machine at its limit is slow, not wrong; the sleep in the middle of a commit is far longer."""

WORKER = """
    import os, signal, sys, time, django
    from django.conf import settings
    settings.DATABASES["default"]["NAME"] = {name!r}
    settings.MEDIA_ROOT = {media!r}
    django.setup()
    from django.db import connection
    from procrastinate.contrib.django import app
    from gis.services.territory import committing
    drawn = committing.draw
    def draw(*told):
        drawn(*told)
        {then}
    committing.draw = draw
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, listen_notify=False)
"""

SLEEPS = 'connection.cursor().execute("SELECT pg_sleep(3600)")'
DIES = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture
def town(no_jobs: None, tmp_path: Any, settings: Any) -> Files:
    settings.MEDIA_ROOT = tmp_path / "media"
    files = Files(tmp_path)
    found(files)
    imported(LayerKind.GRID, files.grids({grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}))
    return files


@pytest.fixture
def officer(town: Files) -> Any:
    return account_of(Role.OFFICER, DISTRICT)


@pytest.fixture
def worker(settings: Any) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Return what starts a worker in a process of its own; `then` happens in the middle of each commit."""
    started: list[subprocess.Popen[str]] = []

    def start(then: str) -> subprocess.Popen[str]:
        told = {"name": connection.settings_dict["NAME"], "media": str(settings.MEDIA_ROOT), "then": then}
        program = textwrap.dedent(WORKER).format(**told)
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "project.settings.test"}
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def to_be_committed(town: Files, officer: Any, work: Callable[[], None]) -> ImportDraft:
    """Bring two moved and one new grid as far as the queue of commits, by jobs."""
    moved = {grid_code(1): box(0, 0, 3, 4), grid_code(2): box(3, 0, 4, 4), grid_code(3): box(4, 0, 8, 4)}
    asked = {"kind": LayerKind.GRID, "by": officer, "district_code": DISTRICT}
    draft = drafts.open_draft(uploads=[upload(town.grids(moved))], **asked)
    work()
    drafts.start_plan(draft_id=draft.pk, by=officer, choices=confirmed(again(draft)))
    work()
    planned = again(draft)
    assert planned.state == DraftState.PLANNED, planned.reason
    return drafts.start_commit(draft_id=draft.pk, by=officer, edition=planned.edition)


def eventually(draft: ImportDraft, wanted: Callable[[ImportDraft], bool]) -> ImportDraft:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        seen = again(draft)
        if wanted(seen):
            return seen
        time.sleep(0.1)
    raise AssertionError(f"still {seen.state} {seen.progress_words} {seen.progress_share} {seen.reason}")


def nothing_written() -> bool:
    return (GridBoundary.objects.count(), Grid.objects.count(), ImportRecord.objects.filter(kind="grid").count()) == (
        2,
        2,
        1,
    )


def asleep() -> bool:
    """Whether the database still works for a worker that sleeps in the middle of its commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep%%'"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_does_the_whole_way_and_the_audit_follows(town, officer, work) -> None:
    draft = to_be_committed(town, officer, work)
    work()
    done = again(draft)
    assert (done.state, GridBoundary.objects.filter(made_by=done.record).count()) == (DraftState.DONE, 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'gis.audits.audit_import'")
        assert cursor.fetchone()[0] >= 1


def test_progress_is_seen_while_the_commit_is_open_and_a_stop_ends_it(town, officer, work, worker) -> None:
    draft = to_be_committed(town, officer, work)
    process = worker(SLEEPS)
    seen = eventually(draft, lambda one: one.progress_words == "写入边界")
    assert (seen.state, round(seen.progress_share, 2)) == (DraftState.COMMITTING, 0.7)
    assert nothing_written()
    assert not drafts.close_if_broken(draft.pk)
    drafts.stop(draft_id=draft.pk, by=officer)
    stopped = eventually(draft, lambda one: one.state == DraftState.PLANNED)
    assert stopped.rule == "draft.stopped"
    assert process.wait(PATIENCE_S) == 0, process.communicate()
    assert nothing_written()


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_draft_says_so(town, officer, work, worker) -> None:
    draft = to_be_committed(town, officer, work)
    process = worker(SLEEPS)
    eventually(draft, lambda one: one.progress_words == "写入边界")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_S)
    eventually(draft, lambda one: drafts.close_if_broken(one.pk))
    failed = again(draft)
    assert (failed.state, failed.rule) == (DraftState.FAILED, "draft.worker_died")
    assert "没有写入任何数据" in failed.reason
    assert nothing_written()
    eventually(draft, lambda _one: not asleep())


def test_the_dead_workers_job_is_not_done_behind_the_persons_back(town, officer, work, worker) -> None:
    draft = to_be_committed(town, officer, work)
    process = worker(DIES)
    assert process.wait(PATIENCE_S) == -signal.SIGKILL, process.communicate()
    imports.close_broken_drafts.defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    nightly.pick_up_broken_work.defer(timestamp=0)
    work()
    work()
    assert again(draft).state == DraftState.FAILED
    assert nothing_written()
    drafts.start_plan(draft_id=draft.pk, by=officer, choices=confirmed(again(draft)))
    work()
    drafts.start_commit(draft_id=draft.pk, by=officer, edition=again(draft).edition)
    work()
    assert again(draft).state == DraftState.DONE
    assert GridBoundary.objects.count() == 5


def test_the_night_forgets_what_nobody_came_back_to(town, officer, work) -> None:
    draft = drafts.open_draft(
        uploads=[upload(town.grids({grid_code(1): box(0, 0, 1, 4)}))], kind=LayerKind.GRID, by=officer
    )
    work()
    ImportDraft.objects.filter(id=draft.pk).update(touched_at=timezone.now() - timedelta(days=10))
    imports.expire_drafts.defer(timestamp=0)
    work()
    assert again(draft).state == DraftState.EXPIRED
