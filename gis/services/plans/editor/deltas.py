"""What an edit does to a plan, or would do: the grids and units that change, what moves, what is found."""

from collections.abc import Collection
from dataclasses import dataclass

from gis.geometry.edit_kinds import Edit
from gis.geometry.findings import Finding
from gis.geometry.plan_check import compare_findings
from gis.geometry.plan_seats import units_between
from gis.geometry.plan_standing import changed_between
from gis.geometry.redraw_check import SIZES
from gis.geometry.said import Said
from gis.models import Plan
from gis.services.plans.editor.keeping import Kept
from gis.services.plans.editor.moves import Passage, finding_words, passages, sentences
from gis.services.plans.editor.numbers import GridNumbers, UnitNumbers, grid_numbers, unit_numbers
from gis.services.plans.editor.problems import Problems, problems_of
from gis.services.plans.editor.settings import Place, points_in
from gis.services.plans.editor.states import State


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding in words, and where to look (longitude, latitude)."""

    finding: Finding
    text: Said
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What differs between two states of a plan.

    Parameters
    ----------
    grids, units : in numbers, as they are in the later state; only those that differ. gone_grids, gone_units : those
        that are not there any more.
    passed : what passes from grid to grid. says : one sentence for each grid that differs.
    problems : of the later state. new, resolved, known : findings of the plan against its base, sizes apart; `known`
        counts. cleared : findings of the earlier state that the later one has no more.
    """

    grids: list[GridNumbers]
    gone_grids: list[str]
    units: list[UnitNumbers]
    gone_units: list[int]
    passed: list[Passage]
    says: list[Said]
    problems: Problems
    new: list[Seen]
    resolved: list[Seen]
    known: int
    cleared: list[Seen]


def changes_between(before: State, after: State, locks: Collection[str]) -> Changes:
    """Return what differs between two states of one plan."""
    touched = touched_grids(before, after)
    drawn, moved, gone = units_between(before.tiling, after.tiling)
    passed = passages(before, after)
    there = [code for code in touched if code in after.tiling.grids or code in after.tiling.shapes]
    new, resolved, known = plan_findings(after)
    step = compare_findings(before.standing.findings, after.standing.findings, before.tiling, after.tiling).resolved
    return Changes(
        grids=grid_numbers(after, locks, there),
        gone_grids=[code for code in touched if code not in there],
        units=unit_numbers(after, drawn | moved | (before.divided ^ after.divided) - gone),
        gone_units=sorted(gone),
        passed=passed,
        says=sentences(before, after, passed, touched),
        problems=problems_of(after),
        new=new,
        resolved=resolved,
        known=known,
        cleared=seen(after, _unsized(step)),
    )


Looked = tuple[State, Changes]
_looked_at: Kept[Looked] = Kept(8)


def keep_preview(plan: Plan, before: State, edit: Edit, seen: Looked) -> None:
    """Keep what an edit, its codes filled in, would make of a state: mostly it is made a moment later, just so."""
    if before.name is not None:
        _looked_at.keep((before.name, tuple(plan.locks), repr(edit)), seen)


def preview_kept(plan: Plan, before: State, edit: Edit) -> Looked | None:
    """Return what was seen of an edit of a state, where somebody has just looked at it."""
    return None if before.name is None else _looked_at.get((before.name, tuple(plan.locks), repr(edit)))


def touched_grids(before: State, after: State) -> list[str]:
    """Return the codes of the grids whose land, name or standing differs between two states."""
    moved = changed_between(before.tiling.shapes, after.tiling.shapes)
    codes = set() if moved is None else set(map(str, moved.codes))
    was, now = before.tiling.grids, after.tiling.grids
    return sorted(codes | {code for code in {*was, *now} if was.get(code) != now.get(code)})


def plan_findings(state: State) -> tuple[list[Seen], list[Seen], int]:
    """Return the findings that a plan brings and those that it resolves, and how many stay; sizes apart."""
    compared = state.compared
    return seen(state, _unsized(compared.new)), seen(state, _unsized(compared.resolved)), len(_unsized(compared.known))


def seen(state: State, findings: list[Finding]) -> list[Seen]:
    """Return findings with where to look, in an order that does not depend on how they were come by."""
    ordered = sorted(findings, key=lambda finding: (finding.kind.value, finding.subjects, finding.place.bounds))
    places = points_in([finding.place for finding in ordered], state.scene.frame)
    return [Seen(one, finding_words(one, state), place) for one, place in zip(ordered, places, strict=True)]


def _unsized(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.kind not in SIZES]
