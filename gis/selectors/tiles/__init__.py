"""Vector tiles of the live map.

layers.py    what each layer draws, from which zoom on: one table
rows.py      from which rows; findings.py for findings
editions.py  which state of a layer a tile shows
queries.py   the SQL of a tile
             run by `gis.selectors.statements`, by a plan that is at hand
drawing.py   one tile, never too large
index.py     what the map asks before it asks for tiles
"""

from gis.selectors.tiles.drawing import TILE_BYTES, draw, draw_together
from gis.selectors.tiles.editions import Sight, edition, editions, joint_edition
from gis.selectors.tiles.index import TileIndex, tile_index
from gis.selectors.tiles.layers import BUNDLES, DRAWN, MAX_ZOOM

__all__ = [
    "BUNDLES",
    "DRAWN",
    "MAX_ZOOM",
    "TILE_BYTES",
    "Sight",
    "TileIndex",
    "draw",
    "draw_together",
    "edition",
    "editions",
    "joint_edition",
    "tile_index",
]
