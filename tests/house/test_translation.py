"""No page is half translated: every msgid stands in every catalogue, with a translation and the same variables."""

import re
from pathlib import Path

import polib
import pytest

from project import msgids, words

CATALOGUES = sorted(words.LOCALE.glob("*/LC_MESSAGES/*.po"))
VARIABLE = re.compile(r"%\(\w+\)[.\d]*[a-z]|\{\w+(?::[^{}]*)?\}")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_catalogue_is_whole(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []
    for entry in catalogue:
        for said in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            assert sorted(VARIABLE.findall(said)) == sorted(VARIABLE.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize("path", sorted(words.LOCALE.glob("*/LC_MESSAGES/django.po")), ids=lambda path: path.parts[-3])
def test_a_catalogue_holds_what_python_and_the_templates_say(path: Path) -> None:
    known = {(entry.msgid, entry.msgid_plural) for entry in polib.pofile(str(path))}
    assert known == set(msgids.gathered()), "run python -m project.words gather LANGUAGE, then translate what joined"


def test_words_are_found_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(msgids, "ROOT", tmp_path)
    module, page = tmp_path / "gis" / "web" / "room.py", tmp_path / "templates" / "room.html"
    for path in (module, page):
        path.parent.mkdir(parents=True)
    module.write_text(
        '"""说明。"""\nTABLE = {"a": "表中的词"}\nsaid = _("%(n)s 个") % {"n": f"第 {1} 个"}\n', encoding="utf-8"
    )
    page.write_text(
        '{% load i18n %}{% translate "页上的词" %}'
        "{% blocktranslate count n=n %}{{ n }} 个{% plural %}{{ n }} 个们{% endblocktranslate %}",
        encoding="utf-8",
    )
    assert set(msgids.msgids_of(module)) == {("表中的词", ""), ("%(n)s 个", "")}
    assert set(msgids.msgids_of(page)) == {("页上的词", ""), ("%(n)s 个", "%(n)s 个们")}
