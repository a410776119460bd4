"""What a choice leaves behind, judged from shapes and homes alone, as the plan itself is judged: no solver is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gis.geometry.audit import Extras
from gis.geometry.edit_kinds import Edit
from gis.geometry.edit_log import replay
from gis.geometry.errors import NotAPartition, WrongEdit
from gis.geometry.findings import Finding
from gis.geometry.layers import District
from gis.geometry.plan_check import check_of
from gis.geometry.plan_standing import Setting, Standing, stand_after, stand_whole
from gis.geometry.said import kept
from gis.geometry.tiling import Tiling
from gis.selectors.plans.land import changed_grids

Json = dict[str, Any]


@dataclass(frozen=True)
class Judge:
    """Judges what edits leave behind, against the land that the plan starts from: only what they change, each time.

    Parameters
    ----------
    district, extras : on and around the plan's land. base : the land that the plan starts from.
    """

    district: District
    extras: Extras
    base: Tiling

    @cached_property
    def setting(self) -> Setting:
        """Return what every state is judged in."""
        return Setting(self.district, self.extras, self.base)

    @cached_property
    def before(self) -> Standing:
        """Return what the audit finds before the plan."""
        return stand_whole(self.setting, self.base, ())

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
        standing = stand_after(self.before, self.setting, after, changed)
        then = (self.base, self.before.findings)
        found = check_of(self.district.homes, then, (after, standing.findings), changed)
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
