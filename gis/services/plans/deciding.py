"""Decide on a plan: submit it, approve it as another person, for now or for a day, reject it, withdraw it."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.said import said
from gis.models import Plan, PlanOperation, User
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.cases import let_cases_go, take_cases_along
from gis.services.plans.checking import Checked, base_is_same, figures_of_check, look, require_publishable
from gis.services.plans.notice_numbers import give_number
from gis.services.plans.publishing import publish, refusing_overlaps
from gis.services.plans.rebasing import move_base
from gis.services.plans.refusals import OwnPlan, PlanRefused
from gis.terms import Action, CaseState, Happening, PlanState


def submit_plan(*, plan_id: uuid.UUID, version: int, by: User) -> PlanRow:
    """Submit a draft for approval; from then on nobody draws in it.

    A draft whose base has changed is moved over first, where that is safe.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    BaseChanged : its base has changed where the plan changes it too.
    PlanRefused : it changes nothing, leaves land without a grid, or would bring a new clear finding.
    """
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent={"what": "submitted"})
        acts.move_to(plan, PlanState.SUBMITTED)
        take_cases_along(plan, _check(plan), CaseState.PROPOSED, by=by)
        plan.approver, plan.decided_at, plan.decision = None, None, ""
        plan.submitted_at, plan.submitted_by = timezone.now(), by
        _close(plan, Happening.PLAN_SUBMITTED, by=by, what="submitted")
        return plan_row(plan)


def approve_plan(
    *, plan_id: uuid.UUID, version: int, by: User, in_force_from: datetime | None = None, decision: str = ""
) -> PlanRow:
    """Approve a submitted plan, as another person than its author: in force now, or from a moment on.

    A plan that was approved and could not come into force is approved anew in the same way.

    Parameters
    ----------
    in_force_from : None for at once; a moment in the future else.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    OwnPlan : `by` wrote, drew or submitted it.
    PlanRefused : `plan.moment_past`; or it does not pass the check any more.
    BaseChanged : its base has changed, and it cannot be moved over.
    """
    sent = {"what": "decided", "in_force_from": in_force_from.isoformat() if in_force_from else None}
    plan = _taken_title(plan_id)
    with refusing_overlaps(plan), transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.APPROVE_PLAN, version=version, sent=sent)
        acts.require_state(plan, PlanState.SUBMITTED, PlanState.APPROVED)
        _require_other(plan, by)
        _require_future(in_force_from)
        plan.approver, plan.decided_at, plan.decision = by, timezone.now(), decision.strip()
        plan.in_force_from, plan.failure = in_force_from, {}
        give_number(plan)
        if in_force_from is None:
            _noted(plan, Happening.PLAN_APPROVED, by=by, what="decided", decision=plan.decision)
            publish(plan, by=by)
            return plan_row(plan)
        take_cases_along(plan, _check(plan), CaseState.DECIDED, by=by)
        acts.move_to(plan, PlanState.SCHEDULED)
        acts.save(plan)
        _noted(plan, Happening.PLAN_APPROVED, by=by, what="decided", decision=plan.decision)
        acts.note(plan, Happening.PLAN_SCHEDULED, by=by, in_force_from=in_force_from.isoformat())
        follow_up(
            Happening.PLAN_SCHEDULED, district_code=plan.district_id, plan_id=plan.id, in_force_from=in_force_from
        )
        return plan_row(plan)


def reject_plan(*, plan_id: uuid.UUID, version: int, by: User, decision: str) -> PlanRow:
    """Send a submitted plan back, with the reason; it is kept as it is, and continued as a branch.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    OwnPlan : `by` wrote, drew or submitted it. PlanRefused : `plan.no_decision`.
    """
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.APPROVE_PLAN, version=version, sent={"decision": decision})
        _require_other(plan, by)
        plan.decision = acts.require_text(decision, rule="plan.no_decision", message=_("请写明退回的理由。"))
        acts.move_to(plan, PlanState.REJECTED)
        plan.approver, plan.decided_at = by, timezone.now()
        let_cases_go(plan, by=by)
        _close(plan, Happening.PLAN_REJECTED, by=by, what="decided", decision=plan.decision[:500])
        return plan_row(plan)


def send_back_plan(*, plan_id: uuid.UUID, version: int, by: User, decision: str) -> PlanRow:
    """Send a submitted plan back to its author with a note: it is a draft again, and is submitted anew.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    OwnPlan : `by` wrote, drew or submitted it. PlanRefused : `plan.no_decision`.
    """
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.APPROVE_PLAN, version=version, sent={"decision": decision})
        acts.require_state(plan, PlanState.SUBMITTED)
        _require_other(plan, by)
        plan.decision = acts.require_text(decision, rule="plan.no_decision", message=_("请写明退回的理由。"))
        acts.move_to(plan, PlanState.DRAFT)
        plan.approver, plan.decided_at = by, timezone.now()
        plan.submitted_at, plan.submitted_by = None, None
        let_cases_go(plan, by=by)
        _close(plan, Happening.PLAN_SENT_BACK, by=by, what="sent_back", decision=plan.decision[:500])
        return plan_row(plan)


def withdraw_plan(*, plan_id: uuid.UUID, version: int, by: User, reason: str = "") -> PlanRow:
    """Withdraw a plan that is not in force yet; what was drawn is kept. One in force is taken back by another plan.

    Raises
    ------
    UnknownPlan, NotYours, PlanMoved
    WrongPlanMove : it is in force, or has ended.
    """
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent={"reason": reason})
        acts.move_to(plan, PlanState.WITHDRAWN)
        let_cases_go(plan, by=by)
        _close(plan, Happening.PLAN_WITHDRAWN, by=by, what="withdrawn", reason=reason.strip()[:500])
        return plan_row(plan)


def _check(plan: Plan) -> Checked:
    """Move a plan over to today's base if it has changed; return its check, refuse one that cannot go into force."""
    now = timezone.now()
    if not base_is_same(plan, now):
        move_base(plan, now)
    checked = look(plan, now)
    require_publishable(plan, checked)
    plan.figures = figures_of_check(plan, checked) | {"version": plan.version + 1}
    return checked


def _close(plan: Plan, happening: Happening, *, by: User, what: str, **facts: str) -> None:
    acts.save(plan)
    _noted(plan, happening, by=by, what=what, **facts)


def _noted(plan: Plan, happening: Happening, *, by: User, what: str, **facts: str) -> None:
    acts.note(plan, happening, by=by, what=what, **facts)
    follow_up(happening, district_code=plan.district_id, plan_id=plan.id)


def _taken_title(plan_id: uuid.UUID) -> Plan:
    """Return the plan without a lock: only its title is read, for what a refusal says."""
    return Plan.objects.filter(id=plan_id).first() or Plan(title=str(plan_id))


def _require_other(plan: Plan, by: User) -> None:
    drew = PlanOperation.objects.filter(plan=plan, number__lte=plan.done, by=by).exists()
    if drew or by.pk in (plan.author_id, plan.submitted_by_id):
        raise OwnPlan(
            said("方案“{title}”由您编制或提交，须由另一位审批人审批。", title=plan.title), rule="plan.own_approval"
        )


def _require_future(moment: datetime | None) -> None:
    if moment is None:
        return
    if timezone.is_naive(moment):
        raise PlanRefused(said("生效时刻须写明时区。"), rule="plan.moment_without_zone")
    if moment <= timezone.now():
        local = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
        raise PlanRefused(
            said("生效时刻 {moment} 已过；请选择将来的时刻，或选择立即生效。", moment=local), rule="plan.moment_past"
        )
