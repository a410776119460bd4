"""Draw one tile, of a layer or of several: vector tile bytes from PostGIS, never larger than TILE_BYTES.

A tile is drawn from generalised copies. Where a shape of the layer still waits for its copies, which is a matter of
seconds after a change, the tile is drawn once more with the true shapes of those that wait. What is too large tells
less: names go first, then labels and figures, then the smallest features.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from psycopg.types.numeric import Int8

from gis.geometry.tilegrid import Tile
from gis.selectors.statements import fetch_row
from gis.selectors.tiles.editions import Sight
from gis.selectors.tiles.layers import DRAWN, FINEST_COPY
from gis.selectors.tiles.queries import Part, query, values_of
from gis.selectors.tiles.rows import Chosen
from gis.terms import MapLayer

TILE_BYTES = 100_000
"""No tile is larger, before compression: what a phone in the street loads and draws without a stop."""

ROOM_LEFT = 0.9
"""Features are cut to this share of what would fit if all were equally large: the greatest stay, and take more."""


def draw(layer: MapLayer, tile: Tile, sight: Sight, *, limit_bytes: int = TILE_BYTES) -> bytes:
    """Return the vector tile of a layer, empty where there is nothing to draw, never larger than the limit."""
    if tile.zoom < DRAWN[layer].min_zoom:
        return b""
    return b"".join(_draw_part(part, tile, sight, int(part.share * limit_bytes)) for part in parts(layer, tile, sight))


def draw_together(layers: Iterable[MapLayer], tile: Tile, sight: Sight, *, limit_bytes: int = TILE_BYTES) -> bytes:
    """Return one vector tile of several layers, never larger than the limit: each gets the room that those before it
    have left.
    """
    body = b""
    for layer in layers:
        body += draw(layer, tile, sight, limit_bytes=limit_bytes - len(body))
    return body


def parts(layer: MapLayer, tile: Tile, sight: Sight) -> list[Part]:
    """Return what a tile is put together from."""
    drawn = DRAWN[layer]
    whole = Part(
        name=layer.value,
        chosen=chosen(layer, tile.zoom, sight),
        copied=drawn.copied,
        is_deep=tile.zoom > FINEST_COPY,
        shaped=tile.zoom >= drawn.shapes_from,
    )
    return whole.with_cuts if layer is MapLayer.FINDING and whole.shaped else [whole]


def chosen(layer: MapLayer, zoom: int, sight: Sight) -> Chosen:
    """Return which rows of a layer a sight shows at a zoom."""
    only = [condition for first, condition in DRAWN[layer].only.items() if first <= zoom][-1:]
    return Chosen(
        layer,
        within=None if sight.district_code else sight.within,
        is_past=layer is MapLayer.FINDING and sight.as_of is not None and sight.as_of < timezone.now(),
        only=only[0] if only else "true",
    )


def values_of_rows(sight: Sight) -> dict[str, Any]:
    """Return the values that say which rows a sight shows."""
    moment = sight.moment
    return {"moment": moment, "on": timezone.localdate(moment), "district": sight.district_code}


def _draw_part(part: Part, tile: Tile, sight: Sight, room_bytes: int) -> bytes:
    values = {**values_of(part.name, tile), **values_of_rows(sight), "room": float(room_bytes), "bare": False}
    body, features, waiting = fetch_row(query(part), values)
    if waiting:
        body, features, _ = fetch_row(query(part, with_waiting=True), values)
    while len(body) > room_bytes:
        features = min(int(features * ROOM_LEFT * room_bytes / len(body)), features - 1)
        values |= {"bare": True, "features": Int8(features)}
        body, _count, _ = fetch_row(query(part, with_waiting=waiting, limited=True), values)
    return bytes(body)
