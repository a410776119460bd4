"""Forty-four odd GeoJSON files: each is read, or refused with its reason. GDAL alone reads 26 of them without a word.

Files of geojsonhint (ISC) in the folder of open data; see the README there.
"""

from pathlib import Path

import pytest
import shapely

from gis.ingest.geojson import WrongStructure
from gis.ingest.readers import read_layer

READ = {
    # right-hand rule not kept: the ring says the same land either way round
    "bad-polygon-interiorring-rhr": "geojson.winding",
    "polygon_winding_order": "geojson.winding",
    # "SHOULD" of RFC 7946, not "MUST"
    "excessive_precision_truncated": "",
    "geometrycollection_nested": "",
    "geometrycollection_single": "",
}

REFUSED = {
    "bad-duplicate-properties": ("geojson.json", "“type”出现了两次"),
    "bad-featurelist": ("geojson.structure", "coordinates[0]"),
    "bad-json": ("geojson.json", "第 3 行第 5 列"),
    "bad-object-type": ("geojson.structure", "“type”是 {}"),
    "bad-polygonloop": ("geojson.position", "geometry.coordinates[0]"),
    "bad-properties-as-array": ("geojson.structure", "“properties”应是对象"),
    "badcoord": ("geojson.position", "“coordinates”应是数字坐标"),
    "badcoordtype": ("geojson.position", "features[0].geometry.coordinates[0][0][0]"),
    "badfeature": ("geojson.structure", "features[0]"),
    "badfeatureid": ("geojson.structure", "features[0].id"),
    "bbox-4or6elements": ("geojson.structure", "“bbox”应是 4 个或 6 个数字"),
    "bbox-contains-string": ("geojson.structure", "“bbox”应是 4 个或 6 个数字"),
    "bbox-string": ("geojson.structure", "“bbox”应是 4 个或 6 个数字"),
    "different-first-last": ("geojson.open_ring", "coordinates[0]"),
    "different-first-size": ("geojson.open_ring", "coordinates[1][0]"),
    "expected_object": ("geojson.structure", "“properties”应是对象"),
    "false": ("geojson.structure", "geometries[0]"),
    "feature_changed_semantics": ("geojson.structure", "“features”不应出现在 Feature 中"),
    "featurecollection": ("geojson.structure", "“features”应是要素列表"),
    "featurecollection-obj": ("geojson.structure", "“features”应是要素列表"),
    "featurecollection-type-case": ("geojson.structure", "区分大小写"),
    "featurecollection_changed_semantics": ("geojson.structure", "“coordinates”不应出现在 FeatureCollection 中"),
    "geometry_changed_semantics": ("geojson.structure", "“geometry”不应出现在 Point 中"),
    "multiple_problems": ("geojson.structure", "features[0].id"),
    "multipoint-multidimension": ("geojson.position", "coordinates[0]"),
    "multipoint-nondimension": ("geojson.position", "coordinates[0]"),
    "nofeaturetype": ("geojson.structure", "features[0].type"),
    "notype": ("geojson.structure", "“type”缺失"),
    "point": ("geojson.structure", "“coordinates”缺失"),
    "point-labeled-as-a-multipolygon": ("geojson.structure", "geometry.coordinates[0]"),
    "point-string": ("geojson.position", "应是数字坐标"),
    "point-toofew": ("geojson.position", "有 1 个数"),
    "point-toomany": ("geojson.position", "有 4 个数"),
    "rootstring": ("geojson.structure", "最外层对象"),
    "short-line": ("geojson.too_few", "只有 1 个坐标，至少要 2 个"),
    "short-linearring": ("geojson.too_few", "只有 3 个坐标，至少要 4 个"),
    "short-multilinestring": ("geojson.too_few", "coordinates[1]"),
    "stringcoord": ("geojson.position", "features[0].geometry.coordinates"),
    "unknowntype": ("geojson.structure", "FooBar"),
}


def test_the_tables_name_every_file(shared_data: Path):
    there = {path.stem for path in (shared_data / "geojson_bad").glob("*.geojson")}
    assert there == READ.keys() | REFUSED.keys()
    assert len(there) == 44


@pytest.mark.parametrize("name", READ)
def test_odd_but_right_is_read(shared_data: Path, name: str):
    raw = read_layer(shared_data / "geojson_bad" / f"{name}.geojson")
    assert len(raw) == 1
    assert not shapely.is_empty(raw.shapes[0])
    assert [notice.rule for notice in raw.notices] == ([READ[name]] if READ[name] else [])


@pytest.mark.parametrize("name", REFUSED)
def test_broken_is_refused_with_the_offending_member(shared_data: Path, name: str):
    rule, says = REFUSED[name]
    with pytest.raises(WrongStructure) as refusal:
        read_layer(shared_data / "geojson_bad" / f"{name}.geojson")
    assert refusal.value.rule == rule
    assert says in refusal.value.message
    assert f"{name}.geojson" in refusal.value.message
