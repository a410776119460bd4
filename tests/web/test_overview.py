"""The first page."""

import pytest

from gis.terms import Role
from tests.web.conftest import DISTRICT


def page(response) -> str:
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_the_figures_of_its_district(town, as_role, role):
    text = page(as_role(role).get("/"))
    assert "海岬区" in text
    assert "<strong>1</strong>" in text
    assert "另有 1 个待核实" in text
    assert "望海苑" in text
    assert "鸣泉花园" in text


def test_nobody_enters_without_signing_in(client, town):
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/"


def test_an_account_without_a_role_sees_nothing(town, as_role):
    text = page(as_role(None).get("/"))
    assert "没有可看的区" in text
    assert "望海苑" not in text


def test_a_street_sees_its_own_findings_only(town, as_role):
    text = page(as_role(Role.STEWARD, f"{DISTRICT}002").get("/"))
    assert "鸣泉花园" in text
    assert "望海苑" not in text
    assert f"管辖范围 {DISTRICT}002" in text


def test_a_street_cannot_widen_its_view_by_the_filter(town, as_role):
    text = page(as_role(Role.STEWARD, f"{DISTRICT}002").get("/", {"place": f"{DISTRICT}001"}))
    assert "望海苑" not in text
    assert "没有符合条件的问题" in text


def test_another_district_is_not_there(town, as_role):
    assert as_role(Role.LEADER).get("/", {"district": "370203"}).status_code == 404
    assert as_role(Role.LEADER, "370203").get("/", {"district": DISTRICT}).status_code == 404


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ({"clarity": "clear"}, "望海苑", "鸣泉花园"),
        ({"clarity": "doubtful"}, "鸣泉花园", "望海苑"),
        ({"kind": "gap"}, "没有符合条件的问题", "望海苑"),
        ({"place": f"{DISTRICT}001"}, "望海苑", "鸣泉花园"),
        ({"search": "鸣泉"}, "鸣泉花园", "望海苑"),
        ({"state": "found"}, "望海苑", "没有符合条件的问题"),
        ({"state": "excepted"}, "没有符合条件的问题", "望海苑"),
    ],
)
def test_the_table_is_filtered(town, as_role, query, seen, unseen):
    text = page(as_role(Role.OFFICER).get("/", query))
    assert seen in text
    assert unseen not in text


@pytest.mark.parametrize("query", [{"kind": "nonsense"}, {"place": "abc"}, {"page": "x"}, {"page": "99999999"}])
def test_a_broken_address_is_no_fault(town, as_role, query):
    assert "共 2 项" in page(as_role(Role.OFFICER).get("/", query))


def test_the_order_is_by_width_or_households(town, as_role):
    town.doubtful.households = 999
    town.doubtful.save()
    officer = as_role(Role.OFFICER)
    by_width = page(officer.get("/"))
    assert by_width.index("望海苑") < by_width.index("鸣泉花园")
    by_households = page(officer.get("/", {"order": "households"}))
    assert by_households.index("鸣泉花园") < by_households.index("望海苑")


def test_the_trend_is_drawn(town, as_role):
    text = page(as_role(Role.LEADER).get("/"))
    assert "被穿过的小区从 4 个变为 2 个" in text
    assert 'points="0.0,0.0 320.0,30.0"' in text


def test_only_who_may_audit_is_offered_it(town, as_role):
    assert "重新检查" in page(as_role(Role.OFFICER).get("/"))
    assert "重新检查" not in page(as_role(Role.LEADER).get("/"))
    refused = as_role(Role.LEADER).post(f"/districts/{DISTRICT}/audit/")
    assert refused.status_code == 403
    assert "无权" in refused.content.decode()


def test_names_are_escaped(town, as_role):
    town.district.name = "<script>alert(1)</script>"
    town.district.save()
    assert "<script>alert(1)" not in page(as_role(Role.LEADER).get("/"))


def test_pages_carry_a_strict_policy_and_no_inline_style_or_script(town, as_role):
    response = as_role(Role.OFFICER).get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    text = response.content.decode()
    assert "<script" not in text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
