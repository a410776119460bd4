"""Write many rows at once: PostgreSQL's binary COPY, an order of magnitude faster than inserts."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray
from psycopg import sql
from shapely.geometry.base import BaseGeometry

SRID = 4490
_WITH_SRID = 0x20000000
"""Mark of a WKB type that is followed by its SRID."""

ROWS_AT_ONCE = 2000
"""Rows a chunk: a few megabytes, so that a cancel is answered at once."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_ENDLESS = 0x02 | 0x10
"""Flags of a range: lower bound inclusive, no upper bound."""


def stored_bytes(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    """Return shapes as PostGIS stores them: EWKB with the SRID (put in by hand: to set it copies every shape)."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    stored = np.asarray(shapely.to_wkb(array, byte_order=1), dtype=object)
    heads = {number: struct.pack("<BII", 1, number | _WITH_SRID, SRID) for number in range(1, 8)}
    stored[:] = [heads[one[1]] + one[5:] for one in stored]
    return stored


def new_ids(table: str, count: int) -> list[int]:
    """Take `count` new ids of a table, in mixed order.

    Boundaries of places whose ids only ever rise go to the far end of the exclusion constraint's index, where every
    entry is compared by its period too: 42 µs a row against 29 in mixed order (docs/performance.md, section 5).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [cursor.fetchone()[0], count])
        ids = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
    mixed: list[int] = np.random.default_rng(0).permutation(ids).tolist()
    return mixed


def copy_rows(table: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into a table.

    Parameters
    ----------
    columns : name → PostgreSQL type ("bytea" for shapes as `stored_bytes`).
    rows : values in the order of `columns`.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def copy_boundaries(
    table: str,
    place_ids: Sequence[int],
    shapes: Sequence[BaseGeometry],
    *,
    in_force_from: datetime,
    accuracy_m: float,
    source: str,
    made_by_id: int,
) -> None:
    """Write boundaries in force from a moment on; everything but place and shape is the same for all.

    Rows are put together by hand because only two of the six columns differ: the rest is encoded once.
    """
    statement = sql.SQL(
        "COPY {} (place_id, shape, in_force, accuracy_m, source, made_by_id) FROM STDIN (FORMAT BINARY)"
    ).format(sql.Identifier(table))
    since_us = round((in_force_from - _EPOCH).total_seconds() * 1_000_000)
    period = struct.pack(">Biq", _ENDLESS, 8, since_us)
    text = source.encode()
    common = b"".join(
        (
            struct.pack(">i", len(period)) + period,
            struct.pack(">id", 8, accuracy_m),
            struct.pack(">i", len(text)) + text,
            struct.pack(">iq", 8, made_by_id),
        )
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEADER)
        for chunk in _chunks(place_ids, shapes, common):
            copy.write(chunk)
        copy.write(_TRAILER)


def _chunks(place_ids: Sequence[int], shapes: Sequence[BaseGeometry], common: bytes) -> Iterator[bytes]:
    """Encode while the server works on what it has: chunk by chunk."""
    begin = struct.Struct(">hiqi").pack
    for start in range(0, len(shapes), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        yield b"".join(
            begin(6, 8, place_id, len(shape)) + shape + common
            for place_id, shape in zip(place_ids[rows], stored_bytes(shapes[rows]), strict=True)
        )
