"""Finding a PostgreSQL with PostGIS, or getting one: the order is told in docs/operating.md."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from project import localdb
from project.bootstrap import apt, programs
from project.bootstrap.console import VAR, Trouble, step
from project.localdb import Programs

WAYS = ("installed", "apt", "unpack")
OLDEST_POSTGRES = 14


def find_programs(var: Path = VAR) -> Programs:
    """Return PostgreSQL programs with PostGIS: installed, else installed now (root), else unpacked (no root).

    ``GRIDWORK_DB`` narrows it to one way. A cluster that exists already needs its own major version.
    """
    way = os.environ.get("GRIDWORK_DB", "")
    if way and way not in WAYS:
        raise Trouble(f"GRIDWORK_DB 只能是 {'、'.join(WAYS)} 之一。", f"GRIDWORK_DB must be one of {', '.join(WAYS)}.")
    wanted = localdb.version_of(localdb.home_of(var, localdb.server_user()) / "data")
    ways: dict[str, Callable[[], Iterator[Programs]]] = {
        "installed": installed,
        "apt": lambda: _install(wanted, var),
        "unpack": lambda: _unpack(wanted, var),
    }
    for name in [way] if way else WAYS:
        found = next((each for each in ways[name]() if wanted in ("", each.folder.parent.name)), None)
        if found:
            _check_user()
            return found
    raise _nothing_found(wanted)


def _check_user() -> None:
    user = localdb.server_user()
    if user and programs.answer(["id", user]) is None:
        raise Trouble(
            "PostgreSQL 不能以 root 运行，而本机没有 postgres 用户。请用普通用户运行，或：useradd -r -m postgres",
            "PostgreSQL refuses root and there is no user postgres: run as another user, or: useradd -r -m postgres",
        )


def installed() -> Iterator[Programs]:
    """Yield the installed versions that have PostGIS, newest first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    for folder in debian:
        version = folder.parent.name
        if (folder / "initdb").exists() and Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            yield Programs(folder)
    config = shutil.which("pg_config")
    if config and not debian:
        yield from _by_pg_config(config)


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _by_pg_config(config: str) -> Iterator[Programs]:
    """Yield the PostgreSQL that pg_config speaks of (other distributions), when it has PostGIS."""
    folder = Path((programs.answer([config, "--bindir"]) or "").strip())
    share = Path((programs.answer([config, "--sharedir"]) or "").strip())
    if (folder / "initdb").exists() and (share / "extension" / "postgis.control").exists():
        yield Programs(folder)


def _install(wanted: str, var: Path) -> Iterator[Programs]:
    """As root on Debian and its children: install the package, then yield what is installed."""
    if os.geteuid() != 0 or not apt.available():
        return
    log = var / "log" / "apt.log"
    step("用 apt 安装 PostGIS（约 40 MB）", f"installing PostGIS with apt; its output: {log}")
    if not apt.postgis_versions():
        programs.require(
            ["apt-get", "update", "-o", "DPkg::Lock::Timeout=300"], log=log, env=os.environ | apt.NON_INTERACTIVE
        )
    version = _choose(apt.postgis_versions(), wanted)
    apt.install([f"postgresql-{version}-postgis-3"], log)
    yield from installed()


def _choose(versions: list[str], wanted: str) -> str:
    """Return the version to get: the cluster's own, else one whose server is there already, else the newest."""
    here = [folder.parent.name for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    liked = [wanted, *sorted(here, reverse=True), *versions]
    chosen = next((version for version in liked if version in versions), None)
    if chosen is None or int(chosen) < OLDEST_POSTGRES or (wanted and chosen != wanted):
        raise _nothing_found(wanted)
    return chosen


def _unpack(wanted: str, var: Path) -> Iterator[Programs]:
    """Without root on Debian and its children: yield what is under var/pgroot, unpacked now if need be."""
    if not apt.available():
        return
    unpacked = apt.Unpacked(var / "pgroot", var / "log" / "unpack.log")
    if not any(unpacked.root.glob("usr/share/postgresql/*/extension/postgis.control")):
        step(
            "没有 root 权限：下载 PostGIS 软件包并解开到 var/pgroot",
            "no root: unpacking Debian's PostGIS packages into var/pgroot",
        )
        unpacked.refresh()
        version = _choose(apt.postgis_versions(unpacked.options), wanted)
        parts = ("postgresql-{}", "postgresql-client-{}", "postgresql-{}-postgis-3", "postgresql-{}-postgis-3-scripts")
        unpacked.add([part.format(version) for part in parts])
        _link_controls(unpacked.root)
    for folder in sorted(unpacked.root.glob("usr/lib/postgresql/*/bin"), key=_version, reverse=True):
        proj = unpacked.root / "usr/share/proj"
        yield Programs(folder, unpacked.library_folders(), proj if (proj / "proj.db").exists() else None)


def _link_controls(root: Path) -> None:
    """Give the extension files the names that Debian's installation scripts would link to them."""
    for control in root.glob("usr/share/postgresql/*/extension/postgis*-3.control"):
        link = control.with_name(control.name.replace("-3.control", ".control"))
        if not link.exists():
            link.symlink_to(control.name)


def _nothing_found(wanted: str) -> Trouble:
    """Say what is missing and the three ways to get it."""
    version = wanted or "15"
    need = f"PostgreSQL {wanted}" if wanted else f"PostgreSQL {OLDEST_POSTGRES} 或更新版本"
    return Trouble(
        f"缺少带 PostGIS 的数据库（{need}）。任选一种办法：\n"
        f"  1. 请管理员安装：apt-get install postgresql-{version}-postgis-3（其他系统：postgresql 与 postgis）；\n"
        "  2. 使用已有的数据库（需有 postgis、btree_gist、pg_trgm 扩展）：\n"
        "     export DATABASE_URL=postgis://用户:口令@主机:5432/库名\n"
        "  3. 用 Docker：见 docker-compose.yml。"
        + ("\n  现有数据由该版本创建；若不再需要：python3 -m project demo --reset" if wanted else ""),
        f"PostgreSQL {wanted or f'{OLDEST_POSTGRES} or newer'} with PostGIS is missing: install "
        f"postgresql-{version}-postgis-3, or point DATABASE_URL at a database that has it, or use docker-compose.yml.",
    )
