"""From a crossed compound to boundaries in force, over HTTP alone; and what is then told of it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gis.models import Finding, GridBoundary, Plan
from gis.services.audits.runs import run_audit
from gis.terms import Role
from tests.api.plans.conftest import PLANS, Desk, area_of, problem
from tests.services.audits.world import DISTRICT, EAST, WEST
from tests.services.plans.plan_world import G1, G2, G3, X1

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_whole_walk(desk: Any) -> None:
    run_audit(district_code=DISTRICT, by=None)
    officer, approver, leader = desk(), desk(Role.APPROVER), desk(Role.LEADER)
    officer.open()
    before = timezone.now().isoformat()
    grids = officer.client.get(f"/api/v1/grids/?parent={WEST}")
    shape = {feature["id"]: area_of(feature) for feature in grids.json()["features"]}

    asked = officer.do("proposals/", {"kind": "best"}, status=201)
    assert (asked["kind"], asked["state"]) == ("best", "done")
    (choice,) = asked["answer"]["choices"]
    assert (choice["number"], choice["proof"], choice["households_moved"]) == (1, "proven", 20)
    assert X1 in [move["compound"]["code"] for move in choice["moves"] if move["compound"]]
    assert all(move["why"] for move in choice["moves"])
    assert choice["check"]["publishable"]
    taken = officer.do(f"proposals/{asked['id']}/apply/", {"choice": 1})
    assert taken["plan"]["done"] == taken["number"] == 1

    check = officer.do("check/")["check"]
    assert (check["version"], check["publishable"], check["reasons"]) == (2, True, [])
    assert (check["crossed_before"], check["crossed_after"]) == ([X1], [])
    assert [one["kind"] for one in check["resolved"]] == ["compound_crossed"]
    assert officer.read("check/").json()["check"] == check
    assert leader.client.get(f"{PLANS}{officer.plan_id}/").status_code == 404

    officer.read()
    submitted = officer.do("submit/")
    assert (submitted["state"], submitted["may"]["edit"], submitted["may"]["decide"]) == ("submitted", False, False)
    problem(officer.ask("undo/"), 409, "plan.wrong_move")
    assert leader.take(officer).read().json()["may"] == dict.fromkeys(submitted["may"], False)
    problem(officer.ask("approve/"), 403)
    assert approver.take(officer).read().json()["may"]["decide"]
    decided = approver.do("approve/", {"decision": "同意"})
    assert (decided["state"], decided["decision"]) == ("in_force", "同意")
    assert decided["in_force_at"]
    problem(approver.ask("withdraw/"), 403)

    now = officer.client.get(f"/api/v1/grids/?parent={WEST}")
    assert now["ETag"] != grids["ETag"]
    after = {feature["id"]: area_of(feature) for feature in now.json()["features"]}
    assert after[G1].area > shape[G1].area
    assert after[G3].equals(shape[G3])
    as_then = officer.client.get(f"/api/v1/grids/{G1}/?as_of={before.replace('+', '%2B')}").json()
    assert area_of(as_then).equals(shape[G1])

    walk = officer.read("crosswalk/").json()["results"]
    (moved,) = [row for row in walk if not row["kept"] and not row["noise"]]
    assert (moved["from_grid"], moved["to_grid"], moved["households"], moved["buildings"]) == (G2, G1, 20, 1)
    handed = officer.read("handover/").json()["results"]
    assert {(row["grid"], row["way"], row["compound"]) for row in handed} >= {(G2, "leaves", X1), (G1, "arrives", X1)}
    assert officer.read("handover/", "?steward=niemand").json()["results"] == []

    compared = officer.client.get("/api/v1/compare/", {"left": before, "right": officer.plan_id, "shapes": "1"})
    assert compared.status_code == 200, compared.content.decode()
    told = compared.json()
    assert (told["left"]["plan"], told["right"]["plan"]) == (None, officer.plan_id)
    assert told["households_moved"] == 20
    assert {line["code"] for line in told["differences"]} == {G1, G2}
    (row,) = [row for row in told["crosswalk"] if not row["kept"] and not row["noise"]]
    assert area_of(row).area > 0
    run_audit(district_code=DISTRICT, by=None)
    assert Finding.objects.get(kind="compound_crossed").state == "verified"
    tile = officer.client.get("/tiles/grid/14/13679/6419.mvt")
    assert tile.status_code in (200, 204)


def test_in_force_from_a_day(officer_desk: Desk, desk: Any) -> None:
    officer_desk.mend()
    officer_desk.do("submit/")
    approver = desk(Role.APPROVER).take(officer_desk)
    for past in ("2020-01-01", (timezone.now() - timedelta(minutes=1)).isoformat()):
        problem(approver.ask("approve/", {"in_force_from": past}), 422, "plan.moment_past")
    for wrong in ("morgen", 5, "2026-13-01"):
        assert "in_force_from" in problem(approver.ask("approve/", {"in_force_from": wrong}), 400)["errors"]
    day = timezone.localdate() + timedelta(days=30)
    told = approver.do("approve/", {"in_force_from": day.isoformat()})
    assert told["state"] == "scheduled"
    assert told["in_force_from"].startswith(f"{day.isoformat()}T00:00:00+08:00")
    assert not GridBoundary.objects.filter(plan__isnull=False).exists()
    officer_desk.read()
    assert officer_desk.do("withdraw/", {"reason": "另有安排"})["state"] == "withdrawn"


def test_nobody_decides_on_the_own_plan(desk: Any) -> None:
    from gis.models import Membership, User
    from tests.services.audits.world import ESTABLISHED

    both = desk()
    user = User.objects.get(pk=both.client.session["_auth_user_id"])
    Membership.objects.create(user=user, role=Role.APPROVER, territory_code=DISTRICT, begins_on=ESTABLISHED)
    both.open()
    both.mend()
    assert not both.do("submit/")["may"]["decide"]
    problem(both.ask("approve/"), 403, "plan.own_approval")
    problem(both.ask("reject/", {"decision": "不同意"}), 403, "plan.own_approval")
    assert Plan.objects.get().state == "submitted"


def test_sent_back_and_continued_as_a_branch(officer_desk: Desk, desk: Any) -> None:
    problem(officer_desk.ask("submit/"), 422, "plan.changes_nothing")
    officer_desk.mend()
    officer_desk.do("submit/")
    approver = desk(Role.APPROVER).take(officer_desk)
    problem(approver.ask("reject/"), 400)
    stale = approver.tag.replace('"3', '"2')
    assert problem(approver.ask("reject/", {"decision": "再议"}, tag=stale), 412)["sent"] == {"decision": "再议"}
    assert approver.do("reject/", {"decision": "理由不足"})["state"] == "rejected"
    told = officer_desk.read().json()
    assert (told["decision"], told["may"]["branch"], told["may"]["withdraw"]) == ("理由不足", True, False)
    officer_desk.do("branches/", {"title": "再来一次"}, status=201)


def test_a_plan_in_force_is_corrected_by_another(officer_desk: Desk, desk: Any) -> None:
    problem(officer_desk.ask("correct/", {"title": "更正", "reason": "有误"}), 409, "plan.wrong_move")
    officer_desk.mend()
    officer_desk.do("submit/")
    desk(Role.APPROVER).take(officer_desk).do("approve/")
    told = officer_desk.do("correct/", {"title": "更正", "reason": "有误"}, status=201)
    assert (told["follows"], told["follows_as"], told["state"]) == (officer_desk.plan_id, "correction", "draft")
    for word, body in (("operations/", {"edits": [{"kind": "retire_grid", "grid": G1}]}), ("withdraw/", {})):
        officer_desk.read()
        problem(officer_desk.ask(word, body), 409, "plan.wrong_move")


def test_a_plan_in_force_is_taken_back(officer_desk: Desk, desk: Any) -> None:
    body = {"title": "撤销", "reason": "居民反对"}
    problem(officer_desk.ask("take-back/", body), 409, "plan.wrong_move")
    officer_desk.edit({"kind": "rename_grid", "grid": G3, "name": "新名"})
    officer_desk.mend()
    officer_desk.do("submit/")
    desk(Role.APPROVER).take(officer_desk).do("approve/")
    told = officer_desk.do("take-back/", body, status=201)
    assert (told["plan"]["follows"], told["plan"]["follows_as"]) == (officer_desk.plan_id, "withdrawal")
    assert all(abs(one["place"][0] - 120.5) < 1 and one["message"] for one in told["left"])
    assert told["left"]  # X1 would be crossed again


def test_codes_by_the_rule_and_by_hand(officer_desk: Desk) -> None:
    assert officer_desk.read("codes/").json() == {"version": 1, "results": []}
    problem(officer_desk.ask("codes/"), 422)
    problem(officer_desk.ask("codes/", {"codes": [{"grid": G1, "code": "x"}]}), 422)
    problem(officer_desk.ask("codes/", {"codes": [{"grid": G1}]}), 400)
    done = officer_desk.do("codes/", {"codes": [{"grid": G1, "code": f"{WEST}042"}]})
    assert f"{WEST}042" in done["moved"]["grids"]
    (listed,) = officer_desk.read("operations/").json()["results"]
    assert listed["edit"]["codes"] == [{"grid": G1, "code": f"{WEST}042"}]
    assert officer_desk.read("codes/").json()["results"] == [{"grid": f"{WEST}042", "code": G1}]


def test_a_base_that_changed_is_moved_over(officer_desk: Desk, desk: Any) -> None:
    officer_desk.mend()
    other = desk()
    other.open(title="别处")
    other.edit({"kind": "rename_grid", "grid": G3, "name": "新名"})
    other.do("submit/")
    desk(Role.APPROVER).take(other).do("approve/")
    told = officer_desk.do("rebase/")
    assert told["done"] == 1
    assert officer_desk.do("check/")["check"]["base_changed"] is False


def test_what_cannot_be_compared(officer_desk: Desk) -> None:
    client, today = officer_desk.client, timezone.localdate().isoformat()
    for query, status in (
        ({"left": today, "right": today}, 422),
        ({"left": today}, 400),
        ({"left": today, "right": "gestern"}, 400),
        ({"left": today, "right": str(uuid.uuid4())}, 404),
        ({"left": "1990-01-01", "right": "1991-01-01", "district": DISTRICT}, 422),
        ({"left": today, "right": today, "district": "999999"}, 403),
        ({"left": today, "right": officer_desk.plan_id, "district": "370213"}, 422),
    ):
        problem(client.get("/api/v1/compare/", query), status)
    same = client.get("/api/v1/compare/", {"left": today, "right": today, "district": DISTRICT}).json()
    assert same["differences"] == []
    assert "geometry" not in same["crosswalk"][0]


def test_an_officer_of_one_community_compares_the_own_plan(desk: Any) -> None:
    own, other = desk(Role.OFFICER, WEST), desk(Role.OFFICER, EAST)
    own.open()
    own.mend()
    query = {"left": timezone.now().isoformat(), "right": own.plan_id}
    assert own.client.get("/api/v1/compare/", query).json()["households_moved"] == 20
    problem(other.client.get("/api/v1/compare/", query), 404, "plan.unknown")
    problem(own.client.get("/api/v1/compare/", {**query, "community": EAST}), 403)


def test_community_lines(desk: Any) -> None:
    import shapely

    from tests.services.audits.world import add_compound

    add_compound("K1", shapely.box(560, 100, 660, 200), community=EAST, name="跨界苑")
    leader = desk(Role.LEADER)
    (line,) = leader.client.get(f"/api/v1/community-lines/?district={DISTRICT}").json()["results"]
    assert (line["compound"], line["to_community"], line["authority"]) == ("K1", EAST, "community_line")
    assert {one["code"] for one in line["communities"]} == {WEST, EAST}
    assert area_of(line).area > 0
    problem(desk(Role.STEWARD).client.get("/api/v1/community-lines/"), 403)
    problem(desk(Role.OFFICER, WEST).client.get("/api/v1/community-lines/"), 404)
