"""Land use of blocks, and the lots into which a block is divided: a lot is what one owner fences in."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate
from shapely.geometry import LineString, Polygon

from gis.ingest.demo.blocks import Blocks
from gis.ingest.demo.terrain import Terrain


class Use(Enum):
    """What stands on a lot."""

    HOMES = "homes"
    SCHOOL = "school"
    SHOPS = "shops"
    TOWER = "tower"
    MARKET = "market"
    CAMPUS = "campus"
    INDUSTRY = "industry"
    PARK = "park"
    VILLAGE = "village"
    OPEN = "open"


EXCLUSIVE = frozenset({Use.CAMPUS, Use.MARKET, Use.PARK, Use.TOWER, Use.INDUSTRY})
"""Uses that may have an exclusive grid of their own (专属网格)."""

INDUSTRY = np.array([(700, 7300, 900), (1000, 3000, 700), (5700, 9200, 650), (11700, 4300, 420)], float)
CAMPUS = np.array([(7700, 6700, 700), (2700, 7900, 420)], float)
OFFICES = np.array([(5500, 4500, 650), (2100, 4700, 420), (9600, 4700, 380)], float)
"""x, y, reach in metres of quarters with one use."""


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """Lots that tile the blocks: shape (to the middle of the road), block and use of each."""

    shapes: NDArray[np.object_]
    block: NDArray[np.int64]
    use: NDArray[np.object_]

    def used_as(self, *uses: Use) -> NDArray[np.bool_]:
        """Say of each lot whether it has one of these uses."""
        return np.array([use in uses for use in self.use], dtype=bool)


def _within(xy: NDArray[np.float64], quarters: NDArray[np.float64]) -> bool:
    return bool((np.hypot(*(quarters[:, :2] - xy).T) < quarters[:, 2]).any())


def block_uses(terrain: Terrain, blocks: Blocks, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return the main use of each block."""
    centre = shapely.get_coordinates(shapely.point_on_surface(blocks.shapes))
    town, height = terrain.urbanity(centre), terrain.height_m(centre)
    to_shore = shapely.distance(shapely.boundary(blocks.shapes), terrain.shore)
    to_river = np.min([shapely.distance(shapely.boundary(blocks.shapes), river) for river in terrain.rivers], axis=0)
    area = shapely.area(blocks.shapes)
    draw = rng.random(len(area))
    uses = np.empty(len(area), dtype=object)
    for i, xy in enumerate(centre):
        thin = 4 * area[i] / shapely.length(blocks.shapes[i]) < 95
        if area[i] > 700_000 or height[i] > 58:
            uses[i] = Use.OPEN
        elif _within(xy, INDUSTRY):
            uses[i] = Use.INDUSTRY if draw[i] < 0.8 else Use.HOMES
        elif to_shore[i] < 5:
            uses[i] = Use.PARK if draw[i] < 0.55 else Use.SHOPS if draw[i] < 0.75 else Use.HOMES
        elif thin or (to_river[i] < 5 and draw[i] < 0.75):
            uses[i] = Use.PARK
        elif town[i] < 0.40:
            uses[i] = Use.VILLAGE if draw[i] < 0.6 and area[i] < 500_000 else Use.OPEN
        elif _within(xy, CAMPUS):
            uses[i] = Use.CAMPUS if draw[i] < 0.7 else Use.HOMES
        elif _within(xy, OFFICES):
            uses[i] = Use.TOWER if draw[i] < 0.5 else Use.HOMES
        else:
            uses[i] = _town_use(float(draw[i]))
    return uses


def _town_use(draw: float) -> Use:
    for below, use in ((0.76, Use.HOMES), (0.81, Use.SHOPS), (0.86, Use.SCHOOL), (0.90, Use.PARK), (0.93, Use.MARKET)):
        if draw < below:
            return use
    return Use.INDUSTRY if draw < 0.97 else Use.TOWER


def cut_across(shape: Polygon, share: float, turn_degrees: float = 0.0) -> LineString:
    """Return a straight line across the shape, square to its long axis, with a vertex every 12 m."""
    box = shapely.minimum_rotated_rectangle(shape)
    corner = shapely.get_coordinates(box)[:4]
    sides = np.hypot(*(np.roll(corner, -1, axis=0) - corner).T)
    long = int(np.argmax(sides[:2]))
    a, b = corner[long], corner[(long + 1) % 4]
    d, c = corner[(long + 3) % 4], corner[(long + 2) % 4]
    start, end = a + (b - a) * share, d + (c - d) * share
    line = rotate(LineString([start + (start - end) * 0.3, end + (end - start) * 0.3]), turn_degrees)
    return LineString(shapely.segmentize(line, 12.0))


def divided(shape: Polygon, line: LineString) -> list[Polygon]:
    """Return the parts of a shape on both sides of a line.

    Nothing is rounded here: rounding cut by cut would bend shared lines differently on their two sides.
    """
    edges = shapely.union_all([shape.exterior, line])
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    return [part for part in parts if shape.contains(part.representative_point())]


def split_lot(shape: Polygon, target_m2: float, least_width_m: float, rng: np.random.Generator) -> list[Polygon]:
    """Return the shape halved across its long axis again and again until its parts are about the target."""
    if shape.area < 1.45 * target_m2:
        return [shape]
    for share, turn in ((rng.uniform(0.42, 0.58), rng.normal(0, 3)), (0.5, 0.0)):
        parts = divided(shape, cut_across(shape, share, turn))
        if len(parts) == 2 and min(inner_width_m(part) for part in parts) >= least_width_m:
            return [piece for part in parts for piece in split_lot(part, target_m2, least_width_m, rng)]
    return [shape]


def inner_width_m(shape: Polygon) -> float:
    """Return the diameter of the largest circle that fits in the shape, to about 2 m."""
    return 2 * float(shapely.length(shapely.maximum_inscribed_circle(shape, tolerance=1.0)))


TARGET_M2 = {
    Use.HOMES: 56_000.0,
    Use.SHOPS: 30_000.0,
    Use.TOWER: 26_000.0,
    Use.INDUSTRY: 70_000.0,
    Use.VILLAGE: 90_000.0,
}


def make_lots(terrain: Terrain, blocks: Blocks, rng: np.random.Generator) -> Lots:
    """Return the lots of all blocks; some lots in blocks of homes hold a school, shops or a green."""
    uses = block_uses(terrain, blocks, rng)
    centre = shapely.get_coordinates(shapely.centroid(blocks.shapes))
    town = terrain.urbanity(centre)
    shapes: list[Polygon] = []
    block: list[int] = []
    use: list[Use] = []
    for i, whole in enumerate(blocks.shapes):
        target = TARGET_M2.get(uses[i], np.inf)
        if uses[i] is Use.HOMES:
            target *= rng.choice([0.65, 1.0, 1.5, 2.6], p=[0.3, 0.35, 0.25, 0.1]) * (0.7 if town[i] > 0.88 else 1.0)
        parts = split_lot(whole, target, 86.0, rng) if np.isfinite(target) else [whole]
        shapes += parts
        block += [i] * len(parts)
        use += [_lot_use(uses[i], part, len(parts), rng) for part in parts]
    return Lots(np.array(shapes, dtype=object), np.array(block), np.array(use, dtype=object))


def _lot_use(block_use: Use, part: Polygon, parts: int, rng: np.random.Generator) -> Use:
    if block_use is not Use.HOMES:
        return block_use
    if parts >= 3 and rng.random() < 0.16:
        return Use(
            rng.choice([Use.SCHOOL.value, Use.SHOPS.value, Use.PARK.value, Use.MARKET.value], p=[0.4, 0.3, 0.2, 0.1])
        )
    return block_use if inner_width_m(part) > 85 else Use.SHOPS
