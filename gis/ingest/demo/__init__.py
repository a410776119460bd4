"""The demonstration district: an invented coastal city with planted faults, deterministic by seed.

The ground is sketched (terrain), roads are laid over it (headings, roads), blocks lie between them (blocks), lots
divide blocks (lots), communities join blocks (territories), some lots are compounds (estates), old grid lines run
through some (roles), one noding makes faces (faces), faces make grids (grids), homes fill compounds (buildings,
villages), another hand draws the walls (noise), all get codes and names (coded) and become files (write, cities).
"""

from gis.ingest.demo.cities import write_city
from gis.ingest.demo.coded import DemoDistrict, DemoLayer, make_district
from gis.ingest.demo.estates import NoSuchCity
from gis.ingest.demo.write import write_demo

__all__ = ["DemoDistrict", "DemoLayer", "NoSuchCity", "make_district", "write_city", "write_demo"]
