"""A log of edits made again on another base: where the land that an edit names is still the same, else refused.

Unit numbers belong to one noding; on another base the same land has other numbers. So each unit is found again by its
shape, and the edit only counts as the same when shape and grid are as they were when the officer made it.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

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
)
from gis.geometry.edits import apply_edit
from gis.geometry.errors import NotAPartition, WrongEdit
from gis.geometry.layers import Shapes
from gis.geometry.pieces import Ints
from gis.geometry.said import Said, said
from gis.geometry.tiling import Tiling
from gis.geometry.units import dissolve
from gis.geometry.widths import inscribed_diameters, polygon_parts

MOSTLY = 0.5
"""Share of a new unit that must lie on an old one to be part of it."""


def rebase(old_base: Tiling, new_base: Tiling, edits: Iterable[Edit], tolerance_m: float) -> tuple[list[Edit], Tiling]:
    """Return a log of edits as it reads on another base, and the tiling that it leads to.

    Parameters
    ----------
    old_base : what the edits were made on. new_base : of the same land, or of land that changed in part.
    tolerance_m : width up to which two shapes are the same; the accuracy of the layers.

    Raises
    ------
    WrongEdit : with the number of the edit and, where it is known, the place (metres):
        `rebase.unit_changed` its land has other borders now; `rebase.unit_elsewhere` it is in another grid now;
        `rebase.grid_changed` a grid that it cuts, merges or renames is not as it was; and whatever the edit itself is
        refused for on the new base (`edit.…`, a code that was given away meanwhile, say).
    """
    old, new, done = old_base, new_base, []
    for number, edit in enumerate(edits, start=1):
        try:
            read = _Reading(old, new, tolerance_m).translated(edit)
            old, new = apply_edit(old, edit), apply_edit(new, read)
        except (WrongEdit, NotAPartition) as refusal:
            place = refusal.place if isinstance(refusal, WrongEdit) else None
            raise WrongEdit(
                said("第 {number} 项操作不能用于新的基准：{why}", number=number, why=refusal.message),
                rule=refusal.rule,
                place=place or _place_of(old, edit),
                number=number,
            ) from refusal
        done.append(read)
    return done, new


class _Reading:
    """One edit read on two states: the one that it was made on, and the one that it is to be made on."""

    def __init__(self, old: Tiling, new: Tiling, tolerance_m: float) -> None:
        self.old, self.new, self.tolerance_m = old, new, tolerance_m

    @cached_property
    def _new_units(self) -> tuple[Ints, Shapes, shapely.STRtree]:
        """Return numbers and shapes of the new units, and a tree of these."""
        numbers, at = np.unique(self.new.unit, return_inverse=True)
        shapes = dissolve(self.new.faces, at.reshape(-1), len(numbers))
        return numbers, shapes, shapely.STRtree(shapes)

    def translated(self, edit: Edit) -> Edit:
        match edit:
            case AssignUnits():
                return replace(edit, units=tuple(u for unit in edit.units for u in self._units(unit, edit.grid)))
            case NewGrid():
                return replace(edit, units=tuple(u for unit in edit.units for u in self._units(unit)))
            case ApplyProposal():
                pairs = ((u, grid) for unit, grid in edit.units for u in self._units(unit, grid))
                return replace(edit, units=tuple(pairs))
            case CutUnit():
                return replace(edit, unit=self._one_unit(edit.unit))
            case DivideCompound():
                for unit in [unit for unit, code in self.old.compound_of.items() if code == edit.compound]:
                    self._units(unit)
        self._require_grids(edit)
        return edit

    def _require_grids(self, edit: Edit) -> None:
        """Refuse if a grid whose land the edit takes as it is has changed."""
        match edit:
            case CutGrid():
                self._same_grid(edit.grid)
            case RedrawBorder():
                self._same_grid(edit.one)
                self._same_grid(edit.other)
            case MergeGrids():
                for code in edit.grids:
                    self._same_grid(code)
            case RenameGrid():
                before, now = self.old.grids.get(edit.grid), self.new.grids.get(edit.grid)
                if before is not None and now is not None and now.name not in (before.name, edit.name):
                    raise WrongEdit(
                        said("网格 {grid} 已另更名为“{name}”", grid=edit.grid, name=now.name),
                        rule="rebase.grid_changed",
                    )

    def _units(self, unit: int, target: str | None = None) -> list[int]:
        """Return the new numbers of a unit's land.

        Parameters
        ----------
        target : the grid that it is to go to: one that has it by now is as good as the one that had it.
        """
        if unit not in self.old.grid_of:
            raise WrongEdit(said("没有编号为 {unit} 的单元", unit=unit), rule="edit.unknown_unit")
        shape = self.old.shape_of(unit)
        numbers, shapes, tree = self._new_units
        near = np.sort(tree.query(shape, predicate="intersects"))
        inside = near[shapely.area(shapely.intersection(shapes[near], shape)) > MOSTLY * shapely.area(shapes[near])]
        # A sliver may lie on one side here and on the other there: only what is wider tells.
        found = shapely.union_all(shapes[inside])
        self._require_same(shape, found, said("单元 {unit} 的边界已改变", unit=unit), "rebase.unit_changed")
        for number in numbers[inside].tolist():
            now = self.new.grid_of[number]
            if now not in (self.old.grid_of[unit], target):
                raise WrongEdit(
                    said("单元 {unit} 现已属网格 {now}", unit=unit, now=now),
                    rule="rebase.unit_elsewhere",
                    place=_point(shape),
                )
        return [int(number) for number in numbers[inside]]

    def _one_unit(self, unit: int) -> int:
        found = self._units(unit)
        if len(found) != 1:
            raise WrongEdit(
                said("单元 {unit} 现分为 {count} 个单元", unit=unit, count=len(found)),
                rule="rebase.unit_changed",
                place=_point(self.old.shape_of(unit)),
            )
        return found[0]

    def _same_grid(self, code: str) -> None:
        before, now = self.old.shapes.get(code), self.new.shapes.get(code)
        if before is not None and now is not None:
            self._require_same(before, now, said("网格 {code} 的范围已改变", code=code), "rebase.grid_changed")

    def _require_same(self, one: BaseGeometry, other: BaseGeometry, why: Said, rule: str) -> None:
        """Refuse if two shapes differ by more than the tolerance, and say where most."""
        parts, _ = polygon_parts(np.array([shapely.symmetric_difference(one, other)], dtype=object))
        _low, high = inscribed_diameters(parts, 0.01 * self.tolerance_m, np.full(len(parts), self.tolerance_m))
        wide = high > self.tolerance_m
        if wide.any():
            worst = int(np.argmax(np.where(wide, shapely.area(parts), 0.0)))
            raise WrongEdit(why, rule=rule, place=_point(parts[worst]))


def _point(shape: BaseGeometry) -> tuple[float, float]:
    x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    return float(x), float(y)


def _place_of(tiling: Tiling, edit: Edit) -> tuple[float, float] | None:
    """Return a place of the land that an edit is about."""
    match edit:
        case CutUnit():
            units = [edit.unit]
        case AssignUnits() | NewGrid():
            units = list(edit.units)
        case ApplyProposal():
            units = [unit for unit, _ in edit.units]
        case CutGrid() | RedrawBorder():
            return edit.line[0]
        case _:
            units = []
    known = [unit for unit in units if unit in tiling.grid_of]
    return _point(tiling.shape_of(known[0])) if known else None
