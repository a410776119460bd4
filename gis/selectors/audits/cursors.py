"""Places in an ordered list that outlive changes of the list: the sort values of the row beside which to go on.

A cursor holds values, not a row's number: the case beside it may move, be settled or leave the filter, and the list
still goes on where it stopped.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from gis.geometry.errors import GridworkError
from gis.models import Finding

Order = Literal["width", "households", "newest", "place"]

ORDERS: dict[Order, tuple[str, ...]] = {
    "width": ("-width_m", "id"),
    "households": ("-households", "-width_m", "id"),
    "newest": ("-opened_at", "-width_m", "id"),
    "place": ("community_code", "kind", "subjects_key", "ordinal"),
}
"""Orders of the worklist; all are total, so that pages neither repeat nor skip a row."""

KINDS: dict[str, tuple[type, ...]] = {
    "width_m": (float, int),
    "households": (int,),
    "id": (int,),
    "ordinal": (int,),
    "opened_at": (datetime,),
    "community_code": (str,),
    "kind": (str,),
    "subjects_key": (str,),
}


class WrongCursor(GridworkError):
    """A place in the list that was not given by this list in this order."""

    rule = "findings.cursor"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Beside which row to go on, and in which direction; `values` are the order's fields in their order."""

    order: Order
    backwards: bool
    values: tuple[Any, ...]

    def written(self) -> str:
        """Return the cursor as an address carries it."""
        told = [self.order, self.backwards, *(_plain(value) for value in self.values)]
        return base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def beside(case: Finding, order: Order, *, backwards: bool = False) -> Cursor:
    """Return the cursor that goes on after a case, or before it."""
    return Cursor(order, backwards, tuple(getattr(case, name.lstrip("-")) for name in ORDERS[order]))


def read_cursor(text: str, order: Order) -> Cursor:
    """Return what an address said.

    Raises
    ------
    WrongCursor : it is none of ours, or of another order.
    """
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        written_order, backwards, *values = told
        names = [name.lstrip("-") for name in ORDERS[order]]
        read = tuple(_read(name, value) for name, value in zip(names, values, strict=True))
    except (ValueError, TypeError) as error:
        raise _wrong() from error
    if written_order != order or not isinstance(backwards, bool):
        raise _wrong()
    return Cursor(order, backwards, read)


def _wrong() -> WrongCursor:
    return WrongCursor(_("翻页位置无效或与当前排序不符；请回到清单第一页。"))


def _read(name: str, value: Any) -> Any:
    if name == "opened_at":
        value = datetime.fromisoformat(value)
        if value.tzinfo is None:
            raise ValueError(name)
    if isinstance(value, bool) or not isinstance(value, KINDS[name]) or (isinstance(value, str) and "\0" in value):
        raise ValueError(name)
    if isinstance(value, int) and abs(value) > MOST:
        raise ValueError(name)
    return value


MOST = 2**31 - 1
"""No count and no number in the list is larger; PostgreSQL refuses what does not fit its column."""


def ordered(order: Order, *, backwards: bool = False) -> list[str]:
    """Return the fields to sort by."""
    names = ORDERS[order]
    return [_turned(name) for name in names] if backwards else list(names)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def past(cursor: Cursor) -> Q:
    """Return the condition that a case comes after the cursor, in the cursor's own direction."""
    names: Sequence[str] = ordered(cursor.order, backwards=cursor.backwards)
    condition = Q()
    for name, value in reversed(list(zip(names, cursor.values, strict=True))):
        field = name.lstrip("-")
        further = Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        condition = further | Q(**{field: value}) & condition if condition else further
    return condition
