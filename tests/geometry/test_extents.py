"""What a grid's border runs along on each side; each map shows the place."""

import numpy as np
import pytest
import shapely

from gis.geometry.extents import Bound, extents_of
from gis.geometry.layers import Layer
from tests.drawn import as_shapes, drawn

NONE = Layer(np.empty(0, dtype=object), np.empty(0, dtype=object))


def roads(**lines: list[tuple[float, float]]) -> Layer:
    """Return roads by their centre lines."""
    return Layer(np.array(list(lines), dtype=object), as_shapes([shapely.LineString(line) for line in lines.values()]))


def codes(bounds: tuple[Bound, ...]) -> list[tuple[str, str]]:
    return [(bound.kind, bound.code) for bound in bounds]


def test_neighbours_are_named_from_north_to_south_and_from_west_to_east() -> None:
    grids = drawn(""".DDE
                     AGGB
                     AGGC""")
    found = extents_of(grids, ["G"], roads=NONE, compounds=NONE)["G"]
    assert codes(found["east"]) == [("grid", "B"), ("grid", "C")]
    assert codes(found["south"]) == [("nothing", "")]
    assert codes(found["west"]) == [("grid", "A")]
    assert codes(found["north"]) == [("grid", "D")]
    assert [bound.share for bound in found["east"]] == pytest.approx([0.5, 0.5])


def test_a_road_on_the_border_goes_before_the_grid_behind_it() -> None:
    grids = drawn("""GGB
                     GGB""")
    along = roads(R=[(205.0, -50.0), (205.0, 250.0)], ACROSS=[(-50.0, 150.0), (350.0, 150.0)])
    found = extents_of(grids, ["G"], roads=along, compounds=NONE)["G"]
    assert codes(found["east"]) == [("road", "R")]
    assert codes(found["west"]) == [("nothing", "")]  # a road that only crosses the border is no border


def test_a_compound_is_named_whose_outline_the_border_follows() -> None:
    grids = drawn("""GGB
                     GGB""")
    compounds = drawn("""..x
                         y.x""")
    found = extents_of(grids, ["G"], roads=NONE, compounds=compounds)["G"]
    assert codes(found["east"]) == [("compound", "x")]
    assert codes(found["west"]) == [("nothing", ""), ("own_compound", "y")]
    assert codes(found["south"]) == [("own_compound", "y"), ("nothing", "")]


def test_a_bay_in_the_east_side_is_no_south_side() -> None:
    grids = drawn("""GGGB
                     GCCB
                     GGGB""")
    found = extents_of(grids, ["G"], roads=NONE, compounds=NONE)["G"]
    assert codes(found["south"]) == [("nothing", "")]
    assert codes(found["east"]) == [("grid", "B"), ("grid", "C")]


def test_small_neighbours_are_left_out_unless_there_is_nothing_else() -> None:
    grids = drawn("""ABCDEFHIJK
                     GGGGGGGGGG""")
    found = extents_of(grids, ["G"], roads=NONE, compounds=NONE)["G"]
    assert len(found["north"]) == 1  # ten neighbours of a tenth each: one speaks for the side
    assert found["north"][0].kind == "grid"


def test_a_grid_in_two_parts_has_four_sides_all_the_same() -> None:
    grids = drawn("""GAG
                     GAG""")
    found = extents_of(grids, ["G", "A"], roads=NONE, compounds=NONE)
    assert codes(found["G"]["east"]) == [("nothing", "")]
    assert codes(found["A"]["east"]) == codes(found["A"]["west"]) == [("grid", "G")]
    assert extents_of(grids, [], roads=NONE, compounds=NONE) == {}
