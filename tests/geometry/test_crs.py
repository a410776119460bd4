"""Frames: the right metric zone, exact there-and-back, and a named refusal for every kind of wrong coordinates."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gis.geometry.crs import (
    STORED,
    likely_frames,
    metric_crs_for,
    metric_frame,
    missing_frame,
    project,
    require_meeting,
    require_plausible,
    to_metres,
)
from gis.geometry.errors import WrongFrame
from tests.drawn import as_shapes

LAOSHAN = (120.40, 36.10, 120.42, 36.11)


def one(*box: float) -> np.ndarray:
    return as_shapes([shapely.box(*box)])


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (120.4, 36.1, "EPSG:4549"),
        (118.49, 36.0, "EPSG:4548"),
        (121.51, 31.2, "EPSG:4550"),
        (73.7, 39.4, "EPSG:4534"),
        (134.7, 48.3, "EPSG:4554"),
        (-105.0, 39.7, "EPSG:32613"),
        (151.2, -33.9, "EPSG:32756"),
        (180.0, 10.0, "EPSG:32660"),
    ],
)
def test_china_is_measured_in_three_degree_zones_and_the_rest_in_utm(lon: float, lat: float, crs: str) -> None:
    assert metric_crs_for(lon, lat) == crs


def test_the_poles_have_no_metric_frame() -> None:
    with pytest.raises(WrongFrame, match="米制坐标系") as refusal:
        metric_crs_for(0, 89)
    assert refusal.value.rule == "crs.no_metric_frame"


def test_metres_are_metres_whatever_the_axis_order_of_the_registry() -> None:
    moved = project(one(*LAOSHAN), STORED, "EPSG:4549")[0]
    exact, _ = Geod(ellps="GRS80").geometry_area_perimeter(shapely.orient_polygons(shapely.box(*LAOSHAN)))
    assert moved.area == pytest.approx(exact, rel=1e-4)
    assert moved.bounds[0] == pytest.approx(536_000, abs=1000)


def test_there_and_back_is_exact_to_a_hundredth_of_a_millimetre() -> None:
    there = project(one(*LAOSHAN), STORED, "EPSG:4549")
    back = project(there, "EPSG:4549", STORED)
    assert shapely.hausdorff_distance(back[0], shapely.box(*LAOSHAN)) < 1e-10


def test_shared_vertices_stay_shared_bit_for_bit_and_none_stays_none() -> None:
    left, right = shapely.box(120.40, 36.10, 120.41, 36.11), shapely.box(120.41, 36.10, 120.42, 36.11)
    moved = project(np.array([left, None, right], dtype=object), STORED, "EPSG:4549")
    assert moved[1] is None
    assert len(set(moved[0].exterior.coords) & set(moved[2].exterior.coords)) == 2


def test_heights_are_dropped() -> None:
    high = shapely.force_3d(shapely.box(*LAOSHAN), 12.0)
    assert not project(as_shapes([high]), STORED, "EPSG:4549")[0].has_z


def test_layers_in_different_frames_get_one_metric_frame() -> None:
    degrees = one(*LAOSHAN)
    zoned = project(degrees, STORED, "EPSG:4528")
    assert metric_frame([(degrees, STORED), (zoned, "EPSG:4528")]) == "EPSG:4549"
    with pytest.raises(WrongFrame) as refusal:
        metric_frame([(as_shapes([]), STORED)])
    assert refusal.value.rule == "crs.nothing"


METRES = tuple(project(one(*LAOSHAN), STORED, "EPSG:4549")[0].bounds)


@pytest.mark.parametrize(
    ("box", "crs", "rule", "says"),
    [
        (METRES, "EPSG:4490", "crs.metres_said_degrees", "EPSG:4549"),
        (LAOSHAN, "EPSG:4549", "crs.degrees_said_metres", "EPSG:4490"),
        ((36.10, 120.40, 36.11, 120.42), "EPSG:4326", "crs.swapped", "对调"),
        ((METRES[1], METRES[0], METRES[3], METRES[2]), "EPSG:4549", "crs.swapped", "对调"),
        (tuple(v / 0.3048 for v in METRES), "EPSG:4549", "crs.feet_said_metres", "英尺"),
        ((METRES[0] + 40e6, METRES[1], METRES[2] + 40e6, METRES[3]), "EPSG:4549", "crs.zone_in_easting", "EPSG:4528"),
        ((METRES[0], 30e6, METRES[2], 30.1e6), "EPSG:4549", "crs.outside_area", "核对坐标系"),
    ],
)
def test_coordinates_that_are_not_what_they_say_are_refused_by_name(
    box: tuple[float, float, float, float], crs: str, rule: str, says: str
) -> None:
    with pytest.raises(WrongFrame, match=r"网格\.shp") as refusal:
        require_plausible(one(*box), crs, name="网格.shp")
    assert refusal.value.rule == rule
    assert says in refusal.value.message


def test_declared_feet_and_zone_numbers_are_no_fault() -> None:
    require_plausible(one(3.1e6, 1.6e6, 3.2e6, 1.7e6), "EPSG:2232")
    require_plausible(one(METRES[0] + 40e6, METRES[1], METRES[2] + 40e6, METRES[3]), "EPSG:4528")
    feet = project(one(3.1e6, 1.6e6, 3.2e6, 1.7e6), "EPSG:2232", "EPSG:32613")[0]
    assert feet.area == pytest.approx((1e5 * 1200 / 3937) ** 2, rel=2e-3)


def test_an_unknown_frame_and_a_target_that_is_not_metric_are_refused() -> None:
    with pytest.raises(WrongFrame) as unknown:
        require_plausible(one(*LAOSHAN), "EPSG:999999")
    assert unknown.value.rule == "crs.unknown"
    with pytest.raises(WrongFrame) as degrees:
        to_metres(one(*LAOSHAN), STORED, "EPSG:4326")
    assert degrees.value.rule == "crs.not_metric"
    assert to_metres(one(*LAOSHAN), STORED, "EPSG:4549")[0].area > 1e6


def test_a_missing_frame_is_refused_with_the_likely_ones() -> None:
    assert "EPSG:4490" in missing_frame(one(*LAOSHAN)).message
    assert "EPSG:4549" in missing_frame(one(*METRES)).message
    assert likely_frames((40_536_000, 3.99e6, 40_537_000, 4e6)) == ["EPSG:4528（3 度带第 40 带，东坐标带带号）"]
    assert likely_frames((13.4e6, 4.3e6, 13.41e6, 4.31e6))[0] == "EPSG:3857（网络墨卡托）"


def test_layers_far_apart_are_refused_with_their_distance() -> None:
    require_meeting(one(0, 0, 1, 1), one(1, 0, 2, 1), names=("网格", "小区"))
    with pytest.raises(WrongFrame, match=r"相距约 10\.0 公里") as refusal:
        require_meeting(one(0, 0, 1, 1), one(10_001, 0, 10_002, 1), names=("网格", "小区"))
    assert refusal.value.rule == "crs.apart"
