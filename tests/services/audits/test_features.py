"""An audit as a map sheet: the properties that a sheet reads, and only what a large city's sheet draws."""

import numpy as np
import pytest
import shapely

from gis.geometry.audit import Audit, audit_district
from gis.geometry.layers import District, Homes, Layer
from gis.maps.content import Places
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


def said(places: Places) -> list[dict[str, object]]:
    assert len(places.shapes) == len(places)
    return places.properties


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


def test_shapes_are_longitude_and_latitude(audit: Audit) -> None:
    shape = audit_features(audit, crs=CRS)["grids"].shapes[0]
    assert shape.bounds == pytest.approx((120.4, 36.1, 120.4, 36.1), abs=0.02)


def test_a_large_city_carries_shapes_only_of_what_is_drawn(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "DRAWN_COMPOUNDS_MAX", 1)
    sheet = audit_features(audit, crs=CRS)
    drawn_codes = {
        name: [
            place["code"]
            for place, shape in zip(sheet[name].properties, sheet[name].shapes, strict=True)
            if shape is not None
        ]
        for name in ("compounds", "grids")
    }
    assert drawn_codes == {"compounds": ["x"], "grids": ["A", "B"]}
    assert len(sheet["compounds"]) == 2
