"""Read GeoParquet; a Parquet file without shapes is read as a table with coordinate columns."""

import json

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj.exceptions import CRSError

from gis.ingest.frames import declared_crs
from gis.ingest.limits import TooMuch, check_columns, check_features
from gis.ingest.records import IngestError, Notice, RawLayer, Severity
from gis.ingest.request import Request
from gis.ingest.tables import layer_of_table

_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, CRSError, shapely.errors.ShapelyError)


def read_parquet(request: Request) -> RawLayer:
    """Read a GeoParquet file, in WKB or native encoding; see `gis.ingest.readers.read_layer`."""
    try:
        schema = _measured(request)
        if b"geo" in (schema.metadata or {}):
            return _layer_of(request, schema)
        table = pq.read_table(request.path)
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
    except IngestError:
        raise
    except _FAULTS as error:
        raise IngestError(
            f"“{request.source}”不能按 GeoParquet 读取（{' '.join(str(error).split())[:200]}）；请重新导出。"
        ) from error
    return layer_of_table(columns, request, driver="Parquet")


def _measured(request: Request) -> pa.Schema:
    """Unpack the file into nothing, batch by batch, to know that it is within bounds whatever its footer says."""
    rows = size = 0
    with pq.ParquetFile(request.path) as file:
        check_columns(len(file.schema_arrow.names), request.limits, request.source)
        for batch in file.iter_batches(batch_size=16_384):
            rows += batch.num_rows
            size += batch.nbytes
            check_features(rows, request.limits, request.source)
            if size > request.limits.unpacked_bytes:
                raise TooMuch(f"“{request.source}”解压后超过上限；请拆分后分批导入。", rule="limit.unpacked_bytes")
        return file.schema_arrow


def _layer_of(request: Request, schema: pa.Schema) -> RawLayer:
    spoken_for = set(json.loads(schema.metadata[b"geo"])["columns"])
    frame = geopandas.read_parquet(request.path)
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    table = pq.read_table(request.path, columns=[name for name in schema.names if name not in spoken_for])
    notices = []
    if shapely.has_z(shapes).any():
        notices.append(
            Notice(rule="shape.z_dropped", message="图形带高程（Z 值），已去掉高程。", severity=Severity.WARNING)
        )
    return RawLayer(
        source=request.source,
        driver=str(request.format),
        columns={name: table.column(name).to_pylist() for name in table.column_names},
        shapes=np.asarray(shapely.force_2d(shapes), dtype=object),
        rows=np.arange(1, len(shapes) + 1, dtype=np.int64),
        crs=None if frame.crs is None else declared_crs(frame.crs.to_wkt()),
        notices=notices,
    )
