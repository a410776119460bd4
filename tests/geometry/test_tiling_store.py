"""Tilings kept as bytes, and cut down to a part of the district."""

import numpy as np
import pytest
import shapely

from gis.geometry.edit_kinds import AssignUnits, CutGrid, MergeGrids, RenameGrid
from gis.geometry.edit_log import begin
from gis.geometry.edits import apply_edit
from gis.geometry.errors import InvalidShape, WrongEdit
from gis.geometry.tiling import UNASSIGNED, Tiling, tiling_of
from gis.geometry.tiling_store import grids_beside, part_of, tiling_from_bytes, tiling_to_bytes
from tests.geometry.scribbles import scribble
from tests.optimize.worlds import world

GRIDS = """
    AAAABBBB
    AAAABBBB
    CCCCCCCC
    CCEECCCC
    CCCCCCII"""
COMPOUNDS = """
    xx......
    .....yy.
    ........
    ........
    yy......"""


@pytest.fixture
def tiling() -> Tiling:
    """Return a tiling with an enclave, E, and a compound in two places, y."""
    return tiling_of(world(GRIDS, COMPOUNDS, roads=[shapely.LineString([(0, 350), (400, 350)])]), names={"A": "海晏"})


def bits(tiling: Tiling) -> dict[str, object]:
    """Return everything there is to a tiling, shapes as their bytes, in the order it has."""
    return {
        "faces": shapely.to_wkb(tiling.faces).tolist(),
        "unit": tiling.unit.tolist(),
        "seat": tiling.seat.tolist(),
        "grid_of": list(tiling.grid_of.items()),
        "compound_of": list(tiling.compound_of.items()),
        "grids": list(tiling.grids.items()),
        "outline": tiling.outline.wkb,
        "next_unit": tiling.next_unit,
        "shapes": [(code, shape.wkb) for code, shape in tiling.shapes.items()],
    }


def test_a_tiling_comes_back_to_the_bit(tiling: Tiling) -> None:
    log, rng = begin(tiling), np.random.default_rng(3)
    for _ in range(30):
        log = scribble(log, rng)
        again = tiling_from_bytes(tiling_to_bytes(log.now))
        assert bits(again) == bits(log.now)
    assert tiling_to_bytes(again) == tiling_to_bytes(log.now)


def test_edits_go_on_from_what_was_stored_to_the_same_bits(tiling: Tiling) -> None:
    edits = [
        CutGrid("A", ((133.3, 250), (137.7, 550)), "A2", "西"),
        RenameGrid("B", "湾"),
        MergeGrids(("A2",), "C"),
    ]
    through, direct = tiling, tiling
    for edit in edits:
        direct = apply_edit(direct, edit)
        through = tiling_from_bytes(tiling_to_bytes(apply_edit(through, edit)))
    assert bits(through) == bits(direct)


def test_bytes_that_are_no_tiling_are_refused(tiling: Tiling) -> None:
    stored = tiling_to_bytes(tiling)
    for damaged in (b"", b"PK\x03\x04", stored[:40], stored[:3] + b"\xff" + stored[4:]):
        with pytest.raises(InvalidShape) as refusal:
            tiling_from_bytes(damaged)
        assert refusal.value.rule == "tiling.unreadable"


def test_a_part_keeps_numbers_shapes_and_names(tiling: Tiling) -> None:
    part = part_of(tiling, ["A", "E"])
    assert sorted(part.shapes) == sorted(part.grids) == ["A", "E"]
    assert part.grids["A"].name == "海晏"
    assert part.shapes["A"].wkb == tiling.shapes["A"].wkb
    assert part.units_in("A") == tiling.units_in("A")
    assert part.next_unit == tiling.next_unit
    assert part.outline.area == pytest.approx(100_000)
    part.check()


def test_a_part_without_its_enclave_has_a_hole(tiling: Tiling) -> None:
    around = part_of(tiling, ["A", "C"])
    assert isinstance(around.outline, shapely.Polygon)
    assert len(around.outline.interiors) == 1
    around.check()
    assert isinstance(part_of(tiling, ["A", "C", "E"]).outline, shapely.Polygon)
    assert part_of(tiling, ["A", "C", "E"]).outline.area == pytest.approx(300_000)


def test_a_compound_across_the_edge_of_a_part_is_named(tiling: Tiling) -> None:
    """y lies in B and in C: without C only its eastern half can be seen."""
    assert grids_beside(tiling, ["B"]) == ["C"]
    assert grids_beside(tiling, ["A", "E"]) == []
    part = part_of(tiling, ["B"])
    assert part.outline.area == pytest.approx(80_000)
    assert set(part.grid_of.values()) == {"B"}
    part.check()


def test_edits_work_in_a_part_and_land_without_a_grid_is_taken_along(tiling: Tiling) -> None:
    unit = tiling.units_in("B")[0]
    bare = apply_edit(tiling, AssignUnits((unit,), UNASSIGNED))
    part = part_of(bare, ["B", UNASSIGNED])
    assert part.grid_of[unit] == UNASSIGNED
    after = apply_edit(part, AssignUnits((unit,), "B"))
    assert after.shapes["B"].equals(tiling.shapes["B"])


@pytest.mark.parametrize(("grids", "rule"), [(["Z"], "edit.unknown_grid"), ([UNASSIGNED], "edit.empty_grid")])
def test_a_part_without_land_is_refused(tiling: Tiling, grids: list[str], rule: str) -> None:
    with pytest.raises(WrongEdit) as refusal:
        part_of(tiling, grids)
    assert refusal.value.rule == rule
