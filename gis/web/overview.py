"""The first page: a district's figures, what the last audit found, and the table of findings."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gis import policy
from gis.selectors import audits, territory
from gis.selectors.audits import Figures
from gis.selectors.territory import DistrictFigures
from gis.services.audits.runs import run_audit
from gis.terms import Action, Clarity, FindingKind, Fit
from gis.web.filters import FindingFilter
from gis.web.pages import Page, page_asked
from gis.web.person import person
from gis.web.scope import Scope, scope_of
from gis.web.trend import trend_line

ROWS_A_PAGE = 50


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
    form = FindingFilter(request.GET)
    number = page_asked(request)
    asked = form.asked(scope)
    found = audits.findings(**asked, offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    shown = {
        "scope": scope,
        "form": form,
        "order": asked["order"],
        "rows": found.rows,
        "page": Page(number, ROWS_A_PAGE, found.total),
        "may_audit": policy.may(request.user, Action.RUN_AUDIT, scope.code),
        **_conflicts(scope),
    }
    return render(request, "audits/overview.html", shown)


def _conflicts(scope: Scope) -> dict[str, Any]:
    """Return the figures: of the whole district, or for a part of it what stands in that part."""
    if not scope.whole:
        kinds = _counted_within(scope)
        crossed = next((count for count in kinds if count.kind is FindingKind.COMPOUND_CROSSED), None)
        return {"run": audits.latest_run(district_code=scope.code), "kinds": kinds, "crossed": crossed}
    figures = audits.figures(district_code=scope.code)
    return {
        "run": figures.run,
        "places": _places(territory.figures(scope.code)),
        "fits": [(fit, figures.compounds.get(fit, 0)) for fit in Fit],
        "kinds": _kinds(figures),
        "crossed": _count(figures, FindingKind.COMPOUND_CROSSED),
        "ending_soon": figures.exceptions_ending_soon,
        "trend": trend_line(audits.trend(district_code=scope.code)),
    }


def _count(figures: Figures, kind: FindingKind) -> KindCount:
    standing = figures.standing.get(kind, {})
    return KindCount(kind, standing.get(Clarity.CLEAR, 0), standing.get(Clarity.DOUBTFUL, 0))


def _kinds(figures: Figures) -> list[KindCount]:
    return [count for kind in FindingKind if (count := _count(figures, kind)).clear or count.doubtful]


def _counted_within(scope: Scope) -> list[KindCount]:
    counts = []
    for kind in FindingKind:
        clear, doubtful = (
            audits.findings(
                district_code=scope.code, kinds=[kind], clarities=[clarity], within=scope.within, limit=0
            ).total
            for clarity in (Clarity.CLEAR, Clarity.DOUBTFUL)
        )
        if clear or doubtful:
            counts.append(KindCount(kind, clear, doubtful))
    return counts


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
    run = run_audit(district_code=scope.code, by=person(request), cause=_("页面"))
    said = _("检查完成：新增 %(new)s，仍存在 %(known)s，已消除 %(resolved)s。")
    messages.success(request, said % {"new": run.new, "known": run.known, "resolved": run.resolved})
    return redirect(f"{reverse('overview')}?district={scope.code}")
