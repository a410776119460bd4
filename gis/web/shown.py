"""How pages write numbers, words and places; `{% load shown %}`."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext as _

from gis.geometry import said
from gis.speech import in_words
from gis.terms import Word
from gis.web.journal_words import told

register = template.Library()

THIN_SPACE = "\u202f"

SUBJECT_KINDS = {
    "account": "账号",
    "finding": "问题",
    "district": "区",
    "street": "街道",
    "community": "社区",
    "grid": "网格",
    "compound": "小区",
    "building": "楼栋",
    "station": "服务站",
    "office": "社区办公点",
    "road": "道路",
    "audit": "检查",
    "audit_run": "检查",
    "import": "导入",
    "layer": "图层",
}


@register.filter
def thin(number: Any) -> str:
    """Write a whole number with thin spaces between thousands; a missing one as a dash."""
    if number is None or number == "":
        return "—"
    return f"{round(number):,}".replace(",", THIN_SPACE)


@register.filter
def listed(values: Iterable[Any]) -> str:
    """Write some values as a list."""
    return str(in_words(said.listed(values)))


@register.filter
def metres(length_m: float | None) -> str:
    """Write a length in metres: one decimal below 100, none above; a missing one as a dash."""
    if length_m is None:
        return "—"
    return f"{length_m:.1f}" if length_m < 99.95 else thin(length_m)


@register.filter
def square_metres(area_m2: float | None) -> str:
    """Write an area in square metres: one decimal below 10, none above; a missing one as a dash."""
    if area_m2 is None:
        return "—"
    return f"{area_m2:.1f}" if area_m2 < 9.95 else thin(area_m2)


@register.filter
def percent(share: float | None) -> str:
    """Write a share of 0 to 1 as percent: one decimal below 10 %, none above."""
    if share is None:
        return "—"
    return f"{share * 100:.1f}%" if share < 0.0995 else f"{share * 100:.0f}%"


@register.filter
def signed_percent(share: float | None) -> str:
    """Write a deviation (-0.12 for 12 % fewer) with its sign; a missing one as a dash."""
    if share is None:
        return "—"
    whole = round(share * 100)
    return f"{'+' if whole > 0 else '−' if whole < 0 else '±'}{abs(whole)}%"


@register.filter
def hectares(area_m2: float | None) -> str:
    """Write an area in hectares: two decimals below 10, one above; a missing one as a dash."""
    if area_m2 is None:
        return "—"
    return f"{area_m2 / 1e4:.2f}" if area_m2 < 99_950 else f"{area_m2 / 1e4:.1f}"


@register.filter(name="in_words")
def spoken(told: Any) -> str:
    """Write what a lower floor said in the reader's language."""
    return str(in_words(told))


@register.filter
def label(word: Word | None) -> str:
    """Write a word of the field in the reader's language."""
    return _(word.label) if word is not None else ""


@register.filter
def subject_kind(kind: str) -> str:
    """Write what kind of thing a journal line is about."""
    return _(SUBJECT_KINDS[kind]) if kind in SUBJECT_KINDS else kind


@register.filter
def journal_words(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Write what a journal line says as pairs of words."""
    return told(summary)


@register.filter
def at(table: dict[str, Any], key: Any) -> Any:
    """Return a table's entry by a key held in a variable, None when there is none."""
    return table.get(key)
