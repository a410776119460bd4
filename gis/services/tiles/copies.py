"""Make the generalised copies that tiles are drawn from. What waits for them is noted by PostgreSQL (migration 0006).

It may be done at any time, by anybody, again: what has its copies waits no longer, and while it waits its true shape is
drawn. Shapes that share edges are generalised together with their neighbours, so that the edges stay shared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg import sql

from gis.geometry import crs, tilegrid
from gis.geometry.generalising import Sheet, sheets_of
from gis.geometry.layers import Shapes
from gis.models import CUT
from gis.selectors.territory import SHAPED
from gis.selectors.territory.layers import shapes_of
from gis.selectors.tiles.layers import COVERING, DRAWN, KIND_OF, copy_zooms, is_dated, sheet_number
from gis.selectors.tiles.rows import shape_table
from gis.services.territory.copying import copy_rows
from gis.terms import LayerKind, MapLayer

LOCK_CLASS = 0x7469_6C65
"""Advisory locks of copies: class "tile", key the district's code."""

WHOLE_FROM = 0.5
"""Share of a layer that waits from which on the whole layer is generalised anew instead of neighbourhoods."""

COPIED = [layer for layer in MapLayer if DRAWN[layer].copied]


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Shapes of a layer as they are stored: the id, the noted ticket (0 for a shape that does not wait), and in which
    covering each is (cells cover the land a second time: they are a covering of their own)."""

    ids: NDArray[np.int64]
    tickets: NDArray[np.int64]
    coverings: NDArray[np.int64]
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.ids)

    def some(self, rows: NDArray[Any]) -> "Stored":
        """Return some of them."""
        return Stored(self.ids[rows], self.tickets[rows], self.coverings[rows], self.shapes[rows])


def make_copies(*, district_code: str) -> int:
    """Make the copies of every shape of a district that waits for them; return how many shapes those were."""
    made = sum(_make_layer(layer, layer.value, district_code) for layer in COPIED)
    return made + _make_layer(MapLayer.FINDING, CUT, district_code)


def _make_layer(layer: MapLayer, copies: str, district_code: str) -> int:
    if not is_dated(layer):
        waiting = _read(layer, copies, district_code, _ONLY_WAITING)
        return _write(copies, district_code, waiting, _sheets(layer, waiting)) if len(waiting) else 0
    made = 0
    for moment in _moments(layer, district_code):
        made += _make_coverings(layer, district_code, moment)
    return made


def _make_coverings(layer: MapLayer, district_code: str, moment: datetime) -> int:
    """Make the copies of the boundaries in force at a moment that wait, and anew those of their neighbours."""
    at = sql.SQL("there.in_force @> {}").format(sql.Literal(moment))
    stored = _read(layer, layer.value, district_code, at)
    made = 0
    for covering in np.unique(stored.coverings):
        one = stored.some(stored.coverings == covering)
        waiting = one.tickets > 0
        if not waiting.any():
            continue
        if waiting.mean() < WHOLE_FROM:
            touched, context = neighbours(one.shapes, waiting)
        else:
            touched, context = np.ones(len(one), dtype=bool), np.ones(len(one), dtype=bool)
        near = one.some(context)
        sheets = _sheets(layer, near)
        made += _write(layer.value, district_code, near, sheets, only=touched[context])
    return made


def neighbours(shapes: Shapes, changed: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which shapes are changed or meet a changed one, and which are among those or meet one of them.

    An edge is simplified between the points where a third shape meets it. So the edges of the first set come out as
    they would with all shapes when the second set is given.
    """
    tree = shapely.STRtree(shapes)

    def with_neighbours(some: NDArray[np.bool_]) -> NDArray[np.bool_]:
        wider = some.copy()
        wider[tree.query(shapes[some], predicate="intersects")[1]] = True
        return wider

    touched = with_neighbours(changed)
    return touched, with_neighbours(touched)


def _sheets(layer: MapLayer, stored: Stored) -> list[Sheet]:
    if not len(stored):
        return []
    shapes = crs.project(stored.shapes, crs.STORED, tilegrid.FRAME)
    is_case = layer is MapLayer.FINDING
    return list(sheets_of(shapes, copy_zooms(layer), covering=layer in COVERING, keep_all=is_case))


_ONLY_WAITING = sql.SQL("waiting.ticket IS NOT NULL")

_READ = sql.SQL("""
    SELECT there.id, coalesce(waiting.ticket, 0), {covering}, {shape}::bytea
    FROM {shapes} AS there {places}
    LEFT JOIN gridwork_tilewaiting AS waiting ON waiting.layer = {copies} AND waiting.shape_id = there.id
    WHERE {district} AND {shape} IS NOT NULL AND {only} ORDER BY there.id
""")

_MOMENTS = sql.SQL("""
    SELECT DISTINCT lower(there.in_force)
    FROM gridwork_tilewaiting AS waiting JOIN {shapes} AS there ON there.id = waiting.shape_id {places}
    WHERE waiting.layer = {copies} AND {district} ORDER BY 1 DESC
""")


def _moments(layer: MapLayer, district_code: str) -> list[datetime]:
    """Return the moments at which waiting boundaries begin, the latest first: each is in force at one of them."""
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS.format(copies=sql.Literal(layer.value), **_names(layer, district_code)))
        return [row[0] for row in cursor.fetchall()]


def _read(layer: MapLayer, copies: str, district_code: str, only: sql.Composable) -> Stored:
    column = {MapLayer.FINDING.value: "place", CUT: "cut"}.get(copies, "shape")
    is_cell = sql.SQL("(place.kind = 'cell')::int" if layer is MapLayer.GRID else "0")
    query = _READ.format(
        covering=is_cell,
        shape=sql.Identifier("there", column),
        copies=sql.Literal(copies),
        only=only,
        **_names(layer, district_code),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    ids, tickets, coverings = (np.array([row[n] for row in rows], dtype=np.int64) for n in range(3))
    return Stored(ids, tickets, coverings, shapes_of(row[3] for row in rows))


def _names(layer: MapLayer, district_code: str) -> dict[str, sql.Composable]:
    """Return the table of a layer's shapes, the join with its places, and the condition of the district."""
    place = "there"
    joined: sql.Composable = sql.SQL("")
    if is_dated(layer):
        place = "place"
        table = sql.Identifier(SHAPED[KIND_OF[layer]].place_table)
        joined = sql.SQL("JOIN {} AS place ON place.id = there.place_id").format(table)
    has_own_code = layer is MapLayer.FINDING or SHAPED[LayerKind(layer.value)].own_code
    district = sql.SQL(f"{place}.district_code = {{}}" if has_own_code else f"left({place}.code, 6) = {{}}")
    return {
        "shapes": sql.Identifier(shape_table(layer)),
        "places": joined,
        "district": district.format(sql.Literal(district_code)),
    }


@transaction.atomic
def _write(
    copies: str,
    district_code: str,
    stored: Stored,
    sheets: Sequence[Sheet],
    *,
    only: NDArray[np.bool_] | None = None,
) -> int:
    """Replace the copies of the shapes that did not change meanwhile; return how many of them had waited."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, int(district_code)])
        done = _take_tickets(cursor, copies, stored)
        current = stored.ids[stored.tickets == 0].tolist()
        cursor.execute(
            "SELECT shape_id FROM gridwork_tilewaiting WHERE layer = %s AND shape_id = ANY(%s)", [copies, current]
        )
        changed = {row[0] for row in cursor.fetchall()}
        writable = np.isin(stored.ids, [*done, *(set(current) - changed)])
        if only is not None:
            writable &= only
        cursor.execute(
            "DELETE FROM gridwork_tilecopy WHERE layer = %s AND shape_id = ANY(%s)",
            [copies, stored.ids[writable].tolist()],
        )
        copy_rows("gridwork_tilecopy", _COLUMNS, _copy_rows(copies, stored, sheets, writable))
        layer = MapLayer.FINDING.value if copies == CUT else copies
        if done:
            cursor.execute("SELECT gridwork_note_tile_change(%s, %s, NULL)", [layer, district_code])
    return len(done)


_COLUMNS = {
    "layer": "text",
    "shape_id": "int8",
    "zoom": "int2",
    "sheet": "int2",
    "shape": "bytea",
    "label_x": "int4",
    "label_y": "int4",
}


def _take_tickets(cursor: Any, copies: str, stored: Stored) -> list[int]:
    """Take the noted shapes off the list, those whose note is still the one that was read; return their ids."""
    waiting = stored.tickets > 0
    cursor.execute(
        """
        DELETE FROM gridwork_tilewaiting AS waiting USING unnest(%s::bigint[], %s::bigint[]) AS read (shape_id, ticket)
        WHERE waiting.layer = %s AND waiting.shape_id = read.shape_id AND waiting.ticket = read.ticket
        RETURNING waiting.shape_id
        """,
        [stored.ids[waiting].tolist(), stored.tickets[waiting].tolist(), copies],
    )
    return [row[0] for row in cursor.fetchall()]


def _copy_rows(copies: str, stored: Stored, sheets: Sequence[Sheet], writable: NDArray[np.bool_]) -> Any:
    for sheet in sheets:
        number = sheet_number(copies, sheet.zoom)
        wkb = shapely.to_wkb(sheet.shapes)
        for row, shape, (x, y) in zip(sheet.rows.tolist(), wkb, sheet.labels.tolist(), strict=True):
            if writable[row]:
                label = (x, y) if x >= 0 else (None, None)
                yield copies, int(stored.ids[row]), sheet.zoom, number, shape, *label
