"""The drawing for browsers without scripts: north up, true to shape, every kind of geometry, no styles."""

import re
from typing import Any

from gis.web.import_picture import HEIGHT, WIDTH, picture_of


def feature(kind: str, coordinates: Any, status: str = "added") -> dict[str, Any]:
    return {"geometry": {"type": kind, "coordinates": coordinates}, "properties": {"status": status}}


def drawn(*features: dict[str, Any], bbox: list[float] | None = None) -> str:
    return picture_of({"bbox": bbox or [120.0, 36.0, 120.1, 36.05], "features": list(features)})


SQUARE = [[[120.0, 36.0], [120.1, 36.0], [120.1, 36.05], [120.0, 36.05], [120.0, 36.0]]]


def test_everything_lies_on_the_paper_north_up() -> None:
    text = drawn(feature("Polygon", SQUARE))
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", text)]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    south_west, _south_east, north_east = points[:3]
    assert south_west[0] < north_east[0]
    assert south_west[1] > north_east[1]
    assert abs((north_east[0] - south_west[0]) / (south_west[1] - north_east[1]) - 2 * 0.809) < 0.01


def test_lines_points_and_collections_are_drawn() -> None:
    line = feature("LineString", SQUARE[0][:2], "before")
    points = feature("MultiPoint", [[120.05, 36.02], [120.06, 36.02]])
    several = feature("MultiPolygon", [SQUARE, SQUARE], "retired")
    mixed = {"geometry": {"type": "GeometryCollection", "geometries": [line["geometry"]]}, "properties": {}}
    text = drawn(line, points, several, mixed)
    assert text.count("<circle") == 2
    assert text.count("Z") == 2
    assert 'stroke-dasharray="5 3"' in text
    assert "style" not in text


def test_a_single_point_does_not_divide_by_nothing() -> None:
    text = drawn(feature("Point", [120.0, 36.0], "refused"), bbox=[120.0, 36.0, 120.0, 36.0])
    assert f'cx="{WIDTH / 2:.1f}" cy="{HEIGHT / 2:.1f}"' in text


def test_nothing_to_draw_is_an_empty_paper() -> None:
    assert picture_of({"bbox": None, "features": []}).count("<path") == 0
