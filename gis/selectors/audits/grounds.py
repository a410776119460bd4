"""All that an audit must know of its district before it reads a shape, in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from gis.geometry import crs
from gis.geometry.layers import AuditRules
from gis.selectors.audits.held import Held, Roll, held_district, kept
from gis.selectors.statements import fetch_row
from gis.selectors.territory.layers import PUBLISHED_KINDS, beyond
from gis.terms import GridKind, LayerKind

_BAND = ("min_households", "max_households", "hard_max_households")


def _boundary(kind: str) -> str:
    """Return the boundary in force of each place, as a table to join.

    OFFSET 0 keeps PostgreSQL from beginning with all boundaries in force anywhere, of which it expects few; ANY keeps
    it off the index of the exclusion constraint, where finding a place takes four times as long.
    """
    return f"""LATERAL (
            SELECT own.id, own.xmin AS mark, own.accuracy_m, own.shape FROM gridwork_{kind}boundary AS own, moment
            WHERE own.place_id = ANY(ARRAY[place.id]) AND lower(own.in_force) <= moment.at
                AND (upper(own.in_force) IS NULL OR upper(own.in_force) > moment.at)
            OFFSET 0
        ) AS there"""  # noqa: S608 - constants only


_MOMENT = """
    WITH last AS MATERIALIZED (
        SELECT as_of, rules FROM gridwork_auditrun
        WHERE district_code = %(district)s::text AND state = 'done' ORDER BY as_of DESC, id DESC LIMIT 1
    ),
    moment AS MATERIALIZED (
        SELECT clock_timestamp() AS now,
            coalesce(%(at)s::timestamptz, greatest(clock_timestamp(), (SELECT as_of FROM last))) AS at
    )
"""

_ABOUT = f"""
    SELECT moment.now, moment.at, (SELECT as_of FROM last) AS last_as_of, (SELECT rules::text FROM last) AS last_rules,
        EXISTS (SELECT FROM gridwork_district WHERE code = %(district)s::text) AS known,
        (SELECT to_jsonb(own)::text FROM gridwork_districtrules AS own WHERE district_code = %(district)s::text)
            AS rules,
        (SELECT to_jsonb(own)::text FROM gridwork_sizeband AS own
            WHERE district_code = %(district)s::text AND grid_kind = '{GridKind.ORDINARY.value}') AS band,
        EXISTS (
            SELECT FROM gridwork_auditrun WHERE district_code = %(district)s::text AND state = 'running'
        ) AS running,
        EXISTS (
            SELECT FROM gridwork_acceptedexception AS accepted JOIN gridwork_finding AS finding
                ON finding.id = accepted.finding_id
            WHERE finding.district_code = %(district)s::text AND accepted.ended_at IS NULL
                AND accepted.expires_on <= (moment.at AT TIME ZONE %(zone)s::text)::date
        ) AS due_exceptions
"""  # noqa: S608 - constants only

_GROUNDS = f"""
    {_MOMENT}, judged AS MATERIALIZED (
        SELECT 'grid' AS kind, there.accuracy_m, box2d(there.shape) AS box
        FROM gridwork_grid AS place CROSS JOIN {_boundary("grid")}
        WHERE place.code ~>=~ %(district)s::text AND place.code ~<~ %(beyond)s::text
            AND place.kind = ANY(%(published)s::text[])
        UNION ALL
        SELECT 'compound', there.accuracy_m, NULL
        FROM gridwork_compound AS place CROSS JOIN {_boundary("compound")}
        WHERE place.district_code = %(district)s::text
        UNION ALL
        SELECT 'community', there.accuracy_m, NULL
        FROM gridwork_community AS place CROSS JOIN {_boundary("community")}
        WHERE place.code ~>=~ %(district)s::text AND place.code ~<~ %(beyond)s::text
    ),
    layer AS MATERIALIZED (
        SELECT kind, max(accuracy_m) AS accuracy_m, count(*) AS places, ST_Extent(box::geometry) AS box
        FROM judged GROUP BY kind
    )
    {_ABOUT},
        coalesce((SELECT jsonb_object_agg(kind, accuracy_m) FROM layer), '{{}}')::text AS accuracy_m,
        coalesce((SELECT sum(places) FROM layer), 0)::int4 AS places,
        (SELECT ARRAY[ST_XMin(box) + ST_XMax(box), ST_YMin(box) + ST_YMax(box)] FROM layer WHERE kind = 'grid')
            AS doubled_middle,
        EXISTS (
            SELECT FROM gridwork_building AS there
            WHERE district_code = %(district)s::text AND households > 0
                AND established_on <= (moment.at AT TIME ZONE %(zone)s::text)::date
                AND (retired_on IS NULL OR retired_on > (moment.at AT TIME ZONE %(zone)s::text)::date)
        ) AS with_buildings
    FROM moment
"""  # noqa: S608 - constants only


def _roll(kind: str, which: str) -> str:
    """Return the marks of a kind's boundaries in force, by code; see `gis.selectors.audits.held.ROW`."""
    return f"""coalesce((
            SELECT string_agg(int8send(there.id) || xidsend(there.mark) || xidsend(place.xmin), '' ORDER BY place.code)
            FROM gridwork_{kind} AS place CROSS JOIN {_boundary(kind)} WHERE {which}
        ), '')"""  # noqa: S608 - constants only


_BY_CODE = "place.code ~>=~ %(district)s::text AND place.code ~<~ %(beyond)s::text"


def _roll_unless_known(kind: str, which: str) -> str:
    """Return the same, NULL where the layer's edition is the one that is known."""
    return f"""CASE WHEN (SELECT edition FROM stamp WHERE layer = '{kind}') = %(known_{kind})s::text THEN NULL
        ELSE {_roll(kind, which)} END"""  # noqa: S608 - constants only


_ROLLS = f"""
    {_MOMENT}, stamp AS MATERIALIZED (
        SELECT layer, sum(changes) || ' ' || max(change.at) AS edition,
            bool_or(transaction = pg_current_xact_id_if_assigned()) AS ours
        FROM gridwork_tilechange AS change, moment
        WHERE district_code = %(district)s::text AND layer IN ('building', 'office', 'compound', 'community')
            AND (change.moment IS NULL OR change.moment <= moment.at)
        GROUP BY layer
    )
    {_ABOUT},
        {_roll("grid", _BY_CODE + " AND place.kind = ANY(%(published)s::text[])")} AS grids,
        {_roll_unless_known("compound", "place.district_code = %(district)s::text")} AS compounds,
        {_roll_unless_known("community", _BY_CODE)} AS communities,
        (SELECT jsonb_object_agg(layer, edition)::text FROM stamp) AS stamps,
        coalesce((SELECT bool_or(ours) FROM stamp), false) AS ours
    FROM moment
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a district's audit rests on, and where its audits stand.

    Parameters
    ----------
    now : the database's clock; `at` : the moment to judge, the one asked for or now, but not before the last run's.
    last_as_of, last_rules : of the last finished run, None before the first.
    known : there is such a district.
    accuracy_m : kind of layer → stated accuracy of its coarsest boundary in force, metres; kinds with none are missing.
    places : grids, compounds and communities in force.
    middle : longitude and latitude of the middle of its grids, None without grids.
    rules : its thresholds.
    with_buildings : there are buildings with households.
    running : a run is written down as being at work.
    due_exceptions : an accepted exception has reached its day.
    held : the district's layers, where they were asked for and it has grids.
    """

    now: datetime
    at: datetime
    last_as_of: datetime | None
    last_rules: dict[str, Any] | None
    known: bool
    accuracy_m: dict[str, float]
    places: int
    middle: tuple[float, float] | None
    rules: AuditRules
    with_buildings: bool
    running: bool
    due_exceptions: bool
    held: Held | None = None

    @property
    def frame(self) -> str:
        """Return the metric frame to measure in.

        Raises
        ------
        WrongFrame : without grids there is nothing to choose it by (`crs.nothing`).
        """
        return crs.metric_frame([]) if self.middle is None else crs.metric_crs_for(*self.middle)


def grounds_of(district_code: str, *, at: datetime | None = None) -> Grounds:
    """Return what an audit of a district at a moment (now unless given) must know before it reads a shape."""
    *about, accuracy_m, places, doubled, with_buildings = fetch_row(_GROUNDS, _asked(district_code, at))
    return Grounds(
        **_about(about),
        accuracy_m={kind: float(metres) for kind, metres in json.loads(accuracy_m).items()},
        places=places,
        middle=None if doubled is None else (doubled[0] / 2, doubled[1] / 2),
        with_buildings=with_buildings,
    )


def grounds_with_layers(district_code: str, *, at: datetime | None = None) -> Grounds:
    """Return the same together with the layers themselves: what this process has of them is not read again."""
    had = kept(district_code)
    stamped = {} if had is None else had.roll.stamps
    known_as = {f"known_{kind}": stamped.get(kind) for kind in ("compound", "community")}
    row = fetch_row(_ROLLS, _asked(district_code, at) | known_as)
    *about, grids, compounds, communities, stamps, ours = row
    known = _about(about)
    if not grids:
        return Grounds(**known, accuracy_m={}, places=0, middle=None, with_buildings=False)
    roll = Roll(
        district_code=district_code,
        rolls={LayerKind.GRID: grids, LayerKind.COMPOUND: compounds, LayerKind.COMMUNITY: communities},
        stamps={} if stamps is None else json.loads(stamps),
        ours=ours,
        on=timezone.localdate(known["at"]),
    )
    held = held_district(roll, known["at"], had)
    return Grounds(
        **known,
        accuracy_m=held.accuracy_m,
        places=held.places,
        middle=held.middle,
        with_buildings=held.index.district.homes is not None,
        held=held,
    )


def _asked(district_code: str, at: datetime | None) -> dict[str, Any]:
    return {
        "district": district_code,
        "beyond": beyond(district_code),
        "at": at,
        "published": [kind.value for kind in PUBLISHED_KINDS],
        "zone": timezone.get_current_timezone_name(),
    }


def _about(row: Sequence[Any]) -> dict[str, Any]:
    """Return what both statements begin with."""
    now, at, last_as_of, last_rules, known, rules, band, running, due_exceptions = row
    return {
        "now": now,
        "at": at,
        "last_as_of": last_as_of,
        "last_rules": None if last_rules is None else json.loads(last_rules),
        "known": known,
        "rules": _rules(rules, band),
        "running": running,
        "due_exceptions": due_exceptions,
    }


def _rules(own: str | None, band: str | None) -> AuditRules:
    """Return thresholds of stored rows; the band of ordinary grids replaces the general sizes where there is one."""
    stored = {} if own is None else json.loads(own)
    rules = {name: stored[name] for name in AuditRules.__dataclass_fields__ if name in stored}
    if band is not None:
        wanted = json.loads(band)
        rules |= {name: wanted[name] for name in _BAND}
    return AuditRules(**rules)
