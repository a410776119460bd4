"""Random edits: what a hasty hand could do to a tiling."""

import numpy as np

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
    RetireGrid,
)
from gis.geometry.edit_log import EditLog
from gis.geometry.errors import WrongEdit
from gis.geometry.tiling import Tiling

FEWEST_GRIDS = 3


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
    kind = int(rng.integers(0, 12))
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
