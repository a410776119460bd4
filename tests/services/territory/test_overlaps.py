"""Grids that would overlap are named in the dry run, settled up to noise when asked, never written."""

import pytest
import shapely

from gis.ingest.records import Severity
from gis.models import Grid, GridBoundary
from gis.selectors import territory
from gis.services.territory import commit_import
from gis.terms import GridKind, LayerKind
from tests.services.territory.conftest import DISTRICT, LATER, Files, box, grid_code, imported, plan, rules

SLIVER = 0.02
"""About 1.8 m of longitude: below the 6 m that are noise between layers accurate to 1 m."""


def test_overlapping_rows_are_both_refused_with_the_width(founded: Files) -> None:
    shapes = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(1, 0, 4, 4), grid_code(3): box(4, 0, 5, 4)}
    made = plan(LayerKind.GRID, founded.grids(shapes))
    assert made.refused_rows == {1, 2}
    (notice, _other) = [notice for notice in made.notices if notice.rule == "grid.overlap"]
    assert grid_code(2) in notice.message
    assert "宽 90." in notice.message
    assert [record.code for record in made.added] == [grid_code(3)]


def test_a_row_overlapping_a_grid_in_force_is_refused(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids({grid_code(1): box(0, 0, 2, 4)}))
    made = plan(LayerKind.GRID, founded.grids({grid_code(2): box(1, 0, 4, 4)}), at=LATER)
    assert rules(made) == {"grid.overlap", *rules(made)}
    assert "现行网格" in next(n.message for n in made.notices if n.rule == "grid.overlap")


def test_cells_do_not_meet_ordinary_grids(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids({grid_code(1): box(0, 0, 2, 4)}))
    cells = {grid_code(101): box(0, 0, 1, 1), grid_code(102): box(1, 0, 2, 1)}
    made = imported(LayerKind.GRID, founded.grids(cells), at=LATER, grid_kind=GridKind.CELL)
    assert made.counts()["added"] == 2
    assert Grid.objects.filter(kind="cell").count() == 2
    assert made.missing == []


def test_a_refused_row_keeps_its_old_land_and_so_refuses_the_next(founded: Files) -> None:
    """Grid 1 gives its east to grid 2 but overlaps grid 4: it stays, and grid 2 must not take what it did not give."""
    imported(
        LayerKind.GRID,
        founded.grids({grid_code(1): box(0, 0, 2, 2), grid_code(2): box(2, 0, 4, 2), grid_code(4): box(0, 2, 4, 4)}),
    )
    moved = {grid_code(1): box(0, 0, 1, 3), grid_code(2): box(1, 0, 4, 2)}
    made = plan(LayerKind.GRID, founded.grids(moved), at=LATER)
    assert made.refused_rows == {1, 2}
    assert made.changes_nothing


@pytest.mark.parametrize("known", [False, True])
def test_overlaps_up_to_noise_are_settled_only_when_asked(founded: Files, known: bool) -> None:
    first, second = {grid_code(1): box(0, 0, 2, 4)}, {grid_code(2): box(2 - SLIVER, 0, 4, 4)}
    if known:
        imported(LayerKind.GRID, founded.grids(first))
    path = founded.grids(second if known else first | second)
    refused = plan(LayerKind.GRID, path, at=LATER)
    assert "grid.overlap" in rules(refused)
    assert "自动裁去" in next(n.message for n in refused.notices if n.rule == "grid.overlap")
    made = imported(LayerKind.GRID, path, at=LATER, settle_overlaps=True)
    settled = [n for n in made.notices if n.rule == "grid.overlap_settled"]
    assert settled
    assert all(n.severity is Severity.REPAIRED and n.area_change_m2 is not None for n in settled)
    layer = territory.layer_in_force(LayerKind.GRID, district_code=DISTRICT, at=LATER)
    assert shapely.area(shapely.intersection(*layer.shapes)) < 0.01
    assert shapely.area(shapely.union_all(layer.shapes)) == pytest.approx(shapely.area(layer.shapes).sum(), rel=1e-6)


def test_real_overlaps_are_never_settled(founded: Files) -> None:
    shapes = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(1.5, 0, 4, 4)}
    made = plan(LayerKind.GRID, founded.grids(shapes), settle_overlaps=True)
    assert made.refused_rows == {1, 2}
    assert not made.can_commit


def test_neighbours_swap_land_in_one_import(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids({grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}))
    swapped = {grid_code(1): box(2, 0, 4, 4), grid_code(2): box(0, 0, 2, 4)}
    commit_import(plan(LayerKind.GRID, founded.grids(swapped), at=LATER), by=None)
    assert GridBoundary.objects.count() == 4
