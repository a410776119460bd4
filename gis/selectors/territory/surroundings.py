"""What an audit of a change must see, and no more: found step by step from the change outwards, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from gis.geometry import crs
from gis.geometry.layers import AuditRules, District, Homes, Layer, Shapes
from gis.selectors.territory.layers import PUBLISHED_KINDS, shapes_of
from gis.terms import GridKind, LayerKind

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_WIDER = """ST_SetSRID(ST_Expand(box2d({shape}), 0.0003 + 0.03 * (ST_XMax(box2d({shape})) - ST_XMin(box2d({shape}))),
            0.0003 + 0.03 * (ST_YMax(box2d({shape})) - ST_YMin(box2d({shape}))))::geometry, 4490)"""
"""The box of a shape, 30 m and 3 % wider: boxes in degrees and in metres are turned against each other by up to 1°."""

_GRIDS = """
        SELECT DISTINCT ON (there.id) there.id, {wider} AS box
        FROM ({around}) AS around JOIN gridwork_gridboundary AS there ON there.shape && around.box
            JOIN gridwork_grid AS place ON place.id = there.place_id
        WHERE left(place.code, 6) = %(district)s AND there.in_force @> %(at)s::timestamptz
            AND place.kind = ANY(%(published)s)
"""
_COMPOUNDS = """
        SELECT DISTINCT ON (there.id) there.id, {wider} AS box
        FROM ({around}) AS around JOIN gridwork_compoundboundary AS there ON there.shape && around.box
            JOIN gridwork_compound AS place ON place.id = there.place_id
        WHERE place.district_code = %(district)s AND there.in_force @> %(at)s::timestamptz
"""


def _boxes(*names: str) -> str:
    return " UNION ALL ".join(f"SELECT box FROM {name}" for name in names)  # noqa: S608 - constants only


def _grids(*around: str) -> str:
    return _GRIDS.format(wider=_WIDER.format(shape="there.shape"), around=_boxes(*around))


def _compounds(*around: str) -> str:
    return _COMPOUNDS.format(wider=_WIDER.format(shape="there.shape"), around=_boxes(*around))


# Judged is what meets a change. A compound's verdict rests on the grids it meets and the homes in these; who owns a
# home on a line is settled among all that touch it. Among communities, only homes of the judged place itself count.
_AROUND = f"""
    WITH change AS MATERIALIZED (
        SELECT ST_MakeEnvelope(west, south, east, north, 4490) AS shape
        FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
            AS box (west, south, east, north)
    ), here AS MATERIALIZED (SELECT {_WIDER.format(shape="shape")} AS box FROM change),
    near AS MATERIALIZED (SELECT ST_Expand(shape, %(near)s) AS box FROM change),
    judged_grid AS MATERIALIZED ({_grids("here")}),
    judged_compound AS MATERIALIZED ({_compounds("here")}),
    held_grid AS MATERIALIZED ({_grids("judged_compound")}),
    rival_compound AS MATERIALIZED ({_compounds("judged_compound", "judged_grid", "held_grid")}),
    every_grid AS MATERIALIZED ({_grids("rival_compound", "judged_grid", "held_grid", "near")}),
    beside AS MATERIALIZED (
        SELECT box FROM every_grid WHERE EXISTS (SELECT FROM judged_grid WHERE judged_grid.box && every_grid.box)
        UNION ALL
        SELECT box FROM rival_compound
        WHERE EXISTS (SELECT FROM judged_compound WHERE judged_compound.box && rival_compound.box)
    ), home AS MATERIALIZED (
        SELECT DISTINCT there.id FROM ({_boxes("judged_compound", "judged_grid", "held_grid")}) AS around
            JOIN gridwork_building AS there ON there.shape && around.box
    )
    SELECT 'grid' AS kind, place.code, place.community_code AS parent, there.accuracy_m,
        place.kind = %(ordinary)s AS ordinary, 0 AS households, there.shape::bytea
    FROM every_grid JOIN gridwork_gridboundary AS there USING (id) JOIN gridwork_grid AS place ON place.id = place_id
    UNION ALL
    SELECT 'compound', place.code, place.community_code, there.accuracy_m, false, 0, there.shape::bytea
    FROM rival_compound JOIN gridwork_compoundboundary AS there USING (id)
        JOIN gridwork_compound AS place ON place.id = place_id
    UNION ALL
    SELECT 'community', place.code, place.street_code, there.accuracy_m, false, 0, there.shape::bytea
    FROM gridwork_communityboundary AS there JOIN gridwork_community AS place ON place.id = there.place_id
    WHERE left(place.code, 6) = %(district)s AND there.in_force @> %(at)s::timestamptz
        AND EXISTS (SELECT FROM ({_boxes("beside", "near")}) AS around WHERE around.box && there.shape)
    UNION ALL
    SELECT 'home', there.code, '', 0, false, there.households, there.point::bytea
    FROM home JOIN gridwork_building AS there USING (id)
    WHERE there.district_code = %(district)s AND there.households > 0 AND there.established_on <= %(on)s
        AND (there.retired_on IS NULL OR there.retired_on > %(on)s)
    ORDER BY kind, code
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A cut-out of a district around some changes.

    Parameters
    ----------
    district : layers in metres; no communities and no homes around are empty layers, not None.
    ordinary : which of its grids are ordinary ones.
    """

    district: District
    ordinary: NDArray[np.bool_]


def surroundings(
    district_code: str, *, at: datetime, frame: str, rules: AuditRules, changes: Sequence[Box], near_deg: float
) -> Surroundings:
    """Return all that the verdicts around some changes rest on.

    Parameters
    ----------
    changes : boxes of the changed shapes, before and after.
    near_deg : how far around each box everything is read, whether a verdict rests on it or not.
    """
    west, south, east, north = zip(*changes, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _AROUND,
            {
                "district": district_code,
                "at": at,
                "on": timezone.localdate(at),
                "published": [kind.value for kind in PUBLISHED_KINDS],
                "ordinary": GridKind.ORDINARY.value,
                "near": near_deg,
                **{"west": list(west), "south": list(south), "east": list(east), "north": list(north)},
            },
        )
        rows = cursor.fetchall()
    shapes = crs.project(shapes_of(row[6] for row in rows), crs.STORED, frame) if rows else shapes_of(())
    kinds = np.array([row[0] for row in rows], dtype=np.object_)
    home = np.flatnonzero(kinds == "home").tolist()
    district = District(
        grids=_layer(rows, shapes, kinds, LayerKind.GRID),
        compounds=_layer(rows, shapes, kinds, LayerKind.COMPOUND),
        communities=_layer(rows, shapes, kinds, LayerKind.COMMUNITY),
        homes=Homes(shapes[home], np.array([rows[i][5] for i in home], dtype=np.int64)),
        rules=rules,
    )
    ordinary = np.array([row[4] for row in rows if row[0] == LayerKind.GRID.value], dtype=bool)
    return Surroundings(district, ordinary)


def _layer(rows: Sequence[tuple[Any, ...]], shapes: Shapes, kinds: NDArray[np.object_], kind: LayerKind) -> Layer:
    at = np.flatnonzero(kinds == kind.value).tolist()
    return Layer(
        codes=np.array([rows[i][1] for i in at], dtype=np.object_),
        shapes=shapes[at],
        accuracy_m=max((rows[i][3] for i in at), default=1.0),
        parents=np.array([rows[i][2] or "" for i in at], dtype=np.object_),
    )
