"""The worklist: findings that stand, filtered and in order, to be worked through one by one or many at once."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gis import policy
from gis.selectors import audits, staff
from gis.services.audits.cases import BY_HAND
from gis.terms import Action
from gis.web.filters import FindingFilter
from gis.web.offers import offers_of
from gis.web.pages import Page, page_asked
from gis.web.person import person
from gis.web.scope import Scope, scope_of

ROWS_A_PAGE = 50


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """Show the worklist of the district asked for, or of the first one that this account may see."""
    scope = scope_of(request)
    if scope is None:
        return render(request, "audits/no_district.html")
    return worklist_page(request, scope, FindingFilter(request.GET), page_asked(request.GET))


def worklist_page(
    request: HttpRequest, scope: Scope, form: FindingFilter, number: int, status: int = 200, **told: Any
) -> HttpResponse:
    """Show one page of the worklist; `told` is what a refused change left to say and to keep ticked."""
    asked = form.asked(scope, person(request).id)
    numbers, offers = offers_of(form, asked, person(request).id)
    page = Page(number, ROWS_A_PAGE, numbers.total)
    found = audits.findings(**asked, order=form.sorted_by, offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    may_triage = _may(request, scope, Action.TRIAGE_FINDING)
    shown = {
        "scope": scope,
        "offers": offers,
        "search": form.given("search"),
        "narrows": form.narrows,
        "query": query_of(scope, form),
        "order": form.sorted_by,
        "rows": found.rows,
        "page": page,
        "run": audits.latest_run(district_code=scope.code),
        "may_triage": may_triage,
        "may_except": _may(request, scope, Action.ACCEPT_EXCEPTION),
        "moves": BY_HAND,
        "officers": staff.officers(district_code=scope.code) if may_triage else [],
        **told,
    }
    return render(request, "audits/worklist.html", shown, status=status)


def query_of(scope: Scope, form: FindingFilter) -> str:
    """Return the filter as an address carries it, with the district, without what is empty."""
    query = QueryDict(mutable=True)
    query["district"] = scope.code
    for name in form.fields:
        if form.given(name):
            query[name] = form.given(name)
    return query.urlencode()


def _may(request: HttpRequest, scope: Scope, action: Action) -> bool:
    """Return whether the account may do `action` in some part of the district; the services ask for each case."""
    prefixes = policy.territories(request.user, action)
    return any(scope.code.startswith(prefix) or prefix.startswith(scope.code) for prefix in prefixes)
