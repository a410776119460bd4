"""Ten thousand findings, made in a blink by SQL: what lists and bulk changes must be quick with."""

from django.db import connection
from django.utils import timezone

from gis.models import AuditRun, Compound
from gis.terms import CaseState, Clarity, FindingKind, Novelty, RunKind, RunState
from tests.services.audits import world

COUNT = 10_000
KINDS = [FindingKind.COMPOUND_CROSSED, FindingKind.TOO_LARGE, FindingKind.GRID_STRADDLES]
RECLASSED_EVERY = 99

FINDINGS = """
    INSERT INTO gridwork_finding (district_code, kind, subjects_key, ordinal, subjects, community_code, state, clarity,
        width_m, households, evidence, place, first_seen_id, last_seen_id, opened_at, moved_at)
    SELECT %(district)s, (%(kinds)s::text[])[1 + n %% 3], 'C' || n, 1, ARRAY['C' || n],
        (%(places)s::text[])[1 + n %% 2], (%(states)s::text[])[1 + n %% 4],
        CASE WHEN n %% 5 = 0 THEN 'doubtful' ELSE 'clear' END, n %% 97, n %% 331, '{}',
        ST_SetSRID('POINT(120 36)'::geometry, 4490), %(first)s, %(last)s, %(now)s, %(now)s
    FROM generate_series(1, %(count)s) AS n
"""
SIGHTINGS = """
    INSERT INTO gridwork_sighting (run_id, finding_id, novelty, clarity, width_m, households, evidence)
    SELECT run, id, %(known)s, CASE WHEN run = %(first)s AND substr(subjects_key, 2)::int %% %(every)s = 0
        THEN CASE clarity WHEN 'clear' THEN 'doubtful' ELSE 'clear' END ELSE clarity END, width_m, households, '{}'
    FROM gridwork_finding, unnest(ARRAY[%(first)s, %(last)s]) AS run WHERE district_code = %(district)s
"""


def make_many(count: int = COUNT) -> list[AuditRun]:
    """Make a district with findings of three kinds in two communities and four states, seen by two runs."""
    district = world.make_district(households=0)
    now = timezone.now()
    done = {"district": district, "kind": RunKind.FULL, "state": RunState.DONE, "started_at": now, "finished_at": now}
    runs = [AuditRun.objects.create(**done, as_of=world.minutes_after(now, n - 9)) for n in range(2)]
    Compound.objects.bulk_create(
        Compound(code=f"C{n}", name=f"小区{n}", district=district, established_on=world.ESTABLISHED)
        for n in range(1, count + 1)
    )
    facts = {
        "district": district.code,
        "kinds": [kind.value for kind in KINDS],
        "places": [world.WEST, world.EAST],
        "states": [state.value for state in (CaseState.FOUND, CaseState.TRIAGED, CaseState.FOUND, CaseState.VERIFIED)],
        "first": runs[0].pk,
        "last": runs[1].pk,
        "now": now,
        "count": count,
        "known": Novelty.KNOWN.value,
        "every": RECLASSED_EVERY,
    }
    assert Clarity.DOUBTFUL == "doubtful"
    with connection.cursor() as cursor:
        cursor.execute(FINDINGS, facts)
        cursor.execute(SIGHTINGS, facts)
        cursor.execute("ANALYZE gridwork_finding, gridwork_sighting, gridwork_compound")
    return runs
