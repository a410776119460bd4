"""The encoding is decided once, on all values, and the reason is told."""

import pytest

from gis.ingest.encodings import decide_encoding, decode, known_codec

WORDS = ["网格编码", "滨海社区", "一号网格", "联通小区", "老旧小区", "海尔路", "É", "社区"]


@pytest.mark.parametrize("word", WORDS)
def test_gbk_and_utf8_are_told_apart_by_all_values_together(word):
    together = [word, "滨海社区第一网格", "松岭路"]
    assert decide_encoding([text.encode("gb18030") for text in together]).codec == "gb18030"
    assert decide_encoding([text.encode() for text in together]).codec == "utf-8"


def test_a_character_cut_by_the_width_of_its_field_is_forgiven():
    cut = "网格编码名".encode()[:10]
    assert decide_encoding([cut, "社区".encode()]).codec == "utf-8"
    assert decode(cut, "utf-8") == "网格编"
    cut = "a网格编码名称".encode("gbk")[:10]
    assert decide_encoding([cut, "社区".encode("gbk")]).codec == "gb18030"
    assert decode(cut, "gb18030") == "a网格编码"


def test_values_win_over_the_cpg_and_the_person_over_both():
    gbk = ["滨海社区".encode("gbk")]
    decided = decide_encoding(gbk, declared="UTF-8")
    assert decided.codec == "gb18030"
    assert "与内容不符，以内容为准" in decided.reason
    assert "一致" in decide_encoding(gbk, declared="936").reason
    assert decide_encoding(gbk, given="utf-8").codec == "utf-8"
    assert "不认识指定的编码" in decide_encoding(gbk, given="火星文").reason


def test_plain_ascii_needs_no_decision():
    assert "没有中文字符" in decide_encoding([b"WGBM", b"370212"]).reason


def test_what_is_neither_is_shown_as_broken_and_said():
    decided = decide_encoding([b"\xff\xfe\xfd", "滨海".encode("gbk"), "松岭".encode("gbk")])
    assert decided.codec == "gb18030"
    assert "1 个值含乱码" in decided.reason
    assert "�" in decode(b"\xff\xfe\xfd", "gb18030")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("936", "gb18030"),
        ("GB2312", "gb18030"),
        ("65001", "utf-8"),
        ("Big5", "big5"),
        ("1252", "cp1252"),
        ("nonsense", None),
    ],
)
def test_names_of_encodings(name, codec):
    assert known_codec(name) == codec
