"""The command: dry run unless --commit, reports, exit codes, an interrupt at any moment."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from gis.management.commands import import_layer
from gis.models import Grid, JournalLine
from gis.services.territory.committing import LOCK_CLASS
from gis.terms import Role
from tests.services.territory.conftest import DISTRICT, Files, account_of, box, found, founded, grid_code

__all__ = ["founded"]

TWO = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("import_layer", *map(str, arguments), stdout=out)
    return out.getvalue()


def report(*arguments: Any) -> dict[str, Any]:
    return json.loads(run(*arguments, "--json", "-"))


def test_a_dry_run_writes_nothing_and_shows_a_table(founded: Files) -> None:
    said = run("grid", founded.grids(TWO))
    assert "试算（未写入）" in said
    assert "网格编码" in said
    assert Grid.objects.count() == 0


def test_commit_writes_and_the_same_again_changes_nothing(founded: Files) -> None:
    path = founded.grids(TWO)
    first = report("grid", path, "--commit", "--in-force-from", "2024-03-01", "--source", "网格中心")
    assert (first["committed"], first["summary"]["added"], first["import_id"] is None) == (True, 2, False)
    assert Grid.objects.count() == 2
    again = report("grid", path, "--commit", "--source", "网格中心")
    assert (again["summary"]["unchanged"], again["import_id"]) == (2, None)
    assert "未作任何改动" in run("grid", path, "--commit")


def test_a_refused_file_ends_with_1_and_a_report(founded: Files, tmp_path: Path) -> None:
    overlapping = founded.grids({grid_code(1): box(0, 0, 3, 4), grid_code(2): box(2, 0, 4, 4)})
    said, table = tmp_path / "said.json", tmp_path / "said.csv"
    with pytest.raises(CommandError, match="不能导入") as refusal:
        run("grid", overlapping, "--commit", "--json", said, "--csv", table)
    assert refusal.value.returncode == 1
    told = json.loads(said.read_text(encoding="utf-8"))
    assert (told["can_commit"], told["committed"], told["summary"]["refused"]) == (False, False, 2)
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["rule"] for row in rows} >= {"grid.overlap"}
    assert Grid.objects.count() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grid", "missing.gpkg"], "找不到文件"),
        (["grid", "{grids}", "--column", "编码"], "字段=列名"),
        (["grid", "{grids}", "--column", "code=没有的列"], "没有列"),
        (["grid", "{grids}", "--in-force-from", "去年"], "YYYY-MM-DD"),
        (["grid", "{grids}", "--by", "nobody"], "没有账号"),
        (["grid", "{grids}", "--crs", "EPSG:0"], "坐标系"),
        (["grid", "{grids}", "--accuracy-m", "-1"], "精度"),
        (["grid", "{grids}", "--json", "/nowhere/said.json"], "不能写入"),
    ],
)
def test_bad_requests_are_told_in_words(founded: Files, arguments: list[str], words: str) -> None:
    path = founded.grids(TWO)
    with pytest.raises(CommandError, match=words):
        run(*[argument.format(grids=path) for argument in arguments])


def test_an_account_imports_within_its_territory(founded: Files) -> None:
    path = founded.grids(TWO)
    stranger, officer = account_of(Role.OFFICER, "370203"), account_of(Role.OFFICER, DISTRICT)
    with pytest.raises(CommandError, match="无权"):
        run("grid", path, "--commit", "--by", stranger.get_username())
    run("grid", path, "--commit", "--by", officer.get_username())
    assert JournalLine.objects.get(subject_kind="grid").by == officer


def test_an_interrupt_is_told_and_leaves_nothing(founded: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_layer, "commit_import", interrupted)
    with pytest.raises(CommandError, match="已中断") as refusal:
        run("grid", founded.grids(TWO), "--commit")
    assert refusal.value.returncode == 130
    assert Grid.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_in_the_middle_of_a_real_commit_leaves_nothing(files: Files) -> None:
    """Another import holds the district; the command waits inside its transaction and is interrupted there."""
    found(files)
    settings = connection.settings_dict
    url = (
        f"postgis://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings.test"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, int(DISTRICT)])
        command = [sys.executable, "manage.py", "import_layer", "grid", str(files.grids(TWO)), "--commit"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 120
        waiting = 0
        while not waiting and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.2)
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE datname = current_database() AND locktype = 'advisory' AND classid = %s AND NOT granted",
                [LOCK_CLASS],
            )
            waiting = cursor.fetchone()[0]
        process.send_signal(signal.SIGINT)
        _out, said = process.communicate(timeout=60)
    assert waiting == 1, said
    assert process.returncode == 130
    assert "已中断，未写入任何数据" in said
    assert "Traceback" not in said
    assert Grid.objects.count() == 0
