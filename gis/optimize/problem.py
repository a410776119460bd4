"""The redraw of one or more communities as plain numbers: what a solver sees, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import AuditRules
from gis.geometry.noding import NECK_M, connected_groups
from gis.geometry.pieces import Bools, Ints
from gis.geometry.units import Units

LAND_M2_PER_HOUSEHOLD = 300
"""Land that weighs as much as one household moved. Without land in the first objective a solver returns wild plans and
never ends (measured); this is also the knob between fewer households and shorter corridors."""

BAND_WEIGHT = 2
"""A household outside the wanted size weighs as much as this many moved."""

HOPS = 2
"""A unit may go to a grid at most this many steps away; the largest loss against no limit was 0.28 %."""

MATERIAL_M2 = 30
"""Land below this neither keeps a grid alive nor counts as a change of it."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an officer asks of a proposal, by codes of grids and compounds and positions of units.

    Parameters
    ----------
    locked : grids that nothing enters or leaves.
    pins : {unit: grid} that is decided. pinned_compounds : the same for whole compounds.
    forbidden : (compound, grid) pairs not wanted.
    whole, split : divisible compounds that must stay whole, or must hold several grids.
    own : {compound: number of new grids that only it may use}.
    retire : how many grids may be given up.
    """

    locked: frozenset[str] = frozenset()
    pins: Mapping[int, str] = field(default_factory=dict)
    pinned_compounds: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[tuple[str, str]] = frozenset()
    whole: frozenset[str] = frozenset()
    split: frozenset[str] = frozenset()
    own: Mapping[str, int] = field(default_factory=dict)
    retire: int = 0


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One redraw problem. Units and labels are numbered from 0; labels are the grids, then new ones.

    Parameters
    ----------
    units : (n,) positions in `Units`. grids : (g,) positions of grids; -1 for a new grid.
    compound : (n,) position of the compound, -1 for free land. today : (n,) label.
    anchor : (g,) compound that a new grid belongs to, -1 for existing ones.
    households, area_m2 : (n,) whole numbers. share_households, share_m2 : (n, g) of these, what lies in which grid.
    outside_households, outside_land : (g,) households of a grid on units of other communities, and whether it has any
        such units: they stay.
    size_today : (g,) households. sized : (g,) a number of households is wanted.
    allowed : (n, g) which unit may go where at all.
    cell_unit : (c,) unit of each cell. near : cells that touch, per cell. links : {label: cells joined only for it}.
    border : (k, 2) units that touch; border_dm, road_dm : (k,) length of the border, and of its part along a road.
    divisible : compounds that may hold several whole grids. together : pairs of units that go together.
    locked, pins, forbidden, stay_whole, must_split : the wishes in the problem's own numbers (labels, {unit: label},
        (unit, label), compounds).
    """

    units: Ints
    grids: Ints
    compound: Ints
    today: Ints
    anchor: Ints
    households: Ints
    area_m2: Ints
    share_households: NDArray[np.int64]
    share_m2: NDArray[np.int64]
    size_today: Ints
    outside_households: Ints
    outside_land: Bools
    sized: Bools
    allowed: NDArray[np.bool_]
    cell_unit: Ints
    near: list[list[int]]
    links: dict[int, list[tuple[int, int]]]
    border: NDArray[np.int64]
    border_dm: Ints
    road_dm: Ints
    divisible: frozenset[int]
    together: list[tuple[int, int]]
    rules: AuditRules
    wishes: Wishes = NO_WISHES
    locked: set[int] = field(default_factory=set)
    pins: dict[int, int] = field(default_factory=dict)
    forbidden: set[tuple[int, int]] = field(default_factory=set)
    stay_whole: set[int] = field(default_factory=set)
    must_split: set[int] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Return the number of units."""
        return len(self.units)

    @property
    def labels(self) -> int:
        """Return the number of labels."""
        return len(self.grids)

    def hard_size(self, label: int) -> int:
        """Return the households that a grid may not exceed: the hard maximum, or what it has today if that is more."""
        return max(self.rules.hard_max_households, int(self.size_today[label]))

    def band(self, label: int) -> tuple[int, int]:
        """Return the wanted households of a grid, no stricter than today: nobody asked to rebalance."""
        low, high, size = self.rules.min_households, self.rules.max_households, int(self.size_today[label])
        return (low if self.grids[label] < 0 else min(low, size)), max(high, size)

    def units_of(self, compound: int) -> list[int]:
        """Return the units of a compound."""
        return [int(u) for u in np.flatnonzero(self.compound == compound)]

    @property
    def divided(self) -> dict[int, list[int]]:
        """Return {divisible compound: its units} where there are several."""
        found = {c: self.units_of(c) for c in sorted(self.divisible)}
        return {c: units for c, units in found.items() if len(units) > 1}


def make_problem(units: Units, chosen: Ints, rules: AuditRules, wishes: Wishes = NO_WISHES) -> Problem:
    """Return the problem of some communities.

    Parameters
    ----------
    chosen : positions of communities that are redrawn together.
    """
    mine = np.flatnonzero(np.isin(units.community, chosen) & (units.grid >= 0))
    mine_grids = np.unique(np.concatenate([np.flatnonzero(np.isin(units.grid_community, chosen)), units.grid[mine]]))
    anchors = [
        int(c)
        for code, count in sorted(wishes.own.items())
        for c in np.flatnonzero(units.compounds.codes == code)
        for _ in range(count)
        if np.isin(c, units.compound[mine])
    ]
    grids = np.concatenate([mine_grids, np.full(len(anchors), -1)]).astype(np.int64)
    anchor = np.concatenate([np.full(len(mine_grids), -1), anchors]).astype(np.int64)
    share_households, share_m2 = _shares(units, mine, mine_grids, len(anchors))
    households, area = share_households.sum(axis=1), share_m2.sum(axis=1)
    local = np.full(len(units), -1, dtype=np.int64)
    local[mine] = np.arange(len(mine))
    cells = np.flatnonzero(local[units.cell_unit] >= 0)
    cell_unit = local[units.cell_unit[cells]]
    near = _near(units, cells)
    today = np.searchsorted(mine_grids, units.grid[mine])
    compound = units.compound[mine]
    sized = np.concatenate([units.sized[mine_grids], np.ones(len(anchors), dtype=bool)])
    border, border_dm, road_dm = _borders(units, local)
    pairs = local[units.together]
    sizes = _sizes_today(units, grids)
    problem = Problem(
        units=mine,
        grids=grids,
        compound=compound,
        today=today,
        anchor=anchor,
        households=households,
        area_m2=area,
        share_households=share_households,
        share_m2=share_m2,
        size_today=sizes,
        outside_households=sizes - share_households.sum(axis=0),
        outside_land=np.isin(grids, units.grid[local < 0]) & (grids >= 0),
        sized=sized,
        allowed=np.zeros((len(mine), len(grids)), dtype=bool),
        cell_unit=cell_unit,
        near=near,
        links=_kept_links(units, cells, mine_grids, near),
        border=border,
        border_dm=border_dm,
        road_dm=road_dm,
        divisible=frozenset(int(c) for c in np.flatnonzero(units.divisible) if np.isin(c, compound)),
        together=[(int(a), int(b)) for a, b in pairs if a >= 0 and b >= 0],
        rules=rules,
        wishes=wishes,
    )
    _take_wishes(units, problem)
    problem.allowed[:] = _allowed(units, problem)
    return problem


def _shares(units: Units, mine: Ints, grids: Ints, more: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return households and whole square metres of each unit in each grid today."""
    households = np.zeros((len(mine), len(grids) + more), dtype=np.int64)
    area = np.zeros_like(households)
    rows = np.flatnonzero(np.isin(units.shares.unit, mine) & np.isin(units.shares.grid, grids))
    at = np.searchsorted(mine, units.shares.unit[rows]), np.searchsorted(grids, units.shares.grid[rows])
    households[at] = units.shares.households[rows]
    area[at] = np.rint(units.shares.area_m2[rows]).astype(np.int64)
    return households, area


def _sizes_today(units: Units, grids: Ints) -> Ints:
    """Return the households of each grid today, those of other communities' units included."""
    seated = units.shares.grid >= 0
    every = np.bincount(units.shares.grid[seated], weights=units.shares.households[seated], minlength=len(units.grids))
    return np.where(grids >= 0, np.rint(every).astype(np.int64)[np.maximum(grids, 0)], 0)


def _near(units: Units, cells: Ints) -> list[list[int]]:
    """Return which of the chosen cells hang together.

    They touch by more than a neck, a declared link joins them, or they are parts of a compound between which there is
    nothing that any grid holds: no grid that takes the compound whole can be in one piece, and it is crossed today.
    """
    at = np.full(len(units.cell_unit), -1, dtype=np.int64)
    at[cells] = np.arange(len(cells))
    wide = units.borders.length_m >= NECK_M
    pairs = np.concatenate([np.column_stack([units.borders.one, units.borders.other])[wide], units.links, units.parted])
    near: list[list[int]] = [[] for _ in cells]
    for one, other in at[pairs].tolist():
        if one >= 0 and other >= 0:
            near[one].append(other)
            near[other].append(one)
    return [sorted(set(row)) for row in near]


def _borders(units: Units, local: Ints) -> tuple[NDArray[np.int64], Ints, Ints]:
    """Return the borders between the problem's units, in decimetres."""
    borders = units.unit_borders
    pairs = np.column_stack([local[borders.one], local[borders.other]])
    kept = (pairs >= 0).all(axis=1)
    lengths = [np.rint(10.0 * value[kept]).astype(np.int64) for value in (borders.length_m, borders.road_m)]
    return pairs[kept], lengths[0], lengths[1]


def _kept_links(units: Units, cells: Ints, grids: Ints, near: list[list[int]]) -> dict[int, list[tuple[int, int]]]:
    """Return links between the parts of grids that are in several today: a redraw is not made to join them."""
    area = np.zeros((len(cells), len(grids)))
    at = np.full(len(units.cell_unit), -1, dtype=np.int64)
    at[cells] = np.arange(len(cells))
    label = np.full(len(units.grids) + 1, -1, dtype=np.int64)
    label[grids] = np.arange(len(grids))
    cell, grid = at[units.faces.cell], label[units.faces.grid]
    kept = (cell >= 0) & (grid >= 0)
    np.add.at(area, (cell[kept], grid[kept]), shapely.area(units.faces.shapes[kept]))
    links: dict[int, list[tuple[int, int]]] = {}
    own = area >= np.minimum(MATERIAL_M2, 0.5 * area.sum(axis=1))[:, None]
    for g in range(len(grids)):
        inside = set(np.flatnonzero(own[:, g]).tolist())
        parts = connected_groups(sorted(inside), near, inside)
        heads = [max(part, key=lambda c: (area[c, g], -c)) for part in parts]
        heads.sort(key=lambda c: (-area[c, g], c))
        if len(heads) > 1:
            links[g] = [(heads[0], head) for head in heads[1:]]
    return links


def _allowed(units: Units, problem: Problem) -> NDArray[np.bool_]:
    """Return which unit may go to which grid by the rules alone: near enough, and of its own community.

    A grid without a wanted size (a campus, a market) takes nothing that is not its own already.
    """
    allowed = _within_reach(problem)
    here = problem.share_m2 > 0
    here[np.arange(problem.count), problem.today] = True
    grids = problem.grids
    of_grid = np.where(grids >= 0, units.grid_community[np.maximum(grids, 0)], -1)
    own = of_grid[None, :] == units.community[problem.units][:, None]
    allowed &= own | here
    allowed &= problem.sized[None, :] | here
    for label in np.flatnonzero(problem.anchor >= 0).tolist():
        allowed[:, label] = problem.compound == problem.anchor[label]
    for row, label in problem.pins.items():
        allowed[row, label] = True
    return allowed


def _within_reach(problem: Problem) -> NDArray[np.bool_]:
    """Tell which grids have land today within the allowed number of steps from each unit."""
    reach = problem.share_m2 >= MATERIAL_M2
    reach[np.arange(problem.count), problem.today] = True
    for _ in range(HOPS):
        wider = reach.copy()
        for cell, others in enumerate(problem.near):
            unit = problem.cell_unit[cell]
            for other in others:
                wider[unit] |= reach[problem.cell_unit[other]]
        reach = wider
    return reach


def wished(problem: Problem) -> NDArray[np.bool_]:
    """Return what is allowed once locks, pins and forbidden moves are obeyed."""
    allowed = problem.allowed.copy()
    for label in problem.locked:
        inside, across = locked_units(problem, label)
        allowed[:, label] &= inside
        allowed[np.ix_(inside, np.arange(problem.labels) != label)] = False
        allowed[across] = False
    for row, label in problem.forbidden:
        allowed[row, label] = False
    for row, label in problem.pins.items():
        allowed[row] = False
        allowed[row, label] = True
    return allowed


def pinned(problem: Problem, pins: dict[int, int]) -> Problem:
    """Return the problem with further units pinned: what a drag asks for."""
    allowed = problem.allowed.copy()
    for unit, label in pins.items():
        allowed[unit, label] = True
    return replace(problem, pins={**problem.pins, **pins}, allowed=allowed)


def locked_units(problem: Problem, label: int) -> tuple[Bools, Bools]:
    """Return which units lie in a locked grid, and which partly: with one of these the lock cannot be kept."""
    across = (problem.share_m2[:, label] >= MATERIAL_M2) & (problem.area_m2 - problem.share_m2[:, label] >= MATERIAL_M2)
    return (problem.today == label) & ~across, across


def _take_wishes(units: Units, problem: Problem) -> None:
    """Turn the wishes' codes into the problem's own numbers; what lies elsewhere is left out."""
    wishes = problem.wishes
    label_of = {str(units.grids.codes[g]): label for label, g in enumerate(problem.grids) if g >= 0}
    code_of = [str(units.compounds.codes[c]) if c >= 0 else "" for c in problem.compound]
    row_of = {int(unit): row for row, unit in enumerate(problem.units)}
    problem.locked.update(label_of[code] for code in wishes.locked if code in label_of)
    for row, code in enumerate(code_of):
        if wishes.pinned_compounds.get(code) in label_of:
            problem.pins[row] = label_of[wishes.pinned_compounds[code]]
    for unit, code in wishes.pins.items():
        if unit in row_of and code in label_of:
            problem.pins[row_of[unit]] = label_of[code]
    for compound, code in wishes.forbidden:
        if code in label_of:
            problem.forbidden.update((row, label_of[code]) for row, own in enumerate(code_of) if own == compound)
    for row, code in enumerate(code_of):
        target = problem.stay_whole if code in wishes.whole else problem.must_split if code in wishes.split else None
        if target is not None:
            target.add(int(problem.compound[row]))
