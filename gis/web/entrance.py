"""Sign in and out: each is noted in the journal, a refused attempt too (never the password)."""

from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse

from gis.services import staff


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
