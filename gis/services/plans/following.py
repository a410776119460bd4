"""What comes after a plan in force: the audit of what it changed, and a plan that takes it back where it can be."""

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q

from gis.geometry import crs
from gis.geometry.changes import Changed
from gis.geometry.code_keeping import next_code
from gis.geometry.drawn_outside import Left, edits_from_layer
from gis.geometry.layers import Layer
from gis.geometry.said import said
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.models import Grid, GridBoundary, Plan, User
from gis.selectors.audits import RunRow
from gis.selectors.plans.base import shapes_in
from gis.selectors.plans.rows import PlanRow, plan_row, unknown
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.audits.runs import audit_neighbourhood
from gis.services.plans import acts
from gis.services.plans.opening import open_after
from gis.services.plans.operating import add_operations
from gis.terms import Action, LayerKind, PlanFollows

COMMUNITY_DIGITS = 12


@dataclass(frozen=True, slots=True, eq=False)
class TakenBack:
    """A draft that takes a plan back, and what of the former grids it could not restore."""

    plan: PlanRow
    left: list[Left]


def audit_plan(*, district_code: str, plan_id: uuid.UUID) -> RunRow:
    """Audit the neighbourhood of what a plan in force changed; what the job behind `plan.in_force` calls.

    Raises
    ------
    UnknownPlan, AuditRunning, NothingToAudit
    """
    plan = Plan.objects.filter(id=plan_id).first()
    if plan is None:
        raise unknown(plan_id)
    cause = said("调整方案“{title}”生效", title=plan.title[:80])
    return audit_neighbourhood(district_code=district_code, changed=changed_by(plan), by=None, cause=cause)


def changed_by(plan: Plan) -> Changed:
    """Return the grids that a plan in force drew and ended, longitude and latitude."""
    touched = GridBoundary.objects.filter(Q(plan=plan) | Q(ended_by=plan)).annotate(stored=wkb())
    rows = list(touched.values_list("place__code", "plan_id", "stored"))
    codes = sorted({row[0] for row in rows})
    at = {code: position for position, code in enumerate(codes)}
    drawn = np.full((2, len(codes)), None, dtype=object)
    for (code, made_by, _stored), shape in zip(rows, shapes_of(row[2] for row in rows), strict=True):
        drawn[int(made_by == plan.id), at[code]] = shape
    return Changed(LayerKind.GRID, np.array(codes, dtype=object), *drawn)


def take_back_plan(*, plan_id: uuid.UUID, title: str, reason: str, by: User) -> TakenBack:
    """Open a draft that restores the grids as they were before a plan in force, as far as that is still possible.

    It starts from today's boundaries and goes the way of every plan: checked, submitted, approved by another person.
    What cannot be restored is listed: a compound that would be crossed again, land that another plan has redrawn since.
    A code that was retired never returns: its grid gets the next free number.

    Raises
    ------
    UnknownPlan, NotYours
    WrongPlanMove : the plan is not in force.
    PlanRefused : as `open_plan`.
    """
    with transaction.atomic():
        followed = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=None)
        plan, base = open_after(followed, PlanFollows.WITHDRAWAL, title=title, reason=reason, by=by)
        former, names = _former_layer(followed, base.tiling, base.around.basis.frame)
        edits, left = edits_from_layer(base.tiling, former, base.accuracy_m, names=names)
        row = add_operations(plan, edits, by=by, what="taken_back").plan if edits else plan_row(plan)
        return TakenBack(row, left)


def _former_layer(followed: Plan, tiling: Tiling, frame: str) -> tuple[Layer, dict[str, str]]:
    """Return the grids of a plan's land as they lay before another plan, and the names of those that get a new code."""
    ended = GridBoundary.objects.filter(ended_by=followed).annotate(stored=wkb())
    rows = list(ended.values_list("place__code", "place__name", "place__retired_on", "stored"))
    before = dict(
        zip((row[0] for row in rows), crs.project(shapes_of(row[3] for row in rows), crs.STORED, frame), strict=True)
    )
    begun = set(GridBoundary.objects.filter(plan=followed).values_list("place__code", flat=True))
    found: dict[str, Any] = {
        code: shape for code, shape in tiling.shapes.items() if code != UNASSIGNED and code not in {*before, *begun}
    }
    used = set(Grid.objects.filter(community_id__in=followed.communities).values_list("code", flat=True))
    names: dict[str, str] = {}
    for code, name, retired_on, _stored in rows:
        carried = code
        if retired_on is not None:
            carried = next_code(code[:COMMUNITY_DIGITS], used)
            used.add(carried)
            names[carried] = name
        found[carried] = before[code]
    codes = sorted(found)
    return Layer(np.array(codes, dtype=object), shapes_in(*(found[code] for code in codes))), names
