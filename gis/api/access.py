"""Who asks, and what of the city they may see."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from gis import policy
from gis.terms import Action


class SessionOfSignIn(SessionAuthentication):
    """The session of the sign-in page; a request without one is told so by 401, one without CSRF token by 403."""

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        return 'Session realm="gridwork"'


def seen_by(request: Request) -> tuple[str, ...]:
    """Return the code prefixes whose places this account may see; "" is everywhere. None inside another."""
    prefixes = policy.territories(request.user, Action.VIEW_MAP)
    return tuple(code for code in prefixes if not any(code != other and code.startswith(other) for other in prefixes))


def person(request: Request) -> Any:
    """Return the account that asks. Typed loosely, because doors do not know the models."""
    return request.user
