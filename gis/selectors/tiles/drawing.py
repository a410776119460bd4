"""Draw one tile: vector tile bytes from PostGIS, never larger than TILE_BYTES."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from gis.geometry.tilegrid import BUFFER, EXTENT, HALF_WORLD_M, PIXEL, Tile, unit_m
from gis.models import CUT
from gis.selectors.tiles.editions import Sight
from gis.selectors.tiles.layers import DRAWN, FINEST_COPY, sheet_number
from gis.selectors.tiles.rows import SHAPE, Rows, rows_of, shape_table
from gis.terms import MapLayer

TILE_BYTES = 100_000
"""No tile is larger, before compression: what a phone in the street loads and draws without a stop."""

POINTS = frozenset({MapLayer.STATION, MapLayer.OFFICE})
"""Layers of points only: each is drawn in the one tile that holds it."""


@dataclass(frozen=True, slots=True)
class Fullness:
    """How much a tile tells. What is too large is drawn again with less: names go first, then labels, then the
    smallest features.

    Parameters
    ----------
    left_out : attributes that shapes do without.
    labels : whether label points are drawn.
    limit : how many features are kept, the greatest; None keeps all.
    """

    left_out: frozenset[str] = frozenset()
    labels: bool = True
    limit: int | None = None


EVERYTHING = Fullness()
LEAN = Fullness(left_out=frozenset({"name"}))
BARE = Fullness(left_out=frozenset({"name", "parent", "kind", "households", "width_m"}), labels=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile as drawn: its bytes, how many features it holds, how full it is."""

    body: bytes
    features: int
    fullness: Fullness


def draw(layer: MapLayer, tile: Tile, sight: Sight) -> bytes:
    """Return the vector tile of a layer, empty where there is nothing to draw."""
    return draw_within(layer, tile, sight).body


def draw_within(layer: MapLayer, tile: Tile, sight: Sight, *, limit_bytes: int = TILE_BYTES) -> Drawn:
    """Return the fullest drawing of a tile that is not larger than a limit."""
    if tile.zoom < DRAWN[layer].min_zoom:
        return Drawn(b"", 0, EVERYTHING)
    drawn = _drawn(layer, tile, sight, EVERYTHING)
    for fullness in (LEAN, BARE):
        if len(drawn.body) <= limit_bytes:
            return drawn
        drawn = _drawn(layer, tile, sight, fullness)
    while len(drawn.body) > limit_bytes:
        kept = int(drawn.features * 0.9 * limit_bytes / len(drawn.body))
        drawn = _drawn(layer, tile, sight, Fullness(BARE.left_out, labels=False, limit=min(kept, drawn.features - 1)))
    return drawn


def _drawn(layer: MapLayer, tile: Tile, sight: Sight, fullness: Fullness) -> Drawn:
    body, features = b"", 0
    with connection.cursor() as cursor:
        for query in queries(layer, tile, sight, fullness):
            cursor.execute(query)
            shapes, labels, count = cursor.fetchone()
            body += bytes(shapes or b"") + bytes(labels or b"")
            features = max(features, count)
    return Drawn(body, features, fullness)


def queries(layer: MapLayer, tile: Tile, sight: Sight, fullness: Fullness = EVERYTHING) -> Iterator[sql.Composable]:
    """Yield the queries whose results, one after the other, are a tile: shapes, labels, count of features."""
    rows = rows_of(layer, tile.zoom, sight)
    sources = _copied(layer.value, layer, rows, tile) if DRAWN[layer].copied else _plain(layer, rows, tile)
    yield _tile_query(layer.value, sources, rows, fullness)
    if layer is MapLayer.FINDING:
        cuts = Rows(rows.joined, rows.where, rows.attributes, sql.SQL("there.cut"), rows.weight)
        yield _tile_query(
            CUT, _copied(CUT, layer, cuts, tile), cuts, Fullness(fullness.left_out, False, fullness.limit)
        )


_TILE = sql.SQL("""
    WITH chosen AS MATERIALIZED ({sources}), kept AS MATERIALIZED ({kept})
    SELECT
        (SELECT ST_AsMVT(drawn, {name}, {extent}, 'shape', 'fid')
            FROM (SELECT fid, shape {attributes} FROM kept WHERE shape IS NOT NULL) AS drawn),
        {labels},
        (SELECT count(*) FROM kept)
""")

_LABELS = sql.SQL("""
    (SELECT ST_AsMVT(drawn, {name}, {extent}, 'label', 'fid')
        FROM (SELECT fid, label {attributes} FROM kept WHERE label IS NOT NULL) AS drawn)
""")

_GREATEST = sql.SQL("SELECT * FROM chosen ORDER BY coalesce(weight, ST_Area(shape)) DESC NULLS LAST, fid LIMIT {}")


def _tile_query(name: str, sources: list[sql.Composable], rows: Rows, fullness: Fullness) -> sql.Composable:
    full = _listed(rows.attributes)
    return _TILE.format(
        sources=sql.SQL(" UNION ALL ").join(sources),
        kept=sql.SQL("SELECT * FROM chosen") if fullness.limit is None else _GREATEST.format(fullness.limit),
        name=sql.Literal(name),
        extent=EXTENT,
        attributes=_listed(attribute for attribute in rows.attributes if attribute not in fullness.left_out),
        labels=_LABELS.format(name=sql.Literal(f"{name}_label"), extent=EXTENT, attributes=full)
        if fullness.labels
        else sql.SQL("NULL::bytea"),
    )


def _listed(names: object) -> sql.Composable:
    return sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(str(name))) for name in names)  # type: ignore[attr-defined]


_SOURCE = sql.SQL("""
    SELECT place.id AS fid, {weight} AS weight, {shape} AS shape, {label} AS label {attributes}
    FROM {tables} {joined} {middle} WHERE {within} AND {where}
""")

_COPY_TABLES = sql.SQL("gridwork_tilecopy AS copy JOIN {shapes} AS there ON there.id = copy.shape_id")
_COPY_WITHIN = sql.SQL("""
    copy.sheet = {sheet} AND copy.shape && ST_MakeEnvelope({west}, {south}, {east}, {north})
    AND NOT EXISTS (
        SELECT FROM gridwork_tilewaiting AS waiting WHERE waiting.layer = {layer} AND waiting.shape_id = copy.shape_id
    )
""")
_COPY_SHAPE = sql.SQL("""
    CASE WHEN copy.shape @ ST_MakeEnvelope({west}, {south}, {east}, {north})
        THEN ST_Affine(copy.shape, 1, 0, 0, -1, {shift_x}, {shift_y})
        ELSE ST_AsMVTGeom(copy.shape, {box}, {extent}, {buffer}, true) END
""")
_COPY_LABEL = sql.SQL("""
    CASE WHEN copy.label_x BETWEEN {west} AND {east} AND copy.label_y BETWEEN {south} AND {north}
        THEN ST_MakePoint((copy.label_x - {west}) * {scale}, {last} - (copy.label_y - {south}) * {scale}) END
""")

_WAITING_TABLES = sql.SQL("gridwork_tilewaiting AS waiting JOIN {shapes} AS there ON there.id = waiting.shape_id")
_WAITING_WITHIN = sql.SQL("waiting.layer = {layer} AND {shape} && {degrees}")

_MIDDLE = sql.SQL("""
    CROSS JOIN LATERAL (SELECT ST_Transform({point}, 3857) AS point OFFSET 0) AS middle
    CROSS JOIN LATERAL (
        SELECT floor((ST_X(middle.point) + {half}) / {unit}) - {west} AS x,
            {last} - (floor((ST_Y(middle.point) + {half}) / {unit}) - {south}) AS y
    ) AS spot
""")
_SPOT = sql.SQL(
    "CASE WHEN spot.x BETWEEN 0 AND {last} AND spot.y BETWEEN 0 AND {last} THEN ST_MakePoint(spot.x, spot.y) END"
)


def _copied(copies: str, layer: MapLayer, rows: Rows, tile: Tile) -> list[sql.Composable]:
    """Return where the shapes of a copied layer come from: the copies, and what still waits for them."""
    table = sql.Identifier(shape_table(layer))
    deeper = max(0, tile.zoom - FINEST_COPY)
    west, south, span, margin = (n >> deeper for n in (tile.west, tile.south, EXTENT, BUFFER))
    edges = {
        "west": west - margin,
        "south": south - margin,
        "east": west + span + margin,
        "north": south + span + margin,
    }
    near = {name: sql.Literal(edge) for name, edge in edges.items()}
    drawn = _live_shape(rows.shape, tile) if deeper else _copy_shape(tile, near)
    label = _COPY_LABEL.format(
        west=west, east=west + span - 1, south=south, north=south + span - 1, scale=1 << deeper, last=EXTENT - 1
    )
    within = _COPY_WITHIN.format(
        sheet=sheet_number(copies, min(tile.zoom, FINEST_COPY)), layer=sql.Literal(copies), **near
    )
    from_copies = _source(rows, drawn, label, _COPY_TABLES.format(shapes=table), within)
    waiting = _WAITING_WITHIN.format(layer=sql.Literal(copies), shape=rows.shape, degrees=_degrees(tile))
    point = sql.SQL("ST_PointOnSurface({})").format(rows.shape)
    live = _source(
        rows,
        _live_shape(rows.shape, tile),
        _spot(),
        _WAITING_TABLES.format(shapes=table),
        waiting,
        _middle(point, tile),
    )
    return [from_copies, live]


def _plain(layer: MapLayer, rows: Rows, tile: Tile) -> list[sql.Composable]:
    """Return where the shapes of a layer without copies come from."""
    table = sql.SQL("{} AS there").format(sql.Identifier(shape_table(layer)))
    within = sql.SQL("{} && {}").format(SHAPE, _degrees(tile))
    point = SHAPE if layer in POINTS else sql.SQL("there.point")
    shape = _spot() if layer in POINTS else _live_shape(SHAPE, tile)
    return [_source(rows, shape, _spot(), table, within, _middle(point, tile))]


def _source(
    rows: Rows,
    shape: sql.Composable,
    label: sql.Composable,
    tables: sql.Composable,
    within: sql.Composable,
    middle: sql.Composable = sql.SQL(""),
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


def _copy_shape(tile: Tile, near: dict[str, sql.Literal]) -> sql.Composable:
    """Return the copy in the tile's own units: shifted and turned over, cut off only where it reaches beyond."""
    box = sql.SQL("ST_MakeBox2D(ST_Point({}, {}), ST_Point({}, {}))").format(
        tile.west, tile.south, tile.west + EXTENT, tile.south + EXTENT
    )
    return _COPY_SHAPE.format(
        box=box, extent=EXTENT, buffer=BUFFER, shift_x=-tile.west, shift_y=tile.south + EXTENT, **near
    )


def _live_shape(shape: sql.Composable, tile: Tile) -> sql.Composable:
    """Return a true shape in the tile's own units; where copies are drawn too, as coarse as they are."""
    moved = sql.SQL("ST_Transform({}, 3857)").format(shape)
    if tile.zoom <= FINEST_COPY:
        moved = sql.SQL("ST_Simplify({}, {}, true)").format(moved, PIXEL / 2 * unit_m(tile.zoom))
    return sql.SQL("ST_AsMVTGeom({}, ST_TileEnvelope({}, {}, {}), {}, {}, true)").format(
        moved, tile.zoom, tile.x, tile.y, EXTENT, BUFFER
    )


def _degrees(tile: Tile) -> sql.Composable:
    return sql.SQL("ST_MakeEnvelope({}, {}, {}, {}, 4490)").format(*tile.degrees())


def _middle(point: sql.Composable, tile: Tile) -> sql.Composable:
    return _MIDDLE.format(
        point=point, half=HALF_WORLD_M, unit=unit_m(tile.zoom), west=tile.west, south=tile.south, last=EXTENT - 1
    )


def _spot() -> sql.Composable:
    """Return the label point in the tile's own units, NULL in every tile but the one that holds it."""
    return _SPOT.format(last=EXTENT - 1)
