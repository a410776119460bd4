"""The first page."""

import pytest

from gis.terms import CaseState, Novelty, Role
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


def test_another_district_is_not_there(town, as_role):
    assert as_role(Role.LEADER).get("/", {"district": "370203"}).status_code == 404
    assert as_role(Role.LEADER, "370203").get("/", {"district": DISTRICT}).status_code == 404


def test_what_waits_and_what_changed_lead_into_the_worklist(town, as_role):
    text = page(as_role(Role.OFFICER).get("/"))
    assert "等待研判 2 项" in text
    assert f'href="/worklist/?district={DISTRICT}&amp;kind=compound_crossed"' in text
    assert f'href="/worklist/?district={DISTRICT}&amp;change=new"' not in text
    town.doubtful.sightings.filter(run=town.run).update(novelty=Novelty.NEW)
    town.crossed.state = CaseState.TRIAGED
    town.crossed.save()
    text = page(as_role(Role.OFFICER).get("/"))
    assert "等待研判 1 项" in text
    assert "望海苑" not in text
    assert f'href="/worklist/?district={DISTRICT}&amp;change=new">1</a>' in text


def test_what_is_mine_is_counted(town, as_role):
    officer = as_role(Role.OFFICER)
    assert "我负责的" not in page(officer.get("/"))
    town.crossed.assigned_to_id = int(officer.session["_auth_user_id"])
    town.crossed.save()
    assert "我负责的 1 项" in page(officer.get("/"))


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
