"""Every format is written as it really comes and read back."""

import shutil
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pandas
import pytest
import shapely

from gis.geometry.errors import GridworkError
from gis.ingest.choosing import ChooseLayer
from gis.ingest.limits import Limits, TooMuch
from gis.ingest.readers import read_layer
from gis.ingest.records import IngestError
from gis.ingest.sniffing import UnknownFormat
from tests.ingest.samples import (
    CODES,
    NAMES,
    gbk_shapefile,
    geojson,
    renamed_parts,
    squares,
    write_layer,
    zip_of,
    zipped_folder,
)


def rules(raw) -> set[str]:
    return {notice.rule for notice in raw.notices}


def assert_sample(raw, *, exact: bool = True) -> None:
    assert [str(code) for code in raw.columns["网格编码"]] == CODES
    assert raw.columns["网格名称"] == NAMES
    assert raw.rows.tolist() == [1, 2, 3]
    if exact:
        assert shapely.equals(raw.shapes, squares()).all()
    assert raw.crs == "EPSG:4490"


def test_geopackage(tmp_path):
    assert_sample(read_layer(write_layer(tmp_path / "grids.gpkg")))


def test_flatgeobuf(tmp_path):
    assert_sample(read_layer(write_layer(tmp_path / "grids.fgb", SPATIAL_INDEX="NO")))


def test_file_geodatabase_as_folder_and_zipped(tmp_path):
    write_layer(tmp_path / "data.gdb", driver="OpenFileGDB", layer="grids")
    raw = read_layer(tmp_path / "data.gdb")
    assert raw.driver == "FileGDB"
    assert_sample(raw, exact=False)
    assert shapely.equals_exact(
        shapely.normalize(shapely.get_geometry(raw.shapes, 0)), shapely.normalize(squares()), 1e-8
    ).all()
    zipped = zipped_folder(tmp_path / "data.zip", tmp_path / "data.gdb", under="外发/data.gdb/")
    assert read_layer(zipped).columns["网格编码"] == CODES


def test_geoparquet_in_both_encodings(tmp_path):
    frame = geopandas.GeoDataFrame({"网格编码": CODES, "网格名称": NAMES}, geometry=squares(), crs=4490)
    frame.to_parquet(tmp_path / "wkb.parquet")
    frame.to_parquet(tmp_path / "native.parquet", geometry_encoding="geoarrow")
    assert_sample(read_layer(tmp_path / "wkb.parquet"))
    assert_sample(read_layer(tmp_path / "native.parquet"))


def test_parquet_without_shapes_is_a_table_with_coordinates(tmp_path):
    frame = pandas.DataFrame({"编码": ["a", "b"], "经度": [120.4, 120.5], "纬度": [36.1, 36.2]})
    frame.to_parquet(tmp_path / "points.parquet")
    raw = read_layer(tmp_path / "points.parquet")
    assert shapely.get_x(raw.shapes).tolist() == [120.4, 120.5]
    assert raw.crs is None


def test_geojson_with_byte_order_mark(tmp_path):
    path = geojson(tmp_path / "grids.geojson", [(s, {"网格编码": c}) for s, c in zip(squares(), CODES, strict=True)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    raw = read_layer(path)
    assert raw.columns["网格编码"] == CODES
    assert (raw.crs, raw.encoding) == ("EPSG:4326", "UTF-8")


def test_geojson_one_feature_a_line(tmp_path):
    line = '{"type": "Feature", "properties": {"code": "%s"}, "geometry": {"type": "Point", "coordinates": [120, 36]}}'
    path = tmp_path / "points.geojsonl"
    path.write_text("\n".join(line % code for code in CODES) + "\n", encoding="utf-8")
    assert read_layer(path).columns["code"] == CODES


def test_geojson_says_its_own_frame_and_never_two(tmp_path):
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}
    path = geojson(tmp_path / "metres.geojson", [(shapely.box(531000, 3997000, 531100, 3997100), {})], crs=named)
    assert read_layer(path).crs == "EPSG:4549"
    linked = {"type": "link", "properties": {"href": "http://127.0.0.1/crs"}}
    path = geojson(tmp_path / "linked.geojson", [(squares()[0], {})], crs=linked)
    with pytest.raises(IngestError, match="不能指向别处"):
        read_layer(path)


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


def test_shapefile_in_gbk_without_cpg(tmp_path):
    raw = read_layer(gbk_shapefile(tmp_path))
    assert_sample(raw)
    assert raw.encoding == "GB18030"
    assert "不符合 UTF-8" in raw.encoding_reason


def test_shapefile_in_utf8_with_cut_field_names(tmp_path):
    columns = {"网格编码": CODES, "所属社区编码": [code[:12] for code in CODES]}
    path = write_layer(tmp_path / "grids.shp", columns, encoding="UTF-8")
    raw = read_layer(path)
    assert list(raw.columns) == ["网格编", "所属社"]
    assert raw.encoding == "UTF-8"
    assert raw.columns["网格编"] == CODES


def test_a_wrong_cpg_does_not_win_over_the_values(tmp_path):
    path = gbk_shapefile(tmp_path)
    path.with_suffix(".cpg").write_text("UTF-8")
    raw = read_layer(path)
    assert raw.columns["网格名称"] == NAMES
    assert ".cpg 声明为 UTF-8，与内容不符" in raw.encoding_reason


def test_the_encoding_that_a_person_gives_wins(tmp_path):
    raw = read_layer(gbk_shapefile(tmp_path), encoding="GBK")
    assert raw.columns["网格名称"] == NAMES
    assert "按指定的编码 GBK" in raw.encoding_reason


def test_shapefile_without_shx_is_rebuilt_in_private(tmp_path):
    path = gbk_shapefile(tmp_path)
    path.with_suffix(".shx").unlink()
    raw = read_layer(path)
    assert_sample(raw)
    assert "file.no_shx" in rules(raw)
    assert not path.with_suffix(".shx").exists()


def test_shapefile_without_dbf_or_prj_is_read_and_told(tmp_path):
    path = gbk_shapefile(tmp_path)
    path.with_suffix(".dbf").unlink()
    path.with_suffix(".prj").unlink()
    raw = read_layer(path)
    assert shapely.equals(raw.shapes, squares()).all()
    assert raw.columns == {}
    assert raw.crs is None
    assert {"file.no_dbf", "file.no_prj"} <= rules(raw)


def test_zipped_shapefile_nested_in_mixed_case_with_mac_rubbish(tmp_path):
    path = gbk_shapefile(tmp_path / "a")
    renamed_parts(path, tmp_path / "b", shp="Grids.SHP", dbf="GRIDS.dbf", shx="grids.Shx", prj="grids.PRJ")
    members = {f"数据/2024/{p.name}": p for p in (tmp_path / "b").iterdir()}
    archive = zip_of(
        tmp_path / "grids.zip",
        {**members, "__MACOSX/数据/2024/._Grids.SHP": b"rubbish", ".DS_Store": b"x", "说明.txt": "读我"},
    )
    assert_sample(read_layer(archive))


def test_several_shapefiles_in_a_zip_ask_which(tmp_path):
    gbk_shapefile(tmp_path / "a", "网格")
    gbk_shapefile(tmp_path / "a", "旧网格")
    archive = zipped_folder(tmp_path / "both.zip", tmp_path / "a", under="图层/")
    with pytest.raises(ChooseLayer, match="请指明要导入哪一个") as refusal:
        read_layer(archive)
    assert sorted(refusal.value.layers) == ["图层/旧网格.shp", "图层/网格.shp"]
    assert_sample(read_layer(archive, layer="图层/网格.shp"))
    assert_sample(read_layer(archive, layer="旧网格"))


def test_a_geopackage_of_several_layers_asks_which(tmp_path):
    path = write_layer(tmp_path / "all.gpkg", layer="grids")
    write_layer(path, layer="old", append=True)
    with pytest.raises(ChooseLayer) as refusal:
        read_layer(path)
    assert refusal.value.layers == ["grids", "old"]
    raw = read_layer(path, layer="GRIDS")
    assert_sample(raw)
    assert raw.other_layers == ["old"]
    with pytest.raises(ChooseLayer, match="没有图层“新”"):
        read_layer(path, layer="新")


def test_mapinfo_interchange(tmp_path):
    path = write_layer(tmp_path / "grids.mif", {"CODE": CODES}, driver="MapInfo File", crs="EPSG:4326")
    raw = read_layer(path)
    assert raw.columns["CODE"] == CODES
    assert raw.driver == "MapInfo"


def test_mapinfo_table_in_gbk(tmp_path):
    path = write_layer(
        tmp_path / "grids.tab", {"CODE": CODES, "NAME": NAMES}, driver="MapInfo File", crs="EPSG:4326", encoding="CP936"
    )
    assert read_layer(path).columns["NAME"] == NAMES


def test_mapinfo_that_points_elsewhere_is_refused(tmp_path):
    path = tmp_path / "scan.tab"
    path.write_text('!table\n!version 300\nDefinition Table\n  File "/etc/hosts"\n  Type "RASTER"\n')
    with pytest.raises(IngestError, match="指向别的文件"):
        read_layer(path)


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


def test_csv_in_gbk_with_longitude_and_latitude(tmp_path):
    path = tmp_path / "offices.csv"
    path.write_bytes(
        "办公点编码,名称,经度,纬度\r\nA1,东社区,120.40,36.10\r\nA2,西社区,１２０.４１,36.11\r\n".encode("gbk")
    )
    raw = read_layer(path)
    assert raw.columns["名称"] == ["东社区", "西社区"]
    assert shapely.get_coordinates(raw.shapes).tolist() == [[120.40, 36.10], [120.41, 36.11]]
    assert (raw.encoding, raw.crs) == ("GB18030", None)


@pytest.mark.parametrize(("mark", "codec"), [(";", "utf-8-sig"), ("\t", "utf-8"), (",", "utf-16")])
def test_csv_delimiters_and_marks(tmp_path, mark, codec):
    rows = [["编码", "lng", "lat"], ["A1", "120.4", "36.1"], ["A2", "120.5", "36.2"]]
    path = tmp_path / "points.csv"
    path.write_bytes("\n".join(mark.join(row) for row in rows).encode(codec))
    raw = read_layer(path)
    assert raw.columns["编码"] == ["A1", "A2"]
    assert shapely.get_x(raw.shapes).tolist() == [120.4, 120.5]


def test_csv_with_shapes_as_wkt_and_a_row_that_is_none(tmp_path):
    path = tmp_path / "grids.csv"
    path.write_text(f'网格编码,WKT\n{CODES[0]},"{squares()[0].wkt}"\n{CODES[1]},圆形\n', encoding="utf-8")
    raw = read_layer(path)
    assert shapely.equals(raw.shapes[0], squares()[0])
    assert raw.shapes[1] is None
    assert [(n.rule, n.row, n.field) for n in raw.notices] == [("shape.unreadable", 2, "WKT")]


def test_csv_with_a_coordinate_that_is_no_number(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("编码,经度,纬度\nA1,120°24′,36.1\nA2,120.4,36.1\n", encoding="utf-8")
    raw = read_layer(path)
    assert raw.shapes[0] is None
    assert [(n.rule, n.row, n.field, n.value) for n in raw.notices] == [
        ("coordinate.not_a_number", 1, "经度", "120°24′")
    ]


def test_csv_without_coordinates_lists_its_columns(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("编码,名称\nA1,甲\n", encoding="utf-8")
    with pytest.raises(IngestError, match=r"找不到坐标列.*“编码”、“名称”"):
        read_layer(path)


def test_blank_rows_of_a_table_are_left_out_but_counted(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("\n编码,经度,纬度\n\nA1,120.4,36.1\n,,\nA2,左边,36.1\n\n", encoding="utf-8")
    raw = read_layer(path)
    assert raw.rows.tolist() == [2, 4]
    assert [(notice.rule, notice.row) for notice in raw.notices] == [("coordinate.not_a_number", 4)]
    assert "第 4 行" in raw.notices[0].message


def workbook(path: Path, **sheets: list[list]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbook_with_a_title_above_its_header(tmp_path):
    rows = [["滨海区社区办公点一览表"], [], ["编码", "名称", "经度", "纬度"], ["A1", "东社区", 120.4, 36.1], [None] * 4]
    raw = read_layer(workbook(tmp_path / "offices.xlsx", 表一=rows, 空表=[]))
    assert raw.columns["编码"] == ["A1"]
    assert len(raw) == 1


def test_workbook_of_two_sheets_asks_which(tmp_path):
    rows = [["编码", "x", "y"], ["A1", 531000.5, 3997000]]
    path = workbook(tmp_path / "points.xlsx", 今年=rows, 去年=rows)
    with pytest.raises(ChooseLayer):
        read_layer(path)
    assert shapely.get_x(read_layer(path, layer="去年").shapes).tolist() == [531000.5]


def test_a_workbook_by_any_name_is_known_by_its_content(tmp_path):
    path = workbook(tmp_path / "points.xlsx", 表=[["编码", "经度", "纬度"], ["A1", 120.4, 36.1]])
    renamed = path.rename(tmp_path / "upload.zip")
    assert len(read_layer(renamed)) == 1


def test_wrong_extension_is_read_by_content_and_told(tmp_path):
    path = write_layer(tmp_path / "grids.gpkg").rename(tmp_path / "grids.shp")
    raw = read_layer(path)
    assert raw.driver == "GeoPackage"
    assert "format.extension" in rules(raw)


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


@pytest.mark.parametrize("ending", ENDINGS)
def test_garbage_is_refused_whatever_its_name(tmp_path, ending):
    path = tmp_path / f"garbage{ending}"
    with path.open("wb") as file:
        chunk = np.random.default_rng(7).bytes(1024 * 1024)
        for _ in range(100):
            file.write(chunk)
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
