"""No archive reaches outside itself, blows up, or is believed about its own size."""

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from gis.ingest.archives import UnsafeArchive
from gis.ingest.limits import MIB, Limits, TooMuch
from gis.ingest.readers import read_layer
from gis.ingest.records import IngestError
from tests.ingest.samples import CODES, gbk_shapefile, geojson, squares, zip_of, zipped_folder


@pytest.fixture
def grids(tmp_path: Path) -> Path:
    return geojson(tmp_path / "grids.geojson", [(s, {"网格编码": c}) for s, c in zip(squares(), CODES, strict=True)])


ESCAPES = ["../grids.geojson", "a/../../grids.geojson", "/tmp/grids.geojson", "C:\\grids.geojson", "..\\grids.geojson"]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_path_out_of_the_archive_is_refused(tmp_path, grids, name):
    archive = zip_of(tmp_path / "evil.zip", {name: grids})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UnsafeArchive, match="指向压缩包以外") as refusal:
        read_layer(archive)
    assert refusal.value.rule == "archive.path"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_symbolic_link_is_refused(tmp_path, grids):
    archive = tmp_path / "link.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        link = zipfile.ZipInfo("grids.geojson")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, str(grids))
    with pytest.raises(UnsafeArchive, match="符号链接"):
        read_layer(archive)


def test_a_link_out_of_a_folder_is_refused(tmp_path, grids):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "grids.geojson").symlink_to(grids)
    with pytest.raises(UnsafeArchive, match="指向外部的符号链接"):
        read_layer(folder)


def test_a_zip_bomb_is_stopped_while_unpacking(tmp_path):
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("grids.geojson", "w") as member:
        for _ in range(100):
            member.write(bytes(MIB))
    with pytest.raises(TooMuch, match="压缩炸弹") as refusal:
        read_layer(archive)
    assert refusal.value.rule == "limit.unpack_ratio"


def test_a_header_that_lies_about_the_size_is_not_believed(tmp_path):
    archive = tmp_path / "liar.zip"
    zip_of(archive, {"grids.geojson": b"{" + b" " * (3 * MIB)})
    data = bytearray(archive.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 100)  # uncompressed size in the central directory
    archive.write_bytes(data)
    with pytest.raises(IngestError) as refusal:
        read_layer(archive, limits=Limits(unpacked_bytes=MIB, unpack_floor_bytes=0))
    assert refusal.value.rule in ("limit.unpacked_bytes", "limit.unpack_ratio", "archive.damaged")


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path):
    sheet = b"<worksheet>" + b" " * (80 * MIB) + b"</worksheet>"
    archive = zip_of(tmp_path / "bomb.xlsx", {"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": sheet})
    with pytest.raises(TooMuch, match="压缩炸弹"):
        read_layer(archive)


def test_too_many_entries_and_too_deep_nesting_are_refused(tmp_path, grids):
    many = zip_of(tmp_path / "many.zip", {f"{n}.txt": "x" for n in range(20)})
    with pytest.raises(TooMuch, match="超过上限 10 个"):
        read_layer(many, limits=Limits(archive_entries=10))
    nested = zip_of(tmp_path / "one.zip", {"grids.geojson": grids})
    for name in ("two.zip", "three.zip"):
        nested = zip_of(tmp_path / name, {f"in-{name}": nested})
    with pytest.raises(TooMuch, match="嵌套超过上限 2 层"):
        read_layer(nested)
    assert read_layer(nested, limits=Limits(archive_depth=3)).columns["网格编码"] == CODES


def test_a_locked_archive_is_refused(tmp_path, grids):
    archive = zip_of(tmp_path / "locked.zip", {"grids.geojson": grids})
    data = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        data[at + offset] |= 0x1
    archive.write_bytes(data)
    with pytest.raises(UnsafeArchive, match="有密码"):
        read_layer(archive)


def test_a_cut_off_archive_is_refused(tmp_path):
    whole = zipped_folder(tmp_path / "whole.zip", gbk_shapefile(tmp_path / "a").parent)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(UnsafeArchive, match="没有传完"):
        read_layer(cut)


def test_names_in_gbk_are_read_as_chinese(tmp_path, grids):
    archive = tmp_path / "gbk.zip"
    names = {b"AAAA.geojson": "网格.geojson".encode("gbk"), b"BBBB.geojson": "旧的.geojson".encode("gbk")}
    zip_of(archive, {placeholder.decode(): grids for placeholder in names})
    data = archive.read_bytes()
    for placeholder, name in names.items():  # as Chinese Windows writes them: raw bytes, and no word of the encoding
        data = data.replace(placeholder, name)
    archive.write_bytes(data)
    assert read_layer(archive, layer="网格.geojson").columns["网格编码"] == CODES


def test_an_archive_without_layers_says_so(tmp_path):
    with pytest.raises(IngestError, match="没有可以导入的图层"):
        read_layer(zip_of(tmp_path / "none.zip", {"说明.docx": b"x"}))
