"""What an account may do with a plan as it stands, and why not where it may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Min

from gis import policy
from gis.geometry.said import Said, said
from gis.models import Plan, PlanOperation, User
from gis.selectors.plans.rows import PlanRow, plans
from gis.terms import PLAN_MOVES, Action, PlanState

DECIDED_IN = (PlanState.SUBMITTED, PlanState.APPROVED)
"""Where an approver decides; an approved plan that could not come into force is approved anew."""


class Act(StrEnum):
    """What people do with a plan on its page."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    BRANCH = "branch"
    REBASE = "rebase"
    CORRECT = "correct"
    TAKE_BACK = "take_back"


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that the plan's state allows; `why_not` says why this account may not do it, None where it may."""

    act: Act
    why_not: Said | None

    @property
    def allowed(self) -> bool:
        return self.why_not is None


def offers_for(plan: PlanRow, user: User) -> dict[str, Offer]:
    """Return by name what can be done with a plan as it stands, whether this account may or not."""
    mine = policy.territories_of_each([Action.EDIT_PLAN, Action.APPROVE_PLAN], user)
    no_officer = _lacks(plan, mine[Action.EDIT_PLAN], Action.EDIT_PLAN)
    no_approver = _lacks(plan, mine[Action.APPROVE_PLAN], Action.APPROVE_PLAN)
    own = None if no_approver or not _is_own([plan], user) else said("由您编制、绘制或提交，须由另一位审批人审批。")
    whys: dict[Act, Said | None] = dict.fromkeys(Act, no_officer)
    for act in (Act.APPROVE, Act.SEND_BACK, Act.REJECT):
        whys[act] = no_approver or own
    return {act.value: Offer(act, whys[act]) for act in acts_in(plan)}


def acts_in(plan: PlanRow) -> list[Act]:
    """Return the acts that the state of a plan allows to somebody."""
    moves = PLAN_MOVES[plan.state]
    allowed = {
        Act.EDIT: plan.state is PlanState.DRAFT,
        Act.SUBMIT: plan.state is PlanState.DRAFT,
        Act.REBASE: plan.state is PlanState.DRAFT,
        Act.APPROVE: plan.state in DECIDED_IN,
        Act.SEND_BACK: PlanState.DRAFT in moves,
        Act.REJECT: PlanState.REJECTED in moves,
        Act.WITHDRAW: PlanState.WITHDRAWN in moves,
        Act.BRANCH: plan.state is not PlanState.IN_FORCE,
        Act.CORRECT: plan.state is PlanState.IN_FORCE,
        Act.TAKE_BACK: plan.state is PlanState.IN_FORCE,
    }
    return [act for act, may_be in allowed.items() if may_be]


def plans_waiting_for(user: User, *, district_code: str = "") -> list[PlanRow]:
    """Return the plans on which this account may decide, and on which somebody has to; the oldest first."""
    theirs = policy.territories(user, Action.APPROVE_PLAN)
    if not theirs:
        return []
    _total, rows = plans(user, district_code=district_code, states=DECIDED_IN, limit=MOST_WAITING)
    mine = [row for row in rows if _lacks(row, theirs, Action.APPROVE_PLAN) is None]
    own = _is_own(mine, user)
    return sorted((row for row in mine if row.id not in own), key=lambda row: row.touched_at)


MOST_WAITING = 200


def _lacks(plan: PlanRow, territories: Sequence[str], action: Action) -> Said | None:
    """Say that the account's role does not reach all communities of a plan; None where it does."""
    beyond = [code for code in plan.communities if not code.startswith(tuple(territories))] if territories else []
    if not territories:
        return said("您的账号没有“{action}”的权限。", action=action)
    if beyond:
        return said("您的账号不能在社区 {codes} {action}。", codes=beyond, action=action)
    return None


def _is_own(rows: Sequence[PlanRow], user: User) -> set[Any]:
    """Return which of some plans an account wrote, drew or submitted."""
    ids = [row.id for row in rows]
    done = {row.id: row.done for row in rows}
    drawn = (
        PlanOperation.objects.filter(plan__in=ids, by=user).order_by().values("plan_id").annotate(first=Min("number"))
    )
    own = {one["plan_id"] for one in drawn if one["first"] <= done[one["plan_id"]]}
    own |= {row.id for row in rows if row.author_id == user.pk}
    return own | set(Plan.objects.filter(id__in=ids, submitted_by=user).values_list("id", flat=True))
