"""The JSON texts of a file, read strictly: no member twice, no NaN; what is broken is refused with its place."""

import io
import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NoReturn

from gis.geometry.said import said
from gis.ingest.records import IngestError

Json = dict[str, Any]


class WrongStructure(IngestError):
    """A GeoJSON file breaks RFC 7946; the message names the offending member by its path."""

    rule = "geojson.structure"


def documents_of(text: str, source: str) -> Iterator[tuple[int, Any]]:
    """Yield each JSON text with its line: one for the whole file (line 0), or one a line (GeoJSON sequences)."""
    try:
        yield 0, _loads(text)
        return
    except ValueError as error:
        lines = _lines(text)
        first = list(islice(lines, 2))
        if len(first) < 2 or not all(line.startswith("{") and line.endswith("}") for _, line in first):
            raise WrongStructure(_broken_json(source, error), rule="geojson.json") from error
    for number, line in chain(first, lines):
        try:
            yield number, _loads(line)
        except ValueError as error:
            raise WrongStructure(
                said(
                    "“{source}”第 {number} 行不是合格的 JSON（{error}）；请重新导出。",
                    source=source,
                    number=number,
                    error=_where(error),
                ),
                rule="geojson.json",
            ) from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers."""
    for number, line in enumerate(io.StringIO(text), start=1):
        if stripped := line.strip("\x1e \t\r\n"):
            yield number, stripped


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(said("成员“{twice}”出现了两次", twice=twice))
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(said("{name} 不是数字", name=name))


def _broken_json(source: str, error: ValueError) -> str:
    return said("“{source}”不是合格的 JSON（{where}）；请重新导出，不要手工修改。", source=source, where=_where(error))


def _where(error: ValueError) -> str:
    """Return what is broken, and where; in Chinese where the fault is one of those that are found here."""
    if isinstance(error, json.JSONDecodeError):
        return said("第 {lineno} 行第 {colno} 列处出错", lineno=error.lineno, colno=error.colno)
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
