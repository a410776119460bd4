"""From a plan and a question to an answer that can be kept: load, solve, check by code that knows no solver."""

from collections.abc import Callable
from typing import Any

from gis.geometry.edit_kinds import Edit, edit_as_dict
from gis.geometry.said import said
from gis.optimize.proposals import edits_of
from gis.services.plans.proposals.asked import Asked
from gis.services.plans.proposals.figures import Json, Names, result_of
from gis.services.plans.proposals.land import Land
from gis.services.plans.proposals.solving import Choice, Task, Tell, run
from gis.terms import ProposalKind

THREADS = 2
"""Groups of communities solved at once by a job; the plans are the same."""


def no_tell(_words: Any, _share: float) -> None:
    """Hear nothing."""


def answer(
    land: Land,
    kind: ProposalKind,
    asked: Asked,
    *,
    threads: int = 1,
    tell: Tell = no_tell,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Json, list[list[Json]]]:
    """Return the figures of what the solver gives, and the edits of each choice. Does not use the database."""
    solved = run(Task(kind, asked, land.stand, land.rules, threads, tell, stop, land.memory))
    tell(said("独立核对"), 0.95)
    result = result_of(solved, land.names)
    every = [choice_edits(choice, land.names) for choice in solved.choices]
    for told, edits in zip(result["choices"], every, strict=True):
        told["check"] = land.judge.check(land.stand.tiling, edits)
        told["concerned"] = land.concerned(edits, told["grids_changed"])
    return result, [[edit_as_dict(edit) for edit in edits] for edits in every]


def choice_edits(choice: Choice, names: Names) -> tuple[Edit, ...]:
    """Return the edits that take a choice over; none where it is impossible or changes nothing."""
    codes = names.new_codes(choice.redraw)
    called = {
        code: names.compound(compound)["name"] for code, compound in zip(codes, choice.redraw.new_grids, strict=True)
    }
    return edits_of(names.stand, choice.redraw, new_codes=codes, names=called)
