"""What every act on a plan shares: the plan taken under a lock, who may, at which version; the line that it leaves."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis import journal, policy
from gis.models import Plan, PlanOperation, User
from gis.selectors.plans.rows import PLAN, changes_since, may_see, unknown
from gis.services.plans.refusals import ChangeMade, PlanMoved, PlanRefused, WrongPlanMove
from gis.services.territory.committing import LOCK_CLASS
from gis.speech import in_words
from gis.terms import PLAN_MOVES, Action, Happening, PlanState

CLOCK = "后台任务"
"""How the doer of a scheduled act is called in the journal."""

WHATS = {
    "operation": gettext_lazy("操作"),
    "undo": gettext_lazy("撤销一步"),
    "redo": gettext_lazy("重做一步"),
    "described": gettext_lazy("修改标题或理由"),
    "upload": gettext_lazy("上传图层"),
    "proposal": gettext_lazy("采用调整建议"),
    "codes": gettext_lazy("按规则编码"),
    "locks": gettext_lazy("锁定网格"),
    "rebase": gettext_lazy("更新基准"),
    "taken_back": gettext_lazy("恢复原网格"),
    "submitted": gettext_lazy("提交审批"),
    "decided": gettext_lazy("审批"),
    "sent_back": gettext_lazy("退回修改"),
    "withdrawn": gettext_lazy("撤回"),
}
"""Kinds of change, as a journal line keeps them → words."""


def lock_district(district_code: str) -> None:
    """Wait until nobody else writes boundaries of the district: imports and plans take the same lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, int(district_code)])


def take_plan(
    plan_id: uuid.UUID,
    *,
    by: User | None,
    action: Action,
    version: int | None,
    sent: Mapping[str, Any] | None = None,
) -> Plan:
    """Return a plan, locked until the transaction ends.

    Parameters
    ----------
    by : who acts; None is the platform itself.
    version : what the caller read; None only where the caller acts on whatever stands there.
    sent : what the caller asks for, handed back when the plan has moved.

    Raises
    ------
    UnknownPlan : none of this number, or not for this account to see.
    NotYours : `by` may not do `action` on all communities of the plan.
    PlanMoved : the plan was changed since the caller read it.
    """
    plan = Plan.objects.select_for_update().filter(id=plan_id).first()
    if plan is None or (by is not None and not may_see(plan, by)):
        raise unknown(plan_id)
    if by is not None:
        require_on(by, action, plan.communities)
    if version is not None and version != plan.version:
        raise _moved(plan, version, dict(sent or {}))
    return plan


def require_on(by: User, action: Action, communities: Iterable[str]) -> None:
    """Refuse with NotYours unless `by` may do `action` on every community."""
    mine = tuple(policy.territories(by, action))
    for code in communities:
        if not code.startswith(mine):
            policy.require(by, action, code)


def require_state(plan: Plan, *states: PlanState) -> None:
    """Refuse with WrongPlanMove unless the plan stands in one of some states."""
    if plan.state not in states:
        raise WrongPlanMove(
            _("方案“%(title)s”现为“%(state)s”，不能这样做；请刷新后再看。")
            % {"title": plan.title, "state": _(PlanState(plan.state).label)}
        )


def move_to(plan: Plan, state: PlanState) -> None:
    """Let the plan make a move that its state allows; the caller saves it.

    Raises
    ------
    WrongPlanMove : the move is not in PLAN_MOVES.
    """
    if state not in PLAN_MOVES[PlanState(plan.state)]:
        raise WrongPlanMove(
            _("方案“%(title)s”现为“%(state)s”，不能变为“%(to)s”。")
            % {"title": plan.title, "state": _(PlanState(plan.state).label), "to": _(state.label)}
        )
    plan.state = state.value


def save(plan: Plan) -> None:
    """Write the plan with its next version."""
    plan.version += 1
    plan.touched_at = timezone.now()
    plan.save()


def note(plan: Plan, happening: Happening, *, by: User | None, what: str = "", **facts: Any) -> None:
    """Write the journal line of an act, with the version that it led to."""
    journal.write(
        happening,
        by=by,
        by_name="" if by else CLOCK,
        subject_kind=PLAN,
        subject_code=str(plan.id),
        district_code=plan.district_id,
        summary={"version": plan.version, **({"what": what} if what else {}), **facts},
    )


def require_text(text: str, *, rule: str, message: str, most: int | None = None) -> str:
    """Return a text without blanks around it; refuse one that says nothing, or too much."""
    said = text.strip()
    if not said:
        raise PlanRefused(message, rule=rule)
    if most is not None and len(said) > most:
        raise PlanRefused(
            _("文字过长：最多 %(most)d 字，现有 %(count)d 字。") % {"most": most, "count": len(said)},
            rule="plan.text_too_long",
        )
    return said


def _moved(plan: Plan, version: int, sent: dict[str, Any]) -> PlanMoved:
    """Return the refusal of a stale write, with both sides."""
    since = list(_made_since(plan, version))
    who = "、".join(dict.fromkeys(change.by for change in since)) or _("他人")
    return PlanMoved(
        _(
            "方案“%(title)s”已由%(who)s修改（您看到的是第 %(old)d 版，现为第 %(new)d 版）；您的修改没有丢失，"
            "请查看对方的改动后决定是否重新提交。"
        )
        % {"title": plan.title, "who": who, "old": version, "new": plan.version},
        version=plan.version,
        sent=sent,
        since=since,
    )


def _made_since(plan: Plan, version: int) -> Iterable[ChangeMade]:
    lines = changes_since(plan.id, version=version, district_code=plan.district_id, since=plan.created_at)
    texts = dict(PlanOperation.objects.filter(plan=plan).values_list("number", "text"))
    for line in lines:
        what = str(line.summary.get("what", ""))
        drawn = texts.get(line.summary.get("number")) if what == "operation" else None
        text = in_words(drawn) if drawn else str(WHATS.get(what) or _(Happening(line.happening).label))
        yield ChangeMade(line.summary["version"], what, text, line.by_name, line.at)


def seen(plan_id: uuid.UUID, *, by: User | None, action: Action | None = None) -> uuid.UUID:
    """Return the number of a plan that an account may see, and may do something with when named, without taking it.

    Raises
    ------
    UnknownPlan, NotYours
    """
    plan = Plan.objects.filter(id=plan_id).first()
    if plan is None or (by is not None and not may_see(plan, by)):
        raise unknown(plan_id)
    if by is not None and action is not None:
        require_on(by, action, plan.communities)
    return plan.id
