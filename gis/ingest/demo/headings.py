"""Which way streets run at each place: along the shore, along rivers, round hills, and square to each old plan."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import LineString

from gis.ingest.demo.terrain import Points, Ripples, Terrain

CELL_M = 50.0
MARGIN_M = 600.0

PLANS = np.array(
    [(2200, 5200, 2300, 8), (5200, 4300, 1200, 32), (7400, 6300, 1900, -14), (3000, 8900, 1600, 21),
     (10300, 4700, 1400, -24), (6400, 9700, 900, 12), (4300, 5900, 900, -4), (900, 7600, 1300, -9)],
    dtype=float,
)  # fmt: skip
"""x, y, reach in metres, degrees anticlockwise of east: town plans laid out in different times."""


@dataclass(frozen=True, slots=True, eq=False)
class Headings:
    """A raster of street directions with four-fold symmetry: a street may follow it or run square to it."""

    left: float
    bottom: float
    angle: list[list[float]]
    rows: int
    columns: int

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Return row and column of a place."""
        row = min(max(int((y - self.bottom) / CELL_M), 0), self.rows - 1)
        return row, min(max(int((x - self.left) / CELL_M), 0), self.columns - 1)

    def at(self, x: float, y: float, last: float) -> float:
        """Return the direction (radians) at a place that turns least from `last`."""
        row, column = self.cell(x, y)
        angle = self.angle[row][column]
        return angle + round((last - angle) / (math.pi / 2)) * (math.pi / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """The terrain asked once on a raster: cell centres with height, urbanity, dry ground and street directions."""

    xy: Points
    height_m: NDArray[np.float64]
    urbanity: NDArray[np.float64]
    dry: NDArray[np.bool_]
    headings: Headings


def raster_frame(terrain: Terrain, cell_m: float) -> tuple[int, int, float, float]:
    """Return rows, columns, left and bottom of a raster over the land's box."""
    left, bottom, right, top = terrain.land.buffer(MARGIN_M).bounds
    return int((top - bottom) / cell_m) + 1, int((right - left) / cell_m) + 1, left, bottom


def _along(line: LineString, xy: Points, reach_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the direction of the (smoothed) line nearest to each point, and how much it counts there."""
    spots = shapely.get_coordinates(line.simplify(60).segmentize(40))
    steps = np.gradient(spots, axis=0)
    steps = np.column_stack(
        [np.convolve(np.pad(steps[:, i], 6, mode="edge"), np.ones(13) / 13, "valid") for i in (0, 1)]
    )
    away, nearest = cKDTree(spots).query(xy)
    return np.arctan2(steps[nearest, 1], steps[nearest, 0]), np.exp(-((away / reach_m) ** 2))


def make_site(terrain: Terrain, rng: np.random.Generator) -> Site:
    """Return the terrain's raster with the street directions over it."""
    rows, columns, left, bottom = raster_frame(terrain, CELL_M)
    x, y = left + (np.arange(columns) + 0.5) * CELL_M, bottom + (np.arange(rows) + 0.5) * CELL_M
    xy = np.column_stack([g.ravel() for g in np.meshgrid(x, y)])
    height = terrain.height_m(xy)
    angle = _angles(terrain, xy, height.reshape(rows, columns), rng).reshape(rows, columns)
    dry = shapely.contains_xy(terrain.land.buffer(-45), xy)
    return Site(xy, height, terrain.urbanity(xy, height), dry, Headings(left, bottom, angle.tolist(), rows, columns))


def _angles(terrain: Terrain, xy: Points, ground: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    turn = Ripples(rng, 1200, 4000)
    total = np.zeros(len(xy), dtype=complex)
    for x, y, reach, degrees in PLANS:
        angle = math.radians(degrees + rng.uniform(-5, 5))
        total += np.exp(4j * angle) * np.exp(-((np.hypot(xy[:, 0] - x, xy[:, 1] - y) / reach) ** 2))
    for line, reach, strength in ((terrain.shore, 750.0, 2.2), *((r, 420.0, 1.4) for r in terrain.rivers)):
        angle_along, counts = _along(line, xy, reach)
        total += strength * counts * np.exp(4j * angle_along)
    north, east = np.gradient(ground, CELL_M)
    slope = np.hypot(north, east).ravel()
    total += np.clip(slope * 4, 0, 1.5) * np.exp(4j * np.arctan2(east.ravel(), -north.ravel()))
    return np.asarray(np.angle(total + 1e-9) / 4 + 0.10 * turn(xy))
