"""Read CSV and XLSX: rows with a longitude and a latitude, an x and a y, or a shape as WKT."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from typing import IO, Any

import numpy as np
import openpyxl
import shapely
from numpy.typing import NDArray
from openpyxl.utils.exceptions import InvalidFileException

from gis.geometry.said import said
from gis.ingest.choosing import choose
from gis.ingest.encodings import decide_encoding, decode
from gis.ingest.headers import coordinate_names, heading_of
from gis.ingest.limits import check_columns, check_features
from gis.ingest.numbers import number_of
from gis.ingest.records import IngestError, Notice, RawLayer
from gis.ingest.request import Request

_DELIMITERS = (",", "\t", ";", "|", "，")
_HEADER_SEARCH_ROWS = 10
"""A title, a unit and a date may stand above the header of an official table."""

csv.field_size_limit(64 * 1024 * 1024)  # a WKT cell of a large shape

Columns = dict[str, list[Any]]
Rows = NDArray[np.int64]

_FAULTS = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, SyntaxError)


def read_text_table(request: Request) -> RawLayer:
    """Read a CSV or any delimited text; see `gis.ingest.readers.read_layer`."""
    data = request.path.read_bytes()
    text, codec, reason = _decoded(data, request.encoding)
    rows = _rows_of(text, request)
    columns, numbers = _columns_of(rows, request)
    raw = layer_of_table(columns, request, driver=str(request.format), numbers=numbers)
    raw.encoding, raw.encoding_reason = codec, reason
    return raw


def read_workbook(request: Request) -> RawLayer:
    """Read one sheet of an XLSX workbook; see `gis.ingest.readers.read_layer`."""
    try:
        with request.path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not know
            sheets, name, columns, numbers = _sheet_of(file, request)
    except IngestError:
        raise
    except _FAULTS as error:
        raise IngestError(
            said("“{source}”不是完好的 XLSX 工作簿；请在 Excel 或 WPS 中另存为 .xlsx。", source=request.source)
        ) from error
    raw = layer_of_table(columns, request, driver=str(request.format), numbers=numbers)
    raw.other_layers = [other for other in sheets if other != name]
    return raw


def _sheet_of(file: IO[bytes], request: Request) -> tuple[list[str], str, Columns, list[int]]:
    """Return the sheets that have cells, the chosen one, its columns and the numbers of its rows."""
    # opened as a file, not by its name: openpyxl judges by the name
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        sheets = {sheet.title: sheet for sheet in book.worksheets if _has_cells(sheet)}
        name = choose(list(sheets), request.layer, request.source)
        return list(sheets), name, *_columns_of(sheets[name].iter_rows(values_only=True), request)
    finally:
        book.close()


def _has_cells(sheet: Any) -> bool:
    return any(cell is not None for row in sheet.iter_rows(max_row=50, values_only=True) for cell in row)


def _decoded(data: bytes, given: str | None) -> tuple[str, str, str]:
    for mark, codec, name in ((b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"), (b"\xff\xfe", "utf-16", "UTF-16")):
        if data.startswith(mark) and not given:
            return data.decode(codec, errors="replace"), name, said("文件开头标明了 {name}", name=name)
    encoding = decide_encoding([data], given=given)
    name = {"utf-8": "UTF-8", "gb18030": "GB18030"}.get(encoding.codec, encoding.codec)
    reason = {"UTF-8": said("全文符合 UTF-8"), "GB18030": said("全文不符合 UTF-8，按 GBK/GB18030 读取")}.get(
        name, encoding.reason
    )
    return decode(data, encoding.codec), name, encoding.reason if given else reason


def _rows_of(text: str, request: Request) -> Iterator[list[str]]:
    lines = [line for line in text[:65536].splitlines()[:50] if line.strip()]
    counts = {mark: [line.count(mark) for line in lines] for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: sum(count > 0 for count in counts[mark]) * 1000 + min(counts[mark]))
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise IngestError(
            said(
                "“{source}”不能按 CSV 读取（{error}）；请在 Excel 中另存为“CSV UTF-8（逗号分隔）”。",
                source=request.source,
                error=error,
            )
        ) from error


def _columns_of(rows: Iterable[Any], request: Request) -> tuple[Columns, list[int]]:
    """Find the header among the first rows; return the columns below it and the number of each row.

    Blank rows are left out but counted, so that a row's number is what a person counts below the header.
    """
    iterator = iter(rows)
    first: list[list[Any]] = [list(row) for row in islice(iterator, _HEADER_SEARCH_ROWS)]
    while first and not any(_filled(cell) for row in first for cell in row):
        first = [list(row) for row in islice(iterator, _HEADER_SEARCH_ROWS)]
    if not first:
        raise IngestError(
            said("“{source}”中没有任何内容；请检查是否选对了文件或工作表。", source=request.source), rule="layer.empty"
        )
    at = _header_at(first)
    headings = _headings(first[at])
    check_columns(len(headings), request.limits, request.source)
    _coordinate_columns(headings, request)
    width = len(headings)
    body: list[list[Any]] = []
    numbers: list[int] = []
    for number, row in enumerate(chain(first[at + 1 :], iterator), start=1):
        cells = [_cell(cell) for cell in row[:width]]
        if all(cell is None for cell in cells):
            continue
        body.append(cells + [None] * (width - len(cells)))
        numbers.append(number)
        if len(body) > request.limits.features:
            check_features(len(body), request.limits, request.source)
    columns = {heading: [row[index] for row in body] for index, heading in enumerate(headings) if heading}
    return columns, numbers


def _header_at(rows: list[list[Any]]) -> int:
    """Return which of the first rows is the header: the first that is as wide as most and is all text."""
    widest = max(sum(map(_filled, row)) for row in rows)
    for index, row in enumerate(rows):
        filled = [cell for cell in row if _filled(cell)]
        if len(filled) >= max(2, 0.6 * widest) and all(isinstance(c, str) and number_of(c) is None for c in filled):
            return index
    return 0


def _headings(row: list[Any]) -> list[str]:
    headings: list[str] = []
    for cell in row:
        heading = " ".join(str(cell).split()) if _filled(cell) else ""
        count = 2
        base = heading
        while heading and heading in headings:
            heading, count = f"{base}_{count}", count + 1
        headings.append(heading)
    return headings


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value


def layer_of_table(columns: Columns, request: Request, *, driver: str, numbers: list[int] | None = None) -> RawLayer:
    """Make a raw layer of a table: find its coordinate columns by name and make points, or shapes from WKT.

    Raises
    ------
    IngestError : no column holds coordinates ("table.no_coordinates").
    """
    places = _coordinate_columns(columns, request)
    count = len(columns[places[0]])
    rows = np.array(range(1, count + 1) if numbers is None else numbers, dtype=np.int64)
    notices: list[Notice] = []
    if len(places) == 1:
        shapes = _shapes_of_wkt(columns[places[0]], places[0], rows, notices)
    else:
        shapes = _points_of(columns, places[0], places[1], rows, notices)
    return RawLayer(source=request.source, driver=driver, columns=columns, shapes=shapes, rows=rows, notices=notices)


def _coordinate_columns(columns: Iterable[str], request: Request) -> tuple[str, ...]:
    """Return the WKT column, or the columns of x and y; refuse a table that has neither, before its rows are read."""
    named = {heading_of(column): column for column in reversed(list(columns))}
    found = {
        role: next((named[heading] for heading in named if heading in names), None)
        for role, names in coordinate_names().items()
    }
    for roles in (("wkt",), ("lon", "lat"), ("x", "y")):
        places = tuple(column for role in roles if (column := found[role]) is not None)
        if len(places) == len(roles):
            return places
    listed = [f"“{column[:40]}”" for column in list(columns)[:30] if column]
    raise IngestError(
        said(
            "“{source}”中找不到坐标列；请用“经度”“纬度”或“X”“Y”两列，或一列“WKT”。现有列：{columns}。",
            source=request.source,
            columns=listed,
        ),
        rule="table.no_coordinates",
    )


def _shapes_of_wkt(values: list[Any], column: str, rows: Rows, notices: list[Notice]) -> NDArray[np.object_]:
    shapes = np.full(len(values), None, dtype=object)
    for index, value in enumerate(values):
        text = str(value).split(";", 1)[-1] if value is not None else ""
        if not text:
            continue
        try:
            shapes[index] = shapely.force_2d(shapely.from_wkt(text, on_invalid="fix"))
        except (shapely.errors.ShapelyError, ValueError, TypeError):
            shapes[index] = None
        if shapes[index] is None:
            notices.append(
                Notice(
                    rule="shape.unreadable",
                    row=int(rows[index]),
                    field=column,
                    value=text[:60],
                    message=said(
                        "第 {row} 行的“{column}”不是合格的 WKT 图形；请重新导出。", row=rows[index], column=column
                    ),
                )
            )
    return shapes


def _points_of(columns: Columns, x: str, y: str, rows: Rows, notices: list[Notice]) -> NDArray[np.object_]:
    xy = np.full((len(columns[x]), 2), np.nan)
    for axis, name in enumerate((x, y)):
        for index, value in enumerate(columns[name]):
            if value is None:
                continue
            number = number_of(value)
            if number is not None:
                xy[index, axis] = number
            else:
                notices.append(
                    Notice(
                        rule="coordinate.not_a_number",
                        row=int(rows[index]),
                        field=name,
                        value=str(value)[:60],
                        message=said(
                            "第 {row} 行的“{name}”不是数字：{value}；请改为十进制的度或米。",
                            row=rows[index],
                            name=name,
                            value=str(value)[:40],
                        ),
                    )
                )
    shapes = np.full(len(xy), None, dtype=object)
    whole = np.isfinite(xy).all(axis=1)
    shapes[whole] = shapely.points(xy[whole])
    return shapes
