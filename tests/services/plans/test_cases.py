"""Cases of findings go along with the plan that mends them, and back when it is not to be; a plan is sent back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gis.models import CaseNote, Finding, JournalLine, Membership, Plan
from gis.services.audits.exceptions import accept_exception
from gis.services.audits.runs import run_audit
from gis.services.plans import deciding
from gis.services.plans.operating import apply_operation
from gis.services.plans.refusals import OwnPlan, PlanRefused, WrongPlanMove
from gis.terms import CaseState, Happening, PlanState, Role
from tests.services.audits import world
from tests.services.plans import plan_world as town

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    town.make_ground()
    run_audit(district_code=world.DISTRICT, by=None)
    return world.officer()


@pytest.fixture
def approver():
    return world.approver()


def state() -> str:
    """Return where the case of the crossed compound stands."""
    return Finding.objects.get(kind="compound_crossed").state


def act(what, plan, by, **told):
    return what(plan_id=plan.id, version=plan.version, by=by, **told)


def test_a_case_goes_the_way_of_its_plan(officer, approver):
    assert state() == CaseState.FOUND
    plan = town.submitted(officer)
    assert state() == CaseState.PROPOSED
    notes = CaseNote.objects.filter(finding__kind="compound_crossed").values_list("from_state", "to_state", "by")
    assert list(notes) == [("found", "triaged", officer.pk), ("triaged", "proposed", officer.pk)]
    act(deciding.approve_plan, plan, approver)
    assert state() == CaseState.IN_FORCE
    run_audit(district_code=world.DISTRICT, by=None)
    assert state() == CaseState.VERIFIED
    line = JournalLine.objects.filter(happening=Happening.FINDING_MOVED).last()
    assert line.summary["plan"] == str(plan.id)


def test_a_scheduled_plan_decides_and_its_withdrawal_takes_it_back(officer, approver):
    plan = town.submitted(officer)
    plan = act(deciding.approve_plan, plan, approver, in_force_from=timezone.now() + timedelta(days=3))
    assert state() == CaseState.DECIDED
    act(deciding.withdraw_plan, plan, officer)
    assert state() == CaseState.TRIAGED
    assert Plan.objects.get().cases == []


@pytest.mark.parametrize("way", [deciding.reject_plan, deciding.send_back_plan])
def test_a_refused_plan_lets_its_cases_go(officer, approver, way):
    plan = town.submitted(officer)
    act(way, plan, approver, decision="请与社区再商量")
    assert state() == CaseState.TRIAGED


def test_a_case_stays_proposed_while_another_plan_is_under_way(officer, approver):
    one, other = town.submitted(officer), town.submitted(officer)
    act(deciding.reject_plan, one, approver, decision="重复")
    assert state() == CaseState.PROPOSED
    act(deciding.reject_plan, other, approver, decision="重复")
    assert state() == CaseState.TRIAGED


def test_an_exception_is_left_alone(officer):
    case = Finding.objects.get(kind="compound_crossed")
    until = timezone.localdate() + timedelta(days=30)
    keeper = world.approver("keeper")
    accept_exception(finding_id=case.id, reason="历史遗留", expires_on=until, by=keeper)
    town.submitted(officer)
    assert state() == CaseState.EXCEPTED


def test_a_plan_sent_back_is_drawn_on_and_submitted_anew(officer, approver):
    plan = town.submitted(officer)
    role = {"role": Role.APPROVER, "territory_code": world.DISTRICT, "begins_on": world.ESTABLISHED}
    Membership.objects.create(user=officer, **role)
    with pytest.raises(OwnPlan):
        act(deciding.send_back_plan, plan, officer, decision="自己退回")
    plan = act(deciding.send_back_plan, plan, approver, decision=" 请补充理由 ")
    assert (plan.state, plan.decision, plan.approver) == (PlanState.DRAFT, "请补充理由", str(approver))
    assert plan.submitted_at is None
    again = {"kind": "rename_grid", "grid": town.G1, "name": "海晏"}
    plan = apply_operation(plan_id=plan.id, version=plan.version, edit=again, by=officer).plan
    plan = act(deciding.submit_plan, plan, officer)
    assert (plan.state, plan.decision, plan.approver) == (PlanState.SUBMITTED, "", "")
    assert act(deciding.approve_plan, plan, approver).state is PlanState.IN_FORCE
    with pytest.raises(WrongPlanMove):
        act(deciding.send_back_plan, Plan.objects.get(id=plan.id), approver, decision="太晚")


def test_a_plan_is_not_sent_back_without_a_word(officer, approver):
    plan = town.submitted(officer)
    with pytest.raises(PlanRefused) as refusal:
        act(deciding.send_back_plan, plan, approver, decision=" ")
    assert refusal.value.rule == "plan.no_decision"
