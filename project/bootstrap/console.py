"""Speaking to the person at the terminal, and the one refusal of the set-up."""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

VAR = ROOT / "var"
"""Everything that the set-up makes and git ignores: cluster, logs, demonstration files, collected static files."""


BEGAN = time.monotonic()


class Trouble(Exception):
    """The set-up cannot go on: what is missing and what to do, first in Chinese, then in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


def step(chinese: str, english: str) -> None:
    """Announce a step of the set-up, with the seconds since the command began."""
    say(f"[{time.monotonic() - BEGAN:4.0f} s] {chinese} · {english}")


def warn(line: str) -> None:
    """Print one line to the error stream."""
    print(line, file=sys.stderr, flush=True)


def make_var() -> Path:
    """Make `VAR`; raise `Trouble` when the checkout cannot be written."""
    try:
        VAR.mkdir(exist_ok=True)
        probe = VAR / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as refused:
        raise Trouble(
            f"无法写入 {VAR}({refused.strerror})。请换用对该目录有写权限的用户，或把代码克隆到自己的目录。",
            f"Cannot write to {VAR}. Run as a user who may, or clone into a folder of your own.",
        ) from None
    return VAR
