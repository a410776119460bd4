"""What a choice leaves behind, judged from shapes and homes alone, as the plan itself is judged: no solver is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gis.geometry.audit import Audit, Extras
from gis.geometry.edit_kinds import Edit
from gis.geometry.edit_log import replay
from gis.geometry.errors import NotAPartition, WrongEdit
from gis.geometry.findings import Finding
from gis.geometry.layers import District
from gis.geometry.plan_check import audit_before, check_plan
from gis.geometry.said import kept
from gis.geometry.tiling import Tiling
from gis.selectors.plans.land import changed_grids

Json = dict[str, Any]


@dataclass(frozen=True)
class Judge:
    """Judges what edits leave behind, against the land that the plan starts from.

    Parameters
    ----------
    district, extras : on and around the plan's land. base : the land that the plan starts from.
    """

    district: District
    extras: Extras
    base: Tiling

    @cached_property
    def before(self) -> Audit:
        """Return what the audit finds before the plan."""
        return audit_before(self.district, self.extras)

    def check(self, now: Tiling, edits: Sequence[Edit]) -> Json:
        """Return what would be crossed, resolved and new, and how many households would lie in another grid.

        Parameters
        ----------
        now : the plan's land, before the edits.
        """
        try:
            after = replay(now, edits)
        except (WrongEdit, NotAPartition) as refusal:
            told = {"rule": refusal.rule, "message": kept(refusal.message)}
            return {"publishable": False, "tiles": False, "refusal": told}
        changed = changed_grids(self.base, after)
        found = check_plan(self.district, self.base, after, changed, extras=self.extras, then=self.before)
        broken = found.refusal
        return {
            "publishable": found.publishable,
            "tiles": broken is None,
            "refusal": None if broken is None else {"rule": broken.rule, "message": kept(broken.message)},
            "crossed_before": list(found.crossed_before),
            "crossed_after": list(found.crossed_after),
            "resolved": len(found.resolved),
            "new_findings": [_told(finding) for finding in found.new],
            "new_size_warnings": [_told(finding) for finding in found.new_sizes],
            "scattered": list(found.scattered),
            "households_moved": found.households_moved,
            "unassigned_m2": round(sum(found.unassigned.values()), 1),
            "divided_units": len(after.divided()),
        }


def _told(finding: Finding) -> Json:
    told: Json = {"kind": finding.kind.value, "subjects": list(finding.subjects), "class": finding.clarity.value}
    households = finding.evidence.get("households")
    return told if households is None else told | {"households": int(households)}
