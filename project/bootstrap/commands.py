"""The commands and their words on the command line."""

import argparse
import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from types import FrameType

from project.bootstrap import checks, demo, programs
from project.bootstrap.console import Trouble, say, warn
from project.bootstrap.setting_up import set_up

INTERRUPTED = 130


def run_command(words: Sequence[str]) -> int:
    """Run the command that the words name; return the exit code."""
    own, _, passed = _split(words)
    options = parser().parse_args(own)
    with _interruptible():
        try:
            code: int = options.run(options, passed)
        except Trouble as trouble:
            warn(f"✗ {trouble}")
            return 1
        except KeyboardInterrupt:
            say("已停止，随时可以重新运行 · stopped; run it again at any time")
            return INTERRUPTED
    return code


def _split(words: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    """Split the words at the first ``--``: what follows is passed on untouched."""
    if "--" in words:
        at = list(words).index("--")
        return list(words[:at]), True, list(words[at + 1 :])
    return list(words), False, []


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP stop us the way Ctrl-C does: through every clean-up on the way out."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)  # a second Ctrl-C must not cut the clean-up short
        raise KeyboardInterrupt

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)
    yield


def parser() -> argparse.ArgumentParser:
    """Return the commands and their options."""
    words = argparse.ArgumentParser(
        prog="python3 -m project",
        description="社区网格平台 Gridwork：准备环境并运行 · set up and run",
        epilog="环境变量见 docs/operating.md · environment variables: docs/operating.md",
    )
    commands = words.add_subparsers(required=True, metavar="COMMAND")
    served = commands.add_parser("demo", help="准备并运行平台与演示区 · the platform with the demonstration district")
    served.add_argument("--check", action="store_true", help="启动、自查、退出 · start, check itself over HTTP, exit")
    served.add_argument("--reset", action="store_true", help="先删除演示数据再开始 · begin with an empty database")
    served.add_argument("--new-passwords", action="store_true", help="演示账号换新口令 · new passwords for all")
    served.add_argument("--port", type=int, default=8000, help="首选端口 · the first port tried (8000)")
    served.set_defaults(run=lambda chosen, _: demo.run_demo(chosen))
    tested = commands.add_parser("test", help="运行全部检查与测试；-- 之后的词传给 pytest · every check and test")
    tested.set_defaults(run=lambda _, passed: checks.run_checks(passed))
    measured = commands.add_parser("bench", help="运行性能测试 · the benchmarks")
    measured.set_defaults(run=lambda _, passed: checks.run_benchmarks(passed))
    managed = commands.add_parser("manage", help="运行 manage.py 命令，例如：manage -- check · a manage.py command")
    managed.set_defaults(run=lambda _, passed: _manage(passed))
    return words


def _manage(passed: Sequence[str]) -> int:
    """Run one ``manage.py`` command with the database up."""
    with set_up("run", os.environ.get("DJANGO_SETTINGS_MODULE", "project.settings.dev")) as ready:
        return programs.finish(programs.start(ready.manage(*passed), env=ready.env))
