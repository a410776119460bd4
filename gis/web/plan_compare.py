"""Any two plans or dates compared: maps, a line for each grid that differs, the crosswalk as a table and as files."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_safe

from gis.geometry import crs
from gis.geometry.crosswalk import CrossRow
from gis.geometry.errors import GridworkError
from gis.selectors import plans as selected
from gis.selectors.plans.comparison import Comparison, SideRow, comparison
from gis.selectors.plans.desk import names_called
from gis.selectors.territory.windows import WrongAddress, read_moment
from gis.speech import in_words
from gis.web.attachments import CSV, XLSX, taken_away
from gis.web.map import map_told
from gis.web.person import person
from gis.web.plan_land import Side, packed, picture
from gis.web.plans import COMMUNITY, require_reader
from gis.web.refusals import status_of
from gis.web.scope import Scope, scope_of
from gis.web.sheets import Cell, csv_of, xlsx_of

ROWS_MOST = 1000
"""Rows of the crosswalk on the page; the files have all."""

ORDERS = ("grid", "households", "area", "buildings")
PLANS_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks to be compared; `left` and `right` as they stand there, "" for what is not said."""

    left: str
    right: str
    communities: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return bool(self.left and self.right)


def _asked(request: HttpRequest) -> Asked:
    communities = (code for code in request.GET.getlist("community") if COMMUNITY.fullmatch(code))
    return Asked(request.GET.get("left", "")[:40], request.GET.get("right", "")[:40], tuple(communities))


def _side(text: str) -> uuid.UUID | datetime:
    """Return a plan's number or a moment.

    Raises
    ------
    WrongAddress : it is neither.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        return read_moment(text)


def _compared(request: HttpRequest, scope: Scope) -> Comparison:
    asked = _asked(request)
    return comparison(
        _side(asked.left),
        _side(asked.right),
        user=person(request),
        district_code=scope.code,
        communities=asked.communities,
    )


@require_GET
@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    """Show the form and, where two sides are named, what differs between them."""
    chosen = _chosen(request)
    if chosen is not None:
        return redirect(f"{reverse('plan_compare')}?{chosen}")
    scope = scope_of(request)
    if scope is None:
        return render(request, "audits/no_district.html")
    require_reader(request, scope)
    asked, shown, status = _asked(request), {}, 200
    if asked.is_whole:
        try:
            shown = _shown(request, scope, _compared(request, scope))
        except GridworkError as refusal:
            shown = {"refused": {"message": in_words(refusal.message), "rule": refusal.rule}}
            status = status_of(refusal)
    _total, offered = selected.plans(person(request), district_code=scope.code, limit=PLANS_OFFERED)
    today = timezone.localdate()
    form = {
        "scope": scope,
        "asked": asked,
        "offered": offered,
        "today": today,
        "left_day": _day(asked.left),
        "right_day": _day(asked.right),
    }
    return render(request, "plans/compare.html", {**form, **shown}, status=status)


def _chosen(request: HttpRequest) -> str | None:
    """Return the address of what the form asks for; None where the address is one already."""
    if "left_plan" not in request.GET and "right_plan" not in request.GET:
        return None
    query = QueryDict(mutable=True)
    for name in ("left", "right"):
        query[name] = request.GET.get(f"{name}_plan") or request.GET.get(f"{name}_day") or ""
    for name in ("district", "community"):
        query.setlist(name, [value for value in request.GET.getlist(name) if value])
    return query.urlencode()


def _day(text: str) -> str:
    """Return the day of a side for a date field, "" for a plan."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def _shown(request: HttpRequest, scope: Scope, found: Comparison) -> dict[str, Any]:
    order = request.GET.get("order", "grid")
    rows = ordered(_differing(found), order)
    names = names_called(scope.code, {code for row in rows for code in (row.from_code, row.to_code)})
    query = request.GET.urlencode()
    return {
        "found": found,
        "left": side_words(found.left),
        "right": side_words(found.right),
        "lines": [(line, in_words(line.text)) for line in found.lines],
        "rows": rows[:ROWS_MOST],
        "rows_total": len(rows),
        "names": names,
        "order": order,
        "query": query,
        "config": map_told(request, scope)
        | {
            "land": f"{reverse('plan_compare_land')}?{query}",
            "left": side_words(found.left),
            "right": side_words(found.right),
            "marks": [],
            "pins": [],
            "urls": {"tiles": "/tiles/", "api": "/api/v1/", "signIn": reverse("sign_in")},
        },
    }


def side_words(row: SideRow) -> str:
    """Return how a side is called: a plan by its title, a moment by its day."""
    if row.at is None:
        return row.title
    local = timezone.localtime(row.at)
    return _("%(day)s 的边界") % {"day": f"{local:%Y-%m-%d}"}


def _differing(found: Comparison) -> list[CrossRow]:
    """Return the rows of grids that differ: what stays with them and what changes hands; noise left out."""
    codes = {line.code for line in found.lines}
    return [row for row in found.rows if not row.noise and (row.from_code in codes or row.to_code in codes)]


def ordered(rows: list[CrossRow], order: str) -> list[CrossRow]:
    """Return rows in the order of an address: by grid, or the most of something first."""
    by = {
        "households": lambda row: -row.households,
        "area": lambda row: -row.area_m2,
        "buildings": lambda row: -row.buildings,
    }
    return sorted(rows, key=by[order]) if order in by else rows


@require_safe
def land(request: HttpRequest) -> HttpResponse:
    """Return what the maps of a comparison draw."""
    found = _compared(request, _scope(request))
    at = [n for n, row in enumerate(found.rows) if not row.kept and not row.noise]
    codes = {str(code) for layer in (found.before, found.after) for code in layer.codes}
    names = names_called(found.district_code, codes)
    sides = []
    for layer, of in ((found.before, "from_code"), (found.after, "to_code")):
        households: dict[str, int] = {}
        for row in found.rows:
            households[getattr(row, of)] = households.get(getattr(row, of), 0) + row.households
        shapes = crs.project(layer.shapes, found.frame, crs.STORED) if len(layer) else layer.shapes
        sides.append(Side(layer, shapes, names, households))
    answer = packed(request, picture(sides[0], sides[1], [found.rows[n] for n in at], found.shapes[at]))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _scope(request: HttpRequest) -> Scope:
    scope = scope_of(request)
    if scope is None:
        raise WrongAddress(_("没有可看的区。"), rule="address.no_district")
    return scope


@require_GET
def crosswalk_csv(request: HttpRequest) -> HttpResponse:
    """Return the whole crosswalk as CSV."""
    found, header, rows = _table(request)
    name = _file_name(found) + ".csv"
    return taken_away(request, csv_of(header, rows), CSV, name, district_code=found.district_code, rows=len(rows))


@require_GET
def crosswalk_xlsx(request: HttpRequest) -> HttpResponse:
    """Return the whole crosswalk as an Excel sheet."""
    found, header, rows = _table(request)
    sheet = xlsx_of(_("新旧网格对照"), header, rows)
    return taken_away(
        request, sheet, XLSX, _file_name(found) + ".xlsx", district_code=found.district_code, rows=len(rows)
    )


def _table(request: HttpRequest) -> tuple[Comparison, list[str], list[list[Cell]]]:
    found = _compared(request, _scope(request))
    header = [_("原网格"), _("现网格"), _("面积（平方米）"), _("户数"), _("楼栋"), _("关系")]
    listed = ordered(found.rows, request.GET.get("order", "grid"))
    rows: list[list[Cell]] = [
        [row.from_code, row.to_code, round(row.area_m2, 1), row.households, row.buildings, relation(row)]
        for row in listed
    ]
    return found, header, rows


def relation(row: CrossRow) -> str:
    """Return what a row of the crosswalk tells of its land."""
    if row.kept:
        return _("不变")
    return _("数字化误差") if row.noise else _("划转")


def _file_name(found: Comparison) -> str:
    def called(one: SideRow) -> str:
        return str(one.plan_id)[:8] if one.at is None else f"{timezone.localtime(one.at):%Y%m%d}"

    return f"crosswalk-{found.district_code}-{called(found.left)}-{called(found.right)}"
