"""Files of every kind that a district may hand over, written for a test and read back."""

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from gis.ingest.gdal import quietly
from gis.ingest.records import RawLayer

X0, Y0, STEP = 120.4, 36.1, 0.004
"""South-west corner and size of the sample grids, degrees: about 360 × 440 m in Qingdao."""

CODES = ["370212001001001", "370212001001002", "370212001002001"]
NAMES = ["一号网格", "滨海网格", "松岭网格"]


def squares(count: int = 3, *, x0: float = X0, y0: float = Y0, step: float = STEP) -> np.ndarray:
    """Return squares in a row, west to east, sharing edges."""
    west = x0 + step * np.arange(count)
    return shapely.box(west, y0, west + step, y0 + step)


def write_layer(
    path: Path,
    columns: Mapping[str, Sequence[Any]] | None = None,
    shapes: Any = None,
    *,
    crs: str | None = "EPSG:4490",
    encoding: str | None = None,
    **options: Any,
) -> Path:
    """Write a layer through GDAL; the sample grids unless told otherwise."""
    shapes = squares() if shapes is None else np.asarray(shapes, dtype=object)
    columns = {"网格编码": CODES, "网格名称": NAMES} if columns is None else columns
    data = [np.array(list(values), dtype=object if isinstance(values[0], str) else None) for values in columns.values()]
    kinds = {shapely.get_type_id(shape) for shape in shapes if shape is not None}
    kind = {0: "Point", 1: "LineString", 3: "Polygon"}.get(kinds.pop(), "Unknown") if len(kinds) == 1 else "Unknown"
    with quietly():
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapes),
            data,
            list(columns),
            geometry_type=options.pop("geometry_type", kind),
            crs=crs,
            encoding=encoding,
            **options,
        )
    return path


def gbk_shapefile(folder: Path, name: str = "grids", **changes: Any) -> Path:
    """Write a shapefile as Chinese desktop programs do: GBK, and no .cpg."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_layer(folder / f"{name}.shp", encoding="GBK", **changes)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def zip_of(archive: Path, members: Mapping[str, Path | bytes | str]) -> Path:
    """Zip files or texts under the given names."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content.read_bytes() if isinstance(content, Path) else content)
    return archive


def zipped_folder(archive: Path, folder: Path, under: str = "") -> Path:
    """Zip everything in a folder."""
    return zip_of(
        archive, {f"{under}{p.relative_to(folder).as_posix()}": p for p in sorted(folder.rglob("*")) if p.is_file()}
    )


def renamed_parts(layer: Path, into: Path, **suffixes: str) -> None:
    """Copy a shapefile's parts under other names: renamed_parts(p, d, shp="Grids.SHP", dbf="GRIDS.dbf")."""
    into.mkdir(parents=True, exist_ok=True)
    for suffix, name in suffixes.items():
        shutil.copy(layer.with_suffix(f".{suffix}"), into / name)


def geojson(path: Path, features: Sequence[tuple[Any, Mapping[str, Any]]], **members: Any) -> Path:
    """Write a FeatureCollection of (shape, properties)."""
    collection = {
        "type": "FeatureCollection",
        **members,
        "features": [
            {
                "type": "Feature",
                "properties": dict(properties),
                "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            }
            for shape, properties in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def raw_layer(
    columns: Mapping[str, Sequence[Any]],
    shapes: Any = None,
    *,
    crs: str | None = "EPSG:4490",
    source: str = "网格.gpkg",
) -> RawLayer:
    """Return a raw layer as a reader would, without a file."""
    count = len(next(iter(columns.values())))
    shapes = squares(count) if shapes is None else shapes
    held = np.empty(len(shapes), dtype=object)
    held[:] = list(shapes)
    return RawLayer(
        source=source,
        driver="GeoPackage",
        columns={name: list(values) for name, values in columns.items()},
        shapes=held,
        rows=np.arange(1, count + 1, dtype=np.int64),
        crs=crs,
    )


def rules(raw: RawLayer) -> set[str]:
    """Return the rules of a layer's notices."""
    return {notice.rule for notice in raw.notices}
