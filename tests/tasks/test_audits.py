"""What follows from a change is done by a real worker, once, also when one dies in the middle."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gis.models import AuditRun, CompoundBoundary, Finding, ImportRecord, RawPiece, Sighting
from gis.services.audits.exceptions import accept_exception
from gis.services.audits.runs import LOCK_CLASS, run_audit
from gis.services.followups import follow_up
from gis.tasks import nightly
from gis.terms import CaseState, Happening, LayerKind, Novelty, RunKind, RunState
from tests.services.audits import world


@pytest.fixture
def district(no_jobs):
    district = world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    return district


def an_import(kind=LayerKind.COMPOUND, **facts):
    """Commit what an import commits: its record and what follows from it."""
    with transaction.atomic():
        record = ImportRecord.objects.create(
            kind=kind,
            file_name="小区.gpkg",
            sha256="0" * 64,
            district_code=world.DISTRICT,
            by_name="officer",
            crs="EPSG:4490",
            accuracy_m=1.0,
            counts={"changed": 1, "redrawn": 1},
            in_force_from=timezone.now(),
        )
        CompoundBoundary.objects.filter(made_by=None).update(made_by=record)
        follow_up(Happening.BOUNDARIES_IMPORTED, district_code=world.DISTRICT, import_id=record.pk, kind=kind, **facts)
    return record


def test_after_an_import_the_worker_audits(district, work, jobs):
    an_import()
    assert jobs() == [("gis.audits.audit_import", "todo", 0)]
    work()
    assert jobs() == [("gis.audits.audit_import", "succeeded", 1)]
    run = AuditRun.objects.get()
    assert (run.state, run.kind, run.new_count, run.cause[:5]) == (RunState.DONE, RunKind.FULL, 1, "导入 小区")
    world.replace(CompoundBoundary, "X1", world.inside_outline(), at=timezone.now())
    an_import()
    work()
    run = AuditRun.objects.order_by("id").last()
    assert (run.kind, run.resolved_count) == (RunKind.INCREMENTAL, 1)


def test_a_change_that_is_rolled_back_has_no_consequence(district, jobs):
    with transaction.atomic():
        follow_up(Happening.RULES_CHANGED, district_code=world.DISTRICT)
        transaction.set_rollback(True)
    assert jobs() == []


def test_a_consequence_outside_a_transaction_is_refused(district, jobs):
    with pytest.raises(RuntimeError, match="outside a transaction"):
        follow_up(Happening.RULES_CHANGED, district_code=world.DISTRICT)
    assert jobs() == []


def test_roads_have_no_consequence(district, jobs):
    an_import(LayerKind.ROAD)
    assert jobs() == []


def test_what_comes_into_force_later_is_audited_then(district, work, jobs):
    later = datetime(2099, 1, 1, tzinfo=UTC)
    an_import(in_force_from=later)
    work()
    assert jobs() == [("gis.audits.audit_import", "todo", 0)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs")
        assert cursor.fetchone() == (later,)


def test_changed_rules_are_followed_by_a_full_audit(district, work, jobs):
    with transaction.atomic():
        follow_up(Happening.RULES_CHANGED, district_code=world.DISTRICT, cause="修改阈值")
    work()
    assert AuditRun.objects.get().cause == "修改阈值"
    assert jobs() == [("gis.audits.audit_district", "succeeded", 1)]


def test_a_district_without_layers_needs_no_audit_yet(no_jobs, work, jobs):
    world.make_district()
    an_import(LayerKind.GRID)
    work()
    assert jobs() == [("gis.audits.audit_import", "succeeded", 1)]
    assert not AuditRun.objects.exists()


def test_a_job_waits_for_the_audit_that_is_at_work(district, work, jobs):
    an_import()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, int(world.DISTRICT)])
        work()
        assert jobs() == [("gis.audits.audit_import", "todo", 1)]
    finally:
        other.close()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    work()
    assert jobs() == [("gis.audits.audit_import", "succeeded", 2)]
    assert AuditRun.objects.get().state == RunState.DONE


DIES = """
    import os, signal, django
    from django.conf import settings
    settings.DATABASES["default"]["NAME"] = {name!r}
    django.setup()
    from gis.services.audits import runs
    runs._finish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    runs.run_audit(district_code={code!r}, by=None)
"""


def test_a_worker_killed_in_the_middle_leaves_nothing_half_written(district):
    run_audit(district_code=world.DISTRICT, by=None)
    world.replace(CompoundBoundary, "X1", world.inside_outline(), at=timezone.now())
    program = textwrap.dedent(DIES).format(name=connection.settings_dict["NAME"], code=world.DISTRICT)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "project.settings.test"}
    dead = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr

    broken = AuditRun.objects.get(state=RunState.RUNNING)
    assert Finding.objects.get().state == CaseState.FOUND
    assert (Sighting.objects.count(), RawPiece.objects.filter(run=broken).count()) == (1, 0)

    run = run_audit(district_code=world.DISTRICT, by=None)
    broken.refresh_from_db()
    assert (broken.state, run.resolved) == (RunState.FAILED, 1)
    assert "进程中断" in broken.reason
    assert Sighting.objects.filter(novelty=Novelty.RESOLVED).count() == 1


def test_a_job_whose_worker_died_is_done_by_the_next(district, work, jobs):
    an_import()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = 1, worker_id = %s", [cursor.fetchone()[0]]
        )
    nightly.pick_up_broken_work.defer(timestamp=0)
    work()
    work()
    assert [job[:2] for job in jobs()] == [("gis.audits.audit_import", "succeeded")]
    assert AuditRun.objects.get().state == RunState.DONE


def test_the_night_opens_lapsed_exceptions_and_closes_broken_runs(district, work):
    run_audit(district_code=world.DISTRICT, by=None)
    today = timezone.localdate()
    accepted = accept_exception(
        finding_id=Finding.objects.get().id,
        reason="正在拆迁",
        expires_on=today + timedelta(days=1),
        by=world.approver(),
    )
    accepted.accepted_on, accepted.expires_on = today - timedelta(days=9), today
    accepted.save()
    long_ago = timezone.now() - timedelta(hours=1)
    AuditRun.objects.create(district=district, kind=RunKind.FULL, as_of=long_ago, started_at=long_ago)
    nightly.expire_exceptions.defer(timestamp=0)
    nightly.close_broken_runs.defer(timestamp=0)
    work()
    assert Finding.objects.get().state == CaseState.FOUND
    assert not AuditRun.objects.filter(state=RunState.RUNNING).exists()
