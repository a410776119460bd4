"""From which rows a layer's tiles are drawn: one query a layer, its geometry still to be chosen.

Every query speaks of `place` (the place or case), `there` (what carries the shape and is drawn: its id is the shape's)
and gives the columns ``id`` and the attributes.
"""

from dataclasses import dataclass

from django.utils import timezone
from psycopg import sql

from gis.selectors.territory import SHAPED
from gis.selectors.territory.seen import seen
from gis.selectors.tiles import findings
from gis.selectors.tiles.editions import Sight
from gis.selectors.tiles.layers import DRAWN, KIND_OF, is_dated
from gis.terms import LayerKind, MapLayer


@dataclass(frozen=True, slots=True)
class Rows:
    """Parts of the query of one layer at one zoom.

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

_VERDICT = sql.SQL("""
    LEFT JOIN gridwork_verdict AS verdict
        ON verdict.district_code = {district} AND verdict.layer = {layer} AND verdict.code = place.code
    LEFT JOIN gridwork_auditrun AS run ON run.id = verdict.run_id AND there.in_force @> run.as_of
""")

_LIVING = sql.SQL("place.established_on <= {on} AND (place.retired_on IS NULL OR place.retired_on > {on})")


def rows_of(layer: MapLayer, zoom: int, sight: Sight) -> Rows:
    """Return the rows of a layer that a sight shows at a zoom."""
    if layer is MapLayer.FINDING:
        return Rows(
            joined=findings.joined(sight),
            where=findings.where(sight),
            attributes=findings.attributes(sight),
            shape=sql.SQL("there.place"),
            weight=findings.WEIGHT,
        )
    drawn, kind = DRAWN[layer], KIND_OF[layer]
    moment = sql.Literal(sight.moment)
    conditions = [seen(kind, sight.within, shape=SHAPE, at=moment)]
    if is_dated(layer):
        conditions.append(sql.SQL("there.in_force @> {}").format(moment))
    else:
        conditions.append(_LIVING.format(on=sql.Literal(timezone.localdate(sight.moment))))
    only = [condition for first, condition in drawn.only.items() if first <= zoom][-1:]
    conditions += [sql.SQL(condition) for condition in only]
    return Rows(
        joined=_joined(layer, kind),
        where=sql.SQL(" AND ").join(conditions),
        attributes={name: sql.SQL(expression) for name, expression in drawn.attributes.items()},
        shape=SHAPE,
        weight=sql.SQL("NULL::float8"),
    )


def _joined(layer: MapLayer, kind: LayerKind) -> sql.Composable:
    shaped = SHAPED[kind]
    place = sql.Identifier(shaped.place_table)
    if shaped.boundary is None:
        return sql.SQL("JOIN {place} AS place ON place.id = there.id").format(place=place)
    joined = sql.SQL("JOIN {place} AS place ON place.id = there.place_id").format(place=place)
    if not DRAWN[layer].verdict:
        return joined
    district = sql.SQL("place.district_code" if shaped.own_code else "left(place.code, 6)")
    return joined + _VERDICT.format(district=district, layer=sql.Literal(layer.value))


def shape_table(layer: MapLayer) -> str:
    """Return the table whose rows carry a layer's shapes."""
    return findings.TABLE if layer is MapLayer.FINDING else SHAPED[KIND_OF[layer]].shape_table
