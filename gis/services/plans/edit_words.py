"""One line for people about each kind of edit: what a plan's list of operations shows."""

from collections.abc import Callable, Iterable
from typing import Any

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
from gis.geometry.said import Said, said
from gis.geometry.tiling import UNASSIGNED, Tiling

NAMED_MOST = 3
"""Compounds that a line names before it says how many more there are."""


def words_of(edit: Edit, tiling: Tiling) -> Said:
    """Return an edit as one line, told on the land as it was before."""
    return _SAY[type(edit)](edit, tiling)


def _assign(edit: AssignUnits, tiling: Tiling) -> Said:
    what = _land(edit.units, tiling)
    if edit.grid == UNASSIGNED:
        return said("{what}暂不划入任何网格", what=what)
    start = sorted({tiling.grid_of[unit] for unit in edit.units if unit in tiling.grid_of} - {edit.grid})
    if not start:
        return said("{what}整体划入网格 {grid}", what=what, grid=edit.grid)
    return said("{what}从网格 {start} 划入 {grid}", what=what, start=[_named(code) for code in start], grid=edit.grid)


def _land(units: Iterable[int], tiling: Tiling) -> Said:
    """Return how some units are called: their compounds by code, free land by its number of pieces."""
    listed = list(units)
    compounds = list(dict.fromkeys(tiling.compound_of[unit] for unit in listed if unit in tiling.compound_of))
    free = sum(unit not in tiling.compound_of for unit in listed)
    if not compounds:
        return said("{count} 块公共地块", count=free)
    if len(compounds) > NAMED_MOST:
        named = said("小区 {compounds} 等 {count} 个", compounds=compounds[:NAMED_MOST], count=len(compounds))
    else:
        named = said("小区 {compounds}", compounds=compounds)
    return said("{named}和 {count} 块公共地块", named=named, count=free) if free else named


def _named(code: str) -> Any:
    return code if code != UNASSIGNED else said("（未划入）")


def _proposal(edit: ApplyProposal, tiling: Tiling) -> Said:
    moved = [unit for unit, code in edit.units if tiling.grid_of.get(unit) != code]
    return said(
        "采用调整建议：{what}改划网格，新设网格 {count} 个", what=_land(moved, tiling), count=len(edit.new_grids)
    )


_SAY: dict[type, Callable[[Any, Tiling], Said]] = {
    AssignUnits: _assign,
    CutUnit: lambda edit, tiling: said("切分{what}", what=_land([edit.unit], tiling)),
    CutGrid: lambda edit, _: said("切分网格 {grid}，分出新网格 {code}", grid=edit.grid, code=edit.code),
    RedrawBorder: lambda edit, _: said("重划网格 {one} 与 {other} 的界线", one=edit.one, other=edit.other),
    MergeGrids: lambda edit, _: said("网格 {grids} 并入 {into}", grids=edit.grids, into=edit.into),
    NewGrid: lambda edit, tiling: said("新设网格 {code}：{what}", code=edit.code, what=_land(edit.units, tiling)),
    RetireGrid: lambda edit, _: said("停用网格 {grid}", grid=edit.grid),
    DivideCompound: lambda edit, _: said("小区 {compound} 设为可含若干整网格", compound=edit.compound),
    RenameGrid: lambda edit, _: said("网格 {grid} 改名为“{name}”", grid=edit.grid, name=edit.name),
    RenumberGrid: lambda edit, _: said("网格 {grid} 改编码为 {code}", grid=edit.grid, code=edit.code),
    RenumberGrids: lambda edit, _: said("网格改编码：{codes}", codes=[f"{old}→{new}" for old, new in edit.codes]),
    ApplyProposal: _proposal,
}
