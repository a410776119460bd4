"""GDAL on a short leash: only drivers that read the one file they are given, and not a word on stderr.

GDAL opens a file with whichever driver likes it; some follow what the file says to other files or hosts (VRT, WFS,
GDALG, WMS, PostgreSQL …). Those drivers are taken out of the process when this module is imported, so no file, however
it is made, can reach them. Which driver should read a file is decided by `gis.ingest.sniffing` on its content, and
checked again after opening.
"""

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import Any


class _Named(ModuleType):
    """A module known by its name and version; whoever uses it after all is given the real one."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__version__ = version(name)

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


@contextmanager
def _named_only(*names: str) -> Iterator[None]:
    """Let modules be there by name, not loaded, while another one only asks whether they are."""
    named = {name: _Named(name) for name in names if name not in sys.modules}
    sys.modules.update(named)
    try:
        yield
    finally:
        for name, module in named.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with _named_only("pandas", "geopandas", "pyarrow"):  # pyogrio asks their versions; loading them takes a second
    import pyogrio as pyogrio
    from pyogrio import core

ALLOWED_DRIVERS = frozenset(
    {
        "ESRI Shapefile",
        "FlatGeobuf",
        "GeoJSON",
        "GeoJSONSeq",
        "GPKG",
        "KML",
        "LIBKML",
        "MapInfo File",
        "MEM",
        "OpenFileGDB",
    }
)
"""Drivers that look at nothing but the named file and its own side files (GeoJSON and KML are kept for writing)."""


def close_other_drivers() -> None:
    """Take every driver outside ALLOWED_DRIVERS out of this process, for good.

    GDAL_SKIP stays set, so a later registration (contrib.gis makes one) cannot bring them back. Registering again is
    what makes GDAL look at GDAL_SKIP; pyogrio exposes that only under a leading underscore.
    """
    skipped = set(filter(None, (pyogrio.get_gdal_config_option("GDAL_SKIP") or "").split(",")))
    unwanted = sorted(skipped | set(pyogrio.list_drivers()) - ALLOWED_DRIVERS)
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(unwanted)})
    core._register_drivers()
    left = set(pyogrio.list_drivers()) - ALLOWED_DRIVERS
    if left:
        raise RuntimeError(f"GDAL keeps drivers that may reach other files: {sorted(left)}")


logging.getLogger("pyogrio").addHandler(logging.NullHandler())  # or logging's last resort prints to stderr
close_other_drivers()


@contextmanager
def quietly() -> Iterator[list[str]]:
    """Collect what GDAL warns about, each sentence once, instead of letting it out.

    Meanwhile a missing .shx is rebuilt beside its .shp: readers open shapefiles in a private folder only. Outside, GDAL
    must not: it would open somebody's zip for writing, and then read nothing from it.
    """
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
        try:
            yield said
        finally:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
            for warning in caught:
                text = str(warning.message)
                if text not in said:
                    said.append(text)
