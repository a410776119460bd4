"""The guard: a small process that outlives the command which started it, and clears up after it.

It learns over its standard input which process groups the command has started (``+123``) and which ended (``-123``).
End of input means that the command is gone, however it went (finished, Ctrl-C, SIGTERM, kill -9): then every group
still named is ended, and the private database is stopped unless another command of the same checkout is using it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from project import localdb

PATIENCE_S = 15.0
"""How long a process group may take to end by itself before it is killed."""


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_groups(groups: set[int], *, patience_s: float = PATIENCE_S) -> None:
    """End process groups: ask (SIGTERM), wait, and only then kill."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while any(_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def watch(var: Path) -> None:
    """Follow the command's word until it ends, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
    end_groups(groups)
    localdb.stop_unused(var)


class Guard:
    """The command's side: starts the guard, tells it what was started, and waits for it at the end."""

    def __init__(self, root: Path, var: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "project.bootstrap.guard", str(var)],
            cwd=root,
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _tell(self, word: str) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{word}\n")
            self.process.stdin.flush()

    def started(self, group: int) -> None:
        """A process group of ours is running."""
        self._tell(f"+{group}")

    def ended(self, group: int) -> None:
        """It has ended and needs no care."""
        self._tell(f"-{group}")

    def dismiss(self) -> None:
        """Let the guard clear up what is left and wait until it has."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
