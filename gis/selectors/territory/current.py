"""What an import compares its file with: every place of a kind, with the shape in force and what comes after."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg import sql
from shapely.geometry.base import BaseGeometry

from gis.selectors.territory.kinds import SHAPED, ShapedKind
from gis.selectors.territory.layers import shapes_of
from gis.terms import LayerKind


@dataclass(slots=True)
class Current:
    """One place as it is remembered.

    Parameters
    ----------
    place_id, code, name, retired_on : of the place; `retired_on` also for the retired, whose codes never come back.
    parent : code of the parent (of a building: of its compound), "" for none.
    attributes : the kind's further columns.
    boundary_id, shape, accuracy_m : the boundary in force at the moment asked; None where there is none. For kinds
        without dated boundaries `shape` is the place's own.
    since : when that boundary came into force.
    later : when the next boundary begins, None when none is to come.
    """

    place_id: int
    code: str
    name: str
    retired_on: date | None
    parent: str
    boundary_id: int | None = None
    since: datetime | None = None
    later: datetime | None = None
    accuracy_m: float | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    shape: BaseGeometry | None = None


def places_with_shapes(kind: LayerKind, *, district_codes: Collection[str], at: datetime) -> dict[str, Current]:
    """Return every place of a kind in some districts, the retired too, with the shape in force at a moment, by code.

    An own code is unique in its district only: ask for one district at a time.
    """
    shaped = SHAPED[kind]
    with connection.cursor() as cursor:
        cursor.execute(_query(kind, shaped), {"at": at, "districts": list(district_codes)})
        rows = cursor.fetchall()
    places = []
    for row in rows:
        place = Current(*row[: len(_FIXED)])
        place.attributes = dict(zip(shaped.attributes, row[len(_FIXED) : -1], strict=True))
        places.append(place)
    with_shape = [index for index, row in enumerate(rows) if row[-1] is not None]
    for index, shape in zip(with_shape, shapes_of(rows[index][-1] for index in with_shape), strict=True):
        places[index].shape = shape
    return {place.code: place for place in places}


_FIXED = ("place_id", "code", "name", "retired_on", "parent", "boundary_id", "since", "later", "accuracy_m")

_COMPOUND_OF_A_BUILDING = sql.SQL(
    "coalesce((SELECT compound.code FROM gridwork_compound compound WHERE compound.id = place.compound_id), '')"
)

_BOUNDARY_COLUMNS = sql.SQL("""
    there.id, lower(there.in_force),
    (SELECT min(lower(later.in_force)) FROM {shapes} AS later
        WHERE later.place_id = place.id AND lower(later.in_force) > %(at)s),
    there.accuracy_m
""")

_BOUNDARY_JOIN = sql.SQL(
    "LEFT JOIN {shapes} AS there ON there.place_id = place.id AND there.in_force @> %(at)s::timestamptz"
)


def _query(kind: LayerKind, shaped: ShapedKind) -> sql.Composed:
    """Return the query of one kind; its columns are `_FIXED`, the kind's attributes, the shape's stored bytes."""
    shapes = sql.Identifier(shaped.shape_table)
    parent: sql.Composable = sql.SQL("''")
    if kind is LayerKind.BUILDING:
        parent = _COMPOUND_OF_A_BUILDING
    elif shaped.parent:
        parent = sql.SQL("coalesce(place.{}, '')").format(sql.Identifier(shaped.parent))
    dated = shaped.boundary is not None
    columns = [
        _BOUNDARY_COLUMNS.format(shapes=shapes) if dated else sql.SQL("NULL, NULL, NULL, NULL"),
        *(sql.SQL("place.{}").format(sql.Identifier(name)) for name in shaped.attributes),
        sql.SQL("there.shape::bytea" if dated else "place.shape::bytea"),
    ]
    return sql.SQL("""
        SELECT place.id, place.code, place.name, place.retired_on, {parent}, {columns}
        FROM {places} AS place {joined} WHERE {districts} ORDER BY place.code
    """).format(
        parent=parent,
        columns=sql.SQL(", ").join(columns),
        places=sql.Identifier(shaped.place_table),
        joined=_BOUNDARY_JOIN.format(shapes=shapes) if dated else sql.SQL(""),
        districts=_in_districts(shaped),
    )


def _in_districts(shaped: ShapedKind) -> sql.SQL:
    if shaped.own_code:
        return sql.SQL("place.district_code = ANY(%(districts)s)")
    return sql.SQL("left(place.code, 6) = ANY(%(districts)s)")


_CHILDREN = sql.SQL("""
    SELECT child.{parent}, count(*) FROM {children} AS child
    WHERE child.{parent} = ANY(%(keys)s) AND (child.retired_on IS NULL OR child.retired_on > %(on)s)
    GROUP BY 1
""")


def live_children(kind: LayerKind, places: Iterable[Current], *, on: date) -> dict[str, int]:
    """Return code → how many places that live on a day refer to it; only codes that have any."""
    found: dict[str, int] = {}
    codes = {place.place_id if kind is LayerKind.COMPOUND else place.code: place.code for place in places}
    for child in SHAPED[kind].children:
        query = _CHILDREN.format(
            parent=sql.Identifier(SHAPED[child].parent), children=sql.Identifier(SHAPED[child].place_table)
        )
        with connection.cursor() as cursor:
            cursor.execute(query, {"keys": list(codes), "on": on})
            for key, count in cursor.fetchall():
                found[codes[key]] = found.get(codes[key], 0) + count
    return found


_WRITES_OF_PLACES = sql.SQL("SELECT place.id AS id, place.xmin AS written FROM {places} AS place WHERE {districts}")

_WRITES_OF_SHAPES = sql.SQL("""
    SELECT -shape.id, shape.xmin FROM {shapes} AS shape JOIN {places} AS place ON place.id = shape.place_id
    WHERE {districts}
""")

_EDITION = sql.SQL("""
    SELECT md5(coalesce(string_agg(writes.id || ':' || writes.written, ',' ORDER BY writes.id), '')) FROM ({}) AS writes
""")


def edition(kinds: Iterable[LayerKind], *, district_codes: Collection[str]) -> str:
    """Return a fingerprint of all places and shapes of some kinds in some districts.

    It changes with any write to them, so that a plan made on one edition is not committed on another.
    """
    parts = []
    for kind in kinds:
        shaped = SHAPED[kind]
        names = {
            "places": sql.Identifier(shaped.place_table),
            "shapes": sql.Identifier(shaped.shape_table),
            "districts": _in_districts(shaped),
        }
        queries = [_WRITES_OF_PLACES, _WRITES_OF_SHAPES] if shaped.boundary is not None else [_WRITES_OF_PLACES]
        with connection.cursor() as cursor:
            cursor.execute(
                _EDITION.format(sql.SQL(" UNION ALL ").join(query.format(**names) for query in queries)),
                {"districts": list(district_codes)},
            )
            parts.append(cursor.fetchone()[0])
    return "-".join(parts)
