"""Check a plan: what it mends, what it leaves, what it would bring; and whether its base is still the same."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone

from gis.geometry import crs
from gis.geometry.findings import Finding
from gis.geometry.plan_check import PlanCheck
from gis.geometry.plan_check import check_plan as judge
from gis.geometry.said import Said, kept, said
from gis.geometry.tiling import Tiling
from gis.models import Plan, PlanGround, User
from gis.selectors.plans.base import base_facts, fingerprint_of, shapes_in
from gis.selectors.plans.land import base_tiling, changed_grids, tiling_after
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.services.plans import acts
from gis.services.plans.ground import Surroundings, surroundings_of
from gis.services.plans.refusals import PlanRefused
from gis.terms import PlanState

NAMED_MOST = 3
"""Findings that a refusal names before it says how many more there are."""


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A plan's land, before and after, and what the check says of it."""

    around: Surroundings
    before: Tiling
    after: Tiling
    changed: frozenset[str]
    check: PlanCheck
    attributes: frozenset[str]

    @property
    def changes_nothing(self) -> bool:
        """Tell whether the plan leaves every grid as it is: its land, its code, its name."""
        return not self.changed and not self.attributes

    @property
    def empty_grids(self) -> list[str]:
        """Return the codes of grids that hold no land and were not retired."""
        after = self.after
        return sorted(code for code, one in after.grids.items() if not one.retired and code not in after.shapes)


def check_plan(*, plan_id: uuid.UUID, by: User | None) -> PlanRow:
    """Check a plan against today's land around it; its figures are kept with the version that was looked at.

    One in force keeps the figures of its moment.

    Raises
    ------
    UnknownPlan
    """
    plan = Plan.objects.get(id=acts.seen(plan_id, by=by))
    if plan.state == PlanState.IN_FORCE:
        return plan_row(plan)
    figures = figures_of_check(plan, look(plan))
    with transaction.atomic():
        Plan.objects.filter(id=plan.id, version=plan.version).update(figures=figures)
    plan.figures = figures
    return plan_row(plan)


def base_is_same(plan: Plan, at: datetime) -> bool:
    """Tell whether the boundaries that a plan starts from are those of a moment."""
    known = PlanGround.objects.values_list("fingerprint", flat=True).get(plan=plan)
    return bool(known == fingerprint_of(base_facts(plan.communities, at)))


def look(plan: Plan, at: datetime | None = None) -> Checked:
    """Judge a plan among what lies around it at a moment (now unless given); at its base's where that has changed."""
    now = at or timezone.now()
    moment = now if base_is_same(plan, now) else plan.base_at
    around = surroundings_of(plan.district_id, plan.communities, moment)
    return judged(around, base_tiling(plan), tiling_after(plan, plan.done))


def judged(around: Surroundings, before: Tiling, after: Tiling) -> Checked:
    """Judge some land that a plan has made of another."""
    changed = frozenset(changed_grids(before, after))
    check = judge(around.district, before, after, changed, extras=around.extras)
    return Checked(around, before, after, changed, check, frozenset(_renamed(before, after)))


def _renamed(before: Tiling, after: Tiling) -> set[str]:
    """Return the codes of grids whose name or standing differs."""
    return {code for code, record in after.grids.items() if before.grids.get(code) != record}


def figures_of_check(plan: Plan, checked: Checked) -> dict[str, Any]:
    """Return what the check says as plain data, for the database, pages and the API."""
    check, frame = checked.check, checked.around.basis.frame
    reasons = reasons_of(checked)
    return {
        "version": plan.version,
        "checked_at": timezone.now().isoformat(),
        "publishable": not reasons,
        "reasons": [{"rule": rule, "text": kept(text)} for rule, text in reasons],
        "base_changed": not base_is_same(plan, timezone.now()),
        "crossed_before": list(check.crossed_before),
        "crossed_after": list(check.crossed_after),
        "new": _listed(check.new, frame),
        "known": _listed(check.known, frame),
        "resolved": _listed(check.resolved, frame),
        "new_sizes": _listed(check.new_sizes, frame),
        "sizes_before": check.sizes_before,
        "sizes_after": check.sizes_after,
        "scattered": list(check.scattered),
        "unassigned": _bare(checked, frame),
        "households_moved": check.households_moved,
        "area_moved_m2": round(check.area_moved_m2, 1),
        "grids_changed": list(check.changed),
    }


def reasons_of(checked: Checked) -> list[tuple[str, Said]]:
    """Return why a plan cannot go into force, the weightiest first: rule and words; nothing when it can."""
    check = checked.check
    reasons: list[tuple[str, Said]] = []
    if checked.changes_nothing:
        reasons.append(("plan.changes_nothing", said("方案没有改动任何网格")))
    if check.refusal is not None:
        reasons.append((check.refusal.rule, said("{why}", why=check.refusal.message)))
    if check.unassigned:
        area = sum(check.unassigned.values())
        text = said(
            "还有 {count} 个单元（共 {area:.0f} 平方米）没有划入任何网格", count=len(check.unassigned), area=area
        )
        reasons.append(("plan.unassigned", text))
    if checked.empty_grids:
        reasons.append(("plan.empty_grid", said("网格 {codes} 已没有土地，请停用", codes=checked.empty_grids)))
    if check.clear_new:
        named = [_called(finding) for finding in check.clear_new[:NAMED_MOST]]
        text = said("会新增 {count} 个明确的问题：{named}", count=len(check.clear_new), named=named)
        reasons.append(("plan.new_findings", text))
    return reasons


def require_publishable(plan: Plan, checked: Checked) -> None:
    """Refuse a plan that cannot go into force.

    Raises
    ------
    PlanRefused : the rule of the weightiest reason; the message names all.
    """
    reasons = reasons_of(checked)
    if not reasons:
        return
    rule, first = reasons[0]
    others = [text for _rule, text in reasons[1:]]
    message = said("方案“{title}”还不能生效：{first}。", title=plan.title, first=first)
    if others:
        message = said(
            "方案“{title}”还不能生效：{first}；另有：{others}。", title=plan.title, first=first, others=others
        )
    raise PlanRefused(message, rule=rule)


def _called(finding: Finding) -> Said:
    return said("{kind}（{subjects}）", kind=finding.kind, subjects=finding.subjects)


def _listed(findings: Sequence[Finding], frame: str) -> list[dict[str, Any]]:
    """Return findings as plain data, each with a point to look at (longitude, latitude)."""
    if not findings:
        return []
    points = crs.project(
        shapely.point_on_surface(shapes_in(*(finding.place for finding in findings))), frame, crs.STORED
    )
    return [
        {
            "kind": finding.kind.value,
            "class": finding.clarity.value,
            "subjects": list(finding.subjects),
            "place": [round(point.x, 7), round(point.y, 7)],
            **{
                key: _plain(finding.evidence[key])
                for key in ("width_m", "area_m2", "households")
                if key in finding.evidence
            },
        }
        for finding, point in zip(findings, points, strict=True)
    ]


def _plain(value: Any) -> Any:
    return round(float(value), 2) if isinstance(value, float | np.floating) else int(value)


def _bare(checked: Checked, frame: str) -> list[dict[str, Any]]:
    """Return unassigned units with a point to look at."""
    units = sorted(checked.check.unassigned)
    if not units:
        return []
    shapes = shapes_in(*(checked.after.shape_of(unit) for unit in units))
    points = crs.project(shapely.point_on_surface(shapes), frame, crs.STORED)
    return [
        {
            "unit": unit,
            "compound": checked.after.compound_of.get(unit, ""),
            "area_m2": round(checked.check.unassigned[unit], 1),
            "place": [round(point.x, 7), round(point.y, 7)],
        }
        for unit, point in zip(units, points, strict=True)
    ]
