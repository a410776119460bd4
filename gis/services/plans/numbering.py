"""Which grid of a plan should carry which code, and carrying it out; the officer may decide otherwise."""

import uuid
from collections.abc import Mapping

from django.db import transaction

from gis.geometry.code_keeping import codes_to_keep
from gis.geometry.edit_kinds import RenumberGrids
from gis.geometry.said import said
from gis.geometry.tiling import Tiling
from gis.models import Grid, Plan, User
from gis.selectors.plans.base import buildings_on
from gis.selectors.plans.land import base_tiling, frame_of, homes_of, tiling_after
from gis.selectors.territory import rules_of
from gis.services.plans import acts, succession
from gis.services.plans.operating import Applied, add_operations
from gis.services.plans.refusals import PlanRefused
from gis.terms import Action, PlanState

COMMUNITY_DIGITS = 12


def proposed_codes(*, plan_id: uuid.UUID, by: User) -> dict[str, str]:
    """Return the grids of a plan that should carry another code: {code now: the code it should carry}.

    A code stays with the grid that holds the larger part of the former grid's households; a grid that keeps none gets
    the next free number of its community; retired numbers never return.

    Raises
    ------
    UnknownPlan, NotYours
    """
    plan = Plan.objects.get(id=acts.seen(plan_id, by=by, action=Action.VIEW_PLAN))
    return _proposed(plan, base_tiling(plan), tiling_after(plan, plan.done))


def apply_codes(*, plan_id: uuid.UUID, version: int, by: User, codes: Mapping[str, str] | None = None) -> Applied:
    """Give the grids of a draft other codes at once, as one operation.

    Parameters
    ----------
    codes : {code now: other code} as the officer decides; None for what `proposed_codes` says.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved, WrongEdit
    PlanRefused : `plan.codes_kept`: every grid carries the code that it should; or a code that cannot be used.
    """
    with transaction.atomic():
        sent = {"codes": dict(codes) if codes is not None else None}
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent=sent)
        acts.require_state(plan, PlanState.DRAFT)
        wanted = codes if codes is not None else _proposed(plan, base_tiling(plan), tiling_after(plan, plan.done))
        if not wanted:
            raise PlanRefused(said("各网格的编码均符合规则，无需更改。"), rule="plan.codes_kept")
        return add_operations(plan, [RenumberGrids(tuple(sorted(wanted.items())))], by=by, what="codes")


def _proposed(plan: Plan, before: Tiling, after: Tiling) -> dict[str, str]:
    homes = homes_of(buildings_on(plan.district_id, before.outline, frame_of(plan)))
    accuracy_m = plan.ground.accuracy_m
    rows = succession.walk(before, after, homes, rules_of(plan.district_id).noise_m(accuracy_m))
    ever = Grid.objects.filter(community_id__in=plan.communities).values_list("code", flat=True)
    communities = {code: code[:COMMUNITY_DIGITS] for code in after.shapes}
    fresh = after.shapes.keys() - set(ever)  # working codes that are new: each is as good as the next free one
    proposed = codes_to_keep(rows, communities=communities, taken={*ever, *after.grids} - fresh)
    return {code: other for code, other in proposed.items() if code != other}
