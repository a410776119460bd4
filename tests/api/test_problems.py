"""Every refusal of the interface is a problem document (RFC 9457) in the reader's language."""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from rest_framework.throttling import UserRateThrottle

from gis.geometry.errors import GridworkError, NotAPartition
from project.problems import Problems, is_for_machines, server_error
from tests.api.conftest import City

pytestmark = pytest.mark.usefixtures("city")


def problem(response: Any, status: int) -> dict[str, Any]:
    """Return the document of a refusal after looking at its form."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["type"] == f"urn:gridwork:problem:{told['rule']}"
    assert told["title"]
    assert told["detail"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told["title"] + told["detail"])
    return told


def test_a_wrong_parameter_names_its_field(officer: Client) -> None:
    told = problem(officer.get("/api/v1/grids/?limit=0&bbox=1&nonsense=1"), 400)
    assert set(told["errors"]) == {"nonsense"}
    told = problem(officer.get("/api/v1/grids/?limit=0&bbox=1"), 400)
    assert set(told["errors"]) == {"limit", "bbox"}
    assert told["instance"] == "/api/v1/grids/"


def test_an_unknown_address_answers_404(officer: Client) -> None:
    for address in ("/api/v1/nothing/", "/api/", "/api/v1/grids/123/", "/tiles/nothing"):
        assert problem(officer.get(address), 404)["rule"] == "not_found"


def test_a_missing_slash_leads_to_the_address(officer: Client) -> None:
    assert officer.get("/api/v1/grids")["Location"] == "/api/v1/grids/"


def test_a_method_that_is_not_there_answers_405(officer: Client) -> None:
    response = officer.delete("/api/v1/grids/")
    assert problem(response, 405)["rule"] == "request.method"
    assert "GET" in response["Allow"]


def test_a_format_that_is_not_there_answers_406(officer: Client) -> None:
    problem(officer.get("/api/v1/grids/", headers={"Accept": "text/html"}), 406)


def test_a_body_that_is_no_json_answers_415_or_400(officer: Client, city: City) -> None:
    address = f"/api/v1/findings/{city.crossed.pk}/note/"
    problem(officer.post(address, {"text": "x"}), 415)
    problem(officer.post(address, b"{", content_type="application/json"), 400)
    told = problem(officer.post(address, b"[]", content_type="application/json"), 400)
    assert told["detail"]


def test_too_many_requests_answer_429_with_the_time_to_wait(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    answers = [officer.get("/api/v1/officers/") for _time in range(3)]
    assert [response.status_code for response in answers] == [200, 200, 429]
    problem(answers[-1], 429)
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_a_fault_of_the_program_is_a_document_too() -> None:
    problem_ = server_error(RequestFactory().get("/api/v1/grids/"))
    assert (problem_.status_code, problem_["Content-Type"]) == (500, "application/problem+json")


def test_a_refusal_behind_any_machine_address_is_a_document() -> None:
    refusal = NotAPartition("缺一块")
    answer = Problems(lambda _request: None).process_exception  # type: ignore[arg-type, return-value]
    document = answer(RequestFactory().get("/tiles/grid/1/1/1.mvt"), refusal)
    assert document is not None
    assert (document.status_code, document["Content-Type"]) == (422, "application/problem+json")
    assert answer(RequestFactory().get("/map/"), refusal) is None
    assert answer(RequestFactory().get("/api/v1/"), ValueError()) is None
    assert issubclass(NotAPartition, GridworkError)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/api/v1/grids/", True), ("/tiles/x", True), ("/api/docs/", False), ("/map/", False), ("/apiary/", False)],
)
def test_who_reads_an_address(path: str, expected: bool) -> None:
    assert is_for_machines(RequestFactory().get(path)) is expected
