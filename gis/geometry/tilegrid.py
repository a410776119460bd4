"""The grid of map tiles: where a tile lies, in web Mercator metres and in the whole units that tiles are drawn in.

Tiles are those of every web map: at zoom z the square world of EPSG:3857 has 2^z by 2^z of them, x eastward from
180° W, y southward from the north. A tile is 4096 units wide. Units here count east and *north* from the world's
south-west corner at a zoom, so that neighbouring tiles share one frame; a tile turns them over when it is drawn.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes

FRAME = "EPSG:3857"
EXTENT = 4096
BUFFER = 64
"""Units around a tile in which shapes are still drawn, so that their outlines do not show at its edge."""

HALF_WORLD_M = 20037508.342789244
DEEPEST_ZOOM = 22

PIXEL = 8
"""Units in one pixel where a tile is shown 512 pixels wide, as the map shows it."""


def unit_m(zoom: int) -> float:
    """Return how many web Mercator metres a unit has at a zoom (at 36° N a fifth less on the ground)."""
    return float(2 * HALF_WORLD_M / (EXTENT << zoom))


def to_units(shapes: Shapes, zoom: int) -> Shapes:
    """Return shapes (EPSG:3857) in whole units at a zoom: the same coordinate always becomes the same unit.

    Rings may touch themselves afterwards, or vanish: see `gis.geometry.generalising`.
    """
    unit = unit_m(zoom)
    moved: Shapes = shapely.transform(shapes, lambda xy: np.round((xy + HALF_WORLD_M) / unit))
    return moved


def point_units(points: Shapes, zoom: int) -> NDArray[np.int64]:
    """Return the unit squares at a zoom that hold some points (EPSG:3857), as columns x and y."""
    found: NDArray[np.int64] = np.floor((shapely.get_coordinates(points) + HALF_WORLD_M) / unit_m(zoom)).astype(
        np.int64
    )
    return found


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile by its address."""

    zoom: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the address lies in the world, at a zoom that is served (0 to 22)."""
        return 0 <= self.zoom <= DEEPEST_ZOOM and 0 <= self.x < 1 << self.zoom and 0 <= self.y < 1 << self.zoom

    @property
    def west(self) -> int:
        """Its west edge, in units at its zoom."""
        return self.x * EXTENT

    @property
    def south(self) -> int:
        """Its south edge, in units at its zoom."""
        return ((1 << self.zoom) - 1 - self.y) * EXTENT

    def degrees(self, margin: int = BUFFER) -> tuple[float, float, float, float]:
        """Return west, south, east, north in degrees, with a margin in units around it; no further than the world."""
        west, east = self.west - margin, self.west + EXTENT + margin
        south, north = self.south - margin, self.south + EXTENT + margin
        across = EXTENT << self.zoom
        return (
            max(-180.0, west / across * 360 - 180),
            _latitude(south / across),
            min(180.0, east / across * 360 - 180),
            _latitude(north / across),
        )


def _latitude(height: float) -> float:
    """Return the latitude at a height in the world's square, 0 at its southern edge, 1 at its northern one."""
    return math.degrees(math.atan(math.sinh(math.pi * (2 * min(max(height, 0.0), 1.0) - 1))))
