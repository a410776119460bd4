"""The pages of plans: the list, a new one, the case with what may be done, the comparison."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gis.models import Membership, Plan, PlanComment, User
from gis.selectors.plans import plan as plan_row
from gis.terms import PlanState, Role
from tests.services.audits import world
from tests.services.plans import plan_world
from tests.services.plans.plan_world import G1, X1


@pytest.fixture
def ground(db):
    plan_world.make_ground()


def someone(name: str, role: Role, territory: str = world.DISTRICT) -> tuple[User, Client]:
    user = User.objects.create_user(username=name, password="Quiet-Harbour-7", display_name=f"{name}（显示名）")
    Membership.objects.create(
        user=user, role=role, territory_code=territory, begins_on=timezone.localdate() - timedelta(days=30)
    )
    client = Client()
    client.force_login(user)
    return user, client


@pytest.fixture
def officer(ground):
    return someone("officer", Role.OFFICER)


@pytest.fixture
def approver(ground):
    return someone("approver", Role.APPROVER)


def page(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def address(plan, word: str = "") -> str:
    return f"/plans/{plan.id}/{word}"


def do(client, plan, deed: str, status: int = 302, **told):
    version = Plan.objects.get(id=plan.id).version
    response = client.post(address(plan, f"do/{deed}/"), {"version": version, **told})
    assert response.status_code == status, response.content.decode()[:3000]
    return response


# --- the list ---------------------------------------------------------------------------------------------------------


def test_what_waits_for_me_stands_on_top_and_never_what_is_my_own(officer, approver):
    plan_world.submitted(officer[0])
    text = page(approver[1].get("/plans/"))
    assert "等待我审批 1 项" in text
    assert "海晏苑调整" in text
    assert "1 → 0" in text
    Membership.objects.create(
        user=officer[0], role=Role.APPROVER, territory_code=world.DISTRICT, begins_on=timezone.localdate()
    )
    assert "等待我审批" not in page(officer[1].get("/plans/"))


def test_the_list_narrows_by_state_community_and_author(officer, approver):
    plan_world.submitted(officer[0])
    plan_world.opened(officer[0], world.EAST, title="东侧草案")
    assert "东侧草案" in page(officer[1].get("/plans/"))
    assert "东侧草案" not in page(officer[1].get("/plans/", {"state": "submitted"}))
    assert "海晏苑调整" not in page(officer[1].get("/plans/", {"community": world.EAST}))
    assert "没有符合条件的方案" in page(approver[1].get("/plans/", {"mine": "1"}))
    assert "东侧草案" in page(officer[1].get("/plans/", {"state": "nonsense", "community": "1"}))


def test_a_steward_sees_neither_menu_nor_list_nor_plan(officer):
    plan = plan_world.submitted(officer[0])
    _user, steward = someone("steward", Role.STEWARD)
    assert "调整方案" not in page(steward.get("/"))
    assert page(steward.get("/plans/"), 403)
    assert page(steward.get(address(plan)), 404)
    assert page(steward.get(address(plan, "land.json")), 404)
    assert page(steward.get("/plans/new/"), 403)
    _user, leader = someone("leader", Role.LEADER)
    assert "海晏苑调整" in page(leader.get("/plans/"))
    assert "批准：您的账号没有“" in page(leader.get(address(plan)))


def test_the_list_asks_as_much_for_many_plans_as_for_one(officer, approver, django_assert_max_num_queries):
    for number in range(6):
        plan_world.opened(officer[0], title=f"第{number}个方案")
    with django_assert_max_num_queries(30):
        page(officer[1].get("/plans/"))


# --- a new one --------------------------------------------------------------------------------------------------------


def test_a_plan_is_opened_for_a_crossed_compound(officer):
    from gis.services.audits.runs import run_audit

    run_audit(district_code=world.DISTRICT, by=None, cause="test")
    text = page(officer[1].get("/plans/new/", {"compound": X1}))
    assert "“海晏苑”网格调整" in text
    assert f'value="{world.WEST}" checked' in text
    assert "被网格线穿过，穿入部分宽" in text
    told = {"district": world.DISTRICT, "communities": [world.WEST], "title": "海晏苑", "reason": "穿过"}
    response = officer[1].post("/plans/new/", told)
    made = Plan.objects.get()
    assert response["Location"] == address(made)
    assert "这些社区已有进行中的方案" in page(officer[1].get("/plans/new/", {"community": world.WEST}))


def test_what_is_missing_is_said_and_what_was_typed_stays(officer):
    told = {"district": world.DISTRICT, "title": "只有标题", "reason": ""}
    text = page(officer[1].post("/plans/new/", told), 422)
    assert "请至少选择一个社区" in text
    assert 'value="只有标题"' in text
    told = {"district": world.DISTRICT, "communities": [world.WEST[:-1] + "9"], "title": "标题", "reason": "理由"}
    text = page(officer[1].post("/plans/new/", told), 422)
    assert "plan.unknown_community" in text
    found = page(officer[1].post("/plans/new/", {**told, "communities": [world.WEST], "search": "没有", "find": "1"}))
    assert f'value="{world.WEST}" checked' in found
    assert Plan.objects.count() == 0


# --- the case ---------------------------------------------------------------------------------------------------------


def test_the_case_says_why_what_and_how_much(officer, approver):
    plan = plan_world.submitted(officer[0])
    text = page(approver[1].get(address(plan)))
    listed = ("小区被网格线穿过", "1 → 0", "海晏苑", f"网格 {G1}", "officer（显示名）", "立即生效", "操作记录 1 项")
    for words in listed:
        assert words in text
    drawn = json.loads(approver[1].get(address(plan, "land.json")).content)
    assert [len(drawn[name]["features"]) for name in ("left", "right", "same")] == [2, 2, 2]
    assert [row["properties"]["to"] for row in drawn["moved"]["features"]] == [G1]


def test_land_that_a_browser_has_is_not_drawn_again(officer):
    plan = plan_world.mended(officer[0])
    first = officer[1].get(address(plan, "land.json"))
    again = officer[1].get(address(plan, "land.json"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_a_plan_without_edits_and_a_title_of_120_signs(officer):
    plan = plan_world.opened(officer[0], title="字" * 120)
    text = page(officer[1].get(address(plan)))
    assert "还没有改动任何网格" in text
    assert "尚未核查" in text
    refused = page(do(officer[1], plan, "submit", 422), 422)
    assert "plan.changes_nothing" in refused
    do(officer[1], plan, "check")
    assert "方案没有改动任何网格" in page(officer[1].get(address(plan)))


def test_the_author_submits_and_cannot_approve(officer, approver):
    plan = plan_world.mended(officer[0])
    Membership.objects.create(
        user=officer[0], role=Role.APPROVER, territory_code=world.DISTRICT, begins_on=timezone.localdate()
    )
    do(officer[1], plan, "submit")
    assert "须由另一位审批人审批" in page(officer[1].get(address(plan)))
    assert "plan.own_approval" in page(do(officer[1], plan, "approve", 403, when="now"), 403)
    do(approver[1], plan, "approve", when="now", decision="同意")
    text = page(approver[1].get(address(plan)))
    assert plan_row(plan.id, None).state is PlanState.IN_FORCE
    assert "新旧网格对照" in text
    assert "同意" in text


def test_a_day_in_the_past_is_refused_and_one_to_come_is_a_schedule(officer, approver):
    plan = plan_world.submitted(officer[0])
    today = timezone.localdate()
    text = page(do(approver[1], plan, "approve", 422, when="day", day=today.isoformat(), decision="可以"), 422)
    assert "plan.moment_past" in text
    assert ">可以</textarea>" in text
    assert "请选择生效日期" in page(do(approver[1], plan, "approve", 422, when="day"), 422)
    do(approver[1], plan, "approve", when="day", day=(today + timedelta(days=3)).isoformat())
    row = plan_row(plan.id, None)
    assert row.state is PlanState.SCHEDULED
    assert row.in_force_from is not None
    assert timezone.localtime(row.in_force_from).hour == 0
    do(officer[1], plan, "withdraw", reason="改期")


def test_whoever_comes_second_is_shown_both_sides(officer, approver):
    plan = plan_world.submitted(officer[0])
    old = plan.version
    do(approver[1], plan, "approve", when="day", day=(timezone.localdate() + timedelta(days=3)).isoformat())
    _user, second = someone("second", Role.APPROVER)
    told = {"version": old, "decision": "面积不对"}
    text = page(second.post(address(plan, "do/reject/"), told), 412)
    assert "对方的改动" in text
    assert "approver：" in text
    assert "面积不对" in text


def test_remarks_stand_on_places_and_are_dealt_with(officer, approver):
    plan = plan_world.submitted(officer[0])
    do(approver[1], plan, "comment", text="这里的门朝北", lon="120.0012", lat="36.0011")
    do(approver[1], plan, "comment", text="第一网格太大", grid=G1)
    assert "plan.comment_elsewhere" in page(do(approver[1], plan, "comment", 422, text="哪里", grid="1" * 15), 422)
    first, _second = PlanComment.objects.order_by("id")
    text = page(officer[1].get(address(plan)))
    assert "2 条未处理" in text
    assert "120.0012,36.0011" in text
    do(officer[1], plan, "resolve", comment=first.pk)
    text = page(officer[1].get(address(plan)))
    assert "1 条未处理" in text
    assert text.index("第一网格太大") < text.index("这里的门朝北")


def test_a_changed_base_is_said_with_its_place(officer):
    plan = plan_world.mended(officer[0])
    other = plan_world.submitted(officer[0])
    Plan.objects.filter(id=other.id).update(author=someone("third", Role.OFFICER)[0])
    approving = someone("other_approver", Role.APPROVER)[1]
    do(approving, other, "approve", when="now")
    text = page(officer[1].get(address(plan)))
    assert "方案所依据的边界已经改变" in text
    assert "界线有变" in text
    assert "更新到现行边界" in text


def test_branches_corrections_and_the_way_back(officer, approver):
    plan = plan_world.in_force(officer[0], approver[0])
    do(officer[1], plan, "correct", title="更正", reason="写错了")
    do(officer[1], plan, "take-back", title="恢复", reason="有异议")
    made = set(Plan.objects.values_list("title", flat=True))
    assert made == {"海晏苑调整", "更正", "恢复"}
    draft = plan_world.mended(officer[0])
    do(officer[1], draft, "branch", title="另一个走法")
    assert do(officer[1], draft, "rebase")
    assert do(officer[1], plan, "no-such-act", 404)


def test_nothing_is_done_by_looking(officer):
    plan = plan_world.mended(officer[0])
    assert officer[1].get(address(plan, "do/submit/")).status_code == 405
    assert plan_row(plan.id, None).state is PlanState.DRAFT


def test_a_thousand_edits_are_listed_when_asked_for(officer):
    from gis.models import PlanOperation

    plan = plan_world.mended(officer[0])
    one = PlanOperation.objects.get(plan=plan.id)
    rows = [
        PlanOperation(plan_id=plan.id, number=number, edit=one.edit, text=one.text, figures=one.figures, by=officer[0])
        for number in range(2, 1001)
    ]
    PlanOperation.objects.bulk_create(rows)
    text = page(officer[1].get(address(plan)))
    assert "操作记录 1000 项" in text or "操作记录 1\u202f000 项" in text
    assert text.count('class="undone"') == 30
    assert page(officer[1].get(address(plan), {"log": "all"})).count('class="undone"') == 999


def test_a_package_goes_out_and_comes_back(officer, tmp_path):
    plan = plan_world.mended(officer[0])
    package = officer[1].get(f"/api/v1/plans/{plan.id}/export.gpkg").content
    path = tmp_path / "drawn.gpkg"
    path.write_bytes(package)
    with path.open("rb") as file:
        text = page(officer[1].post(address(plan, "upload/"), {"version": plan.version, "file": file}))
    assert "试算：会产生 0 项操作" in text
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(b"no package")
    with bad.open("rb") as file:
        text = page(officer[1].post(address(plan, "upload/"), {"version": plan.version, "file": file}), 422)
    assert "规则" in text
    assert "upload.no_file" in page(officer[1].post(address(plan, "upload/"), {"version": plan.version}), 422)
    with path.open("rb") as file:
        assert "对方的改动" in page(officer[1].post(address(plan, "upload/"), {"version": 1, "file": file}), 412)


# --- the comparison ---------------------------------------------------------------------------------------------------


def test_two_sides_are_compared_in_sentences_a_table_and_files(officer):
    plan = plan_world.mended(officer[0])
    query = {"left": timezone.now().isoformat(), "right": str(plan.id)}
    text = page(officer[1].get("/plans/compare/", query))
    assert f"网格 {G1}" in text
    assert "划转" in text
    drawn = json.loads(officer[1].get("/plans/compare/land.json", query).content)
    assert [len(drawn[name]["features"]) for name in ("left", "right", "same")] == [2, 2, 2]
    csv = officer[1].get("/plans/compare/crosswalk.csv", query)
    assert csv.content.decode("utf-8-sig").splitlines()[0] == "原网格,现网格,面积（平方米）,户数,楼栋,关系"
    assert officer[1].get("/plans/compare/crosswalk.xlsx", query).content[:2] == b"PK"
    by_households = page(officer[1].get("/plans/compare/", {**query, "order": "households"}))
    assert 'aria-sort="descending"' in by_households


def test_the_form_leads_to_an_address_that_can_be_passed_on(officer):
    plan = plan_world.mended(officer[0])
    chosen = {"district": world.DISTRICT, "left_plan": "", "left_day": "2026-01-01", "right_plan": str(plan.id)}
    response = officer[1].get("/plans/compare/", {**chosen, "right_day": ""})
    assert response["Location"] == f"/plans/compare/?left=2026-01-01&right={plan.id}&district={world.DISTRICT}"


def test_sides_that_cannot_be_compared_are_said(officer):
    plan = plan_world.mended(officer[0])
    assert "比较方案或日期" in page(officer[1].get("/plans/compare/"))
    wrong = page(officer[1].get("/plans/compare/", {"left": "gestern", "right": str(plan.id)}), 400)
    assert "moment.unreadable" in wrong
    assert page(officer[1].get("/plans/compare/", {"left": "2001-01-01", "right": "2001-01-02"}), 422)
    unknown = {"left": "00000000-0000-0000-0000-000000000000", "right": str(plan.id)}
    assert page(officer[1].get("/plans/compare/", unknown), 404)
