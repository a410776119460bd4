"""The journal page."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from gis import journal
from gis.models import JournalLine, User
from gis.speech import doer
from gis.terms import Happening, Role
from tests.web.conftest import DISTRICT


@pytest.fixture
def lines(town):
    def write(happening: Happening, district_code: str, name: str) -> None:
        with transaction.atomic():
            journal.write(
                happening,
                by=None,
                by_name=name,
                subject_kind="finding",
                subject_code=f"S-{name}",
                district_code=district_code,
                summary={"reason": f"<i>{name}</i>"},
            )

    write(Happening.FINDING_MOVED, DISTRICT, "甲")
    write(Happening.EXCEPTION_ACCEPTED, "370203", "乙")
    write(Happening.SIGNED_IN, "", "丙")


def seen(response) -> set[str]:
    assert response.status_code == 200, response.content.decode()[:500]
    text = response.content.decode()
    return {name for name in "甲乙丙" if f"S-{name}" in text}


def test_the_auditor_of_the_city_reads_everything(lines, as_role):
    assert seen(as_role(Role.AUDITOR, "").get("/journal/")) == {"甲", "乙", "丙"}


def test_the_auditor_of_a_district_reads_its_lines(lines, as_role):
    assert seen(as_role(Role.AUDITOR).get("/journal/")) == {"甲"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_nobody_else_reads_it(lines, as_role, role):
    response = as_role(role).get("/journal/")
    assert response.status_code == 403
    assert "S-甲" not in response.content.decode()


def test_a_doer_without_account_is_found_by_what_the_reader_calls_it(lines, as_role):
    with transaction.atomic():
        journal.write(
            Happening.AUDIT_FINISHED, by=None, by_name="后台任务", subject_kind="finding", subject_code="S-甲"
        )
    auditor = as_role(Role.AUDITOR, "")
    assert seen(auditor.get("/journal/", {"by": "后台"})) == {"甲"}
    with override("en"):
        called = doer("后台任务")
    assert called != "后台任务"
    auditor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert seen(auditor.get("/journal/", {"by": called.lower()})) == {"甲"}


def test_who_takes_a_list_away_is_noted(town, as_role):
    client = as_role(Role.LEADER)
    taken = client.get(f"/districts/{DISTRICT}/findings.csv")
    assert taken.status_code == 200
    line = JournalLine.objects.get(happening=Happening.FILE_TAKEN)
    assert line.district_code == DISTRICT
    assert line.by_id is not None
    assert line.summary["file"] == f"findings-{DISTRICT}.csv"
    assert line.summary["bytes"] == len(taken.content)
    assert line.summary["rows"] == taken.content.decode("utf-8-sig").strip().count("\n")


def test_lines_are_filtered(lines, as_role):
    auditor = as_role(Role.AUDITOR, "")
    today = timezone.localdate()
    assert seen(auditor.get("/journal/", {"happening": "finding.moved"})) == {"甲"}
    assert seen(auditor.get("/journal/", {"by": "乙"})) == {"乙"}
    assert seen(auditor.get("/journal/", {"first_on": today.isoformat()})) == {"甲", "乙", "丙"}
    assert seen(auditor.get("/journal/", {"first_on": (today + timedelta(days=1)).isoformat()})) == set()
    assert seen(auditor.get("/journal/", {"last_on": (today - timedelta(days=1)).isoformat()})) == set()


@pytest.mark.parametrize("query", [{"first_on": "gestern"}, {"happening": "x"}, {"page": "-1"}, {"page": "1e9"}])
def test_a_broken_address_is_no_fault(lines, as_role, query):
    assert as_role(Role.AUDITOR, "").get("/journal/", query).status_code == 200


def test_what_stands_in_a_line_is_escaped(lines, as_role):
    text = as_role(Role.AUDITOR, "").get("/journal/").content.decode()
    assert "<i>甲</i>" not in text
    assert "&lt;i&gt;甲&lt;/i&gt;" in text


def test_pages_follow_each_other(town, as_role):
    with transaction.atomic():
        for number in range(101):
            journal.write(
                Happening.SIGNED_IN, by=None, by_name="丁", subject_kind="account", subject_code=f"N{number:03}"
            )
    auditor = as_role(Role.AUDITOR, "")
    first = auditor.get("/journal/", {"by": "丁"}).content.decode()
    assert "第 1 页，共 2 页" in first
    assert "N100" in first
    assert "N000" not in first
    second = auditor.get("/journal/", {"by": "丁", "page": "2"}).content.decode()
    assert "N000" in second
    assert "by=%E4%B8%81" in second, "the filter stays when the page is turned"


def test_accounts_are_named_as_they_were_called(town, as_role):
    user = User.objects.create_user(username="gone", password=None)
    with transaction.atomic():
        journal.write(Happening.ACCOUNT_CHANGED, by=user, subject_kind="account", subject_code="someone")
    assert "gone" in as_role(Role.AUDITOR, "").get("/journal/").content.decode()


def test_what_a_line_says_is_told_in_words(town, as_role):
    with transaction.atomic():
        for happening, summary in [
            (Happening.FINDING_MOVED, {"kind": "gap", "subjects": "G1", "before": "found", "after": "triaged"}),
            (Happening.AUDIT_FINISHED, {"kind": "full", "standing": {"gap": {"clear": 3}}, "new": 0}),
            (Happening.ACCOUNT_CHANGED, {"changed": "password", "own": True, "unheard_of": None}),
        ]:
            journal.write(happening, by=None, subject_kind="finding", district_code=DISTRICT, summary=summary)
    text = as_role(Role.AUDITOR).get("/journal/").content.decode()
    for words in [
        "类别 网格间空隙；对象 G1；原为 已发现；改为 已研判",
        "类别 全面检查；新增 0；现有问题 网格间空隙 明确 3",
        "变更 密码；本人修改 是；unheard_of —",
    ]:
        assert words in text


def test_a_doer_without_an_account_is_called_in_the_language_of_the_page(town, as_role):
    for name in ("", "后台任务", "命令"):
        with transaction.atomic():
            journal.write(Happening.SIGNED_IN, by=None, by_name=name, subject_kind="account")
    auditor = as_role(Role.AUDITOR, "")
    auditor.cookies["django_language"] = "en"
    with override("zh-hans"):
        text = auditor.get("/journal/").content.decode()
    for words in ("<td>command line</td>", "<td>background job</td>", "<td>命令</td>"):
        assert words in text
