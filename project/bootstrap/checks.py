"""The test command: every check of the house, then every test; and the benchmarks."""

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from project.bootstrap import apt, programs
from project.bootstrap.console import VAR, Trouble, say, step, warn
from project.bootstrap.setting_up import Ready, set_up

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def run_checks(passed: Sequence[str]) -> int:
    """Run all checks and all tests; with words passed on, only pytest with these words. Return 0 when all is well."""
    with set_up("dev", "project.settings.test") as ready:
        env = ready.env | _browser()
        if passed:
            return _pytest(ready, env, passed)
        failed = [name for name, command in _checks(ready) if not _passes(name, command, env)]
        if failed:
            say("")
        code = _pytest(ready, env, [])
        if failed:
            warn(f"✗ 未通过的检查 · checks that failed: {', '.join(failed)}")
        return code or bool(failed)


def run_benchmarks(passed: Sequence[str]) -> int:
    """Run the benchmarks, which the test command leaves out."""
    with set_up("dev", "project.settings.test") as ready:
        return _pytest(ready, ready.env, ["-m", "benchmark", "-s", "tests/benchmarks", *passed])


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


def _pytest(ready: Ready, env: dict[str, str], words: Sequence[str]) -> int:
    return programs.finish(programs.start([ready.python, "-m", "pytest", *words], env=env))


def _browser() -> dict[str, str]:
    """Find the browser that the journeys drive, installing it as root; say so when there is none."""
    named = os.environ.get("GRIDWORK_CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    fonts = Path("/usr/share/fonts/opentype/noto")
    if os.geteuid() == 0 and apt.available() and not named and (not found or not any(fonts.glob("NotoSansCJK*"))):
        step("安装浏览器与中文字体（apt）", "installing chromium and Chinese fonts for the journeys")
        apt.install(["chromium", "fonts-noto-cjk"], VAR / "log" / "apt.log")
        found = shutil.which("chromium")
    if not found and os.environ.get("GRIDWORK_BROWSER_REQUIRED"):
        raise Trouble(
            "没有找到 Chromium，而 GRIDWORK_BROWSER_REQUIRED 要求运行浏览器测试。",
            "No Chromium, and GRIDWORK_BROWSER_REQUIRED asks for the browser journeys.",
        )
    if not found:
        warn(
            "没有找到 Chromium，浏览器测试将跳过。请安装 chromium 与 fonts-noto-cjk，或设置 GRIDWORK_CHROMIUM。\n"
            "No Chromium: the browser journeys are skipped. Install it and fonts-noto-cjk, or set GRIDWORK_CHROMIUM."
        )
        return {}
    return {"GRIDWORK_CHROMIUM": found}
