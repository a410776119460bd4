"""The queries behind a tile: PostGIS chooses, shifts, cuts off and encodes; nothing but bytes comes back.

The text of a query depends on what is drawn, not on where: the place of the tile comes as values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import shapely
from psycopg import sql
from psycopg.types.numeric import Int2, Int4

from gis.geometry.tilegrid import BUFFER, EXTENT, HALF_WORLD_M, PIXEL, Tile, unit_m
from gis.models import CUT
from gis.selectors.tiles.layers import DRAWN, FINEST_COPY, sheet_number
from gis.selectors.tiles.rows import SHAPE, Chosen, Rows, rows_of, shape_table
from gis.terms import MapLayer

POINTS = frozenset({MapLayer.STATION, MapLayer.OFFICE})
"""Layers of points only: each is drawn in the one tile that holds it."""

LEAN = frozenset({"name"})
BARE = frozenset({"name", "parent", "kind", "households", "width_m"})
"""Attributes that shapes do without in a full tile: first the one, then the other, and labels with it."""

SHARE_OF_CUTS = 0.2
"""Share of a tile of findings that its cut lines may take; where a layer is not of two parts, it may take all."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one query of a tile draws: of findings the places and the cut lines are two, every other layer is one.

    Parameters
    ----------
    name : of the layer inside the tile, and of its copies.
    is_deep : beyond the zooms that have copies: true shapes are drawn.
    shaped, labelled : whether shapes and label points are drawn.
    share : of the room in the tile.
    """

    name: str
    chosen: Chosen
    copied: bool
    is_deep: bool
    shaped: bool = True
    labelled: bool = True
    share: float = 1.0

    @property
    def with_cuts(self) -> "list[Part]":
        """A part of findings with the part of their cut lines."""
        cuts = replace(self, name=CUT, labelled=False, share=SHARE_OF_CUTS)
        return [replace(self, share=1 - SHARE_OF_CUTS), cuts]


def values_of(name: str, tile: Tile) -> dict[str, Any]:
    """Return the values that say where a tile lies, for the queries of one of its parts.

    ``near`` is the tile with its margin, ``around`` with its eight neighbours, in units of the copies that are drawn;
    coarser than the tile's own beyond the zooms that have copies. Numbers have one type each: another would be another
    statement to plan.
    """
    deeper = max(0, tile.zoom - FINEST_COPY)
    west, south, span, margin = (n / (1 << deeper) for n in (tile.west, tile.south, EXTENT, BUFFER))

    def box(room: float) -> str:
        return shapely.box(west - room, south - room, west + span + room, south + span + room).wkb_hex

    degrees = zip(("deg_west", "deg_south", "deg_east", "deg_north"), tile.degrees(), strict=True)
    return {
        "sheet": Int2(sheet_number(name, min(tile.zoom, FINEST_COPY))),
        "near": box(margin),
        "around": box(span),
        "copy_west": west,
        "copy_south": south,
        "span": span,
        "scale": float(1 << deeper),
        "west": float(tile.west),
        "south": float(tile.south),
        "unit": unit_m(tile.zoom),
        "zoom": Int4(tile.zoom),
        "x": Int4(tile.x),
        "y": Int4(tile.y),
        **dict(degrees),
    }


_TILE = sql.SQL("""
    WITH chosen AS MATERIALIZED ({sources}),
    kept AS MATERIALIZED ({kept}),
    full_tile AS MATERIALIZED (SELECT {shapes} || {labels} AS body),
    lean_tile AS MATERIALIZED (SELECT {lean_shapes} || {labels} AS body),
    bare_tile AS MATERIALIZED (SELECT {bare_shapes} AS body)
    SELECT CASE
        WHEN NOT %(bare)s::bool AND length((SELECT body FROM full_tile)) <= %(room)s::float8
            THEN (SELECT body FROM full_tile)
        WHEN NOT %(bare)s::bool AND length((SELECT body FROM lean_tile)) <= %(room)s::float8
            THEN (SELECT body FROM lean_tile)
        ELSE (SELECT body FROM bare_tile) END,
        (SELECT count(*) FROM kept), {waiting}
""")
"""A tile, as full as there is room. What is not asked for is not worked out: PostgreSQL draws the leaner one only where
the fuller one is too large."""

_LAYER = sql.SQL("""
    coalesce((SELECT ST_AsMVT(drawn, {name}, {extent}, {column}, 'fid')
        FROM (SELECT fid, {geometry} {attributes} FROM kept WHERE {geometry} IS NOT NULL) AS drawn), ''::bytea)
""")

_NO_LAYER = sql.SQL("''::bytea")

_GREATEST = sql.SQL("""
    SELECT * FROM chosen ORDER BY coalesce(weight, ST_Area(shape)) DESC NULLS LAST, fid LIMIT %(features)s::bigint
""")

_IS_WAITING = sql.SQL("EXISTS (SELECT FROM gridwork_tilewaiting AS waiting WHERE waiting.layer = {})")


@lru_cache(maxsize=512)
def query(part: Part, *, with_waiting: bool = False, limited: bool = False) -> str:
    """Return the query of a part of a tile: its bytes, how many features, and whether a shape may be missing because it
    waits for its copies (never when `with_waiting` asks for those too).

    Values beside those of `values_of`: ``room`` in bytes, ``bare`` to leave out at once what a full tile does without,
    ``features`` to keep when `limited`, and those of rows.py.
    """
    rows = rows_of(part.chosen)
    if part.name == CUT:
        rows = replace(rows, shape=sql.SQL("there.cut"))
    everything = list(rows.attributes)
    written = DRAWN[part.chosen.layer].written
    on_labels = [attribute for attribute in everything if written is None or attribute in written]

    def shapes(left_out: frozenset[str] = frozenset()) -> sql.Composable:
        told = [attribute for attribute in everything if attribute not in left_out]
        return _layer(part.name, "shape", told) if part.shaped else _NO_LAYER

    sources = _sources(part, rows, with_waiting=with_waiting)
    asks_back = part.copied and not with_waiting
    return _TILE.format(
        sources=sql.SQL(" UNION ALL ").join(sources),
        kept=_GREATEST if limited else sql.SQL("SELECT * FROM chosen"),
        shapes=shapes(),
        lean_shapes=shapes(LEAN),
        # Where there are labels only, they are what stays.
        bare_shapes=shapes(BARE) if part.shaped else _layer(f"{part.name}_label", "label", on_labels),
        labels=_layer(f"{part.name}_label", "label", on_labels) if part.labelled else _NO_LAYER,
        waiting=_IS_WAITING.format(sql.Literal(part.name)) if asks_back else sql.SQL("false"),
    ).as_string()


def _layer(name: str, geometry: str, attributes: Iterable[str]) -> sql.Composable:
    return _LAYER.format(
        name=sql.Literal(name),
        extent=EXTENT,
        column=sql.Literal(geometry),
        geometry=sql.Identifier(geometry),
        attributes=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(each)) for each in attributes),
    )


_SOURCE = sql.SQL("""
    SELECT place.id AS fid, {weight} AS weight, {shape} AS shape, {label} AS label {attributes}
    FROM {tables} {joined} {middle} WHERE {within} AND {where}
""")


def _source(
    rows: Rows,
    *,
    tables: sql.Composable,
    within: sql.Composable,
    shape: sql.Composable,
    label: sql.Composable,
    middle: sql.Composable,
) -> sql.Composable:
    named = (
        sql.SQL(", {} AS {}").format(expression, sql.Identifier(name)) for name, expression in rows.attributes.items()
    )
    return _SOURCE.format(
        weight=rows.weight,
        shape=shape,
        label=label,
        attributes=sql.SQL("").join(named),
        tables=tables,
        joined=rows.joined,
        middle=middle,
        within=within,
        where=rows.where,
    )


def _sources(part: Part, rows: Rows, *, with_waiting: bool) -> list[sql.Composable]:
    if not part.copied:
        return [_plain(part, rows)]
    return [_from_copies(part, rows, with_waiting=with_waiting), *([_waiting(part, rows)] if with_waiting else [])]


_COPY_TABLES = sql.SQL("""
    (SELECT * FROM gridwork_tilecopy WHERE sheet = %(sheet)s::int2 AND shape && {near} OFFSET 0) AS copy
    CROSS JOIN LATERAL (SELECT * FROM {shapes} WHERE id = copy.shape_id OFFSET 0) AS there
""")
_NEAR = sql.SQL("%(near)s::geometry")
_IS_CURRENT = sql.SQL("""
    NOT EXISTS (
        SELECT FROM gridwork_tilewaiting AS waiting WHERE waiting.layer = {layer} AND waiting.shape_id = copy.shape_id
    )
""")
_COPY_SHAPE = sql.SQL("""
    CASE WHEN copy.shape @ %(around)s::geometry
        THEN ST_Affine(copy.shape, 1, 0, 0, -1, -%(west)s::float8, %(south)s::float8 + {extent})
        ELSE ST_AsMVTGeom(
            copy.shape,
            ST_MakeBox2D(
                ST_Point(%(west)s::float8, %(south)s::float8),
                ST_Point(%(west)s::float8 + {extent}, %(south)s::float8 + {extent})
            ), {extent}, {buffer}, true
        ) END
""").format(extent=EXTENT, buffer=BUFFER)
"""A copy in the tile's own units: shifted and turned over, cut off only where it reaches far beyond: cutting off costs
more than all the rest, and spares few bytes of a shape that is not much larger than a tile."""

_COPY_LABEL = sql.SQL("""
    CASE WHEN copy.label_x >= %(copy_west)s::float8 AND copy.label_x < %(copy_west)s::float8 + %(span)s::float8
        AND copy.label_y >= %(copy_south)s::float8 AND copy.label_y < %(copy_south)s::float8 + %(span)s::float8
        THEN ST_MakePoint(
            (copy.label_x - %(copy_west)s::float8) * %(scale)s::float8,
            {last} - (copy.label_y - %(copy_south)s::float8) * %(scale)s::float8
        ) END
""").format(last=EXTENT - 1)


def _from_copies(part: Part, rows: Rows, *, with_waiting: bool) -> sql.Composable:
    """Return the copies that lie in a tile. Zooms without copies find their shapes by those of the finest zoom."""
    return _source(
        rows,
        tables=_COPY_TABLES.format(shapes=sql.Identifier(shape_table(part.chosen.layer)), near=_NEAR),
        within=_IS_CURRENT.format(layer=sql.Literal(part.name)) if with_waiting else sql.SQL("true"),
        shape=_live_shape(rows.shape, is_deep=True) if part.is_deep else _COPY_SHAPE,
        label=_COPY_LABEL,
        middle=sql.SQL(""),
    )


_WAITING_TABLES = sql.SQL("gridwork_tilewaiting AS waiting JOIN {shapes} AS there ON there.id = waiting.shape_id")
_DEGREES = sql.SQL(
    "ST_MakeEnvelope(%(deg_west)s::float8, %(deg_south)s::float8, %(deg_east)s::float8, %(deg_north)s::float8, 4490)"
)


def _waiting(part: Part, rows: Rows) -> sql.Composable:
    """Return the true shapes of those that wait for their copies."""
    return _source(
        rows,
        tables=_WAITING_TABLES.format(shapes=sql.Identifier(shape_table(part.chosen.layer))),
        within=sql.SQL("waiting.layer = {} AND {} && {}").format(sql.Literal(part.name), rows.shape, _DEGREES),
        shape=_live_shape(rows.shape, is_deep=part.is_deep),
        label=_SPOT,
        middle=_middle(sql.SQL("ST_PointOnSurface({})").format(rows.shape)),
    )


_PLAIN_TABLES = sql.SQL("(SELECT * FROM {shapes} WHERE shape && {degrees} OFFSET 0) AS there")


def _plain(part: Part, rows: Rows) -> sql.Composable:
    """Return the shapes of a layer without copies."""
    is_points = part.chosen.layer in POINTS
    return _source(
        rows,
        tables=_PLAIN_TABLES.format(shapes=sql.Identifier(shape_table(part.chosen.layer)), degrees=_DEGREES),
        within=sql.SQL("true"),
        shape=_SPOT if is_points else _live_shape(SHAPE, is_deep=part.is_deep),
        label=_SPOT,
        middle=_middle(SHAPE if is_points else sql.SQL("there.point")),
    )


_LIVE_SHAPE = sql.SQL("""
    ST_AsMVTGeom({moved}, ST_TileEnvelope(%(zoom)s::int4, %(x)s::int4, %(y)s::int4), {extent}, {buffer}, true)
""")


def _live_shape(shape: sql.Composable, *, is_deep: bool) -> sql.Composable:
    """Return a true shape in the tile's own units; where copies are drawn too, about as coarse as they are."""
    moved: sql.Composable = sql.SQL("ST_Transform({}, 3857)").format(shape)
    if not is_deep:
        moved = sql.SQL("ST_Simplify({}, {} * %(unit)s::float8, true)").format(moved, PIXEL / 2)
    return _LIVE_SHAPE.format(moved=moved, extent=EXTENT, buffer=BUFFER)


_MIDDLE = sql.SQL("""
    CROSS JOIN LATERAL (SELECT ST_Transform({point}, 3857) AS point OFFSET 0) AS middle
    CROSS JOIN LATERAL (
        SELECT floor((ST_X(middle.point) + {half}) / %(unit)s::float8) - %(west)s::float8 AS x,
            {last} - (floor((ST_Y(middle.point) + {half}) / %(unit)s::float8) - %(south)s::float8) AS y
    ) AS spot
""")


def _middle(point: sql.Composable) -> sql.Composable:
    """Return what gives a point in the tile's own units."""
    return _MIDDLE.format(point=point, half=HALF_WORLD_M, last=EXTENT - 1)


_SPOT = sql.SQL("""
    CASE WHEN spot.x BETWEEN 0 AND {last} AND spot.y BETWEEN 0 AND {last} THEN ST_MakePoint(spot.x, spot.y) END
""").format(last=EXTENT - 1)
"""The label point in the tile's own units, NULL in every tile but the one that holds it."""
