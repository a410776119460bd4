"""The plans of a district: what waits for a decision, what there is, and the form to open a new one."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from gis import policy
from gis.geometry.errors import GridworkError
from gis.selectors import plans as selected
from gis.selectors.plans import PlanRow
from gis.selectors.plans.acts import plans_waiting_for
from gis.selectors.plans.desk import OPEN, Cause, cause_of, communities_offered, names_called, unresolved_comments
from gis.services.plans.opening import MOST_TITLE, open_plan
from gis.speech import in_words
from gis.terms import Action, PlanState
from gis.web.pages import Page, page_asked
from gis.web.person import person
from gis.web.refusals import status_of
from gis.web.scope import Scope, scope_of

ROWS_A_PAGE = 30
COMMUNITY = re.compile(r"[0-9]{12}")


class PlanFilter(forms.Form):
    """Which plans."""

    state = forms.ChoiceField(required=False, choices=PlanState.choices())
    community = forms.RegexField(required=False, regex=COMMUNITY)
    mine = forms.BooleanField(required=False)

    def given(self, name: str) -> Any:
        """Return what a field says; one that was filled in wrongly is as if it were empty."""
        self.is_valid()
        return self.cleaned_data.get(name)


@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Show the plans of the district asked for, or of the first one that this account may see."""
    scope = scope_of(request)
    if scope is None:
        return render(request, "audits/no_district.html")
    require_reader(request, scope)
    form, me, number = PlanFilter(request.GET), person(request), page_asked(request.GET)
    state, community, mine = map(form.given, ("state", "community", "mine"))
    total, rows = selected.plans(
        me,
        district_code=scope.code,
        communities=[community] if community else [],
        states=[PlanState(state)] if state else [],
        author_id=me.pk if mine else None,
        offset=(number - 1) * ROWS_A_PAGE,
        limit=ROWS_A_PAGE,
    )
    waiting = plans_waiting_for(me, district_code=scope.code)
    shown = [*waiting, *rows]
    offered = communities_offered(scope.code, policy.territories(me, Action.VIEW_PLAN))
    return render(
        request,
        "plans/plans.html",
        {
            "scope": scope,
            "waiting": waiting,
            "rows": rows,
            "page": Page(number, ROWS_A_PAGE, total),
            "states": PlanState.choices(),
            "state": state,
            "offered": offered,
            "community": community,
            "mine": mine,
            "names": names_called(scope.code, {code for row in shown for code in row.communities[:MOST_NAMED]}),
            "remarks": unresolved_comments(row.id for row in shown),
            "may_open": bool(policy.territories(me, Action.EDIT_PLAN)),
        },
    )


MOST_NAMED = 2
"""Communities of a plan that a row of the list names."""


def require_reader(request: HttpRequest, scope: Scope) -> None:
    """Refuse an account that sees no plans in any part of a district."""
    mine = policy.territories(request.user, Action.VIEW_PLAN)
    if not any(scope.code.startswith(prefix) or prefix.startswith(scope.code) for prefix in mine):
        policy.require(person(request), Action.VIEW_PLAN, scope.code)


class NewPlanForm(forms.Form):
    """Which communities, what it is called, why."""

    communities = forms.MultipleChoiceField(
        label=gettext_lazy("社区"), error_messages={"required": gettext_lazy("请至少选择一个社区。")}
    )
    title = forms.CharField(label=gettext_lazy("标题"), max_length=MOST_TITLE)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: HttpRequest) -> HttpResponse:
    """Show the form to open a plan, filled in for a compound or a community; open it."""
    scope = scope_of(request, request.POST.get("district", ""))
    if scope is None:
        return render(request, "audits/no_district.html")
    theirs = policy.territories(request.user, Action.EDIT_PLAN)
    if not any(scope.code.startswith(prefix) or prefix.startswith(scope.code) for prefix in theirs):
        policy.require(person(request), Action.EDIT_PLAN, scope.code)
    if request.method != "POST":
        return _form(request, scope, _initial(request, scope))
    form = NewPlanForm(request.POST)
    ticked = request.POST.getlist("communities")
    form.fields["communities"].choices = [(code, code) for code in ticked if COMMUNITY.fullmatch(code)]  # type: ignore[attr-defined]
    told = {"ticked": ticked, "title": request.POST.get("title", ""), "reason": request.POST.get("reason", "")}
    if "find" in request.POST:
        return _form(request, scope, told)
    if not form.is_valid():
        return _form(request, scope, {**told, "errors": form.errors}, 422)
    try:
        made = open_plan(district_code=scope.code, by=person(request), **form.cleaned_data)
    except GridworkError as refusal:
        refused = {"message": in_words(refusal.message), "rule": refusal.rule}
        return _form(request, scope, {**told, "refused": refused}, status_of(refusal))
    messages.success(request, _("方案已建立，现在可以调整边界。"))
    return redirect(reverse("plan", args=[made.id]))


def _initial(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Return what the address asks to be filled in."""
    ticked = [code for code in request.GET.getlist("community") if COMMUNITY.fullmatch(code)]
    compound = request.GET.get("compound", "")[:64]
    cause = cause_of(scope.code, compound) if compound else None
    if cause is None:
        return {"ticked": ticked, "title": "", "reason": ""}
    return {
        "ticked": sorted({*ticked, *cause.communities}),
        "title": _("“%(name)s”网格调整") % {"name": (cause.name or cause.compound)[:80]},
        "reason": _reason(cause),
        "cause": cause,
    }


def _reason(cause: Cause) -> str:
    return _("小区“%(name)s”（%(code)s）被网格线穿过，穿入部分宽 %(width)s 米，涉及 %(households)s 户。") % {
        "name": cause.name or cause.compound,
        "code": cause.compound,
        "width": f"{cause.width_m:.1f}",
        "households": cause.households,
    }


def _form(request: HttpRequest, scope: Scope, told: dict[str, Any], status: int = 200) -> HttpResponse:
    theirs = policy.territories(request.user, Action.EDIT_PLAN)
    search = request.POST.get("search", request.GET.get("search", "")).strip()[:60]
    ticked = set(told["ticked"])
    every = communities_offered(scope.code, theirs)
    found = {one.code for one in communities_offered(scope.code, theirs, search=search)} if search else None
    listed = [one for one in every if found is None or one.code in found or one.code in ticked]
    shown = {
        "scope": scope,
        "search": search,
        "offered": sorted(listed, key=lambda one: (one.code not in ticked, one.code)),
        "hidden": len(every) - len(listed),
        "open_ones": _open_ones(request, scope, ticked),
        "most_title": MOST_TITLE,
        **told,
    }
    return render(request, "plans/new.html", shown, status=status)


def _open_ones(request: HttpRequest, scope: Scope, communities: set[str]) -> list[PlanRow]:
    """Return the plans under way for some of the communities: perhaps nobody needs another."""
    codes = [code for code in communities if COMMUNITY.fullmatch(code)]
    if not codes:
        return []
    return selected.plans(person(request), district_code=scope.code, communities=codes, states=OPEN, limit=5)[1]
