"""Vector tiles as a map reads them: decoded, and laid over the ground again."""

import math
from collections import defaultdict

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import shape

from gis.geometry.crs import project
from gis.geometry.tilegrid import EXTENT, HALF_WORLD_M, Tile, unit_m
from gis.selectors import tiles
from gis.selectors.tiles import Sight
from gis.terms import MapLayer

Feature = dict[str, object]


def read(body: bytes) -> dict[str, list[Feature]]:
    """Return the features of each layer of a tile; coordinates in units from its south-west corner."""
    if not body:
        return {}
    return {name: layer["features"] for name, layer in mapbox_vector_tile.decode(body).items()}


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """Return the tile that holds a point."""
    across = 1 << zoom
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    return Tile(zoom, int((lon + 180) / 360 * across), int((1 - north) / 2 * across))


def tiles_over(bounds: tuple[float, float, float, float], zoom: int) -> list[Tile]:
    """Return every tile of a zoom that meets a box in degrees."""
    west, south, east, north = bounds
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    return [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]


def on_the_ground(feature: Feature, tile: Tile) -> shapely.Geometry:
    """Return a decoded shape in web Mercator metres."""
    unit, corner = unit_m(tile.zoom), np.array([tile.west, tile.south])
    drawn = shape(feature["geometry"])
    return shapely.transform(drawn, lambda xy: (xy + corner) * unit - HALF_WORLD_M)


def in_metres(stored: object) -> shapely.Geometry:
    """Return a stored shape (Django's, EPSG:4490) in web Mercator metres."""
    return project(np.array([shapely.from_wkb(bytes(stored.wkb))]), "EPSG:4490", "EPSG:3857")[0]


def map_of(
    layer: MapLayer, sight: Sight, bounds: tuple[float, float, float, float], zoom: int
) -> dict[str, dict[int, list[shapely.Geometry]]]:
    """Return what all tiles over a box show together: name of the layer in the tiles → feature → its pieces, each cut
    to its own tile, in web Mercator metres."""
    found: dict[str, dict[int, list[shapely.Geometry]]] = defaultdict(lambda: defaultdict(list))
    for tile in tiles_over(bounds, zoom):
        square = shapely.box(tile.west, tile.south, tile.west + EXTENT, tile.south + EXTENT)
        edge = shapely.transform(square, lambda xy: xy * unit_m(zoom) - HALF_WORLD_M)
        for name, features in read(tiles.draw(layer, tile, sight)).items():
            for feature in features:
                piece = on_the_ground(feature, tile)
                found[name][int(feature["id"])].append(piece if piece.geom_type == "Point" else piece & edge)
    return found
