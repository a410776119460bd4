"""Compounds that a grid line runs through when a plan begins: they stay as they are until somebody assigns them."""

import pytest
import shapely

from gis.geometry.edit_kinds import (
    AssignUnits,
    CutGrid,
    DivideCompound,
    MergeGrids,
    RedrawBorder,
    RenumberGrid,
    RetireGrid,
)
from gis.geometry.edits import apply_edit
from gis.geometry.errors import WrongEdit
from gis.geometry.tiling import Tiling, tiling_of
from gis.geometry.units import Units
from tests.drawn import drawn
from tests.optimize.worlds import world

GRIDS = """
    AAAABBBB
    AAAABBBB
    CCCCCCCC"""
COMPOUNDS = """
    ........
    .yyyyy..
    .....zz."""
"""Three squares of y in A, two in B; z in C alone."""


@pytest.fixture
def units() -> Units:
    return world(GRIDS, COMPOUNDS, roads=[])


@pytest.fixture
def tiling(units: Units) -> Tiling:
    return tiling_of(units)


def land(tiling: Tiling) -> dict[str, int]:
    return {code: round(shape.area) for code, shape in sorted(tiling.shapes.items())}


def the_unit(tiling: Tiling) -> int:
    (unit,) = [unit for unit, compound in tiling.compound_of.items() if compound == "y"]
    return unit


def test_nothing_moves_before_the_first_edit(units: Units, tiling: Tiling) -> None:
    assert land(tiling) == {"A": 80_000, "B": 80_000, "C": 80_000}
    for code, shape in zip(units.grids.codes, drawn(GRIDS).shapes, strict=True):
        assert tiling.shapes[code].equals(shape)
    assert tiling.divided() == [the_unit(tiling)]
    assert tiling.grid_of[the_unit(tiling)] == "A"


@pytest.mark.parametrize(("grid", "expected"), [("A", (100_000, 60_000)), ("B", (50_000, 110_000))])
def test_assigning_makes_it_whole_in_its_main_grid_too(tiling: Tiling, grid: str, expected: tuple[int, int]) -> None:
    after = apply_edit(tiling, AssignUnits((the_unit(tiling),), grid))
    assert (land(after)["A"], land(after)["B"]) == expected
    assert after.divided() == []


def test_other_edits_leave_it_as_it_is(tiling: Tiling) -> None:
    after = apply_edit(tiling, AssignUnits((tiling.units_in("C")[0],), "B"))
    assert after.divided() == tiling.divided()
    assert land(after)["A"] == 80_000


def test_merging_and_renumbering_hand_over_the_part_that_is_theirs(tiling: Tiling) -> None:
    numbered = apply_edit(tiling, RenumberGrid("B", "B9"))
    assert land(numbered) == {"A": 80_000, "B9": 80_000, "C": 80_000}
    assert numbered.divided() == tiling.divided()
    merged = apply_edit(numbered, MergeGrids(("A",), "C"))
    assert land(merged) == {"B9": 80_000, "C": 160_000}
    assert merged.divided() == tiling.divided()
    assert apply_edit(tiling, MergeGrids(("B",), "A")).divided() == []


def test_a_grid_that_only_holds_a_part_is_not_empty(tiling: Tiling) -> None:
    others = tuple(tiling.units_in("B"))
    after = apply_edit(tiling, AssignUnits(others, "C"))
    assert land(after)["B"] == 20_000
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(after, RetireGrid("B"))
    assert refusal.value.rule == "edit.grid_not_empty"


def test_a_border_drawn_anew_makes_it_whole(tiling: Tiling) -> None:
    after = apply_edit(tiling, RedrawBorder("A", "B", ((600, 50), (600, 350))))
    assert after.divided() == []
    assert land(after) == {"A": 120_000, "B": 40_000, "C": 80_000}


def test_a_grid_cut_beside_it_takes_it_whole_or_leaves_it(tiling: Tiling) -> None:
    west = apply_edit(tiling, CutGrid("A", ((350, 50), (350, 350)), "A2"))
    assert west.divided() == [the_unit(tiling)]
    assert sum(land(west).values()) == 240_000


def test_divided_by_the_officer_each_part_goes_on_from_where_it_lies(tiling: Tiling) -> None:
    after = apply_edit(tiling, DivideCompound("y", (((400.0, 90.0), (400.0, 210.0)),)))
    parts = [unit for unit, compound in after.compound_of.items() if compound == "y"]
    assert sorted(after.grid_of[unit] for unit in parts) == ["A", "B"]
    assert after.divided() == []
    assert land(after) == land(tiling)
    assert shapely.coverage_is_valid(after.layer().shapes)
