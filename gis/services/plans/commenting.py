"""Remarks on a plan: on all of it, on a grid, on a place. They change nothing of it, so they carry no version."""

import uuid

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from gis import policy
from gis.geometry.said import said
from gis.models import Plan, PlanComment, User
from gis.selectors.plans.land import tiling_after
from gis.selectors.plans.rows import CommentRow, comments
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.refusals import PlanRefused
from gis.terms import Action, Happening

MOST_TEXT = 2000


def comment_on_plan(
    *, plan_id: uuid.UUID, text: str, by: User, grid: str = "", place: tuple[float, float] | None = None
) -> CommentRow:
    """Add a remark; whoever may see the plan may add one, also when it is in force.

    Parameters
    ----------
    grid : code of a grid of the plan. place : longitude, latitude.

    Raises
    ------
    UnknownPlan
    PlanRefused : `plan.no_comment`, `plan.text_too_long`, `plan.comment_elsewhere`.
    """
    with transaction.atomic():
        plan = Plan.objects.get(id=acts.seen(plan_id, by=by))
        kept = acts.require_text(text, rule="plan.no_comment", message=said("请写批注的内容。"), most=MOST_TEXT)
        if grid and grid not in tiling_after(plan, plan.done).grids:
            raise PlanRefused(said("本方案中没有网格 {grid}。", grid=grid), rule="plan.comment_elsewhere")
        point = Point(*place, srid=4490) if place is not None else None
        made = PlanComment.objects.create(plan=plan, by=by, text=kept, grid=grid, place=point)
        acts.note(plan, Happening.PLAN_COMMENTED, by=by, what="comment", comment=made.pk)
        follow_up(Happening.PLAN_COMMENTED, district_code=plan.district_id, plan_id=plan.id)
        return _row(plan, made.pk)


def resolve_comment(*, plan_id: uuid.UUID, comment_id: int, by: User) -> CommentRow:
    """Mark a remark as dealt with: by who draws the plans, or by who made it. One that is dealt with stays so.

    Raises
    ------
    UnknownPlan, NotYours
    PlanRefused : `plan.unknown_comment`.
    """
    with transaction.atomic():
        plan = Plan.objects.get(id=acts.seen(plan_id, by=by))
        found = PlanComment.objects.select_for_update().filter(plan=plan, pk=comment_id).first()
        if found is None:
            raise PlanRefused(said("本方案没有编号为 {id} 的批注。", id=comment_id), rule="plan.unknown_comment")
        if found.by_id != by.pk:
            for code in plan.communities:
                policy.require(by, Action.EDIT_PLAN, code)
        if found.resolved_at is None:
            found.resolved_at, found.resolved_by = timezone.now(), by
            found.save(update_fields=["resolved_at", "resolved_by"])
            acts.note(plan, Happening.PLAN_COMMENTED, by=by, what="comment_resolved", comment=found.pk)
            follow_up(Happening.PLAN_COMMENTED, district_code=plan.district_id, plan_id=plan.id)
        return _row(plan, found.pk)


def _row(plan: Plan, comment_id: int) -> CommentRow:
    (row,) = [row for row in comments(plan.id) if row.id == comment_id]
    return row
