"""What of which grid became part of which: land, households and buildings, to the last of each."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis.geometry.layers import DEFAULT_RULES, Homes, Layer, Shapes
from gis.geometry.pieces import MIN_AREA_M2, Bools, Floats, Ints
from gis.geometry.widths import inscribed_diameters, land_of

NOWHERE = ""
"""The code of land that had, or has, no grid."""

OVERLAP_M2 = 1e-6
"""Where shapes of one layer claim more than this twice, the land counts to the first, so that nothing counts twice."""


@dataclass(frozen=True, slots=True)
class CrossRow:
    """One pair of grids with land or homes in common.

    Parameters
    ----------
    from_code, to_code : before and after, `NOWHERE` for land in no grid of that layer.
    area_m2, households, buildings : what they have in common. The rows of a grid add up to the whole of it.
    kept : the same place on both sides.
    noise : another place, but no wider than digitising noise and without a home: two hands drew the same line.
    """

    from_code: str
    to_code: str
    area_m2: float
    households: int
    buildings: int
    kept: bool
    noise: bool


@dataclass(frozen=True, slots=True, eq=False)
class Crosswalk:
    """All rows, ordered by code before and land, and the shape of each: what changes hands can be drawn."""

    rows: list[CrossRow]
    shapes: Shapes

    def changes(self) -> list[CrossRow]:
        """Return the rows of land that really changes hands."""
        return [row for row in self.rows if not row.kept and not row.noise]


def crosswalk(before: Layer, after: Layer, homes: Homes | None = None, *, noise_m: float | None = None) -> Crosswalk:
    """Return what of which grid lies in which grid of another layer of the same land.

    Parameters
    ----------
    before, after : valid polygons, metres; two states of a plan, or of the district at two moments.
    homes : each is counted in one row: on a line, where the place is kept, else where most land is in common.
    noise_m : width up to which a piece is noise; None = as an audit would say from the layers' stated accuracy.
    """
    width_m = DEFAULT_RULES.noise_m(before.accuracy_m, after.accuracy_m) if noise_m is None else noise_m
    one, other, shapes = _common(before.shapes, after.shapes)
    one, other, shapes = _with_bare(before.shapes, after.shapes, one, other, shapes)
    codes_one = np.array([*map(str, before.codes), NOWHERE], dtype=object)[one]
    codes_other = np.array([*map(str, after.codes), NOWHERE], dtype=object)[other]
    kept = np.asarray(codes_one == codes_other, dtype=bool)
    area = shapely.area(shapes)
    households, buildings = _lived_in(homes, before.shapes, after.shapes, one, other, area, kept)
    noise = ~kept & (buildings == 0)
    asked = np.flatnonzero(noise)
    _, high = inscribed_diameters(shapes[asked], 0.01 * width_m, np.full(len(asked), width_m))
    noise[asked] = high <= width_m
    order = np.lexsort((codes_other.astype(str), -area, codes_one.astype(str)))
    rows = [
        CrossRow(
            str(codes_one[i]),
            str(codes_other[i]),
            float(area[i]),
            int(households[i]),
            int(buildings[i]),
            bool(kept[i]),
            bool(noise[i]),
        )
        for i in order.tolist()
    ]
    return Crosswalk(rows, shapes[order])


def _common(ones: Shapes, others: Shapes) -> tuple[Ints, Ints, Shapes]:
    """Return pairs of positions with land in common, and that land; no land twice."""
    one, other = shapely.STRtree(others).query(ones, predicate="intersects")
    order = np.lexsort((other, one))
    one, other = one[order].astype(np.int64), other[order].astype(np.int64)
    same = np.asarray(shapely.equals_identical(ones[one], others[other]), dtype=bool)
    found = np.empty(len(one), dtype=object)
    found[same] = ones[one[same]]
    found[~same] = [land_of(piece) for piece in shapely.intersection(ones[one[~same]], others[other[~same]])]
    real = shapely.area(found) > MIN_AREA_M2
    one, other, found = one[real], other[real], found[real]
    _count_once(found, one)
    _count_once(found, other)
    kept = shapely.area(found) > MIN_AREA_M2
    return one[kept], other[kept], found[kept]


def _count_once(found: Shapes, owner: Ints) -> None:
    """Take from each piece what an earlier one of its owner claims, where the two overlap; in place."""
    for at in np.flatnonzero(np.bincount(owner) > 1).tolist():
        rows = np.flatnonzero(owner == at)
        whole_m2 = shapely.union_all(found[rows]).area
        if shapely.area(found[rows]).sum() > whole_m2 + OVERLAP_M2:
            for i, row in enumerate(rows[1:].tolist(), start=1):
                found[row] = land_of(shapely.difference(found[row], shapely.union_all(found[rows[:i]])))


def _with_bare(ones: Shapes, others: Shapes, one: Ints, other: Ints, found: Shapes) -> tuple[Ints, Ints, Shapes]:
    """Add the land of either layer that lies in no shape of the other; position -1 stands for none."""
    lost = _rest(ones, one, others, other, found)
    new = _rest(others, other, ones, one, found)
    nowhere = np.full(len(lost[0]), -1, dtype=np.int64), np.full(len(new[0]), -1, dtype=np.int64)
    return (
        np.concatenate([one, lost[0], nowhere[1]]),
        np.concatenate([other, nowhere[0], new[0]]),
        np.concatenate([found, lost[1], new[1]]),
    )


def _rest(mine: Shapes, at: Ints, theirs: Shapes, their: Ints, found: Shapes) -> tuple[Ints, Shapes]:
    """Return the positions of shapes with land outside the other layer, and that land."""
    left_m2 = shapely.area(mine) - np.bincount(at, weights=shapely.area(found), minlength=len(mine))
    rows = np.flatnonzero(left_m2 > MIN_AREA_M2)
    rest = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows.tolist()):
        rest[i] = land_of(shapely.difference(mine[row], shapely.union_all(theirs[their[at == row]])))
    kept = shapely.area(rest) > MIN_AREA_M2
    return rows[kept].astype(np.int64), rest[kept]


def _lived_in(
    homes: Homes | None, ones: Shapes, others: Shapes, one: Ints, other: Ints, area: Floats, kept: Bools
) -> tuple[Ints, Ints]:
    """Return the households and buildings of each row; no home is counted twice."""
    none = np.zeros(len(one), dtype=np.int64)
    if homes is None or not len(homes.points) or not len(one):
        return none, none.copy()
    tree = shapely.STRtree(homes.points)
    here, there = _places(tree, ones), _places(tree, others)
    key = {pair: row for row, pair in enumerate(zip(one.tolist(), other.tolist(), strict=True))}
    rank = np.lexsort((-area, ~kept)).argsort()
    buildings, households = none.copy(), none.copy()
    for home, weight in enumerate(homes.households.tolist()):
        pairs = ((a, b) for a in here.get(home, [-1]) for b in there.get(home, [-1]))
        rows = [key[pair] for pair in pairs if pair in key]
        if rows:
            row = min(rows, key=lambda row: int(rank[row]))
            buildings[row] += 1
            households[row] += weight
    return households, buildings


def _places(tree: shapely.STRtree, shapes: Shapes) -> dict[int, list[int]]:
    """Return {home: shapes that hold it or have it on their line}."""
    shape, home = tree.query(shapes, predicate="covers")
    found: dict[int, list[int]] = {}
    for at, point in zip(shape.tolist(), home.tolist(), strict=True):
        found.setdefault(point, []).append(at)
    return found
