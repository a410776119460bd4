"""Which findings a tile shows, and how they stood at the moment asked.

Now it is the cases that stand. At a past moment it is those that had been opened by then and were not settled: their
state by the notes of the case, clarity and figures by the last run that had seen them; the shape is the last known one.
"""

from django.utils import timezone
from psycopg import sql

from gis.selectors.territory.seen import GRID_DIGITS
from gis.selectors.tiles.editions import Sight
from gis.terms import CaseState, Clarity

TABLE = "gridwork_finding"

WEIGHT = sql.SQL("(place.clarity = {})::int * 1e6 + place.width_m").format(sql.Literal(Clarity.CLEAR.value))
"""Clear ones first, then the widest."""

_THEN = sql.SQL("""
    JOIN gridwork_finding AS place ON place.id = there.id
    LEFT JOIN LATERAL (
        SELECT note.to_state AS state FROM gridwork_casenote AS note
        WHERE note.finding_id = place.id AND note.to_state <> '' AND note.at <= {at}
        ORDER BY note.at DESC, note.id DESC LIMIT 1
    ) AS moved ON true
    LEFT JOIN LATERAL (
        SELECT sighting.clarity, sighting.width_m, sighting.households
        FROM gridwork_sighting AS sighting JOIN gridwork_auditrun AS run ON run.id = sighting.run_id
        WHERE sighting.finding_id = place.id AND run.as_of <= {at} ORDER BY run.as_of DESC, run.id DESC LIMIT 1
    ) AS sighted ON true
""")

_NOW = sql.SQL("JOIN gridwork_finding AS place ON place.id = there.id")

_FOUND, _VERIFIED = sql.Literal(CaseState.FOUND.value), sql.Literal(CaseState.VERIFIED.value)


def _is_past(sight: Sight) -> bool:
    return sight.as_of is not None and sight.as_of < timezone.now()


def joined(sight: Sight) -> sql.Composable:
    """Return what is joined to the cases."""
    return _THEN.format(at=sql.Literal(sight.moment)) if _is_past(sight) else _NOW


def where(sight: Sight) -> sql.Composable:
    """Return which cases stand, in what the reader may see."""
    standing = sql.SQL("place.state <> {}").format(_VERIFIED)
    if _is_past(sight):
        standing = sql.SQL("place.opened_at <= {} AND coalesce(moved.state, {}) <> {}").format(
            sql.Literal(sight.moment), _FOUND, _VERIFIED
        )
    return sql.SQL("{} AND {}").format(standing, _seen(sight))


def attributes(sight: Sight) -> dict[str, sql.Composable]:
    """Return the attributes of a case."""
    past = _is_past(sight)

    def figure(name: str) -> str:
        return f"coalesce(sighted.{name}, place.{name})" if past else f"place.{name}"

    return {
        "id": sql.SQL("place.id"),
        "kind": sql.SQL("place.kind"),
        "clarity": sql.SQL(figure("clarity")),
        "state": sql.SQL("coalesce(moved.state, {})").format(_FOUND) if past else sql.SQL("place.state"),
        "width_m": sql.SQL(f"round({figure('width_m')}::numeric, 1)::float8"),
        "households": sql.SQL(figure("households")),
        "code": sql.SQL("place.subjects[1]"),
    }


def _seen(sight: Sight) -> sql.Composable:
    """Return the condition that a case lies in the reader's territory, or concerns a grid of it."""
    if "" in sight.within:
        return sql.SQL("true")
    one_of = [_in_territory(prefix) for prefix in sight.within]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(one_of)) if one_of else sql.SQL("false")


def _in_territory(prefix: str) -> sql.Composable:
    if len(prefix) == GRID_DIGITS:
        return sql.SQL("place.district_code = {} AND place.subjects @> ARRAY[{}]::varchar[]").format(
            sql.Literal(prefix[:6]), sql.Literal(prefix)
        )
    if len(prefix) == 6:
        return sql.SQL("place.district_code = {}").format(sql.Literal(prefix))
    return sql.SQL("starts_with(place.community_code, {})").format(sql.Literal(prefix))
