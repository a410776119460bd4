"""Edits of a tiling: each leaves a valid partition, or is refused and leaves nothing behind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.cutting import cut_faces, parts_across
from gis.geometry.edit_kinds import (
    ApplyProposal,
    AssignUnits,
    CutGrid,
    CutUnit,
    DivideCompound,
    Edit,
    Line,
    MergeGrids,
    NewGrid,
    RedrawBorder,
    RenameGrid,
    RenumberGrid,
    RenumberGrids,
    RetireGrid,
)
from gis.geometry.errors import WrongEdit
from gis.geometry.layers import Codes, Shapes
from gis.geometry.pieces import Bools
from gis.geometry.said import said
from gis.geometry.tiling import UNASSIGNED, GridRecord, Tiling


def apply_edit(tiling: Tiling, edit: Edit) -> Tiling:
    """Return the tiling after an edit; the one given is not changed.

    Raises
    ------
    WrongEdit : the edit cannot be made; the message says why, the rule which kind of reason.
    NotAPartition : it would leave land in no grid or in two (checked after every edit).
    """
    after = _APPLY[type(edit)](tiling, edit)
    after.check()
    return after


def _assign(tiling: Tiling, edit: AssignUnits) -> Tiling:
    if edit.grid != UNASSIGNED:
        _require_grid(tiling, edit.grid)
    return _reassigned(tiling, dict.fromkeys(edit.units, edit.grid))


def _cut_unit(tiling: Tiling, edit: CutUnit) -> Tiling:
    _require_units(tiling, [edit.unit])
    compound = tiling.compound_of.get(edit.unit)
    if compound is not None and sum(owner == compound for owner in tiling.compound_of.values()) == 1:
        raise WrongEdit(
            said(
                "单元 {unit} 是小区“{compound}”的全部，切开会使它被穿过；确需划分时请先设为可含若干整网格",
                unit=edit.unit,
                compound=compound,
            ),
            rule="edit.cut_compound",
        )
    return _cut(tiling, [edit.unit], _line(edit.line), said("单元 {unit}", unit=edit.unit))


def _cut_grid(tiling: Tiling, edit: CutGrid) -> Tiling:
    _require_grid(tiling, edit.grid)
    _require_free_code(tiling, edit.code)
    line, zone = _line(edit.line), tiling.shapes[edit.grid]
    parts = parts_across(zone, line, said("网格 {grid}", grid=edit.grid))
    cut = _cut_free_land(tiling, [edit.grid], line)
    away = [unit for unit, part in _sides(cut, [edit.grid], parts).items() if part > 0]
    if not away or len(away) == len(cut.units_in(edit.grid)):
        raise WrongEdit(
            said("所画的线只切到小区，而小区保持完整：网格 {grid} 没有可分出的土地", grid=edit.grid),
            rule="edit.cut_compound",
        )
    return _reassigned(_with_grid(cut, edit.code, edit.name), dict.fromkeys(away, edit.code))


def _redraw_border(tiling: Tiling, edit: RedrawBorder) -> Tiling:
    for code in (edit.one, edit.other):
        _require_grid(tiling, code, with_land=True)
    if edit.one == edit.other:
        raise WrongEdit(said("请选择两个不同的网格"), rule="edit.same_grid")
    pair = [edit.one, edit.other]
    zone = shapely.coverage_union_all([tiling.shapes[code] for code in pair])
    line = _line(edit.line)
    if shapely.is_closed(line):
        raise WrongEdit(
            said("所画的线绕了一圈回到起点，无法作为两网格的界线；请从一侧画到另一侧"),
            rule="edit.line_invalid",
            place=edit.line[0],
        )
    parts = parts_across(zone, line, said("网格 {one} 与 {other}", one=edit.one, other=edit.other))
    owners = _owners(tiling, pair, parts)
    if len(set(owners)) < 2:
        raise WrongEdit(
            said("所画的线两侧都以网格 {grid} 的土地为主，无法作为两网格的界线", grid=owners[0]),
            rule="edit.border_one_sided",
        )
    cut = _cut_free_land(tiling, pair, line)
    return _reassigned(cut, {unit: owners[part] for unit, part in _sides(cut, pair, parts).items()})


def _owners(tiling: Tiling, pair: list[str], parts: Shapes) -> list[str]:
    """Return for each part the grid that holds most of it."""
    land = [shapely.area(shapely.intersection(parts, tiling.shapes[code])) for code in pair]
    return [pair[int(np.argmax(row))] for row in np.column_stack(land)]


def _merge(tiling: Tiling, edit: MergeGrids) -> Tiling:
    _require_grid(tiling, edit.into)
    for code in edit.grids:
        _require_grid(tiling, code)
        if code == edit.into:
            raise WrongEdit(said("网格 {code} 不能并入自身", code=code), rule="edit.same_grid")
    merged = _handed_over(tiling, dict.fromkeys(edit.grids, edit.into))
    grids = dict(merged.grids)
    for code in edit.grids:
        grids[code] = replace(grids[code], retired=True)
    return replace(merged, grids=grids)


def _new_grid(tiling: Tiling, edit: NewGrid) -> Tiling:
    _require_free_code(tiling, edit.code)
    if not edit.units:
        raise WrongEdit(said("新网格至少要有一个单元"), rule="edit.no_units")
    return _reassigned(_with_grid(tiling, edit.code, edit.name), dict.fromkeys(edit.units, edit.code))


def _retire(tiling: Tiling, edit: RetireGrid) -> Tiling:
    _require_grid(tiling, edit.grid)
    left = set(tiling.unit[tiling.seat == edit.grid].tolist())
    if left:
        raise WrongEdit(
            said("网格 {grid} 还有 {count} 个单元，请先划给其他网格", grid=edit.grid, count=len(left)),
            rule="edit.grid_not_empty",
        )
    return replace(tiling, grids={**tiling.grids, edit.grid: replace(tiling.grids[edit.grid], retired=True)})


def _divide(tiling: Tiling, edit: DivideCompound) -> Tiling:
    units = sorted(unit for unit, owner in tiling.compound_of.items() if owner == edit.compound)
    if not units:
        raise WrongEdit(said("本方案中没有小区“{compound}”", compound=edit.compound), rule="edit.unknown_compound")
    if not edit.lines:
        raise WrongEdit(said("请画出划分小区“{compound}”的线", compound=edit.compound), rule="edit.line_invalid")
    divided = tiling
    for drawn in edit.lines:
        units = sorted(unit for unit, owner in divided.compound_of.items() if owner == edit.compound)
        divided = _cut(divided, units, _line(drawn), said("小区“{compound}”", compound=edit.compound))
    return divided


def _rename(tiling: Tiling, edit: RenameGrid) -> Tiling:
    _require_grid(tiling, edit.grid)
    return replace(tiling, grids={**tiling.grids, edit.grid: replace(tiling.grids[edit.grid], name=edit.name)})


def _renumber(tiling: Tiling, edit: RenumberGrid) -> Tiling:
    return _renumber_several(tiling, RenumberGrids(((edit.grid, edit.code),)))


def _renumber_several(tiling: Tiling, edit: RenumberGrids) -> Tiling:
    heirs = dict(edit.codes)
    if not heirs or len(heirs) < len(edit.codes) or len(set(heirs.values())) < len(heirs):
        raise WrongEdit(said("每个网格须恰好对应一个新编码，新编码不能重复"), rule="edit.codes_doubled")
    for code in heirs:
        _require_grid(tiling, code)
    for code in heirs.values():
        if code not in heirs:
            _require_free_code(tiling, code)
    grids = {**tiling.grids, **{code: replace(tiling.grids[code], retired=True) for code in heirs}}
    grids |= {new: replace(tiling.grids[old], code=new) for old, new in heirs.items()}
    return _handed_over(replace(tiling, grids=grids), heirs)


def _apply_proposal(tiling: Tiling, edit: ApplyProposal) -> Tiling:
    after = tiling
    for code, name in edit.new_grids:
        _require_free_code(after, code)
        after = _with_grid(after, code, name)
    for code in sorted({code for _, code in edit.units}):
        _require_grid(after, code)
    return _reassigned(after, dict(edit.units))


_APPLY: dict[type, Callable[[Tiling, Any], Tiling]] = {
    AssignUnits: _assign,
    CutUnit: _cut_unit,
    CutGrid: _cut_grid,
    RedrawBorder: _redraw_border,
    MergeGrids: _merge,
    NewGrid: _new_grid,
    RetireGrid: _retire,
    DivideCompound: _divide,
    RenameGrid: _rename,
    RenumberGrid: _renumber,
    RenumberGrids: _renumber_several,
    ApplyProposal: _apply_proposal,
}


def _line(xy: Line) -> BaseGeometry:
    try:
        coordinates = np.array(xy, dtype=np.float64)
        if coordinates.ndim != 2 or coordinates.shape[0] < 2 or coordinates.shape[1] != 2:
            raise ValueError
    except (TypeError, ValueError) as error:
        raise WrongEdit(said("需要一条至少两个点的线"), rule="edit.line_invalid") from error
    return shapely.remove_repeated_points(shapely.LineString(coordinates))


def _with_grid(tiling: Tiling, code: str, name: str) -> Tiling:
    return replace(tiling, grids={**tiling.grids, code: GridRecord(code, name)})


def _reassigned(tiling: Tiling, changes: Mapping[int, str]) -> Tiling:
    """Return the tiling with units given to other grids, whole: also those that lay in several."""
    _require_units(tiling, list(changes))
    rows = tiling.faces_of(changes)
    wanted = np.array([changes[unit] for unit in tiling.unit[rows].tolist()], dtype=object)
    moved = tiling.seat[rows] != wanted
    touched = {*tiling.seat[rows][moved].tolist(), *wanted[moved].tolist()}
    seat = tiling.seat.copy()
    seat[rows] = wanted
    return replace(tiling, seat=seat, grid_of={**tiling.grid_of, **changes}).redissolved(touched)


def _handed_over(tiling: Tiling, heirs: Mapping[str, str]) -> Tiling:
    """Return the tiling with all land of some grids given to others: only theirs, not the rest of divided units."""
    seat = np.array([heirs.get(code, code) for code in tiling.seat.tolist()], dtype=object)
    grid_of = {unit: heirs.get(code, code) for unit, code in tiling.grid_of.items()}
    return replace(tiling, seat=seat, grid_of=grid_of).redissolved({*heirs, *heirs.values()})


def _cut_free_land(tiling: Tiling, grids: list[str], line: BaseGeometry) -> Tiling:
    """Return the tiling with the free units of some grids cut where the line divides them; others are left whole."""
    cut = tiling
    for unit in [unit for code in grids for unit in tiling.units_in(code)]:
        shape = tiling.shape_of(unit)
        if unit in tiling.compound_of or not shapely.intersects(shape, line):
            continue
        try:
            parts_across(shape, line, "")
        except WrongEdit:
            continue
        cut = _cut(cut, [unit], line, said("单元 {unit}", unit=unit))
    return cut


def _sides(tiling: Tiling, grids: list[str], parts: Shapes) -> dict[int, int]:
    """Return for each unit of some grids the part that holds most of it."""
    units = [unit for code in grids for unit in tiling.units_in(code)]
    shapes = np.array([tiling.shape_of(unit) for unit in units], dtype=object)
    land = np.column_stack([shapely.area(shapely.intersection(shapes, part)) for part in parts])
    return dict(zip(units, np.argmax(land, axis=1).tolist(), strict=True))


def _cut(tiling: Tiling, units: list[int], line: BaseGeometry, name: str) -> Tiling:
    """Return the tiling with some units divided by a line; the largest part of each keeps its number."""
    chosen = tiling.faces_of(units)
    whole = shapely.coverage_union_all(tiling.faces[chosen])
    parts = parts_across(whole, line, name)
    faces, origin, outline = cut_faces(tiling.faces, chosen, line, tiling.outline)
    unit, seat = tiling.unit[origin].copy(), tiling.seat[origin]
    mine = np.flatnonzero(np.isin(unit, units))
    at, part = shapely.STRtree(parts).query(shapely.point_on_surface(faces[mine]), predicate="within")
    side = np.zeros(len(mine), dtype=np.int64)
    side[at] = part
    grid_of, compound_of, next_unit = dict(tiling.grid_of), dict(tiling.compound_of), tiling.next_unit
    for number in units:
        rows = mine[unit[mine] == number]
        here = side[unit[mine] == number]
        land = np.bincount(here, weights=shapely.area(faces[rows]), minlength=len(parts))
        for other in np.argsort(-land, kind="stable")[1 : np.count_nonzero(land)].tolist():
            unit[rows[here == other]] = next_unit
            if number in compound_of:
                compound_of[next_unit] = compound_of[number]
            next_unit += 1
        for made in np.unique(unit[rows]).tolist():
            grid_of[made] = _main_grid(faces[rows], seat[rows], unit[rows] == made)
    after = replace(
        tiling,
        faces=faces,
        unit=unit,
        seat=seat,
        grid_of=grid_of,
        compound_of=compound_of,
        outline=outline,
        next_unit=next_unit,
    )
    return after.redissolved(_meeting(tiling, line))


def _main_grid(faces: Shapes, seat: Codes, mine: Bools) -> str:
    """Return the grid that holds most of the land of some faces."""
    codes, at = np.unique(seat[mine], return_inverse=True)
    return str(codes[int(np.argmax(np.bincount(at.reshape(-1), weights=shapely.area(faces[mine]))))])


def _meeting(tiling: Tiling, line: BaseGeometry) -> set[str]:
    """Return the grids that a cut along a line may have given a vertex."""
    codes = list(tiling.shapes)
    shapes = np.array([tiling.shapes[code] for code in codes], dtype=object)
    near = shapely.dwithin(shapes, line, 1.0)
    return {code for code, met in zip(codes, near.tolist(), strict=True) if met}


def _require_grid(tiling: Tiling, code: str, *, with_land: bool = False) -> None:
    record = tiling.grids.get(code)
    if record is None:
        raise WrongEdit(said("本方案中没有网格 {code}", code=code), rule="edit.unknown_grid")
    if record.retired:
        raise WrongEdit(said("网格 {code} 已停用，编码不再使用", code=code), rule="edit.retired_grid")
    if with_land and code not in tiling.shapes:
        raise WrongEdit(said("网格 {code} 没有土地", code=code), rule="edit.empty_grid")


def _require_free_code(tiling: Tiling, code: str) -> None:
    if not code.strip():
        raise WrongEdit(said("网格编码不能为空"), rule="edit.code_missing")
    if code in tiling.grids:
        used = said("已停用，不再使用") if tiling.grids[code].retired else said("已被使用")
        raise WrongEdit(said("编码 {code} {used}，请另选", code=code, used=used), rule="edit.code_taken")


def _require_units(tiling: Tiling, units: list[int]) -> None:
    unknown = [unit for unit in units if unit not in tiling.grid_of]
    if unknown:
        raise WrongEdit(said("没有编号为 {unit} 的单元", unit=unknown[0]), rule="edit.unknown_unit")
