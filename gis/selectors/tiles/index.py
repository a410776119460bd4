"""What the map asks before it asks for tiles, after a change, and now and then."""

from dataclasses import dataclass
from hashlib import blake2b

from django.db import connection
from psycopg import sql

from gis.selectors.tiles.drawing import chosen, values_of_rows
from gis.selectors.tiles.editions import Sight, editions, joint_edition
from gis.selectors.tiles.layers import BUNDLES, MAX_ZOOM
from gis.selectors.tiles.rows import rows_of, shape_table
from gis.terms import MapLayer

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class TileIndex:
    """Editions of the layers, of their bundles, one of all of them, and the box of what is seen in degrees; None where
    nothing is.
    """

    edition: str
    layers: dict[MapLayer, str]
    bundles: dict[str, str]
    bounds: Box | None


def tile_index(sight: Sight) -> TileIndex:
    """Return the editions of every layer and the box of what a sight shows."""
    found = editions(MapLayer, sight)
    whole = blake2b("".join(found.values()).encode(), digest_size=9).hexdigest()
    bundles = {name: joint_edition([found[layer] for layer in bundle.layers]) for name, bundle in BUNDLES.items()}
    return TileIndex(whole, found, bundles, _bounds(sight))


_EXTENT = sql.SQL("""
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Extent(there.shape) AS box FROM {shapes} AS there {joined} WHERE {where}) AS seen
""")


def _bounds(sight: Sight) -> Box | None:
    """Return the box of the largest territories that are seen: districts, else streets, communities, grids."""
    for layer in (MapLayer.DISTRICT, MapLayer.STREET, MapLayer.COMMUNITY, MapLayer.GRID):
        rows = rows_of(chosen(layer, MAX_ZOOM, sight))
        shapes = sql.Identifier(shape_table(layer))
        with connection.cursor() as cursor:
            cursor.execute(_EXTENT.format(shapes=shapes, joined=rows.joined, where=rows.where), values_of_rows(sight))
            west, south, east, north = cursor.fetchone()
        if west is not None:
            return (west, south, east, north)
    return None
