"""Two states compared: one line a grid, with the compounds that change hands."""

import numpy as np
import shapely

from gis.geometry.crosswalk import crosswalk
from gis.geometry.differences import Difference, differences
from gis.geometry.layers import Homes
from tests.drawn import as_shapes, drawn

BEFORE = """
    AAABBB
    AAABBB
    CCCCCC"""
COMPOUNDS = drawn("""
    ......
    .yyy..
    x.....""")


def compared(before: str, after: str, **more: object) -> dict[str, Difference]:
    spots = [shapely.Point(150, 150), shapely.Point(350, 150), shapely.Point(50, 50)]
    homes = Homes(as_shapes(spots), np.array([12, 7, 30]))
    walk = crosswalk(drawn(before), drawn(after), homes)
    names = {"compounds": COMPOUNDS, "compound_names": {"y": "海晏苑"}, "noise_m": 6.0}
    return {found.code: found for found in differences(walk, **(names | more))}  # type: ignore[arg-type]


def test_nothing_differs() -> None:
    assert compared(BEFORE, BEFORE) == {}


def test_a_compound_changes_hands() -> None:
    found = compared(BEFORE, "AAABBB\nAAAABB\nCCCCCC")
    assert found.keys() == {"A", "B"}
    assert found["A"].text == "网格 A：从 B 划入 10,000 m²、7 户（小区 海晏苑）"
    assert found["B"].text == "网格 B：向 A 划出 10,000 m²、7 户（小区 海晏苑）"
    assert (found["A"].households_before, found["A"].households_after) == (12, 19)
    assert (round(found["B"].area_before_m2), round(found["B"].area_after_m2)) == (60_000, 50_000)


def test_new_retired_and_renamed_grids() -> None:
    found = compared(BEFORE, "AAAAAA\nAAAAAA\nCCCCNN", names_before={"C": "南"}, names_after={"C": "南湾"})
    assert {code: difference.standing for code, difference in found.items()} == {
        "A": "changed",
        "B": "retired",
        "C": "changed",
        "N": "new",
    }
    assert found["B"].text.startswith("停用网格 B：向 A 划出")
    assert found["N"].text == "新设网格 N：从 C 划入 20,000 m²、0 户"
    (renamed,) = compared(BEFORE, BEFORE, names_before={"C": "南"}, names_after={"C": "南湾"}).values()
    assert (renamed.standing, renamed.text) == ("renamed", "网格 C 更名为“南湾”")


def test_land_of_no_grid_an_enclave_and_two_parts() -> None:
    found = compared("AAAAA\nAEEAA\nAAA.A", "AAAAE\nAAEAA\nAAAAA")
    assert found["A"].text.count("；") == 2
    assert "无网格土地" in found["A"].text
    assert [exchange.code for exchange in found["E"].gained] == ["A"]


def test_several_exchanges_stand_in_one_line_the_most_households_first() -> None:
    found = compared(BEFORE, "AAABBB\nCBBBBB\nCCCCCC")
    assert [exchange.code for exchange in found["A"].lost] == ["B", "C"]
    assert "；" in found["A"].text
