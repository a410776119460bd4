"""The invented ground: a shore with two bays and a headland, hills behind, two rivers. Local metres, north up.

The outline is a drawn sketch that a seed bends: free noise alone makes islands and lagoons, not a harbour city.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from shapely.geometry import LineString, Polygon

Points = NDArray[np.float64]
"""(n, 2) x, y in metres."""

SHORE = np.array(
    [(-100, 2500), (1100, 2200), (2200, 2500), (3100, 3300), (4050, 3650), (4900, 3150), (5500, 2350), (6000, 1500),
     (6750, 820), (7500, 720), (8050, 1250), (8000, 2100), (8350, 2850), (9200, 3450), (10300, 3850), (11300, 3750),
     (12100, 3250), (12750, 2650), (13500, 2850), (13800, 3700), (13500, 4650), (13900, 5600), (14600, 6300),
     (14450, 7300), (14900, 8200)],
    dtype=float,
)  # fmt: skip
INLAND = np.array(
    [(14900, 8200), (14000, 9300), (12600, 10000), (11200, 10800), (9600, 11250), (8200, 10650), (6800, 10950),
     (5400, 11550), (3900, 11150), (2500, 10600), (1300, 9700), (450, 8600), (150, 7000), (-150, 5200), (-100, 2500)],
    dtype=float,
)  # fmt: skip
RIVERS = (
    np.array(
        [(7000, 11400), (6350, 9500), (5650, 8350), (5350, 7000), (4650, 5700), (4330, 4500), (4080, 3400)], float
    ),
    np.array([(9700, 9300), (9350, 8000), (9050, 6900), (9500, 5800), (9950, 4900), (10150, 3500)], float),
)
HILLS = np.array(
    [(11700, 8000, 2100, 1500, 520), (9300, 10300, 1500, 1000, 330), (13400, 6500, 900, 1100, 300),
     (7000, 1500, 520, 430, 125), (3500, 7450, 520, 400, 135), (1900, 10300, 1300, 700, 240),
     (7300, 8650, 520, 620, 150), (12700, 3500, 420, 420, 115), (5300, 11300, 1000, 500, 200)],
    dtype=float,
)  # fmt: skip
"""x, y, half-width east, half-width north, height: all metres."""

CENTRES = np.array(
    [(5900, 4700, 2150, 1.0), (2200, 5200, 1950, 0.85), (3000, 8900, 1500, 0.62), (7500, 6300, 1650, 0.85),
     (10300, 4650, 1500, 0.8), (6300, 9700, 1000, 0.45), (12900, 4400, 600, 0.4), (13900, 7500, 420, 0.3)],
    dtype=float,
)  # fmt: skip
"""x, y, reach in metres, strength: where the town is."""


class Ripples:
    """A smooth random surface in about -1..1: a sum of waves, so that it can be asked anywhere and never tiles."""

    def __init__(self, rng: np.random.Generator, shortest_m: float, longest_m: float, waves: int = 24) -> None:
        length = np.exp(rng.uniform(np.log(shortest_m), np.log(longest_m), waves))
        turn = rng.uniform(0, 2 * np.pi, waves)
        self._wave = 2 * np.pi / length * np.array([np.cos(turn), np.sin(turn)])
        self._phase = rng.uniform(0, 2 * np.pi, waves)
        self._size = np.sqrt(length / longest_m)
        self._size /= np.sqrt((self._size**2).sum() / 2)

    def __call__(self, xy: Points) -> NDArray[np.float64]:
        """Return the height of the surface at each point."""
        return np.asarray(np.sin(xy @ self._wave + self._phase) @ self._size) * 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """Land, shore and rivers, with height in metres and `urbanity` (0 open country .. 1 centre) anywhere."""

    land: Polygon
    shore: LineString
    rivers: tuple[LineString, ...]
    hills: NDArray[np.float64]
    centres: NDArray[np.float64]
    relief: Ripples
    patches: Ripples

    def height_m(self, xy: Points) -> NDArray[np.float64]:
        """Return the height above the sea at each point."""
        away = xy[:, None, :] - self.hills[None, :, :2]
        bells = self.hills[:, 4] * np.exp(-0.5 * ((away / self.hills[None, :, 2:4]) ** 2).sum(axis=2))
        return np.asarray(bells.sum(axis=1) * (1 + 0.25 * self.relief(xy)) + 8 + 6 * self.relief(xy))

    def urbanity(self, xy: Points, height_m: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Return how built-up each point is, 0 to 1; high ground is not."""
        height_m = self.height_m(xy) if height_m is None else height_m
        away2 = ((xy[:, None, :] - self.centres[None, :, :2]) ** 2).sum(axis=2)
        town = (self.centres[:, 3] * np.exp(-0.5 * away2 / self.centres[:, 2] ** 2)).max(axis=1)
        steep = np.clip((height_m - 45) / 30, 0, 1)
        return np.asarray(np.clip(town + 0.06 * self.patches(xy), 0, 1) * (1 - steep))


def smooth_line(points: Points, spacing_m: float) -> Points:
    """Return a curve through the points with a vertex about every `spacing_m`."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    steps = max(2, round(along[-1] / spacing_m) + 1)
    return np.asarray(CubicSpline(along, points)(np.linspace(0, along[-1], steps)))


def _bent(points: Points, bend: tuple[Ripples, Ripples], size_m: float) -> Points:
    return points + size_m * np.column_stack([bend[0](points), bend[1](points)])


def make_terrain(rng: np.random.Generator) -> Terrain:
    """Return the ground that this generator's seed makes of the sketch."""
    wide = (Ripples(rng, 2500, 7000), Ripples(rng, 2500, 7000))
    fine = (Ripples(rng, 120, 900), Ripples(rng, 120, 900))
    coves = (Ripples(rng, 450, 1500), Ripples(rng, 450, 1500))
    shore_xy = _bent(_bent(_bent(smooth_line(SHORE, 22), wide, 170), coves, 62), fine, 20)
    inland_xy = _bent(_bent(smooth_line(INLAND, 40), wide, 170), (Ripples(rng, 300, 1500), Ripples(rng, 300, 1500)), 60)
    inland_xy[0], inland_xy[-1] = shore_xy[-1], shore_xy[0]
    land = Polygon(np.round(np.concatenate([shore_xy, inland_xy[1:-1]]), 3))
    if not land.is_valid:
        land = max(shapely.get_parts(shapely.make_valid(land)), key=lambda part: part.area)
    rivers = tuple(
        LineString(np.round(_bent(_bent(_bent(smooth_line(river, 16), wide, 170), coves, 105), fine, 14), 3))
        for river in RIVERS
    )
    hills = HILLS.copy()
    hills[:, :2] = _bent(hills[:, :2], wide, 170)
    centres = CENTRES.copy()
    centres[:, :2] = _bent(centres[:, :2], wide, 170)
    return Terrain(
        land,
        LineString(np.round(shore_xy, 3)),
        rivers,
        hills,
        centres,
        Ripples(rng, 400, 2500),
        Ripples(rng, 500, 2200),
    )
