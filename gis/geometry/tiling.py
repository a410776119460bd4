"""A tiling: land as faces, faces as units, units as grids. What edits work on; a value, never changed in place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Codes, Layer, Shapes
from gis.geometry.partition import check_partition
from gis.geometry.pieces import Ints
from gis.geometry.said import said
from gis.geometry.units import AS_TODAY, Units

UNASSIGNED = ""
"""The grid of land that belongs to none."""


@dataclass(frozen=True, slots=True)
class GridRecord:
    """A grid's attributes. A retired one keeps its code for ever and holds no land."""

    code: str
    name: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Tiling:
    """A partition under edit.

    Parameters
    ----------
    faces : (n,) polygons with the same vertices on both sides of every border, metres.
    unit : (n,) number of each face's unit. Numbers stay with their land; new units get new ones.
    seat : (n,) code of each face's grid, `UNASSIGNED` for none. The faces of a unit are in one grid, but for a compound
        that a grid line ran through before the plan began: it stays so until somebody assigns it.
    grid_of : {unit: code of its grid}, `UNASSIGNED` for none; of a divided one, its main grid.
    compound_of : {unit: code of its compound}, only units of compounds.
    grids : {code: record}, retired ones included.
    outline : the union of all faces, with every vertex that lies on it.
    next_unit : the next new number.
    shapes : {code: union of its faces}, of grids that hold land.
    """

    faces: Shapes
    unit: Ints
    seat: Codes
    grid_of: Mapping[int, str]
    compound_of: Mapping[int, str]
    grids: Mapping[str, GridRecord]
    outline: BaseGeometry
    next_unit: int
    shapes: Mapping[str, BaseGeometry]

    def units_in(self, code: str) -> list[int]:
        """Return the units of a grid, ascending; a divided one counts to its main grid."""
        return sorted(unit for unit, grid in self.grid_of.items() if grid == code)

    def faces_of(self, units: Iterable[int]) -> Ints:
        """Return the positions of the faces of some units, ascending."""
        return np.flatnonzero(np.isin(self.unit, np.fromiter(units, dtype=np.int64)))

    def divided(self) -> list[int]:
        """Return the units that lie in several grids, ascending: compounds that a grid line still runs through."""
        elsewhere = self.seat != np.array([self.grid_of[unit] for unit in self.unit.tolist()], dtype=object)
        return sorted(set(self.unit[elsewhere].tolist()))

    def shape_of(self, unit: int) -> BaseGeometry:
        """Return the shape of a unit."""
        return shapely.coverage_union_all(self.faces[self.faces_of([unit])])

    def layer(self) -> Layer:
        """Return the grids that hold land, and unassigned land, as a layer in the order of their codes."""
        codes = sorted(self.shapes)
        shapes = np.empty(len(codes), dtype=object)
        shapes[:] = [self.shapes[code] for code in codes]
        return Layer(np.array(codes, dtype=object), shapes)

    def check(self) -> None:
        """Refuse if the grids do not tile the land.

        Raises
        ------
        NotAPartition : names the place and the rule.
        """
        check_partition(self.layer(), self.outline, parent_name=said("本方案的范围"))

    def redissolved(self, codes: Iterable[str]) -> "Tiling":
        """Return the tiling with the shapes of some grids made anew from their faces."""
        shapes = dict(self.shapes)
        for code in sorted(set(codes)):
            shapes.pop(code, None)
            mine = self.faces[self.seat == code]
            if len(mine):
                shapes[code] = shapely.coverage_union_all(mine)
        return replace(self, shapes=shapes)


def tiling_of(units: Units, *, grid: Ints | None = None, names: Mapping[str, str] | None = None) -> Tiling:
    """Return the tiling of a district's units.

    Parameters
    ----------
    grid : (n,) position of each unit's grid, -1 for none, `AS_TODAY` where its faces stay in the grids that they are
        in; None = all of them.
    names : {code: name} of grids.
    """
    asked = np.full(len(units), AS_TODAY) if grid is None else grid
    of_face = np.where(asked[units.faces.unit] == AS_TODAY, units.faces.grid, asked[units.faces.unit])
    chosen = np.where(asked == AS_TODAY, units.grid, asked)
    codes = [str(code) for code in units.grids.codes]
    known = names or {}
    called = np.array([*codes, UNASSIGNED], dtype=object)
    compounds = [str(code) for code in units.compounds.codes]
    tiling = Tiling(
        faces=units.faces.shapes,
        unit=units.faces.unit,
        seat=called[of_face],
        grid_of=dict(enumerate(called[chosen].tolist())),
        compound_of={unit: compounds[c] for unit, c in enumerate(units.compound.tolist()) if c >= 0},
        grids={code: GridRecord(code, known.get(code, "")) for code in codes},
        outline=shapely.coverage_union_all(units.faces.shapes),
        next_unit=len(units),
        shapes={},
    )
    return tiling.redissolved(set(tiling.seat.tolist()))
