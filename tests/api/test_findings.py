"""Findings through the interface: the worklist, one case, what people do to cases, runs, exceptions, officers."""

from datetime import timedelta
from typing import Any

import pytest
import shapely
from django.test import Client
from django.utils import timezone

from gis.models import CaseNote, Finding, JournalLine, Membership
from gis.terms import CaseState, Clarity, FindingKind, Happening, Role
from tests.api.conftest import City
from tests.services.audits.world import DISTRICT, EAST, WEST
from tests.services.audits.world import officer as make_officer


def post(client: Client, address: str, body: Any) -> Any:
    return client.post(f"/api/v1/findings/{address}/", body, content_type="application/json")


def listed(client: Client, query: str = "") -> list[int]:
    response = client.get(f"/api/v1/findings/{query}")
    assert response.status_code == 200, response.content.decode()
    return [row["id"] for row in response.json()["results"]]


def test_the_worklist_is_filtered(city: City, officer: Client) -> None:
    assert set(listed(officer, "?kind=compound_crossed")) == {city.crossed.pk, city.excepted.pk}
    assert listed(officer, "?kind=compound_crossed&state=excepted") == [city.excepted.pk]
    assert listed(officer, f"?kind=compound_crossed&place={WEST}") == [city.crossed.pk]
    assert listed(officer, "?kind=compound_crossed&search=%E9%95%BF%E5%B2%AD") == [city.crossed.pk]
    assert listed(officer, "?mine=1") == []
    assert set(listed(officer, "?kind=compound_crossed&clarity=clear&clarity=doubtful&change=new")) == {
        city.crossed.pk,
        city.excepted.pk,
    }


def test_the_worklist_goes_on_by_its_addresses(city: City, officer: Client) -> None:
    whole = listed(officer, "?order=place")
    walked: list[int] = []
    address = "/api/v1/findings/?order=place&limit=2"
    while address:
        page = officer.get(address).json()
        assert page["total"] == len(whole)
        walked += [row["id"] for row in page["results"]]
        address = page["next"]
    assert walked == whole
    response = officer.get("/api/v1/findings/?cursor=abc")
    assert (response.status_code, response.json()["rule"]) == (400, "findings.cursor")


def test_an_account_of_several_districts_must_say_which(city: City, officer: Client) -> None:
    from gis.models import District, User

    District.objects.create(code="370213", name="邻区", established_on=timezone.localdate())
    Membership.objects.create(
        user=User.objects.get(pk=officer.session["_auth_user_id"]),
        role=Role.LEADER,
        territory_code="370213",
        begins_on=timezone.localdate(),
    )
    response = officer.get("/api/v1/findings/")
    assert response.status_code == 400
    assert "district" in response.json()["errors"]
    assert listed(officer, f"?district={DISTRICT}")
    assert listed(officer, "?district=370213") == []


def test_one_case_tells_all(city: City, officer: Client) -> None:
    told = officer.get(f"/api/v1/findings/{city.crossed.pk}/").json()
    place, cut = (shapely.from_geojson(_text(told[name])) for name in ("place", "cut"))
    assert place.area > 0
    assert cut.length > 0
    pieces = {piece["code"]: piece for piece in told["pieces"]}
    assert set(pieces) == {WEST + "001", WEST + "002"}
    shares = [shapely.from_geojson(_text(piece["geometry"])).area / place.area for piece in told["pieces"]]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert shares == pytest.approx([piece["share"] for piece in told["pieces"]], abs=2e-3)
    assert told["bbox"] == pytest.approx(list(place.bounds), abs=1e-6)
    assert told["moves"] == ["triaged"]
    assert told["may"] == {"triage": True, "accept": False, "end_exception": False}
    assert told["sightings"][0]["novelty"] == "new"


def _text(geometry: Any) -> str:
    import json

    return json.dumps(geometry)


def test_an_officer_works_on_a_case(city: City, officer: Client) -> None:
    told = post(officer, f"{city.crossed.pk}/move", {"to": "triaged", "text": "现场核对"}).json()
    assert (told["state"], told["notes"][-1]["text"]) == ("triaged", "现场核对")
    colleague = make_officer("colleague")
    told = post(officer, f"{city.crossed.pk}/assign", {"to": "colleague", "version": told["version"]}).json()
    assert told["assigned_to_id"] == colleague.pk
    told = post(officer, f"{city.crossed.pk}/note", {"text": "待街道回复"}).json()
    assert told["notes"][-1]["text"] == "待街道回复"
    told = post(officer, f"{city.crossed.pk}/assign", {"to": None}).json()
    assert told["assigned_to_id"] is None
    assert JournalLine.objects.filter(happening=Happening.FINDING_ASSIGNED).count() == 2


def test_an_approver_accepts_and_ends(city: City, signed_in: Any) -> None:
    approver = signed_in(Role.APPROVER)
    later = (timezone.localdate() + timedelta(days=30)).isoformat()
    told = post(approver, f"{city.crossed.pk}/accept", {"reason": "保留", "expires_on": later}).json()
    assert (told["state"], told["exception_expires_on"]) == ("excepted", later)
    assert told["may"] == {"triage": False, "accept": False, "end_exception": True}
    told = post(approver, f"{city.crossed.pk}/end-exception", {"reason": "已改线"}).json()
    assert told["state"] == "found"
    listed_ = approver.get("/api/v1/exceptions/").json()["results"]
    assert [row["finding_id"] for row in listed_] == [city.excepted.pk]
    ended = approver.get("/api/v1/exceptions/?open=false").json()["results"]
    assert {row["finding_id"]: row["end_reason"] for row in ended}[city.crossed.pk] == "已改线"


@pytest.mark.parametrize(
    ("act", "body", "status", "rule"),
    [
        ("move", {"to": "verified"}, 409, "case.wrong_move"),
        ("move", {"to": "in_force"}, 409, "case.wrong_move"),
        ("move", {"to": "nowhere"}, 400, "request.invalid"),
        ("move", {}, 400, "request.invalid"),
        ("move", {"to": "triaged", "version": "found-1-0"}, 409, None),
        ("assign", {"to": "nobody-of-this-name"}, 422, "case.assignee"),
        ("note", {"text": "  "}, 400, "request.invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_by_rule(
    city: City, officer: Client, act: str, body: Any, status: int, rule: str | None
) -> None:
    response = post(officer, f"{city.crossed.pk}/{act}", body)
    assert response.status_code == status, response.content.decode()
    assert rule in (None, response.json()["rule"])
    assert Finding.objects.get(pk=city.crossed.pk).state == CaseState.FOUND


def test_many_cases_change_together_or_not_at_all(city: City, officer: Client) -> None:
    add_findings(city.crossed, 3)
    ids = listed(officer, "?state=found")
    assert len(ids) == 4
    done = post(officer, "bulk", {"ids": ids, "action": "note", "text": "一并看过"})
    assert done.json() == {"changed": len(ids)}
    assert CaseNote.objects.filter(text="一并看过").count() == len(ids)
    refused = post(officer, "bulk", {"ids": [*ids, city.excepted.pk], "action": "move", "to": "triaged"})
    assert refused.status_code == 409
    assert not Finding.objects.filter(state=CaseState.TRIAGED).exists()
    moved = post(officer, "bulk", {"ids": ids, "action": "move", "to": "triaged"})
    assert moved.status_code == 200
    assert Finding.objects.filter(state=CaseState.TRIAGED).count() == len(ids)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ids": [], "action": "note", "text": "x"}, 400),
        ({"ids": [1], "action": "burn"}, 400),
        ({"ids": [1], "action": "move"}, 422),
        ({"ids": [2**70], "action": "note", "text": "x"}, 400),
        ({"ids": [987654321], "action": "note", "text": "x"}, 404),
        ({"ids": "all", "action": "note", "text": "x"}, 400),
    ],
)
def test_a_wrong_bulk_is_refused(city: City, officer: Client, body: Any, status: int) -> None:
    assert post(officer, "bulk", body).status_code == status


def test_numbers_that_are_no_findings_or_runs(officer: Client, city: City) -> None:
    for number in (0, 999_999_999, 2**63 - 1, 2**80):
        assert officer.get(f"/api/v1/findings/{number}/").status_code == 404
        assert officer.get(f"/api/v1/runs/{number}/").status_code == 404


def test_runs_tell_what_they_changed(city: City, officer: Client) -> None:
    (run,) = officer.get("/api/v1/runs/").json()["results"]
    assert (run["id"], run["state"], run["new"] > 0) == (city.run_id, "done", True)
    detail = officer.get(f"/api/v1/runs/{city.run_id}/?limit=1").json()
    assert detail["changes"]["new"]["count"] == run["new"]
    assert len(detail["changes"]["new"]["findings"]) == 1
    assert detail["changes"]["resolved"] == {"count": 0, "findings": []}
    assert officer.get("/api/v1/runs/?state=failed").json()["results"] == []


def test_officers_are_those_who_may_triage(city: City, officer: Client, signed_in: Any) -> None:
    make_officer("east", EAST)
    signed_in(Role.LEADER)
    rows = officer.get("/api/v1/officers/").json()["results"]
    assert {row["username"]: row["territories"] for row in rows}["east"] == [EAST]
    assert len(rows) == 2


def add_findings(template: Finding, count: int) -> None:
    """Add grids with too few households to the worklist."""
    Finding.objects.bulk_create(
        [
            Finding(
                district_id=DISTRICT,
                kind=FindingKind.TOO_SMALL,
                subjects_key=f"g{number}",
                subjects=[f"{WEST}{number % 4 + 1:03d}"],
                community_code=WEST,
                clarity=Clarity.DOUBTFUL,
                households=number % 977,
                width_m=0,
                place=template.place,
                first_seen=template.first_seen,
                last_seen=template.last_seen,
                opened_at=template.opened_at,
                moved_at=template.moved_at,
            )
            for number in range(count)
        ],
        batch_size=2000,
    )


def test_ten_thousand_findings_are_paged(city: City, officer: Client) -> None:
    add_findings(city.crossed, 10_000)
    address, seen, pages = "/api/v1/findings/?order=households&limit=500&kind=too_small", set(), 0
    while address:
        page = officer.get(address).json()
        assert page["total"] >= 10_000
        fresh = {row["id"] for row in page["results"]}
        assert not seen & fresh
        seen |= fresh
        address, pages = page["next"], pages + 1
    assert len(seen) >= 10_000
    assert pages >= 20
    ids = sorted(seen)[:10_000]
    assert post(officer, "bulk", {"ids": ids, "action": "move", "to": "triaged"}).json() == {"changed": 10_000}
