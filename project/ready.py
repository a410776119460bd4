"""What a process that serves pages makes ready while the first pages are already answered."""

import threading

from gis.geometry import engines

WAIT_S = 5.0
"""The first pages of a process come before the compiled engine, which takes one or two seconds of a core to load."""


def load_in_background(wait_s: float = WAIT_S) -> threading.Timer:
    """Load the compiled engine of the audit a little later, so that an audit started from a page finds it."""
    timer = threading.Timer(wait_s, engines.load_compiled)
    timer.name, timer.daemon = "load-compiled-engine", True
    timer.start()
    return timer
