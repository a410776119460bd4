"""Places as features: what a list or a map shows of them at a moment, their shapes as PostGIS writes GeoJSON.

Coordinates are degrees with seven decimals (about a centimetre), outlines counter-clockwise (RFC 7946).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from gis.selectors.territory.kinds import SHAPED, ShapedKind
from gis.selectors.territory.seen import COMMUNITY_OF, LEVELS, seen, starts_with
from gis.selectors.territory.spelled import named_like
from gis.selectors.territory.windows import Window
from gis.terms import LayerKind

HALF_A_DIGIT = 5e-8
"""Degrees: shapes are told with seven decimals, so a window drawn from a told shape may miss it by half a digit."""

JUDGED = (LayerKind.GRID, LayerKind.COMPOUND)
"""Kinds that an audit gives a verdict on."""

Position = tuple[str, str]
"""Where a list stands: district and code of a place ("" and code in the tree)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of places is to hold.

    Parameters
    ----------
    within : code prefixes that the account may see; "" is everywhere.
    at : moment whose boundaries are shown, now unless given.
    window : only shapes that have a point in common with it, its edge included.
    parent : prefix of the code of the territory above; of a building also its compound's whole code.
    district, code : exactly these.
    name : part of the name, or of its spelling in pinyin.
    """

    within: Sequence[str]
    at: datetime | None = None
    window: Window | None = None
    parent: str = ""
    district: str = ""
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One place at a moment. `shape` is a GeoJSON geometry, None where nobody knows where the place lies.

    `verdict` (state, clarity, width_m, households) is the last audit's and only told of now.
    """

    kind: LayerKind
    code: str
    district: str
    name: str
    parent: str
    established_on: date
    retired_on: date | None
    in_force_from: datetime | None
    in_force_to: datetime | None
    accuracy_m: float | None
    source: str
    shape: str | None
    attributes: dict[str, Any] = field(default_factory=dict)
    verdict: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What names the place in an address: its code, with the district before a code of its own."""
        return f"{self.district}:{self.code}" if SHAPED[self.kind].own_code else self.code


def features(
    kind: LayerKind, asked: Asked, *, limit: int, after: Position | None = None, before: Position | None = None
) -> list[FeatureRow]:
    """Return places of a kind in the order of their codes, at most `limit`, after or before a position.

    The rows before a position are the nearest ones, in the order of their codes as well.
    """
    query = _query(kind, asked, limit=limit, after=after, before=before)
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = [_row(kind, row) for row in cursor.fetchall()]
    return rows[::-1] if before else rows


def feature(kind: LayerKind, key: str, asked: Asked) -> FeatureRow | None:
    """Return one place by what names it in an address; None where there is none at the moment, or not for this account.

    `asked` gives moment and territories.
    """
    district, code = key.partition(":")[::2] if SHAPED[kind].own_code else ("", key)
    if not code or "\0" in key:
        return None
    one = Asked(within=asked.within, at=asked.at, district=district, code=code)
    return next(iter(features(kind, one, limit=1)), None)


def position(row: FeatureRow) -> Position:
    """Return where a list stands at a place."""
    return (row.district if SHAPED[row.kind].own_code else "", row.code)


_FIXED = (
    "code",
    "district",
    "name",
    "parent",
    "established_on",
    "retired_on",
    "in_force_from",
    "in_force_to",
    "accuracy_m",
    "source",
    "shape",
)
_VERDICT = ("state", "clarity", "width_m", "households")

_SELECT = sql.SQL("""
    SELECT place.code, {district}, place.name, {parent}, place.established_on, place.retired_on, {dated},
        ST_AsGeoJSON(ST_ForcePolygonCCW({shape}), 7, 0), {verdict}, {attributes}
    FROM {places} AS place {joined}
    WHERE {conditions} ORDER BY {order} LIMIT {limit}
""")

_IN_FORCE = sql.SQL("{outer} JOIN {shapes} AS there ON there.place_id = place.id AND there.in_force @> {at}")

_VERDICTS = sql.SQL("""
    LEFT JOIN gridwork_verdict AS verdict
        ON verdict.district_code = {district} AND verdict.layer = {layer} AND verdict.code = place.code
""")

_LIVING = sql.SQL("place.established_on <= {on} AND (place.retired_on IS NULL OR place.retired_on > {on})")

_NOT_YET_DRAWN = sql.SQL("""
    (there.id IS NOT NULL OR {living} AND NOT EXISTS (
        SELECT FROM {shapes} AS later WHERE later.place_id = place.id HAVING min(lower(later.in_force)) > {at}
    ))
""")
"""A place is there while it has a boundary in force; without one while it lives, unless its first is still to come."""


def _query(
    kind: LayerKind, asked: Asked, *, limit: int, after: Position | None, before: Position | None
) -> sql.Composed:
    shaped = SHAPED[kind]
    moment = asked.at or timezone.now()
    at = sql.Literal(moment)
    judged = kind in JUDGED and asked.at is None
    district = sql.SQL("place.district_code") if shaped.own_code else sql.SQL("left(place.code, 6)")
    shape = sql.SQL("there.shape" if shaped.boundary else "place.shape")
    joins = []
    if shaped.boundary:
        outer = sql.SQL("" if asked.window else "LEFT")
        joins.append(_IN_FORCE.format(outer=outer, shapes=sql.Identifier(shaped.shape_table), at=at))
    if judged:
        joins.append(_VERDICTS.format(district=district, layer=sql.Literal(kind.value)))
    columns = ("code",) if not shaped.own_code else ("district_code", "code")
    return _SELECT.format(
        district=district,
        parent=_parent(kind, shaped),
        dated=sql.SQL("lower(there.in_force), upper(there.in_force), there.accuracy_m, there.source")
        if shaped.boundary
        else sql.SQL("NULL, NULL, NULL, ''"),
        shape=shape,
        verdict=sql.SQL(", ").join(sql.SQL(f"verdict.{name}" if judged else "NULL") for name in _VERDICT),
        attributes=sql.SQL(", ").join([*(sql.Identifier("place", name) for name in shaped.attributes), sql.NULL]),
        places=sql.Identifier(shaped.place_table),
        joined=sql.SQL(" ").join(joins),
        conditions=sql.SQL(" AND ").join(
            [
                *_conditions(kind, asked, shape=shape, moment=moment),
                *_beside(columns, after, ">"),
                *_beside(columns, before, "<"),
            ]
        ),
        order=sql.SQL(", ").join(
            sql.SQL("{} DESC" if before else "{}").format(sql.Identifier("place", name)) for name in columns
        ),
        limit=sql.Literal(limit),
    )


def _row(kind: LayerKind, row: Sequence[Any]) -> FeatureRow:
    fixed = dict(zip(_FIXED, row, strict=False))
    fixed["source"] = fixed["source"] or ""
    judged = dict(zip(_VERDICT, row[len(_FIXED) :], strict=False))
    attributes = dict(zip(SHAPED[kind].attributes, row[len(_FIXED) + len(_VERDICT) :], strict=False))
    return FeatureRow(kind=kind, **fixed, attributes=attributes, verdict=judged if judged["state"] else {})


def _parent(kind: LayerKind, shaped: ShapedKind) -> sql.Composable:
    if kind is LayerKind.BUILDING:
        compound = "(SELECT compound.code FROM gridwork_compound AS compound WHERE compound.id = place.compound_id)"
        return sql.SQL(f"coalesce({compound}, '')")
    if not shaped.parent:
        return sql.SQL("''")
    return sql.SQL("coalesce({}, '')").format(sql.Identifier("place", shaped.parent))


def _conditions(kind: LayerKind, asked: Asked, *, shape: sql.Composable, moment: datetime) -> list[sql.Composable]:
    shaped = SHAPED[kind]
    living = _LIVING.format(on=sql.Literal(timezone.localdate(moment)))
    conditions = [seen(kind, asked.within, shape=shape, at=sql.Literal(moment))]
    if shaped.boundary is None:
        conditions.append(living)
    elif asked.window is None:
        shapes = sql.Identifier(shaped.shape_table)
        conditions.append(_NOT_YET_DRAWN.format(living=living, shapes=shapes, at=sql.Literal(moment)))
    if asked.district:
        conditions.append(_of_district(kind, asked.district))
    if asked.parent:
        conditions.append(_under(kind, asked.parent))
    if asked.code:
        conditions.append(sql.SQL("place.code = {}").format(sql.Literal(asked.code)))
    if asked.name:
        conditions.append(named_like(asked.name))
    if asked.window:
        conditions.append(_in_window(asked.window, shape))
    return conditions


def _digits(kind: LayerKind) -> int:
    return next(digits for digits, level in LEVELS.items() if level is kind)


def _of_district(kind: LayerKind, district: str) -> sql.Composable:
    if SHAPED[kind].own_code:
        return sql.SQL("place.district_code = {}").format(sql.Literal(district))
    return starts_with(sql.SQL("place.code"), district, _digits(kind))


def _under(kind: LayerKind, parent: str) -> sql.Composable:
    if not SHAPED[kind].own_code:
        return starts_with(sql.SQL("place.code"), parent, _digits(kind))
    if kind is LayerKind.ROAD or (len(parent) <= 6 and parent.isdecimal()):
        under = starts_with(sql.SQL("place.district_code"), parent, 6)
    else:
        under = starts_with(COMMUNITY_OF[kind], parent, 12)
    if kind is LayerKind.BUILDING:
        compound = sql.SQL("EXISTS (SELECT FROM gridwork_compound AS c WHERE c.id = place.compound_id AND c.code = {})")
        return sql.SQL("({} OR {})").format(under, compound.format(sql.Literal(parent)))
    return under


def _in_window(window: Window, shape: sql.Composable) -> sql.Composable:
    """Return the condition that a shape meets a window; a shape whose box lies inside needs no closer look."""
    parts = []
    for west, south, east, north in window.boxes:
        corners = (west - HALF_A_DIGIT, south - HALF_A_DIGIT, east + HALF_A_DIGIT, north + HALF_A_DIGIT)
        box = sql.SQL("ST_MakeEnvelope({}, 4490)").format(sql.SQL(", ").join(map(sql.Literal, corners)))
        part = sql.SQL("({shape} && {box} AND ({shape} @ {box} OR ST_Intersects({shape}, {box})))")
        parts.append(part.format(shape=shape, box=box))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def _beside(columns: Sequence[str], place: Position | None, how: str) -> list[sql.Composable]:
    if place is None:
        return []
    names = sql.SQL(", ").join(sql.Identifier("place", name) for name in columns)
    values = sql.SQL(", ").join(map(sql.Literal, place[-len(columns) :]))
    return [sql.SQL(f"({{}}) {how} ({{}})").format(names, values)]
