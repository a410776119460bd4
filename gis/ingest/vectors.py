"""Read GeoPackage, Shapefile, FileGDB, FlatGeobuf, MapInfo and KML through GDAL, attributes and raw shapes only."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.said import said
from gis.ingest.choosing import ALL_LAYERS, choose
from gis.ingest.encodings import Encoding, decide_encoding, decode, known_codec
from gis.ingest.frames import declared_crs
from gis.ingest.gdal import pyogrio, quietly
from gis.ingest.kml import plain_copy, with_real_names
from gis.ingest.limits import Limits, check_features, check_vertices
from gis.ingest.records import IngestError, Notice, RawLayer, Severity
from gis.ingest.request import Request
from gis.ingest.sniffing import Format

_DRIVERS: dict[Format, tuple[str, ...]] = {
    Format.GEOPACKAGE: ("GPKG",),
    Format.SHAPEFILE: ("ESRI Shapefile",),
    Format.FILEGDB: ("OpenFileGDB",),
    Format.FLATGEOBUF: ("FlatGeobuf",),
    Format.MAPINFO: ("MapInfo File",),
    Format.KML: ("LIBKML", "KML"),
}

_KML_NOISE = frozenset(
    (
        "id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon",
        "snippet", "Snippet", "gxtrack",
    )
)  # fmt: skip
"""Fields that every KML brings and that say nothing about places."""

_SIDE_FILES = (".shp", ".shx", ".dbf", ".prj", ".cpg")

_UNDECODED = (Format.SHAPEFILE, Format.MAPINFO)
"""Formats whose text GDAL does not decode reliably: read byte by byte as ISO-8859-1 and decoded here."""

_Columns = dict[str, list[Any]]


def read_vector(request: Request) -> RawLayer:
    """Read one layer of a file that GDAL reads; see `gis.ingest.readers.read_layer`."""
    with _private(request) as (path, notices, fields):
        names = _layer_names(path, request)
        may_join = request.format is Format.KML
        wanted = None if request.format in (Format.SHAPEFILE, Format.FLATGEOBUF) and len(names) == 1 else request.layer
        name = choose(names, wanted, request.source, may_join=may_join)
        parts = [_read_one(path, part, request) for part in (names if name == ALL_LAYERS else [name])]
        raw = _join(parts, names) if name == ALL_LAYERS else parts[0]
        raw.other_layers = [other for other in names if other != name and name != ALL_LAYERS]
        if request.format in _UNDECODED:
            _decode(raw, path, request)
        if request.format is Format.KML:
            raw.columns = with_real_names(raw.columns, fields)
    raw.notices[:0] = notices
    return raw


def shapes_from_wkb(wkb: NDArray[np.object_], notices: list[Notice]) -> NDArray[np.object_]:
    """Make shapes of WKB; open rings are closed with a notice, what is no shape at all becomes None with one."""
    shapes: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    given = np.array([value is not None for value in wkb], dtype=bool)
    for index in np.flatnonzero(given & shapely.is_missing(shapes)):
        shapes[index] = shapely.from_wkb(wkb[index], on_invalid="fix")
        row = int(index) + 1
        if shapes[index] is None or shapely.is_empty(shapes[index]):
            shapes[index] = None
            notices.append(
                Notice(
                    rule="shape.unreadable",
                    row=row,
                    message=said("第 {row} 行的图形已损坏，无法读取；请在原软件中重画。", row=row),
                )
            )
        else:
            notices.append(
                Notice(
                    rule="shape.ring_closed",
                    row=row,
                    severity=Severity.REPAIRED,
                    message=said("第 {row} 行的边界首尾未闭合，已用直线闭合；请核对。", row=row),
                )
            )
    return shapes


@contextmanager
def _private(request: Request) -> Iterator[tuple[Path, list[Notice], dict[str, str]]]:
    """Yield what GDAL may open, what is said about it, and the real names of numbered fields.

    A shapefile's parts are linked alone into a folder of their own, a KML is copied there; the rest lies where it is.
    """
    if request.format is Format.MAPINFO:
        _check_mapinfo(request)
    if request.format not in (Format.SHAPEFILE, Format.KML):
        yield request.path, [], {}
        return
    with tempfile.TemporaryDirectory(prefix="gridwork-") as scratch:
        if request.format is Format.KML:
            copy = Path(scratch) / "layer.kml"
            yield copy, [], plain_copy(request.path, copy, request.source)
            return
        notices = _gather_shapefile(request.path, Path(scratch))
        yield Path(scratch) / "layer.shp", notices, {}


def _gather_shapefile(shp: Path, into: Path) -> list[Notice]:
    """Link a shapefile's parts, whatever the case of their names, under one name; tell which are missing."""
    stem = shp.stem.casefold()
    beside = {
        part.suffix.lower(): part
        for part in sorted(shp.parent.iterdir())
        if part.stem.casefold() == stem and part.suffix.lower() in _SIDE_FILES and part.is_file()
    }
    beside[".shp"] = shp
    for suffix, part in beside.items():
        (into / f"layer{suffix}").symlink_to(part.resolve())
    missing = {
        ".shx": ("file.no_shx", said("缺少 .shx 索引文件，已按 .shp 重建索引后读取。")),
        ".dbf": ("file.no_dbf", said("缺少 .dbf 属性文件，只有图形，没有编码和名称；请找回同名 .dbf 后重新导入。")),
        ".prj": ("file.no_prj", said("缺少 .prj 坐标系文件，导入时须指明坐标系。")),
    }
    return [
        Notice(rule=rule, message=message, severity=Severity.WARNING)
        for suffix, (rule, message) in missing.items()
        if suffix not in beside
    ]


def _check_mapinfo(request: Request) -> None:
    """Refuse a TAB that points to other files (rasters, seamless and linked tables)."""
    if request.path.suffix.lower() != ".tab":
        return
    text = request.path.read_bytes()[:65536].decode("latin-1")
    if not re.search(r"^\s*Type\s+(NATIVE|DBF)\b", text, re.IGNORECASE | re.MULTILINE) or "seamless" in text.lower():
        raise IngestError(
            said(
                "“{source}”指向别的文件（影像、无缝表或链接表），不能读取；请在 MapInfo 中另存为普通表或 MIF。",
                source=request.source,
            ),
            rule="format.mapinfo",
        )


def _unreadable(request: Request, error: Exception) -> IngestError:
    reason = " ".join(str(error).replace(str(request.path), request.source).split())[:200]
    return IngestError(
        said(
            "“{source}”不能按 {format} 读取（{reason}）；文件可能已损坏，请在原软件中重新导出。",
            source=request.source,
            format=request.format,
            reason=reason,
        )
    )


_FAULTS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FieldError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.CRSError,
    ValueError,  # UnicodeDecodeError among them
    RuntimeError,
    OverflowError,
)


def _layer_names(path: Path, request: Request) -> list[str]:
    """Return the layers that have shapes."""
    try:
        with quietly():
            layers = pyogrio.list_layers(path)
    except _FAULTS as error:
        raise _unreadable(request, error) from error
    return [str(name) for name, geometry_type in layers if geometry_type is not None or request.format is Format.KML]


def _read_one(path: Path, layer: str, request: Request) -> RawLayer:
    encoding = "ISO-8859-1" if request.format in _UNDECODED else None
    try:
        with quietly():
            info = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
            if info["driver"] not in _DRIVERS[request.format]:
                raise IngestError(
                    said(
                        "“{source}”的内容与 {format} 不符；请重新导出。", source=request.source, format=request.format
                    ),
                    rule="format.mismatch",
                )
            check_features(int(info["features"]), request.limits, request.source)
            meta, _, wkb, data = pyogrio.raw.read(
                path,
                layer=layer,
                encoding=encoding,
                datetime_as_string=True,
                max_features=request.limits.features + 1,
            )
    except _FAULTS as error:
        raise _unreadable(request, error) from error
    notices: list[Notice] = []
    if wkb is None:
        wkb = np.full(len(data[0]) if data else 0, None, dtype=object)
    _check_bytes(wkb, request.limits, request.source)
    return RawLayer(
        source=request.source,
        driver=str(request.format),
        columns=_columns_of(list(meta["fields"]), data, request.format),
        shapes=_flat(shapes_from_wkb(wkb, notices), notices),
        rows=np.arange(1, len(wkb) + 1, dtype=np.int64),
        crs=declared_crs(meta["crs"]),
        notices=notices,
    )


def _check_bytes(wkb: NDArray[np.object_], limits: Limits, source: str) -> None:
    """Refuse too many vertices before shapes are made of them: a vertex takes at least 16 bytes."""
    total = sum(len(value) for value in wkb if value is not None)
    check_vertices(total // 16 - 2 * len(wkb), limits, source)


def _flat(shapes: NDArray[np.object_], notices: list[Notice]) -> NDArray[np.object_]:
    """Return shapes without heights, saying so once."""
    if not shapely.has_z(shapes).any():
        return shapes
    notices.append(
        Notice(rule="shape.z_dropped", message=said("图形带高程（Z 值），已去掉高程。"), severity=Severity.WARNING)
    )
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def _columns_of(fields: list[str], data: list[NDArray[Any]], form: Format) -> _Columns:
    columns: _Columns = {}
    for field, values in zip(fields, data, strict=True):
        listed = _plain(values)
        if form is Format.KML and field in _KML_NOISE:
            continue
        name, count = field, 2
        while name in columns:  # names cut to the same ten bytes
            name, count = f"{field}_{count}", count + 1
        columns[name] = listed
    return columns


def _plain(values: NDArray[Any]) -> list[Any]:
    """Return Python values, None for what is missing."""
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        listed: list[Any] = values.tolist()
        if missing.any():
            listed = [None if gone else value for value, gone in zip(listed, missing.tolist(), strict=True)]
        return listed
    if values.dtype.kind == "M":
        return [None if np.isnat(value) else str(value) for value in values]
    return list(values.tolist())


def _join(parts: list[RawLayer], names: list[str]) -> RawLayer:
    """Put the folders of a KML one below the other, with a column that says which each row came from."""
    columns: _Columns = {"文件夹": [name for part, name in zip(parts, names, strict=True) for _ in range(len(part))]}
    for field in dict.fromkeys(field for part in parts for field in part.columns):
        columns[field] = [value for part in parts for value in part.columns.get(field, [None] * len(part))]
    shift = 0
    notices: list[Notice] = []
    for part in parts:
        notices += [
            Notice(
                rule=notice.rule,
                message=notice.message
                if notice.row is None
                else said("{message}（“{source}”的一个文件夹内）", message=notice.message, source=part.source),
                severity=notice.severity,
                row=None if notice.row is None else notice.row + shift,
            )
            for notice in part.notices
        ]
        shift += len(part)
    return RawLayer(
        source=parts[0].source,
        driver=parts[0].driver,
        columns=columns,
        shapes=np.concatenate([part.shapes for part in parts]),
        rows=np.arange(1, shift + 1, dtype=np.int64),
        crs=parts[0].crs,
        notices=notices,
    )


def _decode(raw: RawLayer, path: Path, request: Request) -> None:
    """Decode names and values that were read as ISO-8859-1, all in the encoding that all of them speak for."""
    texts = {name: {value for value in values if isinstance(value, str)} for name, values in raw.columns.items()}
    raw_bytes = {value.encode("latin-1") for values in texts.values() for value in values}
    names = {name.encode("latin-1", errors="replace") for name in texts}
    cpg = path.with_suffix(".cpg")
    declared = cpg.read_bytes()[:64].decode("latin-1").strip() or None if cpg.exists() else None
    encoding: Encoding = decide_encoding(raw_bytes | names, declared=declared, given=request.encoding)
    codec = encoding.codec
    decoded: _Columns = {}
    for name, values in raw.columns.items():
        table = {value: decode(value.encode("latin-1"), codec) for value in texts[name]}
        fresh = [table[value] if isinstance(value, str) else value for value in values] if table else values
        heading = decode(name.encode("latin-1", errors="replace"), codec)
        while heading in decoded:
            heading += "_2"
        decoded[heading] = fresh
    raw.columns = decoded
    raw.encoding = {"utf-8": "UTF-8", "gb18030": "GB18030"}.get(codec, codec)
    raw.encoding_reason = encoding.reason
    if request.encoding and known_codec(request.encoding) is None:
        raw.notices.append(Notice(rule="encoding.unknown", message=encoding.reason, severity=Severity.WARNING))
    broken = sum("�" in str(value) for values in decoded.values() for value in values if isinstance(value, str))
    if broken:
        raw.notices.append(
            Notice(
                rule="encoding.broken",
                message=said("{broken} 个值含无法解码的字符；请核对编码，或指定编码后重新导入。", broken=broken),
                severity=Severity.WARNING,
            )
        )
