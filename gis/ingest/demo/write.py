"""Write the invented district as the files that real districts send: mixed formats, headings and encodings."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.coded import FRAME, DemoDistrict, DemoLayer
from gis.terms import LayerKind

CODED_FRAME = "EPSG:4490"
TAKEN_ON = "2024-03-15"
NOTE = "虚构数据：本区及其中的一切地名、边界、小区、楼栋均为生成，不对应任何真实地点或单位。"
LEAST_ACCURACY_M = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class FileOf:
    """How one layer is written: file, layer name inside it, frame, and the headings of its columns."""

    kind: LayerKind
    file: str
    layer: str | None
    crs: str
    source: str
    headings: dict[str, str]


FILES = (
    FileOf(LayerKind.DISTRICT, "district.geojson", None, CODED_FRAME, "民政勘界成果（虚构）",
           {"code": "区划代码", "name": "区名称"}),
    FileOf(LayerKind.STREET, "streets.geojson", None, CODED_FRAME, "民政勘界成果（虚构）",
           {"code": "街道代码", "name": "街道名称", "parent": "所属区代码"}),
    FileOf(LayerKind.COMMUNITY, "communities.gpkg", "社区", CODED_FRAME, "社区界线普查（虚构）",
           {"code": "社区编码", "name": "社区名称", "parent": "所属街道代码"}),
    FileOf(LayerKind.GRID, "grids.zip", "网格", CODED_FRAME, "网格化服务管理中心（虚构）",
           {"code": "网格编码", "name": "网格名称", "parent": "所属社区编码", "kind": "网格类型"}),
    FileOf(LayerKind.COMPOUND, "compounds.gpkg", "小区", CODED_FRAME, "住建部门小区台账（虚构）",
           {"code": "小区编码", "name": "小区名称", "parent": "所属社区", "kind": "小区类型", "management": "管理方式",
            "households": "户数", "people": "人口"}),
    FileOf(LayerKind.BUILDING, "buildings.fgb", None, FRAME, "楼栋普查（虚构）",
           {"code": "楼栋编码", "name": "楼栋名称", "parent": "小区编码", "households": "户数", "storeys": "层数",
            "type": "结构形式"}),
    FileOf(LayerKind.ROAD, "roads.geojson", None, CODED_FRAME, "市政道路台账（虚构）",
           {"code": "道路编码", "name": "道路名称", "rank": "道路等级"}),
    FileOf(LayerKind.STATION, "stations.xlsx", None, CODED_FRAME, "服务站登记表（虚构）",
           {"code": "站点编码", "name": "站点名称", "parent": "社区编码", "kind": "站点类型"}),
    FileOf(LayerKind.OFFICE, "offices.kml", "社区办公点", "EPSG:4326", "社区办公点标注（虚构）",
           {"code": "办公点编码", "name": "办公点名称", "parent": "所属社区编码"}),
)  # fmt: skip
"""In the order in which they are imported."""


def projected(shapes: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Return shapes of EPSG:4549 in another frame; degrees to 1e-9 (0.1 mm), alike in every file."""
    if crs == FRAME:
        return shapes
    shapes = shapely.orient_polygons(shapes)  # RFC 7946 wants outer rings anticlockwise
    change = pyproj.Transformer.from_crs(FRAME, CODED_FRAME, always_xy=True)
    return np.asarray(
        shapely.transform(shapes, lambda xy: np.round(np.column_stack(change.transform(xy[:, 0], xy[:, 1])), 9))
    )


def frame_of(layer: DemoLayer, how: FileOf) -> geopandas.GeoDataFrame:
    """Return a layer as a table under its file's headings."""
    table = {heading: layer.columns[field] for field, heading in how.headings.items()}
    return geopandas.GeoDataFrame(table, geometry=projected(layer.shapes, how.crs), crs=how.crs)


def _write_geojson(frame: geopandas.GeoDataFrame, path: Path, _how: FileOf) -> None:
    pyogrio.write_dataframe(frame, path, driver="GeoJSON", COORDINATE_PRECISION=9)


def _write_geopackage(frame: geopandas.GeoDataFrame, path: Path, how: FileOf) -> None:
    pyogrio.write_dataframe(frame, path, layer=how.layer, driver="GPKG", promote_to_multi=True)


def _write_flatgeobuf(frame: geopandas.GeoDataFrame, path: Path, _how: FileOf) -> None:
    pyogrio.write_dataframe(frame, path, driver="FlatGeobuf")


def _write_kml(frame: geopandas.GeoDataFrame, path: Path, how: FileOf) -> None:
    frame = frame.assign(Name=frame[how.headings["name"]])
    pyogrio.write_dataframe(frame, path, layer=how.layer, driver="LIBKML")


def _write_shapefile(frame: geopandas.GeoDataFrame, path: Path, _how: FileOf) -> None:
    """Write a zipped shapefile as old desktop programs do: GBK text and nothing that says so, names cut to 10 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "grids"
        cut = {name: name.encode("gbk")[:10].decode("gbk") for name in frame.columns if name != "geometry"}
        pyogrio.write_dataframe(frame.rename(columns=cut), stem.with_suffix(".shp"), encoding="GBK")
        stem.with_suffix(".cpg").unlink(missing_ok=True)
        table = bytearray(stem.with_suffix(".dbf").read_bytes())
        table[29] = 0  # the language mark of the dBASE header
        stem.with_suffix(".dbf").write_bytes(table)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, f"grids/{part.name}")


def _write_workbook(frame: geopandas.GeoDataFrame, path: Path, _how: FileOf) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("服务站")
    table = frame.drop(columns="geometry").assign(经度=frame.geometry.x, 纬度=frame.geometry.y)
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append(list(row))
    book.save(path)


WRITERS: dict[str, Callable[[geopandas.GeoDataFrame, Path, FileOf], None]] = {
    ".geojson": _write_geojson, ".gpkg": _write_geopackage, ".fgb": _write_flatgeobuf, ".kml": _write_kml,
    ".zip": _write_shapefile, ".xlsx": _write_workbook,
}  # fmt: skip


def manifest_of(district: DemoDistrict, files: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is written where, in the order of import."""
    return {
        "note": NOTE,
        "district": {"code": district.code, "name": district.name},
        "seed": district.seed,
        "noise_m": district.noise_m,
        "layers": files,
    }


def write_demo(district: DemoDistrict, out: Path, *, plain: bool = False) -> list[Path]:
    """Write the district's files, ``truth.json`` and ``manifest.json`` into a folder; return their paths.

    `plain` writes every layer as GeoParquet in EPSG:4549 under the field names instead. All files are made aside and
    moved at the end: an interrupted run leaves the folder as it was.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as folder:
        aside = Path(folder)
        files = [_write_plain(district, how, aside) if plain else _write(district, how, aside) for how in FILES]
        for name, content in (("truth.json", district.truth), ("manifest.json", manifest_of(district, files))):
            (aside / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        made = sorted(path.name for path in aside.iterdir())
        for name in made:
            shutil.move(aside / name, out / name)
    return [out / name for name in made]


def described(how: FileOf, file: str, layer: str | None, crs: str, accuracy_m: float, rows: int) -> dict[str, Any]:
    """Return a layer's entry in the manifest."""
    return {
        "kind": how.kind.value,
        "file": file,
        "layer": layer,
        "crs": crs,
        "accuracy_m": accuracy_m,
        "source": how.source,
        "taken_on": TAKEN_ON,
        "rows": rows,
    }


def stated_accuracy_m(kind: LayerKind, noise_m: float) -> float:
    """Return what a layer says of its accuracy: compounds are as good as their noise, the rest as good as a survey."""
    return max(noise_m, LEAST_ACCURACY_M) if kind is LayerKind.COMPOUND else LEAST_ACCURACY_M


def _write(district: DemoDistrict, how: FileOf, folder: Path) -> dict[str, Any]:
    path = folder / how.file
    layer = district.layers[how.kind]
    WRITERS[path.suffix](frame_of(layer, how), path, how)
    accuracy_m = stated_accuracy_m(how.kind, district.noise_m)
    return described(how, how.file, how.layer, how.crs, accuracy_m, len(layer.shapes))


def _write_plain(district: DemoDistrict, how: FileOf, folder: Path) -> dict[str, Any]:
    layer = district.layers[how.kind]
    stem = Path(how.file).stem
    frame = geopandas.GeoDataFrame(layer.columns, geometry=layer.shapes, crs=FRAME)
    frame.to_parquet(folder / f"{stem}.parquet", schema_version="1.0.0")
    accuracy_m = stated_accuracy_m(how.kind, district.noise_m)
    return described(how, f"{stem}.parquet", None, FRAME, accuracy_m, len(layer.shapes))
