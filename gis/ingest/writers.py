"""Plain layers → files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas
import pyogrio

from gis.geometry.layers import Shapes


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
        frame = geopandas.GeoDataFrame(
            {column: [_cell(value) for value in values] for column, values in layer.columns.items()},
            geometry=geopandas.GeoSeries(layer.shapes, crs=crs),
        )
        pyogrio.write_dataframe(
            frame,
            path,
            layer=name,
            driver="GPKG",
            geometry_type=layer.geometry_type,
            promote_to_multi=layer.geometry_type.startswith("Multi"),
            append=path.exists(),
        )


def _cell(value: Any) -> Any:
    """Return a value that a table can hold."""
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value
