"""How the interface describes itself (OpenAPI): from the same `Operation` that reads the request."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from gis.api.endpoint import Endpoint, Operation

PROBLEM = "application/problem+json"

ALWAYS = (400, 401, 406, 429)
"""Statuses that any operation may refuse with: wrong parameters, no session, no such format, too often."""
WITH_BODY = (403, 413, 415)
WITH_VERSION = (403, 412, 428)

VERSION_PATTERN = r'^(W/)?"[0-9]{1,9}(\.[0-9a-z-]{1,40})?"$'
"""An ETag of something that has versions: the version, and what else the answer depended on."""

REFUSED = {
    400: _("参数或内容有误"),
    401: _("尚未登录"),
    403: _("无权进行此操作"),
    404: _("没有，或看不到"),
    406: _("没有所要的格式"),
    409: _("与当前状态冲突"),
    412: _("内容已被他人更新；附双方的改动"),
    413: _("请求内容过大"),
    415: _("不支持的内容格式"),
    422: _("内容不能接受"),
    428: _("修改须以 If-Match 指明所读的版本"),
    429: _("请求过于频繁"),
}


class Problem(serializers.Serializer[Any]):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text=_("不变的名称：urn:gridwork:problem:<rule>"))
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text=_("哪里不对、该怎么办"))
    instance = serializers.CharField(help_text=_("请求的地址"))
    rule = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a field's name
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class ChangeSinceOut(serializers.Serializer[Any]):
    """What somebody did meanwhile."""

    version = serializers.IntegerField()
    what = serializers.CharField()
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class MovedProblem(Problem):
    """Somebody else was first: where it stands now, what was sent (as it was sent), and what was done since."""

    version = serializers.IntegerField()
    sent = serializers.DictField()
    since = ChangeSinceOut(many=True)


class PlacedProblem(Problem):
    """A refusal that may name a place to look at (longitude, latitude) and the operation or edit that is at fault."""

    place = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2, required=False)
    number = serializers.IntegerField(required=False)
    operation = serializers.IntegerField(required=False)


PROBLEM_OF: dict[int, type[Problem]] = {409: PlacedProblem, 412: MovedProblem, 422: PlacedProblem}


class Description(AutoSchema):
    """The description of one operation."""

    @property
    def _operation(self) -> Operation:
        assert isinstance(self.view, Endpoint)
        operation = self.view.operation(self.method)
        assert operation is not None
        return operation

    def is_excluded(self) -> bool:
        return not isinstance(self.view, Endpoint) or self.view.operation(self.method) is None

    def get_operation_id(self) -> str:
        return self._operation.name

    def get_summary(self) -> str:
        return str(self._operation.summary)

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        return ""

    def get_tags(self) -> list[str]:
        return list(self._operation.tags)

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [self._operation.query] if self._operation.query else []
        if self._operation.can_be_unchanged:
            known = _("已有内容的 ETag；未变时返回 304")
            parameters.append(OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description=str(known)))
            seen = _("内容的版本")
            parameters.append(
                OpenApiParameter(
                    "ETag", str, OpenApiParameter.HEADER, description=str(seen), response=[200, 304], required=True
                )
            )
        if self._operation.matched:
            read = _("读取时得到的 ETag；内容已被他人更新时拒绝（412）")
            parameters.append(
                OpenApiParameter(
                    "If-Match",
                    {"type": "string", "pattern": VERSION_PATTERN},
                    OpenApiParameter.HEADER,
                    required=True,
                    description=str(read),
                )
            )
        return parameters

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        return self._operation.body

    def get_response_serializers(self) -> Any:
        operation = self._operation
        told = ["application/json", "application/geo+json"] if operation.geojson else ["application/json"]
        if operation.file:
            told = [operation.file]
        answers: dict[Any, Any] = {(operation.status, media_type): operation.answer for media_type in told}
        if operation.can_be_unchanged:
            answers[304] = OpenApiResponse(description=str(_("未变")))
        besides = (*(WITH_BODY if operation.body else ()), *(WITH_VERSION if operation.matched else ()))
        for status in sorted({*ALWAYS, *operation.refusals, *besides}):
            form = PROBLEM_OF.get(status, Problem)
            answers[(status, PROBLEM)] = OpenApiResponse(form, description=str(REFUSED[status]))
        return answers


class ClosedBody(OpenApiSerializerExtension):
    """A body that refuses fields that it does not know, in the description."""

    target_class = "gis.api.bodies.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


class SessionScheme(OpenApiAuthenticationExtension):
    """The session of the sign-in page, in the description."""

    target_class = "gis.api.access.SessionOfSignIn"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002 - the framework's signature
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
