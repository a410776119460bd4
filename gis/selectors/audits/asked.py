"""Which cases a worklist asks for: the filters that every question about the list takes, and their conditions."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Required, TypedDict

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from gis.models import Finding, Sighting
from gis.selectors.audits.rows import before_last
from gis.selectors.audits.runs import latest_run_id
from gis.selectors.territory.spelled import as_typed
from gis.terms import CaseState, Change, Clarity, FindingKind, Novelty

GRID_DIGITS = 15
TERRITORY_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")


class Asked(TypedDict, total=False):
    """What of a district's cases is asked for; a filter that is left out or empty lets everything pass.

    Without `states`, `changes` and `ids` the standing cases are meant: all but the verified ones, exceptions included.
    """

    district_code: Required[str]
    kinds: Collection[FindingKind]
    states: Collection[CaseState]
    clarities: Collection[Clarity]
    within: Sequence[str]
    """Code prefixes that the account may see: a case lies in one of them, or concerns it if it is a grid."""
    place: str
    """A district, street, community, grid or compound by its code: narrows, never widens, what `within` allows."""
    search: str
    """A part of a code or of a name of a place that the case concerns, or of how the name is read (望海苑 is found by
    wanghaiyuan, why and 望hai). Upper and lower case are the same.
    """
    assignees: Collection[int]
    """Numbers of accounts: whose cases."""
    unassigned: bool
    """Cases that nobody has; together with `assignees`, either will do."""
    changes: Collection[Change]
    """What the last run changed."""
    ids: Collection[int]


def asked_findings(asked: Asked) -> QuerySet[Finding]:
    """Return the cases asked for, in no order."""
    district_code = asked["district_code"]
    chosen = Finding.objects.filter(district_id=district_code)
    changes, ids = asked.get("changes", ()), asked.get("ids", ())
    if states := asked.get("states", ()):
        chosen = chosen.filter(state__in=list(states))
    elif not changes and not ids:
        chosen = chosen.exclude(state=CaseState.VERIFIED)
    if ids:
        chosen = chosen.filter(id__in=list(ids))
    if kinds := asked.get("kinds", ()):
        chosen = chosen.filter(kind__in=list(kinds))
    if clarities := asked.get("clarities", ()):
        chosen = chosen.filter(clarity__in=list(clarities))
    if within := asked.get("within", ()):
        chosen = chosen.filter(_any(within_code(code) for code in within))
    if place := asked.get("place", ""):
        chosen = chosen.filter(_in_place(place))
    if text := asked.get("search", "").strip():
        chosen = chosen.filter(id__in=_about(district_code, text))
    if changes:
        chosen = chosen.filter(_changed(district_code, changes))
    return _given_to(chosen, asked)


def _given_to(chosen: QuerySet[Finding], asked: Asked) -> QuerySet[Finding]:
    assignees, unassigned = asked.get("assignees", ()), asked.get("unassigned", False)
    if not assignees and not unassigned:
        return chosen
    return chosen.filter(Q(assigned_to__in=list(assignees)) | (Q(assigned_to=None) if unassigned else Q(pk__in=[])))


def within_code(code: str) -> Q:
    """Return the condition that a case lies in a territory, or concerns it when it is a grid."""
    return _concerns(code) if len(code) == GRID_DIGITS else Q(community_code__startswith=code)


def _concerns(code: str) -> Q:
    return Q(subjects__contains=[code])


def _in_place(code: str) -> Q:
    if len(code) == len("370212") and code.isdecimal():
        return Q(district_id=code) | _concerns(code)
    return Q(community_code__startswith=code) if TERRITORY_CODE.fullmatch(code) else _concerns(code)


def _any(conditions: Iterable[Q]) -> Q:
    either = Q()
    for condition in conditions:
        either |= condition
    return either


ABOUT = """
    SELECT finding.id FROM gridwork_finding finding, unnest(finding.subjects || finding.community_code) AS about(code)
    WHERE finding.district_code = %s AND (about.code ILIKE %s OR about.code IN (
        SELECT code FROM gridwork_compound AS place WHERE district_code = %s AND (name ILIKE %s OR {spelled})
        UNION ALL SELECT code FROM gridwork_grid AS place WHERE code LIKE %s AND (name ILIKE %s OR {spelled})
        UNION ALL SELECT code FROM gridwork_community AS place WHERE code LIKE %s AND (name ILIKE %s OR {spelled})))
"""
"""Hashed on the places' side: a text that names all 50 000 grids of a city costs no more than one that names none."""


def _about(district_code: str, text: str) -> RawSQL:
    """Return the numbers of the findings about a place whose code or name holds `text`, or whose name is read so."""
    part = "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
    inside = f"{district_code}%"
    about = ABOUT.replace("{spelled}", as_typed(text).condition.as_string().replace("%", "%%"))
    return RawSQL(about, (district_code, part, district_code, part, inside, part, inside, part))  # noqa: S611


def _changed(district_code: str, changes: Collection[Change]) -> Q:
    """Return the condition that the last run said one of `changes` of a case."""
    run_id = latest_run_id(district_code)
    if run_id is None:
        return Q(pk__in=[])
    return _any(Q(id__in=sightings_of(change, run_id).values("finding")) for change in changes)


def sightings_of(change: Change, run_id: int) -> QuerySet[Sighting]:
    """Return what a run said of the cases that it found changed so."""
    seen = Sighting.objects.filter(run=run_id)
    if change is Change.NEW:
        return seen.filter(novelty=Novelty.NEW)
    if change is Change.RESOLVED:
        return seen.filter(novelty=Novelty.RESOLVED)
    return seen.filter(novelty=Novelty.KNOWN).annotate(before=before_last(run_id)).exclude(before=F("clarity"))
