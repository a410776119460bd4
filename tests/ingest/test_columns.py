"""Columns are guessed from headings and values; what is unsure is said."""

import pytest

from gis.ingest.columns import FIELDS, REQUIRED, guess_columns
from gis.ingest.headers import COLUMNS_DIR, coordinate_names, heading_of, headings, labels, words
from gis.terms import LayerKind
from tests.ingest.samples import CODES, NAMES, raw_layer

GRID, COMPOUND = LayerKind.GRID, LayerKind.COMPOUND
PARENTS = [code[:12] for code in CODES]


CODE_HEADINGS = ["网格编码", "网格代码", "网格编号", "WGBM", "wgdm", "WGBH", "DYWGCODE", "GRID_CODE", "网格编", "code"]


@pytest.mark.parametrize("heading", [*CODE_HEADINGS, "网格编码（15位）"])
def test_headings_of_the_field_mean_a_grid_code(heading):
    guess = guess_columns(GRID, raw_layer({heading: CODES, "备注": NAMES}))
    assert guess.mapping["code"] == heading
    assert guess.reasons["code"]


def test_a_heading_cut_by_a_shapefile_in_either_encoding():
    in_gbk = guess_columns(
        COMPOUND, raw_layer({"小区编码": ["A", "B", "C"], "物业管理方": ["专业物业", "无", "业主自治"]})
    )
    assert in_gbk.mapping["management"] == "物业管理方"
    in_utf8 = guess_columns(GRID, raw_layer({"网格编": CODES, "网格名": NAMES, "所属社": PARENTS}))
    assert in_utf8.mapping == {"code": "网格编", "name": "网格名", "parent": "所属社"}


def test_two_headings_cut_to_the_same_are_told_apart_by_values():
    guess = guess_columns(GRID, raw_layer({"网格编": CODES, "所属社": ["东社区"] * 3, "所属社_1": PARENTS}))
    assert guess.mapping["parent"] == "所属社_1"


def test_values_alone_show_a_code_but_with_doubt():
    guess = guess_columns(GRID, raw_layer({"ZONE": CODES, "AREA": [1.5, 2.5, 3.5]}))
    assert guess.mapping == {"code": "ZONE"}
    assert not guess.is_sure
    assert "按值认出" in guess.reasons["code"]


def test_the_code_of_another_level_is_not_taken():
    guess = guess_columns(GRID, raw_layer({"社区编码": PARENTS, "编码": CODES}))
    assert guess.mapping == {"code": "编码", "parent": "社区编码"}


def test_codes_of_a_wrong_length_are_taken_with_doubt():
    guess = guess_columns(GRID, raw_layer({"网格编码": [code[:14] for code in CODES]}))
    assert guess.mapping == {"code": "网格编码"}
    assert any("长度为 14 位，应为 15 位" in doubt for doubt in guess.doubts)


def test_excel_numbers_are_codes():
    assert guess_columns(GRID, raw_layer({"网格编码": [float(code) for code in CODES]})).is_sure


@pytest.mark.parametrize("values", [["市南校区", "崂山校区", "西海岸校区"], ["2023学年", "2024学年", "2025学年"]])
def test_xqmc_may_mean_a_campus_or_a_semester(values):
    guess = guess_columns(COMPOUND, raw_layer({"XQBM": ["1", "2", "3"], "XQMC": values}))
    assert "name" not in guess.mapping
    assert any("不像小区的名称" in doubt for doubt in guess.doubts)


def test_xqmc_with_names_of_estates_is_the_name():
    guess = guess_columns(
        COMPOUND, raw_layer({"XQBM": ["1", "2", "3"], "XQMC": ["海逸家园", "山水名苑", "大学路小区"]})
    )
    assert guess.mapping["name"] == "XQMC"


def test_nothing_that_could_be_a_code_is_missing():
    guess = guess_columns(GRID, raw_layer({"面积": [1.5, 2.5, 3.5]}))
    assert guess.missing == ["code"]
    assert guess.mapping == {}


def test_one_column_serves_one_field_and_close_seconds_are_told():
    guess = guess_columns(GRID, raw_layer({"网格编码": CODES, "WGBM": CODES}))
    assert guess.mapping["code"] == "网格编码"
    assert any("也可能是“WGBM”" in doubt for doubt in guess.doubts)


def test_every_kind_has_headings_for_each_of_its_fields():
    for kind in LayerKind:
        assert set(headings(kind)) == set(FIELDS[kind])
        assert set(REQUIRED) <= set(FIELDS[kind])
        for said in headings(kind).values():
            assert all(said.names)
            assert len(set(said.names)) == len(said.names), (kind, said.names)
    assert set(coordinate_names()) == {"lon", "lat", "x", "y", "wkt"}


def test_every_word_means_a_value_and_only_one():
    import tomllib

    from gis.ingest.headers import _ENUMS

    said = tomllib.loads((COLUMNS_DIR / "words.toml").read_text(encoding="utf-8"))
    for kind, fields in said.items():
        for field, values in fields.items():
            enum = _ENUMS[(LayerKind(kind), field)]
            listed = [heading_of(word) for words_of in values.values() for word in words_of]
            assert len(listed) == len(set(listed)), (kind, field)
            assert {enum(value) for value in values} <= set(enum)
            assert words(LayerKind(kind), field)
            assert labels(LayerKind(kind), field)


def test_headings_are_compared_without_case_marks_and_brackets():
    assert heading_of(" Grid_Code ") == heading_of("ＧＲＩＤ-code") == "gridcode"
    assert heading_of("户数(户)") == heading_of("户数（户）") == "户数"
