"""A private PostgreSQL cluster for one checkout: made, started, prepared, stopped. Nobody else's cluster is touched.

It listens on 127.0.0.1 only, on the first free port from 54329, with passwords in ``var/database.json`` (mode 0600).
Its files lie in ``var/postgres``; for root they belong to the user postgres, because PostgreSQL refuses to run as root,
and lie in that user's home when the checkout cannot be reached by it.
Commands of one checkout share the cluster: each holds a shared lock while it works, and the last one out stops it.
"""

import contextlib
import fcntl
import hashlib
import itertools
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

FIRST_PORT = 54329
PORTS_TRIED = 100
START_ATTEMPTS = 20
DATABASE = "gridwork"
OWNER = "gridwork"
TEMPLATE = "template_gridwork"
"""Carries the extensions, which only a superuser may create; the owner makes the databases of tests from it."""

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")

SERVER_SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",  # a deep checkout is longer than the 107 bytes that a socket's path may have
    "dynamic_shared_memory_type": "mmap",  # containers often give /dev/shm no room
    "max_connections": "60",
    "shared_buffers": "'256MB'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}


class CannotServe(Exception):
    """PostgreSQL is there but does not start; the message carries the end of its log."""


@dataclass(frozen=True)
class Programs:
    """Where one version of PostgreSQL with PostGIS lies."""

    folder: Path
    """The folder of ``postgres``, ``initdb``, ``pg_ctl``, ``psql``."""
    libraries: tuple[Path, ...] = ()
    """Folders of shared libraries that the system's linker does not know (packages unpacked without root)."""
    proj_data: Path | None = None

    def environment(self) -> dict[str, str]:
        """A clean environment: nothing of ours may leak into the server, least of all GDAL_DATA and PROJ_DATA."""
        clean = {"PATH": f"{self.folder}:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        if self.libraries:
            clean["LD_LIBRARY_PATH"] = ":".join(str(folder) for folder in self.libraries)
        if self.proj_data:
            clean["PROJ_LIB"] = clean["PROJ_DATA"] = str(self.proj_data)
        return clean


@dataclass(frozen=True)
class Running:
    """The running cluster."""

    port: int
    password: str

    def url(self, name: str = DATABASE) -> str:
        """The address of one of its databases, for ``DATABASE_URL``."""
        return f"postgis://{OWNER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{name}"


@dataclass(frozen=True)
class Cluster:
    """The files of the cluster and who runs it."""

    var: Path
    home: Path
    programs: Programs
    runs_as: str | None
    """The user who runs the server when that is not the person at the terminal (only for root)."""

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def call(self, program: str, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run one of PostgreSQL's own programs as the user who owns the cluster, from a folder that user may be in."""
        done = subprocess.run(
            [str(self.programs.folder / program), *words],
            env=self.programs.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            start_new_session=True,  # Ctrl-C at the terminal is ours to answer
            **_as_user(self.runs_as),
        )
        if check and done.returncode != 0:
            raise CannotServe(f"{program}: {done.stdout.strip()}\n{self.log_tail()}")
        return done

    def log_tail(self, lines: int = 12) -> str:
        """The end of the server's log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def sql(self, script: str, *, port: int, database: str = "postgres") -> None:
        """Run a script as the superuser, stopping at its first error."""
        secret = passwords(self.var)
        client = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres", "PGDATABASE": database}
        client |= {"PGPASSWORD": secret["superuser"], "PGCONNECT_TIMEOUT": "10"}
        done = subprocess.run(
            [str(self.programs.folder / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            env=self.programs.environment() | client,
            input=f"\\set owner {secret['owner']}\nSET client_min_messages = warning;\n{script}",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )
        if done.returncode != 0:
            raise CannotServe(f"psql: {done.stdout.strip()}")

    def port_in_use(self) -> int | None:
        """The port of this cluster's server when it runs, else None."""
        note = self.data / "postmaster.pid"
        if not note.exists() or self.call("pg_ctl", "status", "-D", str(self.data), check=False).returncode:
            return None
        lines = note.read_text().splitlines()
        port = int(lines[3]) if len(lines) > 3 else 0
        # A killed server counts as running for pg_ctl until somebody has collected it: ask the port.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return port
        return None


class _Account(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as_user(name: str | None) -> _Account:
    if name is None:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def server_user() -> str | None:
    """Return who must run the server: postgres when we are root, else nobody but ourselves."""
    return "postgres" if os.geteuid() == 0 else None


def home_of(var: Path, runs_as: str | None) -> Path:
    """Return the cluster's folder: ``var/postgres``, or in the server user's home when it cannot reach the checkout."""
    if runs_as is None:
        return var / "postgres"
    reached = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(var)], cwd="/", stderr=subprocess.DEVNULL, env={}, **_as_user(runs_as)
    )
    if reached.returncode == 0:
        return var / "postgres"
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    return Path(pwd.getpwnam(runs_as).pw_dir) / f"gridwork-{mark}"


def passwords(var: Path) -> dict[str, str]:
    """Return the cluster's passwords, made at random the first time."""
    path = var / "database.json"
    if not path.exists():
        write_private(path, json.dumps({"superuser": secrets.token_urlsafe(24), "owner": secrets.token_urlsafe(24)}))
    found: dict[str, str] = json.loads(path.read_text())
    return found


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.replace(path)


def cluster_at(var: Path, programs: Programs) -> Cluster:
    """Return the cluster of a checkout, whether it exists yet or not."""
    runs_as = server_user()
    return Cluster(var=var, home=home_of(var, runs_as), programs=programs, runs_as=runs_as)


def create(cluster: Cluster) -> None:
    """Make the cluster's files unless they are there; what an interrupted attempt left is thrown away."""
    if cluster.data.exists():
        return
    cluster.home.mkdir(parents=True, exist_ok=True)
    new = cluster.home / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    secret = cluster.home / "superuser.password"
    write_private(secret, passwords(cluster.var)["superuser"])
    if cluster.runs_as:
        account = pwd.getpwnam(cluster.runs_as)
        for path in (cluster.home, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    cluster.home.chmod(0o700)
    try:
        words = ["-D", str(new), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}"]
        # Without a locale of UTF-8, trigram search finds nothing in Chinese.
        cluster.call("initdb", *words, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
    finally:
        secret.unlink(missing_ok=True)
    with (new / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in SERVER_SETTINGS.items())
    new.rename(cluster.data)


def free_ports(first: int, tried: int = PORTS_TRIED) -> Iterator[int]:
    """Yield the ports from `first` on which nothing listens on 127.0.0.1 at this moment."""
    for port in range(first, first + tried):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                yield port


def start(cluster: Cluster) -> Running:
    """Make, start and prepare the cluster; do only what is still to be done."""
    create(cluster)
    port = cluster.port_in_use() or _start_server(cluster)
    _prepare(cluster, port)
    running = Running(port=port, password=passwords(cluster.var)["owner"])
    write_private(cluster.var / "database.url", running.url())
    return running


def _start_server(cluster: Cluster) -> int:
    """Start the server on a free port. Another checkout may take it between look and use: then the next is tried.

    After a kill -9 the old server and its children need a moment to vanish: then the same is tried again.
    """
    taken = 0
    for _ in range(START_ATTEMPTS):
        cluster.log.unlink(missing_ok=True)
        port = next(itertools.islice(free_ports(FIRST_PORT), taken, None), None)
        if port is None:
            raise CannotServe(f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1}")
        words = ["-D", str(cluster.data), "-w", "-t", "60", "-l", str(cluster.log), "-o", f"-p {port}", "start"]
        if cluster.call("pg_ctl", *words, check=False).returncode == 0:
            return port
        taken += "Address already in use" in cluster.log_tail()
        time.sleep(0.5)
    raise CannotServe(cluster.log_tail())


PREPARE_ROLE = r"""
SELECT format('CREATE ROLE gridwork LOGIN CREATEDB PASSWORD %L', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridwork') \gexec
SELECT 'CREATE DATABASE template_gridwork OWNER gridwork'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'template_gridwork') \gexec
"""
PREPARE_TEMPLATE = "".join(f"CREATE EXTENSION IF NOT EXISTS {name};\n" for name in EXTENSIONS)
PREPARE_DATABASE = r"""
ALTER DATABASE template_gridwork IS_TEMPLATE true;
SELECT 'CREATE DATABASE gridwork OWNER gridwork TEMPLATE template_gridwork'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gridwork') \gexec
"""


def _prepare(cluster: Cluster, port: int) -> None:
    """Make the owner's role, the template with the extensions, and the application's database."""
    done = cluster.data / "gridwork.prepared"
    plan = hashlib.sha256((PREPARE_ROLE + PREPARE_TEMPLATE + PREPARE_DATABASE).encode()).hexdigest()
    if done.exists() and done.read_text() == plan:
        return
    cluster.sql(PREPARE_ROLE, port=port)
    cluster.sql(PREPARE_TEMPLATE, port=port, database=TEMPLATE)
    cluster.sql(PREPARE_DATABASE, port=port)
    done.write_text(plan)


def stop(cluster: Cluster) -> None:
    """Stop the server, if it runs: open connections are closed, what was committed is kept."""
    if cluster.port_in_use() is None:
        return
    if cluster.call("pg_ctl", "stop", "-D", str(cluster.data), "-m", "fast", "-w", "-t", "60", check=False).returncode:
        cluster.call("pg_ctl", "stop", "-D", str(cluster.data), "-m", "immediate", "-w", "-t", "60", check=False)


def remember(cluster: Cluster) -> None:
    """Note which programs run the cluster, for whoever has to stop it."""
    note = {
        "folder": str(cluster.programs.folder),
        "libraries": [str(folder) for folder in cluster.programs.libraries],
        "proj_data": str(cluster.programs.proj_data or ""),
    }
    write_private(cluster.var / "postgres.programs", json.dumps(note))


def remembered(var: Path) -> Cluster | None:
    """Return the cluster of a checkout as it was last started, or None when there is none."""
    try:
        note = json.loads((var / "postgres.programs").read_text())
    except (OSError, ValueError):
        return None
    proj_data = Path(note["proj_data"]) if note["proj_data"] else None
    programs = Programs(Path(note["folder"]), tuple(Path(folder) for folder in note["libraries"]), proj_data)
    return cluster_at(var, programs) if (programs.folder / "pg_ctl").exists() else None


@contextlib.contextmanager
def _locked(path: Path, kind: int) -> Iterator[bool]:
    """Hold a lock on a file; yield whether it was had (always, unless `kind` says not to wait)."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, kind)
        except BlockingIOError:
            yield False
            return
        yield True


def using(var: Path) -> contextlib.AbstractContextManager[bool]:
    """While in this context the cluster is in use: nobody stops it."""
    return _locked(var / "postgres.use", fcntl.LOCK_SH)


def setting_up(var: Path) -> contextlib.AbstractContextManager[bool]:
    """While in this context no other command of the same checkout sets anything up."""
    return _locked(var / "set-up.lock", fcntl.LOCK_EX)


def stop_unused(var: Path) -> bool:
    """Stop the cluster unless a command is using it; return whether nothing of it runs now."""
    with _locked(var / "postgres.use", fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
        if alone and (cluster := remembered(var)):
            stop(cluster)
        return alone


def throw_away(cluster: Cluster) -> None:
    """Stop the cluster and delete its files."""
    stop(cluster)
    shutil.rmtree(cluster.home, ignore_errors=True)


def version_of(data: Path) -> str:
    """Return the major version that made a cluster's files, empty when there are none (or they cannot be read)."""
    with contextlib.suppress(OSError):
        return (data / "PG_VERSION").read_text().strip()
    return ""
