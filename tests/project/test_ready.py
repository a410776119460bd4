"""A process loads the compiled engine and the solver by itself, and does not let the first page wait for them."""

import importlib
import subprocess
import sys
import threading

import pytest

from gis.geometry import engines
from project import ready


def test_the_engine_and_the_solver_are_loaded_in_the_background(monkeypatch):
    loaded, imported = threading.Event(), threading.Event()
    monkeypatch.setattr(engines, "load_compiled", loaded.set)
    monkeypatch.setattr(importlib, "import_module", lambda name: imported.set() if name == ready.SOLVER else None)
    timer = ready.load_in_background(0.0)
    assert timer.daemon
    assert loaded.wait(5)
    assert imported.wait(5)


def test_what_is_loaded_brings_the_solver_and_no_page_needs_it():
    """Asked in a process of its own: in this one others have loaded it already."""
    told = (
        "import os, sys, django, importlib; os.environ['DJANGO_SETTINGS_MODULE'] = 'project.settings.test';"
        "django.setup(); import project.urls; before = 'ortools' in sys.modules;"
        "from project import ready; importlib.import_module(ready.SOLVER); print(before, 'ortools' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("entry", ["project.wsgi", "project.asgi"])
def test_both_entry_points_see_to_it(monkeypatch, entry):
    called = []
    monkeypatch.setattr(ready, "load_in_background", lambda: called.append(entry))
    importlib.reload(importlib.import_module(entry))
    assert called


@pytest.mark.parametrize(("words", "wanted"), [(["procrastinate", "worker"], True), (["migrate"], False)])
def test_a_worker_sees_to_it_too(monkeypatch, words, wanted):
    from django.core import management

    import manage

    called, ran = [], []
    monkeypatch.setattr(ready, "load_in_background", lambda: called.append(True))
    monkeypatch.setattr(management, "execute_from_command_line", ran.append)
    monkeypatch.setattr(sys, "argv", ["manage.py", *words])
    manage.main()
    assert ran
    assert bool(called) is wanted
