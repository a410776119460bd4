"""What people do with a plan on its page; a refusal comes back on the same page, with what was typed kept."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gis.geometry.errors import GridworkError
from gis.selectors import plans as selected
from gis.selectors.plans import PlanRow
from gis.services.plans import checking, commenting, deciding, following, opening, rebasing
from gis.services.plans.commenting import MOST_TEXT
from gis.services.plans.opening import MOST_TITLE
from gis.services.plans.refusals import BaseChanged, PlanMoved
from gis.speech import in_words
from gis.web.person import person
from gis.web.plan_page import case_page
from gis.web.refusals import status_of

LONG = 10_000


class Nothing(forms.Form):
    """An act that needs no words."""


class Versioned(forms.Form):
    """An act on the plan as the page showed it."""

    version = forms.IntegerField(min_value=1)


class ApproveForm(Versioned):
    """From when, and what is said of it."""

    when = forms.ChoiceField(choices=[("now", ""), ("day", "")])
    day = forms.DateField(label=gettext_lazy("生效日期"), required=False)
    decision = forms.CharField(label=gettext_lazy("审批意见"), max_length=LONG, required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("when") == "day" and not told.get("day") and "day" not in self.errors:
            self.add_error("day", _("请选择生效日期，或选择立即生效。"))
        return told


class DecisionForm(Versioned):
    """Why it is not approved."""

    decision = forms.CharField(label=gettext_lazy("退回的理由"), max_length=LONG)


class WithdrawForm(Versioned):
    """Why it is withdrawn."""

    reason = forms.CharField(label=gettext_lazy("撤回的理由"), max_length=LONG, required=False)


class BranchForm(forms.Form):
    """What the branch is called."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=MOST_TITLE)


class FollowForm(BranchForm):
    """What the plan that follows is called, and why it is made."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=LONG)


class CommentForm(forms.Form):
    """A remark on the plan, on a grid, on a place."""

    text = forms.CharField(label=gettext_lazy("批注"), max_length=MOST_TEXT)
    grid = forms.CharField(required=False, max_length=15)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)


class ResolveForm(forms.Form):
    """Which remark."""

    comment = forms.IntegerField(min_value=1)


@dataclass(frozen=True, slots=True)
class Deed:
    """One act: its form, what does it, and what is said afterwards; it returns the plan whose page is shown then."""

    form: type[forms.Form]
    do: Callable[..., PlanRow | None]
    done: Any


def _submit(**told: Any) -> PlanRow:
    return deciding.submit_plan(**told)


def _approve(*, when: str, day: Any, **told: Any) -> PlanRow:
    moment = timezone.make_aware(datetime.combine(day, time.min)) if when == "day" else None
    return deciding.approve_plan(in_force_from=moment, **told)


def _send_back(**told: Any) -> PlanRow:
    return deciding.send_back_plan(**told)


def _reject(**told: Any) -> PlanRow:
    return deciding.reject_plan(**told)


def _withdraw(**told: Any) -> PlanRow:
    return deciding.withdraw_plan(**told)


def _rebase(**told: Any) -> PlanRow:
    return rebasing.rebase_plan(**told)


def _check(**told: Any) -> PlanRow:
    return checking.check_plan(**told)


def _branch(**told: Any) -> PlanRow:
    return opening.branch_plan(**told)


def _correct(**told: Any) -> PlanRow:
    return opening.correct_plan(**told)


def _comment(*, lon: float | None, lat: float | None, **told: Any) -> None:
    place = (lon, lat) if lon is not None and lat is not None else None
    commenting.comment_on_plan(place=place, **told)


def _resolve(*, comment: int, **told: Any) -> None:
    commenting.resolve_comment(comment_id=comment, **told)


DEEDS: dict[str, Deed] = {
    "submit": Deed(Versioned, _submit, gettext_lazy("已提交审批；在退回之前不能再改动。")),
    "approve": Deed(ApproveForm, _approve, gettext_lazy("已批准。")),
    "send-back": Deed(DecisionForm, _send_back, gettext_lazy("已退回修改，编制人会看到您的意见。")),
    "reject": Deed(DecisionForm, _reject, gettext_lazy("已否决，理由已记录。")),
    "withdraw": Deed(WithdrawForm, _withdraw, gettext_lazy("已撤回；画过的内容仍然保留。")),
    "rebase": Deed(Versioned, _rebase, gettext_lazy("已更新到现行边界。")),
    "check": Deed(Nothing, _check, gettext_lazy("核查完成。")),
    "branch": Deed(BranchForm, _branch, gettext_lazy("已另建方案，可以继续调整。")),
    "correct": Deed(FollowForm, _correct, gettext_lazy("已建立更正方案，从现行边界开始。")),
    "comment": Deed(CommentForm, _comment, gettext_lazy("批注已添加。")),
    "resolve": Deed(ResolveForm, _resolve, gettext_lazy("批注已标为处理完毕。")),
}


@require_POST
def act(request: HttpRequest, plan_id: uuid.UUID, deed: str) -> HttpResponse:
    """Do something with the plan, and show it again, or the plan that it led to."""
    row = selected.plan(plan_id, person(request))
    if deed == "take-back":
        return _take_back(request, row)
    if deed not in DEEDS:
        raise Http404
    way = DEEDS[deed]
    form = way.form(request.POST)
    if not form.is_valid():
        return _unreadable(request, row, deed, form)
    try:
        after = way.do(plan_id=plan_id, by=person(request), **form.cleaned_data)
    except GridworkError as refusal:
        return refused(request, plan_id, deed, refusal)
    messages.success(request, way.done)
    anchor = "#remarks" if deed in ("comment", "resolve") else ""
    return redirect(reverse("plan", args=[after.id if after else plan_id]) + anchor)


def _take_back(request: HttpRequest, row: PlanRow) -> HttpResponse:
    """Open a draft with the former grids, and say what could not be restored."""
    form = FollowForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, row, "take-back", form)
    try:
        made = following.take_back_plan(plan_id=row.id, by=person(request), **form.cleaned_data)
    except GridworkError as refusal:
        return refused(request, row.id, "take-back", refusal)
    messages.success(request, _("已建立恢复原网格的方案，请检查后提交审批。"))
    for one in made.left[:LEFT_MOST]:
        messages.warning(request, f"{one.code} {in_words(one.reason)}".strip())
    return redirect(reverse("plan", args=[made.plan.id]))


LEFT_MOST = 10
"""What could not be restored, said one by one; the plan's own check has all of it."""


def refused(request: HttpRequest, plan_id: uuid.UUID, deed: str, refusal: GridworkError) -> HttpResponse:
    """Show the plan as it stands now, why the act was refused, and what was typed."""
    told: dict[str, Any] = {"message": in_words(refusal.message), "rule": refusal.rule}
    if isinstance(refusal, BaseChanged):
        told |= {"place": refusal.place, "operation": refusal.operation}
    if isinstance(refusal, PlanMoved):
        told["since"] = [
            {"version": one.version, "text": in_words(one.text), "by": one.by, "at": one.at} for one in refusal.since
        ]
    row = selected.plan(plan_id, person(request))
    return case_page(request, row, status_of(refusal), refused=told, deed=deed, typed=request.POST)


def _unreadable(request: HttpRequest, row: PlanRow, deed: str, form: forms.Form) -> HttpResponse:
    """Show the page again with what is wrong with the form."""
    said = [
        f"{form.fields[name].label or name}：{error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]
    told = {"message": " ".join(said), "rule": "form.invalid"}
    return case_page(request, row, 422, refused=told, deed=deed, typed=request.POST)
