"""Plain layers → files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from gis.geometry.layers import Shapes
from gis.ingest.gdal import pyogrio

_MULTI: dict[int, Any] = {
    GeometryType.POINT: shapely.multipoints,
    GeometryType.LINESTRING: shapely.multilinestrings,
    GeometryType.POLYGON: shapely.multipolygons,
}
"""Type of a single shape → how to make a multi-part of it."""


_PLAIN = {int, float, bool}


class Written(NamedTuple):
    """One layer to write: columns of equal length, shapes, and the geometry type it is declared with."""

    columns: Mapping[str, Sequence[Any]]
    shapes: Shapes
    geometry_type: str = "MultiPolygon"


def write_geopackage(path: Path, layers: Mapping[str, Written], crs: str) -> None:
    """Write layers into one new GeoPackage; an empty layer is written too, so that its absence means something else.

    Parameters
    ----------
    path : must not exist yet.
    layers : {layer name: what to write}; lists in columns are joined by commas.
    crs : of all shapes, "EPSG:n".
    """
    for name, layer in layers.items():
        columns = [_column(values) for values in layer.columns.values()]
        pyogrio.raw.write(
            path,
            shapely.to_wkb(_promoted(layer)),
            [values for values, _missing in columns],
            list(layer.columns),
            field_mask=[missing for _values, missing in columns],
            layer=name,
            driver="GPKG",
            geometry_type=layer.geometry_type,
            crs=crs,
            encoding="UTF-8",
            append=path.exists(),
        )


def _promoted(layer: Written) -> Shapes:
    """Return a layer's shapes as they are declared: single ones as multi-parts of one where it is one of those."""
    shapes = layer.shapes.copy()
    if layer.geometry_type.startswith("Multi"):
        single = np.flatnonzero(np.isin(shapely.get_type_id(shapes), list(_MULTI)))
        for type_id in np.unique(shapely.get_type_id(shapes[single])).tolist():
            alike = single[shapely.get_type_id(shapes[single]) == type_id]
            shapes[alike] = _MULTI[type_id](shapes[alike], indices=np.arange(len(alike)))
    return shapes


def _column(values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return values as an array that a table can hold, and where none is: numbers, truths, or text (lists joined)."""
    missing = np.array([value is None for value in values], dtype=bool)
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and kinds <= _PLAIN:
        (plain,) = kinds
        return np.array([plain() if value is None else value for value in values]), missing
    column = np.empty(len(values), dtype=object)
    column[:] = [",".join(map(str, value)) if isinstance(value, (list, tuple)) else value for value in values]
    return column, missing
