"""Nothing that can be sent brings the interface down: huge, crooked, contradictory or out of this world."""

import json
import math
from typing import Any

import pytest
from django.test import Client

from gis.api.plans_lines import MOST_VERTICES
from gis.models import PlanOperation
from gis.terms import Role
from tests.api.plans.conftest import PLANS, Desk, problem
from tests.services.audits.world import WEST
from tests.services.plans.plan_world import G1, G2, X1

NEAR = [[120.5, 36.13], [120.51, 36.14]]


def line(coordinates: Any, kind: str = "LineString") -> dict[str, Any]:
    """Return the edit that cuts a grid along something."""
    return {"kind": "cut_grid", "grid": G1, "line": {"type": kind, "coordinates": coordinates}}


WRONG_FORM: list[Any] = [
    None,
    7,
    "assign_units",
    [],
    {},
    {"kind": None},
    {"kind": "explode"},
    {"kind": ["assign_units"]},
    {"kind": "assign_units"},
    {"kind": "assign_units", "units": [], "grid": G1},
    {"kind": "assign_units", "units": [-1], "grid": G1},
    {"kind": "assign_units", "units": [1.5], "grid": G1},
    {"kind": "assign_units", "units": [10**40], "grid": G1},
    {"kind": "assign_units", "units": ["eins"], "grid": G1},
    {"kind": "assign_units", "units": [1] * 5001, "grid": G1},
    {"kind": "assign_units", "units": [1], "grid": "x" * 65},
    {"kind": "assign_units", "units": [1], "grid": "\u0000"},
    {"kind": "assign_units", "units": [1], "grid": "\ud800"},
    {"kind": "assign_units", "units": [1], "grid": G1, "colour": "red"},
    {"kind": "new_grid", "units": [1], "name": "新", "code": "12"},
    {"kind": "rename_grid", "grid": G1, "name": ""},
    {"kind": "rename_grid", "grid": G1, "name": "长" * 121},
    {"kind": "renumber_grids", "codes": [[G1, G2]]},
    {"kind": "apply_proposal", "units": [{"unit": 1}]},
    {"kind": "divide_compound", "compound": X1, "lines": [[1, 2]]},
    line([]),
    line([[120.5, 36.1]]),
    line("x"),
    line(None),
    line([[1], [2]]),
    line([["120.5", "36.1"], [120.6, 36.1]]),
    line([[True, False], [120.6, 36.1]]),
    line([[120.5, 36.1, 5.0], [120.6, 36.1, 5.0]]),
    line([[500, 36.1], [120.6, 36.1]]),
    line([[10**400, 36.1], [120.6, 36.1]]),
    line([NEAR], "MultiLineString"),
    line(NEAR) | {"line": "LINESTRING(120 36, 121 36)"},
]
"""Bodies whose form is wrong: 400, and the field is named."""

WRONG_EDITS: list[dict[str, Any]] = [
    {"kind": "assign_units", "units": [99_999], "grid": G1},
    {"kind": "assign_units", "units": [2**31 - 1], "grid": G1},
    {"kind": "assign_units", "units": [0], "grid": "nirgends"},
    {"kind": "cut_unit", "unit": 99_999, "line": {"type": "LineString", "coordinates": NEAR}},
    {"kind": "merge_grids", "grids": [G1], "into": G1},
    {"kind": "merge_grids", "grids": ["x"], "into": G1},
    {"kind": "retire_grid", "grid": G1},
    {"kind": "retire_grid", "grid": "x"},
    {"kind": "divide_compound", "compound": "nichts", "lines": []},
    {"kind": "divide_compound", "compound": X1, "lines": [{"type": "LineString", "coordinates": NEAR}]},
    {"kind": "rename_grid", "grid": "x", "name": "新"},
    {"kind": "renumber_grid", "grid": G1, "code": G2},
    {"kind": "renumber_grid", "grid": "x"},
    {"kind": "renumber_grids", "codes": [{"grid": G1, "code": "x"}]},
    {"kind": "apply_proposal", "units": [{"unit": 0, "grid": "x"}]},
    {"kind": "apply_proposal", "units": [{"unit": 77_777, "grid": G1}]},
    {"kind": "new_grid", "units": [99_999], "name": "新"},
    {"kind": "new_grid", "units": [0], "name": "新", "code": "999999999999999"},
    {"kind": "redraw_border", "one": G1, "other": G1, "line": {"type": "LineString", "coordinates": NEAR}},
    line([[0, 0], [0, 0]]),
    line([[-180, -90], [180, 90]]),
    line([[120.5, 36.13], [120.5, 36.13]]),
]
"""Edits of the right form that cannot be made here."""


@pytest.mark.parametrize("edit", WRONG_FORM, ids=lambda edit: json.dumps(edit)[:60])
def test_a_wrong_form_is_named(officer_desk: Desk, edit: Any) -> None:
    told = problem(officer_desk.ask("operations/", {"edits": [edit]}), 400)
    assert told["errors"]
    assert not PlanOperation.objects.exists()


@pytest.mark.parametrize("edit", WRONG_EDITS, ids=lambda edit: json.dumps(edit)[:60])
def test_an_edit_that_cannot_be_made_is_refused(officer_desk: Desk, edit: dict[str, Any]) -> None:
    response = officer_desk.ask("operations/", {"edits": [edit]})
    told = problem(response, 422)
    assert told["rule"] != "gridwork"
    if "place" in told:
        lon, lat = told["place"]
        assert (abs(lon - 120.5) < 1, abs(lat - 36.1) < 1) == (True, True)
    assert not PlanOperation.objects.exists()


def test_a_line_of_many_vertices(officer_desk: Desk) -> None:
    def wave(count: int, digits: int = 7) -> list[list[float]]:
        return [
            [round(120.5 + 0.02 * n / count, digits), round(36.13 + 0.0005 * math.sin(n), digits)] for n in range(count)
        ]

    problem(officer_desk.ask("operations/", {"edits": [line(wave(100_000))]}), 413, "request.too_large")
    told = problem(officer_desk.ask("operations/", {"edits": [line(wave(100_000, 3))]}), 400)
    assert "100000" in told["detail"]
    response = officer_desk.ask("operations/", {"edits": [line(wave(MOST_VERTICES))]})
    assert response.status_code in (200, 422), response.content.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"[" * 100_000, 400),
        (b'{"edits":' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b'{"edits":[{"kind":"cut_unit","unit":1,"line":{"type":"LineString","coordinates":[[NaN,1],[2,3]]}}]}', 400),
        (b'{"edits":[{"kind":"cut_unit","unit":1,"line":{"type":"LineString","coordinates":[[1e999,1],[2,3]]}}]}', 400),
        (b'{"edits":[' + b",".join([b'{"kind":"retire_grid","grid":"x"}'] * 501) + b"]}", 400),
        (b'{"edits":"' + b"x" * (2 * 1024 * 1024) + b'"}', 413),
    ],
    ids=range(12),
)
def test_bodies_that_are_none(officer_desk: Desk, body: bytes, status: int) -> None:
    address = f"{PLANS}{officer_desk.plan_id}/operations/"
    headers = {"If-Match": officer_desk.tag}
    problem(officer_desk.client.post(address, body, content_type="application/json", headers=headers), status)


def test_addresses_that_are_none(officer_desk: Desk) -> None:
    client = officer_desk.client
    for address in (
        "x/",
        "00000000-0000-0000-0000-000000000000/",
        f"{officer_desk.plan_id}/nothing/",
        f"{officer_desk.plan_id}/proposals/x/",
        "?offset=-1",
        "?limit=0",
        "?state=x",
        "?community=%00",
        "?colour=red",
        "?offset=99999999999999999999",
    ):
        response = client.get(f"{PLANS}{address}")
        assert response.status_code in (400, 404), address
    assert client.get(f"{PLANS}?offset=1000000").json()["results"] == []
    problem(client.delete(f"{PLANS}{officer_desk.plan_id}/"), 405)
    problem(client.put(f"{PLANS}{officer_desk.plan_id}/", {}, content_type="application/json"), 405)


def test_remarks(officer_desk: Desk, desk: Any) -> None:
    approver = desk(Role.APPROVER).take(officer_desk)
    made = approver.do("comments/", {"text": "此处请核实", "grid": G1, "place": [120.505, 36.131]}, status=201)
    assert (made["grid"], made["place"], made["resolved_at"]) == (G1, [120.505, 36.131], None)
    for wrong in (
        {},
        {"text": " "},
        {"text": "x", "place": [1]},
        {"text": "x", "place": [1e9, 0]},
        {"text": "x" * 5000},
        {"text": "x", "colour": 1},
    ):
        problem(approver.ask("comments/", wrong), 400)
    problem(approver.ask("comments/", {"text": "x", "grid": f"{WEST}999"}), 422)
    assert officer_desk.do(f"comments/{made['id']}/resolve/")["resolved_at"]
    problem(officer_desk.ask("comments/999999999999999999/resolve/"), 422)
    problem(officer_desk.ask("comments/99999999999999999999999999/resolve/"), 422)
    (told,) = officer_desk.read("comments/").json()["results"]
    assert (told["text"], bool(told["resolved_by"])) == ("此处请核实", True)
    problem(Client().get(f"{PLANS}{officer_desk.plan_id}/comments/"), 401)
