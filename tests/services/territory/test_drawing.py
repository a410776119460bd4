"""Drawings are as fine as a page can carry: small ones whole, large ones simplified, stray shapes left out."""

import numpy as np
import shapely

from gis.services.territory.drafts import drawing as module
from gis.services.territory.drafts.drawing import drawing


def shapes_of(*shapes):
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def said(count):
    return [{"row": number} for number in range(count)]


def circle(east: float, vertices: int = 64):
    return shapely.buffer(shapely.Point(120.4 + east, 36.0), 0.004, quad_segs=vertices // 4)


def test_a_small_drawing_is_whole():
    whole = circle(0)
    drawn = drawing(shapes_of(whole), said(1))
    assert (drawn["total"], drawn["drawn"]) == (1, 1)
    assert len(drawn["features"][0]["geometry"]["coordinates"][0]) == shapely.get_num_coordinates(whole)
    assert np.allclose(drawn["bbox"], shapely.bounds(whole), atol=1e-7)


def test_a_large_one_is_simplified_within_what_a_page_carries(monkeypatch):
    monkeypatch.setattr(module, "VERTICES_AT_MOST", 400)
    shapes = shapes_of(*(circle(number / 100) for number in range(20)))
    drawn = drawing(shapes, said(20))
    vertices = sum(len(each["geometry"]["coordinates"][0]) for each in drawn["features"])
    assert drawn["drawn"] == 20
    assert vertices <= 400


def test_what_still_does_not_fit_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(module, "VERTICES_AT_MOST", 40)
    drawn = drawing(shapes_of(*(circle(number / 100) for number in range(50))), said(50))
    assert 0 < drawn["drawn"] < drawn["total"] == 50
    assert [each["properties"]["row"] for each in drawn["features"]] == list(range(drawn["drawn"]))


def test_stray_and_missing_shapes_do_not_shrink_the_map():
    shapes = shapes_of(circle(0), None, shapely.Point(), shapely.Point(0, 0), shapely.Point(9e9, 9e9), circle(0.01))
    drawn = drawing(shapes, said(6))
    assert [each["properties"]["row"] for each in drawn["features"]] == [0, 5]
    assert drawn["bbox"][0] > 120


def test_nothing_is_no_drawing():
    assert drawing(shapes_of(), []) == {
        "type": "FeatureCollection",
        "bbox": None,
        "features": [],
        "total": 0,
        "drawn": 0,
    }
    assert drawing(shapes_of(shapely.Point(1e9, 1e9)), said(1))["bbox"] is None
