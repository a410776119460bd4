"""What a plan starts from: which boundaries lie on its land at a moment, and whether they are still the same."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.layers import Shapes
from gis.models import Building, Road
from gis.selectors.territory.layers import PUBLISHED_KINDS, shapes_of, wkb

_GRIDS = """
    SELECT there.id, place.code, place.name, place.community_code, place.kind, place.id, there.accuracy_m,
        lower(there.in_force), there.shape::bytea
    FROM gridwork_grid AS place JOIN gridwork_gridboundary AS there ON there.place_id = place.id
    WHERE place.community_code = ANY(%(communities)s) AND place.kind = ANY(%(published)s)
        AND there.in_force @> %(at)s::timestamptz
    ORDER BY place.code
"""

_COMPOUNDS = """
    SELECT DISTINCT place.code, there.id
    FROM gridwork_grid AS grid JOIN gridwork_gridboundary AS land ON land.place_id = grid.id
        JOIN gridwork_compoundboundary AS there ON there.shape && land.shape AND ST_Intersects(there.shape, land.shape)
        JOIN gridwork_compound AS place ON place.id = there.place_id
    WHERE grid.community_code = ANY(%(communities)s) AND grid.kind = ANY(%(published)s)
        AND land.in_force @> %(at)s::timestamptz AND there.in_force @> %(at)s::timestamptz
        AND place.district_code = left(grid.code, 6)
"""


@dataclass(frozen=True, slots=True, eq=False)
class BaseGrid:
    """A grid of a plan's communities as it lies at a moment; `shape` in longitude, latitude."""

    boundary_id: int
    code: str
    name: str
    community_code: str
    kind: str
    place_id: int
    accuracy_m: float
    since: datetime
    shape: BaseGeometry


COLUMNS = ("boundary_id", "code", "name", "community_code", "kind", "place_id", "accuracy_m", "since")
"""What `_GRIDS` selects before the shape."""


def base_grids(communities: Sequence[str], at: datetime) -> list[BaseGrid]:
    """Return the published grids of some communities in force at a moment, by code."""
    with connection.cursor() as cursor:
        cursor.execute(_GRIDS, _asked(communities, at))
        rows = cursor.fetchall()
    shapes = shapes_of(row[-1] for row in rows)
    listed = zip((row[:-1] for row in rows), shapes, strict=True)
    return [BaseGrid(**dict(zip(COLUMNS, row, strict=True)), shape=shape) for row, shape in listed]


def base_facts(communities: Sequence[str], at: datetime) -> dict[str, dict[str, int]]:
    """Return which boundary of which grid, and of which compound on their land, is in force at a moment."""
    asked = _asked(communities, at)
    with connection.cursor() as cursor:
        cursor.execute(_GRIDS, asked)
        grids = {row[1]: row[0] for row in cursor.fetchall()}
        cursor.execute(_COMPOUNDS, asked)
        compounds = dict(sorted(cursor.fetchall()))
    return {"grids": grids, "compounds": compounds}


def fingerprint_of(facts: dict[str, dict[str, int]]) -> str:
    """Return what tells two bases apart; buildings and thresholds are not in it: the check reads them anew."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def roads_near(district_code: str, land: Shapes, frame: str) -> Shapes:
    """Return the roads of a district whose box meets the box of some land (longitude, latitude), in metres."""
    west, south, east, north = shapely.total_bounds(land)
    box = f"SRID=4490;POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    rows = Road.objects.filter(district_id=district_code, retired_on__isnull=True, shape__bboverlaps=box)
    shapes = shapes_of(rows.order_by("code").annotate(stored=wkb()).values_list("stored", flat=True))
    return crs.project(shapes, crs.STORED, frame) if len(shapes) else shapes


@dataclass(frozen=True, slots=True, eq=False)
class Buildings:
    """Buildings on some land: a point in each in metres, households (0 where nobody lives), codes."""

    codes: list[str]
    points: Shapes
    households: list[int]


def buildings_on(district_code: str, land: BaseGeometry, frame: str) -> Buildings:
    """Return the standing buildings whose box meets the box of some land (metres in `frame`)."""
    (around,) = crs.project(shapes_in(shapely.box(*land.bounds)), frame, crs.STORED)
    rows = Building.objects.filter(
        district_id=district_code, retired_on__isnull=True, shape__bboverlaps=f"SRID=4490;{around.wkt}"
    )
    listed = list(rows.order_by("code").annotate(stored=wkb("point")).values_list("code", "households", "stored"))
    points = shapes_of(row[2] for row in listed)
    return Buildings(
        codes=[row[0] for row in listed],
        points=crs.project(points, crs.STORED, frame) if listed else points,
        households=[row[1] for row in listed],
    )


def shapes_in(*shapes: BaseGeometry) -> Shapes:
    """Return shapes as an array that is never taken for coordinates."""
    listed: Shapes = shapes_of(())
    listed.resize(len(shapes), refcheck=False)
    listed[:] = shapes
    return listed


def _asked(communities: Sequence[str], at: datetime) -> dict[str, Any]:
    return {"communities": list(communities), "at": at, "published": [kind.value for kind in PUBLISHED_KINDS]}
