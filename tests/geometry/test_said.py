"""Text that remembers its sentence and its values."""

import copy
import json
import pickle

import numpy as np
import pytest

from gis.geometry.errors import WrongEdit
from gis.geometry.said import Said, heard, in_turn, kept, listed, said, some
from gis.terms import LayerKind

ROW = said(
    "第 {row} 行的{field}有 {share:.0%} 在 {grids} 之外", row=3, field=said("图形"), share=0.256, grids=["甲", "乙"]
)


def test_it_is_the_finished_text() -> None:
    assert ROW == "第 3 行的图形有 26% 在 甲、乙 之外"
    assert json.dumps([ROW], ensure_ascii=False) == f'["{ROW}"]'
    assert str(WrongEdit(ROW)) == WrongEdit(ROW).message == ROW


def test_braces_of_a_sentence_without_values_stand() -> None:
    assert said("写成 {名: 值}") == "写成 {名: 值}"


@pytest.mark.parametrize(
    "carried", [copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text)), lambda t: heard(kept(t))]
)
def test_it_survives_every_carriage(carried) -> None:
    there = carried(ROW)
    assert (there, there.sentence, there.values) == (ROW, ROW.sentence, ROW.values)


def test_it_goes_through_json_at_any_depth() -> None:
    data = {"rows": [{"words": ROW, "n": 1}], "plain": "旧的文字", "none": None}
    assert heard(json.loads(json.dumps(kept(data)))) == data
    assert kept("旧的文字") == "旧的文字"


def test_values_are_plain_data_whatever_they_were() -> None:
    text = said(
        "{kind}{n}{width:.1f}{why}{codes}",
        kind=LayerKind.GRID,
        n=np.int64(7),
        width=np.float64(1.25),
        why=ValueError("坏"),
        codes=np.array(["a", "b"])[:1].tolist(),
    )
    assert text == "网格71.2坏a"
    assert kept(text.values) == {
        "kind": {"said": "网格", "values": {}},
        "n": 7,
        "width": 1.25,
        "why": "坏",
        "codes": ["a"],
    }
    assert [type(value) for value in text.values.values()] == [Said, int, float, str, tuple]


def test_lists_and_turns() -> None:
    assert listed(["甲", "乙"]) == some(["甲", "乙"], 2) == "甲、乙"
    assert some(["甲", "乙", "丙"], 2) == "甲、乙等"
    assert in_turn(["甲", "乙", "丙"]) == "甲；乙；丙"
    assert (in_turn(["甲"]), in_turn([])) == ("甲", "")
