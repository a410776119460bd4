"""How the interface describes itself (OpenAPI): from the same `Operation` that reads the request."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from gis.api.endpoint import Endpoint, Operation

PROBLEM = "application/problem+json"

ALWAYS = (400, 401, 406, 429)
"""Statuses that any operation may refuse with: wrong parameters, no session, no such format, too often."""
WITH_BODY = (403, 415)

REFUSED = {
    400: _("参数或内容有误"),
    401: _("尚未登录"),
    403: _("无权进行此操作"),
    404: _("没有，或看不到"),
    406: _("没有所要的格式"),
    409: _("与当前状态冲突"),
    415: _("不支持的内容格式"),
    422: _("内容不能接受"),
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
        return parameters

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        return self._operation.body

    def get_response_serializers(self) -> Any:
        operation = self._operation
        told = ["application/json", "application/geo+json"] if operation.geojson else ["application/json"]
        answers: dict[Any, Any] = {(200, media_type): operation.answer for media_type in told}
        if operation.can_be_unchanged:
            answers[304] = OpenApiResponse(description=str(_("未变")))
        for status in sorted({*ALWAYS, *operation.refusals, *(WITH_BODY if operation.body else ())}):
            answers[(status, PROBLEM)] = OpenApiResponse(Problem, description=str(REFUSED[status]))
        return answers


class SessionScheme(OpenApiAuthenticationExtension):
    """The session of the sign-in page, in the description."""

    target_class = "gis.api.access.SessionOfSignIn"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002 - the framework's signature
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
