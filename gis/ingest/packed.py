"""Read a layer's codes and its polygons as they are packed in the file: GeoParquet and FlatGeobuf, nothing else made.

For a city's flags, where a full reading costs as much as the audit. Whatever is not plain (another format, rows without
a shape or code, repairs) belongs to `read_layer`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gis.geometry.packed import PackedLayer, PackedShapes
from gis.geometry.pieces import Ints
from gis.geometry.said import said
from gis.ingest.frames import declared_crs
from gis.ingest.gdal import pyogrio, quietly
from gis.ingest.limits import DEFAULT_LIMITS, Limits, check_features, check_file_bytes, check_vertices
from gis.ingest.records import IngestError
from gis.ingest.sniffing import Format, sniff

_FAULTS = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, RuntimeError)

_UNSAID_CRS = "OGC:CRS84"
"""What GeoParquet means where a column says nothing of its frame."""


@dataclass(frozen=True, slots=True, eq=False)
class PackedFile:
    """A packed layer and the frame its file declares, None where it says none."""

    layer: PackedLayer
    crs: str | None


def read_packed(path: Path, *, codes: str, accuracy_m: float = 1.0, limits: Limits = DEFAULT_LIMITS) -> PackedFile:
    """Read one column of codes and the shapes of a file.

    Parameters
    ----------
    path : a GeoParquet file with shapes in WKB, or a FlatGeobuf file.
    codes : the column of the codes.
    accuracy_m : stated accuracy of the layer.

    Raises
    ------
    IngestError : cannot be read, or is not plain: a row has no shape or code, the column is not there.
    """
    source = path.name
    if not path.is_file():
        raise IngestError(said("找不到文件“{name}”；请检查路径。", name=source), rule="file.missing")
    check_file_bytes(path.stat().st_size, limits.file_bytes, source)
    form = sniff(path, source)
    if form not in (Format.GEOPARQUET, Format.FLATGEOBUF):
        raise IngestError(
            said("“{source}”不是 GeoParquet 或 FlatGeobuf，不能快速读取；请改用普通读取。", source=source),
            rule="format.not_packed",
        )
    try:
        read = _of_parquet if form is Format.GEOPARQUET else _of_flatgeobuf
        shapes, texts, crs = read(path, codes, limits)
    except _FAULTS as error:
        raise IngestError(
            said("“{source}”读取失败（{error}）；请重新导出。", source=source, error=" ".join(str(error).split())[:200])
        ) from error
    if shapes.null_count or texts.null_count:
        raise IngestError(
            said("“{source}”有要素没有图形或编码，不能快速读取；请改用普通读取。", source=source), rule="row.not_plain"
        )
    packed = _packed(shapes)
    check_vertices(len(packed.data) // 16 - 2 * len(packed), limits, source)
    return PackedFile(PackedLayer(_texts(texts), packed, accuracy_m), declared_crs(crs) if crs is not None else None)


def _of_parquet(path: Path, codes: str, limits: Limits) -> tuple[pa.ChunkedArray, pa.ChunkedArray, str | None]:
    with pq.ParquetFile(path) as file:
        check_features(file.metadata.num_rows, limits, path.name)
        geo = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        primary = geo["primary_column"]
        if geo["columns"][primary]["encoding"] != "WKB":
            raise IngestError(
                said("“{source}”的图形不是 WKB 编码，不能快速读取；请改用普通读取。", source=path.name),
                rule="format.not_packed",
            )
        _require_column(codes, file.schema_arrow.names, path.name)
        rows, batches = 0, []
        for batch in file.iter_batches(batch_size=16_384, columns=[codes, primary], use_threads=False):
            rows += batch.num_rows
            check_features(rows, limits, path.name)
            batches.append(batch)
    table = pa.Table.from_batches(batches)
    crs = geo["columns"][primary].get("crs", _UNSAID_CRS)
    return table.column(primary), table.column(codes), crs if isinstance(crs, str) or crs is None else json.dumps(crs)


def _of_flatgeobuf(path: Path, codes: str, limits: Limits) -> tuple[pa.ChunkedArray, pa.ChunkedArray, str | None]:
    with quietly():
        info = pyogrio.read_info(path, force_feature_count=True)
        if info["driver"] != "FlatGeobuf":
            raise IngestError(
                said("“{source}”的内容与 {format} 不符；请重新导出。", source=path.name, format=Format.FLATGEOBUF),
                rule="format.mismatch",
            )
        check_features(int(info["features"]), limits, path.name)
        _require_column(codes, list(info["fields"]), path.name)
        meta, table = pyogrio.raw.read_arrow(path, columns=[codes], max_features=limits.features + 1)
    return table.column(meta["geometry_name"] or "wkb_geometry"), table.column(codes), meta["crs"]


def _require_column(codes: str, names: list[str], source: str) -> None:
    if codes not in names:
        raise IngestError(
            said("“{source}”没有“{codes}”列；请指明编码所在的列。", source=source, codes=codes), rule="column.missing"
        )


def _packed(column: pa.ChunkedArray) -> PackedShapes:
    """Return the bytes of a column of WKB, one piece after the other."""
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    parts = [_bytes_and_ends(chunk) for chunk in chunks]
    if len(parts) == 1:
        return PackedShapes(*parts[0])
    shifts = np.concatenate([[0], np.cumsum([first[-1] for _data, first in parts])]).astype(np.int64)
    firsts = [first[:-1] + shift for (_data, first), shift in zip(parts, shifts[:-1], strict=True)]
    data = np.concatenate([data for data, _first in parts]) if parts else np.empty(0, dtype=np.uint8)
    return PackedShapes(data, np.concatenate([*firsts, shifts[-1:]]))


def _bytes_and_ends(chunk: pa.Array) -> tuple[NDArray[np.uint8], Ints]:
    """Return the bytes of one array of WKB, and where each shape's start, from 0."""
    wide = pa.types.is_large_binary(chunk.type)
    if not wide and not pa.types.is_binary(chunk.type):
        return _bytes_and_ends(chunk.cast(pa.large_binary()))
    _validity, offsets, stored = chunk.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = np.frombuffer(stored, dtype=np.uint8)[ends[0] : ends[-1]]
    return data, ends.astype(np.int64) - int(ends[0])


def _texts(column: pa.ChunkedArray) -> NDArray[np.object_]:
    texts = np.empty(len(column), dtype=object)
    texts[:] = [value if isinstance(value, str) else str(value) for value in column.to_pylist()]
    return texts
