"""A redraw as plain JSON: the contract of `redraw_files`, kept to the letter; further keys may follow."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from django.utils.translation import gettext as _

from gis.geometry.redraw_check import RedrawCheck
from gis.geometry.units import Units
from gis.optimize.district import Redraw, mendable
from gis.optimize.reasons import Move, moves_of
from gis.optimize.stages import Outcome
from gis.services.audits.files import OpenDistrict
from gis.services.plans.words import proof_text, why
from gis.speech import in_words
from gis.terms import LayerKind

Json = dict[str, Any]


class ProposalLike(Protocol):
    """What the report needs of a proposal."""

    @property
    def rank(self) -> int: ...
    @property
    def redraw(self) -> Redraw: ...
    @property
    def check(self) -> RedrawCheck: ...
    @property
    def seconds(self) -> float: ...


def redraw_report(proposals: Sequence[ProposalLike], units: Units, found: OpenDistrict) -> Json:
    """Return proposals under the names of the contract."""
    names = found.names.get(LayerKind.COMPOUND, {})
    return {
        "summary": {
            "grids": len(units.grids),
            "compounds": len(units.compounds),
            "communities": len(units.communities),
            "units": len(units),
            "crossed": int(units.crossed.sum()),
            "mendable": int(mendable(units).sum()),
            "stray_households": units.stray_households,
            "crs": found.crs,
        },
        "proposals": [_proposal(proposal, units, names) for proposal in proposals],
        "straddling": straddling(units, names),
        "notices": found.notices,
    }


def _proposal(proposal: ProposalLike, units: Units, names: dict[str, str]) -> Json:
    redraw, check = proposal.redraw, proposal.check
    gap = redraw.gap
    return {
        "rank": proposal.rank,
        "optimal": redraw.proven,
        "gap": None if gap is None else round(gap, 6),
        "seconds": round(proposal.seconds, 3),
        "households_moved": redraw.households_moved,
        "grids_changed": redraw.grids_changed,
        "area_moved_m2": redraw.land_m2,
        "crossed_before": len(check.crossed_before),
        "crossed_after": len(check.crossed_after),
        "size_violations_before": check.sizes_before,
        "size_violations_after": check.sizes_after,
        "moves": [
            move_json(move, outcome, units, names)
            for outcome in redraw.outcomes
            if outcome.plan is not None
            for move in moves_of(outcome.problem, outcome.plan)
        ],
        "communities": [
            _community(outcome, group, units) for outcome, group in zip(redraw.outcomes, redraw.groups, strict=True)
        ],
        "check": check_json(check),
    }


def move_json(move: Move, outcome: Outcome, units: Units, names: dict[str, str]) -> Json:
    """Return one change with its reasons, in words and as data."""

    def grid(label: int) -> str:
        position = int(outcome.problem.grids[label])
        return str(units.grids.codes[position]) if position >= 0 else _("新网格")

    def compound(position: int) -> str:
        code = str(units.compounds.codes[position])
        return names.get(code) or code

    return {
        "unit": int(outcome.problem.units[move.units[0]]),
        "units": [int(outcome.problem.units[unit]) for unit in move.units],
        "compound": str(units.compounds.codes[move.compound]) if move.compound >= 0 else None,
        "from": grid(move.start),
        "to": grid(move.end),
        "households": move.households,
        "area_m2": move.area_m2,
        "why": why(move, grid=grid, compound=compound),
        "reasons": [{"rule": reason.rule, **_coded(reason.facts, grid, units)} for reason in move.reasons],
    }


def _coded(facts: Json, grid: Any, units: Units) -> Json:
    """Return facts with codes for labels and positions."""
    coded = dict(facts)
    if "grid" in facts:
        coded["grid"] = grid(facts["grid"])
    if "grids" in facts:
        coded["grids"] = [grid(label) for label in facts["grids"]]
    if "compound" in facts:
        coded["compound"] = str(units.compounds.codes[facts["compound"]])
    return coded


def _community(outcome: Outcome, group: tuple[int, ...], units: Units) -> Json:
    """Return how the redraw of one group of communities went."""
    plan, problem = outcome.plan, outcome.problem
    code_of = [str(units.grids.codes[g]) if g >= 0 else "" for g in problem.grids]
    return {
        "codes": [str(units.communities[community]) for community in group],
        "proof": outcome.proof.value,
        "said": proof_text(outcome),
        "gap": None if outcome.gap is None else round(outcome.gap, 6),
        "seconds": round(outcome.seconds, 3),
        "limit_reached": outcome.limit_reached,
        "units": problem.count,
        "households_moved": 0 if plan is None else plan.households_moved,
        "households_off_size": None if plan is None else plan.band,
        "area_moved_m2": 0 if plan is None else plan.land_m2,
        "grids_changed": [] if plan is None else [code_of[label] for label in plan.touched],
        "relaxed": []
        if plan is None
        else [
            {"rule": "hard_maximum", "grid": code_of[label], "limit": problem.hard_size(label), "above": above}
            for label, above in plan.excess
        ],
        "stages": [
            {
                "name": stage.name,
                "proven": stage.proven,
                "gap": None if stage.gap is None else round(stage.gap, 6),
                "seconds": round(stage.seconds, 3),
                "rounds": stage.rounds,
            }
            for stage in outcome.stages
        ],
    }


def check_json(check: RedrawCheck) -> Json:
    """Return what the independent check says."""
    return {
        "publishable": check.publishable,
        "tiles": check.refusal is None,
        "refusal": None
        if check.refusal is None
        else {"rule": check.refusal.rule, "message": in_words(check.refusal.message)},
        "crossed_after": list(check.crossed_after),
        "new_findings": [
            {"kind": finding.kind.value, "subjects": list(finding.subjects), "class": finding.clarity.value}
            for finding in check.new_findings
        ],
        "resolved": check.resolved,
        "new_size_warnings": [
            {"kind": finding.kind.value, "subjects": list(finding.subjects), "class": finding.clarity.value}
            | finding.evidence
            for finding in check.new_sizes
        ],
        "scattered": list(check.scattered),
        "households_moved": check.households_moved,
    }


def straddling(units: Units, names: dict[str, str]) -> list[Json]:
    """Return the compounds across a community line: grids cannot mend them, the line is another authority's decision.

    Each with what of it lies in which community, and the one that holds most.
    """
    listed = []
    for compound in np.flatnonzero(units.straddles).tolist():
        rows = np.flatnonzero(units.compound == compound)
        parts: list[Json] = [
            {
                "community": str(units.communities[units.community[row]]),
                "households": int(units.households[row]),
                "area_m2": round(float(units.area_m2[row]), 1),
            }
            for row in rows.tolist()
        ]
        parts.sort(key=lambda part: (-part["households"], -part["area_m2"]))
        code = str(units.compounds.codes[compound])
        listed.append(
            {
                "compound": code,
                "name": names.get(code, ""),
                "crossed": bool(units.crossed[compound]),
                "parts": parts,
                "proposed_community": parts[0]["community"] if parts else None,
                "authority": "community_line",
            }
        )
    return listed
