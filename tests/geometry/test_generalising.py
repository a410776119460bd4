"""Generalised copies: simpler, whole units, and neighbours still meet."""

import numpy as np
import pytest
import shapely

from gis.geometry.generalising import NOWHERE, SMALLEST, label_points, sheets_of
from gis.geometry.tilegrid import HALF_WORLD_M, PIXEL, unit_m
from tests.drawn import as_shapes, read_map

TOWN = """
    AAAABBBB
    AAAABBBB
    CCCABBDD
    CCCCDDDD
    CCEEEEDD
    FFEEEEGG
"""
ZOOMS = range(10, 17)


def somewhere(shapes: list[shapely.Geometry], *, wobble_m: float = 6.0) -> np.ndarray:
    """Return a drawn map on the coast, its lines wandering: every vertex moves by where it is, so neighbours agree."""

    def wander(xy: np.ndarray) -> np.ndarray:
        along = np.column_stack([np.sin(xy[:, 1] / 31.0 + xy[:, 0] / 97), np.cos(xy[:, 0] / 23.0 - xy[:, 1] / 71)])
        return xy + wobble_m * along + np.array([13_410_000.0, 4_310_000.0])

    return shapely.transform(shapely.segmentize(as_shapes(shapes), 7.0), wander)


@pytest.fixture
def town() -> np.ndarray:
    return somewhere(list(read_map(TOWN, cell_m=150).values()))


def test_copies_are_whole_units_with_fewer_vertices(town: np.ndarray) -> None:
    counts = []
    for sheet in sheets_of(town, ZOOMS, covering=True):
        coordinates = shapely.get_coordinates(sheet.shapes)
        assert (coordinates == coordinates.round()).all()
        assert shapely.is_valid(sheet.shapes).all()
        assert not shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(sheet.shapes))).any()
        counts.append(len(coordinates))
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < counts[0] / 4 < shapely.get_num_coordinates(town).sum() / 4


def test_copies_lie_where_the_shapes_do(town: np.ndarray) -> None:
    for sheet in sheets_of(town, ZOOMS, covering=True):
        unit = unit_m(sheet.zoom)
        back = shapely.transform(sheet.shapes, lambda xy, unit=unit: xy * unit - HALF_WORLD_M)
        apart_m = shapely.hausdorff_distance(town[sheet.rows], back)
        assert apart_m.max() < 3 * PIXEL * unit


@pytest.mark.parametrize("zoom", ZOOMS)
def test_neighbours_still_meet(town: np.ndarray, zoom: int) -> None:
    (sheet,) = sheets_of(town, [zoom], covering=True)
    assert len(sheet.rows) == len(town)
    assert shapely.coverage_is_valid(sheet.shapes)
    (land,) = shapely.get_parts(shapely.coverage_union_all(sheet.shapes))
    assert not land.interiors


def test_simplified_one_by_one_they_would_gape(town: np.ndarray) -> None:
    (sheet,) = sheets_of(town, [13], covering=False)
    assert not shapely.coverage_is_valid(sheet.shapes)


def test_what_is_too_small_is_left_out_but_at_the_finest_zoom() -> None:
    shapes = somewhere([shapely.box(0, 0, 300, 300), shapely.box(1000, 0, 1012, 12)], wobble_m=0)
    rows = {sheet.zoom: sheet.rows.tolist() for sheet in sheets_of(shapes, ZOOMS, covering=True)}
    assert rows[16] == [0, 1]
    assert rows[13] == rows[10] == [0]
    assert 12**2 / unit_m(13) ** 2 < SMALLEST
    kept = list(sheets_of(shapes, [13], covering=False, keep_all=True))
    assert kept[0].rows.tolist() == [0, 1]


def test_labels_stand_inside_and_only_where_there_is_room() -> None:
    horseshoe = read_map("""UU...UU
                            UU...UU
                            UUUUUUU""")["U"]
    thin = shapely.box(2000, 0, 2004, 900)
    shapes = somewhere([horseshoe, thin], wobble_m=0)
    points, radii_m = label_points(shapes)
    assert shapely.contains(shapes, points).all()
    assert radii_m == pytest.approx([100, 2], rel=0.25)
    labels = {sheet.zoom: sheet.labels[:, 0] != NOWHERE for sheet in sheets_of(shapes, [12, 14, 16], covering=True)}
    assert labels[12].tolist() == [False, False]
    assert labels[14].tolist() == [True, False]
    assert labels[16].tolist() == [True, True]


def test_lines_and_points_have_labels_too() -> None:
    lines = somewhere([shapely.MultiLineString([[(0, 0), (10, 0)], [(0, 5), (40, 5)]])], wobble_m=0)
    points, radii_m = label_points(lines)
    assert shapely.get_coordinates(points).tolist() == [[13_410_020.0, 4_310_005.0]]
    assert radii_m == pytest.approx([20])
    spot = as_shapes([shapely.Point(1, 2)])
    assert label_points(spot)[0][0] == shapely.Point(1, 2)


def test_overlapping_and_doubled_shapes_come_through() -> None:
    shapes = somewhere([shapely.box(0, 0, 400, 400), shapely.box(300, 100, 700, 500), shapely.box(0, 0, 400, 400)])
    for sheet in sheets_of(shapes, ZOOMS, covering=True):
        assert sheet.rows.tolist() == [0, 1, 2]
        assert shapely.is_valid(sheet.shapes).all()


def test_nothing_gives_nothing() -> None:
    assert list(sheets_of(as_shapes([]), ZOOMS, covering=True)) == []
