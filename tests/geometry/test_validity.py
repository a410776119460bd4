"""Repairs: the land is kept or the shape is refused; what was done is said."""

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from gis.geometry.validity import Repair, repair_polygon, repair_polygons

FIELD = box(0, 0, 100, 100)


def ring(*corners: tuple[float, float]) -> Polygon:
    return Polygon(corners)


def test_a_sound_shape_is_passed_through_untouched() -> None:
    for sound in (
        FIELD,
        MultiPolygon([FIELD, box(200, 0, 230, 30)]),
        Polygon(FIELD.exterior, [box(9, 9, 20, 20).exterior]),
    ):
        assert repair_polygon(sound) == Repair(sound)
        assert repair_polygons([sound])[0].shape is sound


@pytest.mark.parametrize(
    ("drawn", "rule", "area_m2"),
    [
        (shapely.force_3d(FIELD, 7.0), "shape.z_dropped", 10_000),
        (ring((0, 0), (100, 0), (100, 0), (100, 100), (0, 100)), "shape.duplicate_points", 10_000),
        (ring((0, 0), (100, 0), (100, 50), (150, 50), (100, 50), (100, 100), (0, 100)), "shape.self_crossing", 10_000),
        (
            ring((0, 0), (100, 0), (100, 100), (50, 100), (60, 50), (40, 50), (50, 100), (0, 100)),
            "shape.self_touching",
            9_500,
        ),
        (Polygon(FIELD.exterior, [box(200, 0, 250, 50).exterior]), "shape.hole_outside", 12_500),
        (Polygon(FIELD.exterior, [box(80, 20, 100.01, 50).exterior]), "shape.self_crossing", 9_400),
        (Polygon(FIELD.exterior, [box(20, 20, 80, 80).exterior] * 2), "shape.duplicate_rings", 6_400),
        (MultiPolygon([FIELD, FIELD]), "shape.duplicate_rings", 10_000),
        (MultiPolygon([FIELD, box(100, 0, 150, 100)]), "shape.parts_merged", 15_000),
        (MultiPolygon([FIELD, box(50, 0, 150, 100)]), "shape.parts_merged", 15_000),
        (shapely.GeometryCollection([FIELD, Point(1, 1)]), "shape.collection", 10_000),
    ],
)
def test_what_keeps_the_land_is_mended(drawn: shapely.Geometry, rule: str, area_m2: float) -> None:
    repair = repair_polygon(drawn)
    assert repair.shape is not None
    assert repair.shape.is_valid
    assert not repair.shape.has_z
    assert (repair.rule, repair.kept_land) == (rule, True)
    assert repair.shape.area == pytest.approx(area_m2, abs=0.01)
    assert repair.what


@pytest.mark.parametrize(
    ("drawn", "rule"),
    [
        (None, "shape.empty"),
        (Polygon(), "shape.empty"),
        (Point(1, 1), "shape.not_polygon"),
        (shapely.LineString([(0, 0), (5, 5)]), "shape.not_polygon"),
        (ring((0, 0), (100, 100), (100, 0), (0, 100)), "shape.self_crossing"),
        (Polygon(FIELD.exterior, [box(80, 20, 150, 50).exterior]), "shape.self_crossing"),
        (MultiPolygon([FIELD, box(20, 20, 50, 50)]), "shape.nested_parts"),
        (Polygon(FIELD.exterior, [box(20, 20, 80, 80).exterior, box(30, 30, 40, 40).exterior]), "shape.nested_holes"),
        (ring((0, 0), (100, 0), (100, 0.05), (0, 0.05)), "shape.collapsed"),
        (ring((0, 0), (100, 0), (50, 0)), "shape.collapsed"),
        (box(0, 0, 0.5, 0.5), "shape.collapsed"),
    ],
)
def test_what_would_change_the_land_is_refused(drawn: shapely.Geometry | None, rule: str) -> None:
    repair = repair_polygon(drawn)
    assert repair.shape is None
    assert (repair.rule, repair.kept_land) == (rule, False)
    assert repair.what


def test_a_bow_tie_is_mended_only_while_its_smaller_lobe_is_a_trifle() -> None:
    def tie(depth_m: float) -> Repair:
        corners = [
            (0, 0),
            (100, 0),
            (100, 100),
            (51, 100),
            (49, 100 + depth_m),
            (49, 100 - depth_m),
            (51, 100.001),
            (0, 100),
        ]
        return repair_polygon(Polygon(corners))

    assert tie(0.3).kept_land
    assert not tie(20).kept_land


def test_a_change_of_land_is_said_in_square_metres() -> None:
    island = repair_polygon(Polygon(FIELD.exterior, [box(200, 0, 250, 50).exterior]))
    assert island.area_change_m2 == pytest.approx(2_500)
    assert isinstance(island.shape, MultiPolygon)
    assert "独立部件" in island.what


def test_figure_eights_far_from_the_origin_are_judged_as_those_near_it() -> None:
    tie = ring((0, 0), (100, 100), (100, 0), (0, 100))
    far = shapely.transform(tie, lambda xy: xy + np.array([40_500_000, 4_000_000]))
    assert repair_polygon(far).rule == repair_polygon(tie).rule == "shape.self_crossing"


@pytest.mark.filterwarnings("ignore:invalid value")  # shapely's, on making the ring
def test_numbers_that_are_none_are_refused() -> None:
    broken = shapely.Polygon([(0, 0), (float("nan"), 0), (10, 10), (0, 10)])
    assert [repair.rule for repair in repair_polygons([broken, FIELD])] == ["shape.not_finite", ""]


corners = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=9)


@settings(max_examples=300, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(corners)
def test_whatever_is_drawn_the_answer_is_valid_land_or_a_refusal(drawn: list[tuple[int, int]]) -> None:
    repair = repair_polygon(Polygon(np.array(drawn, dtype=float) * 10))
    assert (repair.shape is None) == (not repair.kept_land)
    if repair.shape is not None:
        assert repair.shape.is_valid
        assert abs(repair.area_change_m2) <= 2.0
