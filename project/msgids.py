"""What the platform says to people, found in Python and in the templates; Chinese is the msgid.

Two kinds of text count: the first arguments of gettext's functions, wherever they stand; and in the modules that speak
only through tables of words (enums, menus, columns), every Chinese string that is no docstring, because such tables are
translated where they are shown.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]

GETTEXT = {"_", "said", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
HAN = re.compile(r"[\u4e00-\u9fff]")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
"""Chinese with its punctuation: a call may say nothing but “、”."""

TABLES = ("gis/terms.py", "gis/web", "gis/api", "gis/policy.py", "gis/selectors", "gis/services", "project/problems.py")
"""Where words stand in tables."""

OWN_LANGUAGE = (
    "gis/services/audits/files.py",
    "gis/services/audits/output.py",
    *(f"gis/services/plans/{name}.py" for name in ("files", "output", "report", "words")),
)
"""What only the command line says; its language is Chinese."""

LITERAL = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
TEMPLATE_CALL = re.compile(rf"\bn?gettext\(u?(?P<first>{LITERAL})(?:, u?(?P<second>{LITERAL}))?")
"""How Django writes down what a template says."""

Plural = tuple[str, str]
"""A msgid and its plural, "" where it has none."""


def _under(path: Path, places: tuple[str, ...]) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(name == place or name.startswith(f"{place}/") for place in places)


def sources() -> list[Path]:
    """Return the modules and templates that speak to people, management commands and migrations left out."""
    modules = [path for room in ("gis", "project") for path in (ROOT / room).rglob("*.py")]
    silent = ("gis/migrations", "gis/management", "gis/ingest/demo", "project/bootstrap", *OWN_LANGUAGE)
    return sorted([path for path in modules if not _under(path, silent)] + list((ROOT / "templates").rglob("*.html")))


def msgids_of(path: Path) -> Iterator[Plural]:
    """Yield every msgid of a module or a template, with its plural."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        for call in TEMPLATE_CALL.finditer(templatize(text)):
            first, second = ast.literal_eval(call["first"]), call["second"]
            yield first, ast.literal_eval(second) if second else ""
        return
    tree = ast.parse(text)
    yield from _called(tree)
    if _under(path, TABLES):
        for words in _standing(tree):
            yield words, ""


def _called(tree: ast.Module) -> Iterator[Plural]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
            texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            words = [text for text in texts if isinstance(text, str)]
            if words and CHINESE.search(words[0]):
                yield words[0], words[1] if len(words) == 2 else ""


def _standing(tree: ast.Module) -> Iterator[str]:
    """Yield the Chinese strings of a module but for docstrings and the pieces of f-strings."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            passed.update(id(piece) for piece in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in passed:
            words = node.value
            if isinstance(words, str) and HAN.search(words):
                yield words


def gathered() -> dict[Plural, list[str]]:
    """Return every msgid with its plural, and the files that say it."""
    found: dict[Plural, list[str]] = {}
    for path in sources():
        for msgid in msgids_of(path):
            found.setdefault(msgid, []).append(path.relative_to(ROOT).as_posix())
    plurals = {first for first, second in found if second}
    return {each: places for each, places in found.items() if each[1] or each[0] not in plurals}
