"""Which findings a tile shows, and how they stood at the moment asked.

Now it is the cases that stand. At a past moment it is those that had been opened by then and were not settled: their
state by the notes of the case, clarity and figures by the last run that had seen them; the shape is the last known one.
"""

from psycopg import sql

from gis.selectors.territory.seen import DISTRICT_DIGITS, GRID_DIGITS
from gis.terms import CaseState, Clarity

TABLE = "gridwork_finding"

WEIGHT = sql.SQL("(place.clarity = {})::int * 1e6 + place.width_m").format(sql.Literal(Clarity.CLEAR.value))
"""Clear ones first, then the widest."""

_NOW = sql.SQL("CROSS JOIN LATERAL (SELECT there.*) AS place")

_THEN = _NOW + sql.SQL("""
    LEFT JOIN LATERAL (
        SELECT note.to_state AS state FROM gridwork_casenote AS note
        WHERE note.finding_id = place.id AND note.to_state <> '' AND note.at <= %(moment)s::timestamptz
        ORDER BY note.at DESC, note.id DESC LIMIT 1
    ) AS moved ON true
    LEFT JOIN LATERAL (
        SELECT sighting.clarity, sighting.width_m, sighting.households
        FROM gridwork_sighting AS sighting JOIN gridwork_auditrun AS run ON run.id = sighting.run_id
        WHERE sighting.finding_id = place.id AND run.as_of <= %(moment)s::timestamptz
        ORDER BY run.as_of DESC, run.id DESC LIMIT 1
    ) AS sighted ON true
""")

_STANDS = sql.SQL("place.state <> {}").format(sql.Literal(CaseState.VERIFIED.value))

_STATE_THEN = sql.SQL("coalesce(moved.state, {})").format(sql.Literal(CaseState.FOUND.value))

_STOOD = sql.SQL("place.opened_at <= %(moment)s::timestamptz AND {} <> {}").format(
    _STATE_THEN, sql.Literal(CaseState.VERIFIED.value)
)


def joined(*, is_past: bool) -> sql.Composable:
    """Return what is joined to the cases."""
    return _THEN if is_past else _NOW


def where(within: tuple[str, ...] | None, *, is_past: bool) -> sql.Composable:
    """Return which cases stand, in what the reader may see; None is the whole of the district asked for."""
    return sql.SQL("{} AND {}").format(_STOOD if is_past else _STANDS, _seen(within))


def attributes(*, is_past: bool) -> dict[str, sql.Composable]:
    """Return the attributes of a case."""

    def figure(name: str) -> str:
        return f"coalesce(sighted.{name}, place.{name})" if is_past else f"place.{name}"

    return {
        "id": sql.SQL("place.id"),
        "kind": sql.SQL("place.kind"),
        "clarity": sql.SQL(figure("clarity")),
        "state": _STATE_THEN if is_past else sql.SQL("place.state"),
        "width_m": sql.SQL(f"round(({figure('width_m')})::numeric, 1)::float8"),
        "households": sql.SQL(figure("households")),
        "code": sql.SQL("place.subjects[1]"),
    }


def _seen(within: tuple[str, ...] | None) -> sql.Composable:
    """Return the condition that a case lies in the reader's territory, or concerns a grid of it."""
    if within is None:
        return sql.SQL("place.district_code = %(district)s::text")
    if "" in within:
        return sql.SQL("true")
    one_of = [_in_territory(prefix) for prefix in within]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(one_of)) if one_of else sql.SQL("false")


def _in_territory(prefix: str) -> sql.Composable:
    if len(prefix) == GRID_DIGITS:
        return sql.SQL("place.district_code = {} AND place.subjects @> ARRAY[{}]::varchar[]").format(
            sql.Literal(prefix[:DISTRICT_DIGITS]), sql.Literal(prefix)
        )
    if len(prefix) == DISTRICT_DIGITS:
        return sql.SQL("place.district_code = {}").format(sql.Literal(prefix))
    return sql.SQL("starts_with(place.community_code, {})").format(sql.Literal(prefix))
