"""Land proven narrow by straight lines across it is narrow; and slivers along a border are settled in this way."""

import numpy as np
import pytest
import shapely

from gis.geometry.edge_scans import FEW, MANY, is_narrow
from gis.geometry.edge_tables import EdgeTable
from gis.geometry.engine_edges import EdgeEngine
from gis.geometry.pieces import Region
from gis.geometry.regions import Regions
from gis.geometry.widths import _circles_m, land_of
from tests.geometry.test_edge_offsets import pairs, wall
from tests.geometry.test_engines import awkward

INSIDE = {Region.SHARED: 0b11, Region.REST: 0b01, Region.BEYOND: 0b10}


def proven(one: shapely.Geometry, other: shapely.Geometry, region: Region, width_m: float, spacing: float) -> bool:
    """Tell whether it is proven that land of two shapes is no wider than this."""
    ones, others = EdgeTable.of(np.array([one])), EdgeTable.of(np.array([other]))
    box = tuple((others if region is Region.BEYOND else ones).sizes.boxes[0].tolist())
    cells = np.zeros(1, dtype=np.int64)
    return bool(is_narrow(ones.arrays, others.arrays, 0, cells, INSIDE[region], box, width_m / 2, spacing)[0])


@pytest.mark.parametrize("spacing", [FEW, MANY])
def test_what_is_proven_narrow_is_narrow(spacing):
    rng = np.random.default_rng(3)
    settled = 0
    for _n in range(150):
        one, other = awkward(rng), awkward(rng)
        for region in INSIDE:
            (land,) = Regions(np.array([one]), np.array([other])).of(region, np.array([0]), np.array([0]))
            width_m = _circles_m(np.array([land_of(land)]), np.array([1e-4]))[0] if land.area else 0.0
            for share in (0.5, 0.9, 0.99, 1.05, 1.5, 4.0):
                asked_m = max(share * width_m, 0.5)
                if proven(one, other, region, asked_m, spacing):
                    settled += 1
                    assert width_m <= asked_m + 1e-3
    assert settled > 300


def test_slivers_between_two_hands_need_nothing_else():
    rng = np.random.default_rng(5)
    for _n in range(10):
        one, other = wall(rng, 0.3), wall(rng, 0.3)
        assert proven(one, other, Region.REST, 6.0, FEW)
        assert proven(one, other, Region.BEYOND, 6.0, FEW)
        assert not proven(one, other, Region.SHARED, 6.0, FEW)


def test_a_city_too_large_for_a_lattice_is_left_to_the_search():
    land = shapely.box(0, 0, 10_000, 10_000)
    assert not proven(land, shapely.box(1, 1, 10_001, 10_001), Region.REST, 6.0, FEW)


def test_the_answer_is_that_of_the_search_alone():
    rows = np.arange(12)
    for region in INSIDE:
        for above_m in (0.2, 1.0, 6.0, 40.0):
            above = np.full(12, above_m)
            low, high = pairs(0.5).widths(region, rows, rows, above)
            measured, _ = pairs(0.5).widths(region, rows, rows, None)
            assert ((low > above) == (measured > above))[abs(measured - above) > 0.05].all()
            assert (high >= low).all()
            assert (high >= measured - 0.05).all()


def test_several_cells_bound_land_in_none():
    subject = np.array([shapely.box(0, 0, 100, 100)])
    cells = np.array([shapely.box(-50, -50, 49.7, 150), shapely.box(50.2, -50, 150, 150)])
    engine = EdgeEngine(subject, cells, tolerance_m=0.02)
    engine.overlay()
    low, high = engine.widths(Region.BARE, np.array([0]), np.array([0]), np.array([2.0]))
    assert low[0] <= high[0] <= 2.0
