"""Cities of many districts, for measuring: a few invented districts, mirrored and set side by side under own codes.

Written as GeoParquet, some districts at a time, so that a million grids take no more memory than a few districts.
"""

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.coded import FRAME, DemoDistrict, make_district
from gis.ingest.demo.write import FILES, FileOf, described, manifest_of, stated_accuracy_m
from gis.terms import LayerKind

DISTRICTS = {"M": 101, "L": 2012}
"""M: 50 197 grids and 32 118 compounds; L: 999 964 and 639 816. Each district has 497 and 318."""

PATTERNS = {"M": 3, "L": 4}
"""How many different districts are made; each stands in four ways (as made, mirrored in x, in y, in both)."""

PITCH_M = (16_500.0, 13_000.0)
MIDDLE_M = (500_000.0, 4_000_000.0)
FIRST_CODE = 380_001
"""38 is no province in GB/T 2260: nobody's codes."""

DISTRICTS_A_GROUP = 8


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Where one district of a city stands: pattern, mirroring, middle in EPSG:4549, and its code."""

    pattern: int
    mirror: NDArray[np.float64]
    middle: NDArray[np.float64]
    code: str


def tiles_of(size: str) -> list[Tile]:
    """Return the districts of a city of size M or L, neighbours near each other in the list."""
    count = DISTRICTS[size]
    columns = math.ceil(math.sqrt(count * PITCH_M[1] / PITCH_M[0]))
    rows = math.ceil(count / columns)
    places = sorted(((n % columns, n // columns) for n in range(count)), key=lambda place: _interleaved(*place))
    tiles = []
    for number, (column, row) in enumerate(places):
        middle = np.array(MIDDLE_M) + np.array([column - columns // 2, row - rows // 2]) * PITCH_M
        mirror = np.array([1.0 if (column + row) % 2 else -1.0, 1.0 if (column // 2 + row) % 2 else -1.0])
        tiles.append(Tile(number % PATTERNS[size], mirror, middle, str(FIRST_CODE + number)))
    return tiles


def _interleaved(column: int, row: int) -> int:
    """Return the place on a Z-curve: near in the list means near on the ground."""
    return sum(((column >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1) for bit in range(12))


def _schema(how: FileOf, district: DemoDistrict) -> pa.Schema:
    crs = pyproj.CRS.from_user_input(FRAME).to_json_dict()
    geo = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": [], "crs": crs}},
    }
    columns = [(name, pa.array(values[:1]).type) for name, values in district.layers[how.kind].columns.items()]
    return pa.schema([*columns, ("geometry", pa.binary())], metadata={"geo": json.dumps(geo)})


def _table(tile: Tile, how: FileOf, district: DemoDistrict, middle: NDArray[np.float64], schema: pa.Schema) -> pa.Table:
    """Return one layer of a district on its tile, under the tile's codes. Mirrors and whole metres lose nothing."""
    layer = district.layers[how.kind]
    shapes = shapely.point_on_surface(layer.shapes) if how.kind is LayerKind.BUILDING else layer.shapes
    moved = shapely.transform(shapes, lambda xy: np.round((xy - middle) * tile.mirror + tile.middle, 3))
    columns: list[pa.Array] = []
    for name, values in layer.columns.items():
        column = pa.array(values, type=schema.field(name).type)
        if name in ("code", "parent"):
            column = pc.replace_substring(column, pattern=district.code, replacement=tile.code, max_replacements=1)
        elif name == "name" and how.kind is LayerKind.DISTRICT:
            column = pa.array([_district_name(text, tile) for text in values], type=column.type)
        columns.append(column)
    return pa.table([*columns, pa.array(shapely.to_wkb(moved), type=pa.binary())], schema=schema)


def _truth_of(tile: Tile, district: DemoDistrict) -> dict[str, list[str]]:
    lists = {name: value for name, value in district.truth.items() if isinstance(value, list)}
    return {name: [code.replace(district.code, tile.code, 1) for code in codes] for name, codes in lists.items()}


def write_city(seed: int, size: str, noise_m: float, out: Path, *, tell: Callable[[str], None] = print) -> list[Path]:
    """Write a city of size M or L as GeoParquet in EPSG:4549, with ``truth.json`` and ``manifest.json``.

    Buildings are points here. All files are made aside and moved at the end.
    """
    patterns = []
    for number in range(PATTERNS[size]):
        tell(f"生成第 {number + 1}/{PATTERNS[size]} 个样区")
        patterns.append(make_district(seed + number, noise_m))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as folder:
        truth, files = _stream(patterns, tiles_of(size), Path(folder), tell)
        manifest = _manifest(patterns[0], files, size)
        for name, content in (("truth.json", truth), ("manifest.json", manifest)):
            (Path(folder) / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        made = sorted(path.name for path in Path(folder).iterdir())
        for name in made:
            shutil.move(Path(folder) / name, out / name)
    return [out / name for name in made]


def _manifest(pattern: DemoDistrict, files: list[dict[str, Any]], size: str) -> dict[str, Any]:
    """Return the manifest of a city: as a district's, with all its districts in place of the one."""
    manifest = manifest_of(pattern, files)
    del manifest["district"]
    districts = [{"code": tile.code, "name": _district_name(pattern.name, tile)} for tile in tiles_of(size)]
    return manifest | {"size": size, "districts": districts}


def _district_name(name: str, tile: Tile) -> str:
    """Return a name of its own for each district: the pattern's, numbered."""
    return name.replace("区", f"{int(tile.code) - FIRST_CODE + 1}区", 1)


def _stream(
    patterns: list[DemoDistrict], tiles: list[Tile], folder: Path, tell: Callable[[str], None]
) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    truth: dict[str, list[str]] = {}
    rows = dict.fromkeys(FILES, 0)
    middles = [
        np.round(shapely.get_coordinates(p.layers[LayerKind.DISTRICT].shapes[0].envelope.centroid)[0]) for p in patterns
    ]
    with ExitStack() as stack:
        schemas = {how: _schema(how, patterns[0]) for how in FILES}
        writers = {
            how: stack.enter_context(pq.ParquetWriter(folder / _file(how), schemas[how], compression="zstd"))
            for how in FILES
        }
        for group in _grouped(tiles):
            for how in FILES:
                tables = [_table(t, how, patterns[t.pattern], middles[t.pattern], schemas[how]) for t in group]
                whole = pa.concat_tables(tables)
                writers[how].write_table(whole, row_group_size=len(whole))
                rows[how] += len(whole)
            for tile in group:
                for name, codes in _truth_of(tile, patterns[tile.pattern]).items():
                    truth.setdefault(name, []).extend(codes)
            tell(f"已写 {int(group[-1].code) - FIRST_CODE + 1}/{len(tiles)} 个区")
    noise_m = patterns[0].noise_m
    files = [described(how, _file(how), None, FRAME, stated_accuracy_m(how.kind, noise_m), rows[how]) for how in FILES]
    return truth, files


def _file(how: FileOf) -> str:
    return f"{Path(how.file).stem}.parquet"


def _grouped(tiles: list[Tile]) -> Iterator[list[Tile]]:
    for first in range(0, len(tiles), DISTRICTS_A_GROUP):
        yield tiles[first : first + DISTRICTS_A_GROUP]
