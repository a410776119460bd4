"""Names found by what people type: characters, pinyin whole or shortened, both mixed, and nearly right.

A typed text becomes a regular expression over the spelling of a name (``|长/zhang/chang|岭/ling``, see
``gis.models.spelling``). Each character typed stands for itself; each letter goes on in the reading that the letter
before it stands in, or begins the next one. So every syllable may be shortened to any beginning of it: changling,
changl, cling and cl all find 长岭, whichever reading of 长 was meant.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import islice, product

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

READINGS_TRIED = 24
"""Ways of reading one name that are compared with what was typed."""


def typed(text: str) -> str:
    """Return what is looked for of a typed text."""
    return plain(text).translate(IGNORED)[:MOST_LETTERS]


def pattern_of(text: str) -> str:
    """Return the pattern over spellings that a typed text means; "" for a text that says nothing."""
    return _joined([(re.escape(sign), _is_letter(sign)) for sign in typed(text)])


def alike_pattern_of(text: str) -> str:
    """Return the pattern of what sounds nearly the same: other characters of the same sound, sounds often mixed up."""
    signs = typed(text)
    parts: list[tuple[str, bool]] = []
    at = 0
    while at < len(signs):
        double = next((wide for sound, wide in ALIKE if signs.startswith(sound, at)), "")
        sign = signs[at]
        at += 2 if double else 1
        if _is_letter(sign):
            parts.append((double or ALIKE_LETTERS.get(sign, sign), True))
        else:
            parts.append(("(?:" + "|".join([re.escape(sign), *readings().get(sign, ())]) + ")", False))
    return _joined(parts)


def halves_pattern_of(text: str) -> str:
    """Return a pattern that finds every name in which one sign is too many, missing or wrong, and many others: one half
    of the text is still right. `one_sign_off` tells which. "" for a text too short to be wrong."""
    signs = typed(text)
    if len(signs) < FEW_SIGNS:
        return ""
    parts = [(re.escape(sign), _is_letter(sign)) for sign in signs]
    middle = len(parts) // 2
    halves = dict.fromkeys(_joined(half) for half in (parts[:middle], parts[middle:]))
    return "(?:" + "|".join(halves) + ")"


def one_sign_off(text: str, name: str) -> bool:
    """Return whether a name, read in full, holds a typed text but for one sign."""
    signs = typed(text)
    in_letters = all(map(_is_letter, signs))
    ways = [
        told if in_letters and told else (sign, *told)
        for sign, told in ((sign, readings().get(sign, ())) for sign in typed(name))
    ]
    for way in islice(product(*ways), READINGS_TRIED):
        # With autojunk a letter that is frequent in a long name would count as no match.
        blocks = SequenceMatcher(None, signs, "".join(way), autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks)
        first, last = blocks[0], blocks[-2] if len(blocks) > 1 else blocks[0]
        stretch = last.b + last.size - first.b
        if same >= len(signs) - 1 and stretch <= len(signs) + 1:
            return True
    return False


def named_like(text: str) -> sql.Composable:
    """Return the condition on the row ``place`` that its name holds a text or is spelled so."""
    if not typed(text):
        return sql.SQL("false")
    holds = sql.SQL("position({} IN lower(place.name)) > 0").format(sql.Literal(text.strip().lower()))
    return sql.SQL("({} OR {})").format(holds, spelled_like(text))


def spelled_like(text: str) -> sql.Composable:
    """Return the condition on the row ``place`` that its name is spelled so.

    All signs in their order, whatever is between them, is a much cheaper question than the pattern, and most names
    answer it with no.
    """
    in_order = "%" + "%".join("\\" + sign if sign in "%_\\" else sign for sign in typed(text)) + "%"
    return sql.SQL("(place.spelling LIKE {} AND place.spelling ~ {})").format(
        sql.Literal(in_order), sql.Literal(pattern_of(text))
    )


def _is_letter(sign: str) -> bool:
    return "a" <= sign <= "z"


def _joined(parts: Sequence[tuple[str, bool]]) -> str:
    """Return the pattern of parts in a row; a letter may go on in the same reading, anything else begins a part."""
    pattern = ""
    for part, is_letter in parts:
        if not pattern:
            pattern = BEGIN + part
        else:
            pattern += (f"(?:{NEXT})?" if is_letter else NEXT) + part
    return pattern
