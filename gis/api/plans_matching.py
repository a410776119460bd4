"""Versions of a plan over HTTP: an ETag on what is read, If-Match on what is written, both sides in a refusal."""

import hashlib
import re
import uuid
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.description import VERSION_PATTERN
from gis.api.endpoint import Endpoint
from gis.api.plans_lines import place_in_degrees
from gis.geometry.errors import WrongEdit
from gis.selectors import plans
from gis.selectors.plans.frames import frame_of_plan
from gis.services.plans.refusals import PlanMoved

FORM = "1"
"""Raised when the same plan is told in another form."""


class VersionMissing(APIException):
    """A write that does not say which version it was made on."""

    status_code = 428
    rule = "request.version_missing"

    def __init__(self) -> None:
        super().__init__(_("修改前请先读取方案，并在请求头 If-Match 中带上读到的 ETag，以免覆盖他人的改动。"))


def version_in(request: Request) -> int:
    """Return the version that a write was made on.

    Raises
    ------
    VersionMissing : it does not say.
    """
    said = request.headers.get("If-Match", "").strip()
    if not said:
        raise VersionMissing
    if not re.fullmatch(VERSION_PATTERN, said):
        words = _('应为读取方案时得到的一个 ETag，例如 "7"。')
        raise serializers.ValidationError({"If-Match": [words]})
    return int(said.removeprefix("W/").strip('"').partition(".")[0])


def tag_of(plan: plans.PlanRow, *besides: Any) -> str:
    """Return the ETag of an answer: the plan's version, and a mark of what else the answer depends on."""
    made_of = repr((FORM, get_language(), *besides)).encode()
    return f'"{plan.version}.{hashlib.sha256(made_of).hexdigest()[:12]}"'


def unless_known(request: Request, tag: str) -> Response:
    """Return a response that bears a tag: 304 when the client holds it, else 200 to be filled."""
    known = {each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))}
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(status=304 if "*" in known or tag in known else 200, headers=headers)


class PlanEndpoint(Endpoint):
    """An address under one plan; whoever may not see the plan is told that there is none."""

    plan: plans.PlanRow
    version: int

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask who is there before the plan is looked for."""
        self.perform_authentication(request)
        self.check_permissions(request)
        super().initial(request, *args, **kwargs)

    def admit(self, plan_id: uuid.UUID, *_args: Any, **_kwargs: Any) -> None:
        self.plan = plans.plan(plan_id, person(self.request))
        operation = self.operation(self.request.method or "")
        if operation is not None and operation.matched:
            self.version = version_in(self.request)

    def handle_exception(self, exc: Exception) -> Any:
        """Tell a place in degrees, and hand back what was sent as it was sent."""
        if isinstance(exc, WrongEdit) and exc.place is not None:
            place = place_in_degrees(exc.place, frame_of_plan(self.plan.id))
            exc = WrongEdit(exc.message, rule=exc.rule, place=place, number=exc.number)
        operation = self.operation(self.request.method or "")
        if isinstance(exc, PlanMoved) and operation is not None and operation.body and not operation.upload:
            exc = PlanMoved(exc.message, version=exc.version, sent=self.request.data, since=exc.since)
        return super().handle_exception(exc)
