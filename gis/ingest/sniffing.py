"""What a file really is: decided on its first bytes; the name helps only where those are silent (CSV, MapInfo)."""

import re
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from gis.geometry.said import said
from gis.ingest.records import IngestError

HEAD_BYTES = 64 * 1024
"""How much of a file is looked at."""


class Format(StrEnum):
    """Formats that can be read."""

    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "Shapefile"
    GEOJSON = "GeoJSON"
    KML = "KML"
    KMZ = "KMZ"
    DXF = "DXF"
    FILEGDB = "FileGDB"
    FLATGEOBUF = "FlatGeobuf"
    GEOPARQUET = "GeoParquet"
    MAPINFO = "MapInfo"
    TABLE = "CSV"
    WORKBOOK = "XLSX"
    ARCHIVE = "ZIP"


class UnknownFormat(IngestError):
    """The file is of a kind that cannot be read; the message says what to export instead."""

    rule = "format.unknown"


_READABLE = (
    *("GeoPackage", "Shapefile", "GeoJSON", "KML/KMZ", "DXF", "FileGDB", "FlatGeobuf", "GeoParquet"),
    *("CSV", "XLSX"),
)

_BY_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"SQLite format 3\x00", Format.GEOPACKAGE),
    (b"PK\x03\x04", Format.ARCHIVE),
    (b"PK\x05\x06", Format.ARCHIVE),
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE),
    (b"fgb\x03fgb", Format.FLATGEOBUF),
    (b"PAR1", Format.GEOPARQUET),
    (b"AutoCAD Binary DXF\r\n\x1a\x00", Format.DXF),
    (b"!table", Format.MAPINFO),
)

_DWG = ("format.dwg", said("是 DWG 图纸，不能直接读取；请在 CAD 中“另存为”DXF（2000 或更高版本）后再导入。"))
_RASTER = ("format.raster", said("是图片或影像；这里需要面、线、点的矢量图层，请导出 GeoPackage 或 Shapefile。"))
_SUPERMAP = (
    "format.supermap",
    said("是 SuperMap 数据源，不能直接读取；请在 SuperMap 中导出 GeoPackage 或 Shapefile。"),
)
_PART = ("format.part", said("只是 Shapefile 的一部分；请选择同名的 .shp 文件，或把同名文件一起打成 ZIP。"))
_XLS = ("format.xls", said("是旧版 Office 文件；表格请用 Excel 或 WPS“另存为”.xlsx 或 CSV 后再导入。"))
_MDB = ("format.mdb", said("是个人地理数据库（MDB），不能直接读取；请在 ArcGIS 中导出 .gdb 或 Shapefile。"))
_VCT = ("format.vct", said("是 VCT 交换文件，不能直接读取；请转换为 GeoPackage 或 Shapefile。"))
_PDF = ("format.pdf", said("是 PDF 文件；请导出 GeoPackage、Shapefile 或 DXF 后再导入。"))
_PACKED = ("format.archive", said("不是 ZIP 压缩包；请解压后导入，或改用 ZIP 压缩。"))

_REFUSED: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (rb"AC10\d\d", _DWG),
    (
        rb"II[*+]\x00|MM\x00[*+]|\xff\xd8\xff|\x89PNG|GIF8|BM.{4}\x00{4}|EHFA_HEADER_TAG|\x89HDF|\x00{3}\x0cjP  ",
        _RASTER,
    ),
    (rb"%PDF", _PDF),
    (rb"\xd0\xcf\x11\xe0", _XLS),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b|\xfd7zXZ|BZh", _PACKED),
    (rb"\x00\x01\x00\x00Standard (Jet|ACE) DB", _MDB),
)
"""How files begin that cannot be read, with the rule and what to do instead."""

_REFUSED_NAMES: dict[str, tuple[str, str]] = {
    ".dwg": _DWG,
    ".udb": _SUPERMAP,
    ".udd": _SUPERMAP,
    ".udbx": _SUPERMAP,
    ".mdb": _MDB,
    ".dbf": _PART,
    ".shx": _PART,
    ".prj": _PART,
    ".cpg": _PART,
    ".tif": _RASTER,
    ".tiff": _RASTER,
    ".img": _RASTER,
    ".xls": _XLS,
    ".vct": _VCT,
}
"""The same by name, where the content is silent or shared with a format that can be read."""

EXTENSIONS: dict[Format, tuple[str, ...]] = {
    Format.GEOPACKAGE: (".gpkg",),
    Format.SHAPEFILE: (".shp",),
    Format.GEOJSON: (".geojson", ".json", ".geojsonl", ".ndjson", ".geojsons", ".jsonl"),
    Format.KML: (".kml",),
    Format.KMZ: (".kmz",),
    Format.DXF: (".dxf",),
    Format.FILEGDB: (".gdb",),
    Format.FLATGEOBUF: (".fgb",),
    Format.GEOPARQUET: (".parquet", ".geoparquet"),
    Format.MAPINFO: (".tab", ".mif"),
    Format.TABLE: (".csv", ".txt", ".tsv"),
    Format.WORKBOOK: (".xlsx", ".xlsm"),
    Format.ARCHIVE: (".zip",),
}
"""Usual name endings of each format."""

FORMAT_OF_EXTENSION = {ending: form for form, endings in EXTENSIONS.items() for ending in endings}


def sniff(path: Path, source: str) -> Format:
    """Return the format of a file or geodatabase folder.

    Parameters
    ----------
    path : the file (or folder ending in .gdb); `source` is what the person calls it.

    Raises
    ------
    UnknownFormat : nothing that can be read; the message says what to export instead.
    """
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    ending = Path(source).suffix.lower()
    if not head.strip(b"\x00"):
        raise UnknownFormat(said("“{source}”是空文件；请重新导出后再导入。", source=source), rule="file.empty")
    if ending == ".udbx":  # an SQLite file like GeoPackage, with tables of its own
        _refuse(source, *_REFUSED_NAMES[ending])
    for magic, form in _BY_MAGIC:
        if head.startswith(magic):
            return form if form is not Format.ARCHIVE else _zip_kind(ending)
    for pattern, refusal in _REFUSED:
        if re.match(pattern, head, re.DOTALL):
            _refuse(source, *refusal)
    if ending in _REFUSED_NAMES:
        _refuse(source, *_REFUSED_NAMES[ending])
    text = _as_text(head)
    if text is None:
        raise UnknownFormat(
            said(
                "“{source}”的内容不是任何可以读取的格式（可能已损坏，或扩展名与内容不符）；可以读取：{formats}。",
                source=source,
                formats=_READABLE,
            )
        )
    return _text_kind(text, ending, source)


def _refuse(source: str, rule: str, words: str) -> NoReturn:
    raise UnknownFormat(said("“{source}”{words}", source=source, words=words), rule=rule)


def _folder(path: Path) -> Format:
    if path.suffix.lower() == ".gdb" or any(path.glob("a0000000*.gdbtable")):
        return Format.FILEGDB
    return Format.ARCHIVE


def _zip_kind(ending: str) -> Format:
    if ending in EXTENSIONS[Format.KMZ]:
        return Format.KMZ
    return Format.WORKBOOK if ending in EXTENSIONS[Format.WORKBOOK] else Format.ARCHIVE


def _as_text(head: bytes) -> str | None:
    """Return the head as text, or None when it is not text in any encoding that these files come in."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if b"\x00" in head:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return text if _is_printable(text) else None
    return None


def _is_printable(text: str) -> bool:
    control = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\x0c\x1a\x1e")
    return control * 1000 <= len(text)


def _text_kind(text: str, ending: str, source: str) -> Format:
    start = text.lstrip("\ufeff\x1e \t\r\n")
    if start.startswith("<"):
        return _xml_kind(start, source)
    if re.match(r"(999\s*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION", start):
        return Format.DXF
    if re.match(r"Version\s+\d+", start, re.IGNORECASE) and ending == ".mif":
        return Format.MAPINFO
    if ending in EXTENSIONS[Format.TABLE]:
        return Format.TABLE
    if start[:1] in ("{", "[") or ending in EXTENSIONS[Format.GEOJSON]:
        return Format.GEOJSON
    if ending in FORMAT_OF_EXTENSION:
        raise UnknownFormat(
            said(
                "“{source}”的内容不是 {format}（文件已损坏，或扩展名被改过）；请重新导出。",
                source=source,
                format=FORMAT_OF_EXTENSION[ending],
            ),
            rule="format.mismatch",
        )
    return Format.TABLE


def _xml_kind(start: str, source: str) -> Format:
    body = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", "", start, flags=re.DOTALL).lstrip()
    root = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", body)
    name = root.group(1) if root else ""
    if name.lower() == "kml":
        return Format.KML
    raise UnknownFormat(
        said(
            "“{source}”是 XML 文件（<{name}>），不是 KML；请导出 GeoPackage、Shapefile 或 KML。",
            source=source,
            name=name or "?",
        ),
        rule="format.xml",
    )
