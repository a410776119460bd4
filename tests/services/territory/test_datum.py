"""Shifted coordinates that say WGS 84 are recognised against the layers already there, and undone only when asked."""

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from gis.ingest.datum import gcj02_to_bd09, wgs84_to_gcj02
from gis.terms import LayerKind
from tests.services.territory.conftest import COMMUNITIES, Files, box, grid_code, imported, plan, rules

EIGHT = {
    grid_code(i + 1, COMMUNITIES[i // 4]): box(i, 0, i + 1, 4)
    for i in range(8)
}  # fmt: skip


def shifted(bd09: bool) -> dict[str, shapely.Geometry]:
    def shift(xy: np.ndarray) -> np.ndarray:
        gcj02 = wgs84_to_gcj02(xy)
        return gcj02_to_bd09(gcj02) if bd09 else gcj02

    return {code: shapely.transform(shape, shift) for code, shape in EIGHT.items()}


@pytest.mark.parametrize("bd09", [False, True])
def test_a_shift_is_told_and_undone_only_when_asked(founded: Files, bd09: bool) -> None:
    path = founded.grids(shifted(bd09))
    made = plan(LayerKind.GRID, path)
    assert rules(made) & {"datum.shifted", "crs.apart"}
    assert not made.can_commit
    name = "bd09" if bd09 else "gcj02"
    imported(LayerKind.GRID, path, datum=name)
    again = plan(LayerKind.GRID, founded.grids(EIGHT))
    moved = [shapely.hausdorff_distance(c.record.shape, c.current.shape) for c in again.changed if c.redrawn]
    assert not again.added
    assert all(distance < 1e-8 for distance in moved)


def test_undoing_a_shift_that_is_not_there_is_refused(founded: Files) -> None:
    made = plan(LayerKind.GRID, founded.grids(EIGHT), datum="gcj02")
    assert rules(made) & {"datum.wrong_choice", "crs.apart"}


def test_a_person_may_insist(founded: Files) -> None:
    assert plan(LayerKind.GRID, founded.grids(shifted(False)), trust_datum=True).can_commit


def test_another_place_altogether_is_refused(founded: Files) -> None:
    far = {code: translate(shape, 1.0, 1.0) for code, shape in EIGHT.items()}
    assert rules(plan(LayerKind.GRID, founded.grids(far))) == {"crs.apart"}
