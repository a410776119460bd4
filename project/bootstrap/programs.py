"""Running other programs so that none is left behind, whatever ends this one."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from project.bootstrap.console import ROOT, VAR, Trouble
from project.bootstrap.guard import Guard, end_groups

_guard: Guard | None = None


def begin_guarding() -> Guard:
    """Start the guard of this command; every program run from now on is told to it."""
    global _guard
    _guard = Guard(ROOT, VAR)
    return _guard


def start(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, log: Path | None = None, cwd: Path = ROOT
) -> "subprocess.Popen[bytes]":
    """Start a program in a process group of its own, its output in `log` (or shown), its input empty."""
    output = None
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        output = log.open("ab")
    try:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
    finally:
        if output:
            output.close()
    if _guard:
        _guard.started(process.pid)
    return process


def end(process: "subprocess.Popen[bytes]", *, patience_s: float = 15.0, first: int = signal.SIGTERM) -> int:
    """End a started program and all that it started; return its exit code."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    end_groups({process.pid}, patience_s=3.0)
    code = process.wait()
    if _guard:
        _guard.ended(process.pid)
    return code


def end_all(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    """End several programs, all asked at once."""
    for process in processes:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
    for process in processes:
        end(process)


def finish(process: "subprocess.Popen[bytes]") -> int:
    """Wait for a started program; when this command is interrupted meanwhile, interrupt it as well."""
    try:
        process.wait()
    finally:
        code = end(process, first=signal.SIGINT)
    return code


def attempt(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, log: Path | None = None, cwd: Path = ROOT
) -> bool:
    """Run a program to its end; return whether it succeeded."""
    try:
        process = start(command, env=env, log=log, cwd=cwd)
    except FileNotFoundError:
        return False
    return finish(process) == 0


def require(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> None:
    """Run a program to its end; raise `Trouble` with the end of its output when it fails."""
    log.unlink(missing_ok=True)
    if not attempt(command, env=env, log=log, cwd=cwd):
        raise failed(command, log)


def failed(command: Sequence[str | Path], log: Path) -> Trouble:
    """Say which program failed and show the end of its output."""
    shown = " ".join(str(word) for word in command)
    return Trouble(
        f"命令失败：{shown}\n{tail(log)}\n完整输出见 {log}。解决后重新运行同一命令即可，已完成的步骤不会重做。",
        f"The command above failed; its whole output is in {log}. Mend it and repeat: finished steps are kept.",
    )


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented."""
    if not log.exists():
        return ""
    return "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])


def answer(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str | None:
    """Return what a short program prints, or None when it is missing or fails."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            env=None if env is None else dict(env),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
