"""Rows become records one by one; every refusal names row, field, value and what to do."""

import re

import numpy as np
import pytest
import shapely

from gis.geometry.crs import transformer
from gis.geometry.errors import WrongFrame
from gis.ingest.normalise import Known, to_records
from gis.ingest.records import IngestError, Severity
from gis.terms import LayerKind
from tests.ingest.samples import CODES, NAMES, X0, Y0, raw_layer, squares

GRID, COMPOUND = LayerKind.GRID, LayerKind.COMPOUND


def grids(codes, shapes=None, **columns):
    names = [f"网格{n}" for n in range(len(codes))]
    return raw_layer({"网格编码": codes, "网格名称": names, **columns}, shapes)


def said(records, row):
    return [notice for notice in records.notices if notice.row == row]


def refusal(records, row):
    """Return the only refusal of a row, complete in all that a person needs."""
    (notice,) = [n for n in said(records, row) if n.severity is Severity.REFUSED]
    assert notice.field
    assert f"第 {row} 行" in notice.message
    assert "请" in notice.message
    return notice


def test_grids_as_they_should_be():
    records = to_records(GRID, raw_layer({"网格编码": CODES, "网格名称": NAMES}))
    assert [r.code for r in records.records] == CODES
    assert [r.name for r in records.records] == NAMES
    assert [r.parent_code for r in records.records] == [code[:12] for code in CODES]
    assert [r.shape.geom_type for r in records.records] == ["MultiPolygon"] * 3
    assert records.notices == []
    assert (records.read, records.crs, records.mapping) == (3, "EPSG:4490", {"code": "网格编码", "name": "网格名称"})


@pytest.mark.parametrize(
    ("code", "read_as", "rule"),
    [
        ("３７０２１２００１００１００１", CODES[0], "code.normalised"),
        (" 370212 001001001\u3000", CODES[0], "code.normalised"),
        ("370212001001001.0", CODES[0], "code.normalised"),
        ("3.70212001001001E+14", CODES[0], "code.normalised"),
        (370212001001001.0, CODES[0], None),
        (370212001001001, CODES[0], None),
    ],
)
def test_codes_come_back_whole(code, read_as, rule):
    records = to_records(GRID, grids([code]), mapping={"code": "网格编码"})
    assert [r.code for r in records.records] == [read_as]
    assert [(n.rule, n.severity) for n in records.notices] == ([(rule, Severity.REPAIRED)] if rule else [])


@pytest.mark.parametrize(
    ("code", "rule", "says"),
    [
        ("3.70212E+14", "code.scientific", "末位数字已丢失"),
        ("37021200100100", "code.length", "应为 15 位数字.*实际是 14 位"),
        ("37021200100100A", "code.length", "含数字以外的字符"),
        ("", "code.missing", "为空"),
        (None, "code.missing", "为空"),
        (float("nan"), "code.missing", "为空"),
        ("NULL", "code.missing", "为空"),
        ("370211001001001", "code.other_district", "应以 370212 开头"),
        (CODES[1], "code.retired", "停用的编码不能再用"),
        (CODES[2], "parent.unknown", "的上级 370212001002 不在平台中"),
    ],
)
def test_wrong_codes_refuse_their_row_and_the_rest_goes_on(code, rule, says):
    known = Known(parents=frozenset({CODES[0][:12], "370211001001"}), retired=frozenset({CODES[1]}))
    layer = grids([CODES[0], code])
    records = to_records(GRID, layer, mapping={"code": "网格编码"}, district_code="370212", known=known)
    assert [r.row for r in records.records] == [1]
    assert refusal(records, 2).rule == rule
    assert re.search(says, refusal(records, 2).message)
    assert records.refused_rows == {2}


def test_codes_equal_but_for_spaces_are_duplicates_and_both_rows_are_named():
    records = to_records(GRID, grids([CODES[0], CODES[0][:6] + " " + CODES[0][6:], CODES[1]]))
    assert [r.row for r in records.records] == [3]
    assert refusal(records, 1).rule == "code.duplicate"
    assert "与第 2 行重复" in refusal(records, 1).message
    assert "与第 1 行重复" in refusal(records, 2).message


def test_a_parent_column_must_agree_with_the_code():
    layer = grids(CODES, 社区编码=[CODES[0][:12], CODES[1][:12], "370212001001"])
    records = to_records(GRID, layer)
    assert [r.row for r in records.records] == [1, 2]
    assert (refusal(records, 3).rule, refusal(records, 3).value) == ("parent.mismatch", "370212001001")


def test_a_column_of_parent_names_is_not_used_and_said_so():
    records = to_records(GRID, grids(CODES, 所属社区=["东社区", "东社区", "西社区"]))
    assert "parent" not in records.mapping
    assert len(records.records) == 3
    assert any("按名称对应上级容易出错" in n.message for n in records.notices if n.rule == "column.doubt")


def test_a_compound_belongs_to_a_community_by_record_or_to_none():
    columns = {
        "小区编码": ["X1", "X2", "X3"],
        "小区名称": ["甲", "乙", "丙"],
        "社区编码": ["370212001001", None, "东社区"],
    }
    mapping = {"code": "小区编码", "name": "小区名称", "parent": "社区编码"}
    records = to_records(COMPOUND, raw_layer(columns), mapping=mapping)
    assert [(r.code, r.parent_code) for r in records.records] == [("X1", "370212001001"), ("X2", "")]
    assert refusal(records, 3).rule == "parent.length"


def test_kinds_management_and_households_through_their_synonyms():
    columns = {
        "小区编码": ["X1", "X2", "X3", "X4", "X5"],
        "小区类型": ["普通商品房", "安置房", "太空舱", None, "老旧小区"],
        "管理方式": ["物业公司", "弃管", "业主自治", "", "专业物业"],
        "户数": ["１２０", 300.0, "两百", "12.5", -4],
    }
    mapping = {"code": "小区编码", "kind": "小区类型", "management": "管理方式", "households": "户数"}
    records = to_records(COMPOUND, raw_layer(columns), mapping=mapping)
    read = {r.row: r.attributes for r in records.records}
    assert read[1] == {"kind": "commodity", "management": "company", "households": 120}
    assert read[2] == {"kind": "resettlement", "management": "none", "households": 300}
    assert sorted(read) == [1, 2]
    assert [refusal(records, row).rule for row in (3, 4, 5)] == ["households.not_whole"] * 3
    assert "“两百”" not in refusal(records, 3).message
    assert "不是数字：两百" in refusal(records, 3).message
    (odd,) = [n for n in records.notices if n.rule == "kind.unknown"]
    assert (odd.row, odd.severity) == (3, Severity.WARNING)


def test_an_unknown_kind_of_grid_refuses_its_row():
    records = to_records(GRID, grids(CODES, 网格类型=["基础网格", "专属网格", "立体网格"]))
    assert [r.attributes["kind"] for r in records.records] == ["ordinary", "exclusive"]
    assert "请改为：基础网格、专属网格、单元网格" in refusal(records, 3).message


def test_shapes_that_are_missing_empty_or_of_another_type():
    shapes = [
        squares()[0],
        None,
        shapely.Polygon(),
        shapely.Point(X0, Y0),
        shapely.LineString([(X0, Y0), (X0, Y0 + 0.01)]),
    ]
    records = to_records(GRID, grids([f"37021200100100{n}" for n in range(5)], shapes))
    assert [r.row for r in records.records] == [1]
    assert [refusal(records, row).rule for row in (2, 3, 4, 5)] == ["shape.missing"] * 2 + ["shape.type"] * 2
    assert "是点，网格应是面" in refusal(records, 4).message


def test_points_roads_and_footprints_have_their_own_types():
    one = {"编码": ["A1"], "名称": ["甲"]}
    point, line = shapely.Point(X0, Y0), shapely.LineString([(X0, Y0), (X0 + 0.01, Y0)])
    for kind, shape, stored in (
        (LayerKind.OFFICE, shapely.MultiPoint([point]), "Point"),
        (LayerKind.STATION, point, "Point"),
        (LayerKind.BUILDING, point, "Point"),
        (LayerKind.BUILDING, squares()[0], "MultiPolygon"),
        (LayerKind.ROAD, line, "MultiLineString"),
    ):
        assert to_records(kind, raw_layer(one, [shape])).records[0].shape.geom_type == stored
    assert refusal(to_records(LayerKind.ROAD, raw_layer(one, [squares()[0]])), 1).rule == "shape.type"
    assert refusal(to_records(LayerKind.OFFICE, raw_layer(one, [squares()[0]])), 1).rule == "shape.type"


def test_a_row_far_from_all_others_is_refused():
    shapes = [*squares(4), shapely.box(0, 0, 0.001, 0.001)]
    records = to_records(GRID, grids([f"37021200100100{n}" for n in range(5)], shapes))
    assert [r.row for r in records.records] == [1, 2, 3, 4]
    assert refusal(records, 5).rule == "coordinate.out_of_range"


def test_repair_keeps_every_vertex_that_it_does_not_make():
    spiked = shapely.Polygon([(X0, Y0), (X0 + 0.004, Y0), (X0 + 0.004, Y0), (X0 + 0.004, Y0 + 0.004), (X0, Y0 + 0.004)])
    neighbour = squares(2)[1]
    records = to_records(GRID, grids(CODES[:2], [spiked, neighbour]))
    mended = records.records[0].shape
    assert set(map(tuple, shapely.get_coordinates(mended))) == set(map(tuple, shapely.get_coordinates(spiked)))
    assert shapely.equals_exact(records.records[1].shape.geoms[0], neighbour, 0)
    (notice,) = records.notices
    assert (notice.rule, notice.severity, notice.row) == ("shape.duplicate_points", Severity.REPAIRED, 1)
    assert notice.area_change_m2 == pytest.approx(0, abs=1e-6)


def test_an_island_stored_as_a_hole_becomes_a_part():
    outside = shapely.box(X0 + 0.01, Y0, X0 + 0.012, Y0 + 0.002)
    drawn = shapely.Polygon(squares()[0].exterior, [outside.exterior])
    records = to_records(GRID, grids(CODES[:1], [drawn]))
    assert len(records.records[0].shape.geoms) == 2
    assert [n.rule for n in records.notices] == ["shape.hole_outside"]


def test_a_bow_tie_is_refused():
    bow_tie = shapely.Polygon([(X0, Y0), (X0 + 0.004, Y0 + 0.004), (X0 + 0.004, Y0), (X0, Y0 + 0.004)])
    sliver = shapely.box(X0, Y0, X0 + 1e-9, Y0 + 0.004)
    records = to_records(GRID, grids(CODES, [bow_tie, sliver, squares()[2]]))
    assert [r.row for r in records.records] == [3]
    assert refusal(records, 1).rule == "shape.self_crossing"
    assert refusal(records, 2).rule == "shape.collapsed"


def in_frame(shapes, crs):
    return shapely.transform(shapes, transformer("EPSG:4490", crs).transform, interleaved=False)


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:4528", "EPSG:3857", "EPSG:32651"])
def test_metres_come_back_as_longitude_and_latitude(crs):
    layer = grids(CODES, in_frame(squares(), crs))
    layer.crs = crs
    records = to_records(GRID, layer)
    assert shapely.equals_exact([r.shape.geoms[0] for r in records.records], squares(), 1e-9).all()
    shared = set(map(tuple, shapely.get_coordinates(records.records[0].shape)))
    assert len(shared & set(map(tuple, shapely.get_coordinates(records.records[1].shape)))) == 2


@pytest.mark.parametrize(
    ("real", "candidate"),
    [("EPSG:4490", "EPSG:4490"), ("EPSG:4549", "EPSG:4549"), ("EPSG:4528", "EPSG:4528")],
)
def test_no_coordinate_system_is_refused_with_candidates(real, candidate):
    layer = grids(CODES, in_frame(squares(), real))
    layer.crs = None
    with pytest.raises(WrongFrame, match=candidate) as error:
        to_records(GRID, layer)
    assert error.value.rule == "crs.missing"
    assert len(to_records(GRID, layer, crs=real).records) == 3


@pytest.mark.parametrize(
    ("said_crs", "real", "rule"),
    [
        ("EPSG:4549", "EPSG:4490", "crs.degrees_said_metres"),
        ("EPSG:4490", "EPSG:4549", "crs.metres_said_degrees"),
        ("EPSG:4549", "EPSG:4528", "crs.zone_in_easting"),
        ("EPSG:4610", "EPSG:4490", "crs.old_datum"),
        ("EPSG:2415", "EPSG:4490", "crs.old_datum"),
        ("EPSG:9", "EPSG:4490", "crs.unknown"),
    ],
)
def test_coordinates_that_are_not_what_they_say_are_refused(said_crs, real, rule):
    with pytest.raises(WrongFrame) as error:
        to_records(GRID, grids(CODES, in_frame(squares(), real)), crs=said_crs)
    assert error.value.rule == rule


def test_swapped_coordinates_are_refused():
    swapped = shapely.transform(squares(), lambda xy: xy[:, ::-1])
    with pytest.raises(WrongFrame) as error:
        to_records(GRID, grids(CODES, swapped))
    assert error.value.rule == "crs.swapped"


def test_two_frames_in_one_file_are_refused():
    both = np.concatenate([squares(2), in_frame(squares(1), "EPSG:4549")])
    with pytest.raises(WrongFrame, match="混有两种坐标系") as error:
        to_records(GRID, grids(CODES, both))
    assert error.value.rule == "crs.two"


def test_another_frame_than_the_declared_one_is_told():
    layer = grids(CODES, in_frame(squares(), "EPSG:4549"))
    layer.crs = "EPSG:4548"
    assert [n.rule for n in to_records(GRID, layer, crs="EPSG:4549").notices] == ["crs.overridden"]


def test_wgs84_is_taken_as_it_is_and_said_so():
    layer = grids(CODES)
    layer.crs = "EPSG:4326"
    records = to_records(GRID, layer)
    assert shapely.equals_exact([r.shape.geoms[0] for r in records.records], squares(), 0).all()
    assert [n.rule for n in records.notices] == ["crs.taken_as_equal"]


def test_without_a_code_column_the_file_is_refused():
    with pytest.raises(IngestError, match=r"找不到网格的编码列.*现有列：“高度”") as error:
        to_records(GRID, raw_layer({"高度": [1.5, 2.5, 1.5]}))
    assert error.value.rule == "column.missing"
    with pytest.raises(IngestError, match="没有列“没有”"):
        to_records(GRID, grids(CODES), mapping={"code": "没有"})
    with pytest.raises(IngestError, match="网格没有字段“户型”"):
        to_records(GRID, grids(CODES), mapping={"code": "网格编码", "户型": "网格名称"})


def test_an_unsure_guess_says_its_doubts():
    records = to_records(GRID, raw_layer({"ZONE": CODES}))
    assert records.mapping == {"code": "ZONE"}
    assert [n.rule for n in records.notices] == ["column.doubt"]


def test_a_sender_of_an_office_layer_keeps_only_the_named_fields():
    columns = {"办公点编码": ["A1"], "办公点名称": ["东社区"], "负责人": ["某某"], "办公电话": ["0532-88880000"]}
    record = to_records(LayerKind.OFFICE, raw_layer(columns, [shapely.Point(X0, Y0)])).records[0]
    assert record.attributes == {"telephone": "0532-88880000"}
