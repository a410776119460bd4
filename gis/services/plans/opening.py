"""Open a plan: for communities as they lie today, as a branch of another plan, or after one that is in force."""

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.tiling_store import tiling_to_bytes
from gis.models import Community, Plan, PlanCheckpoint, PlanGround, PlanOperation, User
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.ground import Base, base_of
from gis.services.plans.refusals import PlanRefused
from gis.terms import Action, Happening, PlanFollows, PlanState

MOST_TITLE = 120
COMMUNITY_CODE = re.compile(r"[0-9]{12}")


def open_plan(
    *,
    district_code: str,
    communities: Iterable[str],
    title: str,
    reason: str,
    by: User,
    base_at: datetime | None = None,
) -> PlanRow:
    """Open a draft for some communities of a district; nothing is assigned otherwise than it lies.

    Parameters
    ----------
    base_at : the moment whose boundaries it starts from; now unless given, never in the future.

    Raises
    ------
    NotYours : `by` may not draw plans for all of the communities.
    PlanRefused : `plan.no_title`, `plan.no_reason`, `plan.no_communities`, `plan.unknown_community`,
        `plan.base_in_future`, `plan.no_grids`.
    """
    codes = _communities(district_code, communities)
    acts.require_on(by, Action.EDIT_PLAN, codes)
    title, reason = _title(title), _reason(reason)
    moment = base_at or timezone.now()
    if moment > timezone.now():
        raise PlanRefused(_("方案只能以现在或过去的边界为基准。"), rule="plan.base_in_future")
    base = base_of(district_code, codes, moment)
    with transaction.atomic():
        plan = _new(base, by, title=title, reason=reason, district_id=district_code, communities=codes, base_at=moment)
        return plan_row(plan)


def open_after(followed: Plan, way: PlanFollows, *, title: str, reason: str, by: User) -> tuple[Plan, Base]:
    """Open a draft that corrects or takes back a plan in force; it starts from today's boundaries.

    Called in the transaction of the caller, who adds operations where there are any.
    """
    acts.require_state(followed, PlanState.IN_FORCE)
    moment = timezone.now()
    base = base_of(followed.district_id, followed.communities, moment)
    plan = _new(
        base,
        by,
        title=_title(title),
        reason=_reason(reason),
        district_id=followed.district_id,
        communities=followed.communities,
        base_at=moment,
        follows=followed,
        follows_as=way.value,
    )
    return plan, base


def correct_plan(*, plan_id: uuid.UUID, title: str, reason: str, by: User) -> PlanRow:
    """Open a draft that corrects a plan in force: it starts from today's boundaries; the plan itself stays as it is.

    Raises
    ------
    UnknownPlan, NotYours
    WrongPlanMove : the plan is not in force.
    PlanRefused : as `open_plan`.
    """
    with transaction.atomic():
        followed = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=None)
        plan, _base = open_after(followed, PlanFollows.CORRECTION, title=title, reason=reason, by=by)
        return plan_row(plan)


def branch_plan(*, plan_id: uuid.UUID, title: str, by: User) -> PlanRow:
    """Open a draft that starts where another plan stands: its base, its operations in effect, its reason.

    Raises
    ------
    UnknownPlan, NotYours
    WrongPlanMove : the plan is in force: correct it, or take it back.
    """
    with transaction.atomic():
        parent = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=None)
        acts.require_state(parent, *(set(PlanState) - {PlanState.IN_FORCE}))
        plan = Plan.objects.create(
            district_id=parent.district_id,
            title=_title(title),
            reason=parent.reason,
            author=by,
            base_at=parent.base_at,
            communities=parent.communities,
            branch_of=parent,
            follows_id=parent.follows_id,
            follows_as=parent.follows_as,
            done=parent.done,
        )
        ground = PlanGround.objects.get(plan=parent)
        ground.plan = plan
        ground._state.adding = True
        ground.save(force_insert=True)
        _copy(PlanOperation.objects.filter(plan=parent, number__lte=parent.done), plan)
        _copy(PlanCheckpoint.objects.filter(plan=parent, number__lte=parent.done), plan)
        _opened(plan, by, branch_of=str(parent.id))
        return plan_row(plan)


def _copy(rows: Any, plan: Plan) -> None:
    copies = list(rows.order_by("number"))
    for copy in copies:
        copy.pk, copy.plan = None, plan
    type(copies[0]).objects.bulk_create(copies, batch_size=200) if copies else None


def _new(base: Base, by: User, **fields: Any) -> Plan:
    plan = Plan.objects.create(author=by, **fields)
    PlanGround.objects.create(plan=plan, **ground_fields(base))
    follows = {"follows": str(plan.follows_id), "follows_as": plan.follows_as} if plan.follows_id else {}
    _opened(plan, by, **follows)
    return plan


def ground_fields(base: Base) -> dict[str, Any]:
    """Return a base as the columns of PlanGround."""
    return {
        "tiling": tiling_to_bytes(base.tiling),
        "frame": base.around.basis.frame,
        "accuracy_m": base.accuracy_m,
        "fingerprint": base.fingerprint,
        "facts": base.facts,
    }


def _opened(plan: Plan, by: User, **facts: Any) -> None:
    acts.note(plan, Happening.PLAN_OPENED, by=by, title=plan.title, communities=list(plan.communities), **facts)
    follow_up(Happening.PLAN_OPENED, district_code=plan.district_id, plan_id=plan.id)


def _title(title: str) -> str:
    return acts.require_text(title, rule="plan.no_title", message=_("请写方案的标题。"), most=MOST_TITLE)


def _reason(reason: str) -> str:
    return acts.require_text(reason, rule="plan.no_reason", message=_("请写明调整的理由。"))


def _communities(district_code: str, communities: Iterable[str]) -> list[str]:
    codes = sorted(set(communities))
    if not codes:
        raise PlanRefused(_("请至少选择一个社区。"), rule="plan.no_communities")
    today = timezone.localdate()
    known = Community.objects.filter(code__in=codes, established_on__lte=today).exclude(retired_on__lte=today)
    there = set(known.values_list("code", flat=True))
    wrong = _wrong(codes, district_code, there)
    if wrong:
        raise PlanRefused(
            _("%(district)s 没有编码为 %(code)s 的现行社区；请核对 12 位社区编码。")
            % {"district": district_code, "code": "、".join(wrong)},
            rule="plan.unknown_community",
        )
    return codes


def _wrong(codes: Sequence[str], district_code: str, there: set[str]) -> list[str]:
    return [
        code
        for code in codes
        if code not in there or not COMMUNITY_CODE.fullmatch(code) or not code.startswith(district_code)
    ]
