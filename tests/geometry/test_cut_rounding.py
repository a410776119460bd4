"""A cut line comes out whatever the rounding: where a grid line meets a slanting wall, neither has the point."""

import numpy as np
import pytest
import shapely
from shapely import affinity

from gis.geometry.crossing import fit_compounds
from gis.geometry.cuts import cut_lines
from gis.geometry.layers import Layer


@pytest.mark.parametrize("turn_degrees", range(1, 90, 4))
def test_a_slanting_compound_is_cut_from_wall_to_wall(turn_degrees):
    compound = affinity.rotate(shapely.box(517_003.1, 3_990_011.7, 517_203.4, 3_990_131.2), turn_degrees)
    middle = compound.centroid.x + 0.123456789
    west, south, east, north = shapely.buffer(compound, 300).bounds
    grids = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    fits_of = (_layer([compound]), _layer(grids))
    line = cut_lines(*fits_of, fit_compounds(*fits_of), np.array([0]))[0]
    through = shapely.intersection(shapely.LineString([(middle, south), (middle, north)]), compound)
    assert line.length == pytest.approx(through.length, abs=1e-6)


def _layer(shapes: list[shapely.Geometry]) -> Layer:
    codes = np.array([f"P{i}" for i in range(len(shapes))], dtype=object)
    return Layer(codes=codes, shapes=np.array(shapes, dtype=object))
