"""The solver is asked over HTTP: what it answers, what it cannot be asked, who may, and when its answer is too old."""

import uuid
from typing import Any

import pytest

from gis.models import PlanProposal
from gis.terms import ProposalState, Role
from tests.api.plans.conftest import Desk, problem
from tests.services.plans.plan_world import G1, G2, G3, X1


def test_cards_tell_the_ways_of_mending(officer_desk: Desk) -> None:
    card = officer_desk.do("cards/", {"compound": X1}, status=201)
    assert (card["kind"], card["asked"]["compound"]) == ("card", X1)
    options = {choice["option"]["grid"]: choice for choice in card["answer"]["choices"] if choice["option"]["possible"]}
    assert options[G1]["option"]["moved_here"] == 20
    assert options[G2]["option"]["moved_here"] == 40
    assert {post["grid"] for post in options[G2]["concerned"]["posts"]} >= {G1, G2}
    assert all(choice["option"]["said"] for choice in card["answer"]["choices"])
    again = officer_desk.read(f"proposals/{card['id']}/").json()
    assert again == card
    (listed,) = officer_desk.read("proposals/").json()["results"]
    assert listed["id"] == card["id"]
    assert "answer" not in listed


def test_what_the_officer_decided_comes_back_as_sent(officer_desk: Desk) -> None:
    wishes = {
        "kind": "resolve",
        "pins": [{"unit": officer_desk.unit_of(X1), "grid": G2}],
        "pinned_compounds": [{"compound": X1, "grid": G2}],
        "forbidden": [{"compound": X1, "grid": G3}],
        "locked": [G3],
        "time_limit_s": 5,
        "seed": 7,
    }
    told = officer_desk.do("proposals/", wishes, status=201)
    assert {name: told["asked"][name] for name in wishes} == wishes
    (choice,) = told["answer"]["choices"]
    assert choice["households_moved"] == 40
    taken = officer_desk.do(f"proposals/{told['id']}/apply/", {})
    assert taken["moved"]["households_moved"] == 40


@pytest.mark.parametrize(
    ("asked", "status", "rule"),
    [
        ({}, 400, "request.invalid"),
        ({"kind": "magic"}, 400, "request.invalid"),
        ({"kind": "best", "colour": "red"}, 400, "request.invalid"),
        ({"kind": "best", "time_limit_s": 0}, 400, "request.invalid"),
        ({"kind": "best", "time_limit_s": "∞"}, 400, "request.invalid"),
        ({"kind": "best", "seed": 2**40}, 400, "request.invalid"),
        ({"kind": "best", "locked": ["\u0000"]}, 400, "request.invalid"),
        ({"kind": "best", "pins": {"1": G1}}, 400, "request.invalid"),
        ({"kind": "card"}, 422, "proposal.wrong_value"),
        ({"kind": "card", "compound": "XX"}, 422, "proposal.unknown_compound"),
        ({"kind": "best", "pins": [{"unit": 99999, "grid": G1}]}, 422, "proposal.unknown_unit"),
        ({"kind": "best", "locked": ["123"]}, 422, "proposal.unknown_grid"),
        ({"kind": "best", "communities": ["123"]}, 422, "proposal.unknown_community"),
        ({"kind": "best", "whole": [X1], "split": [X1]}, 422, "proposal.both_ways"),
    ],
)
def test_what_cannot_be_asked(officer_desk: Desk, asked: dict[str, Any], status: int, rule: str) -> None:
    problem(officer_desk.ask("proposals/", asked), status, rule)
    assert not PlanProposal.objects.exists()


def test_an_answer_to_an_older_plan_is_not_taken(officer_desk: Desk, desk: Any) -> None:
    told = officer_desk.do("proposals/", {"kind": "best"}, status=201)
    address = f"proposals/{told['id']}/apply/"
    problem(officer_desk.ask(address, {"choice": 9}), 422, "proposal.no_such_choice")
    problem(officer_desk.ask(address, {"choice": 0}), 400)
    problem(officer_desk.ask(address, {}, tag=""), 428)
    problem(officer_desk.ask(f"proposals/{told['id']}/cancel/"), 409, "proposal.wrong_move")
    officer_desk.edit({"kind": "assign_units", "units": [officer_desk.unit_of(X1)], "grid": G2})
    problem(officer_desk.ask(address, {}), 409, "proposal.plan_changed")
    problem(officer_desk.ask(address, {}, tag='"1"'), 412, "plan.moved")
    approver = desk(Role.APPROVER).take(officer_desk)
    assert approver.read(f"proposals/{told['id']}/").status_code == 200
    problem(approver.ask("proposals/", {"kind": "best"}), 403)
    problem(approver.ask(address, {}), 403)


def test_a_question_that_waits_can_be_left(officer_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis.services.plans.proposals.asking.AT_ONCE_UNITS", 0)
    told = officer_desk.do("proposals/", {"kind": "alternatives", "alternatives": 2}, status=201)
    assert (told["state"], told["answer"]) == ("waiting", None)
    problem(officer_desk.ask(f"proposals/{told['id']}/apply/", {}), 409, "proposal.no_answer")
    assert officer_desk.do(f"proposals/{told['id']}/cancel/")["state"] == ProposalState.CANCELLED


def test_a_question_belongs_to_its_plan(officer_desk: Desk, desk: Any) -> None:
    told = officer_desk.do("cards/", {"compound": X1}, status=201)
    other = desk()
    other.open(title="另一个")
    problem(other.read(f"proposals/{told['id']}/"), 404, "proposal.unknown")
    problem(other.ask(f"proposals/{told['id']}/apply/", {}), 404, "proposal.unknown")
    problem(other.read(f"proposals/{uuid.uuid4()}/"), 404, "proposal.unknown")
