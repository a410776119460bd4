"""Borders drawn anew along themselves: what a dragged border sends, come back from degrees a few millimetres beside."""

import numpy as np
import pytest
import shapely

from gis.geometry.edit_kinds import CutUnit, RedrawBorder
from gis.geometry.edits import apply_edit
from gis.geometry.errors import WrongEdit
from gis.geometry.ground import Ground
from gis.geometry.layers import District
from gis.geometry.tiling import Tiling, tiling_of
from gis.geometry.units import make_units
from tests.drawn import drawn

GRIDS = """
    AAABBBB
    AAAABBB
    AAAABBB
    CCCCCCC"""
BORDER = ((400.0, 100.0), (400.0, 200.0), (400.0, 300.0), (300.0, 300.0), (300.0, 400.0))
"""Between A and B, from the node of three grids to the rim."""

DEGREES_M = 0.008
"""How far seven digits of a degree may move a vertex."""


@pytest.fixture
def tiling() -> Tiling:
    return tiling_of(make_units(Ground(District(drawn(GRIDS), drawn("." * 7)))))


def shaken(line: tuple[tuple[float, float], ...], seed: int) -> tuple[tuple[float, float], ...]:
    moved = np.array(line) + np.random.default_rng(seed).uniform(-DEGREES_M, DEGREES_M, (len(line), 2))
    return tuple((x, y) for x, y in moved.tolist())


def land(tiling: Tiling) -> dict[str, float]:
    return {code: float(round(shape.area, 3)) for code, shape in sorted(tiling.shapes.items())}


@pytest.mark.parametrize("seed", range(20))
def test_a_dragged_border_keeps_what_was_not_dragged_exactly(tiling: Tiling, seed: int) -> None:
    """One vertex goes 50 m east; every other comes back millimetres beside where it lies."""
    moved = shaken(BORDER, seed)
    after = apply_edit(tiling, RedrawBorder("A", "B", (moved[0], (450.0, 200.0), *moved[2:])))
    assert land(after) == {"A": land(tiling)["A"] + 5_000, "B": land(tiling)["B"] - 5_000, "C": land(tiling)["C"]}
    assert shapely.coverage_is_valid(after.layer().shapes)


@pytest.mark.parametrize("seed", range(5))
def test_a_border_drawn_where_it_lies_changes_nothing(tiling: Tiling, seed: int) -> None:
    after = apply_edit(tiling, RedrawBorder("A", "B", shaken(BORDER, seed)))
    assert land(after) == land(tiling)
    assert len(after.grid_of) == len(tiling.grid_of)


def test_a_point_tapped_twice_counts_once(tiling: Tiling) -> None:
    line = ((400.0, 100.0), (400.0, 100.0), (450.0, 200.0), (450.0, 200.0), (300.0, 400.0), (300.0, 400.0))
    after = apply_edit(tiling, RedrawBorder("A", "B", line))
    assert land(after)["C"] == land(tiling)["C"]
    assert land(after)["A"] != land(tiling)["A"]


def test_a_loop_is_refused_with_its_place(tiling: Tiling) -> None:
    line = ((400.0, 90.0), (400.0, 250.0), (500.0, 250.0), (500.0, 200.0), (350.0, 200.0), (300.0, 410.0))
    with pytest.raises(WrongEdit, match="相交") as refusal:
        apply_edit(tiling, RedrawBorder("A", "B", line))
    assert refusal.value.rule == "edit.line_invalid"
    assert refusal.value.place == pytest.approx((400.0, 200.0))


def test_a_ring_is_no_border(tiling: Tiling) -> None:
    ring = ((350.0, 150.0), (450.0, 150.0), (450.0, 250.0), (350.0, 150.0))
    with pytest.raises(WrongEdit, match="一圈") as refusal:
        apply_edit(tiling, RedrawBorder("A", "B", ring))
    assert refusal.value.place == (350.0, 150.0)


def test_a_cut_that_ends_short_is_refused_with_the_end(tiling: Tiling) -> None:
    (unit,) = tiling.units_in("C")
    with pytest.raises(WrongEdit) as refusal:
        apply_edit(tiling, CutUnit(unit, ((200.0, 110.0), (200.0, 4.0))))
    assert refusal.value.rule == "edit.cut_incomplete"
    assert refusal.value.place == (200.0, 4.0)


def test_crumbs_along_a_border_join_the_land_beside_them(tiling: Tiling) -> None:
    """The line leaves the old border by a few centimetres and comes back to it: no unit of its own comes of it."""
    line = ((400.0, 100.0), (400.03, 150.0), (400.0, 200.0), (450.0, 250.0), (400.0, 300.0), (300.0, 300.0))
    after = apply_edit(tiling, RedrawBorder("A", "B", (*line, (300.0, 400.0))))
    assert land(after)["A"] - land(tiling)["A"] == pytest.approx(2_500, abs=2.0)
    assert min(shape.area for shape in map(after.shape_of, after.grid_of)) > 1.0
