"""Keep what tiles are drawn from small and complete: nothing here changes what a map shows."""

from django.db import connection, transaction
from psycopg import sql

from gis.models import COPIED_SHAPES, CUT
from gis.selectors.territory import SHAPED
from gis.selectors.tiles.layers import KIND_OF, is_dated
from gis.selectors.tiles.rows import shape_table
from gis.services.tiles.copies import COPIED
from gis.terms import MapLayer


def districts_waiting() -> list[str]:
    """Return the districts in which a shape waits for its copies."""
    found: set[str] = set()
    for copies in _copied():
        query = _WAITING.format(copies=sql.Literal(copies), **_tables(copies))
        with connection.cursor() as cursor:
            cursor.execute(query)
            found.update(row[0] for row in cursor.fetchall())
    return sorted(found)


@transaction.atomic
def mend() -> int:
    """Note every shape that has no copies and does not wait for them; drop copies and notes whose shape is no more;
    add up the changes of the past. Return how many shapes were noted or dropped."""
    mended = 0
    with connection.cursor() as cursor:
        for copies in _copied():
            names = _tables(copies)
            for statement in (_DROP_COPIES, _DROP_NOTES, _NOTE):
                cursor.execute(statement.format(copies=sql.Literal(copies), **names))
                mended += cursor.rowcount
        cursor.execute(_ADD_UP)
    return mended


def _copied() -> list[str]:
    return [copies for copies in COPIED_SHAPES if copies == CUT or MapLayer(copies) in COPIED]


def _tables(copies: str) -> dict[str, sql.Composable]:
    layer = MapLayer.FINDING if copies == CUT else MapLayer(copies)
    joined: sql.Composable = sql.SQL("")
    district = sql.SQL("there.district_code")
    if is_dated(layer):
        shaped = SHAPED[KIND_OF[layer]]
        joined = sql.SQL("JOIN {} AS place ON place.id = there.place_id").format(sql.Identifier(shaped.place_table))
        district = sql.SQL("place.district_code" if shaped.own_code else "left(place.code, 6)")
    return {
        "shapes": sql.Identifier(shape_table(layer)),
        "places": joined,
        "district": district,
        "drawn": sql.SQL("there.cut IS NOT NULL" if copies == CUT else "true"),
    }


_WAITING = sql.SQL("""
    SELECT DISTINCT {district}
    FROM gridwork_tilewaiting AS waiting JOIN {shapes} AS there ON there.id = waiting.shape_id {places}
    WHERE waiting.layer = {copies} AND {drawn}
""")

_DROP_COPIES = sql.SQL("""
    DELETE FROM gridwork_tilecopy AS copy
    WHERE copy.layer = {copies}
        AND NOT EXISTS (SELECT FROM {shapes} AS there WHERE there.id = copy.shape_id AND {drawn})
""")

_DROP_NOTES = sql.SQL("""
    DELETE FROM gridwork_tilewaiting AS waiting
    WHERE waiting.layer = {copies} AND NOT EXISTS (
        SELECT FROM {shapes} AS there WHERE there.id = waiting.shape_id AND {drawn}
    )
""")

_NOTE = sql.SQL("""
    INSERT INTO gridwork_tilewaiting (layer, shape_id)
    SELECT {copies}, there.id FROM {shapes} AS there
    WHERE {drawn}
        AND NOT EXISTS (SELECT FROM gridwork_tilecopy AS copy WHERE copy.layer = {copies} AND copy.shape_id = there.id)
    ON CONFLICT (layer, shape_id) DO NOTHING
""")

_ADD_UP = """
    WITH past AS (DELETE FROM gridwork_tilechange RETURNING layer, district_code, moment, changes, at)
    INSERT INTO gridwork_tilechange (layer, district_code, moment, changes, at)
    SELECT layer, district_code, moment, sum(changes), max(at) FROM past GROUP BY layer, district_code, moment
"""
"""The sums stay what they were, so that no edition changes; two who add up at once each add up what they took away."""
