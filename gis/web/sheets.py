"""Rows as a file that a spreadsheet opens: CSV for Excel, or XLSX."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = str | int | float | date | datetime | None

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be run as a formula by a spreadsheet; names come from files of unknown origin."""


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return UTF-8 CSV with a byte order mark, as Excel needs it for Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def xlsx_of(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return one sheet as an XLSX file; texts stay texts, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"
            elif isinstance(value, datetime):
                cell.value = localtime(value).replace(tzinfo=None)
            else:
                cell.value = value
            cells.append(cell)
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
