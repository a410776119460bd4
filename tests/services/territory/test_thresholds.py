"""Thresholds belong to a district; changing them is journalled and judged anew."""

from dataclasses import replace

import pytest

from gis.geometry.layers import AuditRules
from gis.models import JournalLine
from gis.policy import NotYours
from gis.selectors.territory import rules_of
from gis.services.territory import RulesRefused, change_rules
from gis.terms import Happening, Role
from tests.services.territory.conftest import DISTRICT, Files, account_of


def test_a_change_is_journalled_once(founded: Files) -> None:
    approver, wanted = account_of(Role.APPROVER, DISTRICT), replace(AuditRules(), max_households=280)
    change_rules(district_code=DISTRICT, rules=wanted, by=approver)
    change_rules(district_code=DISTRICT, rules=wanted, by=approver)
    assert rules_of(DISTRICT) == wanted
    line = JournalLine.objects.get(happening=Happening.RULES_CHANGED.value)
    assert (line.by, line.summary) == (approver, {"max_households": [300, 280]})


def test_who_may_not_and_what_makes_no_sense_is_refused(founded: Files) -> None:
    with pytest.raises(NotYours):
        change_rules(district_code=DISTRICT, rules=AuditRules(), by=account_of(Role.OFFICER, DISTRICT))
    for changes in (
        {"noise_factor": 0.0},
        {"far_from_office_m": float("nan")},
        {"clear_factor": 1.0},
        {"min_households": 301},
        {"hard_max_households": 10},
    ):
        with pytest.raises(RulesRefused):
            change_rules(district_code=DISTRICT, rules=replace(AuditRules(), **changes), by=None)
    with pytest.raises(RulesRefused, match="没有编码"):
        change_rules(district_code="000000", rules=AuditRules(), by=None)
    assert rules_of(DISTRICT) == AuditRules()
