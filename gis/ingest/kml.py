"""KML before and after GDAL: its field names kept, its HTML balloons read as columns.

LIBKML turns every byte of a Chinese field name into "_", so that 网格编码 and 所属社区 become one. GDAL is given a
private copy whose field names are numbers; they are put back afterwards.
"""

import html
import re
from pathlib import Path
from typing import Any

from gis.geometry.said import said
from gis.ingest.encodings import decide_encoding, decode, known_codec
from gis.ingest.records import IngestError

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)[\"']")
_FIELD_NAME = re.compile(
    r"(<(?:\w+:)?(?:Data|SimpleField|SimpleData|SimpleArrayField)\b[^>]*?\bname\s*=\s*)(\"[^\"]*\"|'[^']*')"
)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.IGNORECASE | re.DOTALL)
_LINE = re.compile(r"<tr\b[^>]*>((?:(?!<tr\b).)*?)</tr>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def plain_copy(path: Path, into: Path, source: str) -> dict[str, str]:
    """Write a UTF-8 copy with numbered field names; return {numbered name: real name}.

    Raises
    ------
    IngestError : the file defines XML entities ("file.entities"): they can blow up or reach other files.
    """
    data = path.read_bytes()
    declared = _DECLARED_ENCODING.search(data[:200])
    encoding = decide_encoding([data], declared=declared.group(1).decode("ascii") if declared else None)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    elif declared and known_codec(declared.group(1).decode("ascii")) not in ("utf-8", "gb18030", None):
        text = data.decode(str(known_codec(declared.group(1).decode("ascii"))), errors="replace")
    else:
        text = decode(data, encoding.codec)
    if "<!ENTITY" in text:
        raise IngestError(
            said("“{source}”定义了 XML 实体，已拒绝；请重新导出 KML。", source=source), rule="file.entities"
        )
    names: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        name = html.unescape(match.group(2)[1:-1]).strip()
        return f'{match.group(1)}"{names.setdefault(name, f"field{len(names):04d}")}"'

    text = _FIELD_NAME.sub(numbered, _DECLARATION.sub("", text.lstrip("\ufeff"), count=1))
    into.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', encoding="utf-8")
    return {number: name for name, number in names.items()}


def with_real_names(columns: dict[str, list[Any]], names: dict[str, str]) -> dict[str, list[Any]]:
    """Return columns under their real names, with what stands in the balloons' tables as further columns."""
    real: dict[str, list[Any]] = {}
    for column, values in columns.items():
        name = names.get(column, column)
        while name in real:
            name += "_2"
        real[name] = values
    described = real.get("description")
    if described and any(isinstance(text, str) and "<td" in text.lower() for text in described):
        for name, values in _columns_of_balloons(described).items():
            real.setdefault(name, values)
    return real


def _columns_of_balloons(described: list[Any]) -> dict[str, list[Any]]:
    """Read HTML tables of two columns, as ArcGIS writes attributes into a KML."""
    columns: dict[str, list[Any]] = {}
    for index, text in enumerate(described):
        for line in _LINE.findall(text) if isinstance(text, str) else ():
            cells = [html.unescape(_TAG.sub("", cell)).strip() for cell in _CELL.findall(line)]
            if len(cells) == 2 and cells[0] and len(cells[0]) <= 40:
                columns.setdefault(cells[0], [None] * len(described))[index] = cells[1] or None
    return columns
