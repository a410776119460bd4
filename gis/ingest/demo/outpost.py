"""The outlying compound: an estate on a far cove that belongs by record to a community across the hills."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.ops import substring

from gis.ingest.demo.blocks import Blocks
from gis.ingest.demo.estates import NoSuchCity
from gis.ingest.demo.lots import Lots, Use, divided
from gis.terms import RoadRank

COVE = Point(13900, 7000)
LONG_M, DEEP_M = 300.0, 190.0
FAR_M = 8000.0


def add_outpost(lots: Lots, blocks: Blocks) -> tuple[Lots, int]:
    """Return the lots with one more, cut from open country along the shore road, and its number."""
    lines = blocks.edges.lines[blocks.edges.ranks == RoadRank.ARTERIAL]
    road = lines[int(np.argmin(shapely.distance(lines, COVE)))]
    at = road.project(COVE)
    stretch = shapely.get_coordinates(substring(road, at - LONG_M / 2, at + LONG_M / 2))
    step = np.gradient(stretch, axis=0)
    across = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(*step.T)[:, None]
    for side in (1, -1):
        strip = shapely.segmentize(Polygon([*stretch, *(stretch + side * DEEP_M * across)[::-1]]), 14.0)
        whole = int(np.argmax(shapely.area(shapely.intersection(lots.shapes, strip))))
        inside = shapely.intersection(lots.shapes[whole], strip).area
        if lots.use[whole] is not Use.OPEN or inside < 0.9 * strip.area or not strip.is_valid:
            continue
        parts = [part for part in divided(lots.shapes[whole], strip.exterior) if part.area > 1000]
        if len(parts) == 2:
            estate, rest = sorted(parts, key=lambda part: part.area)
            shapes = np.append(lots.shapes, [None])
            shapes[whole], shapes[-1] = rest, estate
            use = np.append(lots.use, [Use.SCHOOL])
            return Lots(shapes, np.append(lots.block, lots.block[whole]), use), len(shapes) - 1
    raise NoSuchCity("no cove for the outlying estate")


def far_community(offices: NDArray[np.float64], outpost: Polygon) -> int:
    """Return the community whose office lies nearest to 8 km from the outpost."""
    away = np.hypot(*(offices - shapely.get_coordinates(outpost.centroid)).T)
    best = int(np.argmin(np.abs(away - FAR_M)))
    if abs(away[best] - FAR_M) > 600:
        raise NoSuchCity("no office 8 km from the cove")
    return best
