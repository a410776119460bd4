"""Widths of simple outlines: wearing a polygon away and searching its largest circle must agree."""

import numpy as np
import shapely

from gis.geometry.widths import _circles_m, _worn_away, _worn_m, round_bound_m

TOLERANCE_M = 0.02


def few_cornered(count: int, seed: int = 3) -> np.ndarray:
    """Return long thin star-shaped polygons of three to nine corners: GEOS drops the offset line of such rings."""
    rng = np.random.default_rng(seed)
    found: list[shapely.Polygon] = []
    while len(found) < count:
        corners = rng.normal(size=(rng.integers(3, 10), 2)) * [rng.uniform(5, 300), rng.uniform(0.3, 20)]
        around = np.argsort(np.arctan2(*(corners - corners.mean(axis=0)).T))
        polygon = shapely.Polygon(corners[around])
        if polygon.is_valid and polygon.area > 0.01:
            found.append(polygon)
    return np.array(found, dtype=object)


def test_simple_outlines_wear_away_at_the_width_of_their_circle():
    polygons = few_cornered(600)
    width_m = _circles_m(polygons, np.full(len(polygons), TOLERANCE_M / 2))
    assert not _worn_away(polygons, 0.97 * width_m).any()
    assert _worn_away(polygons, 1.08 * width_m + 2 * TOLERANCE_M).all()


def test_halving_finds_the_width_that_the_circle_has():
    polygons = few_cornered(300, seed=4)
    tolerance_m = np.full(len(polygons), TOLERANCE_M)
    circle_m = _circles_m(polygons, tolerance_m / 2)
    low_m = 2 * shapely.area(polygons) / shapely.length(polygons)
    worn_m = _worn_m(polygons, tolerance_m, low_m, round_bound_m(shapely.area(polygons)))
    np.testing.assert_allclose(worn_m, circle_m, rtol=0.02, atol=2 * TOLERANCE_M)
