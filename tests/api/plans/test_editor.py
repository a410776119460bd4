"""The editor over HTTP: what it begins with, what edits would do, what they did, locked grids."""

import pytest

from gis.models import Plan, PlanOperation
from gis.services.plans.editor import states
from gis.terms import Role
from tests.api.plans.conftest import Desk
from tests.services.audits import world
from tests.services.plans import plan_world as town
from tests.services.plans.plan_world import G1, G2, G3, G4, X1

pytestmark = pytest.mark.django_db


def assign(unit, grid):
    return {"kind": "assign_units", "units": [unit], "grid": grid}


def test_the_editor_begins_with_everything(officer_desk: Desk):
    desk = officer_desk
    sheet = desk.read("editor/").json()
    assert (sheet["version"], sheet["number"], sheet["total"], sheet["state"]) == (1, 0, 0, "draft")
    assert [grid["code"] for grid in sheet["grids"]] == [G1, G2, G3, G4]
    assert sheet["communities"][0]["code"] == world.WEST
    one = sheet["grids"][0]
    assert one["crossed"] == [X1]
    assert one["households"] == one["households_before"] > 0
    assert one["parts"] == 1
    assert 0.5 < one["compactness"] <= 1
    assert one["geometry"]["type"] in ("Polygon", "MultiPolygon")
    units = {feature["id"]: feature["properties"] for feature in sheet["units"]["features"]}
    (cut,) = [number for number, unit in units.items() if unit["compound"] == X1]
    assert units[cut]["divided"]
    assert units[cut]["compound_name"] == "海晏苑"
    (crossed,) = sheet["problems"]["crossed"]
    assert (crossed["compound"], {share["code"] for share in crossed["grids"]}) == (X1, {G1, G2})
    assert sheet["findings"]["new"] == sheet["findings"]["resolved"] == []
    assert sheet["findings"]["known"] >= 1
    assert {feature["id"] for feature in sheet["around"]["compounds"]["features"]} == {X1}
    assert sheet["around"]["grids"]["features"]
    west, south, east, north = sheet["bounds"]
    assert west < east
    assert south < north


def test_an_unchanged_editor_is_not_told_again(officer_desk: Desk):
    desk = officer_desk
    first = desk.read("editor/")
    assert desk.read("editor/", **{"If-None-Match": first["ETag"]}).status_code == 304
    world.add_building("NEW", town.Point(110, 110), 30)
    assert desk.read("editor/", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_preview_says_what_the_edit_then_does(officer_desk: Desk):
    desk = officer_desk
    unit = desk.unit_of(X1)
    seen = desk.do("preview/", {"edits": [assign(unit, G1)]})
    assert not PlanOperation.objects.exists()
    assert Plan.objects.get().version == 1
    assert [grid["code"] for grid in seen["grids"]] == [G1, G2]
    assert seen["moved"]["households"] == 20
    assert seen["moved"]["by"][0] | {"area_m2": 0} == {
        "from": G2,
        "to": G1,
        "households": 20,
        "buildings": 1,
        "area_m2": 0,
        "compounds": [X1],
    }
    assert [one["kind"] for one in seen["findings"]["resolved"]] == ["compound_crossed"]
    assert [one["kind"] for one in seen["findings"]["cleared"]] == ["compound_crossed"]
    assert all(words in seen["says"][0] for words in ("海晏苑", G1, "→"))
    assert [feature["id"] for feature in seen["units"]["changed"]] == [unit]
    did = desk.edit(assign(unit, G1))
    assert did["delta"] | {"version": 1} == seen | {"version": 1}
    assert (did["delta"]["version"], did["delta"]["number"]) == (2, 1)


def test_steps_say_what_they_change(officer_desk: Desk):
    desk = officer_desk
    unit = desk.unit_of(X1)
    desk.edit(assign(unit, G1))
    back = desk.do("preview/", {"undo": True})
    assert (back["number"], back["total"]) == (0, 1)
    done = desk.do("undo/")
    assert done["delta"] | {"version": 2} == back
    assert [one["kind"] for one in done["delta"]["findings"]["resolved"]] == []
    assert done["delta"]["grids"][0]["changed"] is False
    again = desk.do("redo/")["delta"]
    assert again["number"] == again["total"] == 1
    assert desk.ask("preview/", {"redo": True}).json()["rule"] == "plan.nothing_to_redo"


def test_another_process_gives_the_same_answer(officer_desk: Desk):
    desk = officer_desk
    unit = desk.unit_of(X1)
    desk.edit(assign(unit, G1))
    warm = desk.read("editor/").json()
    states.forget()
    assert desk.read("editor/").json() == warm
    seen = desk.do("preview/", {"edits": [assign(unit, G2)]})
    states.forget()
    assert desk.do("preview/", {"edits": [assign(unit, G2)]}) == seen


def test_a_locked_grid_keeps_its_land(officer_desk: Desk):
    desk = officer_desk
    unit = desk.unit_of(X1)
    locked = desk.do("locks/", {"grids": [G2]}, method="put")
    assert locked["grids"] == [G2]
    refused = desk.ask("operations/", {"edits": [assign(unit, G1)]})
    assert (refused.status_code, refused.json()["rule"]) == (422, "plan.locked")
    assert desk.ask("preview/", {"edits": [assign(unit, G1)]}).json()["rule"] == "plan.locked"
    assert [grid["locked"] for grid in desk.read("editor/").json()["grids"]] == [False, True, False, False]
    assert desk.ask("locks/", {"grids": ["370212001009009"]}, method="put").json()["rule"] == "plan.unknown_grid"
    desk.do("locks/", {"grids": []}, method="put")
    desk.edit(assign(unit, G1))


def test_a_refused_preview_says_where(officer_desk: Desk):
    desk = officer_desk
    unit = desk.unit_of(X1)
    refused = desk.ask("preview/", {"edits": [assign(unit, "370212001009009")]})
    assert (refused.status_code, refused.json()["rule"]) == (422, "edit.unknown_grid")
    assert desk.ask("preview/", {"undo": True, "redo": True}).status_code in (200, 422)


def test_compounds_that_need_a_card_are_listed_with_their_newest(officer_desk: Desk):
    desk = officer_desk
    (need,) = desk.read("cards/").json()["results"]
    assert (need["compound"], need["proposal"], need["state"], need["current"]) == (X1, None, None, False)
    asked = desk.ask("cards/", {"compound": X1}).json()
    (need,) = desk.read("cards/").json()["results"]
    assert (need["proposal"], need["current"]) == (asked["id"], True)
    desk.edit({"kind": "rename_grid", "grid": G3, "name": "新名"})
    desk.mend()
    assert desk.read("cards/").json()["results"] == []


def test_a_plan_is_sent_back_with_a_note(officer_desk: Desk, desk):
    officer_desk.mend()
    officer_desk.do("submit/")
    other = desk(Role.APPROVER).take(officer_desk)
    told = other.do("send-back/", {"decision": "请与社区再商量"})
    assert (told["state"], told["decision"]) == ("draft", "请与社区再商量")
    officer_desk.read()
    assert officer_desk.do("submit/")["decision"] == ""
