"""What an answer of the solver says: every sentence that the interface promises is there."""

from gis.api.plans_proposals_out import ConflictRulesOut
from gis.services.plans.proposals.wording import worded
from gis.terms import Proof, RedrawRule


def test_the_rules_that_would_have_to_give_are_said_too() -> None:
    pinned = {"rule": RedrawRule.PINNED, "unit": 7, "grid": "379912001001001", "compound": None}
    conflict = {
        "minimal": True,
        "rules": [pinned],
        "relaxations": [{"rules": [pinned], "excess": [], "households_moved": 3}],
    }
    (group,) = worded({"groups": [{"proof": Proof.INFEASIBLE, "gap": None, "conflict": conflict}]})["groups"]
    told = ConflictRulesOut(group["conflict"]).data
    assert (
        told["relaxations"][0]["rules"][0]["said"] == told["rules"][0]["said"] == "“单元 7”已指定归网格 379912001001001"
    )
