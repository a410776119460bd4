"""What a tiling has that its base has not, as bytes, and back, exact to the bit: a plan keeps one after every edit.

A whole district's tiling takes a third of a second to pack and more than a megabyte; what an edit changes of it takes
milliseconds and kilobytes.
"""

import json
import zlib
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry.errors import InvalidShape
from gis.geometry.layers import Shapes
from gis.geometry.pieces import Ints
from gis.geometry.said import said
from gis.geometry.tiling import GridRecord, Tiling

MARK = b"GWP"
"""What the bytes of every patch begin with."""

VERSION = 2
"""Raised when the bytes change: a patch only saves making edits again, so one of another version is passed over."""

LEVEL = 1
"""Of compression: higher ones take three times as long and save a tenth."""

_HEAD_BYTES = 4


def is_patch(stored: bytes) -> bool:
    """Tell whether some bytes are a patch, and not a whole tiling."""
    return stored.startswith(MARK)


def is_readable(stored: bytes) -> bool:
    """Tell whether a patch is of this version."""
    return stored.startswith(MARK + bytes([VERSION]))


def patch_to_bytes(base: Tiling, tiling: Tiling) -> bytes:
    """Return what a tiling has that its base has not: the same two always give the same bytes."""
    face_at, fresh = _faces_told(base, tiling)
    shapes = {code: shape for code, shape in tiling.shapes.items() if not _same(base.shapes.get(code), shape)}
    same_outline = _same(base.outline, tiling.outline)
    head = {
        "base": len(base.faces),
        "face_at": None if face_at is None else face_at.tolist(),
        "unit": _told(base.unit, tiling.unit, face_at),
        "seat": _told(base.seat, tiling.seat, face_at),
        "grid_of": [[unit, code] for unit, code in tiling.grid_of.items() if base.grid_of.get(unit) != code],
        "compound_of": [[u, code] for u, code in tiling.compound_of.items() if base.compound_of.get(u) != code],
        "grids": [asdict(one) for code, one in tiling.grids.items() if base.grids.get(code) != one],
        "next_unit": tiling.next_unit,
        "shapes": list(tiling.shapes),
        "drawn": list(shapes),
        "outline": not same_outline,
    }
    every = [*fresh, *shapes.values(), *([] if same_outline else [tiling.outline])]
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    body = shapely.to_wkb(shapely.GeometryCollection(every), byte_order=1)
    return MARK + bytes([VERSION]) + zlib.compress(len(text).to_bytes(_HEAD_BYTES, "big") + text + body, LEVEL)


def tiling_from_patch(stored: bytes, base: Tiling) -> Tiling:
    """Return the tiling that a patch makes of its base; what did not change is the base's own.

    Raises
    ------
    InvalidShape : `tiling.unreadable`: the bytes are no patch, are damaged, of a version not known here, or of another
        base.
    """
    start = len(MARK) + 1
    if not is_readable(stored):
        raise InvalidShape(said("保存的方案底图无法识别，或来自更新的版本"), rule="tiling.unreadable")
    try:
        body = zlib.decompress(stored[start:])
        end = _HEAD_BYTES + int.from_bytes(body[:_HEAD_BYTES], "big")
        head = json.loads(body[_HEAD_BYTES:end])
        parts: Shapes = shapely.get_parts(shapely.from_wkb(body[end:]))
    except (zlib.error, ValueError, shapely.GEOSException) as error:
        raise InvalidShape(said("保存的方案底图已损坏"), rule="tiling.unreadable") from error
    if head["base"] != len(base.faces):
        raise InvalidShape(said("保存的方案底图已损坏"), rule="tiling.unreadable")
    return _patched(base, head, parts)


def _patched(base: Tiling, head: dict[str, Any], parts: Shapes) -> Tiling:
    faces, used, face_at = base.faces, 0, np.arange(len(base.faces))
    if head["face_at"] is not None:
        face_at = np.array(head["face_at"], dtype=np.int64)
        used = int(np.count_nonzero(face_at < 0))
        faces = np.empty(len(face_at), dtype=object)
        faces[face_at >= 0] = base.faces[face_at[face_at >= 0]]
        faces[face_at < 0] = parts[:used]
    drawn = dict(zip(head["drawn"], parts[used : used + len(head["drawn"])], strict=True))
    return replace(
        base,
        faces=faces,
        unit=base.unit if head["face_at"] is None and not head["unit"] else _heard(base.unit, head["unit"], face_at),
        seat=_heard(base.seat, head["seat"], face_at),
        grid_of={**base.grid_of, **dict(head["grid_of"])},
        compound_of={**base.compound_of, **dict(head["compound_of"])},
        grids={**base.grids, **{record["code"]: GridRecord(**record) for record in head["grids"]}},
        outline=parts[-1] if head["outline"] else base.outline,
        next_unit=head["next_unit"],
        shapes={code: drawn[code] if code in drawn else base.shapes[code] for code in head["shapes"]},
    )


def _faces_told(base: Tiling, tiling: Tiling) -> tuple[Ints | None, Shapes]:
    """Return for each face its position in the base, -1 for one that is not there, and those; None: all as they are.

    What an edit leaves alone is the very same object; one that is not is kept once more, which costs only room.
    """
    if tiling.faces is base.faces:
        return None, base.faces[:0]
    known = {id(face): at for at, face in enumerate(base.faces.tolist())}
    face_at = np.array([known.get(id(face), -1) for face in tiling.faces.tolist()], dtype=np.int64)
    return face_at, tiling.faces[face_at < 0]


def _told(base: NDArray[Any], now: NDArray[Any], face_at: Ints | None) -> list[list[Any]]:
    """Return what the faces have otherwise than in the base: (position, value) pairs."""
    if now is base:
        return []
    differs = now != base if face_at is None else (face_at < 0) | (now != base[face_at])
    rows = np.flatnonzero(differs)
    return [[row, value] for row, value in zip(rows.tolist(), now[rows].tolist(), strict=True)]


def _heard(base: NDArray[Any], told: list[list[Any]], face_at: Ints) -> NDArray[Any]:
    """Return what the faces have, from what they have otherwise than in the base."""
    now = base[face_at]
    for row, value in told:
        now[row] = value
    return now


def _same(one: BaseGeometry | None, other: BaseGeometry) -> bool:
    return one is other or (one is not None and bool(shapely.equals_exact(one, other)))
