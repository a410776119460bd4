"""Shapes of a plan as GeoJSON: areas in degrees, and how the description tells of them."""

from collections.abc import Iterable

import numpy as np
import shapely
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from shapely.geometry.base import BaseGeometry

from gis.api.fields import geometry_schema
from gis.api.plans_lines import DIGITS

AREA = geometry_schema("Polygon", "MultiPolygon")
ROAD = geometry_schema("LineString", "MultiLineString")


@extend_schema_field({"oneOf": [*AREA["oneOf"], {"type": "null"}]})
class AreaOut(serializers.JSONField):
    """An area in degrees, outlines counter-clockwise; null where there is no land."""


@extend_schema_field(ROAD)
class LinesOut(serializers.JSONField):
    """A line or several, in degrees."""


def shapes_told(shapes: Iterable[BaseGeometry]) -> list[str]:
    """Return areas as texts of GeoJSON: seven decimals, outlines counter-clockwise; "null" for no land."""
    every = np.array([*shapes, None], dtype=object)[:-1]
    rounded = shapely.transform(every, lambda positions: np.round(positions, DIGITS))
    texts = shapely.to_geojson(shapely.orient_polygons(rounded))
    return ["null" if shapely.is_empty(shape) else str(text) for shape, text in zip(every, texts, strict=True)]
