"""The virtual environment ``.venv``, built from a lock file whose every package carries its hashes."""

import contextlib
import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from project.bootstrap import apt, programs
from project.bootstrap.console import ROOT, VAR, Trouble, step, warn

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = VAR / "tools"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
LOCKED = ("--require-hashes", "--no-deps", "--disable-pip-version-check", "--root-user-action", "ignore")
STAMP = VENV / "gridwork.complete"
"""Written when everything is installed: the lock's hash and the interpreter. Without it the folder is half-built."""


def ensure_packages(kind: str) -> Path:
    """Return the environment's Python, after making the environment match the lock; quick when it does already.

    The developers' lock contains everything of the other, so an environment made from it serves both.
    """
    for enough in dict.fromkeys((kind, "dev")):
        if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == _fingerprint(enough):
            return PYTHON
    step(f"安装 Python 软件包（{LOCKS[kind].name}）", f"installing Python packages from {LOCKS[kind].name}")
    half_built = not STAMP.exists()
    STAMP.unlink(missing_ok=True)
    if half_built or not _same_interpreter():
        shutil.rmtree(VENV, ignore_errors=True)
        programs.require([sys.executable, "-m", "venv", "--without-pip", VENV], log=VAR / "log" / "venv.log")
    _install(LOCKS[kind])
    STAMP.write_text(_fingerprint(kind))
    return PYTHON


def _fingerprint(kind: str) -> str:
    lock = hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()
    return f"{LOCKS[kind].name} {lock} {_interpreter()}\n"


def _interpreter() -> str:
    return f"{platform.python_implementation()} {platform.python_version()} {platform.machine()} {ROOT}"


def _same_interpreter() -> bool:
    """Return whether the environment's Python still is the one that runs this."""
    said = programs.answer([PYTHON, "-c", "import platform; print(platform.python_version())"])
    return said is not None and said.strip() == platform.python_version()


def _install(lock: Path) -> None:
    """Install exactly the lock: with uv where it can be had (seconds), else with pip (half a minute)."""
    log = VAR / "log" / "packages.log"
    log.unlink(missing_ok=True)
    pip = find_pip()
    uv = _find_uv(pip)
    if uv:
        sync: list[str | Path] = [uv, "pip", "sync", "--require-hashes", "--python", PYTHON, lock]
        # uv takes a package from the first index that has its version, not the best build of all of them: a local
        # index with an old build of GDAL must not come first. So the additional indexes are a second try.
        for also in ((), ("extra-index-url", "find-links")):
            if programs.attempt(sync, env=_uv_environment(pip, also), log=log):
                return
        warn("  uv 未成功，改用 pip · uv did not succeed, using pip")
    command = [*pip, "--python", PYTHON, "install", *LOCKED, "-r", lock]
    if not programs.attempt(command, log=log):
        raise programs.failed(command, log)


def find_pip() -> list[str | Path]:
    """Return the words that run a pip: this Python's own, the one that ensurepip carries, or Debian's wheel of it."""
    if programs.answer([sys.executable, "-m", "pip", "--version"]):
        return [sys.executable, "-m", "pip"]
    for wheel in _carried_pips():
        return [sys.executable, f"{wheel}/pip"]
    if apt.available():
        step("取得 pip", "getting pip from Debian's packages")
        if os.geteuid() == 0:
            apt.install(["python3-pip-whl"], VAR / "log" / "apt.log")
        else:
            unpacked = apt.Unpacked(TOOLS / "pip", VAR / "log" / "unpack.log")
            unpacked.refresh()
            unpacked.add(["python3-pip-whl"])
        for wheel in _carried_pips():
            return [sys.executable, f"{wheel}/pip"]
    raise Trouble(
        "这个 Python 没有 pip,也没有 ensurepip。请安装：apt-get install python3-venv python3-pip",
        "This Python has neither pip nor ensurepip: install python3-venv and python3-pip.",
    )


def _carried_pips() -> list[Path]:
    folders = [Path("/usr/share/python-wheels"), TOOLS / "pip/usr/share/python-wheels"]
    with contextlib.suppress(ImportError):
        import ensurepip

        folders.insert(0, Path(ensurepip.__file__).parent / "_bundled")
    return [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]


def _find_uv(pip: Sequence[str | Path]) -> Path | None:
    """Return uv, installed by pip into a folder of its own from its own lock; None when it cannot be had."""
    folder = TOOLS / "uv"
    program = folder / "bin" / "uv"
    lock = ROOT / "requirements-uv.lock"
    if install_tool(pip, lock, folder) and programs.answer([program, "--version"]):
        return program
    return None


def install_tool(pip: Sequence[str | Path], lock: Path, folder: Path) -> bool:
    """Install a locked tool into a folder of its own; return whether it is there. Whole or not at all."""
    stamp = folder / "gridwork.complete"
    fingerprint = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    command = [*pip, "install", "--target", folder, *LOCKED, "-r", lock]
    if not programs.attempt(command, log=VAR / "log" / "tools.log"):
        return False
    stamp.write_text(fingerprint)
    return True


UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
}
"""pip's setting → uv's variable, and what stands between its parts."""


def _uv_environment(pip: Sequence[str | Path], also: Sequence[str]) -> dict[str, str]:
    """Return the environment for uv: it does not read pip's settings, so they are handed on.

    Of the settings that name places, the index always counts, those in `also` besides. Versions and hashes are locked.
    """
    told = _pip_settings(pip)
    env = dict(os.environ)
    env.pop("VIRTUAL_ENV", None)
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("UV_NATIVE_TLS", "1")
    env["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    env.setdefault("UV_LINK_MODE", "copy")
    indexes = (
        ("index-url", "UV_DEFAULT_INDEX", " "),
        ("extra-index-url", "UV_INDEX", " "),
        ("find-links", "UV_FIND_LINKS", ","),
    )
    for theirs, ours, joint in indexes:
        if theirs in told and (theirs == "index-url" or theirs in also):
            env.setdefault(ours, joint.join(told[theirs].split()))
    if "cert" in told:
        env.setdefault("SSL_CERT_FILE", told["cert"])
    if "timeout" in told or "default-timeout" in told:
        env.setdefault("UV_HTTP_TIMEOUT", told.get("timeout") or told["default-timeout"])
    return env


def _pip_settings(pip: Sequence[str | Path]) -> dict[str, str]:
    """Return pip's settings by their bare names, as ``pip config list`` tells them; the environment's win."""
    found: dict[str, str] = {}
    told = (programs.answer([*pip, "config", "list"]) or "").splitlines()
    for line in sorted(told, key=lambda line: line.startswith(":env:")):
        key, equals, value = line.partition("=")
        if equals:
            found[key.rpartition(".")[2]] = value.strip().strip("'\"").replace("\\n", " ")
    return found
