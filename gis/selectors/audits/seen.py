"""Cases as an account of a territory sees them: which, what a run changed among them, the shapes of their parts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from psycopg import sql

from gis.models import Finding, Sighting
from gis.selectors.audits.asked import within_code
from gis.selectors.audits.rows import FindingRow, Said, finding_rows
from gis.selectors.audits.runs import latest_run
from gis.selectors.territory.kinds import SHAPED
from gis.selectors.territory.seen import DISTRICT_DIGITS, GRID_DIGITS, LEVELS
from gis.terms import FindingKind, LayerKind, Novelty

BIGGEST = 2**63 - 1
"""No number of a row is larger."""

MAIN = {
    FindingKind.COMPOUND_CROSSED: LayerKind.COMPOUND,
    FindingKind.COMPOUND_UNCOVERED: LayerKind.COMPOUND,
    FindingKind.COMPOUND_STRADDLES: LayerKind.COMPOUND,
    FindingKind.GRID_STRADDLES: LayerKind.GRID,
    FindingKind.GRID_OUTSIDE: LayerKind.GRID,
}
"""Kinds of finding that fall into parts → the kind of place that does."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The cases of which a run said one thing: how many, and the widest of them."""

    count: int
    findings: list[FindingRow]


def _sight(within: Sequence[str]) -> Q:
    """Return the condition that a case lies in one of these territories, or concerns it if it is a grid."""
    if "" in within:
        return Q()
    either = Q(pk__in=[])
    for prefix in within:
        either |= Q(district_id=prefix) if len(prefix) == DISTRICT_DIGITS else within_code(prefix)
    return either


def seen_ids(finding_ids: Collection[int], *, within: Sequence[str]) -> set[int]:
    """Return those of the cases that exist and that the account may see."""
    possible = [finding_id for finding_id in finding_ids if 0 < finding_id <= BIGGEST]
    return set(Finding.objects.filter(_sight(within), id__in=possible).values_list("id", flat=True))


def run_changes(*, run_id: int, district_code: str, within: Sequence[str], limit: int) -> dict[Novelty, Changes]:
    """Return what a run said against the one before, of the cases that the account may see."""
    seen = Finding.objects.filter(_sight(within), district_id=district_code)
    sightings = Sighting.objects.filter(run=run_id, finding__in=seen)
    counts = dict(sightings.values_list("novelty").annotate(count=Count("id")).order_by("novelty"))
    return {
        novelty: Changes(counts.get(novelty.value, 0), _widest(sightings.filter(novelty=novelty), novelty, limit))
        for novelty in Novelty
    }


def _widest(sightings: QuerySet[Sighting], novelty: Novelty, limit: int) -> list[FindingRow]:
    ids = list(sightings.order_by("-width_m", "finding_id").values_list("finding_id", flat=True)[:limit])
    cases = {case.pk: case for case in Finding.objects.select_related("assigned_to").filter(id__in=ids)}
    listed = [cases[pk] for pk in ids]
    return finding_rows("", listed, {pk: Said(novelty) for pk in ids}) if listed else []


_PARTS = sql.SQL("""
    SELECT cell.code,
        ST_AsGeoJSON(ST_ForcePolygonCCW(ST_CollectionExtract(ST_Intersection(whole.shape, part.shape), 3)), 7, 0)
    FROM {wholes} AS whole JOIN {places} AS place ON place.id = whole.place_id
    CROSS JOIN {parts} AS part JOIN {cells} AS cell ON cell.id = part.place_id
    WHERE place.code = {code} AND {of_district} AND whole.in_force @> {at}
        AND cell.code = ANY({codes}) AND part.in_force @> {at}
""")


def parts_of(*, district_code: str, kind: FindingKind, subject: str, codes: Iterable[str]) -> dict[str, str]:
    """Return code → the land (GeoJSON) that a finding's place has in each of these grids or communities.

    As the boundaries stood when the district was last audited; empty for findings that do not fall into parts.
    """
    run = latest_run(district_code=district_code)
    if kind not in MAIN or run is None:
        return {}
    parts: dict[str, str] = {}
    for digits in (GRID_DIGITS, GRID_DIGITS - 3):
        wanted = [code for code in codes if len(code) == digits and code.isdecimal() and code != subject]
        if wanted:
            parts |= _cut_up(MAIN[kind], district_code, subject, LEVELS[digits], wanted, run.as_of)
    return parts


def _cut_up(
    kind: LayerKind, district_code: str, subject: str, level: LayerKind, codes: list[str], at: datetime
) -> dict[str, Any]:
    whole, cell = SHAPED[kind], SHAPED[level]
    query = _PARTS.format(
        wholes=sql.Identifier(whole.shape_table),
        places=sql.Identifier(whole.place_table),
        parts=sql.Identifier(cell.shape_table),
        cells=sql.Identifier(cell.place_table),
        code=sql.Literal(subject),
        of_district=sql.SQL("place.district_code = {}" if whole.own_code else "left(place.code, 6) = {}").format(
            sql.Literal(district_code)
        ),
        codes=sql.Literal(codes),
        at=sql.Literal(at),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())
