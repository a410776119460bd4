"""The test command: every check of the house, then every test; and the benchmarks."""

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from project.bootstrap import apt, programs
from project.bootstrap.console import VAR, Trouble, say, step, warn
from project.bootstrap.setting_up import Ready, set_up

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def run_checks(passed: Sequence[str]) -> int:
    """Run all checks and all tests; with words passed on, only pytest with these words. Return 0 when all is well."""
    with set_up("dev", "project.settings.test") as ready:
        _ensure_browser()
        if passed:
            return _pytest(ready, passed)
        failed = [name for name, command in _checks(ready) if not _passes(name, command, ready.env)]
        if failed:
            say("")
        code = _pytest(ready, [])
        if failed:
            warn(f"✗ 未通过的检查 · checks that failed: {', '.join(failed)}")
        return code or bool(failed)


def run_benchmarks(passed: Sequence[str]) -> int:
    """Run the benchmarks, which the test command leaves out."""
    with set_up("dev", "project.settings.test") as ready:
        return _pytest(ready, ["-m", "benchmark", "-s", "tests/benchmarks", *passed])


def _checks(ready: Ready) -> list[tuple[str, list[str | Path]]]:
    """Return the checks by name, quickest first; each is a program that fails by its exit code."""
    tools = ready.python.parent
    return [
        ("ruff check", [tools / "ruff", "check", "--quiet", "."]),
        ("ruff format", [tools / "ruff", "format", "--check", "--quiet", "."]),
        ("lint-imports", [tools / "lint-imports", "--no-cache"]),
        ("migrations", ready.manage("makemigrations", "--check", "--dry-run")),
        ("manage.py check", ready.manage("check", "--fail-level", "WARNING")),
        ("mypy", [tools / "mypy"]),
    ]


def _passes(name: str, command: Sequence[str | Path], env: dict[str, str]) -> bool:
    """Run one check; say how it went, with its output when it failed."""
    log = VAR / "log" / "checks" / f"{name.replace(' ', '-')}.log"
    log.unlink(missing_ok=True)
    began = time.monotonic()
    good = programs.attempt(command, env=env, log=log)
    say(f"{'✓' if good else '✗'} {name} ({time.monotonic() - began:.1f} s)")
    if not good:
        say(programs.tail(log, 200))
    return good


def _pytest(ready: Ready, words: Sequence[str]) -> int:
    return programs.finish(programs.start([ready.python, "-m", "pytest", *words], env=ready.env))


def _ensure_browser() -> None:
    """See to the browser that the journeys drive: install it as root, else say what is skipped without it."""
    found = any(map(shutil.which, CHROMIUM_NAMES))
    fonts = any(Path("/usr/share/fonts/opentype/noto").glob("NotoSansCJK*"))
    if not (found and fonts) and os.geteuid() == 0 and apt.available():
        step("安装浏览器与中文字体（apt）", "installing chromium and Chinese fonts for the journeys")
        apt.install(["chromium", "fonts-noto-cjk"], VAR / "log" / "apt.log")
        found = True
    if found:
        return
    if os.environ.get("GRIDWORK_BROWSER_REQUIRED"):
        raise Trouble(
            "没有找到 Chromium，而 GRIDWORK_BROWSER_REQUIRED 要求运行浏览器测试。",
            "No Chromium, and GRIDWORK_BROWSER_REQUIRED asks for the browser journeys.",
        )
    warn(
        "没有找到 Chromium，浏览器测试将跳过。需要时请安装 chromium 与 fonts-noto-cjk。\n"
        "No Chromium: the browser journeys are skipped. To run them, install chromium and fonts-noto-cjk."
    )
