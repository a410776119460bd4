"""What cannot be read is refused quickly, by name, with what to do instead; nothing reaches stderr."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from gis.geometry.errors import GridworkError
from gis.ingest.limits import Limits, TooMuch
from gis.ingest.readers import read_layer
from gis.ingest.records import IngestError
from gis.ingest.sniffing import UnknownFormat
from tests.ingest.samples import (
    gbk_shapefile,
    geojson,
    squares,
    write_layer,
)


@pytest.mark.parametrize(
    ("name", "content", "rule", "says"),
    [
        ("plan.dwg", b"AC1032\x00\x00\x00", "format.dwg", "另存为”DXF"),
        ("plan.dxf", b"AC1015\x00\x00\x00", "format.dwg", "另存为”DXF"),
        ("city.udb", b"\x01\x02\x03", "format.supermap", "在 SuperMap 中导出"),
        ("city.udd", b"\x01\x02\x03", "format.supermap", "在 SuperMap 中导出"),
        ("city.udbx", b"SQLite format 3\x00", "format.supermap", "在 SuperMap 中导出"),
        ("air.tif", b"II*\x00" + b"\x01" * 50, "format.raster", "矢量图层"),
        ("photo.jpg", b"\xff\xd8\xff\xe0", "format.raster", "矢量图层"),
        ("list.xls", b"\xd0\xcf\x11\xe0", "format.xls", ".xlsx"),
        ("grids.rar", b"Rar!\x1a\x07\x00", "format.archive", "ZIP"),
        ("grids.dbf", b"\x03\x5f\x07", "format.part", ".shp"),
        ("notice.pdf", b"%PDF-1.7", "format.pdf", "导出"),
        ("empty.gpkg", b"", "file.empty", "空文件"),
        ("zeros.shp", bytes(5000), "file.empty", "空文件"),
        ("map.gml", b"<?xml version='1.0'?><gml:FeatureCollection/>", "format.xml", "不是 KML"),
        ("broken.gpkg", b"SQLite format 3\x00" + b"\x00" * 200, "file.unreadable", "重新导出"),
        ("broken.fgb", b"fgb\x03fgb\x01" + b"\xff" * 300, "layer.none", "没有可以导入的图层"),
        ("broken.parquet", b"PAR1 rubbish PAR1", "file.unreadable", "重新导出"),
        ("broken.shp", b"\x00\x00\x27\x0a" + b"\x07" * 400, "file.unreadable", "重新导出"),
        ("broken.zip", b"PK\x03\x04" + b"\x01" * 300, "archive.damaged", "重新"),
        ("broken.dxf", b"0\nSECTION\n2\nENTITIES\n0\nLWPOLY", "layer.none", "没有可以导入的图层"),
    ],
)
def test_what_cannot_be_read_says_what_to_do_instead(tmp_path, name, content, rule, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(IngestError, match=says) as refusal:
        read_layer(path)
    assert refusal.value.rule == rule
    assert name in refusal.value.message


ENDINGS = [".gpkg", ".shp", ".geojson", ".kml", ".kmz", ".dxf", ".fgb", ".parquet", ".csv", ".xlsx", ".zip", ""]


@pytest.fixture(scope="module")
def garbage(tmp_path_factory):
    """Return 100 MB of noise."""
    path = tmp_path_factory.mktemp("garbage") / "noise"
    chunk = np.random.default_rng(7).bytes(1024 * 1024)
    with path.open("wb") as file:
        for _ in range(100):
            file.write(chunk)
    yield path
    path.unlink()


@pytest.mark.parametrize("ending", ENDINGS)
def test_garbage_is_refused_whatever_its_name(tmp_path, garbage, ending):
    path = tmp_path / f"garbage{ending}"
    path.hardlink_to(garbage)
    with pytest.raises(UnknownFormat, match="不是任何可以读取的格式"):
        read_layer(path)


def test_a_layer_without_features_is_refused(tmp_path):
    with pytest.raises(IngestError, match="没有任何要素") as refusal:
        read_layer(geojson(tmp_path / "none.geojson", []))
    assert refusal.value.rule == "layer.empty"


def test_paths_that_are_no_local_files_are_refused(tmp_path):
    for name in ("/vsicurl/http://127.0.0.1/a.gpkg", "/vsizip//tmp/a.zip", "http://127.0.0.1/a.geojson"):
        with pytest.raises(IngestError, match="不是本机文件"):
            read_layer(Path(name))
    with pytest.raises(IngestError, match="找不到文件"):
        read_layer(tmp_path / "nothing.gpkg")


@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        (Limits(file_bytes=1000), "limit.file_bytes"),
        (Limits(features=2), "limit.features"),
        (Limits(vertices=10), "limit.vertices"),
        (Limits(columns=1), "limit.columns"),
    ],
)
def test_bounds_are_named(tmp_path, limits, rule):
    path = write_layer(tmp_path / "grids.gpkg")
    with pytest.raises(TooMuch) as refusal:
        read_layer(path, limits=limits)
    assert refusal.value.rule == rule
    assert "；请" in refusal.value.message


def test_text_formats_have_a_bound_of_their_own(tmp_path):
    path = geojson(tmp_path / "grids.geojson", [(squares()[0], {})])
    with pytest.raises(TooMuch):
        read_layer(path, limits=Limits(text_bytes=50))


def test_nothing_is_said_on_stderr(tmp_path, capfd):
    shutil.copy(gbk_shapefile(tmp_path), tmp_path / "alone.shp")
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00" + b"\x01" * 3000)
    capfd.readouterr()
    read_layer(tmp_path / "alone.shp")
    with pytest.raises(GridworkError):
        read_layer(tmp_path / "broken.gpkg")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("deep.geojson", '{"type":' + '{"a":' * 200_000, "geojson.structure"),
        ("prose.geojson", "not json at all\n" * 200_000, "geojson.json"),
        ("prose.csv", "not,a,table\n" * 200_000, "table.no_coordinates"),
        (
            "prose.kml",
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + "words\n" * 200_000,
            "file.unreadable",
        ),
        ("prose.dxf", "  0\nSECTION\n  2\nENTITIES\n" + "words\n" * 200_000, "file.unreadable"),
    ],
)
def test_text_that_only_begins_like_a_format_is_refused(tmp_path, name, text, rule):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IngestError) as refusal:
        read_layer(path)
    assert refusal.value.rule == rule
