"""Lines and points that a person draws: GeoJSON in degrees, and metres of the plan's frame for the kernel."""

from typing import Any

import shapely
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from gis.api.fields import POSITION, geometry_schema
from gis.geometry import crs

MOST_VERTICES = 10_000
"""Vertices of one drawn line: more than a hand or a wall has, few enough to cut with at once."""

DIGITS = 7
MOST_DEGREES = 180
"""Of either number; a latitude beyond a pole has the right form, and is refused as land that no frame measures."""

_LINE = geometry_schema("LineString")
_LON_LAT = {**POSITION, "items": {"type": "number", "minimum": -180, "maximum": 180}}
LINE_SCHEMA: dict[str, Any] = {
    **_LINE,
    "properties": {
        **_LINE["properties"],
        "coordinates": {"type": "array", "items": _LON_LAT, "minItems": 2, "maxItems": MOST_VERTICES},
    },
}
Positions = tuple[tuple[float, float], ...]


def _position(value: Any) -> tuple[float, float] | None:
    """Return longitude and latitude; None for anything else."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in value):
        return None
    try:
        lon, lat = float(value[0]), float(value[1])
    except OverflowError:
        return None
    return (lon, lat) if abs(lon) <= MOST_DEGREES and abs(lat) <= MOST_DEGREES else None


@extend_schema_field(LINE_SCHEMA)
class LineStringField(GeometryField):
    """A line as GeoJSON has it; becomes its positions in degrees.

    The library reads any shape of any size, in several forms: what no line has is refused before it, naming the place.
    """

    default_error_messages = {
        "kind": gettext_lazy("应为 GeoJSON 的 LineString（只有 type 与 coordinates 两项）。"),
        "few": gettext_lazy("一条线至少有两个点。"),
        "many": gettext_lazy("一条线最多 {most} 个点，现有 {count} 个；请简化后再提交。"),
        "position": gettext_lazy("第 {number} 个点不是 [经度, 纬度]（度）。"),
    }

    def to_internal_value(self, data: Any) -> Positions:
        if not isinstance(data, dict) or data.get("type") != "LineString" or set(data) != {"type", "coordinates"}:
            self.fail("kind")
        given = data["coordinates"]
        if not isinstance(given, list):
            self.fail("kind")
        if len(given) < 2:
            self.fail("few")
        if len(given) > MOST_VERTICES:
            self.fail("many", most=MOST_VERTICES, count=len(given))
        for number, each in enumerate(given, start=1):
            if _position(each) is None:
                self.fail("position", number=number)
        return tuple(super().to_internal_value(data).coords)


@extend_schema_field(_LON_LAT)
class PositionField(serializers.Field[Any, Any, Any, Any]):
    """Longitude and latitude in degrees."""

    default_error_messages = {"position": gettext_lazy("应为 [经度, 纬度]（度）。")}

    def to_internal_value(self, data: Any) -> tuple[float, float]:
        position = _position(data)
        if position is None:
            self.fail("position")
        return position

    def to_representation(self, value: Any) -> Any:
        return list(value)


def in_metres(line: Positions, frame: str) -> Positions:
    """Return a drawn line in a plan's frame.

    Raises
    ------
    WrongFrame : it lies where the frame does not measure.
    """
    return tuple((float(x), float(y)) for x, y in _moved(line, crs.STORED, frame))


def in_degrees(line: Any, frame: str) -> dict[str, Any]:
    """Return a line of the kernel as GeoJSON."""
    coordinates = [[round(float(x), DIGITS), round(float(y), DIGITS)] for x, y in _moved(line, frame, crs.STORED)]
    return {"type": "LineString", "coordinates": coordinates}


def place_in_degrees(place: tuple[float, float], frame: str) -> tuple[float, float]:
    """Return a point of the kernel as longitude and latitude."""
    ((lon, lat),) = _moved([place], frame, crs.STORED)
    return round(float(lon), DIGITS), round(float(lat), DIGITS)


def _moved(positions: Any, from_frame: str, to_frame: str) -> Any:
    (moved,) = crs.project(shapely.multipoints([positions]), from_frame, to_frame)
    return shapely.get_coordinates(moved)
