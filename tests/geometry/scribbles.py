"""Random edits: what a hasty hand could do to a tiling."""

import time

import numpy as np
import shapely

from gis.geometry.edit_kinds import (
    ApplyProposal,
    AssignUnits,
    CutGrid,
    CutUnit,
    DivideCompound,
    Edit,
    MergeGrids,
    NewGrid,
    RedrawBorder,
    RenameGrid,
    RenumberGrid,
    RenumberGrids,
    RetireGrid,
)
from gis.geometry.edit_log import EditLog, begin, replay
from gis.geometry.errors import WrongEdit
from gis.geometry.tiling import Tiling
from gis.geometry.tiling_store import tiling_from_bytes, tiling_to_bytes

FEWEST_GRIDS = 3

WINDOW = 25
"""Random steps after which everything is looked at and the log begins anew."""

LOST_M2 = 1e-6
"""One square millimetre."""


def scribble_long(tiling: Tiling, steps: int, seed: int, *, window: int = WINDOW) -> list[float]:
    """Make random steps; after each nothing may be lost where land changed, and after every window nowhere.

    After every window the log must also replay to the bit, both ways.

    Parameters
    ----------
    window : steps between looks at everything.

    Returns
    -------
    CPU seconds of each edit that was made.
    """
    whole, rng, times = tiling.outline, np.random.default_rng(seed), list[float]()
    log = begin(tiling)
    for step in range(1, steps + 1):
        start, before = time.process_time(), log
        log = scribble(log, rng)
        if log.done > before.done:
            times.append(time.process_time() - start)
        require_sound_here(before.now, log.now)
        if step % window == 0 or step == steps:
            require_sound(log.now, whole)
            require_same_bits(log)
            log = begin(log.now)
    return times


def require_sound_here(before: Tiling, after: Tiling) -> None:
    """Fail if a step left a gap, an overlap or an invalid shape, or lost land, where it changed anything.

    Shapes are values: what is the same object has not changed. The grids that did must cover, after the step, just the
    land that they covered before it, each place once, and share the vertices of those around them.
    """
    old, new = before.shapes, after.shapes
    changed = {code for code in old.keys() | new.keys() if old.get(code) is not new.get(code)}
    if not changed:
        return
    were = [old[code] for code in sorted(changed) if code in old]
    are = np.array([new[code] for code in sorted(changed) if code in new], dtype=object)
    assert shapely.is_valid(are).all()
    assert not shapely.is_empty(are).any()
    land = shapely.union_all(are)
    assert shapely.union_all(were).symmetric_difference(land).area < LOST_M2
    assert abs(shapely.area(are).sum() - land.area) < LOST_M2
    others = np.array([shape for code, shape in new.items() if code not in changed], dtype=object)
    around = others[shapely.intersects(others, shapely.box(*land.bounds))] if len(others) else others
    assert shapely.coverage_is_valid(np.concatenate([are, around]))


def require_sound(tiling: Tiling, whole: shapely.Geometry) -> None:
    """Fail if a shape is invalid, if there is a gap or an overlap, or if land was lost or won."""
    shapes = tiling.layer().shapes
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    union = shapely.coverage_union_all(shapes)
    assert union.symmetric_difference(whole).area < LOST_M2
    assert abs(shapely.area(shapes).sum() - whole.area) < LOST_M2
    assert abs(shapely.area(tiling.faces).sum() - whole.area) < LOST_M2
    assert set(tiling.shapes) == set(tiling.seat.tolist())
    assert set(tiling.grid_of) == set(tiling.unit.tolist())


def require_same_bits(log: EditLog) -> None:
    """Fail if undo, redo, or a replay from what was stored gives anything but the very same bits."""
    stored, now = tiling_to_bytes(log.states[0]), tiling_to_bytes(log.now)
    back = log
    while back.done:
        back = back.undo()
    assert tiling_to_bytes(back.now) == stored
    while back.done < log.done:
        back = back.redo()
    assert tiling_to_bytes(back.now) == now
    assert tiling_to_bytes(replay(tiling_from_bytes(stored), log.in_effect)) == now


def scribble(log: EditLog, rng: np.random.Generator) -> EditLog:
    """Return the log after one random step: an edit, an undo or a redo; a refused one leaves it as it is."""
    dice = rng.random()
    try:
        if dice < 0.05:
            return log.undo()
        if dice < 0.08:
            return log.redo()
        return log.make(random_edit(log.now, rng))
    except WrongEdit:
        return log


def random_edit(tiling: Tiling, rng: np.random.Generator) -> Edit:
    """Return any edit, mostly a sensible one."""
    codes = sorted(code for code in tiling.shapes if code)
    units = sorted(tiling.grid_of)
    unit = int(rng.choice(units))
    one, other = (str(code) for code in rng.choice(codes, 2))
    kind = int(rng.integers(0, 13))
    number = f"N{rng.integers(0, 10**9)}"
    if kind < 3:
        return AssignUnits((unit,), one)
    if kind == 3:
        return CutUnit(unit, _line(tiling.shape_of(unit).bounds, rng))
    if kind == 4:
        return CutGrid(one, _line(tiling.shapes[one].bounds, rng), number)
    if kind == 5:
        return RedrawBorder(one, _neighbour(tiling, one, rng), _line(tiling.shapes[one].bounds, rng))
    if kind == 6 and len(codes) > FEWEST_GRIDS:
        return MergeGrids((one,), other)
    if kind == 7:
        return NewGrid(number, "新", (unit,))
    if kind == 8:
        return RetireGrid(str(rng.choice(sorted(tiling.grids))))
    if kind == 9 and tiling.compound_of:
        chosen = int(rng.choice(sorted(tiling.compound_of)))
        return DivideCompound(tiling.compound_of[chosen], (_line(tiling.shape_of(chosen).bounds, rng),))
    if kind == 10:
        return RenumberGrid(one, number)
    if kind == 11:
        return RenumberGrids(((one, other), (other, number)))
    if kind == 12:
        return ApplyProposal(tuple((int(u), one) for u in rng.choice(units, 2)))
    return RenameGrid(one, number)


def _neighbour(tiling: Tiling, code: str, rng: np.random.Generator) -> str:
    shape = tiling.shapes[code]
    near = sorted(other for other in tiling.shapes if other not in ("", code) and tiling.shapes[other].touches(shape))
    return str(rng.choice(near)) if near else code


def _line(bounds: tuple[float, ...], rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Return a line of two to four vertices across a box, sometimes too short."""
    x1, y1, x2, y2 = bounds
    count = int(rng.integers(2, 5))
    along = np.linspace(-0.1, 1.1, count) if rng.random() < 0.9 else np.linspace(0.1, 0.7, count)
    across = rng.random(count)
    if rng.random() < 0.5:
        along, across = across, along
    return tuple((float(x1 + a * (x2 - x1)), float(y1 + b * (y2 - y1))) for a, b in zip(along, across, strict=True))
