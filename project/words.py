"""The catalogues of translations: gather the msgids of the browser's scripts, compile what is translated.

``python -m project.words gather LANGUAGE`` brings locale/<language>/LC_MESSAGES/djangojs.po up to what the scripts say
(msgids of Python and of the templates: Django's own ``makemessages``). ``python -m project.words compile`` makes the
.mo files, which git does not keep, with polib: no GNU gettext is needed to run Gridwork.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

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


def gather(language: str) -> Path:
    """Bring a language's catalogue of the scripts up to date: new msgids join untranslated, unused ones leave."""
    path = LOCALE / language / "LC_MESSAGES" / "djangojs.po"
    catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
    catalogue.metadata |= {"Language": language, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8"}
    catalogue.wrapwidth = 0
    wanted = gathered()
    for entry in [entry for entry in catalogue if entry.msgid not in wanted]:
        catalogue.remove(entry)
    known = {entry.msgid: entry for entry in catalogue}
    for msgid, places in wanted.items():
        if msgid not in known:
            known[msgid] = polib.POEntry(msgid=msgid)
            catalogue.append(known[msgid])
        known[msgid].occurrences = [(place, "") for place in dict.fromkeys(places)]
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
            paths = [gather(language) for language in languages]
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
