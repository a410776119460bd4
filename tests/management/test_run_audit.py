"""``manage.py run_audit``."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.services.audits import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50), name="滨海花园")


def run(*arguments):
    out = StringIO()
    call_command("run_audit", "--district", world.DISTRICT, *arguments, stdout=out)
    return out.getvalue()


def test_the_table_says_what_was_found(district):
    said = run()
    for word in ("全面检查 370212", "小区被网格线穿过", "滨海花园 X1", "新增 1，仍存在 0，已消除 0"):
        assert word in said


def test_json_goes_to_the_output_alone_or_to_a_file(district, tmp_path):
    said = json.loads(run("--json", "-"))
    assert said["run"]["standing"] == {"compound_crossed": {"clear": 1}}
    assert said["findings"][0]["subjects"][0] == "X1"
    assert "仍存在 1" in run("--json", str(tmp_path / "audit.json"))
    assert json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))["run"]["known"] == 1


def test_a_file_that_cannot_be_written_is_said(district, tmp_path):
    with pytest.raises(CommandError, match="不能写入"):
        run("--json", str(tmp_path / "nowhere" / "audit.json"))


def test_a_district_without_layers_is_refused():
    world.make_district()
    with pytest.raises(CommandError, match="还没有生效的小区边界"):
        run()


@pytest.mark.parametrize("code", ["", "abc", "37021", "３７０２１２", "3702121", "999999"])
def test_a_code_that_is_no_district_is_refused(district, code):
    with pytest.raises(CommandError, match="没有编码为"):
        call_command("run_audit", "--district", code)


def test_an_unknown_import_is_refused(district):
    with pytest.raises(CommandError, match="没有编号为 5 的导入"):
        run("--import-id", "5")
