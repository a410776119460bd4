"""The demonstration: the platform with the invented district, served on this computer until Ctrl-C."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from project import localdb
from project.bootstrap import programs, selfcheck
from project.bootstrap.console import ROOT, VAR, Trouble, make_var, say, step
from project.bootstrap.setting_up import Ready, set_up

DISTRICT = VAR / "demo"
STATE = VAR / "demo.state.json"
"""What is done already, for which database and which source: a second start skips it."""

READY_WITHIN_S = 60.0
PORTS_TRIED = 50
PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class Account:
    """One account of the demonstration, its password known only in the run that made it."""

    label: str
    username: str
    password: str


@dataclass(frozen=True)
class Served:
    """The running web server and worker."""

    address: str
    processes: tuple["subprocess.Popen[bytes]", ...]


def run_demo(chosen: argparse.Namespace) -> int:
    """Set up, fill, serve. With `chosen.check`, ask the served pages over HTTP and end. Return the exit code."""
    if chosen.reset:
        _reset()
    with set_up("run", "project.settings.dev") as ready:
        accounts = _fill(ready, new_passwords=chosen.check or chosen.new_passwords)
        served = _serve(ready, chosen.port)
        try:
            _announce(served, accounts)
            if chosen.check:
                return selfcheck.check(served.address, {each.username: each.password for each in accounts})
            return _stay(served)
        finally:
            step("正在停止", "stopping")
            programs.end_all(served.processes)


def _reset() -> None:
    """Delete the demonstration: its files, and the private cluster; a database that a person named is left alone."""
    make_var()
    if os.environ.get("DATABASE_URL"):
        raise Trouble(
            "设置了 DATABASE_URL：不会删除您自己的数据库。请自行清空，或取消该变量后重试。",
            "DATABASE_URL is set: your own database is not deleted. Empty it yourself, or unset the variable.",
        )
    with localdb.setting_up(VAR):
        if not localdb.stop_unused(VAR):
            raise Trouble("另一个命令正在使用数据库，请先停止它。", "Another command uses the database: stop it first.")
        step("删除演示数据", "deleting the demonstration")
        user = localdb.server_user()
        shutil.rmtree(localdb.home_of(VAR, user), ignore_errors=True)
        shutil.rmtree(DISTRICT, ignore_errors=True)
        STATE.unlink(missing_ok=True)


def _fill(ready: Ready, *, new_passwords: bool) -> list[Account]:
    """Migrate, make the district, load it, audit it, make the accounts; skip what is done. Return new accounts."""
    database = _database_identity(ready)
    state = _state(database)
    source = _source_fingerprint()
    if state.get("source") != source:
        step("更新数据库结构与静态文件", "migrating and collecting static files")
        _manage(ready, "migrate", "--no-input")
        _manage(ready, "collectstatic", "--no-input", "--clear")
        _note(database, state | {"source": source})
        state = _state(database)
    if "loaded" not in state:
        _load(ready)
        _note(database, state | {"loaded": True})
        state = _state(database)
    accounts: list[Account] = []
    if new_passwords or "accounts" not in state:
        step("创建演示账号", "making one account for each role")
        accounts = _make_accounts(ready)
        _note(database, state | {"accounts": True})
    return accounts


def _load(ready: Ready) -> None:
    """Write the invented district as files, import them as real ones would be, and audit them."""
    if not (DISTRICT / "manifest.json").exists():
        step("生成演示区（虚构）", "making the invented district")
        new = DISTRICT.with_name("demo.new")
        shutil.rmtree(new, ignore_errors=True)
        _manage(ready, "make_demo", "--out", str(new))
        shutil.rmtree(DISTRICT, ignore_errors=True)
        new.rename(DISTRICT)
    step("导入演示区", "importing it as real files are imported")
    _manage(ready, "load_demo", str(DISTRICT))
    step("检查网格与小区", "auditing grids and compounds")
    _manage(ready, "run_audit", "--district", _district_code())


def _make_accounts(ready: Ready) -> list[Account]:
    told = _manage(ready, "make_demo_accounts", "--district", _district_code(), "--json")
    made = json.loads(told[told.index("{") :])["accounts"]
    return [Account(each["label"], each["username"], each["password"]) for each in made]


def _district_code() -> str:
    code: str = json.loads((DISTRICT / "manifest.json").read_text(encoding="utf-8"))["district"]["code"]
    return code


def _manage(ready: Ready, *words: str) -> str:
    """Run a ``manage.py`` command to its end; return what it printed."""
    log = VAR / "log" / f"{words[0]}.log"
    programs.require(ready.manage(*words), env=ready.env, log=log)
    return log.read_text(encoding="utf-8", errors="replace")


def _source_fingerprint() -> str:
    """Return a mark that changes when code or static files do: migrations and collecting are then due."""
    newest = 0.0
    count = 0
    for folder in ("gis", "project", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                newest = max(newest, path.stat().st_mtime)
                count += 1
    return f"{count} {newest}"


def _database_identity(ready: Ready) -> str:
    """Return which database the state speaks of: the private cluster by its birth, a person's own by its address."""
    url = ready.env["DATABASE_URL"]
    cluster = localdb.remembered(VAR)
    if os.environ.get("DATABASE_URL") or cluster is None:
        return url.rpartition("@")[2]
    return f"private {(cluster.data / 'PG_VERSION').stat().st_mtime}"


def _state(database: str) -> dict[str, object]:
    try:
        noted: dict[str, object] = json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}
    return noted if noted.get("database") == database else {}


def _note(database: str, state: dict[str, object]) -> None:
    new = STATE.with_suffix(".new")
    new.write_text(json.dumps(state | {"database": database}))
    new.replace(STATE)


def _serve(ready: Ready, first: int) -> Served:
    """Start the worker and the web server on the first free port; wait until they say that they are ready."""
    step("启动网站与后台任务", "starting web server and worker")
    worker = programs.start(
        ready.manage("procrastinate", "worker"), env=ready.env, log=_fresh(VAR / "log" / "worker.log")
    )
    for _, port in zip(range(PORT_ATTEMPTS), localdb.free_ports(first, PORTS_TRIED), strict=False):
        web = programs.start(_gunicorn(ready, port), env=ready.env, log=_fresh(VAR / "log" / "web.log"))
        address = f"http://127.0.0.1:{port}"
        if _comes_up(address, web, worker):
            return Served(address, (worker, web))
        programs.end(web)
        if worker.poll() is not None or "in use" not in programs.tail(VAR / "log" / "web.log", 50):
            break
    programs.end(worker)
    logs = "\n".join(programs.tail(VAR / "log" / name) for name in ("worker.log", "web.log"))
    raise Trouble(
        f"网站没有启动成功：\n{logs}\n日志在 {VAR / 'log'}。",
        f"The site did not come up; its logs are in {VAR / 'log'}.",
    )


def _fresh(log: Path) -> Path:
    log.unlink(missing_ok=True)
    return log


def _gunicorn(ready: Ready, port: int) -> Sequence[str | Path]:
    words = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "120"]
    place = ["--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", str(VAR), "--no-control-socket"]
    return [ready.python, "-m", "gunicorn", *words, *place, "project.wsgi:application"]


def _comes_up(address: str, *processes: "subprocess.Popen[bytes]") -> bool:
    """Return whether the site says within a minute that it is ready; false at once when a process has ended."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        if selfcheck.is_ready(address):
            return True
        time.sleep(0.2)
    return False


def _announce(served: Served, accounts: Sequence[Account]) -> None:
    say("")
    say(f"平台已启动 · the platform is running:  {served.address}/")
    if accounts:
        say("演示账号（口令只显示这一次）· accounts, passwords shown this once:")
        width = max(len(each.username) for each in accounts)
        for each in accounts:
            say(f"  {each.username:<{width}}  {each.password}  {each.label}")
    else:
        say("账号同前。忘记口令 · forgotten passwords: python3 -m project demo --new-passwords")
    say("按 Ctrl-C 停止 · Ctrl-C stops it.")


def _stay(served: Served) -> int:
    """Wait for Ctrl-C; when a process ends by itself, say so and end."""
    try:
        while all(process.poll() is None for process in served.processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return 0
    logs = "\n".join(programs.tail(VAR / "log" / name) for name in ("worker.log", "web.log"))
    raise Trouble(f"网站意外停止：\n{logs}", f"The site stopped by itself; its logs are in {VAR / 'log'}.")
