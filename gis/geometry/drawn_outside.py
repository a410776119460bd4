"""Grids drawn elsewhere, turned into edits: borders within the tolerance snap to units, the rest is cut or listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.cutting import parts_across
from gis.geometry.drawn_lines import dividing_lines
from gis.geometry.edit_kinds import ApplyProposal, CutUnit, Edit, Line, RenameGrid, RetireGrid
from gis.geometry.edits import apply_edit
from gis.geometry.errors import WrongEdit
from gis.geometry.layers import Layer, Shapes
from gis.geometry.pieces import Bools
from gis.geometry.said import Said, said
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.geometry.units import dissolve
from gis.geometry.widths import inscribed_diameters, land_of, polygon_parts


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """What of a drawn layer was not taken over.

    Parameters
    ----------
    rule : `drawn.outside` beyond the plan's land; `drawn.gap` land that no drawn grid claims: it stays where it is;
        `drawn.overlap` land that two claim: it goes where its unit goes; `drawn.compound_cut` a compound that they
        divide: it stays as it is; `drawn.not_cut` land that could not be cut: it stays as it is; `drawn.retired_code`,
        `drawn.no_code`, `drawn.no_unit` a drawn grid that cannot be.
    code : of the drawn grid, or of the compound. place : (x, y) metres. shape : the land.
    """

    rule: str
    reason: Said
    code: str
    place: tuple[float, float]
    area_m2: float
    shape: BaseGeometry


def edits_from_layer(
    tiling: Tiling, drawn: Layer, tolerance_m: float, *, names: Mapping[str, str] | None = None
) -> tuple[list[Edit], list[Left]]:
    """Return the edits that make a tiling what was drawn, and what of the drawing was left.

    Parameters
    ----------
    drawn : valid polygons, metres, the codes of grids, new ones for new grids; a code in several rows is one grid.
    tolerance_m : width up to which a piece is nothing but the other hand.
    names : {code: name} as drawn; None when the drawing has no names.
    """
    left: list[Left] = []
    shapes = _usable(tiling, drawn, left)
    _compare_land(tiling, drawn, tolerance_m, left)
    work, edits = _cut(tiling, shapes, tolerance_m, left)
    wanted = _targets(work, shapes, tolerance_m, left)
    moved = {u: code for u, code in wanted.items() if (work.seat[work.unit == u] != code).any()}
    called = names or {}
    new = sorted(set(moved.values()) - set(tiling.grids))
    left += [
        _left("drawn.no_unit", said("新网格 {code} 没有分到任何单元", code=code), code, shapes[code])
        for code in sorted(set(shapes) - set(tiling.grids) - set(new))
    ]
    if moved:
        edits.append(ApplyProposal(tuple(sorted(moved.items())), tuple((code, called.get(code, "")) for code in new)))
        work = apply_edit(work, edits[-1])
    edits += [
        RenameGrid(code, called[code])
        for code in sorted(set(called) & set(shapes) & set(tiling.grids))
        if called[code] != tiling.grids[code].name
    ]
    edits += [RetireGrid(code) for code in sorted(set(tiling.shapes) - set(work.shapes) - {UNASSIGNED})]
    return edits, left


def _usable(tiling: Tiling, drawn: Layer, left: list[Left]) -> dict[str, BaseGeometry]:
    """Return the land of each drawn grid whose code can be used."""
    rows: dict[str, list[BaseGeometry]] = {}
    for code, shape in zip(map(str, drawn.codes), drawn.shapes, strict=True):
        record = tiling.grids.get(code)
        if not code.strip():
            left.append(_left("drawn.no_code", said("这个网格没有编码"), "", shape))
        elif record is not None and record.retired:
            left.append(_left("drawn.retired_code", said("编码 {code} 已停用，不再使用", code=code), code, shape))
        else:
            rows.setdefault(code, []).append(shape)
    return {code: shapely.union_all(shapes) for code, shapes in sorted(rows.items())}


def _compare_land(tiling: Tiling, drawn: Layer, tolerance_m: float, left: list[Left]) -> None:
    """List land outside the plan, land that no grid claims, and land that two claim."""
    cover = shapely.union_all(drawn.shapes)
    for part in _wide_parts(shapely.difference(cover, tiling.outline), tolerance_m):
        reason = said("超出本方案的范围 {area:,.0f} m²：社区边界不能在这里改动", area=part.area)
        left.append(_left("drawn.outside", reason, "", part))
    for part in _wide_parts(shapely.difference(tiling.outline, cover), tolerance_m):
        reason = said("有 {area:,.0f} m² 不在任何网格内，仍归原网格", area=part.area)
        left.append(_left("drawn.gap", reason, "", part))
    one, other = shapely.STRtree(drawn.shapes).query(drawn.shapes, predicate="intersects")
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        codes = str(drawn.codes[a]), str(drawn.codes[b])
        if a >= b or codes[0] == codes[1]:
            continue
        for part in _wide_parts(shapely.intersection(drawn.shapes[a], drawn.shapes[b]), tolerance_m):
            reason = said("网格 {codes} 重叠 {area:,.0f} m²", codes=codes, area=part.area)
            left.append(_left("drawn.overlap", reason, codes[0], part))


def _cut(
    tiling: Tiling, shapes: Mapping[str, BaseGeometry], tolerance_m: float, left: list[Left]
) -> tuple[Tiling, list[Edit]]:
    """Cut the land that drawn borders divide; whole compounds are not."""
    work, edits = tiling, list[Edit]()
    counts = list(tiling.compound_of.values())
    for unit in sorted(tiling.grid_of):
        if unit in tiling.compound_of and counts.count(tiling.compound_of[unit]) == 1:
            continue
        pending, reason = [unit], None
        while pending:
            number = pending.pop()
            shape = work.shape_of(number)
            pieces = _pieces(shape, shapes, tolerance_m)
            if len(pieces) < 2:
                continue
            made, why = _divided(work, number, shape, pieces, tolerance_m)
            if made is None:
                reason = why or said("画出的界线在单元内闭合或没有贯穿它")
                area = shape.area - max(piece.area for piece in pieces.values())
                whole = said("单元 {unit} 中有 {area:,.0f} m² 未能切开：{why}", unit=number, area=area, why=reason)
                smallest = min(pieces.values(), key=lambda piece: float(piece.area))
                left.append(_left("drawn.not_cut", whole, min(pieces), smallest))
                continue
            pending += [number, *range(work.next_unit, made[0].next_unit)]
            work = made[0]
            edits.append(made[1])
    return work, edits


def _divided(
    work: Tiling, unit: int, shape: BaseGeometry, pieces: Mapping[str, BaseGeometry], tolerance_m: float
) -> tuple[tuple[Tiling, CutUnit] | None, Said | str | None]:
    """Return the tiling after the first cut that does, else why none did."""
    why: Said | str | None = None
    for piece in sorted(pieces.values(), key=lambda piece: float(piece.area))[:-1]:
        for line in dividing_lines(shape, piece, tolerance_m):
            try:
                if not _wide(parts_across(shape, line, said("单元 {unit}", unit=unit)), tolerance_m).all():
                    continue
                edit = CutUnit(unit, _vertices(line))
                return (apply_edit(work, edit), edit), None
            except WrongEdit as refusal:
                why = refusal.message
    return None, why


def _vertices(line: BaseGeometry) -> Line:
    return tuple((float(x), float(y)) for x, y in shapely.get_coordinates(line))


def _targets(work: Tiling, shapes: Mapping[str, BaseGeometry], tolerance_m: float, left: list[Left]) -> dict[int, str]:
    """Return the drawn grid of each unit that lies in one alone; others stay, and divided compounds are listed."""
    found: dict[int, str] = {}
    listed = {item.shape for item in left if item.rule == "drawn.not_cut"}
    for unit in sorted(work.grid_of):
        shape = work.shape_of(unit)
        pieces = _pieces(shape, shapes, tolerance_m)
        if len(pieces) == 1:
            (code,) = pieces
            if not _wide_parts(shapely.difference(shape, pieces[code]), tolerance_m):
                found[unit] = code
        elif pieces and unit in work.compound_of and not _as_before(work, unit, pieces, tolerance_m):
            smaller = min(pieces.values(), key=lambda piece: float(piece.area))
            if any(smaller.equals(shape) for shape in listed):
                continue
            reason = said(
                "小区“{compound}”被画成分属网格 {codes}；小区保持完整，仍按原样",
                compound=work.compound_of[unit],
                codes=sorted(pieces),
            )
            left.append(_left("drawn.compound_cut", reason, work.compound_of[unit], smaller))
    return found


def _as_before(work: Tiling, unit: int, pieces: Mapping[str, BaseGeometry], tolerance_m: float) -> bool:
    """Tell whether a compound that was divided before is drawn as it was."""
    rows = work.faces_of([unit])
    codes, at = np.unique(work.seat[rows].astype(str), return_inverse=True)
    before = dict(zip(codes.tolist(), dissolve(work.faces[rows], at.reshape(-1), len(codes)), strict=True))
    wide = {code: shape for code, shape in before.items() if _wide_parts(shape, tolerance_m)}
    return set(wide) == set(pieces) and not any(
        _wide_parts(shapely.symmetric_difference(wide[code], pieces[code]), tolerance_m) for code in wide
    )


def _pieces(shape: BaseGeometry, shapes: Mapping[str, BaseGeometry], tolerance_m: float) -> dict[str, BaseGeometry]:
    """Return what of a unit lies in which drawn grid, where that is more than the other hand."""
    met = [code for code, drawn in shapes.items() if shapely.intersects(shape, drawn)]
    near: dict[str, Any] = {code: land_of(shapely.intersection(shape, shapes[code])) for code in met}
    real = [code for code, piece in near.items() if piece.area > 0]
    wide = _wide(_array([near[code] for code in real]), tolerance_m)
    return {code: near[code] for code, is_wide in zip(real, wide.tolist(), strict=True) if is_wide}


def _wide_parts(shape: BaseGeometry, tolerance_m: float) -> list[BaseGeometry]:
    """Return the parts of some land that are wider than the tolerance."""
    parts, _ = polygon_parts(_array([shape]))
    return list(parts[_wide(parts, tolerance_m)])


def _wide(shapes: Shapes, tolerance_m: float) -> Bools:
    _low, high = inscribed_diameters(shapes, 0.01 * tolerance_m, np.full(len(shapes), tolerance_m))
    return np.asarray(high > tolerance_m, dtype=bool)


def _array(shapes: list[BaseGeometry]) -> Shapes:
    array: Shapes = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _left(rule: str, reason: Said, code: str, shape: BaseGeometry) -> Left:
    x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    return Left(rule, reason, code, (float(x), float(y)), float(shape.area), shape)
