"""The queries behind a tile: PostGIS chooses, shifts, cuts off and encodes; nothing but bytes comes back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from psycopg import sql

from gis.geometry.tilegrid import BUFFER, EXTENT, HALF_WORLD_M, PIXEL, Tile, unit_m
from gis.models import CUT
from gis.selectors.tiles.editions import Sight
from gis.selectors.tiles.layers import DRAWN, FINEST_COPY, sheet_number
from gis.selectors.tiles.rows import SHAPE, Rows, rows_of, shape_table
from gis.terms import MapLayer

POINTS = frozenset({MapLayer.STATION, MapLayer.OFFICE})
"""Layers of points only: each is drawn in the one tile that holds it."""

LAST = EXTENT - 1


@dataclass(frozen=True, slots=True)
class Fullness:
    """How much a tile tells.

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


@dataclass(frozen=True, slots=True)
class Part:
    """One query of a tile: of findings the places and the cut lines are two, every other layer is one.

    Parameters
    ----------
    name : of the layer inside the tile, and of its copies.
    copied : whether its shapes have copies.
    shaped : whether shapes are drawn; else only labels are.
    labelled : whether label points are drawn.
    """

    name: str
    layer: MapLayer
    tile: Tile
    rows: Rows
    copied: bool
    shaped: bool = True
    labelled: bool = True


def parts(layer: MapLayer, tile: Tile, sight: Sight) -> list[Part]:
    """Return what a tile is put together from."""
    rows = rows_of(layer, tile.zoom, sight)
    shaped = tile.zoom >= DRAWN[layer].shapes_from
    whole = Part(layer.value, layer, tile, rows, DRAWN[layer].copied, shaped)
    if layer is not MapLayer.FINDING or not shaped:
        return [whole]
    cuts = replace(rows, shape=sql.SQL("there.cut"))
    return [whole, Part(CUT, layer, tile, cuts, copied=True, labelled=False)]


_TILE = sql.SQL("""
    WITH chosen AS MATERIALIZED ({sources}), kept AS MATERIALIZED ({kept})
    SELECT {shapes}, {labels}, (SELECT count(*) FROM kept), {waiting}
""")

_LAYER = sql.SQL("""
    (SELECT ST_AsMVT(drawn, {name}, {extent}, {column}, 'fid')
        FROM (SELECT fid, {geometry} {attributes} FROM kept WHERE {geometry} IS NOT NULL) AS drawn)
""")

_NO_LAYER = sql.SQL("NULL::bytea")

_GREATEST = sql.SQL("SELECT * FROM chosen ORDER BY coalesce(weight, ST_Area(shape)) DESC NULLS LAST, fid LIMIT {}")

_IS_WAITING = sql.SQL("EXISTS (SELECT FROM gridwork_tilewaiting AS waiting WHERE waiting.layer = {})")


def query(part: Part, fullness: Fullness = EVERYTHING, *, with_waiting: bool = False) -> sql.Composable:
    """Return the query of a part of a tile: its shapes, its labels, how many features, and whether a shape may be
    missing because it waits for its copies (never when `with_waiting` asks for those too)."""
    everything = list(part.rows.attributes)
    few = [attribute for attribute in everything if attribute not in fullness.left_out]
    labelled = part.labelled and fullness.labels
    asks_back = part.copied and not with_waiting
    return _TILE.format(
        sources=sql.SQL(" UNION ALL ").join(_sources(part, with_waiting=with_waiting)),
        kept=sql.SQL("SELECT * FROM chosen") if fullness.limit is None else _GREATEST.format(fullness.limit),
        shapes=_layer(part.name, "shape", few) if part.shaped else _NO_LAYER,
        labels=_layer(f"{part.name}_label", "label", everything) if labelled else _NO_LAYER,
        waiting=_IS_WAITING.format(sql.Literal(part.name)) if asks_back else sql.SQL("false"),
    )


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

NOTHING_MORE = sql.SQL("")


def _source(
    rows: Rows,
    shape: sql.Composable,
    label: sql.Composable,
    tables: sql.Composable,
    within: sql.Composable,
    middle: sql.Composable = NOTHING_MORE,
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


def _sources(part: Part, *, with_waiting: bool) -> list[sql.Composable]:
    if not part.copied:
        return [_plain(part)]
    return [_from_copies(part, with_waiting=with_waiting), *([_waiting(part)] if with_waiting else [])]


_COPY_TABLES = sql.SQL("gridwork_tilecopy AS copy JOIN {shapes} AS there ON there.id = copy.shape_id")
_COPY_WITHIN = sql.SQL("copy.sheet = {sheet} AND copy.shape && ST_MakeEnvelope({west}, {south}, {east}, {north})")
_IS_CURRENT = sql.SQL("""
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


def _from_copies(part: Part, *, with_waiting: bool) -> sql.Composable:
    """Return the copies that lie in a tile. Zooms without copies find their shapes by those of the finest zoom."""
    tile = part.tile
    deeper = max(0, tile.zoom - FINEST_COPY)
    west, south, span, margin = (n >> deeper for n in (tile.west, tile.south, EXTENT, BUFFER))
    near = {
        "west": sql.Literal(west - margin),
        "south": sql.Literal(south - margin),
        "east": sql.Literal(west + span + margin),
        "north": sql.Literal(south + span + margin),
    }
    within = _COPY_WITHIN.format(sheet=sheet_number(part.name, min(tile.zoom, FINEST_COPY)), **near)
    return _source(
        part.rows,
        _live_shape(part.rows.shape, tile) if deeper else _copy_shape(tile, near),
        _COPY_LABEL.format(
            west=west, east=west + span - 1, south=south, north=south + span - 1, scale=1 << deeper, last=LAST
        ),
        _COPY_TABLES.format(shapes=sql.Identifier(shape_table(part.layer))),
        within + _IS_CURRENT.format(layer=sql.Literal(part.name)) if with_waiting else within,
    )


def _copy_shape(tile: Tile, near: dict[str, sql.Literal]) -> sql.Composable:
    """Return the copy in the tile's own units: shifted and turned over, cut off only where it reaches beyond."""
    box = sql.SQL("ST_MakeBox2D(ST_Point({}, {}), ST_Point({}, {}))").format(
        tile.west, tile.south, tile.west + EXTENT, tile.south + EXTENT
    )
    return _COPY_SHAPE.format(
        box=box, extent=EXTENT, buffer=BUFFER, shift_x=-tile.west, shift_y=tile.south + EXTENT, **near
    )


_WAITING_TABLES = sql.SQL("gridwork_tilewaiting AS waiting JOIN {shapes} AS there ON there.id = waiting.shape_id")
_WAITING_WITHIN = sql.SQL("waiting.layer = {layer} AND {shape} && {degrees}")


def _waiting(part: Part) -> sql.Composable:
    """Return the true shapes of those that wait for their copies."""
    shape = part.rows.shape
    return _source(
        part.rows,
        _live_shape(shape, part.tile),
        _spot(),
        _WAITING_TABLES.format(shapes=sql.Identifier(shape_table(part.layer))),
        _WAITING_WITHIN.format(layer=sql.Literal(part.name), shape=shape, degrees=_degrees(part.tile)),
        _middle(sql.SQL("ST_PointOnSurface({})").format(shape), part.tile),
    )


def _plain(part: Part) -> sql.Composable:
    """Return the shapes of a layer without copies."""
    is_points = part.layer in POINTS
    return _source(
        part.rows,
        _spot() if is_points else _live_shape(SHAPE, part.tile),
        _spot(),
        sql.SQL("{} AS there").format(sql.Identifier(shape_table(part.layer))),
        sql.SQL("{} && {}").format(SHAPE, _degrees(part.tile)),
        _middle(SHAPE if is_points else sql.SQL("there.point"), part.tile),
    )


_LIVE_SHAPE = sql.SQL("ST_AsMVTGeom({moved}, ST_TileEnvelope({zoom}, {x}, {y}), {extent}, {buffer}, true)")


def _live_shape(shape: sql.Composable, tile: Tile) -> sql.Composable:
    """Return a true shape in the tile's own units; where copies are drawn too, about as coarse as they are."""
    moved: sql.Composable = sql.SQL("ST_Transform({}, 3857)").format(shape)
    if tile.zoom <= FINEST_COPY:
        moved = sql.SQL("ST_Simplify({}, {}, true)").format(moved, PIXEL / 2 * unit_m(tile.zoom))
    return _LIVE_SHAPE.format(moved=moved, zoom=tile.zoom, x=tile.x, y=tile.y, extent=EXTENT, buffer=BUFFER)


def _degrees(tile: Tile) -> sql.Composable:
    return sql.SQL("ST_MakeEnvelope({}, {}, {}, {}, 4490)").format(*tile.degrees())


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


def _middle(point: sql.Composable, tile: Tile) -> sql.Composable:
    return _MIDDLE.format(
        point=point, half=HALF_WORLD_M, unit=unit_m(tile.zoom), west=tile.west, south=tile.south, last=LAST
    )


def _spot() -> sql.Composable:
    """Return the label point in the tile's own units, NULL in every tile but the one that holds it."""
    return _SPOT.format(last=LAST)
