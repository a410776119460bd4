"""What the maps of a plan and of a comparison draw: the grids of both sides, and the land that changes hands."""

import gzip
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from gis.geometry.crosswalk import CrossRow
from gis.geometry.layers import Layer, Shapes
from gis.selectors import plans as selected
from gis.selectors.plans.case import case_land
from gis.web.person import person

DIGITS = 6
"""Decimals of a degree: a decimetre, less than a line on the map is wide."""

STRAIGHT_DEG = 1e-6
"""How far a line may leave the true one: as much."""

FORM = "2"
"""Raised when the same land is told in another form."""


@require_safe
def land(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Return the land of a plan before and after."""
    row = selected.plan(plan_id, person(request))
    etag = f'W/"{row.version}.{FORM}"'
    known = get_conditional_response(request, etag=etag)
    if known is None or known.status_code != 304:
        found = case_land(row)
        one = Side(found.before, found.before.shapes, found.names, found.households_before)
        other = Side(found.after, found.after.shapes, found.names, found.households)
        known = packed(request, picture(one, other, found.moved, found.moved_shapes))
    known.headers["ETag"] = etag
    known.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(known, ["Accept-Encoding", "Cookie"])
    return known


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The grids of one side; `shapes` are those of the layer in longitude and latitude."""

    layer: Layer
    shapes: Shapes
    names: Mapping[str, str]
    households: Mapping[str, int]

    def only(self, codes: Collection[str]) -> str:
        """Return some of the grids as a collection."""
        at = [n for n, code in enumerate(self.layer.codes) if str(code) in codes]
        told = [str(self.layer.codes[n]) for n in at]
        properties = [
            {"code": code, "name": self.names.get(code, ""), "households": self.households.get(code)} for code in told
        ]
        return _collection(self.shapes[at], properties)


def picture(one: Side, other: Side, rows: Sequence[CrossRow], shapes: Shapes) -> str:
    """Return what a map of two sides draws, as JSON (Picture in frontend/plans/side.ts).

    Parameters
    ----------
    rows, shapes : land that changes hands, longitude and latitude. Grids that have no part in it, and as many
        households on both sides, are told once.
    """
    touched = {code for row in rows for code in (row.from_code, row.to_code)}
    mine, theirs = ({str(code) for code in side.layer.codes} for side in (one, other))
    same = {code for code in (mine & theirs) - touched if one.households.get(code, 0) == other.households.get(code, 0)}
    told = [
        {"from": row.from_code, "to": row.to_code, "households": row.households, "area_m2": round(row.area_m2)}
        for row in rows
    ]
    parts = {"left": one.only(mine - same), "right": other.only(theirs - same), "same": other.only(same)}
    parts["moved"] = _collection(shapes, told)
    return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"


def packed(request: HttpRequest, text: str) -> HttpResponse:
    """Return JSON, compressed where the browser takes it."""
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(text, content_type="application/json")
    body = gzip.compress(text.encode(), COMPRESSION, mtime=0)
    return HttpResponse(body, content_type="application/json", headers={"Content-Encoding": "gzip"})


COMPRESSION = 4
"""Level of gzip: the higher ones cost more time than they save on the way."""


def _collection(shapes: Shapes, properties: list[dict[str, Any]]) -> str:
    if not len(shapes):
        return '{"type":"FeatureCollection","features":[]}'
    rounded = shapely.transform(shapely.simplify(shapes, STRAIGHT_DEG), lambda places: np.round(places, DIGITS))
    features = (
        f'{{"type":"Feature","geometry":{text},"properties":{json.dumps(told, ensure_ascii=False)}}}'
        for text, told in zip(shapely.to_geojson(rounded), properties, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'
