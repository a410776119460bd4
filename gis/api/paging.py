"""Pages of a list of places: the address of the next one carries the place after which it goes on."""

import base64
import json
from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from gis.selectors.territory.features import Position


@dataclass(frozen=True, slots=True)
class Cursor:
    """Beside which place to go on, and in which direction."""

    beside: Position
    backwards: bool = False

    def written(self) -> str:
        """Return the cursor as an address carries it."""
        told = json.dumps([*self.beside, int(self.backwards)], ensure_ascii=False)
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Return what an address said; refuses as a wrong field what was not written by us."""
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        district, code, backwards = told
        if not isinstance(district, str) or not isinstance(code, str) or backwards not in (0, 1):
            raise ValueError(told)
        if "\0" in district + code:
            raise ValueError(told)
        (district + code).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise serializers.ValidationError({"cursor": [_("翻页位置无效；请从第一页重新开始。")]}) from error
    return Cursor((district, code), bool(backwards))


def address_of(request: Request, cursor: str) -> str | None:
    """Return the address of this list at a cursor, without the host; None for no cursor."""
    if not cursor:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
