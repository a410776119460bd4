"""GDAL, GEOS and PROJ come from the wheels of pyogrio and shapely: newer and safer than the distribution's.

Every settings module imports this one before anything loads a library: GDAL_DATA and PROJ_DATA must be pyogrio's before
contrib.gis loads, and a PROJ_LIB of another PROJ breaks it.
"""

import importlib.util
import os
from pathlib import Path


def _wheel_library(package: str, pattern: str) -> str:
    """Return the path of a GIS library that the wheel of `package` brings, without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed; run: python3 -m project test")
    folder = Path(spec.origin).parents[1] / f"{package}.libs"
    return str(next(folder.glob(pattern)))


GDAL_LIBRARY_PATH = _wheel_library("pyogrio", "libgdal*")
GEOS_LIBRARY_PATH = _wheel_library("shapely", "libgeos_c*")
_pyogrio = Path(importlib.util.find_spec("pyogrio").origin).parent  # type: ignore[union-attr, arg-type]
os.environ["GDAL_DATA"] = str(_pyogrio / "gdal_data")
os.environ["PROJ_DATA"] = str(_pyogrio / "proj_data")
os.environ.pop("PROJ_LIB", None)
