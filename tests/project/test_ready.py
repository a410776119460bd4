"""A process that serves pages loads the compiled engine by itself, and does not let the first page wait for it."""

import importlib
import threading

import pytest

from gis.geometry import engines
from project import ready


def test_the_engine_is_loaded_in_the_background(monkeypatch):
    loaded = threading.Event()
    monkeypatch.setattr(engines, "load_compiled", loaded.set)
    timer = ready.load_in_background(0.0)
    assert timer.daemon
    assert loaded.wait(5)


@pytest.mark.parametrize("entry", ["project.wsgi", "project.asgi"])
def test_both_entry_points_see_to_it(monkeypatch, entry):
    called = []
    monkeypatch.setattr(ready, "load_in_background", lambda: called.append(entry))
    importlib.reload(importlib.import_module(entry))
    assert called
