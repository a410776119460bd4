"""What the lower floors said, in the reader's language."""

import json

from django.utils.translation import override

from gis.geometry.said import in_turn, kept, listed, said
from gis.speech import in_words
from gis.terms import LayerKind

OVERLAP = said("第 {row} 行“{column}”{message}", row=3, column=said("编码"), message=said("为空；请补填编码。"))


def test_a_sentence_and_the_sentences_in_it_are_translated() -> None:
    assert in_words(OVERLAP) == "第 3 行“编码”为空；请补填编码。"
    with override("en"):
        assert in_words(OVERLAP) == "Row 3: “Code” is empty; fill in the code."


def test_words_of_the_field_and_lists_are_translated() -> None:
    text = said("{kind}没有字段“{field}”；可用：{fields}。", kind=LayerKind.GRID, field="x", fields=["code", "name"])
    assert in_words(text) == "网格没有字段“x”；可用：code、name。"
    with override("en"):
        assert in_words(text) == "The layer “Grid” has no field “x”; it has: code, name."
        assert in_words(listed([said("点"), said("线")])) == "a point, a line"
        assert in_words(in_turn(["1", "2"])) == "1; 2"


def test_numbers_keep_their_form() -> None:
    with override("en"):
        text = in_words(
            said("第 {row} 行：{what}（面积变化 {area_change_m2:+.2f} m²）。", row=1, what="x", area_change_m2=2.345)
        )
        assert text == "Row 1: x (area changes by +2.35 m²)."  # as Python rounds it
        assert in_words(said("{share:.0%} 的值是文字", share=0.256)) == "26% of the values are text"


def test_what_was_kept_is_told_at_any_depth_and_plain_text_stays() -> None:
    stored = json.loads(json.dumps(kept({"rows": [{"words": OVERLAP, "row": 3}], "old": "第 3 行为空", "n": None})))
    with override("en"):
        told = in_words(stored)
    assert told == {
        "rows": [{"words": "Row 3: “Code” is empty; fill in the code.", "row": 3}],
        "old": "第 3 行为空",
        "n": None,
    }


def test_a_sentence_that_is_no_longer_in_the_catalogue_is_told_as_it_was() -> None:
    with override("en"):
        assert in_words({"said": "从前的一句话 {n}", "values": {"n": 2}}) == "从前的一句话 2"
