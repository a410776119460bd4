"""Move a plan over to today's boundaries, where the land that it changes is still the same."""

import uuid
from datetime import datetime

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.edit_kinds import edit_as_dict, edit_from_dict
from gis.geometry.errors import WrongEdit
from gis.geometry.rebasing import rebase
from gis.geometry.said import said
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.geometry.widths import inscribed_diameters, polygon_parts
from gis.models import Plan, PlanCheckpoint, PlanGround, PlanOperation, User
from gis.selectors.plans.base import shapes_in
from gis.selectors.plans.land import base_tiling, tiling_after
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.ground import base_of
from gis.services.plans.opening import ground_fields
from gis.services.plans.operating import keep_checkpoint
from gis.services.plans.refusals import BaseChanged
from gis.terms import Action, Happening, PlanState


def rebase_plan(*, plan_id: uuid.UUID, version: int, by: User) -> PlanRow:
    """Move a draft over to today's boundaries; one whose base is still the same only gets a newer moment.

    What had been undone is forgotten.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    BaseChanged : land that an operation is about has changed; it names the operation and the place.
    """
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent={"what": "rebase"})
        acts.require_state(plan, PlanState.DRAFT)
        move_base(plan, timezone.now(), unseen=False)
        acts.save(plan)
        acts.note(plan, Happening.PLAN_CHANGED, by=by, what="rebase", base_at=plan.base_at.isoformat())
        follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
        return plan_row(plan)


def move_base(plan: Plan, at: datetime, *, unseen: bool = True) -> None:
    """Make a plan's operations again on the boundaries of a moment; the caller has taken the plan and saves it.

    Parameters
    ----------
    unseen : nobody looks at the result before it counts: it must change just the land that it changed before.

    Raises
    ------
    BaseChanged : an operation does not fit any more, or would move other land than it did.
    """
    ground = PlanGround.objects.get(plan=plan)
    base = base_of(plan.district_id, plan.communities, at)
    if base.around.basis.frame != ground.frame:
        raise BaseChanged(
            said("方案“{title}”的量算坐标系已改变，请以现行边界新建方案重做。", title=plan.title),
            rule="plan.frame_changed",
        )
    rows = list(PlanOperation.objects.filter(plan=plan, number__lte=plan.done).order_by("number"))
    before, after = base_tiling(plan), tiling_after(plan, plan.done)
    try:
        edits, tiling = rebase(before, base.tiling, [edit_from_dict(row.edit) for row in rows], ground.accuracy_m)
    except WrongEdit as refusal:
        raise _changed(plan, refusal, ground.frame) from refusal
    if unseen:
        _require_same_changes(plan, (before, after), (base.tiling, tiling), ground)
    PlanOperation.objects.filter(plan=plan, number__gt=plan.done).delete()
    PlanCheckpoint.objects.filter(plan=plan).delete()
    for row, edit in zip(rows, edits, strict=True):
        row.edit = edit_as_dict(edit)
    PlanOperation.objects.bulk_update(rows, ["edit"], batch_size=200)
    for name, value in ground_fields(base).items():
        setattr(ground, name, value)
    ground.save()
    if plan.done:
        keep_checkpoint(plan, plan.done, tiling, base=base.tiling)
    plan.base_at = at


def _require_same_changes(
    plan: Plan, old: tuple[Tiling, Tiling], new: tuple[Tiling, Tiling], ground: PlanGround
) -> None:
    """Refuse if the plan would now take land from a grid, or give it to one, where it did not before."""
    approved, now = _moves(*old), _moves(*new)
    nothing = shapely.Polygon()
    beyond = [shapely.difference(land, approved.get(pair, nothing)) for pair, land in sorted(now.items())]
    parts, _ = polygon_parts(np.array(beyond, dtype=object))
    width_m, _high = inscribed_diameters(parts, 0.01 * ground.accuracy_m)
    if not len(parts) or width_m.max() <= ground.accuracy_m:
        return
    place = shapely.point_on_surface(parts[int(np.argmax(width_m))])
    why = said("该处土地已由他人划给别的网格")
    raise _changed(plan, WrongEdit(why, place=(place.x, place.y)), ground.frame)


def _moves(before: Tiling, after: Tiling) -> dict[tuple[str, str], BaseGeometry]:
    """Return the land that passes from one grid to another, by the codes of the two."""
    layer = before.layer()
    at = first_cover(shapely.STRtree(shapely.point_on_surface(after.faces)), layer.shapes)
    start = np.array([*layer.codes, UNASSIGNED], dtype=object)[at]
    pairs = {(str(one), str(other)) for one, other in zip(start, after.seat, strict=True) if one != other}
    return {
        (one, other): shapely.coverage_union_all(after.faces[(start == one) & (after.seat == other)])
        for one, other in pairs
    }


def _changed(plan: Plan, refusal: WrongEdit, frame: str) -> BaseChanged:
    place = None
    if refusal.place is not None:
        (point,) = crs.project(shapes_in(shapely.Point(refusal.place)), frame, crs.STORED)
        place = (round(point.x, 7), round(point.y, 7))
    message = said(
        "方案“{title}”的基准边界已被改动，不能自动更新：{why}。请查看该处，撤销相关操作后重做。",
        title=plan.title,
        why=refusal.message,
    )
    return BaseChanged(message, place=place, operation=refusal.number)
