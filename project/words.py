"""The catalogues of translations: gather what is said, compile what is translated.

``python -m project.words gather LANGUAGE`` brings locale/<language>/LC_MESSAGES up to what is said: djangojs.po by the
browser's scripts, django.po by Python and the templates. ``python -m project.words compile`` makes the .mo files, which
git does not keep, with polib: no GNU gettext is needed to write, to translate or to run Gridwork.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from project import msgids

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "locale"
SCRIPTS = ROOT / "frontend"

CALL = re.compile(r"(?<![\w.$])t\(\s*(?P<argument>\"(?:[^\"\\]|\\.)*\")?")
"""A call of ``t`` (frontend/map/words.ts); its first argument must be one plain string, or nobody can translate it."""


NOT_SPEAKING = (".test.ts", ".d.ts", "map/words.ts")
"""Tests, declarations, and ``t`` itself."""


def msgids_of(script: str) -> Iterator[str | None]:
    """Yield the msgid of every call of ``t`` in a script, None for a call whose argument is no plain string."""
    for call in CALL.finditer(script):
        argument = call["argument"]
        yield None if argument is None else json.loads(argument)


def scripts() -> list[Path]:
    """Return the browser's scripts, tests and other people's packages left out."""
    return sorted(
        path
        for path in SCRIPTS.rglob("*.ts")
        if "node_modules" not in path.parts and not path.as_posix().endswith(NOT_SPEAKING)
    )


def gathered() -> dict[str, list[str]]:
    """Return every msgid of the scripts and the scripts that say it."""
    found: dict[str, list[str]] = {}
    for path in scripts():
        for msgid in msgids_of(path.read_text(encoding="utf-8")):
            if msgid is not None:
                found.setdefault(msgid, []).append(path.relative_to(ROOT).as_posix())
    return found


def gather(language: str) -> list[Path]:
    """Bring a language's catalogues up to date: new msgids join untranslated, unused ones leave."""
    scripts_say = {(msgid, ""): places for msgid, places in gathered().items()}
    return [
        _bring_up(language, "djangojs.po", scripts_say),
        _bring_up(language, "django.po", msgids.gathered()),
    ]


def _bring_up(language: str, name: str, wanted: dict[msgids.Plural, list[str]]) -> Path:
    path = LOCALE / language / "LC_MESSAGES" / name
    catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
    catalogue.metadata |= {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    catalogue.wrapwidth = 0
    for entry in [entry for entry in catalogue if (entry.msgid, entry.msgid_plural) not in wanted]:
        catalogue.remove(entry)
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    for (msgid, plural), places in wanted.items():
        entry = known.get((msgid, plural))
        if entry is None:
            forms = {"msgid_plural": plural, "msgstr_plural": {0: "", 1: ""}} if plural else {}
            entry = polib.POEntry(msgid=msgid, **forms)
            catalogue.append(entry)
        entry.occurrences = [(place, "") for place in dict.fromkeys(places)]
        entry.flags = ["python-format"] if re.search(r"%\(\w+\)", msgid) else []
    catalogue.sort(key=lambda entry: (entry.occurrences, entry.msgid))
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return path


def compile_all() -> list[Path]:
    """Compile every catalogue that is newer than its .mo file; return what was made."""
    made = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            aside = target.with_suffix(".part")
            polib.pofile(str(source)).save_as_mofile(str(aside))
            aside.replace(target)
            made.append(target)
    return made


def main(words: list[str]) -> int:
    """Do what the words say; 2 when they say nothing known."""
    match words:
        case ["gather", *languages] if languages:
            paths = [path for language in languages for path in gather(language)]
        case ["compile"]:
            paths = compile_all()
        case _:
            sys.stderr.write("python -m project.words gather LANGUAGE... | compile\n")
            return 2
    for path in paths:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
