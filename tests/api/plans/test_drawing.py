"""Plans are opened, drawn in and read; one version at a time, and only by those who may."""

from typing import Any

import pytest
import shapely
from django.test import Client

from gis.api.plans_edits import SHAPE_OF, edit_told
from gis.geometry.edit_kinds import KINDS
from gis.models import GridBoundary, JournalLine, Plan
from gis.terms import Happening, Role
from tests.api.plans.conftest import PLANS, Desk, area_of, problem
from tests.services.audits.world import DISTRICT, EAST, WEST
from tests.services.plans.plan_world import G1, G2, G3, X1


def cut_of(code: str, share: float) -> dict[str, Any]:
    """Return a line from south to north through a grid."""
    west, south, east, north = GridBoundary.objects.get(place__code=code).shape.extent
    x, beyond = west + share * (east - west), (north - south) / 50
    return {"type": "LineString", "coordinates": [[x, south - beyond], [x, north + beyond]]}


def test_every_kind_of_edit_can_be_sent() -> None:
    assert set(SHAPE_OF) == set(KINDS)
    for kind, shape in SHAPE_OF.items():
        assert set(shape().fields) - {"kind"} == set(KINDS[kind].__dataclass_fields__), kind  # type: ignore[operator]


def test_a_plan_is_opened_and_read(desk: Any) -> None:
    officer = desk()
    made = officer.open()
    assert (made["state"], made["version"], made["communities"], made["done"]) == ("draft", 1, [WEST], 0)
    assert made["may"] == {
        "edit": True,
        "submit": True,
        "decide": False,
        "withdraw": True,
        "branch": True,
        "follow": False,
    }
    response = officer.read()
    assert response.json() == made
    assert response["ETag"].startswith('"1.')
    listed = officer.client.get(PLANS).json()
    assert [plan["id"] for plan in listed["results"]] == [made["id"]]
    assert "reason" not in listed["results"][0]
    assert officer.client.get(f"{PLANS}?state=in_force").json()["total"] == 0
    assert officer.client.get(f"{PLANS}?mine=1&community={WEST}&district={DISTRICT}").json()["total"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "rule"),
    [
        ({"communities": [WEST[:9] + "999"]}, 422, "plan.unknown_community"),
        ({"communities": [EAST]}, 403, "policy.not_yours"),
        ({"communities": []}, 400, "request.invalid"),
        ({"communities": ["abc"]}, 400, "request.invalid"),
        ({"title": "  "}, 400, "request.invalid"),
        ({"title": "长" * 121}, 400, "request.invalid"),
        ({"reason": None}, 400, "request.invalid"),
        ({"base_at": "2999-01-01"}, 422, "plan.base_in_future"),
        ({"base_at": "2020-01-01"}, 422, "plan.no_grids"),
        ({"base_at": "gestern"}, 400, "request.invalid"),
        ({"state": "in_force"}, 400, "request.invalid"),
        ({"district": "370299"}, 404, "not_found"),
    ],
)
def test_what_cannot_be_opened(desk: Any, fields: dict[str, Any], status: int, rule: str) -> None:
    told = {"district": DISTRICT, "communities": [WEST], "title": "标题", "reason": "理由", **fields}
    officer = desk(Role.OFFICER, WEST)
    problem(officer.client.post(PLANS, told, content_type="application/json"), status, rule)
    assert not Plan.objects.exists()


def test_an_edit_moves_land_and_the_log_says_so(officer_desk: Desk) -> None:
    unit = officer_desk.unit_of(X1)
    before = {f["id"]: f for f in officer_desk.read("grids/").json()["features"]}
    done = officer_desk.mend()
    assert done["plan"]["version"] == 2
    assert done["number"] == 1
    assert done["moved"] == {"grids": [G1, G2], "households_moved": 20, "households": {G1: 160, G2: 100}}
    after = {f["id"]: f for f in officer_desk.read("grids/").json()["features"]}
    assert after[G1]["properties"] | {"area_m2": 0} == {
        "code": G1,
        "name": "网格001",
        "households": 160,
        "households_before": 140,
        "area_m2": 0,
        "changed": True,
        "new": False,
        "retired": False,
    }
    assert not after[G3]["properties"]["changed"]
    assert area_of(after[G1]).area > area_of(before[G1]).area
    assert shapely.is_ccw(area_of(after[G1]).exterior)
    log = officer_desk.read("operations/").json()
    assert log["version"] == 2
    (line,) = log["results"]
    assert line["edit"] == {"kind": "assign_units", "units": [unit], "grid": G1}
    assert line["in_effect"]
    assert X1 in line["text"]


def test_a_line_goes_in_and_comes_out_in_degrees(officer_desk: Desk) -> None:
    line = cut_of(G3, 0.4)
    done = officer_desk.edit({"kind": "cut_grid", "grid": G3, "line": line})
    new = next(code for code in done["moved"]["grids"] if code != G3)
    assert new == f"{WEST}005"
    (edit,) = [row["edit"] for row in officer_desk.read("operations/").json()["results"]]
    assert edit["code"] == new
    assert edit["line"]["type"] == "LineString"
    for sent, told in zip(line["coordinates"], edit["line"]["coordinates"], strict=True):
        assert told == pytest.approx(sent, abs=2e-7)
    new_grid = next(f for f in officer_desk.read("grids/").json()["features"] if f["id"] == new)
    assert new_grid["properties"]["new"]
    officer_desk.do("undo/")
    # What was read can be sent again as it is.
    assert officer_desk.edit(edit)["plan"]["version"] == 4


def test_several_edits_are_made_together_or_not_at_all(officer_desk: Desk) -> None:
    unit = officer_desk.unit_of(X1)
    good = {"kind": "assign_units", "units": [unit], "grid": G1}
    wrong = {"kind": "rename_grid", "grid": f"{WEST}777", "name": "无"}
    problem(officer_desk.ask("operations/", {"edits": [good, wrong]}), 422)
    assert officer_desk.read("operations/").json() == {"version": 1, "results": []}
    done = officer_desk.edit(good, {"kind": "rename_grid", "grid": G1, "name": "海晏网格"})
    assert done["number"] == 2
    assert done["plan"]["version"] == 2
    assert JournalLine.objects.filter(happening=Happening.PLAN_CHANGED).count() == 1


def test_undo_and_redo(officer_desk: Desk) -> None:
    problem(officer_desk.ask("undo/"), 422, "plan.nothing_to_undo")
    officer_desk.mend()
    told = officer_desk.do("undo/")
    assert (told["done"], told["undone"], told["version"]) == (0, 1, 3)
    assert not any(f["properties"]["changed"] for f in officer_desk.read("grids/").json()["features"])
    assert [row["in_effect"] for row in officer_desk.read("operations/").json()["results"]] == [False]
    told = officer_desk.do("redo/")
    assert (told["done"], told["undone"], told["version"]) == (1, 0, 4)
    problem(officer_desk.ask("redo/"), 422, "plan.nothing_to_redo")


def test_units_of_a_window(officer_desk: Desk) -> None:
    every = officer_desk.read("units/").json()["features"]
    x1 = next(f for f in every if f["properties"]["compound"] == X1)
    assert x1["properties"]["divided"]
    assert x1["properties"]["households"] == 60
    west, south, east, north = area_of(x1).bounds
    inner = f"?bbox={west},{south},{east},{north}"
    part = officer_desk.read("units/", inner).json()["features"]
    assert x1["id"] in [f["id"] for f in part]
    assert officer_desk.read("units/", "?bbox=0,0,1,1").json()["features"] == []
    problem(officer_desk.read("units/", "?bbox=1,2,3"), 400)
    assert officer_desk.read("units/", Accept="application/geo+json")["Content-Type"] == "application/geo+json"


def test_title_and_reason(officer_desk: Desk) -> None:
    told = officer_desk.do("", {"title": "新标题"}, method="patch")
    assert (told["title"], told["reason"], told["version"]) == ("新标题", "小区被网格线穿过", 2)
    problem(officer_desk.ask("", {"state": "in_force"}, method="patch"), 400)


def test_a_branch_starts_where_the_plan_stands(officer_desk: Desk) -> None:
    officer_desk.mend()
    branch = officer_desk.do("branches/", {"title": "另一种划法"}, status=201)
    assert (branch["branch_of"], branch["done"], branch["title"]) == (officer_desk.plan_id, 1, "另一种划法")
    assert officer_desk.read().json()["version"] == 2


def test_what_is_unchanged_is_not_sent_again(officer_desk: Desk) -> None:
    for word in ("", "operations/", "grids/", "units/"):
        first = officer_desk.read(word)
        assert first.status_code == 200
        again = officer_desk.read(word, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        other = officer_desk.read(word, **{"If-None-Match": first["ETag"], "Accept-Language": "en"})
        assert other.status_code == 200
    tags = [officer_desk.read(word)["ETag"] for word in ("", "grids/")]
    officer_desk.mend()
    for word, tag in zip(("", "grids/"), tags, strict=True):
        assert officer_desk.read(word, **{"If-None-Match": tag}).status_code == 200


def test_a_write_must_name_its_version(officer_desk: Desk) -> None:
    body = {"edits": [{"kind": "rename_grid", "grid": G1, "name": "海晏网格"}]}
    told = problem(officer_desk.ask("operations/", body, tag=""), 428, "request.version_missing")
    assert "If-Match" in told["detail"]
    for wrong in ("1", '"eins"', "*", '"1", "2"', '"-1"', '"99999999999"'):
        assert "If-Match" in problem(officer_desk.ask("operations/", body, tag=wrong), 400)["errors"], wrong
    assert officer_desk.ask("operations/", body, tag='"1"').status_code == 200
    assert officer_desk.ask("undo/", tag='W/"2.abc"').status_code == 200


def test_the_second_of_two_officers_is_told_both_sides(officer_desk: Desk, desk: Any) -> None:
    second = desk().take(officer_desk)
    officer_desk.mend()
    officer_desk.do("", {"title": "改过"}, method="patch")
    body = {"edits": [{"kind": "cut_grid", "grid": G3, "line": cut_of(G3, 0.5), "code": "", "name": "新"}]}
    told = problem(second.ask("operations/", body), 412, "plan.moved")
    assert told["version"] == 3
    assert told["sent"] == body
    assert [(change["version"], change["what"]) for change in told["since"]] == [(2, "operation"), (3, "described")]
    assert X1 in told["since"][0]["text"]
    assert all(change["by"] and change["at"] for change in told["since"])
    second.read()
    assert second.do("operations/", body)["plan"]["version"] == 4


def test_a_draft_is_seen_by_those_who_draw_and_decide(officer_desk: Desk, desk: Any) -> None:
    words = ("", "operations/", "grids/", "units/", "check/")
    for role, territory, status in (
        (Role.OFFICER, WEST, 200),
        (Role.APPROVER, DISTRICT, 200),
        (Role.OFFICER, EAST, 404),
        (Role.LEADER, DISTRICT, 404),
        (Role.STEWARD, WEST, 404),
        (Role.ADMINISTRATOR, DISTRICT, 404),
    ):
        other = desk(role, territory)
        other.plan_id = officer_desk.plan_id
        for word in words:
            assert other.read(word).status_code == status, (role, word)
        assert other.client.get(PLANS).json()["total"] == (1 if status == 200 else 0), role
    approver = desk(Role.APPROVER)
    approver.take(officer_desk)
    problem(approver.ask("undo/"), 403, "policy.not_yours")
    problem(Client().get(f"{PLANS}{officer_desk.plan_id}/"), 401)


def test_the_log_is_told_as_it_could_be_sent() -> None:
    kept = {"kind": "renumber_grids", "codes": [[G1, G2], [G2, G1]]}
    told = edit_told(kept, "EPSG:4549")
    assert told["codes"] == [{"grid": G1, "code": G2}, {"grid": G2, "code": G1}]
