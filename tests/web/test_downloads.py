"""What a person takes away."""

import csv
import io

from openpyxl import load_workbook

from gis.models import Compound
from gis.terms import Role
from tests.web.conftest import DISTRICT


def rows_of(response) -> list[list[str]]:
    assert response.status_code == 200
    assert response.content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Chinese"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_table_as_csv(town, as_role):
    response = as_role(Role.LEADER).get(f"/districts/{DISTRICT}/findings.csv")
    header, *rows = rows_of(response)
    assert header[:4] == ["编号", "类别", "判断", "状态"]
    assert [row[6] for row in rows] == ["望海苑", "鸣泉花园"]
    assert rows[0][10:12] == ["42.5", "180"]
    assert rows[0][13] == "2026-11-01 10:00", "in Beijing time"
    assert response["Content-Disposition"] == f'attachment; filename="findings-{DISTRICT}.csv"'


def test_the_filter_of_the_page_holds_for_the_file(town, as_role):
    response = as_role(Role.LEADER).get(f"/districts/{DISTRICT}/findings.csv", {"clarity": "doubtful"})
    assert [row[6] for row in rows_of(response)[1:]] == ["鸣泉花园"]


def test_a_street_takes_away_its_own_rows_only(town, as_role):
    response = as_role(Role.STEWARD, f"{DISTRICT}002").get(f"/districts/{DISTRICT}/findings.csv")
    assert [row[6] for row in rows_of(response)[1:]] == ["鸣泉花园"]


def test_the_table_as_excel(town, as_role):
    response = as_role(Role.LEADER).get(f"/districts/{DISTRICT}/findings.xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.values)
    assert [row[6] for row in rows] == ["对象名称", "望海苑", "鸣泉花园"]
    assert rows[1][10] == 42.5


def test_a_name_is_never_run_as_a_formula(town, as_role):
    Compound.objects.filter(code="XQ1").update(name='=HYPERLINK("http://example.org")\x07')
    leader = as_role(Role.LEADER)
    row = rows_of(leader.get(f"/districts/{DISTRICT}/findings.csv"))[1]
    assert row[6].startswith("'=")
    response = leader.get(f"/districts/{DISTRICT}/findings.xlsx")
    cell = load_workbook(io.BytesIO(response.content)).active["G2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("=HYPERLINK")


def test_another_district_is_not_there(town, as_role):
    other = as_role(Role.LEADER, "370203")
    for name in ["findings.csv", "findings.xlsx", "audit-map.html"]:
        assert other.get(f"/districts/{DISTRICT}/{name}").status_code == 404
        assert as_role(Role.LEADER).get(f"/districts/999999/{name}").status_code == 404
