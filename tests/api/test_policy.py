"""Nobody gets anything of a territory that is not theirs, on any address of the interface: a new one is in the test."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from gis.api.features import PATHS
from gis.api.urls import version_1
from gis.terms import LayerKind, Role
from tests.api.conftest import City
from tests.services.audits.world import DISTRICT, EAST, STREET, WEST

KEYS = {
    LayerKind.DISTRICT: DISTRICT,
    LayerKind.STREET: STREET,
    LayerKind.COMMUNITY: WEST,
    LayerKind.GRID: WEST + "001",
    LayerKind.COMPOUND: f"{DISTRICT}:XQ1",
    LayerKind.BUILDING: f"{DISTRICT}:L1",
    LayerKind.STATION: f"{DISTRICT}:Z1",
    LayerKind.OFFICE: f"{DISTRICT}:B1",
    LayerKind.ROAD: f"{DISTRICT}:R1",
}
"""A place of each kind; all in the western community but the road, which runs through both."""

BODIES: dict[str, dict[str, Any]] = {
    "move": {"to": "triaged"},
    "assign": {"to": None},
    "note": {"text": "看过"},
    "accept": {"reason": "保留", "expires_on": "2099-01-01"},
    "end-exception": {"reason": "终止"},
}
"""What is done to a finding."""

OPEN = {"district": DISTRICT, "communities": [WEST], "title": "调整", "reason": "小区被穿过"}
PLAN_BODIES: dict[str, dict[str, Any]] = {
    "operations": {"edits": [{"kind": "rename_grid", "grid": WEST + "001", "name": "改名"}]},
    "reject": {"decision": "再议"},
    "branches": {"title": "分支"},
    "correct": {"title": "更正", "reason": "有误"},
    "take-back": {"title": "撤销", "reason": "有误"},
    "comments": {"text": "看过"},
    "proposals": {"kind": "best"},
    "cards": {"compound": "XQ1"},
}
"""What is done to a plan, where it needs a body; every write names a version."""
QUERIES = {
    "search/": "?q=XQ",
    "where/": "?lon=120.50&lat=36.13",
    "compare/": f"?left=2026-02-01&right=2026-03-01&district={DISTRICT}",
}


def addresses(city: City) -> list[tuple[str, str, Any]]:
    """Return every (method, address, body) of the interface, with the western community's places in it."""
    found: list[tuple[str, str, Any]] = []
    for pattern in version_1:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        operations = pattern.callback.cls.operations  # type: ignore[attr-defined]
        for written in _written(route, city):
            for method in operations:
                body = _body(route, city) if method == "post" else None
                found.append((method, f"/api/v1/{written}{QUERIES.get(route, '')}", body))
    return found


def _body(route: str, city: City) -> dict[str, Any] | None:
    word = route.rstrip("/").rpartition("/")[2]
    if word == "bulk":
        return {"ids": [city.crossed.pk], "action": "note", "text": "看过"}
    if route == "plans/":
        return OPEN
    return PLAN_BODIES.get(word) if route.startswith("plans/") else BODIES.get(word)


def _written(route: str, city: City) -> list[str]:
    if "<path:key>" in route:
        if "<str:kind>" in route:
            return [route.replace("<str:kind>", kind.value).replace("<path:key>", key) for kind, key in KEYS.items()]
        kind = next(kind for kind, word in PATHS.items() if route.startswith(f"{word}/"))
        return [route.replace("<path:key>", KEYS[kind])]
    named = {
        "<int:finding_id>": lambda: city.crossed.pk,
        "<int:run_id>": lambda: city.run_id,
        "<uuid:plan_id>": lambda: city.plan_id,
        "<uuid:proposal_id>": lambda: city.proposal_id,
        "<int:comment_id>": lambda: city.comment_id,
    }
    for sign, key in named.items():
        route = route.replace(sign, str(key())) if sign in route else route
    return [route]


def ask(client: Client, method: str, address: str, body: Any) -> Any:
    headers = {"If-Match": '"1"'} if "/plans/" in address else {}
    carried = {"data": body, "content_type": "application/json"} if body else {}
    return getattr(client, method)(address, headers=headers, **carried)


def test_the_list_of_addresses_is_complete(city: City) -> None:
    asked = {address.split("?")[0] for _method, address, _body in addresses(city)}
    assert len(asked) >= len(version_1) + len(KEYS) - 1
    assert not [address for address in asked if "<" in address]


def test_without_a_session_everything_answers_401(city: City) -> None:
    for method, address, body in addresses(city):
        response = ask(Client(), method, address, body)
        assert response.status_code == 401, (method, address, response.content)
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"]
        assert response.json()["rule"] == "session.missing"


@pytest.mark.parametrize(("role", "territory"), [(None, ""), (Role.OFFICER, "370203"), (Role.ADMINISTRATOR, "370203")])
def test_of_another_territory_nothing_is_told(city: City, signed_in: Any, role: Role | None, territory: str) -> None:
    stranger = signed_in(role, territory)
    for method, address, body in addresses(city):
        response = ask(stranger, method, address, body)
        text = response.content.decode()
        if "/compare/" in address:
            assert response.status_code == 403, text
            continue
        assert response.status_code in (200, 404), (method, address, text)
        if response.status_code == 200:
            told = response.json()
            assert [row for name in ("features", "results", "places") for row in told.get(name, [])] == [], address


def test_a_community_sees_nothing_of_its_neighbour(city: City, signed_in: Any) -> None:
    neighbour = signed_in(Role.OFFICER, EAST)
    for method, address, body in addresses(city):
        if "R1" in address or "/runs/" in address:
            continue
        response = ask(neighbour, method, address, body)
        text = response.content.decode()
        if body is OPEN or "/compare/" in address:
            assert response.status_code == 403, text
            continue
        assert response.status_code in (200, 404), (method, address, text)
        if response.status_code == 200:
            assert WEST not in text.replace("/api/v1/", ""), (address, text)
            assert "XQ1" not in text
            assert '"L1"' not in text


def test_a_community_sees_its_own(city: City, signed_in: Any) -> None:
    """The road's record names no community: its land decides. Districts and streets are above, and not its own."""
    own = signed_in(Role.OFFICER, WEST)
    for kind, key in KEYS.items():
        expected = 404 if kind in (LayerKind.DISTRICT, LayerKind.STREET) else 200
        assert own.get(f"/api/v1/{PATHS[kind]}/{key}/").status_code == expected, kind
        assert own.get(f"/api/v1/card/{kind}/{key}/").status_code == expected, kind
    codes = [feature["id"] for feature in own.get("/api/v1/grids/").json()["features"]]
    assert codes == [WEST + f"00{number}" for number in range(1, 5)]
    assert [one["id"] for one in own.get("/api/v1/compounds/").json()["features"]] == [
        f"{DISTRICT}:XQ1",
        f"{DISTRICT}:XQ2",
    ]


def test_a_steward_sees_what_lies_in_the_own_grid(city: City, signed_in: Any) -> None:
    steward = signed_in(Role.STEWARD, WEST + "001")
    assert [one["id"] for one in steward.get("/api/v1/grids/").json()["features"]] == [WEST + "001"]
    assert [one["id"] for one in steward.get("/api/v1/compounds/").json()["features"]] == [f"{DISTRICT}:XQ1"]
    assert steward.get("/api/v1/communities/").json()["features"] == []
    assert [one["id"] for one in steward.get("/api/v1/findings/").json()["results"]] == [city.crossed.pk]
    assert steward.get(f"/api/v1/findings/{city.excepted.pk}/").status_code == 404


def test_figures_of_the_whole_district_are_for_those_who_see_it(city: City, signed_in: Any, officer: Client) -> None:
    address = f"/api/v1/runs/{city.run_id}/"
    whole, part = officer.get(address).json(), signed_in(Role.OFFICER, WEST).get(address).json()
    assert whole["totals"]["compounds"]["crossed"] == 2
    assert whole["changes"]["new"]["count"] > part["changes"]["new"]["count"] > 0
    assert (part["totals"], part["standing"]) == ({}, {})
    assert city.excepted.pk not in [row["id"] for row in part["changes"]["new"]["findings"]]


def test_many_at_once_is_refused_whole_when_one_is_not_seen(city: City, signed_in: Any) -> None:
    western = signed_in(Role.OFFICER, WEST)
    body = {"ids": [city.crossed.pk, city.excepted.pk], "action": "note", "text": "看过"}
    response = ask(western, "post", "/api/v1/findings/bulk/", body)
    assert response.status_code == 404
    assert str(city.excepted.pk) in response.json()["detail"]
    assert not city.crossed.notes.filter(text="看过").exists()


def test_who_may_look_may_not_yet_act(city: City, signed_in: Any) -> None:
    leader = signed_in(Role.LEADER)
    detail = leader.get(f"/api/v1/findings/{city.crossed.pk}/").json()
    assert detail["moves"] == []
    assert detail["may"] == {"triage": False, "accept": False, "end_exception": False}
    assert ask(leader, "post", "/api/v1/plans/", OPEN).status_code == 403
    for act, body in BODIES.items():
        response = ask(leader, "post", f"/api/v1/findings/{city.crossed.pk}/{act}/", body)
        assert response.status_code == 403, (act, response.content)
        assert json.loads(response.content)["rule"] == "policy.not_yours"


def test_a_write_needs_the_token_of_the_page(city: City, signed_in: Any) -> None:
    client = signed_in(Role.OFFICER, DISTRICT, csrf=True)
    response = ask(client, "post", f"/api/v1/findings/{city.crossed.pk}/note/", {"text": "看过"})
    assert response.status_code == 403
    assert response.json()["rule"] == "request.csrf"
