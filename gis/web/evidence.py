"""The evidence of a finding in words and units; what each kind carries stands in ``gis/geometry/findings.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.selectors.audits import FindingDetail, FindingRow
from gis.terms import FindingKind
from gis.web.shown import metres, percent, square_metres, thin

SIZES = frozenset({FindingKind.TOO_LARGE, FindingKind.TOO_SMALL})
WITH_PIECES = frozenset({FindingKind.COMPOUND_CROSSED, FindingKind.COMPOUND_UNCOVERED})
"""Kinds whose raw overlaps with the grids tell something."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of evidence as a page shows it."""

    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a place: the cell it lies in, and its measures; `noise` is digitising error, no land."""

    name: str
    code: str
    area_m2: float
    share: float
    width_m: float
    households: int
    noise: bool = False


def _as_text(value: Any) -> str:
    return str(value)


METRE, SQUARE_METRE, HOUSEHOLD = gettext_lazy("米"), gettext_lazy("平方米"), gettext_lazy("户")

FACTS: dict[str, tuple[Any, Callable[[Any], str], Any]] = {
    "area_m2": (gettext_lazy("涉及面积"), square_metres, SQUARE_METRE),
    "share": (gettext_lazy("面积占比"), percent, ""),
    "length_m": (gettext_lazy("网格线在小区内的长度"), metres, METRE),
    "limit": (gettext_lazy("本区标准"), thin, HOUSEHOLD),
    "distance_m": (gettext_lazy("到社区办公点的距离"), metres, METRE),
    "limit_m": (gettext_lazy("距离标准"), metres, METRE),
    "office": (gettext_lazy("最近的本社区办公点"), _as_text, ""),
    "recorded": (gettext_lazy("登记的社区"), _as_text, ""),
    "actual": (gettext_lazy("实际所在社区"), _as_text, ""),
    "reason": (gettext_lazy("原因"), _as_text, ""),
}
"""Evidence key → words, how the value is written, unit."""

SHOWN_ELSEWHERE = frozenset(
    {"width_m", "households", "grids", "communities", "areas_m2", "shares", "widths_m", "rule", "by"}
    | {"grid_households", "community_households"}
)
"""Keys that the page's head or the table of parts shows, or that only machines read."""


def facts_of(row: FindingRow) -> list[Fact]:
    """Return the evidence of a finding beyond width and households; a key without words is shown as it is."""
    names = dict(zip(row.subjects, row.names, strict=True))
    facts = []
    for key, value in row.evidence.items():
        if key in SHOWN_ELSEWHERE or value is None:
            continue
        if key not in FACTS:
            facts.append(Fact(key, str(value)))
            continue
        words, written, unit = FACTS[key]
        text = written(value)
        if names.get(text):
            text = f"{names[text]} {text}"
        facts.append(Fact(str(words), text, str(unit)))
    return facts


def households_words(row: FindingRow) -> str:
    """Return what the households of a finding are: all of a grid's when its size is the matter."""
    return _("户数") if row.kind in SIZES else _("涉及户数")


def parts_of(detail: FindingDetail) -> list[Part]:
    """Return the parts that a place falls into: among grids with every raw overlap, else as the evidence tells them."""
    row = detail.row
    names = dict(zip(row.subjects, row.names, strict=True))
    if row.kind in WITH_PIECES:
        return [
            Part(
                names.get(piece.grid, ""),
                piece.grid,
                piece.area_m2,
                piece.share,
                piece.width_m,
                piece.households,
                noise=not piece.material,
            )
            for piece in detail.pieces
        ]
    told = row.evidence
    codes = told.get("communities", [])
    lists = [told.get(key, []) for key in ("areas_m2", "shares", "widths_m", "community_households")]
    if not codes or any(len(values) != len(codes) for values in lists):
        return []
    return [Part(names.get(code, ""), code, *measures) for code, *measures in zip(codes, *lists, strict=True)]
