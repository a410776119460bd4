"""The first page: a district's figures, what changed, what waits for somebody."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gis import policy
from gis.geometry.said import said
from gis.selectors import audits, territory
from gis.selectors.audits import NEEDS_ACTION, Asked
from gis.selectors.territory import DistrictFigures
from gis.services.audits.runs import run_audit
from gis.terms import Action, Clarity, FindingKind, Fit
from gis.web.person import person
from gis.web.scope import Scope, scope_of
from gis.web.trend import trend_line

WAITING_SHOWN = 8
"""Cases that wait for somebody, shown on the first page: the widest, as many as fit without scrolling."""

Standing = dict[FindingKind, dict[Clarity, int]]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many findings of a kind stand."""

    kind: FindingKind
    clear: int
    doubtful: int


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show the district asked for, or the first one that this account may see."""
    scope = scope_of(request)
    if scope is None:
        return render(request, "audits/no_district.html")
    asked: Asked = {"district_code": scope.code, "within": scope.within}
    to_triage: Asked = {**asked, "states": list(NEEDS_ACTION)}
    own: Asked = {**asked, "assignees": [person(request).id]}
    waiting = audits.findings(**to_triage, limit=WAITING_SHOWN)
    mine = audits.findings(**own, limit=0)
    shown = {
        "scope": scope,
        "changes": list(audits.change_counts(**asked).items()),
        "waiting": waiting.rows,
        "waiting_total": waiting.total,
        "mine_total": mine.total,
        "may_audit": policy.may(request.user, Action.RUN_AUDIT, scope.code),
        **_conflicts(scope, audits.standing(**asked)),
    }
    return render(request, "audits/overview.html", shown)


def _conflicts(scope: Scope, standing: Standing) -> dict[str, Any]:
    """Return what stands in the part that the account sees, and what only the whole district has."""
    counted = [
        KindCount(kind, _of(standing, kind, Clarity.CLEAR), _of(standing, kind, Clarity.DOUBTFUL))
        for kind in FindingKind
    ]
    told = {
        "kinds": [count for count in counted if count.clear or count.doubtful],
        "crossed": next(count for count in counted if count.kind is FindingKind.COMPOUND_CROSSED),
    }
    if not scope.whole:
        return {"run": audits.latest_run(district_code=scope.code), **told}
    figures = audits.figures(district_code=scope.code)
    return {
        "run": figures.run,
        "places": _places(territory.figures(scope.code)),
        "fits": [(fit, figures.compounds.get(fit, 0)) for fit in Fit],
        "ending_soon": figures.exceptions_ending_soon,
        "trend": trend_line(audits.trend(district_code=scope.code)),
        **told,
    }


def _of(standing: Standing, kind: FindingKind, clarity: Clarity) -> int:
    return standing.get(kind, {}).get(clarity, 0)


def _places(figures: DistrictFigures | None) -> list[tuple[str, int, str]]:
    """Return words, number and unit of each figure of the district."""
    if figures is None:
        return []
    households_a_grid = round(figures.households / figures.grids) if figures.grids else 0
    return [
        (_("街道"), figures.streets, _("个")),
        (_("社区"), figures.communities, _("个")),
        (_("网格"), figures.grids, _("个")),
        (_("小区"), figures.compounds, _("个")),
        (_("楼栋"), figures.buildings, _("栋")),
        (_("户数"), figures.households, _("户")),
        (_("平均每网格"), households_a_grid, _("户")),
        (_("服务站"), figures.stations, _("个")),
        (_("社区办公点"), figures.offices, _("个")),
    ]


@require_POST
def audit(request: HttpRequest, district_code: str) -> HttpResponse:
    """Audit the district now."""
    scope = scope_of(request, district_code)
    assert scope is not None  # scope_of raises Http404 for a district that this account does not see
    run = run_audit(district_code=scope.code, by=person(request), cause=said("页面"))
    done = _("检查完成：新增 %(new)s，仍存在 %(known)s，已消除 %(resolved)s。")
    messages.success(request, done % {"new": run.new, "known": run.known, "resolved": run.resolved})
    return redirect(f"{reverse('overview')}?district={scope.code}")
