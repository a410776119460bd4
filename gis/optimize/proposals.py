"""Proposals in the middle of a plan: solved from where it stands, taken over as edits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gis.geometry.edit_kinds import ApplyProposal, Edit, RetireGrid
from gis.geometry.layers import AuditRules
from gis.geometry.pieces import Ints
from gis.geometry.tiling_units import Stand
from gis.geometry.units import AS_TODAY
from gis.optimize.district import Redraw, redraw_district
from gis.optimize.problem import NO_WISHES, Wishes
from gis.optimize.search import Limits


def solve_tiling(
    stand: Stand,
    rules: AuditRules,
    *,
    wishes: Wishes = NO_WISHES,
    limits: Limits | None = None,
    communities: Sequence[str] | None = None,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Redraw:
    """Mend what is still crossed with the least change to the plan as it stands.

    Parameters
    ----------
    wishes : pins name units by the tiling's numbers; grids and compounds go by their codes.
    communities : codes; None = all with something to mend.
    limits, threads, progress : as `redraw_district` takes them.

    Land that is in no grid stays so: only a person can say whose it is.
    """
    chosen = None if communities is None else np.flatnonzero(np.isin(stand.units.communities, list(communities)))
    return redraw_district(
        stand.units,
        rules,
        wishes=wishes_of_units(stand, wishes),
        limits=limits,
        communities=chosen,
        threads=threads,
        progress=progress,
    )


def wishes_of_units(stand: Stand, wishes: Wishes) -> Wishes:
    """Return wishes with pins by position in `stand.units`; pins of units that are not there are left out."""
    if not wishes.pins:
        return wishes
    numbers: Ints = np.array(list(wishes.pins), dtype=np.int64)
    at = zip(stand.positions(numbers).tolist(), wishes.pins.values(), strict=True)
    return replace(wishes, pins={position: grid for position, grid in at if position >= 0})


def edits_of(stand: Stand, redraw: Redraw, *, new_codes: Sequence[str], names: Mapping[str, str]) -> tuple[Edit, ...]:
    """Return the edits that take a proposal over: nothing where it changes nothing.

    Parameters
    ----------
    new_codes : a free code for each of `redraw.new_grids`, in their order. names : {code: name} of these.
    """
    codes = [*map(str, stand.units.grids.codes), *new_codes[: len(redraw.new_grids)]]
    divided = set(stand.tiling.divided())
    moved = [
        (number, codes[grid])
        for number, grid in zip(stand.numbers.tolist(), redraw.grid.tolist(), strict=True)
        if grid != AS_TODAY and (number in divided or stand.tiling.grid_of[number] != codes[grid])
    ]
    if not moved:
        return ()
    new = tuple((code, names.get(code, "")) for code in new_codes[: len(redraw.new_grids)])
    emptied = _emptied(stand, dict(moved))
    return (ApplyProposal(tuple(moved), new), *(RetireGrid(code) for code in emptied))


def _emptied(stand: Stand, moved: Mapping[int, str]) -> list[str]:
    """Return the grids that hold no land once some units have moved."""
    tiling = stand.tiling
    stays = ~np.isin(tiling.unit, list(moved))
    left = {*tiling.seat[stays].tolist(), *moved.values()}
    return sorted(code for code in tiling.shapes if code and code not in left)
