"""Where tiles lie."""

import numpy as np
import pytest
import shapely

from gis.geometry.crs import project
from gis.geometry.tilegrid import EXTENT, FRAME, HALF_WORLD_M, Tile, point_units, to_units, unit_m


@pytest.mark.parametrize(
    ("zoom", "x", "y", "exists"),
    [
        (0, 0, 0, True),
        (0, 1, 0, False),
        (22, 0, (1 << 22) - 1, True),
        (22, 1 << 22, 0, False),
        (23, 0, 0, False),
        (-1, 0, 0, False),
        (3, -1, 0, False),
        (3, 0, -1, False),
        (30, 5, 5, False),
    ],
)
def test_a_tile_is_in_the_world_or_not(zoom: int, x: int, y: int, exists: bool) -> None:
    assert Tile(zoom, x, y).exists is exists


def test_the_units_of_a_tile_are_those_of_web_mercator() -> None:
    place = shapely.Point(120.5, 36.09)
    (metres,) = project(np.array([place]), "EPSG:4490", FRAME)
    ((x, y),) = point_units(np.array([metres]), 14)
    tile = Tile(14, 13676, 6428)
    assert tile.west <= x < tile.west + EXTENT
    assert tile.south <= y < tile.south + EXTENT
    west, south, east, north = tile.degrees(0)
    assert west <= place.x < east
    assert south <= place.y < north
    corners = project(np.array([shapely.box(west, south, east, north)]), "EPSG:4490", FRAME)
    assert corners[0].bounds == pytest.approx(
        [n * unit_m(14) - HALF_WORLD_M for n in (tile.west, tile.south, tile.west + EXTENT, tile.south + EXTENT)],
        abs=1e-5,
    )


def test_the_world_ends_where_web_mercator_does() -> None:
    assert Tile(0, 0, 0).degrees() == pytest.approx((-180, -85.0511287798, 180, 85.0511287798))


def test_the_same_corner_is_the_same_unit_whichever_shape_it_belongs_to() -> None:
    corner = (13_412_345.6789, 4_312_345.6789)
    one = shapely.box(corner[0] - 100, corner[1] - 100, *corner)
    other = shapely.box(*corner, corner[0] + 100, corner[1] + 100)
    first, second = to_units(np.array([one, other]), 16)
    assert first.bounds[2:] == second.bounds[:2]
