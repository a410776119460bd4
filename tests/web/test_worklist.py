"""The worklist without a script: filters by address, changes by form, all or none."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gis.models import Compound, Finding, JournalLine, User
from gis.terms import CaseState, Clarity, FindingKind, Novelty, Role
from tests.services.audits import world
from tests.services.audits.many import make_many
from tests.web.conftest import DISTRICT

EMPTY = "没有符合条件的问题"


def page(response, status=200) -> str:
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def rows(text) -> str:
    """Return the table's body: names also stand in the filters."""
    return text[text.index("<tbody>") : text.index("</tbody>")]


def sent(case, **more):
    """Return a change of one case as its page sends it."""
    return {"district": DISTRICT, "ids": [case.pk], "version": [f"{case.pk}:{case.version}"], **more}


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ({}, "望海苑", EMPTY),
        ({"clarity": "clear"}, "望海苑", "鸣泉花园"),
        ({"clarity": "doubtful"}, "鸣泉花园", "望海苑"),
        ({"kind": "gap"}, EMPTY, "望海苑"),
        ({"place": f"{DISTRICT}001"}, "望海苑", "鸣泉花园"),
        ({"place": f"{DISTRICT}002001"}, "鸣泉花园", "望海苑"),
        ({"place": f"{DISTRICT}002001002"}, "鸣泉花园", "望海苑"),
        ({"place": "XQ1"}, "望海苑", "鸣泉花园"),
        ({"search": "鸣泉"}, "鸣泉花园", "望海苑"),
        ({"state": "found"}, "望海苑", EMPTY),
        ({"state": "excepted"}, EMPTY, "望海苑"),
        ({"state": "any"}, "望海苑", EMPTY),
        ({"whose": "mine"}, EMPTY, "望海苑"),
        ({"whose": "nobody"}, "望海苑", EMPTY),
        ({"whose": "987654321"}, EMPTY, "望海苑"),
        ({"change": "new"}, EMPTY, "望海苑"),
    ],
)
def test_the_table_is_filtered(town, as_role, query, seen, unseen):
    text = rows(page(as_role(Role.OFFICER).get("/worklist/", query)))
    assert seen in text
    assert unseen not in text


@pytest.mark.parametrize(
    "query",
    [{"kind": "nonsense"}, {"place": "a b;"}, {"page": "x"}, {"page": "99999999"}, {"whose": "-1"}, {"search": "\0"}],
)
def test_a_broken_address_is_no_fault(town, as_role, query):
    assert "共 2 项" in page(as_role(Role.OFFICER).get("/worklist/", query))


def test_the_filters_say_what_they_would_show(town, as_role):
    text = page(as_role(Role.OFFICER).get("/worklist/", {"clarity": "clear"}))
    assert "小区被网格线穿过（1）" in text
    assert "待核实（1）" in text
    assert "松岚1社区（1）" in text
    assert "松岚2社区（" not in text
    assert "无人负责（1）" in text
    assert '<option value="clear" selected>' in text


def test_a_choice_that_shows_nothing_stays_chosen(town, as_role):
    text = page(as_role(Role.OFFICER).get("/worklist/", {"kind": "gap", "place": "XQ9"}))
    assert '<option value="gap" selected>网格间空隙（0）' in text
    assert '<option value="XQ9" selected>XQ9（0）' in text


def test_the_order_is_by_width_or_households(town, as_role):
    town.doubtful.households = 999
    town.doubtful.save()
    officer = as_role(Role.OFFICER)
    by_width = page(officer.get("/worklist/"))
    assert by_width.index("望海苑") < by_width.index("鸣泉花园")
    by_households = page(officer.get("/worklist/", {"order": "households"}))
    assert by_households.index("鸣泉花园") < by_households.index("望海苑")


def test_a_street_sees_and_counts_its_own_only_whatever_it_asks(town, as_role):
    steward = as_role(Role.STEWARD, f"{DISTRICT}002")
    assert "望海苑" not in page(steward.get("/worklist/"))
    assert "松岚1社区" not in page(steward.get("/worklist/"))
    text = page(steward.get("/worklist/", {"place": f"{DISTRICT}001"}))
    assert EMPTY in text
    assert "望海苑" not in text


def test_another_district_is_not_there(town, as_role):
    assert as_role(Role.LEADER).get("/worklist/", {"district": "370203"}).status_code == 404
    assert as_role(Role.LEADER, "370203").get("/worklist/", {"district": DISTRICT}).status_code == 404
    assert as_role(Role.OFFICER).post("/worklist/change/", {"district": "370203"}).status_code == 404
    assert "没有可看的区" in page(as_role(None).get("/worklist/"))


def test_who_only_reads_is_offered_no_change(town, as_role):
    for role in (Role.LEADER, Role.STEWARD, Role.AUDITOR):
        reader = as_role(role)
        text = page(reader.get("/worklist/"))
        assert 'name="ids"' not in text
        assert "处理勾选的问题" not in text
        refused = page(reader.post("/worklist/change/", sent(town.crossed, action="move", to="triaged")), 403)
        assert "无权" in refused
    assert "认可例外" not in page(as_role(Role.OFFICER).get("/worklist/"))
    assert "变更状态" not in page(as_role(Role.APPROVER).get("/worklist/"))


def test_the_ticked_are_triaged_and_the_filter_stays(town, as_role):
    officer = as_role(Role.OFFICER)
    form = {
        "district": DISTRICT,
        "filter": f"district={DISTRICT}&order=households",
        "action": "move",
        "to": "triaged",
        "text": "现场会",
        "ids": [town.crossed.pk, town.doubtful.pk],
        "version": [f"{case.pk}:{case.version}" for case in (town.crossed, town.doubtful)],
    }
    response = officer.post("/worklist/change/", form, follow=True)
    assert response.redirect_chain == [(f"/worklist/?district={DISTRICT}&order=households&page=1", 302)]
    assert "已处理 2 个问题" in page(response)
    assert set(Finding.objects.values_list("state", flat=True)) == {CaseState.TRIAGED}
    assert town.crossed.notes.get().text == "现场会"


def test_cases_are_given_noted_and_accepted(town, as_role):
    officer = as_role(Role.OFFICER)
    me = User.objects.get(id=officer.session["_auth_user_id"])
    page(officer.post("/worklist/change/", sent(town.crossed, action="assign", officer=me.username), follow=True))
    town.crossed.refresh_from_db()
    assert town.crossed.assigned_to == me
    page(officer.post("/worklist/change/", sent(town.crossed, action="assign", officer="-"), follow=True))
    page(officer.post("/worklist/change/", sent(town.crossed, action="note", text="周五再看"), follow=True))
    town.crossed.refresh_from_db()
    assert town.crossed.assigned_to is None
    assert town.crossed.notes.last().text == "周五再看"
    day = (timezone.localdate() + timedelta(days=90)).isoformat()
    accept = sent(town.crossed, action="accept", text="整体拆迁", expires_on=day)
    page(as_role(Role.APPROVER).post("/worklist/change/", accept, follow=True))
    town.crossed.refresh_from_db()
    assert town.crossed.state == CaseState.EXCEPTED


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"action": "move", "to": "triaged", "ids": []}, 422, "没有选中任何问题"),
        ({"action": "move"}, 422, "请选择要改成的状态"),
        ({"action": "move", "to": "in_force"}, 409, "不能改为“已生效”"),
        ({"action": "move", "to": "verified"}, 409, "只由检查给出"),
        ({"action": "assign"}, 422, "请选择负责人"),
        ({"action": "assign", "officer": "nobody-of-ours"}, 422, "没有账号 nobody-of-ours"),
        ({"action": "note", "text": "  "}, 422, "备注不能为空"),
        ({"action": "accept", "text": "x", "expires_on": "2099-01-01"}, 403, "无权"),
        ({"action": "accept", "text": "x"}, 422, "请填写例外的到期日"),
        ({"action": "accept", "text": "x", "expires_on": "soon"}, 422, "到期日不是一个日期"),
        ({"action": "dance"}, 422, "dance"),
        ({"action": "note", "text": "x", "ids": ["999999999999999999"]}, 404, "没有编号为"),
        ({"action": "note", "text": "x", "ids": ["9" * 40, "x"]}, 422, "没有选中任何问题"),
        ({"action": "move", "to": "triaged", "all": "1", "total": "7"}, 422, "筛选结果现有 2 项，打开页面时是 7 项"),
    ],
)
def test_what_is_refused_says_why_and_keeps_the_ticks(town, as_role, form, status, words):
    text = page(as_role(Role.OFFICER).post("/worklist/change/", {**sent(town.crossed), **form}), status)
    assert words in text
    assert 'role="alert"' in text
    if "ids" not in form:
        assert re.search(rf'value="{town.crossed.pk}"[^>]* checked', text)
    assert not JournalLine.objects.exists()


def test_all_of_the_filter_are_changed_beyond_the_page(as_role, db):
    make_many(200)
    officer = as_role(Role.OFFICER, world.DISTRICT)
    text = page(officer.get("/worklist/", {"state": "found"}))
    assert "不只本页，而是筛选出的全部 100 项" in text
    form = {"district": world.DISTRICT, "filter": "state=found", "all": "1", "total": "100"}
    page(officer.post("/worklist/change/", {**form, "action": "move", "to": "triaged"}, follow=True))
    assert not Finding.objects.filter(state=CaseState.FOUND).exists()


def test_a_stale_tick_stops_all_and_is_pointed_at(town, as_role):
    officer, other = as_role(Role.OFFICER), as_role(Role.OFFICER)
    before = sent(town.crossed, action="assign", officer="-")
    page(other.post("/worklist/change/", sent(town.crossed, action="move", to="triaged"), follow=True))
    text = page(officer.post("/worklist/change/", before), 409)
    assert "现为“已研判”" in text
    assert "您看到的是“已发现”" in text
    assert "finding.stale" in text
    assert text.count('class="in-the-way"') == 1


def test_the_finding_page_refuses_a_stale_move(town, as_role):
    officer = as_role(Role.OFFICER)
    seen = town.crossed.version
    page(officer.post(f"/findings/{town.crossed.pk}/move/", {"to": "triaged", "version": seen}, follow=True))
    response = officer.post(f"/findings/{town.crossed.pk}/move/", {"to": "proposed", "version": seen})
    assert "finding.stale" in page(response, 409)


def test_a_finding_knows_its_place_in_the_list_that_it_was_opened_from(town, as_role):
    officer = as_role(Role.OFFICER)
    query = f"district={DISTRICT}&amp;order=households"
    text = page(officer.get(f"/findings/{town.crossed.pk}/?district={DISTRICT}&order=households"))
    assert "第 1 项，共 2 项" in text
    assert f'<a rel="next" href="/findings/{town.doubtful.pk}/?{query}">' in text
    assert 'rel="prev"' not in text
    assert f'action="/findings/{town.crossed.pk}/move/?{query}"' in text
    response = officer.post(
        f"/findings/{town.crossed.pk}/move/?district={DISTRICT}&order=households&state=found",
        {"to": "triaged"},
        follow=True,
    )
    text = page(response)
    assert "已不在筛选结果中" in text
    assert f'href="/findings/{town.doubtful.pk}/?' in text
    assert "下一个待研判" in text


def test_a_finding_is_given_away_on_its_page(town, as_role):
    officer = as_role(Role.OFFICER)
    me = User.objects.get(id=officer.session["_auth_user_id"])
    address = f"/findings/{town.crossed.pk}/assign/"
    assert "负责人已更新" in page(officer.post(address, {"officer": me.username}, follow=True))
    assert f'<option value="{me.username}" selected>' in page(officer.get(f"/findings/{town.crossed.pk}/"))
    assert page(officer.post(address, {"officer": "no-such"}), 422)
    assert as_role(Role.LEADER).post(address, {"officer": "-"}).status_code == 403


def test_the_file_follows_the_filter(town, as_role):
    text = page(as_role(Role.OFFICER).get("/worklist/", {"clarity": "doubtful"}))
    address = re.search(r'href="([^"]*findings\.csv[^"]*)"', text)
    assert address is not None
    lines = as_role(Role.OFFICER).get(address[1].replace("&amp;", "&")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "鸣泉花园" in lines[1]


def test_the_longest_name_stands_whole(town, as_role):
    name = "望" * 120
    Compound.objects.filter(code="XQ1").update(name=name)
    assert name in rows(page(as_role(Role.OFFICER).get("/worklist/")))


def test_ten_thousand_findings_are_a_page_of_fifty_with_few_questions(as_role, db):
    make_many()
    officer = as_role(Role.OFFICER, world.DISTRICT)
    with CaptureQueriesContext(connection) as asked:
        text = page(officer.get("/worklist/", {"page": "150"}))
    assert "共 7\u202f500 项" in text
    assert rows(text).count("<tr") == 50
    assert len(asked) < 40


@pytest.mark.parametrize("address", ["/worklist/", "/"])
def test_a_lost_session_leads_back_to_where_it_was(client, town, address):
    response = client.get(address, {"district": DISTRICT})
    assert response["Location"].startswith("/sign-in/?next=")


class TestFeed:
    """What the list beside the map asks for."""

    def test_it_begins_with_words_moves_and_what_i_may(self, town, as_role):
        told = as_role(Role.OFFICER).get("/worklist/start.json").json()
        assert told["words"]["kind"]["gap"] == "网格间空隙"
        assert told["moves"]["found"] == ["triaged"]
        assert told["moves"]["excepted"] == []
        assert told["may"] == {"triage": [DISTRICT], "except": []}
        assert [point["clear"] for point in told["trend"]] == [3, 1]
        assert [officer["territories"] for officer in told["officers"]] == [[DISTRICT]]
        assert as_role(Role.STEWARD, f"{DISTRICT}002").get("/worklist/start.json").json()["trend"] == []

    def test_the_list_holds_all_numbers_in_order(self, town, as_role):
        town.doubtful.state = CaseState.TRIAGED
        town.doubtful.save()
        town.crossed.sightings.filter(run=town.run).update(novelty=Novelty.NEW)
        told = as_role(Role.OFFICER).get("/worklist/list.json").json()
        assert told["ids"] == [town.crossed.pk, town.doubtful.pk]
        assert told["needing"] == [town.crossed.pk]
        assert told["changes"] == {"new": 1, "reclassed": 0, "resolved": 0}
        kinds = next(offer for offer in told["offers"] if offer["name"] == "kind")
        assert kinds["options"] == [["", "全部", None], ["compound_crossed", "小区被网格线穿过", 2]]
        assert as_role(Role.OFFICER).get("/worklist/list.json", {"clarity": "doubtful"}).json()["total"] == 1

    def test_rows_by_number_only_those_that_i_see(self, town, as_role):
        numbers = f"{town.crossed.pk},{town.doubtful.pk},x,999999,{'9' * 30}"
        (row,) = as_role(Role.STEWARD, f"{DISTRICT}002").get("/worklist/rows.json", {"ids": numbers}).json()["rows"]
        assert (row["id"], row["names"][0], row["version"]) == (town.doubtful.pk, "鸣泉花园", town.doubtful.version)
        assert as_role(Role.OFFICER).get("/worklist/rows.json").json() == {"rows": []}

    def test_it_is_only_for_who_sees_the_district(self, town, as_role, client):
        for name in ("start", "list", "rows"):
            assert as_role(Role.OFFICER, "370203").get(f"/worklist/{name}.json?district={DISTRICT}").status_code == 404
            assert client.get(f"/worklist/{name}.json").status_code == 302

    def test_every_word_has_its_label(self, town, as_role):
        words = as_role(Role.LEADER).get("/worklist/start.json").json()["words"]
        assert set(words["kind"]) == {kind.value for kind in FindingKind}
        assert set(words["clarity"]) == {clarity.value for clarity in Clarity}
