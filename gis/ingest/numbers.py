"""Numbers and codes as tables spoil them: full-width digits, Excel's floats, scientific notation."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

EXACT_FLOAT = 2**53
"""Whole numbers beyond this are no longer exact in a double; 15-digit codes are (10^15 < 2^53)."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_WHOLE_FLOAT = re.compile(r"\d+\.0*")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_SHORT_SCIENTIFIC = re.compile(r"\d[eE]\d+")
_SPACES = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it should have been written.

    `changed` tells whether the text was mended (full-width digits, spaces, ".0"); `lost` whether digits were lost on
    the way (scientific notation, beyond a double): then `text` is what was found.
    """

    text: str
    changed: bool = False
    lost: bool = False


def number_of(value: Any) -> float | None:
    """Return a cell as a number, None when it is none: full-width digits and thousands commas are understood."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else None


def whole_number_of(value: Any) -> int | None:
    """Return a cell as a whole number ("12", 12.0, "１２"), None when it is none."""
    if type(value) is int:
        return value if abs(value) <= EXACT_FLOAT else None
    number = number_of(value)
    if number is None or not number.is_integer() or abs(number) > EXACT_FLOAT:
        return None
    return int(number)


def code_of(value: Any) -> Code:
    """Return a cell as a code: exact digits out of floats, half-width, without any space.

    Excel and dBase keep codes as numbers: 370212001001001.0 and 3.70212001001001e14 are exact and come back whole.
    "3.70212E+14" in a CSV has lost its last digits for good.
    """
    if value is None:
        return Code("")
    if isinstance(value, bool):
        return Code(str(value))
    if isinstance(value, int):
        return Code(str(value))
    if isinstance(value, float):
        if value.is_integer() and abs(value) <= EXACT_FLOAT:
            return Code(str(int(value)))
        return Code(repr(value), lost=abs(value) > EXACT_FLOAT)
    return _code_of_text(str(value))


def code_text(value: Any) -> str:
    """Return the text of a cell's code."""
    if type(value) is str and value.isascii() and value.isalnum() and not _SHORT_SCIENTIFIC.fullmatch(value):
        return value  # as nearly all are: nothing to mend
    return code_of(value).text


@lru_cache(maxsize=65_536)  # a column's values are asked about as codes, parents and names
def _code_of_text(text: str) -> Code:
    if text.isascii() and text.isalnum() and not _SHORT_SCIENTIFIC.fullmatch(text):
        return Code(text)  # as nearly all are: nothing to mend
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text)).lstrip("'`")
    if _WHOLE_FLOAT.fullmatch(plain):
        plain = plain.split(".")[0]
    elif _SCIENTIFIC.fullmatch(plain):
        return _code_of_scientific(plain)
    return Code(plain, changed=plain != text)


def _code_of_scientific(text: str) -> Code:
    """Read scientific notation where it still holds every digit: 3.70212001001001E+14 does, 3.70212E+14 not."""
    mantissa, exponent = re.split("[eE]", text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Code(text, lost=True)
    kept = len(mantissa.replace(".", "")) - 1
    if kept < int(exponent):
        return Code(text, lost=True)
    return Code(str(int(number)), changed=True)
