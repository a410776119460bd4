"""Answers that a client need not fetch again: an ETag for the state of a layer, which itself is not touched."""

from datetime import datetime

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from gis.selectors.tiles.editions import Sight, edition
from gis.terms import LayerKind, MapLayer

FORM = "1"
"""Raised when the same places are told in another form."""


def unchanged(request: Request, within: tuple[str, ...], kind: LayerKind, *, at: datetime | None) -> Response:
    """Return a response that bears the layer's edition: 304 when the client holds it, else 200 to be filled.

    The edition is read before the data: what is written in between is fetched once more, never missed.
    """
    tag = f'W/"{FORM}-{edition(MapLayer(kind.value), Sight(within, at))}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(status=304 if "*" in known or tag in known or tag[2:] in known else 200, headers=headers)
