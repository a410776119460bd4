"""Files: small, named after the field's words, free of anything that only this machine knows."""

import ast
import re
from pathlib import Path

from tests.house.source import ROOT, name_of, tracked, tracked_texts

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
SHORT_SHARE = 0.95
CODE = {".py", ".ts", ".js", ".mjs", ".html", ".css"}
PLACES_OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work|farm|root|home/\w+|tmp/k\d)/[\w.-]")
REGISTRY = re.compile(r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|registry|debian\.org/debian|mirror)", re.IGNORECASE)


def _code() -> list[Path]:
    return [path for path in tracked() if path.suffix in CODE and "migrations" not in path.parts]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    counted = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _code()}
    assert {name: lines for name, lines in counted.items() if lines > LONGEST_FILE} == {}


def test_nothing_is_called_utils() -> None:
    shunned = {"utils", "util", "helpers", "misc", "common"}
    assert [name_of(path) for path in tracked() if path.stem in shunned or shunned & set(path.parts)] == []


def test_nearly_every_function_is_short() -> None:
    lengths = [
        _lines_of_work(node)
        for path in tracked()
        if path.suffix == ".py" and "migrations" not in path.parts and path.is_relative_to(ROOT / "gis")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    short = sum(length < LONGEST_FUNCTION for length in lengths)
    assert short >= SHORT_SHARE * len(lengths), f"{len(lengths) - short} of {len(lengths)} functions are long"


def _lines_of_work(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring: explaining is not charged."""
    assert function.end_lineno is not None
    docstring = 0
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        assert first.end_lineno is not None
        docstring = first.end_lineno - first.lineno + 1
    return function.end_lineno - function.lineno + 1 - docstring


def test_no_file_names_a_place_on_one_machine() -> None:
    found = {
        name_of(path): hit.group(0)
        for path, text in tracked_texts()
        if path != Path(__file__) and (hit := PLACES_OF_ONE_MACHINE.search(text))
    }
    assert found == {}


def test_no_file_names_a_registry() -> None:
    found = {name_of(path): hit.group(0) for path, text in tracked_texts() if (hit := REGISTRY.search(text))}
    assert found == {}


def test_what_is_built_is_not_tracked() -> None:
    built = [name_of(path) for path in tracked() if {"vendor", "node_modules", "var", ".venv"} & set(path.parts)]
    assert built == []
