"""Every format is written as it really comes and read back."""

import geopandas
import pandas
import pytest
import shapely

from gis.ingest.choosing import ChooseLayer
from gis.ingest.readers import read_layer
from gis.ingest.records import IngestError
from tests.ingest.samples import (
    CODES,
    NAMES,
    gbk_shapefile,
    geojson,
    renamed_parts,
    rules,
    squares,
    write_layer,
    zip_of,
    zipped_folder,
)


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


def test_wrong_extension_is_read_by_content_and_told(tmp_path):
    path = write_layer(tmp_path / "grids.gpkg").rename(tmp_path / "grids.shp")
    raw = read_layer(path)
    assert raw.driver == "GeoPackage"
    assert "format.extension" in rules(raw)
