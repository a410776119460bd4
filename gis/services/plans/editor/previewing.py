"""What edits would do to a draft: nothing is written, nothing is locked."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gis.geometry.edit_kinds import Edit, edit_from_dict
from gis.geometry.edits import apply_edit
from gis.models import Plan, User
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.plans import acts
from gis.services.plans.codes import with_codes
from gis.services.plans.editor.deltas import Changes, changes_between, keep_preview, preview_kept
from gis.services.plans.editor.states import State, state_after, state_of
from gis.services.plans.operating import MOST_AT_ONCE, require_step, require_unlocked
from gis.services.plans.refusals import PlanRefused
from gis.terms import Action, PlanState


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """The plan that was looked at, how many operations would be in effect and in the log, and what would change."""

    plan: PlanRow
    number: int
    total: int
    changes: Changes


def preview_edits(*, plan_id: uuid.UUID, edits: Sequence[Edit | Mapping[str, Any]], by: User, way: int = 0) -> Preview:
    """Say what some edits of a draft would do together; refuse what the edits themselves would be refused for.

    Parameters
    ----------
    way : -1 to take the last operation back first, 1 to make it again, 0 for neither.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove
    WrongEdit, NotAPartition : an edit cannot be made.
    PlanRefused : `plan.locked`, `plan.nothing_to_undo`, `plan.nothing_to_redo`, a code that cannot be used.
    """
    if len(edits) > MOST_AT_ONCE:
        raise PlanRefused(_("一次可提交 1 到 %(most)d 项操作。") % {"most": MOST_AT_ONCE}, rule="plan.too_many_edits")
    made = [edit_from_dict(edit) if isinstance(edit, Mapping) else edit for edit in edits]
    plan = _draft(plan_id, by)
    if way:
        require_step(plan, way)
    before = state_of(plan)
    after = state_of(plan, plan.done + way) if way else before
    alone = with_codes(plan, before.tiling, made[0]) if len(made) == 1 and not way else None
    seen = preview_kept(plan, before, alone) if alone else None
    if seen is None:
        after = _edited(plan, after, made)
        require_unlocked(plan, before, after)
        seen = after, changes_between(before, after, plan.locks)
        if alone:
            keep_preview(plan, before, alone, seen)
    row, number = plan_row(plan), plan.done + way + len(made)
    total = number if made else row.done + row.undone
    return Preview(row, number, total, seen[1])


def _edited(plan: Plan, state: State, edits: Sequence[Edit]) -> State:
    tiling = state.tiling
    for edit in edits:
        tiling = apply_edit(tiling, with_codes(plan, tiling, edit))
    return state_after(state, tiling) if edits else state


def _draft(plan_id: uuid.UUID, by: User) -> Plan:
    plan = Plan.objects.get(id=acts.seen(plan_id, by=by, action=Action.EDIT_PLAN))
    acts.require_state(plan, PlanState.DRAFT)
    return plan
