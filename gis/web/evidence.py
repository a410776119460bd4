"""The evidence of a finding in words and units."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from gis.selectors.audits import FindingRow
from gis.web.shown import metres, percent, square_metres, thin

Fact = tuple[Any, str, Any]

WORDS: dict[str, tuple[Any, Callable[[Any], str], Any]] = {
    "area_m2": (_("面积"), square_metres, _("平方米")),
    "share": (_("面积占比"), percent, ""),
    "length_m": (_("线长"), metres, _("米")),
}
"""Evidence key → words, how the value is written, unit."""


def facts_of(row: FindingRow) -> list[Fact]:
    """Return words, value and unit of every piece of evidence beyond width and households, which every page shows."""
    facts: list[Fact] = []
    return facts
