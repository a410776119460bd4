"""A drawing of an import as SVG, for browsers without scripts. No styles: colours are attributes."""

from collections.abc import Iterator
from math import cos, radians
from typing import Any

WIDTH = 960.0
HEIGHT = 600.0
MARGIN = 12.0
DOT = 3.0

LEAST_DEG = 0.002
"""About 200 m: a single small place does not fill the picture."""

INKS = {
    "read": ("#dbe7f3", "#1b4f86", ""),
    "before": ("none", "#52606d", "5 3"),
    "after": ("#f6d3b3", "#a63d00", ""),
    "added": ("#cfe9dc", "#00694e", ""),
    "retired": ("#e3e3e3", "#3d3d3d", "2 3"),
    "refused": ("#f3c6e6", "#86005f", ""),
}
"""Fill, line and dashes of each status: the same colours as on the map (frontend/territory/inks.ts)."""


def picture_of(collection: dict[str, Any]) -> str:
    """Return a GeoJSON collection (degrees) as SVG, north up, true to shape."""
    box = collection.get("bbox")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}">'
    ground = f'<rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="#f1efe9"/>'
    if not box:
        return f"{head}{ground}</svg>"
    paper = _Paper(box)
    return head + ground + "".join(_drawn(feature, paper) for feature in collection["features"]) + "</svg>"


class _Paper:
    """Where a place in degrees lies on the picture."""

    def __init__(self, box: list[float]) -> None:
        west, south, east, north = box
        self.narrowing = cos(radians((south + north) / 2))
        wide, high = max((east - west) * self.narrowing, LEAST_DEG), max(north - south, LEAST_DEG)
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.west, self.north = west, north
        self.left = (WIDTH - (east - west) * self.narrowing * self.scale) / 2
        self.top = (HEIGHT - (north - south) * self.scale) / 2

    def at(self, point: list[float]) -> tuple[float, float]:
        x = self.left + (point[0] - self.west) * self.narrowing * self.scale
        return x, self.top + (self.north - point[1]) * self.scale


def _drawn(feature: dict[str, Any], paper: _Paper) -> str:
    fill, line, dashes = INKS.get(feature["properties"].get("status", "read"), INKS["read"])
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    geometry = feature["geometry"]
    if "Point" in geometry["type"]:
        points = geometry["coordinates"] if geometry["type"] == "MultiPoint" else [geometry["coordinates"]]
        places = [paper.at(point) for point in points]
        return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}" fill="{line}"/>' for x, y in places)
    area = "Polygon" in geometry["type"]
    ends = "Z" if area else ""
    path = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(paper.at, ring)) + ends for ring in _lines(geometry)
    )
    inner = fill if area else "none"
    return f'<path d="{path}" fill="{inner}" fill-rule="evenodd" stroke="{line}" stroke-width="1"{dashed}/>'


def _lines(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    """Yield every ring or line of a geometry."""
    kind, coordinates = geometry["type"], geometry.get("coordinates", [])
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _lines(part)
    elif kind == "LineString":
        yield coordinates
    elif kind in {"MultiLineString", "Polygon"}:
        yield from coordinates
    elif kind == "MultiPolygon":
        for polygon in coordinates:
            yield from polygon
