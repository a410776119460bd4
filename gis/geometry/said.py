"""What the lower floors say to people: Chinese text that remembers its sentence and its values.

The kernel and the readers know no translation. They write ``said("第 {row} 行没有图形。", row=row)``: the finished
Chinese text, ready for a log or a terminal, that carries the sentence as it stands in the catalogues (the msgid) and
the values. `gis.speech` says it again in a reader's language; `kept` and `heard` take it through JSON, so that what one
person's job wrote down another person reads in his own language.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from gis.terms import Word

SENTENCE: Final = "said"
VALUES: Final = "values"
"""The keys of a text kept as JSON: ``{"said": "第 {row} 行没有图形。", "values": {"row": 3}}``."""

LIST_MARK: Final = "、"
"""What stands between the values of a list, in Chinese."""


class Said(str):
    """Finished Chinese text, with the sentence and the values that it was made of.

    `values` holds plain data only: text, numbers, other `Said`, and tuples of these (shown as a list). Text that is cut
    or put together in any other way is plain text again: let the whole be a `said` instead.
    """

    __slots__ = ("sentence", "values")

    sentence: str
    values: dict[str, Any]

    def __new__(cls, sentence: str, values: Mapping[str, Any]) -> "Said":
        plain = dict(values)
        lists: dict[str, str] = {}
        for name, value in plain.items():  # most are text or whole numbers: a file may have 100 000 rows to speak of
            if type(value) not in _AS_IS:
                plain[name] = there = _plain(value)
                if type(there) is tuple:
                    lists[name] = LIST_MARK.join(map(str, there))
        text = str.__new__(cls, sentence.format_map(plain | lists if lists else plain) if plain else sentence)
        text.sentence, text.values = sentence, plain
        return text

    def __reduce__(self) -> tuple[type["Said"], tuple[str, dict[str, Any]]]:
        return Said, (self.sentence, self.values)


_AS_IS = frozenset({str, int, float, Said})


def said(sentence: str, /, **values: Any) -> Said:
    """Return a sentence with its values filled in, as `str.format` does.

    Parameters
    ----------
    sentence : Chinese, written out in the call, so that it is found and translated; ``{share:.0%}`` and the like hold
        in every language.
    values : text, numbers, words of the field (their labels are shown), lists of these, or texts that were said.
    """
    return Said(sentence, values)


def listed(values: Iterable[Any]) -> Said:
    """Return some values as a list: the mark between them is the reader's own."""
    return Said("{values}", {"values": tuple(values)})


def some(values: Sequence[Any], most: int) -> Said:
    """Return the first values as a list that tells whether there are more."""
    return said("{values}等", values=values[:most]) if len(values) > most else listed(values)


def in_turn(texts: Sequence[str]) -> str:
    """Return some texts as parts of one sentence."""
    first, *others = texts or [""]
    return said("{first}；{others}", first=first, others=in_turn(others)) if others else first


def _plain(value: Any) -> Any:
    """Return a value as plain data."""
    if type(value) in _AS_IS:
        return value
    if isinstance(value, Word):
        return _label(value.label)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_plain(each) for each in value)
    if hasattr(value, "item"):  # a scalar of numpy
        return value.item()
    return value if isinstance(value, bool | int | float) else str(value)


@cache
def _label(label: str) -> Said:
    return Said(label, {})


def kept(data: Any) -> Any:
    """Return data for JSON in which every `Said`, however deep, is kept with its sentence and its values."""
    if isinstance(data, Said):
        return {SENTENCE: data.sentence, VALUES: kept(data.values)}
    if isinstance(data, dict):
        return {key: kept(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [kept(value) for value in data]
    return data


def heard(data: Any) -> Any:
    """Return data from JSON with every text as it was said; the opposite of `kept`."""
    if isinstance(data, dict):
        if data.keys() == {SENTENCE, VALUES}:
            return Said(data[SENTENCE], heard(data[VALUES]))
        return {key: heard(value) for key, value in data.items()}
    if isinstance(data, list):
        return [heard(value) for value in data]
    return data
