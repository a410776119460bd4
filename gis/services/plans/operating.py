"""Operations of a plan: made, undone, made again; each leaves a valid partition or is refused and leaves nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Mod
from django.utils.translation import gettext as _

from gis.geometry.edit_kinds import KINDS, Edit, edit_as_dict, edit_from_dict
from gis.geometry.edits import apply_edit
from gis.geometry.said import kept, said
from gis.geometry.tiling import Tiling
from gis.geometry.tiling_patch import patch_to_bytes
from gis.models import Plan, PlanCheckpoint, PlanOperation, User
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.codes import with_codes
from gis.services.plans.edit_words import words_of
from gis.services.plans.editor.deltas import Changes, changes_between, preview_kept
from gis.services.plans.editor.states import State, changed_between_states, keep_state_of, state_after, state_of
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
    """A plan after operations: `number` of the last one, `grids` whose land changed, what it moved; its states."""

    plan: PlanRow
    number: int
    grids: tuple[str, ...]
    figures: dict[str, Any]
    before: State
    after: State
    seen: Changes | None = None

    @property
    def changes(self) -> Changes:
        """Return what changed, as the editor tells it."""
        return self.seen or changes_between(self.before, self.after, self.plan.locks)


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
    before = state_of(plan)
    PlanOperation.objects.filter(plan=plan, number__gt=plan.done).delete()
    PlanCheckpoint.objects.filter(plan=plan, number__gt=plan.done).delete()
    state = before
    seen = None
    for number, asked in enumerate(edits, start=plan.done + 1):
        edit = with_codes(plan, state.tiling, asked)
        seen = preview_kept(plan, state, edit) if len(edits) == 1 else None
        after = seen[0] if seen else state_after(state, apply_edit(state.tiling, edit))
        PlanOperation.objects.create(
            plan=plan,
            number=number,
            edit=edit_as_dict(edit),
            by=by,
            text=kept(words_of(edit, state.tiling)),
            figures=figures_of(state, after),
        )
        if number % KEPT_EVERY == 0:
            keep_checkpoint(plan, number, after.tiling, base=after.scene.base)
        state = after
    require_unlocked(plan, before, state)
    plan.done += len(edits)
    keep_checkpoint(plan, plan.done, state.tiling, base=state.scene.base)
    _forget_checkpoints(plan, plan.done)
    acts.save(plan)
    keep_state_of(plan, state)
    figures = figures_of(before, state)
    kind = next(name for name, cls in KINDS.items() if type(edits[-1]) is cls)
    acts.note(
        plan,
        Happening.PLAN_CHANGED,
        by=by,
        what=what,
        number=plan.done,
        edits=len(edits),
        edit=kind,
        grids=figures["grids"],
        households=figures["households_moved"],
    )
    follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
    told = seen[1] if seen else None
    return Applied(plan_row(plan), plan.done, tuple(figures["grids"]), figures, before, state, told)


def undo_operation(*, plan_id: uuid.UUID, version: int, by: User) -> PlanRow:
    """Take back the last operation in effect: shapes, names, codes and log together.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    PlanRefused : `plan.nothing_to_undo`, `plan.locked`.
    """
    return step_back(plan_id=plan_id, version=version, by=by).plan


def redo_operation(*, plan_id: uuid.UUID, version: int, by: User) -> PlanRow:
    """Make the operation again that was taken back last.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    PlanRefused : `plan.nothing_to_redo`, `plan.locked`.
    """
    return step_forward(plan_id=plan_id, version=version, by=by).plan


def step_back(*, plan_id: uuid.UUID, version: int, by: User) -> Applied:
    """Do as `undo_operation`, and return what it did."""
    return _step(plan_id, version, by, -1)


def step_forward(*, plan_id: uuid.UUID, version: int, by: User) -> Applied:
    """Do as `redo_operation`, and return what it did."""
    return _step(plan_id, version, by, 1)


def _step(plan_id: uuid.UUID, version: int, by: User, way: int) -> Applied:
    what = "redo" if way > 0 else "undo"
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent={"what": what})
        acts.require_state(plan, PlanState.DRAFT)
        number = plan.done + 1 if way > 0 else plan.done
        require_step(plan, way)
        before, after = state_of(plan), state_of(plan, plan.done + way)
        require_unlocked(plan, before, after)
        plan.done += way
        if plan.done and not PlanCheckpoint.objects.filter(plan=plan, number=plan.done).exists():
            keep_checkpoint(plan, plan.done, after.tiling, base=after.scene.base)
        acts.save(plan)
        acts.note(plan, Happening.PLAN_CHANGED, by=by, what=what, number=number)
        follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
        figures = figures_of(before, after)
        return Applied(plan_row(plan), plan.done, tuple(figures["grids"]), figures, before, after)


def require_step(plan: Plan, way: int) -> None:
    """Refuse a step back (-1) where nothing is in effect, a step forward (1) where nothing was taken back."""
    number = plan.done + 1 if way > 0 else plan.done
    if not PlanOperation.objects.filter(plan=plan, number=number).exists():
        message = _("没有可重做的操作。") if way > 0 else _("没有可撤销的操作。")
        raise PlanRefused(message, rule="plan.nothing_to_redo" if way > 0 else "plan.nothing_to_undo")


def require_unlocked(plan: Plan, before: State, after: State) -> None:
    """Refuse what changes the land of a grid that is locked.

    Raises
    ------
    PlanRefused : `plan.locked`; it names the grids.
    """
    if not plan.locks:
        return
    locked = sorted(changed_between_states(before, after) & set(plan.locks))
    if locked:
        raise PlanRefused(
            said("网格 {grids} 已锁定，土地不能改动；请先解锁，或改划别处。", grids=locked), rule="plan.locked"
        )


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


def figures_of(before: State, after: State) -> dict[str, Any]:
    """Return what changed between two states: grids, households that went elsewhere, sizes now."""
    codes = sorted(changed_between_states(before, after))
    if not codes:
        return {"grids": [], "households_moved": 0, "households": {}}
    households = before.scene.households
    elsewhere = before.seats.grid != after.seats.grid
    sizes = {code: int(households[after.seats.grid == code].sum()) for code in codes if code}
    return {"grids": codes, "households_moved": int(households[elsewhere].sum()), "households": sizes}


def keep_checkpoint(plan: Plan, number: int, tiling: Tiling, *, base: Tiling) -> None:
    """Keep the land after an operation, as what it has that the plan's base has not."""
    kept = PlanCheckpoint(plan=plan, number=number, tiling=patch_to_bytes(base, tiling))
    PlanCheckpoint.objects.bulk_create(
        [kept], update_conflicts=True, unique_fields=["plan", "number"], update_fields=["tiling"]
    )


def _forget_checkpoints(plan: Plan, newest: int) -> None:
    old = PlanCheckpoint.objects.filter(plan=plan, number__lte=newest - KEPT_LAST)
    old.annotate(beside=Mod("number", KEPT_EVERY)).exclude(beside=0).delete()
