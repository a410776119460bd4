"""KML and KMZ: folders, heights, crossing and open rings, field names in Chinese, balloons."""

import pytest
import shapely

from gis.ingest.choosing import ChooseLayer
from gis.ingest.readers import read_layer
from tests.ingest.samples import (
    CODES,
    rules,
    zip_of,
)

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>"""


PLACEMARK = """<Placemark><name>{name}</name>
<ExtendedData><Data name="网格编码"><value>{code}</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"""


RING = "120.4,36.1,12 120.41,36.1,12 120.41,36.11,12 120.4,36.11,12 120.4,36.1,12"


BOW_TIE = "120.4,36.1 120.41,36.11 120.41,36.1 120.4,36.11 120.4,36.1"


OPEN_RING = "120.4,36.1 120.41,36.1 120.41,36.11 120.4,36.11"


def kml(*folders: tuple[str, list[str]]) -> str:
    return KML.format(
        folders="".join(f"<Folder><name>{name}</name>{''.join(marks)}</Folder>" for name, marks in folders)
    )


def placemark(name: str = "一号网格", code: str = CODES[0], ring: str = RING) -> str:
    return PLACEMARK.format(name=name, code=code, ring=ring)


def test_kml_drops_heights_and_keeps_crossing_rings_for_the_repair(tmp_path):
    path = tmp_path / "grids.kml"
    path.write_text(kml(("网格", [placemark(), placemark(code=CODES[1], ring=BOW_TIE)])), encoding="utf-8")
    raw = read_layer(path)
    assert raw.columns["网格编码"] == CODES[:2]
    assert raw.crs == "EPSG:4326"
    assert not shapely.has_z(raw.shapes).any()
    assert shapely.is_valid(raw.shapes).tolist() == [True, False]
    assert "shape.z_dropped" in rules(raw)


def test_kml_open_ring_is_closed_and_told(tmp_path):
    path = tmp_path / "grids.kml"
    path.write_text(kml(("网格", [placemark(ring=OPEN_RING)])), encoding="utf-8")
    raw = read_layer(path)
    assert shapely.area(raw.shapes[0]) == pytest.approx(1e-4)
    if "shape.ring_closed" in rules(raw):  # GDAL may close it itself
        assert raw.notices[0].row == 1


def test_kml_of_several_folders_asks_which_or_joins_them(tmp_path):
    path = tmp_path / "grids.kml"
    path.write_text(kml(("甲社区", [placemark()]), ("乙社区", [placemark(code=CODES[2])])), encoding="utf-8")
    with pytest.raises(ChooseLayer) as refusal:
        read_layer(path)
    assert refusal.value.layers == ["甲社区", "乙社区"]
    assert read_layer(path, layer="乙社区").columns["网格编码"] == [CODES[2]]
    joined = read_layer(path, layer="*")
    assert joined.columns["文件夹"] == ["甲社区", "乙社区"]
    assert joined.rows.tolist() == [1, 2]


def test_kmz_reads_its_own_document_only(tmp_path):
    text = kml(("网格", [placemark()]))
    path = zip_of(tmp_path / "grids.kmz", {"doc.kml": text, "files/other.kml": text, "files/icon.png": b"\x89PNG"})
    assert read_layer(path).columns["网格编码"] == [CODES[0]]


def test_balloons_of_an_arcgis_kml_become_columns(tmp_path):
    rows = "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in (("网格编码", CODES[0]), ("社区", "东&amp;西")))
    mark = placemark().replace(
        "<ExtendedData>", f"<description><![CDATA[<table>{rows}</table>]]></description><ExtendedData>"
    )
    path = tmp_path / "arcgis.kml"
    path.write_text(kml(("网格", [mark.replace('name="网格编码"', 'name="备注"')])), encoding="utf-8")
    raw = read_layer(path)
    assert raw.columns["网格编码"] == [CODES[0]]
    assert raw.columns["社区"] == ["东&西"]
