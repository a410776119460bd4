"""Accounts and their roles, for administrators. A new password is shown once and stored nowhere."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gis import policy
from gis.selectors import staff as selected
from gis.services import staff
from gis.terms import Action, Role
from gis.web.person import person

DAY = {"type": "date"}


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(label=_("账号"), max_length=150)
    display_name = forms.CharField(label=_("姓名或岗位"), max_length=60, required=False)


class RoleForm(forms.Form):
    """A role to give."""

    role = forms.ChoiceField(label=_("角色"), choices=Role.choices())
    territory_code = forms.CharField(
        label=_("范围编码"), required=False, max_length=15, help_text=_("6、9、12 或 15 位；全市请留空")
    )
    begins_on = forms.DateField(label=_("开始日期"), required=False, widget=forms.DateInput(attrs=DAY))
    ends_on = forms.DateField(label=_("结束日期"), required=False, widget=forms.DateInput(attrs=DAY))


def _require_administrator(request: HttpRequest) -> None:
    if not policy.territories(request.user, Action.MANAGE_STAFF):
        policy.require(request.user, Action.MANAGE_STAFF, "")


def _account(request: HttpRequest, username: str) -> Any:
    """Return the account of an address, after asking whether the person may manage accounts at all."""
    _require_administrator(request)
    account = selected.account(username)
    if account is None:
        raise Http404
    return account


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts with their roles."""
    _require_administrator(request)
    return render(request, "staff/accounts.html", {"accounts": selected.accounts(), "form": AccountForm()})


@never_cache
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make an account and show its password, this once."""
    _require_administrator(request)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return render(request, "staff/accounts.html", {"accounts": selected.accounts(), "form": form}, status=422)
    made = staff.create_account(by=person(request), **form.cleaned_data)
    return render(request, "staff/password.html", {"made": made})


@require_GET
def account(request: HttpRequest, username: str) -> HttpResponse:
    """Show one account: its roles on territories and what can be done with it."""
    found = _account(request, username)
    return render(request, "staff/account.html", _shown(found, RoleForm()))


def _shown(found: Any, form: RoleForm) -> dict[str, Any]:
    roles = [(membership, Role(membership.role)) for membership in found.memberships.all()]
    return {"account": found, "roles": roles, "form": form}


@never_cache
@require_POST
def reset_password(request: HttpRequest, username: str) -> HttpResponse:
    """Give the account a new password and show it, this once."""
    made = staff.reset_password(user=_account(request, username), by=person(request))
    return render(request, "staff/password.html", {"made": made})


@require_POST
def switch(request: HttpRequest, username: str) -> HttpResponse:
    """Switch the account off or on."""
    active = request.POST.get("active") == "yes"
    staff.switch_account(user=_account(request, username), active=active, by=person(request))
    messages.success(request, said("账号已启用。") if active else said("账号已停用。"))
    return redirect("account", username=username)


@require_POST
def give_role(request: HttpRequest, username: str) -> HttpResponse:
    """Give the account a role on a territory."""
    found = _account(request, username)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return render(request, "staff/account.html", _shown(found, form), status=422)
    asked = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
    staff.give_role(user=found, by=person(request), **asked)
    messages.success(request, said("角色已授予。"))
    return redirect("account", username=username)


@require_POST
def end_role(request: HttpRequest, username: str, membership_id: int) -> HttpResponse:
    """End a role of the account today."""
    _account(request, username)
    staff.end_role(membership_id=membership_id, by=person(request))
    messages.success(request, said("角色将于今天结束后失效。"))
    return redirect("account", username=username)
