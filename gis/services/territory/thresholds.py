"""Change a district's thresholds: its findings are then judged anew."""

import math
from dataclasses import asdict

from django.db import transaction

from gis import journal, policy
from gis.geometry.errors import GridworkError
from gis.geometry.layers import AuditRules
from gis.geometry.said import said
from gis.models import District, DistrictRules, User
from gis.selectors.territory import rules_of
from gis.services.followups import follow_up
from gis.terms import Action, Happening


class RulesRefused(GridworkError):
    """Thresholds that contradict each other or make no sense."""

    rule = "rules.refused"


@transaction.atomic
def change_rules(*, district_code: str, rules: AuditRules, by: User | None) -> AuditRules:
    """Set a district's thresholds; a whole audit follows. The same thresholds again change nothing.

    Raises
    ------
    NotYours : `by` may not change them.
    RulesRefused : no such district, a number that is not positive, or sizes that do not rise.
    """
    if by is not None:
        policy.require(by, Action.CHANGE_RULES, district_code)
    _check(rules)
    if not District.objects.select_for_update().filter(code=district_code).exists():
        raise RulesRefused(said("没有编码为 {code} 的区。", code=district_code), rule="district.unknown")
    before = rules_of(district_code)
    if rules == before:
        return before
    DistrictRules.objects.update_or_create(district_id=district_code, defaults=asdict(rules))
    changed = {name: [old, asdict(rules)[name]] for name, old in asdict(before).items() if old != asdict(rules)[name]}
    journal.write(
        Happening.RULES_CHANGED,
        by=by,
        subject_kind="district",
        subject_code=district_code,
        district_code=district_code,
        summary=changed,
    )
    follow_up(Happening.RULES_CHANGED, district_code=district_code, cause=said("修改阈值"))
    return rules


def _check(rules: AuditRules) -> None:
    if not all(math.isfinite(value) and value > 0 for value in asdict(rules).values() if isinstance(value, float)):
        raise RulesRefused(said("误差倍数和距离须为大于 0 的数；请改正。"), rule="rules.not_positive")
    if rules.clear_factor < rules.noise_factor:
        raise RulesRefused(said("“明确”的倍数不能小于“误差”的倍数；请改正。"), rule="rules.factors")
    if not 0 <= rules.min_households <= rules.max_households <= rules.hard_max_households:
        raise RulesRefused(said("户数须满足：下限 ≤ 上限 ≤ 硬上限；请改正。"), rule="rules.sizes")
