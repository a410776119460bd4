"""The set-up that both README commands begin with: packages, browser files, database."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from project import localdb
from project.bootstrap import browser_files, packages, postgis, programs
from project.bootstrap.console import ROOT, VAR, Trouble, make_var, step

LEAKS = ("PYTHONPATH", "PYTHONHOME", "PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH")
"""Variables of the caller that would make our Python or our GDAL look in the wrong place."""


@dataclass(frozen=True)
class Ready:
    """Everything is set up: the Python to run and the environment to run it in."""

    python: Path
    env: dict[str, str]

    def manage(self, *words: str) -> list[str | Path]:
        """Return the words of a ``manage.py`` command."""
        return [self.python, ROOT / "manage.py", *words]


@contextlib.contextmanager
def set_up(kind: str, settings: str) -> Iterator[Ready]:
    """Set everything up, and at the end of the context clear everything up again.

    `kind` names the lock (run or dev), `settings` the Django settings of what is run.
    """
    make_var()
    guard = programs.begin_guarding()
    try:
        with contextlib.ExitStack() as held:
            with localdb.setting_up(VAR):
                python = packages.ensure_packages(kind)
                browser_files.ensure_browser_files()
                _ensure_words(python)
                database = _database(held)
            yield Ready(python, _environment(python, settings) | database)
    finally:
        guard.dismiss()


def _ensure_words(python: Path) -> None:
    """Compile the translations that are newer than what was compiled of them."""
    sources = [*ROOT.glob("locale/*/LC_MESSAGES/*.po")]
    if any(not (made := po.with_suffix(".mo")).exists() or made.stat().st_mtime < po.stat().st_mtime for po in sources):
        step("编译译文", "compiling the translations")
        programs.require([python, "-m", "project.words", "compile"], log=VAR / "log" / "words.log")


def _database(held: contextlib.ExitStack) -> dict[str, str]:
    """Return the variables that name the database, starting the private one unless a person named theirs."""
    if os.environ.get("DATABASE_URL"):
        return {}
    held.enter_context(localdb.using(VAR))
    cluster = localdb.cluster_at(VAR, postgis.find_programs())
    if cluster.port_in_use() is None:
        step("启动数据库", "starting the private database")
    localdb.remember(cluster)
    try:
        running = localdb.start(cluster)
    except localdb.CannotServe as refused:
        raise Trouble(
            f"数据库未能启动：\n{refused}\n日志：{cluster.log}",
            f"The database did not start; its log: {cluster.log}",
        ) from None
    return {"DATABASE_URL": running.url(), "GRIDWORK_TEST_TEMPLATE": localdb.TEMPLATE}


def _environment(python: Path, settings: str) -> dict[str, str]:
    """Return the environment of our own programs."""
    env = {name: value for name, value in os.environ.items() if name not in LEAKS}
    env |= {
        "DJANGO_SETTINGS_MODULE": settings,
        "PATH": f"{python.parent}:{env.get('PATH', '/usr/bin:/bin')}",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "VIRTUAL_ENV": str(packages.VENV),
    }
    env.setdefault("GRIDWORK_SECRET_KEY", _secret_key())
    return env


def _secret_key() -> str:
    """Return this checkout's signing key, made at random the first time."""
    path = VAR / "secret-key"
    if not path.exists():
        localdb.write_private(path, secrets.token_urlsafe(50))
    return path.read_text()
