"""Which column of a file holds which field: guessed from headings *and* values, confirmed by a person."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.geometry.said import said
from gis.ingest.headers import Headings, heading_of, headings, words
from gis.ingest.numbers import code_of, whole_number_of
from gis.ingest.records import RawLayer
from gis.terms import LayerKind

CODE_DIGITS: dict[LayerKind, int] = {
    LayerKind.DISTRICT: 6,
    LayerKind.STREET: 9,
    LayerKind.COMMUNITY: 12,
    LayerKind.GRID: 15,
}
"""Length of the codes of the tree (DOMAIN §1); other kinds have codes of their own."""

PARENT_DIGITS: dict[LayerKind, int] = {
    LayerKind.STREET: 6,
    LayerKind.COMMUNITY: 9,
    LayerKind.GRID: 12,
    LayerKind.COMPOUND: 12,
    LayerKind.STATION: 12,
    LayerKind.OFFICE: 12,
}
"""Length of the code of the place that a kind belongs to: a street's district, a compound's community …"""

FIELDS: dict[LayerKind, tuple[str, ...]] = {
    LayerKind.DISTRICT: ("code", "name"),
    LayerKind.STREET: ("code", "name", "parent"),
    LayerKind.COMMUNITY: ("code", "name", "parent"),
    LayerKind.GRID: ("code", "name", "parent", "kind"),
    LayerKind.COMPOUND: ("code", "name", "parent", "kind", "management", "households"),
    LayerKind.BUILDING: ("code", "name", "parent", "households"),
    LayerKind.STATION: ("code", "name", "parent", "kind", "telephone"),
    LayerKind.OFFICE: ("code", "name", "parent", "telephone"),
    LayerKind.ROAD: ("code", "name", "rank"),
}
"""Fields of each kind; only the code must be there."""

REQUIRED = ("code",)

FIELD_LABELS = {
    "code": said("编码"),
    "name": said("名称"),
    "parent": said("上级编码"),
    "kind": said("类型"),
    "management": said("管理方式"),
    "households": said("户数"),
    "telephone": said("电话"),
    "rank": said("道路等级"),
}

SURE = 0.75
"""Confidence from which a guess needs no question."""

_SAMPLE = 2000
"""Values looked at in a column, spread over its whole length."""


@dataclass(slots=True)
class ColumnGuess:
    """A proposal for a person to confirm.

    Parameters
    ----------
    mapping : {field: column}.
    confidence : {field: 0-1}; from `SURE` on, heading and values agree.
    reasons : {field: Chinese sentence}.
    doubts : Chinese sentences that a person should read before confirming.
    missing : required fields for which no column was found.
    """

    mapping: dict[str, str] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_sure(self) -> bool:
        """Whether nothing is missing and nothing doubtful."""
        return not self.missing and not self.doubts


@dataclass(frozen=True, slots=True)
class _Candidate:
    field: str
    column: str
    score: float
    by_heading: float
    by_values: float
    reason: str


def guess_columns(kind: LayerKind, raw: RawLayer) -> ColumnGuess:
    """Guess which columns hold the fields of a kind of place."""
    guess = ColumnGuess()
    candidates: list[_Candidate] = []
    for column, values in raw.columns.items():
        sample = _sample(values)
        if not sample:
            continue
        for name, known_as in headings(kind).items():
            candidate = _judge(kind, name, known_as, column, sample, guess)
            if candidate is not None:
                candidates.append(candidate)
    _assign(candidates, guess)
    for name in REQUIRED:
        if name not in guess.mapping:
            guess.missing.append(name)
    return guess


def _sample(values: Sequence[Any]) -> list[Any]:
    step = max(1, len(values) // _SAMPLE)
    return [value for value in values[::step] if value is not None and str(value).strip() != ""]


def _judge(
    kind: LayerKind, name: str, known_as: Headings, column: str, sample: list[Any], guess: ColumnGuess
) -> _Candidate | None:
    by_heading, heading_words = _heading_score(known_as, column)
    if not by_heading and (name != "code" or kind not in CODE_DIGITS):
        return None
    by_values, value_words = _value_score(kind, name, sample)
    if not by_heading:
        if by_values < 0.9 or len(set(map(str, sample))) < len(sample):
            return None
        reason = said("列名“{column}”不常见，但{value_words}，按值认出", column=column, value_words=value_words)
        return _Candidate(name, column, 0.6 * by_values, 0, by_values, reason)
    unlike = [text for text in known_as.not_like if sum(text in str(value) for value in sample) * 2 > len(sample)]
    if unlike:
        guess.doubts.append(
            said(
                "“{column}”的值多含“{unlike}”，不像{kind}的{field}，未采用",
                column=column,
                unlike=unlike[0],
                kind=kind,
                field=FIELD_LABELS[name],
            )
        )
        return None
    if by_values < 0.5:
        if by_heading >= 0.8 and name != "parent":
            guess.doubts.append(
                said(
                    "“{column}”像{kind}的{field}，但{value_words}，未采用；请核对",
                    column=column,
                    kind=kind,
                    field=FIELD_LABELS[name],
                    value_words=value_words,
                )
            )
        elif name == "parent":
            guess.doubts.append(
                said(
                    "“{column}”{value_words}；按名称对应上级容易出错，上级改由编码或位置确定",
                    column=column,
                    value_words=value_words,
                )
            )
        return None
    score = by_heading * (0.4 + 0.6 * by_values)
    return _Candidate(
        name,
        column,
        score,
        by_heading,
        by_values,
        said("{heading}，{values}", heading=heading_words, values=value_words),
    )


def _heading_score(known_as: Headings, column: str) -> tuple[float, str]:
    heading = heading_of(column)
    if heading in known_as.names:
        return 1.0, said("列名“{column}”就是常用名", column=column)
    if heading in known_as.general:
        return 0.85, said("列名“{column}”是通用名", column=column)
    bare = re.sub(r"\d$", "", heading)
    if heading and _may_be_cut(bare) and any(name.startswith(bare) and name != bare for name in known_as.names):
        return 0.9, said("列名“{column}”是被截断的常用名", column=column)
    if any(len(name) >= 3 and not name.isascii() and name in heading for name in known_as.names):
        return 0.8, said("列名“{column}”含常用名", column=column)
    return 0.0, ""


def _may_be_cut(heading: str) -> bool:
    """Say whether a shapefile may have cut this heading at ten bytes, of GBK or of UTF-8."""
    return 8 <= len(heading.encode()) <= 10 or 9 <= len(heading.encode("gb18030")) <= 10


def _assign(candidates: list[_Candidate], guess: ColumnGuess) -> None:
    """Give each field its best column, each column to one field; tell of close seconds."""
    for best in sorted(candidates, key=lambda c: (-c.score, list(FIELD_LABELS).index(c.field))):
        if best.field in guess.mapping:
            chosen = guess.mapping[best.field]
            if best.column not in guess.mapping.values() and best.score >= guess.confidence[best.field] - 0.05:
                guess.doubts.append(
                    said(
                        "{field}可能是“{chosen}”，也可能是“{column}”；暂用“{chosen}”，请确认",
                        field=FIELD_LABELS[best.field],
                        chosen=chosen,
                        column=best.column,
                    )
                )
            continue
        if best.column in guess.mapping.values():
            continue
        guess.mapping[best.field] = best.column
        guess.confidence[best.field] = round(best.score, 2)
        guess.reasons[best.field] = best.reason
        if best.score < SURE:
            guess.doubts.append(
                said(
                    "{field}暂用“{column}”（{reason}），请确认",
                    field=FIELD_LABELS[best.field],
                    column=best.column,
                    reason=best.reason,
                )
            )


def _value_score(kind: LayerKind, name: str, sample: list[Any]) -> tuple[float, str]:
    """Return how far values speak for a field (0-1), and that in words."""
    match name:
        case "code":
            return _as_code(CODE_DIGITS.get(kind), sample)
        case "parent":
            return _as_parent(PARENT_DIGITS.get(kind), sample)
        case "name":
            text = _share(sample, lambda value: isinstance(value, str) and not code_of(value).text.isdecimal())
            return text, said("{share:.0%} 的值是文字", share=text)
        case "households":
            whole = _share(sample, lambda value: (number := whole_number_of(value)) is not None and number >= 0)
            return whole, said("{share:.0%} 的值是不小于 0 的整数", share=whole)
        case "telephone":
            dialled = _share(sample, lambda value: re.search(r"\d{5,}", re.sub(r"[-\s]", "", str(value))) is not None)
            return dialled, said("{share:.0%} 的值像电话号码", share=dialled)
        case _:
            known = words(kind, name) or {}
            share = _share(sample, lambda value: heading_of(str(value)) in known)
            return max(share, 0.5) if share else 0.0, said("{share:.0%} 的值是已知类别", share=share)


def _as_code(digits: int | None, sample: list[Any]) -> tuple[float, str]:
    codes = [code_of(value) for value in sample]
    lost = sum(code.lost for code in codes)
    note = said("（{lost} 个值是科学计数法，末位数字已丢失）", lost=lost) if lost else ""
    if digits is None:
        distinct = len({code.text for code in codes}) / len(codes)
        return distinct, said("{share:.0%} 的值互不相同{note}", share=distinct, note=note)
    right = sum(code.lost or (len(code.text) == digits and code.text.isdecimal()) for code in codes) / len(codes)
    if right < 0.5 and sum(code.text.isdecimal() for code in codes) > 0.9 * len(codes):
        lengths = sorted({len(code.text) for code in codes})
        return 0.5, said("值是数字，但长度为 {lengths} 位，应为 {digits} 位", lengths=lengths[:4], digits=digits)
    return right, said("{share:.0%} 的值是 {digits} 位数字{note}", share=right, digits=digits, note=note)


def _as_parent(digits: int | None, sample: list[Any]) -> tuple[float, str]:
    if digits is None:  # a building's compound: any code, and many buildings share one
        coded = _share(sample, lambda value: bool(re.search(r"[0-9A-Za-z]", code_of(value).text)))
        return coded, said("{share:.0%} 的值像编码", share=coded)
    right = _share(sample, lambda value: len(code := code_of(value).text) == digits and code.isdecimal())
    return right, said("{share:.0%} 的值是 {digits} 位数字", share=right, digits=digits) if right >= 0.5 else said(
        "的值不是 {digits} 位编码", digits=digits
    )


def _share(sample: list[Any], test: Callable[[Any], bool]) -> float:
    return sum(map(test, sample)) / len(sample)
