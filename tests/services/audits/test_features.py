"""An audit as map features: RFC 7946, the properties that a sheet reads, and only what a large city's sheet draws."""

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from gis.geometry.audit import Audit, audit_district
from gis.geometry.layers import District, Homes, Layer
from gis.services.audits import features
from gis.services.audits.features import audit_features
from tests.drawn import as_shapes, drawn

ORIGIN = np.array([536_000.0, 3_996_000.0])
CRS = "EPSG:4549"


def placed(text: str) -> Layer:
    layer = drawn(text)
    return Layer(layer.codes, shapely.transform(layer.shapes, lambda xy: xy + ORIGIN), 1.0)


@pytest.fixture
def audit() -> Audit:
    grids = placed("""
        AAABBB
        A.ABBB
        CCCDDD""")
    compounds = placed("""
        ..xx..
        ......
        z.....""")
    communities = placed("""
        MMMMMM
        MMMMMM
        MMMMMM""")
    homes = Homes(as_shapes([shapely.Point(ORIGIN + np.array([250, 250]))]), np.array([70], dtype=np.int64))
    return audit_district(District(grids, compounds, communities, homes))


def said(collection: features.FeatureCollection) -> list[dict[str, object]]:
    assert collection["type"] == "FeatureCollection"
    assert all(feature["type"] == "Feature" for feature in collection["features"])
    return [feature["properties"] for feature in collection["features"]]


def test_every_collection_carries_what_the_sheet_reads(audit: Audit) -> None:
    sheet = audit_features(audit, crs=CRS, compound_names={"x": "望海花园"}, grid_names={"A": "一网格"})
    assert set(sheet) == {"communities", "grids", "compounds", "pieces", "cut_lines", "gaps", "overlaps"}
    assert said(sheet["communities"]) == [{"code": "M", "name": "M"}]
    assert said(sheet["grids"])[0] == {"code": "A", "name": "一网格", "state": "nested", "households": 70}
    crossed, inside = said(sheet["compounds"])
    assert {**crossed, "width_m": 100} == {
        "code": "x",
        "name": "望海花园",
        "state": "crossed",
        "class": "clear",
        "width_m": 100,
        "households": 70,
        "grids": ["A", "B"],
    }
    assert inside["grids"] == ["C"]
    pieces = said(sheet["pieces"])
    assert [(piece["compound"], piece["grid"], piece["households"], piece["class"]) for piece in pieces] == [
        ("x", "A", 70, "clear"),
        ("x", "B", 0, "clear"),
    ]
    assert [(line["compound"], line["length_m"]) for line in said(sheet["cut_lines"])] == [("x", 100.0)]
    assert [(gap["grids"], gap["area_m2"], gap["class"]) for gap in said(sheet["gaps"])] == [
        (["A", "C"], 10_000, "clear")
    ]
    assert said(sheet["overlaps"]) == []


def test_geometries_are_longitude_latitude_wound_and_rounded_to_a_centimetre(audit: Audit) -> None:
    ring = audit_features(audit, crs=CRS)["grids"]["features"][0]["geometry"]
    assert shape(ring).bounds == pytest.approx((120.4, 36.1, 120.4, 36.1), abs=0.02)
    assert all(round(value, 7) == value for xy in ring["coordinates"][0] for value in xy)
    outline = ring["coordinates"][0] if ring["type"] == "Polygon" else ring["coordinates"][0][0]
    assert shapely.is_ccw(shapely.LinearRing(outline))


def test_a_large_city_carries_shapes_only_of_what_is_drawn(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "DRAWN_COMPOUNDS_MAX", 1)
    sheet = audit_features(audit, crs=CRS)
    drawn_codes = {
        name: [feature["properties"]["code"] for feature in sheet[name]["features"] if feature["geometry"]]
        for name in ("compounds", "grids")
    }
    assert drawn_codes == {"compounds": ["x"], "grids": ["A", "B"]}
    assert len(sheet["compounds"]["features"]) == 2
