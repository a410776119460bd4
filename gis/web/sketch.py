"""A small drawing of where a finding lies, as SVG paths: enough to recognise the place, no map needed."""

import json
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH = 360.0
HEIGHT = 240.0
MARGIN = 14.0
SMALLEST_DEGREES = 1e-6
"""About 0.1 m: a place without extent is drawn as if it were that large."""

Ring = list[list[float]]


@dataclass(frozen=True, slots=True)
class Sketch:
    """SVG path data in a box of WIDTH × HEIGHT, north up, true to shape; `bar_m` is the length of the scale bar."""

    place: str
    cut: str
    bar: float
    bar_m: int


def sketch_of(place: str, cut: str | None) -> Sketch | None:
    """Return the drawing of a GeoJSON geometry and its cut line (longitude, latitude); None for a point."""
    polygons = _rings(json.loads(place))
    if not polygons:
        return None
    points = [point for ring in polygons for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrowing = cos(radians((south + north) / 2))
    wide = max((east - west) * narrowing, SMALLEST_DEGREES)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / max(north - south, SMALLEST_DEGREES))
    left = (WIDTH - (east - west) * narrowing * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2

    def path(rings: list[Ring], end: str) -> str:
        parts = []
        for ring in rings:
            at = [f"{left + (x - west) * narrowing * scale:.1f} {top + (north - y) * scale:.1f}" for x, y in ring]
            parts.append("M" + "L".join(at) + end)
        return "".join(parts)

    metres_a_pixel = 111_320.0 / scale
    bar_m = next((m for m in (1000, 500, 200, 100, 50, 20, 10, 5, 2) if m / metres_a_pixel <= WIDTH / 3), 1)
    lines = _rings(json.loads(cut)) if cut else []
    closed = "Z" if _is_area(json.loads(place)) else ""
    return Sketch(place=path(polygons, closed), cut=path(lines, ""), bar=bar_m / metres_a_pixel, bar_m=bar_m)


def _is_area(geometry: dict[str, Any]) -> bool:
    return "Polygon" in geometry["type"]


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    """Return every ring or line of a geometry; nothing for points."""
    kind, coordinates = geometry["type"], geometry.get("coordinates", [])
    if kind == "GeometryCollection":
        return [ring for part in geometry["geometries"] for ring in _rings(part)]
    if kind == "LineString":
        return [_flat(coordinates)]
    if kind in {"MultiLineString", "Polygon"}:
        return [_flat(ring) for ring in coordinates]
    if kind == "MultiPolygon":
        return [_flat(ring) for polygon in coordinates for ring in polygon]
    return []


def _flat(ring: Ring) -> Ring:
    return [[float(point[0]), float(point[1])] for point in ring]
