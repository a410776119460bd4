"""Vector tiles of the live map.

layers.py    what each layer draws, from which zoom on: one table
rows.py      from which rows; findings.py for findings
editions.py  which state of a layer a tile shows
queries.py   the SQL of a tile
statements.py run by a plan that is at hand
drawing.py   one tile, never too large
index.py     what the map asks before it asks for tiles
"""

from gis.selectors.tiles.drawing import TILE_BYTES, draw
from gis.selectors.tiles.editions import Sight, edition, editions
from gis.selectors.tiles.index import TileIndex, tile_index
from gis.selectors.tiles.layers import DRAWN, MAX_ZOOM

__all__ = ["DRAWN", "MAX_ZOOM", "TILE_BYTES", "Sight", "TileIndex", "draw", "edition", "editions", "tile_index"]
