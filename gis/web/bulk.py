"""One change to many cases of the worklist, sent by a page without a script."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gis.geometry.errors import GridworkError
from gis.policy import NotYours
from gis.selectors import audits
from gis.services.audits import cases, exceptions
from gis.services.audits.refusals import AuditError
from gis.speech import in_words
from gis.terms import CaseState
from gis.web.filters import FindingFilter
from gis.web.officers import officer_named
from gis.web.pages import page_asked
from gis.web.person import person
from gis.web.refusals import status_of
from gis.web.scope import Scope, scope_of
from gis.web.worklist import query_of, worklist_page

DIGITS_MOST = 18
"""A number with more digits does not fit the database's."""

ACTIONS = ("move", "assign", "note", "accept")


class ChangeForm(forms.Form):
    """What to do with the cases that are ticked, or with all that the filter lets pass."""

    action = forms.ChoiceField(choices=[(word, word) for word in ACTIONS])
    filter = forms.CharField(required=False, max_length=2000)
    all = forms.BooleanField(required=False)
    total = forms.IntegerField(required=False)
    to = forms.ChoiceField(required=False, choices=CaseState.choices())
    officer = forms.CharField(required=False, max_length=150)
    text = forms.CharField(required=False, max_length=2000)
    expires_on = forms.DateField(
        required=False, error_messages={"invalid": _("到期日不是一个日期；请写成 2027-01-31 这样。")}
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen action needs."""
        given = dict(super().clean() or {})
        action = given.get("action")
        if action == "move" and not given.get("to"):
            self.add_error("to", said("请选择要改成的状态。"))
        if action == "assign" and not given.get("officer"):
            self.add_error("officer", said("请选择负责人。"))
        if action == "accept" and not given.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", said("请填写例外的到期日。"))
        return given


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change the cases that are ticked: all of them or none."""
    scope = scope_of(request, request.POST.get("district", ""))
    if scope is None:
        raise Http404
    form = ChangeForm(request.POST)
    form.is_valid()
    shown = FindingFilter(QueryDict(form.cleaned_data.get("filter", "")))
    if not form.is_valid():
        told = " ".join(str(words) for errors in form.errors.values() for words in errors)
        return _again(request, scope, shown, told, 422)
    try:
        count = _change(request, scope, shown, form.cleaned_data)
    except (AuditError, NotYours) as refusal:
        return _again(request, scope, shown, in_words(refusal.message), status_of(refusal), refusal)
    messages.success(request, said("已处理 %(count)s 个问题。") % {"count": count})
    return redirect(f"{reverse('worklist')}?{query_of(scope, shown)}&page={page_asked(request.POST)}")


def _change(request: HttpRequest, scope: Scope, shown: FindingFilter, given: dict[str, Any]) -> int:
    by = person(request)
    ids = _ids(request, scope, shown, given)
    versions = _versions(request)
    if given["action"] == "move":
        to = CaseState(given["to"])
        cases.move_cases(finding_ids=ids, to=to, by=by, text=given["text"], versions=versions)
    elif given["action"] == "assign":
        cases.assign_cases(finding_ids=ids, to=officer_named(given["officer"]), by=by, versions=versions)
    elif given["action"] == "note":
        cases.note_cases(finding_ids=ids, text=given["text"], by=by)
    else:
        exceptions.accept_exceptions(
            finding_ids=ids, reason=given["text"], expires_on=given["expires_on"], by=by, versions=versions
        )
    return len(ids)


def _ids(request: HttpRequest, scope: Scope, shown: FindingFilter, given: dict[str, Any]) -> list[int]:
    """Return the cases meant. Those of the whole filter must still be as many as the page said."""
    if not given["all"]:
        return _numbers(request.POST.getlist("ids"))
    asked = shown.asked(scope, person(request).id)
    ids = audits.index(**asked).ids
    if len(ids) != given["total"]:
        raise AuditError(
            said("筛选结果现有 %(now)s 项，打开页面时是 %(then)s 项；请看过最新的清单再操作。")
            % {"now": len(ids), "then": given["total"]},
            rule="finding.stale",
        )
    return ids


def _versions(request: HttpRequest) -> dict[int, str]:
    """Return how the page saw the cases: its hidden fields say ``<number>:<version>``."""
    told = (text.partition(":") for text in request.POST.getlist("version"))
    return {pk: version for number, _colon, version in told for pk in _numbers([number])}


def _numbers(texts: Sequence[str]) -> list[int]:
    """Return what can be the number of a case; anything else was not sent by our page."""
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MOST]


def _again(
    request: HttpRequest,
    scope: Scope,
    shown: FindingFilter,
    message: str,
    status: int,
    refusal: GridworkError | None = None,
) -> HttpResponse:
    """Show the page again with what was refused on top, and the ticks as they were."""
    told = {
        "refused": message,
        "rule": refusal.rule if refusal else "",
        "in_the_way": getattr(refusal, "finding_ids", ()),
        "ticked": set(_numbers(request.POST.getlist("ids"))),
        "given": request.POST,
    }
    return worklist_page(request, scope, shown, page_asked(request.POST), status, **told)
