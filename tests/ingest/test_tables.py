"""CSV and XLSX with coordinates."""

from pathlib import Path

import openpyxl
import pytest
import shapely

from gis.ingest.choosing import ChooseLayer
from gis.ingest.readers import read_layer
from gis.ingest.records import IngestError
from tests.ingest.samples import (
    CODES,
    squares,
)


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
