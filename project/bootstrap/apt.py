"""Debian's packages: installed as root, or unpacked into a folder of ours without root."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from project.bootstrap import programs
from project.bootstrap.console import Trouble

NON_INTERACTIVE = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "LC_ALL": "C.UTF-8"}


def available() -> bool:
    """Return whether this system has apt."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None


def install(packages: Sequence[str], log: Path) -> None:
    """Install packages as root; only when the first try fails, refresh the lists and mend what was interrupted."""
    env = os.environ | NON_INTERACTIVE
    command = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", *packages]
    log.unlink(missing_ok=True)
    if programs.attempt(command, env=env, log=log):
        return
    programs.attempt(["dpkg", "--configure", "-a"], env=env, log=log)
    programs.attempt(["apt-get", "update", "-o", "DPkg::Lock::Timeout=300"], env=env, log=log)
    if not programs.attempt(command, env=env, log=log):
        raise programs.failed(command, log)


def refresh(log: Path) -> None:
    """Read the distribution's lists of packages, as root."""
    command = ["apt-get", "update", "-o", "DPkg::Lock::Timeout=300"]
    programs.require(command, log=log, env=os.environ | NON_INTERACTIVE)


def postgis_versions(options: Sequence[str] = ()) -> list[str]:
    """Return the PostgreSQL versions for which the distribution has a PostGIS package, newest first."""
    found = programs.answer(["apt-cache", *options, "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"]) or ""
    versions = re.findall(r"^postgresql-(\d+)-postgis-3 ", found, flags=re.MULTILINE)
    return sorted(set(versions), key=int, reverse=True)


class Unpacked:
    """Packages downloaded and unpacked under a folder, by somebody who may not install.

    apt is pointed at lists and a cache of our own, so that it works without root and on a system whose lists are empty.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        self.root = folder
        self.work = folder.with_name(folder.name + ".apt")
        self.log = log
        self.options = [
            *("-o", f"Dir::State::Lists={self.work}/lists"),
            *("-o", f"Dir::Cache={self.work}/cache"),
            *("-o", "Dir::State::Status=/var/lib/dpkg/status"),
            *("-o", "Debug::NoLocking=1"),
            *("-o", "APT::Update::Post-Invoke::=true"),
        ]

    def refresh(self) -> None:
        """Read the distribution's lists of packages."""
        for folder in ("lists/partial", "cache/archives/partial"):
            (self.work / folder).mkdir(parents=True, exist_ok=True)
        programs.require(["apt-get", *self.options, "update"], log=self.log, env=os.environ | NON_INTERACTIVE)

    def add(self, packages: Sequence[str]) -> None:
        """Download the packages and whatever they need that the system lacks; unpack all, or nothing."""
        wanted = sorted({*packages, *self._missing(packages)})
        archives = self.work / "archives"
        shutil.rmtree(archives, ignore_errors=True)
        archives.mkdir(parents=True)
        command = ["apt-get", *self.options, "download", *wanted]
        programs.require(command, log=self.log, env=os.environ | NON_INTERACTIVE, cwd=archives)
        new = self.root.with_name(self.root.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for archive in sorted(archives.glob("*.deb")):
            programs.require(["dpkg-deb", "-x", archive, new], log=self.log)
        shutil.rmtree(self.root, ignore_errors=True)
        new.rename(self.root)
        shutil.rmtree(self.work, ignore_errors=True)

    def _missing(self, packages: Sequence[str]) -> list[str]:
        """Ask apt, without installing, what would have to be installed along with the packages."""
        command = ["apt-get", *self.options, "install", "-s", "-y", "--no-install-recommends", *packages]
        planned = programs.answer(command, env=os.environ | NON_INTERACTIVE)
        if planned is None:
            shown = " ".join(packages)
            raise Trouble(
                f"本机的软件源不能提供 {shown}。请管理员安装它们，或设置 DATABASE_URL 指向已有的 PostGIS 数据库。",
                f"This machine's package sources do not offer {shown}: have them installed, or set DATABASE_URL.",
            )
        return re.findall(r"^Inst (\S+)", planned, flags=re.MULTILINE)

    def library_folders(self) -> tuple[Path, ...]:
        """Return every folder below it that holds shared libraries for the linker."""
        patterns = ("usr/lib/*/lib*.so.*", "lib/*/lib*.so.*", "usr/lib/*/*/lib*.so.*")
        folders = {path.parent for pattern in patterns for path in self.root.glob(pattern)}
        return tuple(sorted(folders))
