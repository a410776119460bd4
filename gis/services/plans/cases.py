"""Cases of findings go along with the plan that mends them: proposed, decided, in force; back when it is not to be.

Only an audit says that a case is settled (`CaseState.VERIFIED`); exceptions and what it has settled are left alone.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.findings import Finding as Found
from gis.models import Finding, Plan, User
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.audits.cases import journal_cases, locked, write_moves
from gis.services.audits.matching import Spot, key_of, match
from gis.services.plans.checking import Checked
from gis.terms import CaseState, FindingKind, Happening, PlanState

WAY = (CaseState.FOUND, CaseState.TRIAGED, CaseState.PROPOSED, CaseState.DECIDED, CaseState.IN_FORCE)
"""The way of a case with its plan, step by step as CASE_MOVES allows; back by the same steps."""

UNDER_WAY = (PlanState.SUBMITTED, PlanState.APPROVED, PlanState.SCHEDULED)
"""Plans that keep their cases where they are."""


def take_cases_along(plan: Plan, checked: Checked, to: CaseState, *, by: User | None) -> None:
    """Move the cases that a plan resolves forward to `to`, and let go those that it resolves no more.

    The caller holds the plan in its transaction, and saves it: `plan.cases` is set.
    """
    resolved = _cases_of(plan, checked.check.resolved, checked.around.basis.frame)
    _let_go(plan, sorted(set(plan.cases) - set(resolved)), by)
    plan.cases = sorted(resolved)
    held = locked(plan.cases)
    for before, step in pairwise(WAY[: WAY.index(to) + 1]):
        _move([case for case in held if case.state == before], step, plan, by)


def let_cases_go(plan: Plan, *, by: User | None) -> None:
    """Move the cases of a plan that is not to be back to where somebody has looked at them; the caller saves it."""
    _let_go(plan, plan.cases, by)
    plan.cases = []


def _let_go(plan: Plan, ids: Sequence[int], by: User | None) -> None:
    others = Plan.objects.filter(
        district_id=plan.district_id, cases__overlap=list(ids), state__in=[state.value for state in UNDER_WAY]
    ).exclude(id=plan.id)
    kept = {case for cases in others.values_list("cases", flat=True) for case in cases} if ids else set()
    held = locked([case for case in ids if case not in kept]) if ids else []
    for before, step in ((CaseState.DECIDED, CaseState.PROPOSED), (CaseState.PROPOSED, CaseState.TRIAGED)):
        _move([case for case in held if case.state == before], step, plan, by)


def _move(cases: list[Finding], to: CaseState, plan: Plan, by: User | None) -> None:
    if not cases:
        return
    facts = {case.id: {"before": case.state, "after": to.value, "plan": str(plan.id)} for case in cases}
    write_moves(cases, to, by=by, text=_("随调整方案“%(title)s”") % {"title": plan.title})
    journal_cases(Happening.FINDING_MOVED, cases, by, facts)


def _cases_of(plan: Plan, resolved: Sequence[Found], frame: str) -> list[int]:
    """Return the numbers of the standing cases of some findings."""
    if not resolved:
        return []
    spots = [
        Spot(key_of(one.kind, one.subjects), place)
        for one, place in zip(resolved, _stored(resolved, frame), strict=True)
    ]
    keys = {spot.key.subjects for spot in spots}
    standing = Finding.objects.filter(
        district_id=plan.district_id, kind__in={spot.key.kind for spot in spots}, subjects_key__in=keys
    ).exclude(state__in=[CaseState.VERIFIED, CaseState.EXCEPTED])
    rows = list(standing.annotate(stored=wkb("place")).values_list("id", "kind", "subjects", "stored"))
    known = [
        Spot(key_of(FindingKind(kind), subjects), place)
        for (_id, kind, subjects, _stored_place), place in zip(rows, shapes_of(row[3] for row in rows), strict=True)
    ]
    return [rows[at][0] for _one, at in match(spots, known).pairs]


def _stored(findings: Iterable[Found], frame: str) -> list[BaseGeometry]:
    places = np.array([*(one.place for one in findings), None], dtype=object)[:-1]
    return list(crs.project(places, frame, crs.STORED))
