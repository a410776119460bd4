"""The units of a tiling as a solver takes them: in the middle of a plan, after cuts, assignments and new grids."""

from dataclasses import dataclass, replace

import numpy as np

from gis.geometry.ground import Ground
from gis.geometry.layers import Codes, Layer
from gis.geometry.noding import borders_between
from gis.geometry.owners import find_owners, seat_known
from gis.geometry.pieces import Bools, Ints
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.geometry.units import Units, assemble_units


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A plan as it stands, ready to be solved.

    Parameters
    ----------
    units : the land; "today" in it is the tiling as it stands, not the boundaries in force. Its grids are those that
        hold land, in the order of their codes.
    numbers : (n,) the tiling's number of each unit, ascending.
    """

    tiling: Tiling
    units: Units
    numbers: Ints

    def positions(self, numbers: Ints) -> Ints:
        """Return the positions in `units` of units by the tiling's numbers; -1 for those that are not there."""
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, at, -1).astype(np.int64)


def units_of_tiling(tiling: Tiling, ground: Ground) -> Stand:
    """Return a tiling's land as units: nothing is noded again, so its faces stay as they are to the bit.

    Parameters
    ----------
    ground : of the land that the plan began with, or a wider one: compounds, communities, homes, roads and links are
        taken from it, and what it says of each grid by its code; the shapes of its grids are not.

    Raises
    ------
    InvalidShape : a shape that cannot be overlaid.
    """
    now = _as_it_stands(tiling, ground)
    owners = find_owners(now)
    position = {str(code): at for at, code in enumerate(now.district.grids.codes)}
    grid = np.array([position.get(code, -1) for code in tiling.seat.tolist()], dtype=np.int64)
    known = {str(code): at for at, code in enumerate(now.district.compounds.codes)}
    owner = {unit: known.get(code, -1) for unit, code in tiling.compound_of.items()}
    compound = np.array([owner.get(unit, -1) for unit in tiling.unit.tolist()], dtype=np.int64)
    seats = seat_known(owners, tiling.faces, grid, compound)
    numbers, unit = np.unique(tiling.unit, return_inverse=True)
    borders = borders_between(tiling.faces, now.roads, now.noise_m)
    units = assemble_units(owners, tiling.faces, seats, unit.reshape(-1).astype(np.int64), borders)
    return Stand(tiling, units, numbers.astype(np.int64))


def _as_it_stands(tiling: Tiling, ground: Ground) -> Ground:
    """Return the ground with the tiling's grids; new ones have the accuracy of the layer and want a size."""
    before = ground.district.grids
    layer = tiling.layer()
    held = layer.codes != UNASSIGNED
    codes = layer.codes[held]
    grids = Layer(codes, layer.shapes[held], before.accuracy_m, _parents(codes, before))
    counted = list(tiling.compound_of.values())
    several = frozenset(code for code in set(counted) if counted.count(code) > 1)
    return replace(
        ground,
        district=replace(ground.district, grids=grids),
        sized=_sized(codes, before, ground.sized),
        several=ground.several | (several - ground.whole),
        cuts=None,
    )


def _parents(codes: Codes, before: Layer) -> Codes | None:
    """Return what is recorded of each grid's community, "" for new ones."""
    if before.parents is None:
        return None
    recorded = dict(zip(map(str, before.codes), before.parents, strict=True))
    return np.array([recorded.get(str(code), "") for code in codes], dtype=object)


def _sized(codes: Codes, before: Layer, sized: Bools | None) -> Bools | None:
    """Return of which grids a number of households is wanted."""
    if sized is None:
        return None
    known = dict(zip(map(str, before.codes), sized.tolist(), strict=True))
    return np.array([known.get(str(code), True) for code in codes], dtype=bool)
