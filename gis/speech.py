"""What was said, in the reader's language: the one place where messages of the floors below are translated.

Messages reach people as `gis.geometry.said.Said`, fresh in a refusal or kept in the database; selectors and doors pass
them through `in_words` where a person is about to read them.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gis.geometry.said import SENTENCE, VALUES, Said, heard


def in_words(told: Any) -> Any:
    """Return what was said in the active language: a text, or data of any depth that holds texts, kept or fresh.

    Plain text and everything else stays as it is.
    """
    if isinstance(told, Said):
        return _(told.sentence).format_map({name: _value(value) for name, value in told.values.items()})
    if isinstance(told, dict):
        if told.keys() == {SENTENCE, VALUES}:
            return in_words(heard(told))
        return {key: in_words(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [in_words(value) for value in told]
    return told


WITHOUT_ACCOUNT = {gettext_noop("命令行"), gettext_noop("后台任务"), gettext_noop("未知账号")}
"""How doers without an account are called in what is kept: words, where an account has a name."""


def doer(name: str) -> str:
    """Return how a doer is called in the active language; the name of an account stays."""
    return _(name) if name in WITHOUT_ACCOUNT else name


def _value(value: Any) -> Any:
    """Return a value of a sentence in the active language; a list with the language's own mark between."""
    if isinstance(value, tuple):
        return _("、").join(str(in_words(each)) for each in value)
    return in_words(value)
