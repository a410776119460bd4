"""The demonstration's grids as an officer brings them: a GBK shapefile without .cpg, zipped, with changes in it."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import shapely

from gis.ingest.readers import read_layer

CODE, NAME = "网格编码", "网格名称"

LEAST_BORDER_DEG = 0.0005
"""About 50 m of common border: the land that changes hands is then no corner."""


@dataclass
class Changed:
    """The file, and what is changed in it: codes by what happens to them, and the compound that is newly crossed."""

    path: Path
    redrawn: tuple[str, str]
    renamed: str
    added: str
    refused_row: int
    crossed: str


def grids_of(folder: Path) -> Any:
    """Read the demonstration's grids as they are, with the names of their columns written out."""
    raw = read_layer(folder / "grids.zip", layer="网格")
    frame = geopandas.GeoDataFrame(raw.columns, geometry=raw.shapes, crs=raw.crs)
    columns = {name: full for name in frame.columns for full in (CODE, NAME) if full.startswith(name[:3])}
    return frame.rename(columns=columns)


def changed_grids(folder: Path, out: Path) -> Changed:
    """Write ``out``: a grid gives half of a compound to its neighbour, one is renamed, one split, one row is wrong."""
    grids = grids_of(folder)
    compounds = geopandas.read_file(folder / "compounds.gpkg").to_crs(grids.crs)
    shapes, codes = grids.geometry.to_numpy(), grids[CODE].astype(str).to_numpy()
    giver, taker, piece, compound = _half_a_compound(shapes, codes, compounds)
    shapes[taker] = shapely.union(shapes[taker], piece)
    shapes[giver] = shapely.difference(shapes[giver], piece)
    far = np.argsort(shapely.distance(shapes, shapes[giver]))[::-1]
    renamed, split = far[0], far[1]
    grids.loc[renamed, NAME] = "改名后的网格"
    part = _half(shapes[split])
    shapes[split] = shapely.difference(shapes[split], part)
    added = f"{codes[split][:12]}{max(int(code[12:]) for code in codes if code[:12] == codes[split][:12]) + 1:03d}"
    grids = grids.set_geometry(shapes)
    rows = geopandas.GeoDataFrame(
        {
            **{name: [None, None] for name in grids.columns if name != "geometry"},
            CODE: [added, "12345"],
            NAME: ["新", "错"],
        },
        geometry=[part, shapely.buffer(shapely.centroid(shapes[far[2]]), 0.0004)],
        crs=grids.crs,
    )
    whole = pandas.concat([grids, rows], ignore_index=True)
    _write(whole, out)
    return Changed(out, (codes[giver], codes[taker]), codes[renamed], added, len(whole), compound)


def _half_a_compound(shapes: Any, codes: Any, compounds: Any) -> tuple[int, int, Any, str]:
    """Find a grid whose western or eastern part up to the middle of a compound inside it can go to one neighbour."""
    tree = shapely.STRtree(shapes)
    for code, compound in zip(compounds["小区编码"], compounds.geometry, strict=True):
        for giver in tree.query(compound, predicate="intersects"):
            if shapely.area(shapely.intersection(shapes[giver], compound)) < 0.95 * shapely.area(compound):
                continue
            middle, box = shapely.centroid(compound), shapely.bounds(shapes[giver])
            for west, east in ((box[0] - 1, middle.x), (middle.x, box[2] + 1)):
                piece = shapely.intersection(shapes[giver], shapely.box(west, box[1] - 1, east, box[3] + 1))
                if not isinstance(piece, shapely.Polygon) or not _is_whole(shapely.difference(shapes[giver], piece)):
                    continue
                for taker in tree.query(piece, predicate="intersects"):
                    joined = shapely.union(shapes[taker], piece)
                    border_deg = shapely.length(shapely.intersection(shapes[taker], piece))
                    siblings = taker != giver and codes[taker][:12] == codes[giver][:12]
                    if siblings and border_deg > LEAST_BORDER_DEG and _is_whole(joined):
                        return int(giver), int(taker), piece, str(code)
    raise AssertionError("the demonstration has no grid that can be changed so")


def _is_whole(shape: Any) -> bool:
    return isinstance(shape, shapely.Polygon) and shape.is_valid and not len(shape.interiors)


def _half(shape: Any) -> Any:
    west, south, east, north = shapely.bounds(shape)
    part = shapely.intersection(shape, shapely.box(west, south, (west + east) / 2, north))
    return max(shapely.get_parts(part), key=shapely.area)


def _write(frame: Any, out: Path) -> None:
    stem = out.with_suffix("")
    stem.mkdir()
    frame.to_file(stem / "网格调整.shp", driver="ESRI Shapefile", encoding="GBK")
    (stem / "网格调整.cpg").unlink(missing_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(stem.iterdir()):
            packed.write(part, part.name)
