"""A tiling as bytes, and back, exact to the bit; and a district's tiling cut down to the land of some grids."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace

import numpy as np
import shapely

from gis.geometry.errors import InvalidShape, WrongEdit
from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.geometry.tiling import UNASSIGNED, GridRecord, Tiling

MARK = b"GWT"
"""What the bytes of every tiling begin with."""

VERSION = 1
"""Raised when the bytes change; older ones must stay readable as long as a plan was made with them."""

_HEAD_BYTES = 4


def tiling_to_bytes(tiling: Tiling) -> bytes:
    """Return a tiling as bytes: the same tiling always gives the same ones."""
    codes = list(tiling.shapes)
    seats, seat = np.unique(tiling.seat.astype(str), return_inverse=True)
    head = {
        "faces": len(tiling.faces),
        "unit": tiling.unit.tolist(),
        "seats": seats.tolist(),
        "seat": seat.reshape(-1).tolist(),
        "grid_of": [[unit, grid] for unit, grid in tiling.grid_of.items()],
        "compound_of": [[unit, compound] for unit, compound in tiling.compound_of.items()],
        "grids": [asdict(record) for record in tiling.grids.values()],
        "next_unit": tiling.next_unit,
        "shapes": codes,
    }
    every = shapely.GeometryCollection([*tiling.faces, tiling.outline, *(tiling.shapes[code] for code in codes)])
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    body = len(text).to_bytes(_HEAD_BYTES, "big") + text + shapely.to_wkb(every, byte_order=1)
    return MARK + bytes([VERSION]) + zlib.compress(body)


def tiling_from_bytes(stored: bytes) -> Tiling:
    """Return the tiling that was stored.

    Raises
    ------
    InvalidShape : `tiling.unreadable`: the bytes are no tiling, are damaged, or of a version not known here.
    """
    start = len(MARK) + 1
    if stored[:start] != MARK + bytes([VERSION]):
        raise InvalidShape(said("保存的方案底图无法识别，或来自更新的版本"), rule="tiling.unreadable")
    try:
        body = zlib.decompress(stored[start:])
        end = _HEAD_BYTES + int.from_bytes(body[:_HEAD_BYTES], "big")
        head = json.loads(body[_HEAD_BYTES:end])
        parts: Shapes = shapely.get_parts(shapely.from_wkb(body[end:]))
    except (zlib.error, ValueError, shapely.GEOSException) as error:
        raise InvalidShape(said("保存的方案底图已损坏"), rule="tiling.unreadable") from error
    count = head["faces"]
    return Tiling(
        faces=parts[:count],
        unit=np.array(head["unit"], dtype=np.int64),
        seat=np.array(head["seats"], dtype=object)[head["seat"]],
        grid_of=dict(head["grid_of"]),
        compound_of=dict(head["compound_of"]),
        grids={record["code"]: GridRecord(**record) for record in head["grids"]},
        outline=parts[count],
        next_unit=head["next_unit"],
        shapes=dict(zip(head["shapes"], parts[count + 1 :], strict=True)),
    )


def part_of(tiling: Tiling, grids: Iterable[str]) -> Tiling:
    """Return a tiling cut down to the land of some grids; units keep their numbers, so that nothing has to be renamed.

    Of a unit that is divided between these grids and others (`grids_beside` names them) only the part here is kept.

    Parameters
    ----------
    tiling : of a district. grids : codes; `UNASSIGNED` for land that belongs to no grid.

    Raises
    ------
    WrongEdit : `edit.unknown_grid`; `edit.empty_grid` where none of them holds land.
    """
    wanted = set(grids)
    unknown = sorted(wanted - set(tiling.grids) - {UNASSIGNED})
    if unknown:
        raise WrongEdit(said("本方案中没有网格 {code}", code=unknown[0]), rule="edit.unknown_grid")
    kept = np.flatnonzero(np.isin(tiling.seat, list(wanted)))
    if not len(kept):
        raise WrongEdit(said("网格 {code} 没有土地", code=sorted(wanted)), rule="edit.empty_grid")
    grid_of = {unit: tiling.grid_of[unit] for unit in np.unique(tiling.unit[kept]).tolist()}
    for unit in [unit for unit, code in grid_of.items() if code not in wanted]:
        rows = kept[tiling.unit[kept] == unit]
        grid_of[unit] = str(tiling.seat[rows[int(np.argmax(shapely.area(tiling.faces[rows])))]])
    return replace(
        tiling,
        faces=tiling.faces[kept],
        unit=tiling.unit[kept],
        seat=tiling.seat[kept],
        grid_of=grid_of,
        compound_of={unit: code for unit, code in tiling.compound_of.items() if unit in grid_of},
        grids={code: record for code, record in tiling.grids.items() if code in wanted},
        outline=shapely.coverage_union_all(tiling.faces[kept]),
        shapes={code: shape for code, shape in tiling.shapes.items() if code in wanted},
    )


def grids_beside(tiling: Tiling, grids: Iterable[str]) -> list[str]:
    """Return the other grids that hold a part of the same compounds, ascending: to be redrawn together with these."""
    wanted = set(grids)
    here = np.isin(tiling.seat, list(wanted))
    beside = ~here & np.isin(tiling.unit, tiling.unit[here])
    return sorted(set(tiling.seat[beside].tolist()) - {UNASSIGNED})
