"""The glossary and the enums say the same; every refusal has a status, every happening its consequences."""

import importlib
import inspect
import pkgutil
import re
from enum import Enum

import gis
from gis import terms
from gis.geometry.errors import GridworkError
from gis.services.followups import AFTER
from gis.terms import Happening, Word
from gis.web.refusals import STATUS_OF
from tests.house.source import ROOT, in_backticks, table_rows

GLOSSARY = (ROOT / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")


def _enums() -> dict[str, type[Word]]:
    found = dict(inspect.getmembers(terms, lambda thing: inspect.isclass(thing) and issubclass(thing, Word)))
    return {name: enum for name, enum in found.items() if enum is not Word}


def _glossary_sections() -> dict[str, dict[str, str]]:
    """Return value → label of each section of the glossary that speaks of an enum."""
    sections = re.split(r"^### +(\w+).*$", GLOSSARY, flags=re.MULTILINE)
    told: dict[str, dict[str, str]] = {}
    for name, text in zip(sections[1::2], sections[2::2], strict=True):
        rows = [row for row in table_rows(text) if in_backticks(row[0])]
        told[name] = {in_backticks(row[0])[0]: row[1] for row in rows}
    return told


def test_glossary_and_enums_agree() -> None:
    enums = {name: {word.value: word.label for word in enum} for name, enum in _enums().items()}
    assert _glossary_sections() == enums


def test_every_word_has_a_label() -> None:
    assert [str(word) for enum in _enums().values() for word in enum if not word.label] == []


def _every_module() -> None:
    """Import every module of the domain, so that every class of it is known."""
    for module in pkgutil.walk_packages(gis.__path__, "gis."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def _below(kind: type) -> set[type]:
    return {kind} | {each for child in kind.__subclasses__() for each in _below(child)}


def test_every_refusal_has_a_status() -> None:
    _every_module()
    refusals = _below(GridworkError) - {GridworkError}
    ours = [refusal for refusal in refusals if refusal.__module__.startswith("gis.")]
    assert ours
    assert [each.__name__ for each in ours if not set(each.__mro__) & set(STATUS_OF)] == []


def test_every_status_belongs_to_a_refusal_and_says_no() -> None:
    assert {kind.__name__: status for kind, status in STATUS_OF.items() if not 400 <= status < 600} == {}
    assert all(issubclass(kind, GridworkError) for kind in STATUS_OF)


def test_every_happening_has_its_consequences_or_an_explicit_none() -> None:
    assert set(AFTER) == set(Happening)


def test_every_job_that_follows_is_a_task_of_ours() -> None:
    from procrastinate.contrib.django import app

    _every_module()
    assert {job.task for jobs in AFTER.values() for job in jobs} <= set(app.tasks)


def test_enums_are_words() -> None:
    plain = inspect.getmembers(terms, lambda thing: inspect.isclass(thing) and issubclass(thing, Enum))
    assert [name for name, enum in plain if not issubclass(enum, Word) and enum.__module__ == "gis.terms"] == []
