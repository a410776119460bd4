"""What a plan mends, leaves and would bring."""

import numpy as np
import shapely

from gis.geometry.edit_kinds import AssignUnits, MergeGrids, RenumberGrid
from gis.geometry.edits import apply_edit
from gis.geometry.ground import Ground
from gis.geometry.layers import District, Homes, Layer
from gis.geometry.plan_check import check_plan
from gis.geometry.tiling import tiling_of
from gis.geometry.tiling_store import part_of
from gis.geometry.units import make_units
from gis.terms import FindingKind
from tests.drawn import read_map

GRIDS = """AAABBB
           AAABBB
           CCCDDD
           CCCDDD"""
COMPOUNDS = """......
               ..xx..
               ......
               .y...."""


def layer(shapes):
    codes = np.array(sorted(shapes), dtype=object)
    drawn = np.empty(len(codes), dtype=object)
    drawn[:] = [shapes[code] for code in codes]
    return Layer(codes, drawn)


def town(homes=None):
    district = District(layer(read_map(GRIDS)), layer(read_map(COMPOUNDS)), homes=homes)
    tiling = tiling_of(make_units(Ground(district)))
    return district, tiling


def unit_of(tiling, compound):
    (unit,) = [unit for unit, code in tiling.compound_of.items() if code == compound]
    return unit


def changed(before, after):
    return {
        code
        for code in {*before.shapes, *after.shapes}
        if code not in before.shapes
        or code not in after.shapes
        or shapely.area(shapely.symmetric_difference(before.shapes[code], after.shapes[code])) > 1
    }


def judged(edit, homes=None):
    district, before = town(homes)
    after = apply_edit(before, edit(before))
    return check_plan(district, before, after, changed(before, after))


def test_a_crossed_compound_made_whole_is_resolved():
    check = judged(lambda tiling: AssignUnits((unit_of(tiling, "x"),), "A"))
    assert (check.crossed_before, check.crossed_after) == (("x",), ())
    assert [one.kind for one in check.resolved] == [FindingKind.COMPOUND_CROSSED]
    assert (check.new, check.changed) == ([], ("A", "B"))
    assert check.publishable
    assert check.area_moved_m2 == 100 * 100


def test_households_move_with_their_land():
    points = np.array([shapely.Point(350, 250), shapely.Point(250, 250)], dtype=object)
    homes = Homes(points, np.array([30, 50]))
    check = judged(lambda tiling: AssignUnits((unit_of(tiling, "x"),), "A"), homes)
    assert check.households_moved == 30


def test_land_without_a_grid_keeps_a_plan_back():
    check = judged(lambda tiling: AssignUnits((unit_of(tiling, "y"),), ""))
    assert list(check.unassigned.values()) == [100 * 100]
    assert not check.publishable


def test_a_compound_left_as_it_was_is_known():
    check = judged(lambda tiling: AssignUnits((unit_of(tiling, "y"),), "D"))
    assert FindingKind.COMPOUND_CROSSED in {one.kind for one in check.known}
    assert check.scattered == ("D",)


def test_a_grid_that_only_changes_its_number_brings_nothing_new():
    check = judged(lambda _: RenumberGrid("A", "E"))
    assert (check.new, check.resolved) == ([], [])


def test_merged_grids_mend_what_ran_between_them():
    check = judged(lambda _: MergeGrids(("A",), "B"))
    assert check.crossed_after == ()
    assert check.publishable


def test_grids_off_the_wanted_size_are_counted_on_the_plans_own_land():
    points = np.array([shapely.Point(50, 350), shapely.Point(550, 350), shapely.Point(50, 50)], dtype=object)
    district, whole = town(Homes(points, np.array([20, 30, 40])))
    own = part_of(whole, ["A", "C"])
    check = check_plan(district, own, own, set())
    assert (check.sizes_before, check.sizes_after) == (2, 2), "B is too small as well, and a neighbour"
