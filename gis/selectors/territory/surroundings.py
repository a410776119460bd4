"""What an audit of a change must see, and no more: found step by step from the change outwards, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import NDArray

from gis.geometry import crs
from gis.geometry.layers import AuditRules, District, Homes, Layer, Shapes
from gis.geometry.pieces import Floats
from gis.selectors.statements import fetch_rows
from gis.selectors.territory.layers import PUBLISHED_KINDS, beyond, shapes_of
from gis.terms import GridKind, LayerKind

APART_DEG = 2e-5
"""About 2 m. What touches in metres need not in degrees: a straight line of 5 km there is half a metre off here."""

_IN_FORCE = "there.in_force @> %(at)s::timestamptz"
_GRIDS = f"""
        SELECT DISTINCT ON (there.id) there.id, there.shape
        FROM ({{around}}) AS around
            JOIN gridwork_gridboundary AS there ON there.shape && ST_Expand(around.shape, {APART_DEG})
            JOIN gridwork_grid AS place ON place.id = there.place_id
        WHERE left(place.code, 6) = %(district)s::text AND {_IN_FORCE} AND place.kind = ANY(%(published)s::text[])
"""  # noqa: S608 - constants only
_COMPOUNDS = f"""
        SELECT DISTINCT ON (there.id) there.id, there.shape
        FROM ({{around}}) AS around
            JOIN gridwork_compoundboundary AS there ON there.shape && ST_Expand(around.shape, {APART_DEG})
            JOIN gridwork_compound AS place ON place.id = there.place_id
        WHERE place.district_code = %(district)s::text AND {_IN_FORCE}
"""  # noqa: S608 - constants only


def _shapes(*names: str) -> str:
    return " UNION ALL ".join(f"SELECT shape FROM {name}" for name in names)  # noqa: S608 - constants only


def _grids(*around: str) -> str:
    return _GRIDS.format(around=_shapes(*around))


def _compounds(*around: str) -> str:
    return _COMPOUNDS.format(around=_shapes(*around))


# Judged is what touches a change. A compound's verdict rests on the grids it meets and the homes in these; a home in
# two compounds belongs to one of them. Among communities, only homes of the judged place itself count. Boxes decide
# what is read; only who is judged is asked exactly, for everything else follows from that.
_AROUND = f"""
    WITH touched AS MATERIALIZED (SELECT unnest(%(touched)s::bytea[])::geometry AS shape),
    near AS MATERIALIZED (
        SELECT ST_MakeEnvelope(west, south, east, north, 4490) AS shape
        FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
            AS box (west, south, east, north)
    ),
    judged_compound AS MATERIALIZED ({_compounds("touched")} AND ST_Intersects(there.shape, around.shape)),
    rival_compound AS MATERIALIZED ({_compounds("judged_compound")}),
    held_grid AS MATERIALIZED ({_grids("judged_compound")}),
    every_grid AS MATERIALIZED (
        SELECT id FROM held_grid UNION SELECT id FROM ({_grids("touched")}) AS neighbour UNION
        SELECT there.id FROM near JOIN gridwork_gridboundary AS there ON there.shape && near.shape
            JOIN gridwork_grid AS place ON place.id = there.place_id
        WHERE left(place.code, 6) = %(district)s::text AND {_IN_FORCE} AND place.kind = ANY(%(published)s::text[])
    ),
    home AS MATERIALIZED (
        SELECT DISTINCT there.id FROM ({_shapes("judged_compound", "held_grid", "touched")}) AS around
            JOIN gridwork_building AS there
                ON there.shape && around.shape AND ST_DWithin(there.point, around.shape, {APART_DEG})
    ),
    community AS MATERIALIZED (
        SELECT place.code, place.street_code AS parent, there.accuracy_m, there.shape
        FROM gridwork_community AS place
            JOIN gridwork_communityboundary AS there ON there.place_id = ANY(ARRAY[place.id])
        WHERE place.code ~>=~ %(district)s::text AND place.code ~<~ %(beyond)s::text AND {_IN_FORCE} AND (
            EXISTS (
                SELECT FROM ({_shapes("judged_compound", "touched", "near")}) AS around
                WHERE there.shape && ST_Expand(around.shape, {APART_DEG})
            ) OR place.code IN (
                SELECT compound.community_code FROM rival_compound JOIN gridwork_compoundboundary AS own USING (id)
                    JOIN gridwork_compound AS compound ON compound.id = own.place_id
            )
        )
    )
    SELECT 'grid' AS kind, place.code, place.community_code AS parent, there.accuracy_m,
        place.kind = %(ordinary)s::text AS ordinary, 0 AS households, there.shape::bytea
    FROM every_grid JOIN gridwork_gridboundary AS there USING (id) JOIN gridwork_grid AS place ON place.id = place_id
    UNION ALL
    SELECT 'compound', place.code, place.community_code, there.accuracy_m, false, 0, there.shape::bytea
    FROM rival_compound JOIN gridwork_compoundboundary AS there USING (id)
        JOIN gridwork_compound AS place ON place.id = place_id
    UNION ALL
    SELECT 'community', community.code, community.parent, community.accuracy_m, false, 0, community.shape::bytea
    FROM community
    UNION ALL
    SELECT 'office', there.code, there.community_code, 1, false, 0, there.shape::bytea
    FROM gridwork_communityoffice AS there
    WHERE there.district_code = %(district)s::text AND there.established_on <= %(on)s::date
        AND (there.retired_on IS NULL OR there.retired_on > %(on)s::date)
        AND (there.community_code IN (SELECT code FROM community) OR there.community_code IS NOT NULL AND NOT EXISTS (
            SELECT FROM gridwork_communityboundary AS drawn
            WHERE drawn.place_id = ANY(ARRAY[(SELECT id FROM gridwork_community WHERE code = there.community_code)])
                AND drawn.in_force @> %(at)s::timestamptz
        ))
    UNION ALL
    SELECT 'home', there.code, '', 0, false, there.households, there.point::bytea
    FROM home JOIN gridwork_building AS there USING (id)
    WHERE there.district_code = %(district)s::text AND there.households > 0 AND there.established_on <= %(on)s::date
        AND (there.retired_on IS NULL OR there.retired_on > %(on)s::date)
    ORDER BY kind, code
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A cut-out of a district around some changes.

    Parameters
    ----------
    district : layers in metres; no communities and no homes around are empty layers, not None.
    ordinary : which of its grids are ordinary ones.
    offices : of its communities, and those of a community without a boundary: points in metres.
    """

    district: District
    ordinary: NDArray[np.bool_]
    offices: Layer


def surroundings(
    district_code: str, *, at: datetime, frame: str, rules: AuditRules, touched: Shapes, near: Floats
) -> Surroundings:
    """Return all that the verdicts on what touches some shapes rest on, where no home lies on a line between grids.

    Parameters
    ----------
    touched : changed grids or compounds, before and after; longitude and latitude.
    near : boxes (west, south, east, north) in which all grids and communities are read.
    """
    west, south, east, north = near.T.tolist()
    wider = shapely.buffer(touched, APART_DEG, quad_segs=1)  # cheap here; ST_DWithin takes milliseconds a pair
    rows = fetch_rows(
        _AROUND,
        {
            "district": district_code,
            "beyond": beyond(district_code),
            "at": at,
            "on": timezone.localdate(at),
            "published": [kind.value for kind in PUBLISHED_KINDS],
            "ordinary": GridKind.ORDINARY.value,
            "touched": shapely.to_wkb(shapely.set_srid(wider, 4490), include_srid=True).tolist(),
            **{"west": west, "south": south, "east": east, "north": north},
        },
    )
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
    return Surroundings(district, ordinary, _layer(rows, shapes, kinds, LayerKind.OFFICE))


def _layer(rows: Sequence[tuple[Any, ...]], shapes: Shapes, kinds: NDArray[np.object_], kind: LayerKind) -> Layer:
    at = np.flatnonzero(kinds == kind.value).tolist()
    return Layer(
        codes=np.array([rows[i][1] for i in at], dtype=np.object_),
        shapes=shapes[at],
        accuracy_m=max((rows[i][3] for i in at), default=1.0),
        parents=np.array([rows[i][2] or "" for i in at], dtype=np.object_),
    )
