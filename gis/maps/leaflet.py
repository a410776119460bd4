"""folium, loaded in a quarter of its time: a page of ours uses three of its seventy templates and fetches nothing.

Everybody else in the process finds folium, pandas and requests as they always are.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any

import jinja2


class _Template:
    """A template of jinja2 that is compiled when something of it is first used."""

    def __init__(self, *source: Any) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiled, name)

    @cached_property
    def _compiled(self) -> jinja2.Template:
        environment, source, variables, template_class = self._source
        return jinja2.Environment.from_string(environment, source, variables, template_class)


def _compile_later(
    environment: jinja2.Environment, source: str, globals: Any = None, template_class: Any = None
) -> _Template:
    return _Template(environment, source, globals, template_class)


def _load_later(name: str) -> None:
    """Let a module be loaded when something of it is first used (the recipe of importlib's documentation)."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


@contextmanager
def _lightly() -> Iterator[None]:
    """Without pandas, which is an option to folium; with requests and templates waiting for their first use."""
    known = sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    at_once = jinja2.Environment.from_string
    _load_later("requests")
    jinja2.Environment.from_string = _compile_later  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        jinja2.Environment.from_string = at_once  # type: ignore[method-assign]
        if known is None:
            del sys.modules["pandas"]


with _lightly():
    import folium as folium
    from branca.element import Figure as Figure
    from branca.element import MacroElement as MacroElement
