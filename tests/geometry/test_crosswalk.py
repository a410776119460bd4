"""The crosswalk between two states of the grids: nothing lost, nothing counted twice."""

import numpy as np
import pytest
import shapely

from gis.geometry.crosswalk import NOWHERE, CrossRow, crosswalk
from gis.geometry.layers import Homes, Layer
from tests.drawn import as_shapes, drawn, layer, read_map

BEFORE = """
    AAABBB
    AAABBB
    CCCCCC"""


def homes(*spots: tuple[float, float, int]) -> Homes:
    points = as_shapes([shapely.Point(x, y) for x, y, _ in spots])
    return Homes(points, np.array([count for *_, count in spots], dtype=np.int64))


def table(rows: list[CrossRow]) -> list[tuple[str, str, int, int, int]]:
    return [(row.from_code, row.to_code, round(row.area_m2), row.households, row.buildings) for row in rows]


def balanced(before: Layer, after: Layer, rows: list[CrossRow]) -> None:
    for codes, shapes, name in (
        (before.codes, before.shapes, "from_code"),
        (after.codes, after.shapes, "to_code"),
    ):
        for code, area in zip(codes, shapely.area(shapes), strict=True):
            assert sum(row.area_m2 for row in rows if getattr(row, name) == code) == pytest.approx(area, abs=1e-5)


def test_nothing_changed() -> None:
    found = crosswalk(drawn(BEFORE), drawn(BEFORE), homes((50, 50, 7)))
    assert table(found.rows) == [("A", "A", 60_000, 0, 0), ("B", "B", 60_000, 0, 0), ("C", "C", 60_000, 7, 1)]
    assert found.changes() == []
    assert all(row.kept for row in found.rows)


def test_land_moves_with_its_homes() -> None:
    before, after = (
        drawn(BEFORE),
        drawn("""
        AABBBB
        AAABBB
        CCCNNN"""),
    )
    found = crosswalk(before, after, homes((250, 250, 12), (550, 50, 5), (450, 150, 0)))
    assert table(found.changes()) == [("A", "B", 10_000, 12, 1), ("C", "N", 30_000, 5, 1)]
    balanced(before, after, found.rows)
    assert found.shapes[[row.to_code for row in found.rows].index("N")].equals(after.shapes[3])


def test_land_that_no_grid_had_or_has() -> None:
    before, after = drawn("AAA..."), drawn(".AABB.")
    found = crosswalk(before, after, homes((50, 50, 3), (350, 50, 4), (590, 50, 9)))
    assert table(found.rows) == [
        (NOWHERE, "B", 20_000, 4, 1),
        ("A", "A", 20_000, 0, 0),
        ("A", NOWHERE, 10_000, 3, 1),
    ]


def test_a_hole_an_enclave_and_two_parts() -> None:
    before = drawn("""
        AAAAA
        AEEAA
        AAAAA""")
    after = drawn("""
        AAAAE
        AAEAA
        AAAAA""")
    found = crosswalk(before, after)
    assert table(found.changes()) == [("A", "E", 10_000, 0, 0), ("E", "A", 10_000, 0, 0)]
    balanced(before, after, found.rows)


def test_noise_on_every_line_is_said_to_be_noise() -> None:
    before = drawn(BEFORE)
    shaken = {
        code: shapely.transform(shapely.segmentize(shape, 30), lambda xy, i=i: xy + 0.3 * np.sin(xy[:, ::-1] / 7 + i))
        for i, (code, shape) in enumerate(read_map(BEFORE).items())
    }
    found = crosswalk(before, layer(shaken))
    assert {row.noise for row in found.rows if not row.kept} == {True}
    assert found.changes() == []
    for code, area in zip(before.codes, shapely.area(before.shapes), strict=True):
        assert sum(row.area_m2 for row in found.rows if row.from_code == code) == pytest.approx(area, abs=1e-5)


def test_a_narrow_strip_with_a_home_in_it_is_no_noise() -> None:
    strip = shapely.box(300, 100, 302, 300)
    shapes = read_map(BEFORE)
    moved = layer({"A": shapes["A"].union(strip), "B": shapes["B"].difference(strip), "C": shapes["C"]})
    assert crosswalk(drawn(BEFORE), moved).changes() == []
    assert table(crosswalk(drawn(BEFORE), moved, homes((301, 200, 6))).changes()) == [("B", "A", 400, 6, 1)]


def test_a_home_on_a_line_counts_once_and_stays_where_the_place_is_kept() -> None:
    on_the_line = homes((300, 200, 8), (300, 100, 2))
    rows = crosswalk(drawn(BEFORE), drawn(BEFORE), on_the_line).rows
    assert sum(row.households for row in rows) == 10
    assert all(row.kept for row in rows)


def test_grids_that_overlap_do_not_count_land_twice() -> None:
    both = layer({"A": shapely.box(0, 0, 400, 100), "B": shapely.box(300, 0, 600, 100)})
    found = crosswalk(drawn("AAABBB"), both)
    balanced(drawn("AAABBB"), Layer(both.codes[:0], both.shapes[:0]), found.rows)


def test_renumbered_grids_are_other_places_on_the_same_land() -> None:
    found = crosswalk(drawn("AABB"), drawn("AACC"))
    assert table(found.rows) == [("A", "A", 20_000, 0, 0), ("B", "C", 20_000, 0, 0)]
    assert len(found.changes()) == 1
