"""A plan on one screen: why, what, before and after, figures, findings, objections, and what may be done with it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from gis import policy
from gis.selectors import plans as selected
from gis.selectors.plans import CommentRow, PlanRow
from gis.selectors.plans.acts import offers_for
from gis.selectors.plans.case import CaseLand, case_land
from gis.selectors.plans.desk import base_changes, doers_of, log_of, measured, names_called
from gis.services.plans.opening import MOST_TITLE
from gis.speech import in_words
from gis.terms import Action, Clarity, FindingKind, PlanState
from gis.web.map import map_told
from gis.web.person import person
from gis.web.scope import scope_of

LOG_SHOWN = 30
"""Edits shown at once; all of them with ``?log=all``."""

CHECKED = ("resolved", "known", "new", "new_sizes")
"""What the last check lists, by its names there."""

LISTED_MOST = 100
"""Rows of a crosswalk or a hand-over list shown on the page; the papers have all."""

PAPERS = ("plan_notice", "plan_handover", "plan_before_after")


@dataclass(frozen=True, slots=True)
class FoundShown:
    """A finding that a plan mends, leaves or brings, as the page writes it."""

    kind: FindingKind
    clarity: Clarity
    name: str
    others: list[str]
    width_m: float | None
    households: int | None
    area_m2: float | None
    place: list[float]


@require_GET
@ensure_csrf_cookie
def plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Show the case."""
    return case_page(request, selected.plan(plan_id, person(request)))


def case_page(request: HttpRequest, row: PlanRow, status: int = 200, **told: Any) -> HttpResponse:
    """Show the case of a plan; `told` is what a refused act left to say and to keep filled in."""
    scope = scope_of(request, row.district_code)
    if scope is None:
        return render(request, "audits/no_district.html")
    land, remarks = case_land(row), numbered(selected.comments(row.id))
    names = names_called(row.district_code, _codes(row, land))
    sizes = measured(row, FindingKind.COMPOUND_CROSSED)
    findings = {name: _found(row.figures.get(name, ()), names, sizes) for name in CHECKED}
    doers, everything = doers_of(row), request.GET.get("log") == "all"
    shown: dict[str, Any] = {
        "scope": scope,
        "plan": row,
        "offers": offers_for(row, person(request)),
        "may_draw": covers(policy.territories(request.user, Action.EDIT_PLAN), row),
        "land": land,
        "sentences": [in_words(grid.difference.text) for grid in land.grids],
        "moved_households": sum(each.households for each in land.moved),
        "names": names,
        "findings": findings,
        "beyond": [one for one in findings["known"] + findings["new"] if one.kind == FindingKind.COMPOUND_STRADDLES],
        "is_checked": row.figures_version == row.version or row.state is PlanState.IN_FORCE,
        "log": log_of(row, limit=None if everything else LOG_SHOWN),
        "edits": row.done + row.undone,
        "doers": doers,
        "remarks": remarks,
        "unresolved": sum(remark.resolved_at is None for _number, remark in remarks),
        "changes_below": base_changes(row),
        "papers": _papers(row),
        "tomorrow": timezone.localdate() + timedelta(days=1),
        "most_title": MOST_TITLE,
        "config": map_told(request, scope) | _config(row, findings, remarks),
        **_afterwards(row),
        **told,
    }
    return render(request, "plans/plan.html", shown, status=status)


def covers(prefixes: list[str], row: PlanRow) -> bool:
    """Return whether every community of a plan lies under one of some code prefixes."""
    return bool(prefixes) and all(code.startswith(tuple(prefixes)) for code in row.communities)


def numbered(remarks: list[CommentRow]) -> list[tuple[int, CommentRow]]:
    """Return remarks with their numbers, those that nobody has dealt with first."""
    return sorted(enumerate(remarks, start=1), key=lambda one: one[1].resolved_at is not None)


def _codes(row: PlanRow, land: CaseLand) -> set[str]:
    """Return every code that the page calls by its name."""
    codes = set(row.communities)
    for name in CHECKED:
        codes |= {code for finding in row.figures.get(name, ()) for code in finding["subjects"]}
    return codes | {grid.code for grid in land.grids}


def _found(findings: Any, names: Mapping[str, str], sizes: Mapping[str, tuple[float, int]]) -> list[FoundShown]:
    """Return findings of the last check as the page writes them, the widest first."""

    def measures(one: dict[str, Any]) -> tuple[float | None, int | None]:
        case = sizes.get(one["subjects"][0]) if one["kind"] == FindingKind.COMPOUND_CROSSED else None
        return case or (one.get("width_m"), one.get("households"))

    shown = [
        FoundShown(
            kind=FindingKind(one["kind"]),
            clarity=Clarity(one["class"]),
            name=names.get(one["subjects"][0]) or one["subjects"][0],
            others=one["subjects"][1:],
            width_m=measures(one)[0],
            households=measures(one)[1],
            area_m2=one.get("area_m2"),
            place=one["place"],
        )
        for one in findings
    ]
    return sorted(shown, key=lambda one: (one.kind != FindingKind.COMPOUND_CROSSED, -(one.width_m or 0)))


def _papers(row: PlanRow) -> dict[str, str]:
    """Return the addresses of the papers that there are."""
    found = {}
    for name in (*PAPERS, "plan_notice_pdf", "plan_handover_pdf"):
        try:
            found[name] = reverse(name, args=[row.id])
        except NoReverseMatch:
            continue
    return found


def _afterwards(row: PlanRow) -> dict[str, Any]:
    """Return what a plan in force left behind."""
    if row.state is not PlanState.IN_FORCE:
        return {}
    crosswalk = [line for line in selected.crosswalk_of(row.id) if not line.noise]
    moved = [line for line in crosswalk if not line.kept]
    return {
        "crosswalk": moved[:LISTED_MOST],
        "crosswalk_total": len(moved),
        "hand_overs": selected.hand_overs_of(row.id)[:LISTED_MOST],
    }


def _config(row: PlanRow, findings: Mapping[str, list[FoundShown]], remarks: Any) -> dict[str, Any]:
    """Return what the script is told of the plan (PlanConfig in frontend/plans/config.ts)."""
    marks = [
        {"what": name, "name": f"{one.name} {_(one.kind.label)}", "place": one.place}
        for name in ("resolved", "known", "new")
        for one in findings[name]
        if one.kind in (FindingKind.COMPOUND_CROSSED, FindingKind.COMPOUND_UNCOVERED) or name == "new"
    ]
    pins = [
        {"number": number, "text": one.text[:200], "by": one.by, "place": one.place, "resolved": bool(one.resolved_at)}
        for number, one in remarks
        if one.place is not None
    ]
    return {
        "land": reverse("plan_land", args=[row.id]),
        "left": _("调整前"),
        "right": _("调整后"),
        "marks": marks,
        "pins": pins,
        "urls": {"tiles": "/tiles/", "api": "/api/v1/", "signIn": reverse("sign_in")},
    }
