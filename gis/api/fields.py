"""Fields that speak of places and moments, and how they are described."""

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gis.selectors.territory.windows import Window, WrongAddress, read_moment, read_window
from gis.speech import in_words
from gis.terms import Word

_LINE = r"[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*"
_TEXT = r"[^\u0000\ud800-\udfff]*"
_VISIBLE = r"[^\s\u0000-\u001f\u007f-\u009f\ud800-\udfff]"
LINE_PATTERN = f"^{_LINE}{_VISIBLE}{_LINE}$"
"""No control characters and something to see: what a person types into one line."""
TEXT_PATTERN = f"^{_TEXT}{_VISIBLE}{_TEXT}$"
"""Something to see, on any number of lines."""


def one_word(word: str) -> type[serializers.Field[Any, Any, Any, Any]]:
    """Return a field that always holds the same word."""
    described = extend_schema_field({"type": "string", "const": word})
    field: type[serializers.Field[Any, Any, Any, Any]] = described(type("OneWord", (serializers.CharField,), {}))
    return field


POSITION: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
LINE = {"type": "array", "items": POSITION, "minItems": 2}
POLYGON = {"type": "array", "items": {"type": "array", "items": POSITION, "minItems": 4}, "minItems": 1}
BBOX: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
"""West, south, east, north in degrees."""

COORDINATES: dict[str, Any] = {
    "Point": POSITION,
    "LineString": LINE,
    "Polygon": POLYGON,
    "MultiPoint": {"type": "array", "items": POSITION},
    "MultiLineString": {"type": "array", "items": LINE},
    "MultiPolygon": {"type": "array", "items": POLYGON},
}


def geometry_schema(*types: str) -> dict[str, Any]:
    """Return the JSON schema of a GeoJSON geometry of one of these types; of any type when none is named."""
    shapes = [
        {
            "type": "object",
            "properties": {"type": {"type": "string", "const": name}, "coordinates": COORDINATES[name]},
            "required": ["type", "coordinates"],
            "additionalProperties": False,
        }
        for name in types or COORDINATES
    ]
    return shapes[0] if len(shapes) == 1 else {"oneOf": shapes}


@extend_schema_field({"type": "string", "format": "bbox", "examples": ["120.30,36.05,120.50,36.20"]})
class WindowField(serializers.CharField):
    """``west,south,east,north`` in degrees; west greater than east crosses the antimeridian."""

    def to_internal_value(self, data: Any) -> Window:  # type: ignore[override]
        try:
            return read_window(super().to_internal_value(data))
        except WrongAddress as refusal:
            raise serializers.ValidationError(in_words(refusal.message), code=refusal.rule) from refusal


@extend_schema_field(
    {
        "type": "string",
        "anyOf": [{"format": "date"}, {"format": "date-time"}],
        "examples": ["2026-07-01", "2026-07-01T08:00:00+08:00"],
    }
)
class MomentField(serializers.CharField):
    """A date (its end, China time) or a time of ISO 8601."""

    def to_internal_value(self, data: Any) -> datetime:  # type: ignore[override]
        try:
            return read_moment(super().to_internal_value(data))
        except WrongAddress as refusal:
            raise serializers.ValidationError(in_words(refusal.message), code=refusal.rule) from refusal


class PatternField(serializers.CharField):
    """Text that must match a pattern."""

    pattern = ""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not re.search(self.pattern, str(data)):
            self.fail("invalid")
        return text


@extend_schema_field({"type": "string", "pattern": LINE_PATTERN})
class LineField(PatternField):
    """One line of text that says something."""

    pattern = LINE_PATTERN

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 120, **options})


@extend_schema_field({"type": "string", "pattern": TEXT_PATTERN})
class TextField(PatternField):
    """Text of any number of lines that says something."""

    pattern = TEXT_PATTERN

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 2000, **options})


@extend_schema_field({"type": "boolean"})
class FlagField(serializers.Field[Any, Any, Any, Any]):
    """true or false, and nothing that only looks like it."""

    default_error_messages = {"flag": gettext_lazy("应为 true 或 false。")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("flag")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class WordField(serializers.ChoiceField):
    """One of the field's own words, by its value."""

    def __init__(self, words: type[Word], **options: Any) -> None:
        self.words = words
        super().__init__(choices=words.choices(), **options)

    def to_internal_value(self, data: Any) -> Word:
        return self.words(super().to_internal_value(data))
