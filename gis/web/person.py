"""Who is in front of the page."""

from typing import Any

from django.http import HttpRequest


def person(request: HttpRequest) -> Any:
    """Return the account that is signed in: every page but the entrance asks for one (LoginRequiredMiddleware).

    Typed loosely, because doors do not know the models.
    """
    return request.user
