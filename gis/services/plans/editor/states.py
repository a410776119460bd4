"""A plan in one of its states: its land with all that is told of it. The newest states stay in the process.

A state is named by the operation that led to it: operations are never changed but when the plan moves to another base,
and the base is part of the name. So every process, also one that began just now, gives the same answer.
"""

from collections import Counter
from dataclasses import replace
from functools import cached_property
from threading import Lock

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.geometry.plan_check import Compared, compare_findings
from gis.geometry.plan_seats import Seats, seat_again, seat_all, unit_shapes, units_between
from gis.geometry.plan_standing import Standing, changed_between, stand_after, stand_whole
from gis.geometry.tiling import Tiling
from gis.models import Plan, PlanOperation
from gis.selectors.plans.land import changed_grids, tiling_after
from gis.services.plans.editor.keeping import Kept
from gis.services.plans.editor.settings import Scene, scene_of, sums_by

MOST_FACES = 400_000
"""Faces of all states that a process keeps: most of their land is the same and is held once."""


class State:
    """A plan's land in a state.

    Parameters
    ----------
    scene : what it lies in. tiling : the land. seats : which grid and unit each building stands in.
    changed : codes of grids that lie otherwise than at the base. units : {unit: shape}, metres.
    near : another state of the same plan, so that what is found need not be judged from nothing.
    """

    def __init__(
        self,
        scene: Scene,
        tiling: Tiling,
        seats: Seats,
        changed: frozenset[str],
        units: dict[int, BaseGeometry],
        near: "State | None" = None,
    ) -> None:
        self.scene, self.tiling, self.seats, self.changed, self.units = scene, tiling, seats, changed, units
        self._near = near
        self.name: tuple[object, ...] | None = None  # what led to it, where it was read from a plan

    @cached_property
    def standing(self) -> Standing:
        """Return what the audit finds."""
        near, self._near = self._near, None
        if near is None:
            return stand_whole(self.scene.judge, self.tiling, self.changed)
        return stand_after(near.standing, self.scene.judge, self.tiling, self.changed)

    @cached_property
    def compared(self) -> Compared:
        """Return the findings that come, stay and go by the plan."""
        before = self.scene.before.findings
        return compare_findings(before, self.standing.findings, self.scene.base, self.tiling)

    @cached_property
    def households(self) -> dict[str, int]:
        """Return the households of each grid that has a building."""
        return sums_by(self.seats.grid, self.scene.households)

    @cached_property
    def buildings(self) -> dict[str, int]:
        """Return the buildings of each grid that has one."""
        return dict(Counter(self.seats.grid.tolist()))

    @cached_property
    def unit_households(self) -> dict[int, int]:
        """Return the households of each unit in which anybody lives."""
        inside = self.seats.unit >= 0
        counted = np.bincount(self.seats.unit[inside], weights=self.scene.households[inside])
        return {int(unit): int(counted[unit]) for unit in np.flatnonzero(counted)}

    @cached_property
    def divided(self) -> frozenset[int]:
        """Return the units that lie in several grids."""
        return frozenset(self.tiling.divided())


def state_of(plan: Plan, done: int | None = None) -> State:
    """Return a plan as it stands, or as it stood after some of its operations.

    Raises
    ------
    PlanRefused, InvalidShape : as `scene_of`.
    """
    number = plan.done if done is None else done
    scene = scene_of(plan)
    named = (*scene.key, _newest_operation(plan, number))
    kept = _states.get(named)
    if kept is not None:
        return kept
    with _making:
        kept = _states.get(named)
        if kept is not None:
            return kept
        made = _made(scene, _latest.get(scene.key), tiling_after(plan, number, base=scene.base))
        made.name = named
        _latest.keep(scene.key, made)
        return _states.keep(named, made, len(made.tiling.faces))


def keep_state_of(plan: Plan, state: State) -> None:
    """Keep a state as the one that the plan stands in."""
    key = state.scene.key
    state.name = (*key, _newest_operation(plan, plan.done))
    _latest.keep(key, state)
    _states.keep(state.name, state, len(state.tiling.faces))


def first_state(scene: Scene, tiling: Tiling) -> State:
    """Return a state worked out from nothing."""
    changed = frozenset(changed_grids(scene.base, tiling))
    return State(
        scene=scene,
        tiling=tiling,
        seats=seat_all(tiling, scene.points),
        changed=changed,
        units=unit_shapes(tiling),
    )


def state_after(state: State, tiling: Tiling) -> State:
    """Return another state of the same plan, in the same scene: only what differs is worked out."""
    before, base = state.tiling, state.scene.base
    moved = changed_between(before.shapes, tiling.shapes)
    if moved is None and before.faces is tiling.faces:
        return State(state.scene, tiling, state.seats, state.changed, state.units, state)
    touched = set() if moved is None else set(map(str, moved.codes))
    differs = changed_grids(_only(base, touched), _only(tiling, touched))
    changed = frozenset((state.changed - touched) | differs)
    drawn, _elsewhere, gone = units_between(before, tiling)
    units = {unit: shape for unit, shape in state.units.items() if unit not in gone}
    units |= unit_shapes(tiling, drawn) if drawn else {}
    return State(
        scene=state.scene,
        tiling=tiling,
        seats=seat_again(state.seats, before, tiling, state.scene.points),
        changed=changed,
        units=units,
        near=state,
    )


def changed_between_states(before: State, after: State) -> set[str]:
    """Return the codes of grids (and "" for land of none) whose land differs between two states."""
    moved = changed_between(before.tiling.shapes, after.tiling.shapes)
    touched = set() if moved is None else set(map(str, moved.codes))
    return changed_grids(_only(before.tiling, touched), _only(after.tiling, touched))


def _only(tiling: Tiling, codes: set[str]) -> Tiling:
    return replace(tiling, shapes={code: shape for code, shape in tiling.shapes.items() if code in codes})


def _made(scene: Scene, near: State | None, tiling: Tiling) -> State:
    return first_state(scene, tiling) if near is None or near.scene is not scene else state_after(near, tiling)


def _newest_operation(plan: Plan, number: int) -> int:
    """Return the row of an operation, 0 for none: it stands for the whole log up to it."""
    newest = PlanOperation.objects.filter(plan=plan, number=number).values_list("id", flat=True).first()
    return newest or 0


_states: Kept[State] = Kept(MOST_FACES)
_latest: Kept[State] = Kept(16)
_making = Lock()


def forget() -> None:
    """Let every kept state go: for tests, which ask whether a process that begins gives the same answer."""
    _states.clear()
    _latest.clear()
