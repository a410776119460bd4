"""Names found by what people type: characters, pinyin whole or shortened, both mixed, and nearly right.

A typed text becomes a regular expression over the spelling of a name (``|长/zhang/chang|岭/ling``, see
``gis.models.spelling``). Each character typed stands for itself; each letter goes on in the reading that the letter
before it stands in, or begins the next one. So every syllable may be shortened to any beginning of it: changling,
changl, cling and cl all find 长岭, whichever reading of 长 was meant.
"""

import re
from collections.abc import Iterator

from psycopg import sql

from gis.models.spelling import SEPARATORS, plain, readings

MOST_LETTERS = 60
"""Of a typed text no more is looked at: names have at most 120 characters, and a pattern grows with the text."""

BEGIN = "[|/]"
"""Where a character or one of its readings begins."""

NEXT = r"[^|]*\|(?:[^|]*/)?"
"""From anywhere in a part to where the next part's character or one of its readings begins."""

ANCHORED = r"^(?:\|[^|]*(?=/))?"
"""Before a pattern: it begins with the first character, or with one of its readings."""

ENDED = "(?:/[^|]*)?$"
"""After a pattern: it ends with the last character, or with the whole of one of its readings."""

IGNORED = str.maketrans("", "", SEPARATORS + "'’ \t\n\u3000")
"""What people type between syllables (xi'an), and what no spelling holds."""

ALIKE = (("zh", "zh?"), ("ch", "ch?"), ("sh", "sh?"), ("ng", "ng?"))
"""Sounds that many speakers do not tell apart; longer ones first."""
ALIKE_LETTERS = {"z": "zh?", "c": "ch?", "s": "sh?", "n": "[nl]g?", "l": "[ln]", "f": "[fh]", "h": "[hf]"}

FEW_SIGNS = 3
"""From this many characters or letters on one of them may be wrong."""


def typed(text: str) -> str:
    """Return what is looked for of a typed text."""
    return plain(text).translate(IGNORED)[:MOST_LETTERS]


def pattern_of(text: str) -> str:
    """Return the pattern over spellings that a typed text means; "" for a text that says nothing."""
    return _joined([re.escape(sign) for sign in typed(text)], letters=[_is_letter(sign) for sign in typed(text)])


def near_patterns_of(text: str) -> list[str]:
    """Return wider patterns for a text that finds nothing, the nearer first: what sounds nearly the same (other
    characters of the same sound, sounds that are often mixed up); then one sign too many, missing or wrong."""
    signs = typed(text)
    wrong = dict.fromkeys(_joined(*one) for one in _one_wrong(signs))
    return [pattern for pattern in (_alike(signs), "(?:" + "|".join(wrong) + ")" if wrong else "") if pattern]


def named_like(text: str) -> sql.Composable:
    """Return the condition on the row ``place`` that its name holds a text or is spelled so."""
    if not typed(text):
        return sql.SQL("false")
    holds = sql.SQL("position({} IN lower(place.name)) > 0").format(sql.Literal(text.strip().lower()))
    return sql.SQL("({} OR place.spelling ~ {})").format(holds, sql.Literal(pattern_of(text)))


def _is_letter(sign: str) -> bool:
    return "a" <= sign <= "z"


def _joined(parts: list[str], letters: list[bool]) -> str:
    """Return the pattern of parts in a row; a letter may go on in the same reading, anything else begins a part."""
    pattern = ""
    for part, is_letter in zip(parts, letters, strict=True):
        if not pattern:
            pattern = BEGIN + part
        else:
            pattern += (f"(?:{NEXT})?" if is_letter else NEXT) + part
    return pattern


def _one_wrong(signs: str) -> Iterator[tuple[list[str], list[bool]]]:
    """Yield the text with one sign left out, replaced by any, or any put in."""
    if len(signs) < FEW_SIGNS:
        return
    parts = [(re.escape(sign), _is_letter(sign)) for sign in signs]
    any_letter, any_character = ("[a-z]", True), ("[^|/]", False)
    for n, (_part, is_letter) in enumerate(parts):
        anything = any_letter if is_letter else any_character
        enough = len(parts) > FEW_SIGNS or not is_letter
        changed = [[*parts[:n], anything, *parts[n + 1 :]]]
        if enough and n:
            changed += [parts[:n] + parts[n + 1 :], [*parts[:n], anything, *parts[n:]]]
        for one in changed:
            yield [part for part, _letter in one], [letter for _part, letter in one]


def _alike(signs: str) -> str:
    """Return the pattern of what sounds nearly the same: a character stands for all its readings as well."""
    parts: list[str] = []
    letters: list[bool] = []
    at = 0
    while at < len(signs):
        double = next((wide for sound, wide in ALIKE if signs.startswith(sound, at)), "")
        sign = signs[at]
        at += 2 if double else 1
        if _is_letter(sign):
            parts.append(double or ALIKE_LETTERS.get(sign, sign))
        else:
            parts.append("(?:" + "|".join([re.escape(sign), *readings().get(sign, ())]) + ")")
        letters.append(_is_letter(sign))
    return _joined(parts, letters)
