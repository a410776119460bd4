"""Problem documents (RFC 9457): how the interface and the tiles refuse, where a page would be shown to a person.

A document has `type` (stable: ``urn:gridwork:problem:`` and the rule's dotted name), `title` and `detail` (in the
reader's language), `status`, `instance` (the path), `rule`, for a request whose fields are at fault `errors`:
field → sentences, and what the refusal itself knows besides (`gis.web.refusals.FACTS_OF`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied as DjangoDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions

from gis.geometry.errors import GridworkError
from gis.speech import in_words
from gis.web.refusals import facts_of, status_of

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:gridwork:problem:"
SIGN_IN = 'Session realm="gridwork"'
"""What a 401 must name (RFC 9110): the way in is the session of the sign-in page."""

FOR_MACHINES = ("/api/", "/tiles/")
"""Addresses whose every answer is for programs; all but the page that people read the interface on."""
FOR_PEOPLE = "/api/docs/"

TITLES = {
    400: gettext_lazy("请求有误"),
    401: gettext_lazy("尚未登录"),
    403: gettext_lazy("无权进行此操作"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("不支持的请求方法"),
    406: gettext_lazy("没有所要的格式"),
    409: gettext_lazy("与当前状态冲突"),
    412: gettext_lazy("内容已被更新"),
    413: gettext_lazy("请求内容过大"),
    415: gettext_lazy("不支持的内容格式"),
    422: gettext_lazy("内容不能接受"),
    428: gettext_lazy("修改须指明所读的版本"),
    429: gettext_lazy("请求过于频繁"),
    500: gettext_lazy("服务器出错"),
    503: gettext_lazy("暂时无法服务"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal as a machine reads it."""

    status: int
    rule: str
    detail: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def is_for_machines(request: HttpRequest) -> bool:
    """Return whether a request came to an address where refusals are problem documents."""
    return request.path.startswith(FOR_MACHINES) and not request.path.startswith(FOR_PEOPLE)


def document(problem: Problem, request: HttpRequest) -> JsonResponse:
    """Return the response that carries a problem."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.rule,
        "title": str(TITLES.get(problem.status, TITLES[400])),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "rule": problem.rule,
    }
    body.update(problem.facts)
    if problem.errors:
        body["errors"] = dict(problem.errors)
    return JsonResponse(
        body,
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
        json_dumps_params={"ensure_ascii": False},
    )


def not_signed_in() -> Problem:
    """Return the problem of a request without a session."""
    return Problem(
        401, "session.missing", _("请先登录；登录已过期的，请重新登录。"), headers={"WWW-Authenticate": SIGN_IN}
    )


def not_found() -> Problem:
    """Return the problem of an address behind which there is nothing, or nothing that this account may see."""
    return Problem(404, "not_found", _("没有这个地址，或您的账号看不到它。"))


def of_refusal(refusal: GridworkError) -> Problem:
    """Return the problem of a refusal of the domain."""
    return Problem(status_of(refusal), refusal.rule, in_words(refusal.message), facts=facts_of(refusal))


def answer(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Return the REST framework's answer to an exception (its EXCEPTION_HANDLER); None for a fault of the program."""
    problem = _problem_of(exc)
    return None if problem is None else document(problem, context["request"]._request)


def _problem_of(exc: Exception) -> Problem | None:
    if isinstance(exc, GridworkError):
        return of_refusal(exc)
    if isinstance(exc, Http404):
        return not_found()
    if isinstance(exc, DjangoDenied):
        return Problem(403, "policy.not_yours", _("您的账号无权进行此操作。"))
    if not isinstance(exc, exceptions.APIException):
        return None
    for kind, make in _OF_FRAMEWORK.items():
        if isinstance(exc, kind):
            return make(exc)
    return Problem(exc.status_code, getattr(exc, "rule", "request.refused"), str(exc.detail))


def _validation(exc: Any) -> Problem:
    """Name every field at fault; the sentence for people carries all of them."""
    errors = dict(_flat("", exc.detail))
    said = "；".join(f"{name}：{' '.join(words)}" if name else " ".join(words) for name, words in errors.items())
    return Problem(400, "request.invalid", said, errors=errors)


def _flat(path: str, detail: Any) -> list[tuple[str, list[str]]]:
    """Return (field, sentences) of the framework's nested details; a field inside another is named with a dot."""
    if isinstance(detail, Mapping):
        inner = [(key if key != "non_field_errors" else "", value) for key, value in detail.items()]
        return [row for key, value in inner for row in _flat(".".join(filter(None, (path, str(key)))), value)]
    if isinstance(detail, list) and any(isinstance(each, Mapping | list) for each in detail):
        return [row for n, value in enumerate(detail) if value for row in _flat(f"{path}.{n}", value)]
    words = detail if isinstance(detail, list) else [detail]
    return [(path, [str(word) for word in words])]


def _denied(exc: Any) -> Problem:
    if str(exc.detail).startswith("CSRF"):
        return Problem(403, "request.csrf", _("页面的安全令牌缺失或已过期；请刷新页面后重试。"))
    return Problem(403, "policy.not_yours", _("您的账号无权进行此操作。"))


def _throttled(exc: Any) -> Problem:
    wait_s = max(1, round(exc.wait or 1))
    detail = _("请求过于频繁；请在 %(seconds)s 秒后再试。") % {"seconds": wait_s}
    return Problem(429, "request.throttled", detail, headers={"Retry-After": str(wait_s)})


_OF_FRAMEWORK: dict[type[exceptions.APIException], Callable[[Any], Problem]] = {
    exceptions.ValidationError: _validation,
    exceptions.ParseError: lambda _exc: Problem(400, "request.unreadable", _("请求内容无法解析；应为 UTF-8 的 JSON。")),
    exceptions.NotAuthenticated: lambda _exc: not_signed_in(),
    exceptions.AuthenticationFailed: lambda _exc: not_signed_in(),
    exceptions.PermissionDenied: _denied,
    exceptions.NotFound: lambda _exc: not_found(),
    exceptions.MethodNotAllowed: lambda exc: Problem(405, "request.method", str(exc.detail)),
    exceptions.NotAcceptable: lambda _exc: Problem(
        406, "request.accept", _("没有所要的格式；可用 application/json 或 application/geo+json。")
    ),
    exceptions.UnsupportedMediaType: lambda _exc: Problem(
        415, "request.media_type", _("请求内容的格式不受支持；请发送 application/json。")
    ),
    exceptions.Throttled: _throttled,
}
"""The framework's exceptions → problems; the first that fits."""


class SignInRequired(LoginRequiredMiddleware):
    """Whoever is not signed in is shown the sign-in page; a program is told 401."""

    def handle_no_permission(  # type: ignore[override]  # wider: a document instead of the way to the sign-in page
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if is_for_machines(request):
            return document(not_signed_in(), request)
        return super().handle_no_permission(request, view_func)


class Problems:
    """Middleware that turns a refusal raised behind a machine's address into its problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the document of a refusal; any other exception goes on to its handler."""
        if isinstance(exception, GridworkError) and is_for_machines(request):
            return document(of_refusal(exception), request)
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself refuses (handler400)."""
    if is_for_machines(request):
        return document(Problem(400, "request.refused", _("请求被拒绝：内容或主机名不符合要求。")), request)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself denies (handler403)."""
    if is_for_machines(request):
        return document(Problem(403, "policy.not_yours", _("您的账号无权进行此操作。")), request)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address (handler404)."""
    return document(not_found(), request) if is_for_machines(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of the program (handler500); the log has what happened."""
    if is_for_machines(request):
        return document(Problem(500, "server.fault", _("服务器出错，请稍后重试；问题已记入日志。")), request)
    return defaults.server_error(request)
