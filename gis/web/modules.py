"""Scripts of a room in a page's head, asked for at once: `{% load modules %}{% room_modules "map" %}`.

A browser learns what a module imports only when it has read it; said here, everything comes in one go. The build writes
down what that is (frontend/build.mjs).
"""

import json
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

BUILD = "gridwork/build"


@register.simple_tag
def room_modules(room: str) -> SafeString:
    """Return the links to a room's script and to what it imports at once."""
    names = [f"{room}.js", *(_imports() if settings.DEBUG else _known_imports()).get(room, [])]
    # Imports name their files as they were built; only the first is asked for by the address with its digest.
    addresses = [static(f"{BUILD}/{names[0]}"), *(f"{settings.STATIC_URL}{BUILD}/{name}" for name in names[1:])]
    return format_html_join("\n  ", '<link rel="modulepreload" href="{}">', ((address,) for address in addresses))


def _imports() -> dict[str, list[str]]:
    """Return what the build wrote down; nothing before the first build: scripts load all the same, one by one."""
    found = finders.find(f"{BUILD}/modules.json")
    read: dict[str, list[str]] = json.loads(Path(found).read_text()) if found else {}
    return read


_known_imports = lru_cache(maxsize=1)(_imports)
