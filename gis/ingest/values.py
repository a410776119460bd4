"""Cells of a table as values of a field: codes, names, households, kinds. Every refusal names row, field and value."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.geometry.said import said, some
from gis.ingest.columns import CODE_DIGITS, FIELD_LABELS, PARENT_DIGITS
from gis.ingest.headers import heading_of, labels, words
from gis.ingest.numbers import code_of, number_of, whole_number_of
from gis.ingest.records import Notice, Severity
from gis.terms import CompoundKind, GridKind, LayerKind, Management, RoadRank, StationKind

LONGEST_CODE = 64
LONGEST_NAME = 200
LONGEST_TELEPHONE = 40
MOST_HOUSEHOLDS = 100_000
"""More households than any compound or building has: a street has fewer."""

DEFAULTS: dict[tuple[LayerKind, str], str] = {
    (LayerKind.GRID, "kind"): GridKind.ORDINARY.value,
    (LayerKind.COMPOUND, "kind"): CompoundKind.UNKNOWN.value,
    (LayerKind.COMPOUND, "management"): Management.UNKNOWN.value,
    (LayerKind.STATION, "kind"): StationKind.STATION.value,
    (LayerKind.ROAD, "rank"): RoadRank.LOCAL.value,
}
"""What a blank cell of a mapped column means."""

_NOTHING = frozenset({"", "null", "<null>", "(null)", "none", "nan", "n/a", "#n/a", "\\n"})


@dataclass(slots=True)
class Rows:
    """A layer's rows on their way: which are refused, and everything said so far."""

    numbers: Sequence[int]
    columns: dict[str, str]
    refused: set[int] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)

    def refuse(self, index: int, rule: str, message: str, about: str, value: Any = None) -> None:
        """Refuse one row for one field; the message begins with the row and the column as the person knows them."""
        self.refused.add(index)
        self._say(index, rule, message, about, value, Severity.REFUSED)

    def tell(self, index: int, rule: str, message: str, about: str, value: Any, severity: Severity) -> None:
        """Say something about one row that goes on."""
        self._say(index, rule, message, about, value, severity)

    def _say(self, index: int, rule: str, message: str, about: str, value: Any, severity: Severity) -> None:
        row = int(self.numbers[index])
        column = self.columns.get(about, FIELD_LABELS.get(about, about))
        self.notices.append(
            Notice(
                rule=rule,
                message=said("第 {row} 行“{column}”{message}", row=row, column=column, message=message),
                severity=severity,
                row=row,
                field=about,
                value=None if value is None else str(value)[:80],
            )
        )


def is_blank(value: Any) -> bool:
    """Say whether a cell says nothing, in any of the ways that programs write nothing."""
    if value is None or value != value:
        return True
    return isinstance(value, str) and value.strip().casefold() in _NOTHING


def codes_of(kind: LayerKind, values: Sequence[Any], rows: Rows) -> list[str]:
    """Return each row's own code in half-width digits, refusing wrong ones and those that stand twice.

    Codes of the tree have 6, 9, 12 or 15 digits; other kinds have codes of their own. Codes that are equal but for
    spaces or the width of their digits are the same code.
    """
    digits = CODE_DIGITS.get(kind)
    codes = [_clean_code(index, value, "code", rows) for index, value in enumerate(values)]
    for index, code in enumerate(codes):
        if index in rows.refused:
            continue
        if not code:
            rows.refuse(index, "code.missing", said("为空；请补填编码。"), "code")
        elif digits is not None and (len(code) != digits or not _is_digits(code)):
            rows.refuse(index, "code.length", _length_words(kind, code, digits), "code", code)
        elif len(code) > LONGEST_CODE or not code.isprintable():
            rows.refuse(
                index,
                "code.length",
                said("超过 {most} 个字符或含不可见字符；请核对。", most=LONGEST_CODE),
                "code",
                code,
            )
    _refuse_repeated(codes, rows)
    return codes


def _is_digits(code: str) -> bool:
    return code.isascii() and code.isdigit()


def _length_words(kind: LayerKind, code: str, digits: int) -> str:
    found = said("是 {count} 位", count=len(code)) if _is_digits(code) else said("含数字以外的字符")
    return said(
        "应为 {digits} 位数字（{kind}编码），实际{found}：{code}；请核对。",
        digits=digits,
        kind=kind,
        found=found,
        code=code[:30],
    )


def _clean_code(index: int, value: Any, about: str, rows: Rows) -> str:
    if type(value) is str and value.isalnum() and value.isascii() and not _SCIENTIFIC.fullmatch(value):
        return "" if value.casefold() in _NOTHING else value
    if is_blank(value):
        return ""
    code = code_of(value)
    if code.lost:
        rows.refuse(
            index,
            "code.scientific",
            said("是科学计数法（{value}），末位数字已丢失；请在 Excel 中把该列设为“文本”后重新导出。", value=value),
            about,
            value,
        )
    elif code.changed and about == "code":
        message = said("含全角字符、空格或小数点，已改为“{code}”。", code=code.text)
        rows.tell(index, "code.normalised", message, about, value, Severity.REPAIRED)
    return code.text


_SCIENTIFIC = re.compile(r"\d+[eE]\d+")


def _refuse_repeated(codes: Sequence[str], rows: Rows) -> None:
    if len(set(codes)) == len(codes):
        return
    same: dict[str, list[int]] = defaultdict(list)
    for index, code in enumerate(codes):
        if code:
            same[code].append(index)
    for code, indexes in same.items():
        if len(indexes) == 1:
            continue
        for index in indexes:
            others = [rows.numbers[other] for other in indexes if other != index]
            message = said(
                "与第 {others} 行重复：{code}；请改正编码，若是同一处的几个部分请先合并为一行。",
                others=some(others, 5),
                code=code,
            )
            rows.refuse(index, "code.duplicate", message, "code", code)


def parents_of(
    kind: LayerKind, codes: Sequence[str], values: Sequence[Any] | None, known: frozenset[str] | None, rows: Rows
) -> list[str]:
    """Return each row's parent code: of the tree from the code itself, of other kinds from the column, "" unknown.

    Parameters
    ----------
    values : the column that was mapped as parent, None when there is none.
    known : codes of the level above already in the platform; None when that is not to be checked.
    """
    digits = PARENT_DIGITS.get(kind)
    in_tree = kind in CODE_DIGITS and digits is not None
    parents = []
    sound: set[tuple[Any, str]] = set()  # many rows have the same parent: what was once found right is right
    for index, code in enumerate(codes):
        value = None if values is None else values[index]
        own = code[:digits] if in_tree else ""
        if type(value) is str and (value, own) in sound:
            parents.append(own or value)
            continue
        told = "" if value is None else _clean_code(index, value, "parent", rows)
        parent = own if in_tree else told
        parents.append(parent)
        if index in rows.refused:
            continue
        if told and digits is not None and (len(told) != digits or not _is_digits(told)):
            message = said(
                "应为 {digits} 位的上级编码，实际是“{value}”；请填编码，不要填名称。", digits=digits, value=told[:30]
            )
            rows.refuse(index, "parent.length", message, "parent", told)
        elif in_tree and told and told != parent:
            message = said(
                "是 {value}，与编码 {code} 的前 {digits} 位不符；下级编码须以上级编码开头，请核对。",
                value=told,
                code=code,
                digits=digits,
            )
            rows.refuse(index, "parent.mismatch", message, "parent", told)
        elif parent and known is not None and parent not in known:
            message = said("的上级 {parent} 不在平台中；请先导入上级图层，或核对编码。", parent=parent)
            rows.refuse(index, "parent.unknown", message, "parent" if told else "code", parent)
        elif told and told == value:
            sound.add((value, own))
    return parents


def names_of(values: Sequence[Any] | None, count: int, rows: Rows) -> list[str]:
    """Return each row's name, without doubled spaces and invisible characters; "" where there is none."""
    if values is None:
        return [""] * count
    names = []
    for index, value in enumerate(values):
        name = "" if is_blank(value) else _text(value)
        if len(name) > LONGEST_NAME:
            rows.refuse(
                index,
                "name.length",
                said("超过 {most} 个字；请缩短。", most=LONGEST_NAME),
                "name",
                name,
            )
        names.append(name)
    return names


def _text(value: Any) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if text.isprintable() and "  " not in text:
        return text.strip()
    shown = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text))
    return " ".join(shown.split())


def attribute_of(kind: LayerKind, about: str, values: Sequence[Any], rows: Rows) -> list[Any]:
    """Return the values of one further field of a kind, under the name that the models use."""
    if about == "households":
        return _households(kind, values, rows)
    if about == "telephone":
        return _telephones(values, rows)
    return _words(kind, about, values, rows)


def _households(kind: LayerKind, values: Sequence[Any], rows: Rows) -> list[int | None]:
    blank = 0 if kind is LayerKind.BUILDING else None
    counts: list[int | None] = []
    for index, value in enumerate(values):
        if is_blank(value):
            counts.append(blank)
            continue
        count = whole_number_of(value)
        counts.append(count)
        if count is None or count < 0:
            why = said("不是数字") if number_of(value) is None else said("不是不小于 0 的整数")
            rows.refuse(
                index,
                "households.not_whole",
                said("{why}：{value}；请填整数户数。", why=why, value=str(value)[:30]),
                "households",
                value,
            )
        elif count > MOST_HOUSEHOLDS:
            message = said(
                "是 {count} 户，超过 {most} 户，不合常理；请核对。",
                count=count,
                most=MOST_HOUSEHOLDS,
            )
            rows.refuse(index, "households.too_many", message, "households", value)
    return counts


def _telephones(values: Sequence[Any], rows: Rows) -> list[str]:
    telephones = []
    for index, value in enumerate(values):
        telephone = "" if is_blank(value) else unicodedata.normalize("NFKC", _text(value))
        if len(telephone) > LONGEST_TELEPHONE:
            rows.refuse(
                index,
                "telephone.length",
                said("超过 {most} 个字符；请核对。", most=LONGEST_TELEPHONE),
                "telephone",
                telephone,
            )
        telephones.append(telephone)
    return telephones


def _words(kind: LayerKind, about: str, values: Sequence[Any], rows: Rows) -> list[str]:
    known = words(kind, about) or {}
    meant: Callable[[str], str | None] = {text: known.get(heading_of(text)) for text in _texts(values)}.get
    default = DEFAULTS[(kind, about)]
    chosen = []
    for index, value in enumerate(values):
        if is_blank(value):
            chosen.append(default)
            continue
        word = meant(str(value))
        chosen.append(word or default)
        if word is not None:
            continue
        if default == "unknown":
            message = said(
                "的“{value}”不是已知类别，按“未知”导入；如不对请改为：{labels}。",
                value=str(value)[:30],
                labels=labels(kind, about),
            )
            rows.tell(index, f"{about}.unknown", message, about, value, Severity.WARNING)
        else:
            message = said(
                "的“{value}”不是已知类别；请改为：{labels}。", value=str(value)[:30], labels=labels(kind, about)
            )
            rows.refuse(index, f"{about}.unknown", message, about, value)
    return chosen


def _texts(values: Iterable[Any]) -> set[str]:
    return {str(value) for value in values if not is_blank(value)}
