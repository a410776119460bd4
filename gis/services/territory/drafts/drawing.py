"""Shapes as a page draws them: GeoJSON in degrees, as fine as the page can carry and no finer."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gis.geometry.layers import Shapes

VERTICES_AT_MOST = 150_000
"""Vertices of one drawing: about 1 MB packed, and a canvas draws it in a blink."""

FINEST_DEG = 2e-6
"""First simplification of what is too much: about 0.2 m, below what a screen shows of a district."""

COARSEST_DEG = 2e-3
"""About 200 m: coarser is no shape any more; then shapes are left out instead."""

LEAST_VERTICES = 6
"""What a simplified area keeps at the least, more or less: beyond so many shapes none of them would be drawn."""

DECIMALS = 7


def drawing(shapes: Shapes, properties: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection with `bbox`, and `drawn` of `total` shapes.

    Parameters
    ----------
    shapes : longitude, latitude in degrees; None and what lies nowhere is passed over.
    properties : what each shape says of itself; the first shapes are the ones kept when not all can be.
    """
    known = np.flatnonzero(np.isfinite(shapely.bounds(shapes)).all(axis=1)) if len(shapes) else np.empty(0, dtype=int)
    usual = _usual(shapes[known])
    kept = known[usual]
    lean = _lean(np.asarray(shapely.force_2d(shapes[kept]), dtype=object))
    features = [
        {"type": "Feature", "geometry": geometry, "properties": properties[index]}
        for index, geometry in zip(kept[: len(lean)].tolist(), _geometries(lean), strict=True)
    ]
    box = shapely.total_bounds(shapes[kept[: len(lean)]]) if len(lean) else None
    return {
        "type": "FeatureCollection",
        "bbox": [round(float(value), DECIMALS) for value in box] if box is not None else None,
        "features": features,
        "total": len(shapes),
        "drawn": len(features),
    }


def _usual(shapes: Shapes) -> Any:
    """Say which shapes lie on the globe and not two degrees from the rest: one stray row would shrink the map."""
    boxes = shapely.bounds(shapes)
    on_globe = (np.abs(boxes[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(boxes[:, [1, 3]]) <= 90).all(axis=1)
    if not on_globe.any():
        return on_globe
    middle = np.median((boxes[on_globe, :2] + boxes[on_globe, 2:]) / 2, axis=0)
    return on_globe & (np.abs(boxes.reshape(-1, 2, 2) - middle).max(axis=(1, 2)) <= 2.0)


def _lean(shapes: Shapes) -> Shapes:
    """Return shapes with so few vertices that all of them together can be drawn; the last ones fall away if not.

    Each round starts from what the one before left: a city's three million vertices are looked at once. Rings that
    come to cross themselves so are drawn all the same; a shape too small for the round keeps its own.
    """
    lean = shapes[: VERTICES_AT_MOST // LEAST_VERTICES]
    tolerance_deg = FINEST_DEG
    counts = shapely.get_num_coordinates(lean)
    while counts.sum() > VERTICES_AT_MOST and tolerance_deg <= COARSEST_DEG:
        fewer = np.asarray(shapely.simplify(lean, tolerance_deg, preserve_topology=False), dtype=object)
        lean = np.where(shapely.is_empty(fewer), lean, fewer)
        counts = shapely.get_num_coordinates(lean)
        tolerance_deg *= 8
    return lean[np.cumsum(counts) <= VERTICES_AT_MOST]


def _geometries(shapes: Shapes) -> list[dict[str, Any]]:
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    return [json.loads(text) for text in shapely.to_geojson(rounded)]
