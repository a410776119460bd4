"""Several people and workers at once, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import numpy as np
import pytest
import shapely
from django.db import connection
from django.utils import timezone

from gis.geometry.changes import Changed
from gis.models import AcceptedException, AuditRun, CompoundBoundary, Finding, Sighting
from gis.services.audits.cases import triage
from gis.services.audits.exceptions import accept_exception, expire_exceptions
from gis.services.audits.refusals import AuditRunning, WrongMove
from gis.services.audits.runs import LOCK_CLASS, audit_neighbourhood, run_audit
from gis.terms import CaseState, LayerKind, Novelty, RunState
from tests.services.audits import world

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]):
    """Do all at the same moment, each on its own connection; return results and refusals."""
    start = Barrier(len(works))

    def do(work):
        start.wait()
        try:
            return work()
        except (AuditRunning, WrongMove) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


@pytest.fixture
def district():
    district = world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    return district


def audit():
    return run_audit(district_code=world.DISTRICT, by=None)


@pytest.mark.parametrize("_turn", range(3))
def test_audits_started_at_once_take_turns_or_give_way(district, _turn):
    results = at_once(*[audit] * 4)
    done = [result for result in results if not isinstance(result, AuditRunning)]
    assert done
    assert AuditRun.objects.filter(state=RunState.DONE).count() == len(done)
    assert not AuditRun.objects.filter(state=RunState.RUNNING).exists()
    assert Finding.objects.count() == 1
    assert Sighting.objects.count() == len(done)
    assert Sighting.objects.filter(novelty=Novelty.NEW).count() == 1


def test_an_audit_and_an_officer_do_not_overwrite_each_other(district):
    audit()
    world.replace(CompoundBoundary, "X1", world.inside_outline(), at=timezone.now())
    case, officer = Finding.objects.get(), world.officer()
    at_once(audit, lambda: triage(finding_ids=[case.id], by=officer))
    case.refresh_from_db()
    moves = list(case.notes.order_by("id").values_list("from_state", "to_state"))
    assert case.state == CaseState.VERIFIED
    assert moves in (
        [("found", "triaged"), ("triaged", "verified")],
        [("found", "verified")],
    )


def test_one_exception_is_accepted_of_two(district):
    audit()
    case, approver = Finding.objects.get(), world.approver()
    until = timezone.localdate() + timedelta(days=9)

    def accept():
        return accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=until, by=approver)

    results = at_once(accept, accept)
    assert sum(isinstance(result, WrongMove) for result in results) == 1
    assert AcceptedException.objects.filter(ended_at=None).count() == 1


def test_an_exception_lapses_once(district):
    audit()
    case, today = Finding.objects.get(), timezone.localdate()
    accepted = accept_exception(
        finding_id=case.id, reason="正在拆迁", expires_on=today + timedelta(days=9), by=world.approver()
    )
    later = accepted.expires_on
    results = at_once(*[lambda: expire_exceptions(today=later)] * 3)
    assert sorted(len(result) for result in results) == [0, 0, 1]
    assert case.notes.filter(to_state=CaseState.FOUND).count() == 1


def test_a_change_gives_way_to_a_run_at_work_and_is_not_called_failed(district):
    audit()
    boundary = CompoundBoundary.objects.get(place__code="X1", in_force__endswith=None)
    shape = np.array([shapely.from_wkt(boundary.shape.wkt)], dtype=object)
    changed = Changed(LayerKind.COMPOUND, np.array(["X1"], dtype=object), shape, shape)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, int(world.DISTRICT)])
        with pytest.raises(AuditRunning):
            audit_neighbourhood(district_code=world.DISTRICT, changed=changed, by=None)
    finally:
        other.close()
    assert not AuditRun.objects.exclude(state=RunState.DONE).exists()
