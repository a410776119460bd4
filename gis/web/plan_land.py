"""What the maps of a plan and of a comparison draw: the grids of both sides, and the land that changes hands."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from gis.geometry.crosswalk import CrossRow
from gis.geometry.layers import Layer, Shapes
from gis.selectors import plans as selected
from gis.selectors.plans.case import case_land
from gis.web.person import person

DIGITS = 6
"""Decimals of a degree: a decimetre, less than a line on the map is wide."""

FORM = "1"
"""Raised when the same land is told in another form."""


@require_safe
def land(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Return the land of a plan before and after."""
    row = selected.plan(plan_id, person(request))
    etag = f'W/"{row.version}.{FORM}"'
    known = get_conditional_response(request, etag=etag)
    if known is None or known.status_code != 304:
        found = case_land(row)
        known = HttpResponse(
            picture(
                side(found.before, found.before.shapes, found.names, found.households_before),
                side(found.after, found.after.shapes, found.names, found.households),
                moved(found.moved, found.moved_shapes),
            ),
            content_type="application/json",
        )
    known.headers["ETag"] = etag
    known.headers["Cache-Control"] = "private, no-cache"
    return known


def picture(left: str, right: str, changed: str) -> str:
    """Return what a map of two sides draws, as JSON (Picture in frontend/plans/pair.ts)."""
    return f'{{"left":{left},"right":{right},"moved":{changed}}}'


def side(layer: Layer, shapes: Shapes, names: Mapping[str, str], households: Mapping[str, int]) -> str:
    """Return the grids of one side as a collection; `shapes` are those of the layer in longitude and latitude."""
    codes = [str(code) for code in layer.codes]
    told = [{"code": code, "name": names.get(code, ""), "households": households.get(code)} for code in codes]
    return _collection(shapes, told)


def moved(rows: Iterable[CrossRow], shapes: Shapes) -> str:
    """Return land that changes hands (longitude and latitude) as a collection."""
    told = [
        {"from": row.from_code, "to": row.to_code, "households": row.households, "area_m2": round(row.area_m2)}
        for row in rows
    ]
    return _collection(shapes, told)


def _collection(shapes: Shapes, properties: list[dict[str, Any]]) -> str:
    rounded = shapely.transform(shapes, lambda positions: np.round(positions, DIGITS)) if len(shapes) else shapes
    features = (
        f'{{"type":"Feature","geometry":{text},"properties":{json.dumps(told, ensure_ascii=False)}}}'
        for text, told in zip(shapely.to_geojson(rounded) if len(shapes) else (), properties, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'
