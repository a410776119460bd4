"""Grids drawn in another program become edits: snapped, cut, or listed with place, size and reason."""

import numpy as np
import pytest
import shapely

from gis.geometry.drawn_outside import Left, edits_from_layer
from gis.geometry.edit_kinds import ApplyProposal, AssignUnits, CutUnit, Edit, MergeGrids, RenameGrid, RetireGrid
from gis.geometry.edit_log import replay
from gis.geometry.edits import apply_edit
from gis.geometry.layers import Layer
from gis.geometry.tiling import Tiling, tiling_of
from tests.drawn import as_shapes, drawn, layer, read_map
from tests.optimize.worlds import world

GRIDS = """
    AAAABBBB
    AAAABBBB
    CCCCDDDD
    CCEEDDDD"""
COMPOUNDS = """
    xx......
    ..yyyyy.
    zz......
    ....ww.."""
ROADS = [shapely.LineString([(0, 250), (800, 250)])]
TOLERANCE_M = 1.8


@pytest.fixture(scope="module")
def tiling() -> Tiling:
    return tiling_of(world(GRIDS, COMPOUNDS, roads=ROADS))


def taken(tiling: Tiling, upload: Layer | str, **more: object) -> tuple[Tiling, list[Edit], list[Left]]:
    uploaded = drawn(upload) if isinstance(upload, str) else upload
    edits, left = edits_from_layer(tiling, uploaded, TOLERANCE_M, **more)  # type: ignore[arg-type]
    return replay(tiling, edits), edits, left


def unit(tiling: Tiling, compound: str) -> int:
    return next(unit for unit, code in tiling.compound_of.items() if code == compound)


def land(tiling: Tiling) -> dict[str, int]:
    return {code: round(shape.area) for code, shape in sorted(tiling.shapes.items())}


def test_what_came_back_as_it_left_changes_nothing(tiling: Tiling) -> None:
    """The crossed compound y is drawn divided as it is: that is no new fault."""
    _, edits, left = taken(tiling, tiling.layer())
    assert (edits, left) == ([], [])


def test_noise_on_every_line_changes_nothing(tiling: Tiling) -> None:
    shaken = {
        code: shapely.transform(shapely.segmentize(shape, 30), lambda xy, i=i: xy + 0.3 * np.sin(xy[:, ::-1] / 7 + i))
        for i, (code, shape) in enumerate(read_map(GRIDS).items())
    }
    _, edits, left = taken(tiling, layer(shaken))
    assert (edits, left) == ([], [])


def test_whole_units_go_where_they_were_drawn(tiling: Tiling) -> None:
    """y goes to B whole; the border of C and E moves along a unit's border, half a metre beside it."""
    shapes = read_map(GRIDS.replace("AAAABBBB\n    CCCC", "AABBBBBB\n    CCCC").replace("CCEE", "EEEE"))
    shapes["A"] = shapely.union(shapes["A"], shapely.box(200, 200, 400, 200.5))
    after, edits, left = taken(tiling, layer(shapes))
    assert after.grid_of[unit(tiling, "y")] == "B"
    assert after.divided() == []
    assert left == []
    assert [type(edit) for edit in edits].count(ApplyProposal) == 1
    assert land(after)["E"] == 40_000


def test_free_land_is_cut_along_the_drawn_line(tiling: Tiling) -> None:
    line = shapely.LineString([(620, 410), (633, 330), (610, 240), (650, 190)])
    shapes = read_map(GRIDS)
    halves = shapely.ops.split(shapes["B"], line).geoms
    west, east = sorted(halves, key=lambda part: part.bounds[0])
    # The line runs through y as well: the drawing keeps y whole, in its western half.
    wall = shapely.box(200, 200, 700, 300)
    after, edits, left = taken(
        tiling,
        layer({**shapes, "A": shapes["A"].difference(wall), "B": west.union(wall), "N": east.difference(wall)}),
        names={"N": "新东"},
    )
    assert left == []
    assert any(isinstance(edit, CutUnit) for edit in edits)
    assert after.grids["N"].name == "新东"
    assert after.shapes["N"].symmetric_difference(east.difference(wall)).area < 5
    assert after.grid_of[unit(tiling, "y")] == "B"


def test_a_compound_that_was_cut_is_listed_and_stays(tiling: Tiling) -> None:
    shapes = read_map(GRIDS)
    strip = shapely.box(0, 100, 100, 200)
    shapes["E"], shapes["C"] = shapes["E"].union(strip), shapes["C"].difference(strip)
    after, _, left = taken(tiling, layer(shapes))
    (listed,) = [item for item in left if item.rule == "drawn.compound_cut"]
    assert (listed.code, round(listed.area_m2)) == ("z", 10_000)
    assert shapely.box(0, 100, 200, 200).contains(shapely.Point(listed.place))
    assert after.grid_of[unit(tiling, "z")] == "C"


def test_a_community_border_that_was_moved_is_listed(tiling: Tiling) -> None:
    shapes = read_map(GRIDS)
    shapes["D"] = shapes["D"].union(shapely.box(800, 0, 830, 200))
    shapes["B"] = shapes["B"].difference(shapely.box(780, 200, 800, 400))
    after, edits, left = taken(tiling, layer(shapes))
    assert edits == []
    assert sorted((item.rule, round(item.area_m2)) for item in left) == [("drawn.gap", 4_000), ("drawn.outside", 6_000)]
    assert "社区边界" in next(item.reason for item in left if item.rule == "drawn.outside")
    assert land(after) == land(tiling)


def test_grids_that_overlap_are_listed(tiling: Tiling) -> None:
    shapes = read_map(GRIDS)
    shapes["E"] = shapes["E"].union(shapely.box(400, 0, 420, 100))
    _, edits, left = taken(tiling, layer(shapes))
    assert {item.rule for item in left} >= {"drawn.overlap"}
    assert not any(isinstance(edit, RetireGrid) for edit in edits)


def test_a_grid_that_is_gone_is_retired_and_one_without_its_code_is_listed(tiling: Tiling) -> None:
    after, edits, left = taken(tiling, GRIDS.replace("E", "C"))
    assert edits[-1] == RetireGrid("E")
    assert (after.grids["E"].retired, left) == (True, [])
    shapes = read_map(GRIDS)
    nameless = Layer(np.array(["A", "B", "C", "D", " "], dtype=object), as_shapes([shapes[c] for c in "ABCDE"]))
    _, edits, left = taken(tiling, nameless)
    assert (edits, [item.rule for item in left]) == ([], ["drawn.no_code"])


def test_codes_once_retired_are_refused_by_name(tiling: Tiling) -> None:
    without = apply_edit(tiling, MergeGrids(("E",), "C"))
    _, edits, left = taken(without, GRIDS)
    assert (edits, [(item.rule, item.code) for item in left]) == ([], [("drawn.retired_code", "E")])


def test_a_new_grid_too_small_for_any_unit_and_an_island_in_a_unit_are_listed(tiling: Tiling) -> None:
    hole = shapely.box(500, 320, 560, 360)
    shapes = read_map(GRIDS)
    after, edits, left = taken(tiling, layer({**shapes, "B": shapes["B"].difference(hole), "N": hole}))
    assert edits == []
    assert {item.rule for item in left} == {"drawn.not_cut", "drawn.no_unit"}
    assert land(after) == land(tiling)


def test_names_are_taken_over(tiling: Tiling) -> None:
    _, edits, _ = taken(tiling, GRIDS, names={"A": "海晏", "B": ""})
    assert edits == [RenameGrid("A", "海晏")]


def test_one_code_in_two_rows_is_one_grid_in_two_parts() -> None:
    tiling = tiling_of(world("AAA..BB\nAAA..BB\nCCC..BB", "p.....p\n.......\nq......", roads=[]))
    shapes = read_map("AAA..BB\nAAA..BB\nCCC..BB")
    rows = [shapes["A"], *shapely.get_parts(shapes["B"]), shapes["C"]]
    codes = np.array(["A", *["B"] * (len(rows) - 2), "C"], dtype=object)
    assert edits_from_layer(tiling, Layer(codes, as_shapes(rows)), TOLERANCE_M) == ([], [])
    given = shapes["B"].union(shapely.box(0, 0, 100, 100))
    edits, _ = edits_from_layer(tiling, layer({**shapes, "B": given, "C": shapes["C"].difference(given)}), TOLERANCE_M)
    assert replay(tiling, edits).shapes["B"].area == pytest.approx(given.area)


def test_work_done_outside_is_the_same_as_work_done_here(tiling: Tiling) -> None:
    free = next(u for u in tiling.units_in("D") if u not in tiling.compound_of)
    here = apply_edit(tiling, AssignUnits((unit(tiling, "y"),), "A"))
    here = apply_edit(here, CutUnit(free, ((580.0, -10.0), (590.0, 210.0))))
    here = apply_edit(here, AssignUnits((tiling.next_unit,), "E"))
    after, _, left = taken(tiling, here.layer())
    assert left == []
    for code, shape in here.shapes.items():
        assert after.shapes[code].symmetric_difference(shape).area < 0.01, code
