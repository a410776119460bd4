"""What happens to every request before and after its page: whose address it is, and the network log."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from project.problems import is_for_machines

Answer = Callable[[HttpRequest], HttpResponseBase]

NOTED_EVERY_S = 60
"""How exactly the beginning of the idle time is known."""

FOR_THE_CLOCK = frozenset({"/tiles/index.json"})
"""Addresses that an open page asks by itself, whether anybody sits before it or not."""

network = logging.getLogger("gridwork.network")


class TrustedProxy:
    """Behind our own proxy the caller's address is the one the proxy added; elsewhere the header is a mere claim."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.BEHIND_PROXY and (chain := request.headers.get("X-Forwarded-For", "")):
            request.META["REMOTE_ADDR"] = chain.rpartition(",")[2].strip()
        return self.answer(request)


class Sessions(SessionMiddleware):
    """The idle time starts anew with every request, noted once a minute at most.

    Written down with each of the fifty tiles of a map, the session would make them wait for each other. What a page
    asks for by the clock (`FOR_THE_CLOCK`) is no sign of a person.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.accessed and "_auth_user_id" in session and request.path not in FOR_THE_CLOCK:
            now_s = int(time.time())
            if now_s - session.get("seen_s", 0) >= NOTED_EVERY_S:
                session["seen_s"] = now_s
        return super().process_response(request, response)


class Compressed(GZipMiddleware):
    """Compresses what programs fetch, and no page: its compressed size could leak the CSRF token in it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if is_for_machines(request) else response


class NetworkLog:
    """One line a request: who, from where, what, with which result. No query, no body: they may hold personal data."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = self.answer(request)
        user = getattr(request, "_cached_user", None)  # whoever the page asked for; logging asks the database nothing
        network.info(
            "request",
            extra={
                "address": request.META.get("REMOTE_ADDR", ""),
                "account": user.get_username() if user is not None else "",
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "took_ms": round(1000 * (time.monotonic() - began)),
            },
        )
        return response
