"""What lies on the desk beside a plan: who drew it, what is said of it, what has changed below it, which are open."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import shapely
from django.db.models import Count, Max, Q
from django.utils import timezone

from gis.models import Community, Finding, PlanComment, PlanGround, PlanOperation, Street, User
from gis.selectors.plans.base import base_facts, fingerprint_of
from gis.selectors.plans.rows import PlanRow
from gis.selectors.territory.kinds import SHAPED
from gis.selectors.territory.layers import shapes_of, wkb
from gis.selectors.territory.places import names_of
from gis.selectors.territory.spelled import as_typed
from gis.speech import in_words
from gis.terms import CaseState, Clarity, FindingKind, LayerKind, PlanState

STREET_DIGITS, COMMUNITY_DIGITS = 9, 12
OPEN = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.APPROVED, PlanState.SCHEDULED)
MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class LogLine:
    """One edit of a plan in words; `in_effect` is False for one that was undone."""

    number: int
    text: str
    by: str
    at: Any
    in_effect: bool


def log_of(plan: PlanRow, *, limit: int | None = None) -> list[LogLine]:
    """Return a plan's edits in words, the newest first, without what they were made of."""
    listed = PlanOperation.objects.filter(plan=plan.id).select_related("by").order_by("-number")
    rows = listed.defer("edit", "figures")[:limit]
    return [LogLine(row.number, str(in_words(row.text)), str(row.by), row.at, row.number <= plan.done) for row in rows]


@dataclass(frozen=True, slots=True)
class Drew:
    """Who made how many of a plan's edits in effect, the last of them when."""

    by: str
    count: int
    last_at: Any


def doers_of(plan: PlanRow) -> list[Drew]:
    """Return who drew a plan, the busiest first."""
    rows = PlanOperation.objects.filter(plan=plan.id, number__lte=plan.done).order_by().values("by")
    counted = list(rows.annotate(count=Count("number"), last_at=Max("at")).order_by("-count", "by"))
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=[row["by"] for row in counted])}
    return [Drew(names[row["by"]], row["count"], row["last_at"]) for row in counted]


def unresolved_comments(plan_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many remarks nobody has dealt with, of each of some plans that have any."""
    rows = PlanComment.objects.filter(plan__in=list(plan_ids), resolved_at__isnull=True).order_by()
    return dict(rows.values("plan").annotate(count=Count("id")).values_list("plan", "count"))


@dataclass(frozen=True, slots=True)
class BaseChange:
    """A boundary on a plan's land that is no longer the one it starts from; `place` is longitude and latitude."""

    kind: LayerKind
    code: str
    name: str
    how: Literal["new", "gone", "redrawn"]
    place: tuple[float, float] | None


def base_changes(plan: PlanRow) -> list[BaseChange]:
    """Return what lies otherwise today than where an open plan starts from; nothing for one that has ended."""
    if plan.state not in OPEN:
        return []
    ground = PlanGround.objects.only("fingerprint", "facts").get(plan=plan.id)
    today = base_facts(plan.communities, timezone.now())
    if fingerprint_of(today) == ground.fingerprint:
        return []
    found: list[BaseChange] = []
    for part, kind in (("grids", LayerKind.GRID), ("compounds", LayerKind.COMPOUND)):
        found += _changes(kind, ground.facts.get(part, {}), today[part], plan.district_code)
    return found


def _changes(kind: LayerKind, before: dict[str, int], now: dict[str, int], district_code: str) -> list[BaseChange]:
    codes = sorted(code for code in {*before, *now} if before.get(code) != now.get(code))[:MOST_CHANGES]
    names = names_of(kind, codes, district_code=district_code)
    model: Any = SHAPED[kind].boundary
    rows = model._default_manager.filter(pk__in=[now.get(code) or before[code] for code in codes])
    drawn = list(rows.annotate(stored=wkb()).values_list("place__code", "stored"))
    points = shapely.point_on_surface(shapes_of(stored for _code, stored in drawn))
    places = {code: (round(point.x, 7), round(point.y, 7)) for (code, _), point in zip(drawn, points, strict=True)}
    return [
        BaseChange(
            kind,
            code,
            names.get(code, ""),
            "new" if code not in before else "gone" if code not in now else "redrawn",
            places.get(code),
        )
        for code in codes
    ]


@dataclass(frozen=True, slots=True)
class Offered:
    """A community for which a plan can be opened, with the compounds whose crossing still stands there."""

    code: str
    name: str
    street: str
    crossed: int


def communities_offered(district_code: str, prefixes: Sequence[str], *, search: str = "") -> list[Offered]:
    """Return the communities of a district under some code prefixes, by code; narrowed by name, pinyin or code."""
    today = timezone.localdate()
    rows = Community.objects.filter(code__startswith=district_code, established_on__lte=today)
    rows = rows.exclude(retired_on__lte=today)
    if search:
        rows = rows.filter(Q(code__startswith=search) | Q(name__contains=search) | _spelled(search))
    listed = [row for row in rows.order_by("code").values_list("code", "name") if row[0].startswith(tuple(prefixes))]
    standing = Finding.objects.filter(
        district_id=district_code, kind=FindingKind.COMPOUND_CROSSED.value, clarity=Clarity.CLEAR.value
    ).exclude(state__in=[CaseState.VERIFIED.value, CaseState.EXCEPTED.value])
    crossed = dict(
        standing.order_by().values("community_code").annotate(n=Count("id")).values_list("community_code", "n")
    )
    streets = dict(Street.objects.filter(district__code=district_code).values_list("code", "name"))
    return [Offered(code, name, streets.get(code[:STREET_DIGITS], ""), crossed.get(code, 0)) for code, name in listed]


def _spelled(search: str) -> Q:
    pattern = as_typed(search).pattern
    return Q(spelling__regex=pattern) if pattern else Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Cause:
    """The crossing for which a plan is wanted."""

    compound: str
    name: str
    communities: tuple[str, ...]
    width_m: float
    households: int


def cause_of(district_code: str, compound_code: str) -> Cause | None:
    """Return the crossing of a compound that stands, and the communities of its grids; None where there is none."""
    found = Finding.objects.filter(
        district_id=district_code, kind=FindingKind.COMPOUND_CROSSED.value, subjects__0=compound_code
    ).exclude(state=CaseState.VERIFIED.value)
    one = found.order_by("-id").first()
    if one is None:
        return None
    communities = sorted({grid[:COMMUNITY_DIGITS] for grid in one.subjects[1:]} or {one.community_code})
    name = names_of(LayerKind.COMPOUND, [compound_code], district_code=district_code).get(compound_code, "")
    return Cause(compound_code, name, tuple(communities), one.width_m, one.households or 0)


def measured(plan: PlanRow, kind: FindingKind) -> dict[str, tuple[float, int]]:
    """Return width in metres and households of the cases that a plan's check names, by what they are about.

    A plan's check asks of a width only whether it matters; how wide a place is was measured when it was found.
    """
    told = [one for name in ("resolved", "known") for one in plan.figures.get(name, ()) if one["kind"] == kind.value]
    rows = Finding.objects.filter(
        district_id=plan.district_code, kind=kind.value, subjects__0__in=[one["subjects"][0] for one in told]
    )
    return {
        subjects[0]: (width_m, households)
        for subjects, width_m, households in rows.order_by("id").values_list("subjects", "width_m", "households")
    }


def names_called(district_code: str, codes: Collection[str]) -> dict[str, str]:
    """Return the names of compounds, grids and communities among some codes."""
    names: dict[str, str] = {}
    for kind in (LayerKind.COMPOUND, LayerKind.GRID, LayerKind.COMMUNITY):
        names |= names_of(kind, codes, district_code=district_code)
    return {code: name for code, name in names.items() if name}
