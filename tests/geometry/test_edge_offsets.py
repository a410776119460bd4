"""Widths from the curves around an outline: as deep as the largest circle, and settled without cutting any land out."""

import numpy as np
import pytest
import shapely
import shapely.affinity

from gis.geometry import engine_edges
from gis.geometry.engine_edges import EdgeEngine
from gis.geometry.pieces import Region
from gis.geometry.widths import _circles_m, _is_left_inside, land_of

TOLERANCE_M = 0.02


def wall(rng: np.random.Generator, noise_m: float) -> shapely.Polygon:
    """Return an estate's wall as one more hand would draw it: about 80 vertices, off by the noise."""
    angle = np.linspace(0, 2 * np.pi, 81)[:-1]
    radius = 120 + 25 * np.sin(3 * angle) + 12 * np.cos(7 * angle)
    ring = np.stack([1.6 * radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return shapely.Polygon(ring + rng.normal(0, noise_m, ring.shape))


def pairs(noise_m: float) -> EdgeEngine:
    """Return an engine for twelve pairs of such walls, each pair far from the others."""
    rng = np.random.default_rng(7)
    ones, others = [], []
    for place in range(12):
        for hand in (ones, others):
            hand.append(shapely.affinity.translate(wall(rng, noise_m), xoff=1000.0 * place))
    return EdgeEngine(np.array(ones), np.array(others), tolerance_m=TOLERANCE_M)


def truth_m(engine: EdgeEngine, region: Region) -> np.ndarray:
    every = np.arange(12)
    land = np.array([land_of(shape) for shape in engine.regions.of(region, every, every)])
    return _circles_m(land, np.full(12, 1e-3))


@pytest.mark.parametrize("region", [Region.SHARED, Region.REST, Region.BEYOND])
@pytest.mark.parametrize("noise_m", [0.3, 3.0])
def test_measured_as_wide_as_the_largest_circle(region, noise_m, monkeypatch):
    engine = pairs(noise_m)
    expected = truth_m(engine, region)
    monkeypatch.setattr(engine_edges, "inscribed_diameters", None)  # nothing is left for GEOS
    low, high = engine.widths(region, np.arange(12), np.arange(12), None)
    assert (low == high).all()
    assert (low <= expected + 0.005).all()
    np.testing.assert_allclose(low, expected, rtol=0.01, atol=TOLERANCE_M)


@pytest.mark.parametrize("share", [0.9, 1.1])
@pytest.mark.parametrize("region", [Region.SHARED, Region.REST, Region.BEYOND])
def test_compared_with_a_width_a_little_more_or_less(region, share, monkeypatch):
    engine = pairs(1.0)
    expected = truth_m(engine, region)
    monkeypatch.setattr(engine_edges, "inscribed_diameters", None)
    low, high = engine.widths(region, np.arange(12), np.arange(12), share * expected)
    if share < 1:
        assert (low > share * expected).all()
    else:
        assert (high <= share * expected).all()
    assert (low <= expected + 0.005).all()
    assert (high >= expected - 0.005).all()


def test_a_circle_between_corners_that_reach_in():
    # A star of four needles around the origin: the circle touches corners only, no edge.
    needles = [
        shapely.Polygon([(10, 0), (50, -2), (50, 2)]),
        shapely.Polygon([(-10, 0), (-50, -2), (-50, 2)]),
        shapely.Polygon([(0, 10), (-2, 50), (2, 50)]),
        shapely.Polygon([(0, -10), (-2, -50), (2, -50)]),
    ]
    field = shapely.box(-12, -12, 12, 12)
    engine = EdgeEngine(np.array([field]), np.array([shapely.MultiPolygon(needles)]), tolerance_m=TOLERANCE_M)
    low, _ = engine.widths(Region.REST, np.array([0]), np.array([0]), None)
    assert low[0] == pytest.approx(20, rel=0.01)
    low, _ = engine.widths(Region.REST, np.array([0]), np.array([0]), np.array([19.5]))
    assert low[0] > 19.5
    _, high = engine.widths(Region.REST, np.array([0]), np.array([0]), np.array([20.5]))
    assert high[0] <= 20.5


def test_land_left_where_none_can_be_is_not_believed():
    part = np.array([shapely.box(0, 0, 40, 10)])
    true, false = shapely.box(4, 4, 36, 6), shapely.box(1, 1, 39, 9)
    assert _is_left_inside(part, np.array([true]), np.array([8.0])).all()
    assert not _is_left_inside(part, np.array([false.boundary.buffer(0.1)]), np.array([8.0])).any()
    assert _is_left_inside(part, np.array([None]), np.array([8.0])).all()
