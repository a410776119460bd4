"""Draw one tile: vector tile bytes from PostGIS, never larger than TILE_BYTES.

A tile is drawn from generalised copies. Where a shape of the layer still waits for its copies, which is a matter of
seconds after a change, the tile is drawn once more with the true shapes of those that wait.
"""

from dataclasses import dataclass

from django.db import connection

from gis.geometry.tilegrid import Tile
from gis.selectors.tiles.editions import Sight
from gis.selectors.tiles.layers import DRAWN
from gis.selectors.tiles.queries import EVERYTHING, Fullness, Part, parts, query
from gis.terms import MapLayer

TILE_BYTES = 100_000
"""No tile is larger, before compression: what a phone in the street loads and draws without a stop."""

LEAN = Fullness(left_out=frozenset({"name"}))
BARE = Fullness(left_out=frozenset({"name", "parent", "kind", "households", "width_m"}), labels=False)
"""What is too large is drawn again with less: names go first, then labels, then the smallest features."""

ROOM_LEFT = 0.9
"""Features are cut to this share of what would fit if all were equally large: the greatest stay, and take more."""


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
    whole = parts(layer, tile, sight)
    drawn = _drawn(whole, EVERYTHING)
    for fullness in (LEAN, BARE):
        if len(drawn.body) <= limit_bytes:
            return drawn
        drawn = _drawn(whole, fullness)
    while len(drawn.body) > limit_bytes:
        fitting = int(drawn.features * ROOM_LEFT * limit_bytes / len(drawn.body))
        drawn = _drawn(whole, Fullness(BARE.left_out, labels=False, limit=min(fitting, drawn.features - 1)))
    return drawn


def _drawn(whole: list[Part], fullness: Fullness) -> Drawn:
    drawn = [_drawn_part(part, fullness) for part in whole]
    return Drawn(b"".join(body for body, _count in drawn), max(count for _body, count in drawn), fullness)


def _drawn_part(part: Part, fullness: Fullness) -> tuple[bytes, int]:
    with connection.cursor() as cursor:
        for with_waiting in (False, True):
            cursor.execute(query(part, fullness, with_waiting=with_waiting))
            shapes, labels, features, waiting = cursor.fetchone()
            if not waiting:
                break
    return bytes(shapes or b"") + bytes(labels or b""), features
