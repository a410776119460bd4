"""Names found by what people type: characters, pinyin whole or shortened, both mixed, and nearly right.

A typed text becomes a regular expression over the spelling of a name (``|长/zhang/chang|岭/ling``, see
``gis.models.spelling``). Each character typed stands for itself; each letter goes on in the reading that the letter
before it stands in, or begins the next one. So every syllable may be shortened to any beginning of it: changling,
changl, cling and cl all find 长岭, whichever reading of 长 was meant.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, product

from psycopg import sql

from gis.models.spelling import SEPARATORS, plain, readings

MOST_LETTERS = 60
"""Of a typed text no more is looked at: names have at most 200 characters, and a pattern grows with the text."""

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


@dataclass(frozen=True, slots=True)
class Spelled:
    """What to look for: a pattern over spellings, and the signs that a spelling must hold in this order to match it.

    The signs are a much cheaper question than the pattern, and most names answer it with no.
    """

    pattern: str
    in_order: str

    @property
    def condition(self) -> sql.Composable:
        """The condition on the row ``place`` that its name is spelled so."""
        if not self.pattern:
            return sql.SQL("false")
        signs = "%".join("\\" + sign if sign in "%_\\" else sign for sign in self.in_order)
        return sql.SQL("(place.spelling LIKE {} AND place.spelling ~ {})").format(
            sql.Literal(f"%{signs}%"), sql.Literal(self.pattern)
        )


def as_typed(text: str) -> Spelled:
    """Return what a typed text means."""
    return _joined(_parts(typed(text)))


def alike(text: str) -> Spelled:
    """Return what sounds nearly the same: other characters of the same sound, sounds often mixed up."""
    signs = typed(text)
    parts: list[_Part] = []
    at = 0
    while at < len(signs):
        double = next((wide for sound, wide in ALIKE if signs.startswith(sound, at)), "")
        sign = signs[at]
        at += 2 if double else 1
        if not _is_letter(sign):
            parts.append(_Part("(?:" + "|".join([re.escape(sign), *readings().get(sign, ())]) + ")", False, ""))
        elif double or sign in ALIKE_LETTERS:
            parts.append(_Part(double or ALIKE_LETTERS[sign], True, ""))
        else:
            parts.append(_Part(sign, True, sign))
    return _joined(parts)


def halves(text: str) -> list[Spelled]:
    """Return both halves of a text: one is still right in every name with one sign too many, missing or wrong.

    Many other names have it too: `one_sign_off` tells which. None for a text too short to be wrong.
    """
    parts = _parts(typed(text))
    if len(parts) < FEW_SIGNS:
        return []
    middle = len(parts) // 2
    return [_joined(parts[:middle]), _joined(parts[middle:], inside=parts[middle].is_letter)]


def one_sign_off(text: str, name: str) -> bool:
    """Return whether a name, read in full, holds a typed text but for one sign."""
    signs = typed(text)
    in_letters = all(map(_is_letter, signs))
    ways = [
        told if in_letters and told else (sign, *told)
        for sign, told in ((sign, readings().get(sign, ())) for sign in typed(name))
    ]
    wanted = Counter(signs)
    for way in map("".join, islice(product(*ways), READINGS_TRIED)):
        if (wanted - Counter(way)).total() > 1:
            continue  # two signs are missing, in whatever order: most names end here
        # With autojunk a letter that is frequent in a long name would count as no match.
        blocks = SequenceMatcher(None, signs, way, autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks)
        first, last = blocks[0], blocks[-2] if len(blocks) > 1 else blocks[0]
        stretch = last.b + last.size - first.b
        if same >= len(signs) - 1 and stretch <= len(signs) + 1:
            return True
    return False


def named_like(text: str) -> sql.Composable:
    """Return the condition on the row ``place`` that its name holds a text or is spelled so.

    Whatever the name holds its spelling holds too; only where there is none the name itself is looked at.
    """
    unspelled = sql.SQL("place.spelling = '' AND position({} IN lower(place.name)) > 0")
    return sql.SQL("({} OR {})").format(unspelled.format(sql.Literal(plain(text).strip())), as_typed(text).condition)


def _is_letter(sign: str) -> bool:
    return "a" <= sign <= "z"


@dataclass(frozen=True, slots=True)
class _Part:
    """One sign of a typed text: its pattern, whether it is a letter, and itself where nothing else will do."""

    pattern: str
    is_letter: bool
    sign: str


def _parts(signs: str) -> list[_Part]:
    return [_Part(re.escape(sign), _is_letter(sign), sign) for sign in signs]


def _joined(parts: Sequence[_Part], *, inside: bool = False) -> Spelled:
    """Return what parts in a row mean: a letter may go on in the same reading, anything else begins a part.

    `inside` lets the first one stand anywhere.
    """
    pattern = ""
    for part in parts:
        if pattern:
            pattern += (f"(?:{NEXT})?" if part.is_letter else NEXT) + part.pattern
        else:
            pattern = part.pattern if inside else BEGIN + part.pattern
    return Spelled(pattern, "".join(part.sign for part in parts))
