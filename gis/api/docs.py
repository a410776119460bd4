"""The page that people read the interface on: Swagger UI from our own site, under the strict policy of every page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import View


@method_decorator(ensure_csrf_cookie, name="dispatch")
class Docs(View):
    """The description, readable; what is tried there is done in the reader's own session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return render(request, "api/docs.html")
