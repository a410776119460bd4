"""The job and the clock that put plans into force, and the audit behind them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gis.models import AuditRun, Plan
from gis.services.plans.deciding import approve_plan
from gis.tasks import audits, plans
from gis.terms import PlanState, RunState
from tests.services.audits import world
from tests.services.plans import plan_world as town

pytestmark = pytest.mark.django_db(transaction=True)


def scheduled():
    town.make_ground()
    plan = town.submitted(world.officer())
    moment = timezone.now() + timedelta(days=1)
    return approve_plan(plan_id=plan.id, version=plan.version, by=world.approver(), in_force_from=moment)


def test_the_job_puts_a_plan_into_force_once_its_moment_has_come():
    plan = scheduled()
    asked = {"district_code": world.DISTRICT, "plan_id": str(plan.id)}
    assert plans.put_in_force(**asked) == PlanState.SCHEDULED
    Plan.objects.filter(id=plan.id).update(in_force_from=timezone.now())
    assert plans.put_in_force(**asked) == PlanState.IN_FORCE
    assert plans.put_in_force(**asked) == PlanState.IN_FORCE
    assert audits.audit_plan(**asked) == AuditRun.objects.get(state=RunState.DONE).pk


def test_the_clock_picks_up_what_was_missed():
    plan = scheduled()
    assert plans.put_due_in_force(timestamp=0) == 0
    Plan.objects.filter(id=plan.id).update(in_force_from=timezone.now() - timedelta(days=2))
    assert plans.put_due_in_force(timestamp=0) == 1
    assert plans.put_due_in_force(timestamp=0) == 0
    assert Plan.objects.get(id=plan.id).state == PlanState.IN_FORCE
