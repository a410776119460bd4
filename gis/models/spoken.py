"""Columns of text that remember what was said, so that each reader is told in his own language."""

import json
from typing import Any

from django.db import models

from gis.geometry.said import SENTENCE, Said, heard, kept

MARK = f'{{"{SENTENCE}": '
"""How kept text begins in a column; plain text is stored as it is."""


def as_stored(text: Any) -> Any:
    """Return what a column holds of a text."""
    return json.dumps(kept(text), ensure_ascii=False) if isinstance(text, Said) else text


def as_said(stored: str | None) -> str | None:
    """Return the text of a column; `Said` where it was stored as such."""
    if stored is None or not stored.startswith(MARK):
        return stored
    try:
        text = heard(json.loads(stored))
    except ValueError:
        return stored
    return text if isinstance(text, Said) else stored


def fitted(text: str, length: int) -> str:
    """Return what a column of some length holds of a text: with its values where these fit, else cut."""
    stored: str = as_stored(text)
    return stored if len(stored) <= length else str(text)[:length]


class SaidText(models.TextField):  # type: ignore[type-arg]  # the stubs' generics are no run-time ones
    """A text of any length, plain or `Said`. In the database a text column like any other."""

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        """Return the text as it was said."""
        return as_said(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the text as it is stored."""
        return super().get_prep_value(as_stored(value))

    def deconstruct(self) -> Any:
        """Return the field as migrations see it: the column is plain text."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options


class SaidLine(models.CharField):  # type: ignore[type-arg]
    """One line of text, plain or `Said`; what does not fit with its values is stored as finished text, cut."""

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        """Return the text as it was said."""
        return as_said(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the text as it is stored."""
        assert self.max_length is not None
        return super().get_prep_value(fitted(value, self.max_length) if isinstance(value, Said) else value)

    def deconstruct(self) -> Any:
        """Return the field as migrations see it: the column is plain text."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
