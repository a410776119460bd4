"""The private cluster, for real: made, started, shared, killed, repaired, stopped."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from project import localdb
from project.bootstrap import postgis

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = next(postgis.installed(), None)

pytestmark = pytest.mark.skipif(
    PROGRAMS is None or (os.geteuid() == 0 and localdb.server_user() is None),
    reason="no PostgreSQL with PostGIS is installed on this machine (the set-up may have unpacked one: not tried here)",
)


def new_var(mode: int = 0o755) -> Path:
    """Return a folder to stand for a checkout's var; by default one that the user postgres can reach."""
    folder = Path(tempfile.mkdtemp(prefix="gridwork-test-"))
    folder.chmod(mode)
    return folder


@contextmanager
def clearing(var: Path) -> Iterator[Path]:
    """Throw the cluster of a folder away at the end, and the folder."""
    try:
        yield var
    finally:
        if left := localdb.remembered(var):
            localdb.throw_away(left)
        shutil.rmtree(var)


def cluster_in(var: Path) -> localdb.Cluster:
    assert PROGRAMS
    made = localdb.cluster_at(var, PROGRAMS)
    localdb.remember(made)
    return made


@pytest.fixture(scope="module")
def cluster() -> Iterator[localdb.Cluster]:
    """Return one cluster for all tests (making one takes seconds), begun in what an interrupted creation left."""
    with clearing(new_var()) as var:
        made = cluster_in(var)
        half = made.home / "data.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("15\n")
        localdb.start(made)
        assert not half.exists()
        yield made


def ask(running: localdb.Running, question: str, database: str = localdb.DATABASE) -> object:
    """Return the one value that answers a question to the database, asked as the application's role."""
    with closing(
        psycopg.connect(running.url(database).replace("postgis://", "postgresql://"), autocommit=True)
    ) as link:
        answer = link.execute(question)
        row = answer.fetchone() if answer.description else None
    return row[0] if row else None


def server_pid(cluster: localdb.Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_a_new_cluster_serves_what_the_platform_needs(cluster: localdb.Cluster) -> None:
    running = localdb.start(cluster)
    assert str(ask(running, "SELECT postgis_lib_version()")).startswith("3.")
    assert ask(running, "SHOW server_encoding") == "UTF8"
    assert ask(running, "SELECT similarity('金家岭社区', '金家岭') > 0.3") is True
    assert ask(running, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(running, "SHOW listen_addresses") == "127.0.0.1"


def test_a_plain_role_makes_test_databases_with_postgis(cluster: localdb.Cluster) -> None:
    running = localdb.start(cluster)
    link = psycopg.connect(running.url().replace("postgis://", "postgresql://"), autocommit=True)
    with closing(link):
        link.execute(f"CREATE DATABASE test_gridwork TEMPLATE {localdb.TEMPLATE}")
    assert ask(running, "SELECT ST_Area('POLYGON((0 0,0 2,2 2,2 0,0 0))'::geometry)", "test_gridwork") == 4.0


def test_passwords_are_for_their_owner_only(cluster: localdb.Cluster) -> None:
    localdb.start(cluster)
    for name in ("database.json", "database.url"):
        assert stat.S_IMODE((cluster.var / name).stat().st_mode) == 0o600
    assert not list(cluster.home.glob("*.password"))


def test_nobody_enters_without_the_password(cluster: localdb.Cluster) -> None:
    running = localdb.start(cluster)
    stranger = localdb.Running(running.port, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(stranger, "SELECT 1")


def test_a_second_start_finds_it_running(cluster: localdb.Cluster) -> None:
    first = localdb.start(cluster)
    pid = server_pid(cluster)
    assert localdb.start(cluster) == first
    assert server_pid(cluster) == pid


def test_a_taken_port_is_passed_over(cluster: localdb.Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    localdb.stop(cluster)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(localdb, "free_ports", lambda _first: iter([port, port + 1, port + 2]))
        assert localdb.start(cluster).port > port


def test_it_recovers_from_kill_minus_nine_with_its_data(cluster: localdb.Cluster) -> None:
    running = localdb.start(cluster)
    ask(running, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(server_pid(cluster), signal.SIGKILL)
    again = localdb.start(cluster)
    assert ask(again, "SELECT number FROM kept") == 7


def test_an_interrupted_preparation_is_finished(cluster: localdb.Cluster) -> None:
    localdb.start(cluster)
    (cluster.data / "gridwork.prepared").unlink()
    assert ask(localdb.start(cluster), "SELECT 1") == 1


def test_two_checkouts_do_not_meet(cluster: localdb.Cluster) -> None:
    """The second one cannot be reached by the user postgres: for root its cluster lies in that user's home."""
    with clearing(new_var(0o700)) as other_var:
        other = cluster_in(other_var)
        assert other.home.is_relative_to(other_var) is (os.geteuid() != 0)
        mine, theirs = localdb.start(cluster), localdb.start(other)
        assert mine.port != theirs.port
        assert mine.password != theirs.password
        assert ask(theirs, "SELECT 1") == 1


def test_the_last_one_out_stops_it(cluster: localdb.Cluster) -> None:
    localdb.start(cluster)
    with localdb.using(cluster.var):
        assert not localdb.stop_unused(cluster.var)
        assert cluster.port_in_use()
    assert localdb.stop_unused(cluster.var)
    assert cluster.port_in_use() is None


KILLED = """
import sys
from pathlib import Path
from project import localdb
from project.bootstrap import programs, postgis
var = Path(sys.argv[1])
programs.VAR = var
programs.begin_guarding()
with localdb.using(var):
    cluster = localdb.cluster_at(var, next(postgis.installed()))
    localdb.remember(cluster)
    localdb.start(cluster)
    child = programs.start(["sleep", "600"])
    print(child.pid, flush=True)
    child.wait()
"""


def test_a_killed_command_leaves_nothing_behind_and_may_be_repeated() -> None:
    with clearing(new_var()) as var:
        for how in (signal.SIGKILL, signal.SIGTERM):
            kill_a_command(var, how)


def kill_a_command(var: Path, how: signal.Signals) -> None:
    command = subprocess.Popen([sys.executable, "-c", KILLED, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert command.stdout
    child = int(command.stdout.readline())
    cluster = localdb.remembered(var)
    assert cluster
    assert cluster.port_in_use()
    command.send_signal(how)
    command.wait()
    command.stdout.close()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (running(child) or cluster.port_in_use()):
        time.sleep(0.1)
    assert not running(child)
    assert cluster.port_in_use() is None


def running(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be counted by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
