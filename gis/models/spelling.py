"""How a name is read in pinyin, in the form that a search looks through.

Each character is a part ``|character/reading/reading``, so that 长岭 is ``|长/zhang/chang|岭/ling``: it is found by
长岭, changling, zhangling, cl, changl and 长ling alike. A character without a reading (a digit, a letter) stands alone.
Readings are pypinyin's of the single character, all of them: which one a place uses is known to its people, not to a
dictionary.
"""

import os
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import models

SEPARATORS = "|/"
_DIAERESIS = "\u0308"


def plain(text: str) -> str:
    """Return a text as it is compared: compatible forms made one (full-width digits), small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def spelling_of(name: str) -> str:
    """Return how a name is read; "" for no name."""
    return plain(name).translate(_parts())


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """Return character → its readings without tones; ü is written both v and u, as people type it.

    Made when first asked for: the dictionary takes a tenth of a second (three with its phrases), and most starts need
    none.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.constants import PINYIN_DICT

    return {chr(number): _toneless(told) for number, told in PINYIN_DICT.items()}


def _toneless(told: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for reading in unicodedata.normalize("NFD", told).split(","):
        letters = "".join(sign for sign in reading if not unicodedata.combining(sign) or sign == _DIAERESIS)
        for written in ("v", "") if _DIAERESIS in letters else ("",):
            found[letters.replace("u" + _DIAERESIS, written or "u").replace("e" + _DIAERESIS, "e")] = None
    return tuple(reading for reading in found if reading.isascii() and reading.isalpha())


@cache
def _parts() -> "_Parts":
    return _Parts({ord(sign): f"|{sign}/{'/'.join(told)}" for sign, told in readings().items() if told})


class _Parts(dict[int, str | None]):
    """Character → its part; one without a reading is its own part, separators and spaces fall away."""

    def __missing__(self, number: int) -> str | None:
        sign = chr(number)
        part = None if sign in SEPARATORS or sign.isspace() else f"|{sign}"
        self[number] = part
        return part


class SpellingField(models.TextField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """The spelling of the row's own ``name``, renewed whenever the row is saved."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"blank": True, "editable": False, "default": "", "db_default": "", **options})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002 - the framework's signature
        spelling = spelling_of(getattr(model_instance, "name"))  # noqa: B009 - a Model has no name, these have
        setattr(model_instance, self.attname, spelling)
        return spelling
