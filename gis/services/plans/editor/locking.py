"""Locked grids of a draft: no edit changes their land, whoever makes it, until they are unlocked."""

import uuid
from collections.abc import Iterable

from django.db import transaction

from gis.geometry.said import said
from gis.models import User
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.editor.states import state_of
from gis.services.plans.refusals import PlanRefused
from gis.terms import Action, Happening, PlanState


def lock_grids(*, plan_id: uuid.UUID, version: int, grids: Iterable[str], by: User) -> PlanRow:
    """Let these grids of a draft be the locked ones, and no others.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    PlanRefused : `plan.unknown_grid`: the plan has no such grid, or it is retired.
    """
    codes = sorted(set(grids))
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent={"grids": codes})
        acts.require_state(plan, PlanState.DRAFT)
        known = state_of(plan).tiling.grids
        strange = [code for code in codes if code not in known or known[code].retired]
        if strange:
            raise PlanRefused(
                said("本方案中没有可锁定的网格 {codes}；请刷新后再选。", codes=strange), rule="plan.unknown_grid"
            )
        plan.locks = codes
        acts.save(plan)
        acts.note(plan, Happening.PLAN_CHANGED, by=by, what="locks", grids=codes)
        follow_up(Happening.PLAN_CHANGED, district_code=plan.district_id, plan_id=plan.id)
        return plan_row(plan)
