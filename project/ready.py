"""What a process makes ready while it is already at work: what takes seconds of a core to load."""

import importlib
import threading

from django.apps import apps

from gis.geometry import engines

WAIT_S = 5.0
"""The first pages of a process come before what takes one to three seconds of a core to load."""

SOLVER = "gis.services.plans.proposals.making"
"""The module that brings the solver with it: a proposal that is asked for first would wait for all of it."""


def load_in_background(wait_s: float = WAIT_S) -> threading.Timer:
    """Load the audit's compiled engine and the solver a little later: an audit or a proposal then finds them."""
    timer = threading.Timer(wait_s, load)
    timer.name, timer.daemon = "load-engine-and-solver", True
    timer.start()
    return timer


def load() -> None:
    """Load the compiled engine, then the solver, once Django is set up: a worker's timer begins before that."""
    engines.load_compiled()
    apps.ready_event.wait()
    importlib.import_module(SOLVER)
