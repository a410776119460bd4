"""Messages can be said in every language: whole sentences on the lower floors, translated at every door."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, name_of

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

LOWER = ("gis/geometry", "gis/optimize", "gis/ingest")
"""Floors without Django: what they tell people is `said`."""

STORING = ("gis/services/territory", "gis/services/audits/runs.py", "gis/services/audits/basis.py")
"""Services whose words are stored for other readers than their caller."""

NOT_TOLD = {
    "gis/geometry/said.py": {"、"},
    "gis/ingest/drawings.py": {"编码", "名称", "图层", r"[\s,，;；]+"},
    "gis/ingest/headers.py": {r"[(\[【][^)\]】]*[)\]】]", r"[\s_\-.:：*/\\]+"},
    "gis/ingest/tables.py": {"，"},
    "gis/ingest/vectors.py": {"文件夹"},
}
"""Chinese that is no message: marks between words, and the headings of columns that files have not."""


def _modules(*places: str) -> list[Path]:
    found = [
        path
        for place in places
        for path in ((ROOT / place).rglob("*.py") if (ROOT / place).is_dir() else [ROOT / place])
    ]
    return [path for path in found if "demo" not in path.parts]  # the invented district's names


def _unsaid(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every Chinese string that is neither a docstring nor the sentence of a `said`."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said":
            passed |= {id(first) for first in node.args[:1] if isinstance(first, ast.Constant)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in passed:
            continue
        if CHINESE.search(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize("floor", LOWER)
def test_what_the_lower_floors_tell_people_is_said(floor: str) -> None:
    unsaid = [
        (name_of(path), line, text)
        for path in _modules(floor)
        for line, text in _unsaid(ast.parse(path.read_text(encoding="utf-8")))
        if text not in NOT_TOLD.get(name_of(path), ())
    ]
    assert unsaid == [], (
        "write said('第 {row} 行 …', row=row) (gis/geometry/said.py), no f-string, nothing put together"
    )


@pytest.mark.parametrize("place", [*LOWER, *STORING])
def test_a_sentence_stands_in_its_call_with_its_values(place: str) -> None:
    """`said(words)` would not be found for translation, and a value without a name stays a brace."""
    faults = []
    for path in _modules(place):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said":
                faults += [(name_of(path), node.lineno, fault) for fault in _faults(node)]
    assert faults == []


def _faults(call: ast.Call) -> Iterator[str]:
    if len(call.args) != 1 or not (isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)):
        yield "the sentence is not written out"
        return
    wanted = set(re.findall(r"\{(\w+)", call.args[0].value))
    given = {each.arg for each in call.keywords}
    if given != wanted:
        yield f"the sentence names {sorted(wanted)}, the call {sorted(map(str, given))}"


@pytest.mark.parametrize("place", STORING)
def test_what_services_store_is_said(place: str) -> None:
    """gettext would store it in the language of whoever caused it: a job, another officer."""
    calls = [
        (name_of(path), node.lineno)
        for path in _modules(place)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "gettext"}
    ]
    assert calls == []


def _hands_on(called: str) -> bool:
    """Whether a call tells a message in the reader's language, or makes another refusal of it."""
    return called == "in_words" or (called[0].isupper() and called not in {"CommandError", "Problem"})


def test_every_door_says_a_refusal_in_the_readers_language() -> None:
    bare = []
    for path in _modules("gis/web", "gis/api", "gis/tasks", "gis/management", "project"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {
            id(each)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _hands_on(node.func.id)
            for each in ast.walk(node)
        }
        bare += [
            (name_of(path), node.lineno)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "message" and id(node) not in told
        ]
    assert bare == [], "gis.speech.in_words(refusal.message)"
    pages = [name_of(path) for path in (ROOT / "templates").rglob("*.html") if "refusal.message }}" in path.read_text()]
    assert pages == ["templates/territory/report.html"], "the door gives `message`; report.html shows a stored report"
