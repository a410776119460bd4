"""The worklist: pages of it, numbers beside its filters, what stands beside one case in it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Unpack

from django.db.models import Count, F, Q, QuerySet

from gis.models import Finding, Sighting
from gis.selectors.audits.asked import Asked, asked_findings, sightings_of
from gis.selectors.audits.cursors import Order, beside, ordered, past, read_cursor
from gis.selectors.audits.rows import FindingRow, Said, finding_rows
from gis.selectors.audits.runs import latest_run_id
from gis.terms import CaseState, Change, Clarity, FindingKind, Novelty

NEEDS_ACTION = frozenset({CaseState.FOUND})
"""States in which a case waits for a person to look at it."""


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Some rows of the worklist and how many there are in all; `next` and `previous` are cursors, "" at the ends."""

    total: int
    rows: list[FindingRow]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """All cases of a worklist in its order, by number alone; `needing` are those that wait for this account."""

    ids: list[int]
    needing: list[int]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands beside a case in a worklist; `position` counts from 1 and is 0 when the case is not in the list."""

    previous: int | None
    next: int | None
    next_needing: int | None
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many cases each choice of a filter would show while the other filters stay as they are.

    `assignees` counts by account, None for nobody; `communities` by code, "" for land in no community.
    """

    total: int
    kinds: dict[FindingKind, int] = field(default_factory=dict)
    clarities: dict[Clarity, int] = field(default_factory=dict)
    states: dict[CaseState, int] = field(default_factory=dict)
    assignees: dict[int | None, int] = field(default_factory=dict)
    communities: dict[str, int] = field(default_factory=dict)


def findings(
    *, order: Order = "width", offset: int = 0, limit: int = 50, cursor: str = "", **asked: Unpack[Asked]
) -> FindingPage:
    """Return a page of the worklist; see `Asked` for the filters.

    Paging is by `cursor` (a page's `next` or `previous`), which stays right while cases move, or by `offset`.

    Raises
    ------
    WrongCursor : the cursor is none of ours, or of another order.
    """
    chosen = asked_findings(asked)
    at = read_cursor(cursor, order) if cursor else None
    backwards = at is not None and at.backwards
    rest = chosen.filter(past(at)) if at else chosen
    some = list(_listed(rest.order_by(*ordered(order, backwards=backwards)))[offset : offset + limit + 1])
    more, some = len(some) > limit, some[:limit]
    if backwards:
        some.reverse()
    after, before = (True, more) if backwards else (more, at is not None or offset > 0)
    return FindingPage(
        total=chosen.count(),
        rows=finding_rows(asked["district_code"], some),
        next=beside(some[-1], order).written() if some and after else "",
        previous=beside(some[0], order, backwards=True).written() if some and before else "",
    )


def _listed(cases: QuerySet[Finding]) -> QuerySet[Finding]:
    """Leave out the shapes: a list draws none, and they are most of a row's bytes."""
    return cases.select_related("assigned_to").defer("place", "cut")


def index(*, order: Order = "width", for_account: int | None = None, **asked: Unpack[Asked]) -> Index:
    """Return the numbers of all cases asked for, in order, and which of them wait for an account."""
    listed = asked_findings(asked).order_by(*ordered(order)).values_list("id", "state", "assigned_to_id")
    rows = list(listed)
    needing = [pk for pk, state, whose in rows if state in NEEDS_ACTION and whose in (None, for_account)]
    return Index([pk for pk, _state, _whose in rows], needing)


def neighbours(
    *, finding_id: int, order: Order = "width", for_account: int | None = None, **asked: Unpack[Asked]
) -> Neighbours:
    """Return what stands beside a case, also when the case itself has meanwhile left the list.

    `next_needing` is the next case that waits for the account, from the top again where none comes after.
    """
    chosen = asked_findings(asked)
    total = chosen.count()
    case = Finding.objects.filter(id=finding_id).defer("place", "cut").first()
    if case is None:
        return Neighbours(None, None, None, 0, total)
    ahead = chosen.filter(past(beside(case, order, backwards=True)))
    behind = chosen.filter(past(beside(case, order)))
    waiting = Q(state__in=list(NEEDS_ACTION)) & (Q(assigned_to=None) | Q(assigned_to=for_account))
    return Neighbours(
        previous=_first(ahead.order_by(*ordered(order, backwards=True))),
        next=_first(behind.order_by(*ordered(order))),
        next_needing=_first(behind.filter(waiting).order_by(*ordered(order)))
        or _first(ahead.filter(waiting).order_by(*ordered(order))),
        position=ahead.count() + 1 if chosen.filter(id=finding_id).exists() else 0,
        total=total,
    )


def _first(cases: QuerySet[Finding]) -> int | None:
    return cases.values_list("id", flat=True).first()


def facets(**asked: Unpack[Asked]) -> Facets:
    """Return the numbers beside the filters: each filter counted under the others, in two queries."""
    cells = (
        asked_findings(_without_choices(asked))
        .values_list("kind", "clarity", "state", "assigned_to_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    lets_pass = _lets_pass(asked)
    counted: list[Counter[Any]] = [Counter() for _choice in lets_pass]
    total = 0
    for *choices, count in cells:
        passed = [allowed is None or choice in allowed for choice, allowed in zip(choices, lets_pass, strict=True)]
        total += count if all(passed) else 0
        for n, choice in enumerate(choices):
            if all(passed[:n] + passed[n + 1 :]):
                counted[n][choice] += count
    kinds, clarities, states, assignees = counted
    return Facets(
        total=total,
        kinds={FindingKind(word): count for word, count in kinds.items()},
        clarities={Clarity(word): count for word, count in clarities.items()},
        states={CaseState(word): count for word, count in states.items()},
        assignees=dict(assignees),
        communities=_by_community(asked),
    )


def _without_choices(asked: Asked) -> Asked:
    """Return the filters without those that have numbers beside them, and with the verified cases."""
    return {
        "district_code": asked["district_code"],
        "within": asked.get("within", ()),
        "place": asked.get("place", ""),
        "search": asked.get("search", ""),
        "changes": asked.get("changes", ()),
        "ids": asked.get("ids", ()),
        "states": list(CaseState),
    }


def _lets_pass(asked: Asked) -> tuple[Collection[Any] | None, ...]:
    """Return the kinds, classes, states and accounts that the filters let pass; None where any will do."""
    states: Collection[CaseState] = asked.get("states", ())
    if not states and not asked.get("changes") and not asked.get("ids"):
        states = set(CaseState) - {CaseState.VERIFIED}
    whose = [*asked.get("assignees", ()), *([None] if asked.get("unassigned") else [])]
    return asked.get("kinds") or None, asked.get("clarities") or None, states or None, whose or None


def _by_community(asked: Asked) -> dict[str, int]:
    anywhere = asked.copy()
    anywhere.pop("place", None)
    counted = asked_findings(anywhere).values_list("community_code").annotate(count=Count("id"))
    return dict(counted.order_by("community_code"))


def standing(**asked: Unpack[Asked]) -> dict[FindingKind, dict[Clarity, int]]:
    """Return how many cases of the worklist there are of each kind and class."""
    counted: dict[FindingKind, dict[Clarity, int]] = {}
    cells = asked_findings(asked).values_list("kind", "clarity").annotate(count=Count("id")).order_by()
    for kind, clarity, count in cells:
        counted.setdefault(FindingKind(kind), {})[Clarity(clarity)] = count
    return counted


def change_counts(**asked: Unpack[Asked]) -> dict[Change, int]:
    """Return how many cases the last run found new, resolved or of another class, under the other filters."""
    run_id = latest_run_id(asked["district_code"])
    if run_id is None:
        return {}
    any_time = asked.copy()
    any_time.pop("changes", None)
    any_time["states"] = any_time.get("states") or list(CaseState)  # what was settled is among them
    chosen = asked_findings(any_time)
    return {change: sightings_of(change, run_id).filter(finding__in=chosen).count() for change in Change}


def comparison(*, run_id: int) -> dict[Novelty, list[FindingRow]]:
    """Return what a run said against the one before: new, known and resolved findings, the widest first."""
    said = {
        finding_id: Said(Novelty(word))
        for finding_id, word in Sighting.objects.filter(run=run_id).values_list("finding_id", "novelty")
    }
    cases = _listed(Finding.objects.filter(id__in=said).order_by(F("width_m").desc(), "id"))
    rows: dict[Novelty, list[FindingRow]] = {word: [] for word in Novelty}
    for row in finding_rows("", list(cases), said):
        rows[row.novelty].append(row)
    return rows
