"""Units of a tiling in the middle of a plan: what edits did is there, the rest is as it was."""

import numpy as np
import pytest
import shapely

from gis.geometry.edit_kinds import AssignUnits, CutUnit, DivideCompound, NewGrid
from gis.geometry.edits import apply_edit
from gis.geometry.ground import Ground
from gis.geometry.layers import District, Layer
from gis.geometry.tiling import UNASSIGNED, Tiling, tiling_of
from gis.geometry.tiling_store import part_of
from gis.geometry.tiling_units import Stand, units_of_tiling
from gis.geometry.units import Units, make_units
from tests.drawn import as_shapes, drawn
from tests.optimize.worlds import ground_of, invented_ground

GRIDS = """
    AAAABBBB
    AAAABBBB
    CCCCCCCC
    CCEECCCC
    CCCCCCCC"""
COMPOUNDS = """
    xx......
    ..yyyyy.
    ........
    ..ww....
    z......z"""
"""y is crossed; z has two parts; w lies in the enclave E."""
HOMES = {"x": 40, "y": 50, "z": 20, "w": 30}


@pytest.fixture
def ground() -> Ground:
    return ground_of(GRIDS, COMPOUNDS, HOMES, roads=[shapely.LineString([(0, 350), (800, 350)])])


@pytest.fixture
def tiling(ground: Ground) -> Tiling:
    return tiling_of(make_units(ground))


def the_unit(stand: Stand, compound: str) -> int:
    (at,) = np.flatnonzero(stand.units.compound == list(stand.units.compounds.codes).index(compound))
    return int(at)


def alike(one: Units, other: Units) -> None:
    for name in ("compound", "grid", "community", "grid_community", "households", "cell_unit", "links", "divisible",
                 "straddles", "crossed", "sized", "together"):  # fmt: skip
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert np.allclose(one.area_m2, other.area_m2, atol=1e-6)
    assert np.array_equal(one.shares.households, other.shares.households)
    assert np.array_equal(one.unit_borders.one, other.unit_borders.one)
    assert np.allclose(one.unit_borders.length_m, other.unit_borders.length_m)
    assert np.allclose(one.unit_borders.road_m, other.unit_borders.road_m)


def test_before_the_first_edit_they_are_the_units_that_it_was_made_of(ground: Ground, tiling: Tiling) -> None:
    stand = units_of_tiling(tiling, ground)
    alike(stand.units, make_units(ground))
    assert stand.numbers.tolist() == sorted(tiling.grid_of)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_in_invented_towns(seed: int) -> None:
    ground = invented_ground(seed)
    units = make_units(ground)
    alike(units_of_tiling(tiling_of(units), ground).units, units)


def test_what_was_assigned_is_no_longer_crossed(ground: Ground, tiling: Tiling) -> None:
    before = units_of_tiling(tiling, ground)
    y = the_unit(before, "y")
    assert before.units.crossed.sum() == 1
    after = units_of_tiling(apply_edit(tiling, AssignUnits((int(before.numbers[y]),), "B")), ground)
    assert after.units.crossed.sum() == 0
    assert after.units.grids.codes[after.units.grid[y]] == "B"
    assert after.units.households_in(after.units.grid).tolist() == [40, 50, 20, 30]


def test_new_units_and_new_grids_are_there(ground: Ground, tiling: Tiling) -> None:
    free = next(unit for unit in tiling.units_in("C") if unit not in tiling.compound_of)
    edited = apply_edit(tiling, CutUnit(free, ((650.0, -10.0), (650.0, 310.0))))
    edited = apply_edit(edited, NewGrid("N", "新", (tiling.next_unit,)))
    stand = units_of_tiling(edited, ground)
    assert list(stand.units.grids.codes) == ["A", "B", "C", "E", "N"]
    assert stand.units.sized.all()
    assert stand.units.area_m2.sum() == pytest.approx(400_000)
    assert stand.positions(np.array([tiling.next_unit, 9999])).tolist() == [len(stand.units) - 1, -1]


def test_a_compound_that_the_officer_divided_may_hold_several_grids(ground: Ground, tiling: Tiling) -> None:
    edited = apply_edit(tiling, DivideCompound("y", (((450.0, 290.0), (450.0, 410.0)),)))
    units = units_of_tiling(edited, ground).units
    y = list(units.compounds.codes).index("y")
    assert units.divisible[y]
    assert units.households[units.compound == y].tolist() in ([20, 30], [30, 20])


def test_numbers_of_a_part_have_gaps_and_land_without_a_grid_has_none(ground: Ground, tiling: Tiling) -> None:
    bare = tiling.units_in("E")[0]
    edited = part_of(apply_edit(tiling, AssignUnits((bare,), UNASSIGNED)), ["C", UNASSIGNED])
    stand = units_of_tiling(edited, ground)
    assert stand.numbers.tolist() == sorted(edited.grid_of)
    (at,) = stand.positions(np.array([bare]))
    assert stand.units.grid[at] == -1
    assert list(stand.units.grids.codes) == ["C"]


def test_overlapping_compounds_still_go_together() -> None:
    walls = as_shapes([shapely.box(0, 0, 150, 100), shapely.box(130, 0, 260, 100)])
    compounds = Layer(np.array(["p", "q"], dtype=object), walls)
    ground = Ground(District(drawn("AAABBB"), compounds), roads=as_shapes([]))
    tiling = tiling_of(make_units(ground))
    assert len(units_of_tiling(tiling, ground).units.together) == 1
