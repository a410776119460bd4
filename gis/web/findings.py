"""One finding: its evidence, its parts, its life, and the moves that this account may make.

The address carries the filter of the worklist that the person came from, so that the next case is one step away.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from gis import policy
from gis.selectors import audits as selected
from gis.selectors import staff
from gis.selectors.audits import FindingDetail, Neighbours
from gis.services.audits import cases, exceptions
from gis.services.audits.cases import next_moves
from gis.terms import CASE_MOVES, Action, CaseState, FindingKind
from gis.web.evidence import facts_of, households_words, parts_of
from gis.web.filters import FindingFilter
from gis.web.officers import NOBODY, officer_named
from gis.web.person import person
from gis.web.scope import scope_of
from gis.web.sketch import sketch_of
from gis.web.worklist import query_of


class VersionedForm(forms.Form):
    """A change to a case that the page has read in a version."""

    version = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """A remark."""

    text = forms.CharField(label=_("备注"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(VersionedForm):
    """A move of the case, with a remark if there is one."""

    to = forms.ChoiceField(choices=CaseState.choices())
    text = forms.CharField(max_length=2000, required=False)


class AssignForm(VersionedForm):
    """Whose case it is."""

    officer = forms.CharField(label=_("负责人"), max_length=150, widget=forms.Select)

    def __init__(self, data: Any = None, *, detail: FindingDetail, **options: Any) -> None:
        super().__init__(data, **options)
        able = [
            (officer.username, officer.name)
            for officer in staff.officers(district_code=detail.district_code)
            if detail.territory.startswith(officer.territories)
        ]
        self.fields["officer"].widget.choices = [(NOBODY, _("无人")), *able]


class ExceptionForm(VersionedForm):
    """A conflict that may stand for a while."""

    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    expires_on = forms.DateField(label=_("到期日"), widget=forms.DateInput(attrs={"type": "date"}))


class EndForm(VersionedForm):
    """Why an exception ends before its day."""

    reason = forms.CharField(label=_("终止理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


def _visible(request: HttpRequest, finding_id: int) -> FindingDetail:
    """Return the case when this account may see it; whoever may not is told that there is none."""
    detail = selected.finding(finding_id=finding_id)
    if detail is None or not any(policy.may(request.user, Action.VIEW_MAP, place) for place in detail.seen_from):
        raise Http404
    return detail


@require_GET
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Show one finding."""
    return _page(request, _visible(request, finding_id))


def _page(request: HttpRequest, detail: FindingDetail, status: int = 200, **forms_sent: forms.Form) -> HttpResponse:
    row = detail.row
    may_triage = policy.may(request.user, Action.TRIAGE_FINDING, detail.territory)
    may_except = policy.may(request.user, Action.ACCEPT_EXCEPTION, detail.territory)
    excepted, as_it_is = row.state is CaseState.EXCEPTED, {"version": row.version}
    owner = staff.username(row.assigned_to_id) or NOBODY
    shown: dict[str, Any] = {
        "detail": detail,
        "row": row,
        "facts": facts_of(row),
        "households_words": households_words(row),
        "parts": parts_of(detail),
        "sketch": sketch_of(detail.place, detail.cut),
        "moves": next_moves(row.state) if may_triage else [],
        "may_plan": row.kind is FindingKind.COMPOUND_CROSSED
        and policy.may(request.user, Action.EDIT_PLAN, detail.territory),
        "note_form": NoteForm() if may_triage else None,
        "assign_form": AssignForm(detail=detail, initial={**as_it_is, "officer": owner}) if may_triage else None,
        "exception_form": ExceptionForm(initial=as_it_is)
        if may_except and CaseState.EXCEPTED in CASE_MOVES[row.state]
        else None,
        "end_form": EndForm(initial=as_it_is) if may_except and excepted else None,
        **_way(request, detail),
        **forms_sent,
    }
    return render(request, "audits/finding.html", shown, status=status)


def _way(request: HttpRequest, detail: FindingDetail) -> dict[str, Any]:
    """Return where the person came from and what comes before and after in that list."""
    scope = scope_of(request, detail.district_code)
    assert scope is not None  # a case that is visible lies in a district that is
    form, me = FindingFilter(request.GET), person(request).id
    beside: Neighbours = selected.neighbours(
        finding_id=detail.row.id, order=form.sorted_by, for_account=me, **form.asked(scope, me)
    )
    return {"query": query_of(scope, form), "beside": beside}


def _change(
    request: HttpRequest,
    finding_id: int,
    form_of: Callable[[FindingDetail], forms.Form],
    act: Callable[..., str],
    shown_as: str = "",
) -> HttpResponse:
    """Read a form, act, and show the case again; `act` takes what the form says and returns what was done."""
    detail = _visible(request, finding_id)
    form = form_of(detail)
    if not form.is_valid():
        return _page(request, detail, 422, **({shown_as: form} if shown_as else {}))
    messages.success(request, act(finding_id=finding_id, by=person(request), **form.cleaned_data))
    return redirect(f"{reverse('finding', args=[finding_id])}?{request.GET.urlencode()}".rstrip("?"))


@require_POST
def move(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Move the case."""

    def act(*, to: str, **told: Any) -> str:
        cases.move_case(to=CaseState(to), **told)
        return said("状态已改为“%(state)s”。") % {"state": said(CaseState(to).label)}

    return _change(request, finding_id, lambda _detail: MoveForm(request.POST), act)


@require_POST
def assign(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Give the case to a colleague, or to nobody."""

    def act(*, finding_id: int, officer: str, version: str, by: Any) -> str:
        versions = cases.one_version(finding_id, version)
        cases.assign_cases(finding_ids=[finding_id], to=officer_named(officer), by=by, versions=versions)
        return said("负责人已更新。")

    return _change(request, finding_id, lambda detail: AssignForm(request.POST, detail=detail), act, "assign_form")


@require_POST
def note(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Add a remark."""

    def act(**told: Any) -> str:
        cases.note_case(**told)
        return said("备注已记录。")

    return _change(request, finding_id, lambda _detail: NoteForm(request.POST), act, "note_form")


@require_POST
def accept_exception(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Let the conflict stand until a day."""

    def act(**told: Any) -> str:
        exceptions.accept_exception(**told)
        return said("例外已认可。")

    return _change(request, finding_id, lambda _detail: ExceptionForm(request.POST), act, "exception_form")


@require_POST
def end_exception(request: HttpRequest, finding_id: int) -> HttpResponse:
    """End the accepted exception today."""

    def act(**told: Any) -> str:
        exceptions.end_exception(**told)
        return said("例外已终止。")

    return _change(request, finding_id, lambda _detail: EndForm(request.POST), act, "end_form")
