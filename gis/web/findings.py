"""One finding: its evidence, its parts, its life, and the moves that this account may make."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from gis import policy
from gis.selectors import audits as selected
from gis.selectors.audits import GRID_DIGITS, FindingDetail
from gis.services.audits import cases, exceptions
from gis.terms import CASE_MOVES, Action, CaseState
from gis.web.evidence import facts_of, households_words, parts_of
from gis.web.person import person
from gis.web.sketch import sketch_of

BY_HAND = frozenset(CaseState) - frozenset(cases.BY_OTHER_MEANS)
"""States that a person may set; the others come from an accepted exception or from an audit."""


class NoteForm(forms.Form):
    """A remark."""

    text = forms.CharField(label=_("备注"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(forms.Form):
    """A move of the case, with a remark if there is one."""

    to = forms.ChoiceField(choices=CaseState.choices())
    text = forms.CharField(max_length=2000, required=False)


class ExceptionForm(forms.Form):
    """A conflict that may stand for a while."""

    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    expires_on = forms.DateField(label=_("到期日"), widget=forms.DateInput(attrs={"type": "date"}))


class EndForm(forms.Form):
    """Why an exception ends before its day."""

    reason = forms.CharField(label=_("终止理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


def _place_of(detail: FindingDetail) -> str:
    return detail.row.community_code or detail.district_code


def _visible(request: HttpRequest, finding_id: int) -> FindingDetail:
    """Return the case when this account may see it; whoever may not is told that there is none."""
    detail = selected.finding(finding_id=finding_id)
    if detail is None:
        raise Http404
    grids = [code for code in detail.row.subjects if len(code) == GRID_DIGITS]
    places = [_place_of(detail), *grids]
    if not any(policy.may(request.user, Action.VIEW_MAP, place) for place in places):
        raise Http404
    return detail


@require_GET
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Show one finding."""
    return _page(request, _visible(request, finding_id))


def _page(request: HttpRequest, detail: FindingDetail, status: int = 200, **forms_sent: forms.Form) -> HttpResponse:
    row, place = detail.row, _place_of(detail)
    may_triage = policy.may(request.user, Action.TRIAGE_FINDING, place)
    may_except = policy.may(request.user, Action.ACCEPT_EXCEPTION, place)
    excepted = row.state is CaseState.EXCEPTED
    moves = _moves(row.state) if may_triage and not excepted else []
    shown: dict[str, Any] = {
        "detail": detail,
        "row": row,
        "facts": facts_of(row),
        "households_words": households_words(row),
        "parts": parts_of(detail),
        "sketch": sketch_of(detail.place, detail.cut),
        "moves": moves,
        "note_form": NoteForm() if may_triage else None,
        "exception_form": ExceptionForm() if may_except and CaseState.EXCEPTED in CASE_MOVES[row.state] else None,
        "end_form": EndForm() if may_except and excepted else None,
        **forms_sent,
    }
    return render(request, "audits/finding.html", shown, status=status)


def _moves(now: CaseState) -> list[CaseState]:
    """Return the states that a person may set next: the way forward first, then the ways back."""
    order = list(CaseState)
    allowed = [state for state in order if state in CASE_MOVES[now] & BY_HAND]
    return sorted(allowed, key=lambda state: order.index(state) < order.index(now))


@require_POST
def move(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Move the case."""
    detail = _visible(request, finding_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, detail, 422)
    to = CaseState(form.cleaned_data["to"])
    cases.move_case(finding_id=finding_id, to=to, by=person(request), text=form.cleaned_data["text"])
    messages.success(request, said("状态已改为“%(state)s”。") % {"state": said(to.label)})
    return redirect("finding", finding_id=finding_id)


@require_POST
def note(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Add a remark."""
    detail = _visible(request, finding_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, detail, 422, note_form=form)
    cases.note_case(finding_id=finding_id, text=form.cleaned_data["text"], by=person(request))
    messages.success(request, said("备注已记录。"))
    return redirect("finding", finding_id=finding_id)


@require_POST
def accept_exception(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Let the conflict stand until a day."""
    detail = _visible(request, finding_id)
    form = ExceptionForm(request.POST)
    if not form.is_valid():
        return _page(request, detail, 422, exception_form=form)
    exceptions.accept_exception(finding_id=finding_id, by=person(request), **form.cleaned_data)
    messages.success(request, said("例外已认可。"))
    return redirect("finding", finding_id=finding_id)


@require_POST
def end_exception(request: HttpRequest, finding_id: int) -> HttpResponse:
    """End the accepted exception today."""
    detail = _visible(request, finding_id)
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(request, detail, 422, end_form=form)
    exceptions.end_exception(finding_id=finding_id, reason=form.cleaned_data["reason"], by=person(request))
    messages.success(request, said("例外已终止。"))
    return redirect("finding", finding_id=finding_id)
