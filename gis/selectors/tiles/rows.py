"""From which rows a layer's tiles are drawn: joined, chosen and told in one place, their geometry in queries.py.

Every query speaks of `place` (the place or case) and `there` (the row that carries the shape: its id is the shape's).
What differs from tile to tile is a parameter: ``%(moment)s``, ``%(on)s`` (its day), ``%(district)s``.
"""

from dataclasses import dataclass

from psycopg import sql

from gis.selectors.territory import SHAPED
from gis.selectors.territory.seen import seen
from gis.selectors.tiles import findings
from gis.selectors.tiles.layers import DRAWN, KIND_OF, is_dated
from gis.terms import LayerKind, MapLayer


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows of a layer are wanted.

    Parameters
    ----------
    within : code prefixes that the reader may see; None is the whole of the parameter ``district``.
    is_past : the moment lies before now (findings are then told by their history).
    only : a further condition, by zoom.
    """

    layer: MapLayer
    within: tuple[str, ...] | None = None
    is_past: bool = False
    only: str = "true"


@dataclass(frozen=True, slots=True)
class Rows:
    """Parts of the query of one layer.

    Parameters
    ----------
    joined : what stands in FROM after the table that names ``there.id``: the rows behind a shape.
    where : which of them are shown.
    attributes : SQL of each attribute, by name.
    shape : the true shape, EPSG:4490.
    weight : which features stay when a tile is too full: the greater first; NULL for the area of the shape.
    """

    joined: sql.Composable
    where: sql.Composable
    attributes: dict[str, sql.Composable]
    shape: sql.Composable
    weight: sql.Composable


SHAPE = sql.SQL("there.shape")
MOMENT = sql.SQL("%(moment)s::timestamptz")

_PLACE = sql.SQL("CROSS JOIN LATERAL (SELECT * FROM {places} WHERE id = {id} OFFSET 0) AS place")
"""Joined row by row: a plan made for any tile takes it for granted that a tile holds one shape, and may then join all
with all. OFFSET 0 is the fence that keeps it to one look-up a row."""

_VERDICT = sql.SQL("""
    LEFT JOIN LATERAL (
        SELECT * FROM gridwork_verdict
        WHERE district_code = {district} AND layer = {layer} AND code = place.code OFFSET 0
    ) AS verdict ON true
""")

_LAST_RUN = sql.SQL("""
    LEFT JOIN LATERAL (
        SELECT id, as_of FROM gridwork_auditrun WHERE district_code = {district} AND state = 'done'
        ORDER BY as_of DESC LIMIT 1
    ) AS run ON there.in_force @> run.as_of
""")
"""The last run of the district, where it judged the very boundary that is drawn: what an audit said of an older one is
not said of the boundary that has come since. Verdicts that stay the same keep the run that gave them first."""

_IN_FORCE = sql.SQL("there.in_force @> %(moment)s::timestamptz")

_LIVING = sql.SQL(
    "place.established_on <= %(on)s::date AND (place.retired_on IS NULL OR place.retired_on > %(on)s::date)"
)


def rows_of(chosen: Chosen) -> Rows:
    """Return the rows of a layer that are wanted."""
    layer = chosen.layer
    if layer is MapLayer.FINDING:
        return Rows(
            joined=findings.joined(is_past=chosen.is_past),
            where=findings.where(chosen.within, is_past=chosen.is_past),
            attributes=findings.attributes(is_past=chosen.is_past),
            shape=sql.SQL("there.place"),
            weight=findings.WEIGHT,
        )
    kind = KIND_OF[layer]
    conditions = [
        _IN_FORCE if is_dated(layer) else _LIVING,
        district_is_asked(kind) if chosen.within is None else seen(kind, chosen.within, shape=SHAPE, at=MOMENT),
        sql.SQL(chosen.only),
    ]
    return Rows(
        joined=_joined(layer, kind, whole_district=chosen.within is None),
        where=sql.SQL(" AND ").join(conditions),
        attributes={name: sql.SQL(expression) for name, expression in DRAWN[layer].attributes.items()},
        shape=SHAPE,
        weight=sql.SQL("NULL::float8"),
    )


def district_is_asked(kind: LayerKind) -> sql.Composable:
    """Return the condition that a place is of the district asked for."""
    return sql.SQL("{} = %(district)s::text").format(_district(kind))


def _district(kind: LayerKind) -> sql.Composable:
    return sql.SQL("place.district_code" if SHAPED[kind].own_code else "left(place.code, 6)")


def _joined(layer: MapLayer, kind: LayerKind, *, whole_district: bool) -> sql.Composable:
    shaped = SHAPED[kind]
    place = sql.Identifier(shaped.place_table)
    if shaped.boundary is None:
        return _PLACE.format(places=place, id=sql.SQL("there.id"))
    joined = _PLACE.format(places=place, id=sql.SQL("there.place_id"))
    if not DRAWN[layer].verdict:
        return joined
    of_district = _district(kind)
    last_run = _LAST_RUN.format(district=sql.SQL("%(district)s::text") if whole_district else of_district)
    return joined + _VERDICT.format(district=of_district, layer=sql.Literal(layer.value)) + last_run


def shape_table(layer: MapLayer) -> str:
    """Return the table whose rows carry a layer's shapes."""
    return findings.TABLE if layer is MapLayer.FINDING else SHAPED[KIND_OF[layer]].shape_table
