"""Sign in and out: each is noted in the journal, a refused attempt too (never the password)."""

from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as said
from django.views.generic import FormView

from gis.services import staff
from gis.web.person import person


def address_of(request: HttpRequest) -> str:
    """Return the network address of the person, seen through the proxy that settings trust."""
    return str(get_client_ip_address(request) or "")


class SignIn(LoginView):
    """The page to sign in on."""

    template_name = "staff/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        staff.note_sign_in(user=form.get_user(), address=address_of(self.request))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        username = str(form.data.get("username", ""))
        staff.note_refused_sign_in(username=username, address=address_of(self.request))
        return super().form_invalid(form)


class SignOut(LogoutView):
    """Signing out, by POST only."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            staff.note_sign_out(user=user, address=address_of(request))
        return super().post(request, *args, **kwargs)


class OwnPassword(FormView):
    """The page on which a person changes the password of the own account."""

    template_name = "staff/own_password.html"
    form_class = PasswordChangeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        user = person(self.request)
        staff.change_own_password(user=user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(self.request, user)
        messages.success(self.request, said("密码已修改，其他设备上的登录已失效。"))
        return redirect("overview")

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
