"""Fields that speak of places and moments, and how they are described."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gis.selectors.territory.windows import Window, WrongAddress, read_moment, read_window
from gis.terms import Word

PLAIN_TEXT = r"^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$"
"""No control characters: what a person types into one line."""

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
            raise serializers.ValidationError(refusal.message, code=refusal.rule) from refusal


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
            raise serializers.ValidationError(refusal.message, code=refusal.rule) from refusal


@extend_schema_field({"type": "string", "pattern": PLAIN_TEXT, "maxLength": 120})
class LineField(serializers.CharField):
    """One line of text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 120, "allow_blank": True, **options})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.isprintable() and any(sign < " " or "\x7f" <= sign <= "\x9f" for sign in text):
            self.fail("invalid")
        return text


class WordField(serializers.ChoiceField):
    """One of the field's own words, by its value."""

    def __init__(self, words: type[Word], **options: Any) -> None:
        self.words = words
        super().__init__(choices=words.choices(), **options)

    def to_internal_value(self, data: Any) -> Word:
        return self.words(super().to_internal_value(data))
