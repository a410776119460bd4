"""Which places an account may see: the same condition for every list, card, search and tile.

A place is seen when the record says that it is of the account's territory: by its own code in the tree, by its
district, else by its community's code (a building: its compound's community). Where the record is silent, and for a
single grid, its land decides: it has land in common with the territory's boundary in force.
"""

from collections.abc import Sequence

from psycopg import sql

from gis.selectors.territory.kinds import SHAPED
from gis.terms import LayerKind

DISTRICT_DIGITS, GRID_DIGITS = 6, 15

LEVELS = {6: LayerKind.DISTRICT, 9: LayerKind.STREET, 12: LayerKind.COMMUNITY, 15: LayerKind.GRID}
"""Digits of a code of the tree → what it names."""

NOBODY = sql.SQL("false")
EVERYBODY = sql.SQL("true")
NOW = sql.SQL("now()")

COMMUNITY_OF = {
    LayerKind.COMPOUND: sql.SQL("place.community_code"),
    LayerKind.STATION: sql.SQL("place.community_code"),
    LayerKind.OFFICE: sql.SQL("place.community_code"),
    LayerKind.BUILDING: sql.SQL(
        "(SELECT compound.community_code FROM gridwork_compound AS compound WHERE compound.id = place.compound_id)"
    ),
    LayerKind.ROAD: sql.SQL("NULL::text"),
}
"""The community that a place with an own code is recorded in; NULL where no record says so."""


def seen(kind: LayerKind, within: Sequence[str], *, shape: sql.Composable, at: sql.Composable = NOW) -> sql.Composable:
    """Return the condition on the row ``place`` of a kind that territories with these code prefixes hold it.

    Parameters
    ----------
    within : code prefixes as `policy.territories` gives them; "" is everywhere.
    shape : expression of the place's geometry, where its land must decide.
    at : moment whose boundaries are the territories' land.
    """
    if "" in within:
        return EVERYBODY
    one_of = [_in_territory(kind, prefix, shape, at) for prefix in within]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(one_of)) if one_of else NOBODY


def starts_with(column: sql.Composable, prefix: str, digits: int) -> sql.Composable:
    """Return the condition that a code of so many digits starts with a prefix, as a range that an index answers."""
    if len(prefix) > digits:
        return NOBODY
    return sql.SQL("{} BETWEEN {} AND {}").format(
        column, sql.Literal(prefix.ljust(digits, "0")), sql.Literal(prefix.ljust(digits, "9"))
    )


def _in_territory(kind: LayerKind, prefix: str, shape: sql.Composable, at: sql.Composable) -> sql.Composable:
    if not SHAPED[kind].own_code:
        digits = next(digits for digits, level in LEVELS.items() if level is kind)
        return starts_with(sql.SQL("place.code"), prefix, digits)
    if len(prefix) <= DISTRICT_DIGITS:
        return starts_with(sql.SQL("place.district_code"), prefix, DISTRICT_DIGITS)
    community = COMMUNITY_OF[kind]
    recorded = starts_with(community, prefix[:12], 12)
    parts = [
        sql.SQL("place.district_code = {}").format(sql.Literal(prefix[:6])),
        _land_in(prefix, shape, at)
        if len(prefix) == GRID_DIGITS
        else sql.SQL("({} OR {} IS NULL AND {})").format(recorded, community, _land_in(prefix, shape, at)),
    ]
    if len(prefix) == GRID_DIGITS:
        parts.append(sql.SQL("({} IS NULL OR {})").format(community, recorded))
    return sql.SQL("({})").format(sql.SQL(" AND ").join(parts))


def _land_in(prefix: str, shape: sql.Composable, at: sql.Composable) -> sql.Composable:
    level = SHAPED[LEVELS[len(prefix)]]
    return sql.SQL("""
        EXISTS (
            SELECT FROM {places} AS holder JOIN {shapes} AS land ON land.place_id = holder.id
            WHERE holder.code = {code} AND land.in_force @> {at} AND land.shape && {shape}
                AND ST_Relate(land.shape, {shape}, 'T********')
        )
    """).format(
        places=sql.Identifier(level.place_table),
        shapes=sql.Identifier(level.shape_table),
        code=sql.Literal(prefix),
        at=at,
        shape=shape,
    )
