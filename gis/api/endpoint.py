"""What every address of the interface does: read what was asked, refuse what is wrong, describe itself truly."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from gis.api.access import seen_by
from gis.api.queries import Query

BODY_BYTES = 2 * 1024 * 1024
"""Longest body of any operation but an upload: it is read into memory, and Django itself stops at 2.5 MB."""

Fields = type[serializers.Serializer[Any]] | serializers.BaseSerializer[Any] | OpenApiTypes


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address: what it asks for and what it answers; the description is made of nothing else.

    Parameters
    ----------
    name : its name in the description, stable for programs.
    summary : what it does, for people.
    answer : what a success carries.
    query, body : what it reads; None for nothing.
    refusals : further statuses that it may refuse with; those of every operation are added.
    can_be_unchanged : it answers 304 to a client that holds the current edition.
    geojson : it answers as ``application/geo+json`` too.
    status : of a success.
    matched : it changes a version of something, and wants that version named in ``If-Match``.
    upload : its body is a form with files.
    file : media type of an answer that is a file; "" for JSON.
    """

    name: str
    summary: Any
    answer: Fields
    query: type[Query] | None = None
    body: type[serializers.Serializer[Any]] | None = None
    refusals: tuple[int, ...] = ()
    can_be_unchanged: bool = False
    geojson: bool = False
    status: int = 200
    matched: bool = False
    upload: bool = False
    file: str = ""
    tags: tuple[str, ...] = field(default=("gridwork",))


class NoQuery(Query):
    """No parameters."""


class BodyTooLarge(APIException):
    """The body is longer than any operation needs."""

    status_code = 413
    rule = "request.too_large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(_("请求内容过大：最多 %(most)d MB。") % {"most": most_bytes // 1024**2})


class Endpoint(APIView):
    """An address; a method exists when it stands in `operations`."""

    operations: dict[str, Operation] = {}
    asked: dict[str, Any]
    body: dict[str, Any]
    within: tuple[str, ...]

    def operation(self, method: str) -> Operation | None:
        """Return the operation of a method; HEAD is GET without its content."""
        method = method.lower()
        return self.operations.get("get" if method == "head" else method)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the parameters and the body after the framework has asked who is there."""
        super().initial(request, *args, **kwargs)
        operation = self.operation(request.method or "")
        self.within = seen_by(request)
        if operation is None:
            return
        self.admit(*args, **kwargs)
        query = (operation.query or NoQuery)(data=_single(request, operation.query or NoQuery))
        query.is_valid(raise_exception=True)
        self.asked = query.validated_data
        if operation.body is not None:
            if not operation.upload and announced_bytes(request) > BODY_BYTES:
                raise BodyTooLarge(BODY_BYTES)
            body = operation.body(data=request.data)
            body.is_valid(raise_exception=True)
            self.body = body.validated_data

    def admit(self, *args: Any, **kwargs: Any) -> None:
        """Refuse what this account may not see, before anything is read of the request."""


def announced_bytes(request: Request) -> int:
    """Return how long the body says it is; no more is ever read of it."""
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(said) if said.isascii() and said.isdecimal() else 0


def _single(request: Request, query: type[Query]) -> dict[str, Any]:
    """Return the parameters: all values of one that is a list, the last value of any other."""
    lists = {name for name, field in query().fields.items() if isinstance(field, serializers.ListField)}
    given = request.query_params
    return {name: given.getlist(name) if name in lists else given[name] for name in given}
