"""Operations of a plan: made, undone, made again; each leaves a valid partition or is refused and leaves nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.db.models.functions import Mod
from django.utils.translation import gettext as _

from gis.geometry.edit_kinds import KINDS, Edit, edit_as_dict, edit_from_dict
from gis.geometry.edits import apply_edit
from gis.geometry.layers import Homes
from gis.geometry.said import kept
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import Tiling
from gis.geometry.tiling_store import tiling_to_bytes
from gis.models import Plan, PlanCheckpoint, PlanOperation, User
from gis.selectors.plans.base import buildings_on
from gis.selectors.plans.land import changed_grids, frame_of, homes_of, tiling_after
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.codes import with_codes
from gis.services.plans.edit_words import words_of
from gis.services.plans.refusals import PlanRefused
from gis.terms import Action, Happening, PlanState

KEPT_EVERY = 16
"""Operations between two checkpoints that stay: no more than these are ever replayed."""

KEPT_LAST = 8
"""Newest states that are kept besides: undo and redo read them and replay nothing."""

MOST_AT_ONCE = 2000
"""Edits of one upload or proposal."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A plan after operations: `number` of the last one, `grids` whose land changed, what it moved."""

    plan: PlanRow
    number: int
    grids: tuple[str, ...]
    figures: dict[str, Any]


def apply_operation(
    *, plan_id: uuid.UUID, version: int, edit: Edit | Mapping[str, Any], by: User, what: str = "operation"
) -> Applied:
    """Make one edit of a draft; what had been undone is forgotten.

    Parameters
    ----------
    version : the version that the caller read.
    edit : an edit, or its plain form (`edit_from_dict`); a new grid's code may be empty: the next free number.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove
    PlanMoved : somebody else changed the plan meanwhile; nothing is lost: both sides are in the refusal.
    WrongEdit, NotAPartition : the edit cannot be made.
    PlanRefused : a code that cannot be used.
    """
    return apply_operations(plan_id=plan_id, version=version, edits=[edit], by=by, what=what)


def apply_operations(
    *,
    plan_id: uuid.UUID,
    version: int,
    edits: Sequence[Edit | Mapping[str, Any]],
    by: User,
    what: str = "operation",
) -> Applied:
    """Make some edits of a draft, all or none; each is an operation of its own and can be undone by itself.

    Raises
    ------
    As `apply_operation`; PlanRefused `plan.too_many_edits`.
    """
    made = [edit_from_dict(edit) if isinstance(edit, Mapping) else edit for edit in edits]
    if not 1 <= len(made) <= MOST_AT_ONCE:
        raise PlanRefused(_("一次可提交 1 到 %(most)d 项操作。") % {"most": MOST_AT_ONCE}, rule="plan.too_many_edits")
    sent = {"edits": [edit_as_dict(edit) for edit in made]}
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent=sent)
        acts.require_state(plan, PlanState.DRAFT)
        return add_operations(plan, made, by=by, what=what)


def add_operations(plan: Plan, edits: Sequence[Edit], *, by: User, what: str) -> Applied:
    """Add edits to a plan that the caller has taken in its transaction."""
    tiling = tiling_after(plan, plan.done)
    before = tiling
    PlanOperation.objects.filter(plan=plan, number__gt=plan.done).delete()
    PlanCheckpoint.objects.filter(plan=plan, number__gt=plan.done).delete()
    homes = homes_of(buildings_on(plan.district_id, tiling.outline, frame_of(plan)))
    number = plan.done
    for asked in edits:
        edit = with_codes(plan, tiling, asked)
        after = apply_edit(tiling, edit)
        number += 1
        PlanOperation.objects.create(
            plan=plan,
            number=number,
            edit=edit_as_dict(edit),
            by=by,
            text=kept(words_of(edit, tiling)),
            figures=figures_of(tiling, after, homes),
        )
        if number % KEPT_EVERY == 0:
            keep_state(plan, number, after)
        tiling = after
    plan.done = number
    keep_state(plan, number, tiling)
    _forget_states(plan, number)
    acts.save(plan)
    figures = figures_of(before, tiling, homes)
    kind = next(name for name, cls in KINDS.items() if type(edits[-1]) is cls)
    acts.note(
        plan,
        Happening.PLAN_CHANGED,
        by=by,
        what=what,
        number=number,
        edits=len(edits),
        edit=kind,
        grids=figures["grids"],
        households=figures["households_moved"],
    )
    follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
    return Applied(plan_row(plan), number, tuple(figures["grids"]), figures)


def undo_operation(*, plan_id: uuid.UUID, version: int, by: User) -> PlanRow:
    """Take back the last operation in effect: shapes, names, codes and log together.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    PlanRefused : `plan.nothing_to_undo`.
    """
    return _step(plan_id, version, by, -1)


def redo_operation(*, plan_id: uuid.UUID, version: int, by: User) -> PlanRow:
    """Make the operation again that was taken back last.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    PlanRefused : `plan.nothing_to_redo`.
    """
    return _step(plan_id, version, by, 1)


def _step(plan_id: uuid.UUID, version: int, by: User, way: int) -> PlanRow:
    what = "redo" if way > 0 else "undo"
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent={"what": what})
        acts.require_state(plan, PlanState.DRAFT)
        number = plan.done + 1 if way > 0 else plan.done
        if not PlanOperation.objects.filter(plan=plan, number=number).exists():
            message = _("没有可重做的操作。") if way > 0 else _("没有可撤销的操作。")
            raise PlanRefused(message, rule=f"plan.nothing_to_{what}")
        plan.done += way
        if plan.done and not PlanCheckpoint.objects.filter(plan=plan, number=plan.done).exists():
            keep_state(plan, plan.done, tiling_after(plan, plan.done))
        acts.save(plan)
        acts.note(plan, Happening.PLAN_CHANGED, by=by, what=what, number=number)
        follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
        return plan_row(plan)


def describe_plan(*, plan_id: uuid.UUID, version: int, title: str, reason: str, by: User) -> PlanRow:
    """Change a draft's title and reason.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    PlanRefused : `plan.no_title`, `plan.no_reason`, `plan.text_too_long`.
    """
    with transaction.atomic():
        sent = {"title": title, "reason": reason}
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent=sent)
        acts.require_state(plan, PlanState.DRAFT)
        plan.title = acts.require_text(title, rule="plan.no_title", message=_("请写方案的标题。"), most=120)
        plan.reason = acts.require_text(reason, rule="plan.no_reason", message=_("请写明调整的理由。"))
        acts.save(plan)
        acts.note(plan, Happening.PLAN_CHANGED, by=by, what="described", title=plan.title)
        follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
        return plan_row(plan)


def figures_of(before: Tiling, after: Tiling, homes: Homes) -> dict[str, Any]:
    """Return what changed between two states: grids, households and land that went elsewhere, sizes now."""
    codes = sorted(changed_grids(before, after))
    if not codes:
        return {"grids": [], "households_moved": 0, "households": {}}
    then, now = _seats(before, codes, homes), _seats(after, codes, homes)
    sizes = {code: int(homes.households[now == at].sum()) for at, code in enumerate(codes) if code}
    return {"grids": codes, "households_moved": int(homes.households[then != now].sum()), "households": sizes}


def _seats(tiling: Tiling, codes: Sequence[str], homes: Homes) -> Any:
    shapes = np.array([tiling.shapes.get(code, shapely.Polygon()) for code in codes], dtype=object)
    return first_cover(shapely.STRtree(homes.points), shapes)


def keep_state(plan: Plan, number: int, tiling: Tiling) -> None:
    """Keep the land after an operation."""
    PlanCheckpoint.objects.update_or_create(plan=plan, number=number, defaults={"tiling": tiling_to_bytes(tiling)})


def _forget_states(plan: Plan, newest: int) -> None:
    old = PlanCheckpoint.objects.filter(plan=plan, number__lte=newest - KEPT_LAST)
    old.annotate(beside=Mod("number", KEPT_EVERY)).exclude(beside=0).delete()
