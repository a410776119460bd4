"""The rows of a plan: places added, changed and retired, boundaries closed and drawn, in the commit's transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from psycopg import sql

from gis.ingest.records import PlaceRecord
from gis.models import Compound, ImportRecord
from gis.models.spelling import spelling_of
from gis.selectors.territory import SHAPED, ShapedKind
from gis.services.territory.copying import copy_boundaries, copy_rows, new_ids, stored_bytes
from gis.services.territory.plan import ImportPlan
from gis.terms import LayerKind

TYPES = {"households": "int4", "compound_id": "int8"}
"""PostgreSQL types of the columns that are not text."""


def add_places(plan: ImportPlan, on: date) -> list[int]:
    """Insert the new places, established on a day; return their ids in the plan's order."""
    shaped = SHAPED[plan.request.kind]
    if not plan.added:
        return []
    ids = new_ids(shaped.place_table, len(plan.added))
    columns = {"id": "int8", "code": "text", "name": "text", "spelling": "text", "established_on": "date"}
    names = [r.name for r in plan.added]
    own = [ids, [r.code for r in plan.added], names, [name and spelling_of(name) for name in names], [on] * len(ids)]
    if shaped.own_code:
        columns["district_code"] = "text"
        own.append([plan.district_codes[0]] * len(ids))
    if shaped.parent:
        columns[shaped.parent] = TYPES.get(shaped.parent, "text")
        own.append(_parents(plan, plan.added))
    for name in shaped.attributes:
        columns[name] = TYPES.get(name, "text")
        own.append(_values(plan, shaped, name))
    if shaped.boundary is None:
        columns["shape"] = "bytea"
        own.append(list(stored_bytes([r.shape for r in plan.added])))
    copy_rows(shaped.place_table, columns, zip(*own, strict=True))
    return ids


def change_places(plan: ImportPlan) -> None:
    """Update the fields, and for kinds without dated boundaries the shapes, of known places."""
    shaped = SHAPED[plan.request.kind]
    by_columns: dict[tuple[str, ...], list[list[Any]]] = {}
    parents = dict(
        zip(
            (change.record.code for change in plan.changed),
            _parents(plan, [c.record for c in plan.changed]),
            strict=True,
        )
    )
    for change in plan.changed:
        values = {shaped.parent if name == "parent" else name: value for name, value in change.fields.items()}
        if "parent" in change.fields:
            values[shaped.parent] = parents[change.record.code]
        if "name" in values:
            values["spelling"] = spelling_of(values["name"])
        if change.redrawn and shaped.boundary is None:
            values["shape"] = bytes(stored_bytes([change.record.shape])[0])
        if values:
            row = [*values.values(), change.current.place_id]
            by_columns.setdefault(tuple(values), []).append(row)
    for columns, rows in by_columns.items():
        statement = sql.SQL("UPDATE {} SET {} WHERE id = %s").format(
            sql.Identifier(shaped.place_table),
            sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns),
        )
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def retire_places(plan: ImportPlan, on: date) -> None:
    """Retire places on a day."""
    shaped = SHAPED[plan.request.kind]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {} SET retired_on = greatest(established_on, %s) WHERE id = ANY(%s)").format(
                sql.Identifier(shaped.place_table)
            ),
            [on, [known.place_id for known in plan.retired]],
        )


def draw(plan: ImportPlan, added_ids: Sequence[int], record: ImportRecord) -> None:
    """Close the boundaries that end at the plan's moment and open those that begin."""
    shaped = SHAPED[plan.request.kind]
    if shaped.boundary is None:
        return
    redrawn = [change for change in plan.changed if change.redrawn]
    ending = [known.boundary_id for known in (*(change.current for change in redrawn), *plan.retired)]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {} SET in_force = tstzrange(lower(in_force), %s) WHERE id = ANY(%s)").format(
                sql.Identifier(shaped.shape_table)
            ),
            [plan.request.in_force_from, [boundary_id for boundary_id in ending if boundary_id is not None]],
        )
    copy_boundaries(
        shaped.shape_table,
        [*added_ids, *(change.current.place_id for change in redrawn)],
        [*(r.shape for r in plan.added), *(change.record.shape for change in redrawn)],
        in_force_from=plan.request.in_force_from,
        accuracy_m=plan.request.accuracy_m,
        source=plan.request.source,
        made_by_id=record.pk,
    )


def _parents(plan: ImportPlan, records: Sequence[PlaceRecord]) -> list[Any]:
    """Return the parent column of records: a code, for a building the id of its compound; None for no parent."""
    if plan.request.kind is not LayerKind.BUILDING:
        return [record.parent_code or None for record in records]
    ids = dict(Compound.objects.filter(district_id=plan.district_codes[0]).values_list("code", "pk"))
    return [ids[record.parent_code] if record.parent_code else None for record in records]


def _values(plan: ImportPlan, shaped: ShapedKind, name: str) -> list[Any]:
    """Return an attribute of the new places; what the file does not say is the model's default."""
    column: Any = shaped.place._meta.get_field(name)
    default = column.get_default()
    if plan.request.kind is LayerKind.GRID and name == "kind":
        default = plan.request.grid_kind.value
    return [default if record.attributes.get(name) in (None, "") else record.attributes[name] for record in plan.added]
