"""Villages at the fringe: small houses in loose clusters that follow the slope, one household each."""

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.blocks import Blocks
from gis.ingest.demo.lots import Lots, Use
from gis.ingest.demo.terrain import Ripples, Terrain

HAMLET_APART_M = 1500.0


def _cluster(x: float, y: float, reach_m: float, bend: Ripples, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return houses around a place, their rows turning with the ground."""
    across, up = np.meshgrid(np.arange(-reach_m, reach_m, 21.0), np.arange(-reach_m, reach_m, 25.0))
    spot = np.column_stack([across.ravel(), up.ravel()]) + rng.normal(0, 2.0, (across.size, 2))
    turn = 0.5 * float(bend(np.array([[x, y]]))[0])
    ragged = np.hypot(*spot.T) < reach_m * (0.75 + 0.35 * bend(spot * 3 + [x, y]))
    spot = spot[ragged & (rng.random(len(spot)) < 0.85)]
    lean = turn + 0.004 * spot[:, 0] * turn
    c, s = np.cos(lean)[:, None], np.sin(lean)[:, None]
    long_m, deep_m = rng.uniform(10, 15, (len(spot), 1)), rng.uniform(8, 11, (len(spot), 1))
    dx, dy = long_m / 2 * np.array([-1, 1, 1, -1, -1]), deep_m / 2 * np.array([-1, -1, 1, 1, -1])
    middle = spot @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + [x, y]
    rings = np.stack([middle[:, :1] + dx * c - dy * s, middle[:, 1:] + dx * s + dy * c], axis=-1)
    return np.asarray(shapely.polygons(rings))


def village_houses(
    terrain: Terrain, blocks: Blocks, lots: Lots, outpost: int, rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return houses and their lots: one village a village lot, hamlets along roads in open country."""
    bend = Ripples(rng, 150, 900)
    found: list[NDArray[np.object_]] = []
    for shape in lots.shapes[lots.use == Use.VILLAGE]:
        x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(shape, tolerance=5.0))[0]
        reach = min(165.0, 0.8 * float(shapely.length(shapely.maximum_inscribed_circle(shape, tolerance=5.0))))
        found.append(_cluster(x, y, reach, bend, rng))
    found += [_cluster(x, y, rng.uniform(70, 130), bend, rng) for x, y in _hamlets(terrain, blocks, lots, rng)]
    houses = np.concatenate(found)
    fields = lots.used_as(Use.VILLAGE, Use.OPEN)
    fields[outpost] = False
    yard = shapely.buffer(lots.shapes, -14.0)
    house, lot = shapely.STRtree(yard).query(houses, predicate="within")
    keep = fields[lot]
    house, lot = house[keep], lot[keep]
    return houses[house], lot


def _hamlets(terrain: Terrain, blocks: Blocks, lots: Lots, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return places beside roads through low open country, well apart."""
    country = lots.shapes[lots.use == Use.OPEN]
    places: list[tuple[float, float]] = []
    for line in blocks.edges.lines[blocks.edges.ranks != ""]:
        if line.length < 700:
            continue
        for along in np.arange(250, line.length - 200, 350):
            a, b = (shapely.get_coordinates(line.interpolate(along + step))[0] for step in (0, 5))
            side = rng.choice([-1, 1])
            x, y = a + side * 135 * np.array([a[1] - b[1], b[0] - a[0]]) / 5
            free = all(np.hypot(x - u, y - v) > HAMLET_APART_M for u, v in places)
            low = terrain.height_m(np.array([[x, y]]))[0] < 90
            if free and low and shapely.dwithin(country, shapely.Point(x, y), 0).any():
                places.append((float(x), float(y)))
    return places
