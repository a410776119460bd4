"""Proposals in the middle of a plan: what the officer did stands, the rest is mended, and it comes as edits."""

import numpy as np
import pytest
import shapely

from gis.geometry.crossing import fit_compounds
from gis.geometry.edit_kinds import ApplyProposal, AssignUnits, CutUnit, MergeGrids, NewGrid, RetireGrid
from gis.geometry.edits import apply_edit
from gis.geometry.ground import Ground
from gis.geometry.tiling import Tiling, tiling_of
from gis.geometry.tiling_store import part_of
from gis.geometry.tiling_units import Stand, units_of_tiling
from gis.geometry.units import make_units
from gis.optimize.problem import Wishes
from gis.optimize.proposals import edits_of, solve_tiling
from gis.terms import Fit
from tests.optimize.worlds import RULES, ground_of, invented_ground

GRIDS = """
    AAABBB
    AAABBB
    CCCDDD
    CCCDDD"""
COMPOUNDS = """
    x.....
    ..yyy.
    ......
    .zzzzw"""
HOMES = {"x": 60, "y": 60, "z": 40, "w": 30}


@pytest.fixture
def ground() -> Ground:
    return ground_of(GRIDS, COMPOUNDS, HOMES)


@pytest.fixture
def tiling(ground: Ground) -> Tiling:
    return tiling_of(make_units(ground))


def unit_of(stand: Stand, compound: str) -> int:
    return next(unit for unit, code in stand.tiling.compound_of.items() if code == compound)


def taken_over(stand: Stand, wishes: Wishes | None = None, codes: tuple[str, ...] = ()) -> Tiling:
    """Return the tiling with the best proposal applied."""
    redraw = solve_tiling(stand, RULES, wishes=wishes or Wishes())
    assert redraw.proven
    after = stand.tiling
    for edit in edits_of(stand, redraw, new_codes=codes, names=dict.fromkeys(codes, "新")):
        after = apply_edit(after, edit)
    return after


def crossed(tiling: Tiling, ground: Ground) -> list[str]:
    fits = fit_compounds(ground.district.compounds, tiling.layer(), rules=RULES)
    codes = ground.district.compounds.codes
    return [str(code) for code, state in zip(codes, fits.states, strict=True) if state is Fit.CROSSED]


def test_from_the_start_everything_is_mended(ground: Ground, tiling: Tiling) -> None:
    assert crossed(tiling, ground) == ["y", "z"]
    stand = units_of_tiling(tiling, ground)
    after = taken_over(stand)
    assert crossed(after, ground) == []
    assert after.divided() == []
    assert after.grid_of[unit_of(stand, "y")] == "B"


def test_what_the_officer_did_stands(ground: Ground, tiling: Tiling) -> None:
    """He gave y to A, where the smaller part of it lay; the proposal only mends z, and moves y no more."""
    begun = units_of_tiling(tiling, ground)
    y, z = unit_of(begun, "y"), unit_of(begun, "z")
    stand = units_of_tiling(apply_edit(tiling, AssignUnits((y,), "A")), ground)
    redraw = solve_tiling(stand, RULES)
    assert redraw.households_moved == 20
    (edit,) = edits_of(stand, redraw, new_codes=(), names={})
    assert isinstance(edit, ApplyProposal)
    assert z in dict(edit.units)
    assert y not in dict(edit.units)
    assert crossed(apply_edit(stand.tiling, edit), ground) == []


def test_pins_go_by_the_numbers_of_the_tiling(ground: Ground, tiling: Tiling) -> None:
    part = part_of(tiling, ["C", "D"])
    stand = units_of_tiling(part, ground)
    z = unit_of(stand, "z")
    assert stand.numbers.tolist() != list(range(len(stand.numbers)))
    for grid in ("C", "D"):
        after = taken_over(stand, Wishes(pins={z: grid}))
        assert after.grid_of[z] == grid
        assert after.divided() == []


def test_nothing_to_mend_gives_no_edit(ground: Ground, tiling: Tiling) -> None:
    mended = taken_over(units_of_tiling(tiling, ground))
    stand = units_of_tiling(mended, ground)
    redraw = solve_tiling(stand, RULES)
    assert redraw.outcomes == ()
    assert edits_of(stand, redraw, new_codes=(), names={}) == ()


def test_after_cuts_and_new_grids(ground: Ground, tiling: Tiling) -> None:
    free = next(unit for unit in tiling.units_in("A") if unit not in tiling.compound_of)
    x1, _, x2, y2 = tiling.shape_of(free).bounds
    cut = apply_edit(tiling, CutUnit(free, ((x1 - 5, y2 - 20.5), (x2 + 5, y2 - 30.25))))
    grown = apply_edit(cut, NewGrid("N", "北", (tiling.next_unit,)))
    stand = units_of_tiling(grown, ground)
    after = taken_over(stand)
    assert crossed(after, ground) == []
    assert after.grids["N"].name == "北"


def test_a_new_grid_for_one_compound(ground: Ground, tiling: Tiling) -> None:
    stand = units_of_tiling(tiling, ground)
    y = unit_of(stand, "y")
    after = taken_over(stand, Wishes(own={"y": 1}, forbidden=frozenset(("y", grid) for grid in "ABCD")), ("N1",))
    assert after.grid_of[y] == "N1"
    assert after.grids["N1"].name == "新"
    assert after.shapes["N1"].area == pytest.approx(30_000)


def test_a_grid_that_is_given_up_is_retired(ground: Ground, tiling: Tiling) -> None:
    stand = units_of_tiling(tiling, ground)
    everything = dict.fromkeys(tiling.units_in("A"), "B")
    redraw = solve_tiling(stand, RULES, wishes=Wishes(pins=everything, retire=1))
    edits = edits_of(stand, redraw, new_codes=(), names={})
    assert edits[1:] == (RetireGrid("A"),)
    after = stand.tiling
    for edit in edits:
        after = apply_edit(after, edit)
    assert after.grids["A"].retired
    assert "A" not in after.shapes


def test_land_without_a_grid_stays_so(ground: Ground, tiling: Tiling) -> None:
    bare = next(unit for unit in tiling.units_in("D") if unit not in tiling.compound_of)
    stand = units_of_tiling(apply_edit(tiling, AssignUnits((bare,), "")), ground)
    assert taken_over(stand).grid_of[bare] == ""


def test_merged_grids_do_not_come_back(ground: Ground, tiling: Tiling) -> None:
    stand = units_of_tiling(apply_edit(tiling, MergeGrids(("A",), "C")), ground)
    after = taken_over(stand)
    assert sorted(after.shapes) == ["B", "C", "D"]


@pytest.mark.parametrize("seed", range(4))
def test_invented_towns_are_mended_from_anywhere(seed: int) -> None:
    ground = invented_ground(seed)
    tiling = tiling_of(make_units(ground))
    rng = np.random.default_rng(seed)
    for unit in rng.choice(sorted(tiling.grid_of), 3, replace=False).tolist():
        tiling = apply_edit(tiling, AssignUnits((unit,), str(rng.choice(sorted(tiling.shapes)))))
    after = taken_over(units_of_tiling(tiling, ground))
    assert crossed(after, ground) == []
    assert shapely.coverage_is_valid(after.layer().shapes)
