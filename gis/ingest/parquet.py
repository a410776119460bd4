"""Read GeoParquet; a Parquet file without shapes is read as a table with coordinate columns."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj.exceptions import CRSError

from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.ingest.frames import declared_crs
from gis.ingest.limits import TooMuch, check_columns, check_features
from gis.ingest.records import IngestError, Notice, RawLayer, Severity
from gis.ingest.request import Request
from gis.ingest.tables import layer_of_table
from gis.ingest.vectors import shapes_from_wkb

_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, CRSError, shapely.errors.ShapelyError)

_UNSAID_CRS = "OGC:CRS84"
"""What GeoParquet means where a column says nothing of its frame; null says that it is not known."""


def read_parquet(request: Request) -> RawLayer:
    """Read a GeoParquet file, in WKB or native encoding; see `gis.ingest.readers.read_layer`."""
    try:
        table = _table(request)
        geo = (table.schema.metadata or {}).get(b"geo")
        if geo is not None:
            return _layer_of(request, table, json.loads(geo))
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
    except IngestError:
        raise
    except _FAULTS as error:
        raise IngestError(
            said(
                "“{source}”不能按 GeoParquet 读取（{error}）；请重新导出。",
                source=request.source,
                error=" ".join(str(error).split())[:200],
            )
        ) from error
    return layer_of_table(columns, request, driver="Parquet")


def _table(request: Request) -> pa.Table:
    """Unpack the file batch by batch, so that it stays within bounds whatever its footer says."""
    rows = size = 0
    batches = []
    with pq.ParquetFile(request.path) as file:
        check_columns(len(file.schema_arrow.names), request.limits, request.source)
        for batch in file.iter_batches(batch_size=16_384):
            rows += batch.num_rows
            size += batch.nbytes
            check_features(rows, request.limits, request.source)
            if size > request.limits.unpacked_bytes:
                raise TooMuch(
                    said("“{source}”解压后超过上限；请拆分后分批导入。", source=request.source),
                    rule="limit.unpacked_bytes",
                )
            batches.append(batch)
        return pa.Table.from_batches(batches, schema=file.schema_arrow)


def _layer_of(request: Request, table: pa.Table, geo: dict[str, Any]) -> RawLayer:
    notices: list[Notice] = []
    primary = geo["primary_column"]
    column = geo["columns"][primary]
    if column["encoding"] == "WKB":
        stored = np.empty(len(table), dtype=object)
        stored[:] = table.column(primary).to_pylist()  # its to_numpy loads pandas
        shapes = shapes_from_wkb(stored, notices)
    else:
        shapes = _native(request)
    if shapely.has_z(shapes).any():
        notices.append(
            Notice(rule="shape.z_dropped", message=said("图形带高程（Z 值），已去掉高程。"), severity=Severity.WARNING)
        )
        shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    crs = column.get("crs", _UNSAID_CRS)
    return RawLayer(
        source=request.source,
        driver=str(request.format),
        columns={name: table.column(name).to_pylist() for name in table.column_names if name not in geo["columns"]},
        shapes=shapes,
        rows=np.arange(1, len(shapes) + 1, dtype=np.int64),
        crs=declared_crs(crs if isinstance(crs, str) else json.dumps(crs)) if crs is not None else None,
        notices=notices,
    )


def _native(request: Request) -> Shapes:
    """Return the shapes of a file that holds them as coordinates instead of WKB."""
    import geopandas  # loads pandas, a second: for the few files of this kind only

    return np.asarray(geopandas.read_parquet(request.path).geometry.to_numpy(), dtype=object)
