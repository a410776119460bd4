"""Edits of drawn tilings: what each does, what it refuses, and that nothing is ever lost."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.geometry.cutting import with_vertices
from gis.geometry.edit_kinds import (
    ApplyProposal,
    AssignUnits,
    CutGrid,
    CutUnit,
    DivideCompound,
    Edit,
    MergeGrids,
    NewGrid,
    RedrawBorder,
    RenameGrid,
    RenumberGrid,
    RenumberGrids,
    RetireGrid,
    edit_as_dict,
    edit_from_dict,
)
from gis.geometry.edit_log import begin, replay
from gis.geometry.edits import apply_edit
from gis.geometry.errors import WrongEdit
from gis.geometry.ground import Ground
from gis.geometry.layers import District
from gis.geometry.tiling import Tiling, tiling_of
from gis.geometry.units import make_units
from tests.drawn import as_shapes, drawn
from tests.geometry.scribbles import require_sound_here, scribble

GRIDS = """
    AAAABBBB
    AAAABBBB
    CCCCCCCC"""
COMPOUNDS = """
    xx......
    .....yy.
    ........"""


@pytest.fixture
def tiling() -> Tiling:
    district = District(drawn(GRIDS), drawn(COMPOUNDS))
    road = as_shapes([shapely.LineString([(0, 150), (400, 150)])])
    return tiling_of(make_units(Ground(district, roads=road)))


def at(tiling: Tiling, x: float, y: float) -> int:
    """Return the unit at a place."""
    (face,) = np.flatnonzero(shapely.contains(tiling.faces, shapely.Point(x, y)))
    return int(tiling.unit[face])


def land(tiling: Tiling) -> dict[str, int]:
    return {code: round(shape.area) for code, shape in sorted(tiling.shapes.items())}


def test_units_go_to_another_grid(tiling: Tiling) -> None:
    unit = at(tiling, 50, 120)
    after = apply_edit(tiling, AssignUnits((unit,), "C"))
    assert land(after) == {"A": 60_000, "B": 80_000, "C": 100_000}
    assert land(tiling) == {"A": 80_000, "B": 80_000, "C": 80_000}


def test_a_unit_without_a_grid_shows_in_the_layer(tiling: Tiling) -> None:
    after = apply_edit(tiling, AssignUnits((at(tiling, 50, 120),), ""))
    assert land(after) == {"": 20_000, "A": 60_000, "B": 80_000, "C": 80_000}


def test_free_land_is_cut_and_neighbours_get_the_vertex(tiling: Tiling) -> None:
    unit = at(tiling, 50, 120)
    after = apply_edit(tiling, CutUnit(unit, ((133.3, 90), (137.1, 160))))
    parts = {at(after, 50, 120), at(after, 300, 120)}
    assert len(parts) == 2
    assert unit in parts
    assert shapely.get_num_coordinates(after.shapes["C"]) == shapely.get_num_coordinates(tiling.shapes["C"]) + 1
    assert land(after) == land(tiling)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (((133, 90), (133, 130)), "edit.cut_incomplete"),
        (((133, 110), (133, 130)), "edit.cut_incomplete"),
        (((133, 400), (133, 500)), "edit.cut_misses"),
        (((-1.0, 101.5), (1.5, 99.0)), "edit.cut_sliver"),
        (((0.0005, 90), (0.0005, 160)), "edit.cut_incomplete"),
        (((133, 90), (133, 90)), "edit.line_invalid"),
        (((133, 90),), "edit.line_invalid"),
        (((100, 90), (100, 160), (200, 120), (50, 120)), "edit.line_invalid"),
    ],
)
def test_a_line_that_does_not_cross_is_refused_with_the_reason(tiling: Tiling, line: object, rule: str) -> None:
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(tiling, CutUnit(at(tiling, 50, 120), line))  # type: ignore[arg-type]
    assert refusal.value.rule == rule


def test_an_incomplete_cut_says_where_it_ends(tiling: Tiling) -> None:
    with pytest.raises(WrongEdit, match=r"133\.0，130\.0"):
        apply_edit(tiling, CutUnit(at(tiling, 50, 120), ((133, 90), (133, 130))))


def test_a_whole_compound_is_not_cut_unless_it_may_hold_several_grids(tiling: Tiling) -> None:
    unit = at(tiling, 550, 150)
    line = ((600.0, 90.0), (600.0, 210.0))
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(tiling, CutUnit(unit, line))
    assert refusal.value.rule == "edit.cut_compound"
    divided = apply_edit(tiling, DivideCompound("y", (line,)))
    pair = [at(divided, 550, 150), at(divided, 650, 150)]
    assert len(set(pair)) == 2
    after = apply_edit(divided, NewGrid("Y1", "东半", (pair[1],)))
    assert land(after)["Y1"] == 10_000


def test_a_grid_is_cut_in_two_and_compounds_stay_whole(tiling: Tiling) -> None:
    """The line runs through y; two thirds of y lie east of it, so y goes east whole."""
    after = apply_edit(tiling, CutGrid("B", ((570, 50), (570, 350)), "B2", "东区"))
    assert after.grids["B2"].name == "东区"
    assert land(after)["B"] + land(after)["B2"] == 80_000
    assert after.grid_of[at(after, 510, 150)] == after.grid_of[at(after, 690, 150)] == "B"
    assert after.grid_of[at(after, 450, 150)] == "B2"


def test_a_border_is_drawn_anew(tiling: Tiling) -> None:
    after = apply_edit(tiling, RedrawBorder("A", "B", ((300, 50), (300, 350))))
    assert land(after) == {"A": 60_000, "B": 100_000, "C": 80_000}


def test_a_border_with_one_grid_on_both_sides_is_refused(tiling: Tiling) -> None:
    uneven = apply_edit(tiling, AssignUnits((at(tiling, 50, 120),), "C"))
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(uneven, RedrawBorder("A", "C", ((700, -10), (810, 60))))
    assert refusal.value.rule == "edit.border_one_sided"


def test_merging_retires_and_codes_never_come_back(tiling: Tiling) -> None:
    after = apply_edit(tiling, MergeGrids(("B",), "A"))
    assert land(after) == {"A": 160_000, "C": 80_000}
    assert after.grids["B"].retired
    for edit in (NewGrid("B", "", (at(after, 50, 50),)), RenumberGrid("A", "B")):
        with pytest.raises(WrongEdit) as refusal:
            apply_edit(after, edit)
        assert refusal.value.rule == "edit.code_taken"


def test_a_grid_with_land_is_not_retired(tiling: Tiling) -> None:
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(tiling, RetireGrid("A"))
    assert refusal.value.rule == "edit.grid_not_empty"
    empty = apply_edit(tiling, AssignUnits(tuple(tiling.units_in("A")), "B"))
    assert apply_edit(empty, RetireGrid("A")).grids["A"].retired


def test_names_and_numbers_change_without_the_land(tiling: Tiling) -> None:
    named = apply_edit(tiling, RenameGrid("A", "海晏"))
    numbered = apply_edit(named, RenumberGrid("A", "A9"))
    assert numbered.grids["A9"].name == "海晏"
    assert land(numbered) == {"A9": 80_000, "B": 80_000, "C": 80_000}
    assert numbered.grids["A"].retired


def test_grids_pass_their_codes_on_to_each_other(tiling: Tiling) -> None:
    named = apply_edit(tiling, RenameGrid("A", "海晏"))
    after = apply_edit(named, RenumberGrids((("A", "B"), ("B", "N"))))
    assert (after.grids["B"].name, after.grids["A"].retired, after.grids["N"].retired) == ("海晏", True, False)
    assert after.shapes["B"].equals(tiling.shapes["A"])
    assert after.shapes["N"].equals(tiling.shapes["B"])
    swapped = apply_edit(after, RenumberGrids((("B", "N"), ("N", "B"))))
    assert swapped.shapes["B"].equals(tiling.shapes["B"])


def test_a_proposal_is_one_edit(tiling: Tiling) -> None:
    edit = ApplyProposal(((at(tiling, 50, 250), "N"), (at(tiling, 50, 120), "C")), (("N", "新"),))
    assert land(apply_edit(tiling, edit)) == {"A": 40_000, "B": 80_000, "C": 100_000, "N": 20_000}


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda _t: AssignUnits((9999,), "A"), "edit.unknown_unit"),
        (lambda _t: AssignUnits((0,), "Z"), "edit.unknown_grid"),
        (lambda _t: NewGrid("N", "", ()), "edit.no_units"),
        (lambda _t: NewGrid(" ", "", (0,)), "edit.code_missing"),
        (lambda _t: MergeGrids(("A",), "A"), "edit.same_grid"),
        (lambda _t: RedrawBorder("A", "A", ((0, 0), (1, 1))), "edit.same_grid"),
        (lambda _t: DivideCompound("q", (((0, 0), (1, 1)),)), "edit.unknown_compound"),
        (lambda _t: CutGrid("A", ((10, 320), (10, 150)), "N"), "edit.cut_incomplete"),
        (lambda _t: RenumberGrids(()), "edit.codes_doubled"),
        (lambda _t: RenumberGrids((("A", "N"), ("B", "N"))), "edit.codes_doubled"),
        (lambda _t: RenumberGrids((("A", "N"), ("B", "C"))), "edit.code_taken"),
        (lambda _t: RenumberGrids((("Z", "N"),)), "edit.unknown_grid"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tiling: Tiling, make: Callable[[Tiling], Edit], rule: str) -> None:
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(tiling, make(tiling))
    assert refusal.value.rule == rule


def test_edits_survive_json(tiling: Tiling) -> None:
    edits = [
        CutUnit(at(tiling, 50, 120), ((133.3, 90.0), (137.1, 160.0))),
        ApplyProposal(((at(tiling, 50, 250), "N"),), (("N", "新"),)),
        DivideCompound("y", (((600.0, 90.0), (600.0, 210.0)),)),
    ]
    assert [edit_from_dict(json.loads(json.dumps(edit_as_dict(edit)))) for edit in edits] == edits
    for said, rule in (({"kind": "burn"}, "edit.unknown_kind"), ({"kind": "rename_grid"}, "edit.wrong_fields")):
        with pytest.raises(WrongEdit) as refusal:
            edit_from_dict(said)
        assert refusal.value.rule == rule


def test_undo_takes_back_shape_attributes_and_log_together(tiling: Tiling) -> None:
    log = begin(tiling).make(CutGrid("B", ((500, 50), (500, 350)), "B2", "新")).make(RenameGrid("A", "海晏"))
    back = log.undo().undo()
    assert back.now is tiling
    assert back.in_effect == ()
    again = back.redo()
    assert again.in_effect == log.edits[:1]
    assert "B2" in again.now.shapes
    other = again.make(RenameGrid("C", "南"))
    with pytest.raises(WrongEdit):
        other.redo()
    with pytest.raises(WrongEdit):
        back.undo()


def test_a_log_replays_to_the_same_bits(tiling: Tiling) -> None:
    log = begin(tiling)
    rng = np.random.default_rng(5)
    for _ in range(25):
        log = scribble(log, rng)
    again = replay(tiling, log.in_effect)
    assert {code: shape.wkb for code, shape in again.shapes.items()} == {
        code: shape.wkb for code, shape in log.now.shapes.items()
    }
    assert again.grids == log.now.grids


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_never_lose_a_square_millimetre(tiling: Tiling, seed: int) -> None:
    log = begin(tiling)
    rng = np.random.default_rng(seed)
    for _ in range(100):
        before, log = log.now, scribble(log, rng)
        require_sound_here(before, log.now)
    whole = shapely.union_all(drawn(GRIDS).shapes)
    layer = log.now.layer()
    assert shapely.is_valid(layer.shapes).all()
    assert shapely.coverage_is_valid(layer.shapes)
    assert shapely.coverage_union_all(layer.shapes).symmetric_difference(whole).area < 1e-6
    assert len(log.in_effect) > 10


@pytest.mark.parametrize("spoil", ["gap", "overlap", "vertex"])
def test_what_a_step_must_not_leave_behind_is_seen(tiling: Tiling, spoil: str) -> None:
    """The check of every random step is worth something: a millimetre of gap or overlap, or a vertex on one side."""
    shape = tiling.shapes["A"]
    x, y = shape.bounds[2:]
    spoilt = {
        "gap": shape.difference(shapely.box(x - 0.001, y - 50, x, y)),
        "overlap": shape.union(shapely.box(x, y - 50, x + 0.001, y)),
        "vertex": shapely.segmentize(shape, 70.0),
    }
    with pytest.raises(AssertionError):
        require_sound_here(tiling, replace(tiling, shapes={**tiling.shapes, "A": spoilt[spoil]}))


def test_a_vertex_goes_only_where_it_lies() -> None:
    square = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    points = np.array([[50.0, 0.0], [50.0, 40.0], [0.0, 0.0], [70.0, 70.0]])
    assert shapely.get_num_coordinates(with_vertices(square, points)) == shapely.get_num_coordinates(square) + 2
