"""One finding and the moves of its case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gis.models import CaseNote, JournalLine
from gis.terms import CaseState, Clarity, FindingKind, Happening, Role
from tests.web.conftest import DISTRICT, square


def page(response) -> str:
    assert response.status_code == 200, response.content.decode()[:800]
    return response.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_see_the_map_sees_the_evidence(town, as_role, role):
    text = page(as_role(role).get(f"/findings/{town.crossed.pk}/"))
    for words in ["望海苑", "被网格线穿过", "明确", "42.5", "松岚1社区", "70%", "30%", f"{DISTRICT}001001002"]:
        assert words in text


def test_a_sketch_shows_the_compound_and_its_cut(town, as_role):
    text = page(as_role(Role.LEADER).get(f"/findings/{town.crossed.pk}/"))
    assert 'class="place" d="M' in text
    assert 'class="cut" d="M' in text


@pytest.mark.parametrize("shape", ["SRID=4490;POINT(120 36)", "SRID=4490;LINESTRING(120 36, 120 36.001)"])
def test_a_place_that_is_no_area_is_no_fault(town, as_role, shape):
    town.crossed.place = shape
    town.crossed.cut = None
    town.crossed.save()
    page(as_role(Role.LEADER).get(f"/findings/{town.crossed.pk}/"))


def test_a_finding_of_another_territory_is_not_there(town, as_role):
    other = as_role(Role.OFFICER, f"{DISTRICT}002")
    assert other.get(f"/findings/{town.crossed.pk}/").status_code == 404
    assert other.post(f"/findings/{town.crossed.pk}/move/", {"to": "triaged"}).status_code == 404
    assert as_role(Role.OFFICER, "370203").get(f"/findings/{town.crossed.pk}/").status_code == 404
    assert as_role(None).get(f"/findings/{town.crossed.pk}/").status_code == 404


def test_a_number_that_is_no_finding_is_not_there(town, as_role):
    response = as_role(Role.OFFICER).get("/findings/999999999/")
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


def test_an_officer_triages(town, as_role):
    officer = as_role(Role.OFFICER)
    assert "改为“已研判”" in page(officer.get(f"/findings/{town.crossed.pk}/"))
    response = officer.post(
        f"/findings/{town.crossed.pk}/move/", {"to": "triaged", "text": "现场核对属实"}, follow=True
    )
    text = page(response)
    assert "状态已改为“已研判”" in text
    assert "现场核对属实" in text
    town.crossed.refresh_from_db()
    assert town.crossed.state == CaseState.TRIAGED
    assert JournalLine.objects.get().happening == Happening.FINDING_MOVED


def test_the_way_forward_is_offered_before_the_way_back(town, as_role):
    town.crossed.state = CaseState.TRIAGED
    town.crossed.save()
    text = page(as_role(Role.OFFICER).get(f"/findings/{town.crossed.pk}/"))
    assert text.index("改为“已提方案”") < text.index("改为“已发现”")


@pytest.mark.parametrize("role", [Role.LEADER, Role.STEWARD, Role.DISPATCHER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_only_reads_is_offered_nothing_and_refused(town, as_role, role):
    reader = as_role(role)
    text = page(reader.get(f"/findings/{town.crossed.pk}/"))
    assert "变更状态" not in text
    assert "添加备注" not in text
    assert "认可例外" not in text
    for action, form in [
        ("move", {"to": "triaged"}),
        ("note", {"text": "x"}),
        ("exception", {"reason": "x", "expires_on": "2099-01-01"}),
        ("exception/end", {"reason": "x"}),
    ]:
        response = reader.post(f"/findings/{town.crossed.pk}/{action}/", form)
        assert response.status_code == 403, action
        assert "无权" in response.content.decode()
    town.crossed.refresh_from_db()
    assert town.crossed.state == CaseState.FOUND
    assert not JournalLine.objects.exists()


def test_a_move_that_the_case_may_not_make_is_a_conflict(town, as_role):
    response = as_role(Role.OFFICER).post(f"/findings/{town.crossed.pk}/move/", {"to": "in_force"})
    assert response.status_code == 409
    assert "不能改为" in response.content.decode()
    assert "case.wrong_move" in response.content.decode()


def test_a_state_that_does_not_exist_is_refused(town, as_role):
    response = as_role(Role.OFFICER).post(f"/findings/{town.crossed.pk}/move/", {"to": "nonsense"})
    assert response.status_code == 422


def test_a_remark_is_kept(town, as_role):
    officer = as_role(Role.OFFICER)
    text = page(officer.post(f"/findings/{town.crossed.pk}/note/", {"text": "<b>待测量</b>"}, follow=True))
    assert "&lt;b&gt;待测量&lt;/b&gt;" in text
    assert CaseNote.objects.get().text == "<b>待测量</b>"


def test_an_empty_remark_is_refused_beside_its_field(town, as_role):
    response = as_role(Role.OFFICER).post(f"/findings/{town.crossed.pk}/note/", {"text": "  "})
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()


def test_an_approver_accepts_and_ends_an_exception(town, as_role):
    approver = as_role(Role.APPROVER)
    day = timezone.localdate() + timedelta(days=90)
    form = {"reason": "整体拆迁中", "expires_on": day.isoformat()}
    text = page(approver.post(f"/findings/{town.crossed.pk}/exception/", form, follow=True))
    assert "例外已认可" in text
    assert f"有效至 {day}" in text
    assert "终止例外" in text
    assert "变更状态" not in text
    text = page(approver.post(f"/findings/{town.crossed.pk}/exception/end/", {"reason": "已复工"}, follow=True))
    assert "例外已终止" in text
    assert "已复工" in text
    town.crossed.refresh_from_db()
    assert town.crossed.state == CaseState.FOUND


def test_an_exception_in_the_past_is_refused_with_its_reason(town, as_role):
    form = {"reason": "x", "expires_on": "2020-01-01"}
    response = as_role(Role.APPROVER).post(f"/findings/{town.crossed.pk}/exception/", form)
    assert response.status_code == 422
    assert "必须晚于今天" in response.content.decode()


def test_an_officer_does_not_accept_exceptions(town, as_role):
    officer = as_role(Role.OFFICER)
    assert "认可例外" not in page(officer.get(f"/findings/{town.crossed.pk}/"))


@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_kind_has_a_page(town, as_role, kind):
    town.crossed.kind = kind
    town.crossed.evidence = {"area_m2": 310.5, "share": 0.12, "unheard_of": [1, 2], "nested": {"a": 1}}
    town.crossed.clarity = Clarity.DOUBTFUL
    town.crossed.place = square(3, 3)
    town.crossed.save()
    text = page(as_role(Role.LEADER).get(f"/findings/{town.crossed.pk}/"))
    assert str(kind.label) in text
    assert "310" in text or "311" in text


def test_the_evidence_of_a_straddling_grid_is_a_table(town, as_role):
    finding = town.crossed
    finding.kind = FindingKind.GRID_STRADDLES
    finding.subjects = [f"{DISTRICT}001001001", f"{DISTRICT}001001", f"{DISTRICT}002001"]
    finding.evidence = {
        "communities": [f"{DISTRICT}001001", f"{DISTRICT}002001"],
        "areas_m2": [9000.0, 1000.0],
        "shares": [0.9, 0.1],
        "widths_m": [80.0, 12.0],
        "community_households": [200, 17],
    }
    finding.save()
    text = page(as_role(Role.LEADER).get(f"/findings/{finding.pk}/"))
    assert "松岚2社区" in text
    assert "12.0" in text
    assert "90%" in text


def test_a_wrong_parent_is_told_by_name(town, as_role):
    finding = town.crossed
    finding.kind = FindingKind.WRONG_PARENT
    finding.subjects = ["XQ1", f"{DISTRICT}001001", f"{DISTRICT}002001"]
    finding.evidence = {"recorded": f"{DISTRICT}001001", "by": "parent", "actual": f"{DISTRICT}002001", "share": 0.98}
    finding.save()
    text = page(as_role(Role.LEADER).get(f"/findings/{finding.pk}/"))
    assert f"松岚1社区 {DISTRICT}001001" in text
    assert f"松岚2社区 {DISTRICT}002001" in text
    assert "parent" not in text


def test_a_steward_of_one_grid_sees_its_findings_and_no_other(town, as_role):
    client = as_role(Role.STEWARD, f"{DISTRICT}001001002")
    shown = client.get("/").content.decode()
    assert "望海苑" in shown
    assert "鸣泉花园" not in shown
    assert client.get(f"/findings/{town.crossed.pk}/").status_code == 200
    assert client.get(f"/findings/{town.doubtful.pk}/").status_code == 404
