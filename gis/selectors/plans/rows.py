"""Plans as people read them: one, many, what was done to one, what was said about it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from gis import policy
from gis.models import CrosswalkRow, HandOver, JournalLine, Plan, PlanComment, PlanOperation, User
from gis.selectors.plans.refusals import UnknownPlan
from gis.speech import in_words
from gis.terms import Action, HandOverWay, PlanFollows, PlanState

PLAN = "plan"
"""The subject of a plan's journal lines."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as a list or a page shows it.

    `done` operations are in effect, `undone` more can be made again, `locks` are grids that no edit changes. `figures`
    is the last check, `figures_version` the version that it looked at. `failure` says why a scheduled plan could not
    come into force ("" otherwise).
    """

    id: uuid.UUID
    district_code: str
    title: str
    reason: str
    state: PlanState
    version: int
    author: str
    author_id: int
    created_at: datetime
    touched_at: datetime
    base_at: datetime
    communities: tuple[str, ...]
    branch_of: uuid.UUID | None
    follows: uuid.UUID | None
    follows_as: PlanFollows | None
    done: int
    undone: int
    locks: tuple[str, ...]
    submitted_at: datetime | None
    approver: str
    decided_at: datetime | None
    decision: str
    in_force_from: datetime | None
    in_force_at: datetime | None
    failure: str
    figures: dict[str, Any]
    figures_version: int | None


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One edit of a plan; `in_effect` is False for one that was undone."""

    number: int
    edit: dict[str, Any]
    text: str
    figures: dict[str, Any]
    by: str
    at: datetime
    in_effect: bool


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A remark; `place` is longitude and latitude."""

    id: int
    by: str
    at: datetime
    text: str
    grid: str
    place: tuple[float, float] | None
    resolved_at: datetime | None
    resolved_by: str


@dataclass(frozen=True, slots=True)
class CrosswalkLine:
    """Land that a plan in force took from one grid to another (or that stayed: `from_grid` = `to_grid`)."""

    from_grid: str
    to_grid: str
    area_m2: float
    households: int
    buildings: int
    noise: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """What leaves or joins a grid and the steward who answers for it ("" where the post is vacant)."""

    grid: str
    steward: str
    way: HandOverWay
    other_grid: str
    compound: str
    buildings: int
    households: int
    area_m2: float


def plan(plan_id: uuid.UUID | str, user: User | None) -> PlanRow:
    """Return one plan; `user` None is the platform itself, which sees all.

    Raises
    ------
    UnknownPlan : there is none of this number, or the account may not see it.
    """
    found = _rows().filter(id=_number(plan_id)).first()
    if found is None or (user is not None and not may_see(found, user)):
        raise unknown(plan_id)
    return plan_row(found)


def plans(
    user: User,
    *,
    district_code: str = "",
    communities: Iterable[str] = (),
    states: Iterable[PlanState] = (),
    author_id: int | None = None,
    offset: int = 0,
    limit: int = 100,
) -> tuple[int, list[PlanRow]]:
    """Return how many plans an account may see under some filters, and some of them, the newest first."""
    mine = policy.territories(user, Action.VIEW_PLAN)
    chosen = _rows().filter(_in_districts(mine))
    if district_code:
        chosen = chosen.filter(district_id=district_code)
    if wanted := list(communities):
        chosen = chosen.filter(communities__overlap=wanted)
    if stands := [state.value for state in states]:
        chosen = chosen.filter(state__in=stands)
    if author_id is not None:
        chosen = chosen.filter(author_id=author_id)
    drafters = {*policy.territories(user, Action.EDIT_PLAN), *policy.territories(user, Action.APPROVE_PLAN)}
    seen = [one for one in chosen if _visible(one, mine, sorted(drafters))]
    return len(seen), [plan_row(one) for one in seen[offset : offset + limit]]


def operations(plan_id: uuid.UUID | str) -> list[OperationRow]:
    """Return a plan's edits in order, the undone ones too."""
    listed = PlanOperation.objects.filter(plan_id=_number(plan_id)).select_related("by").annotate(done=F("plan__done"))
    return [
        OperationRow(
            number=one.number,
            edit=one.edit,
            text=str(in_words(one.text)),
            figures=one.figures,
            by=str(one.by),
            at=one.at,
            in_effect=one.number <= one.done,
        )
        for one in listed.order_by("number")
    ]


def comments(plan_id: uuid.UUID | str) -> list[CommentRow]:
    """Return what was said about a plan, the oldest first."""
    listed = PlanComment.objects.filter(plan_id=_number(plan_id)).select_related("by", "resolved_by")
    return [
        CommentRow(
            id=one.pk,
            by=str(one.by),
            at=one.at,
            text=one.text,
            grid=one.grid,
            place=(one.place.x, one.place.y) if one.place else None,
            resolved_at=one.resolved_at,
            resolved_by=str(one.resolved_by) if one.resolved_by else "",
        )
        for one in listed
    ]


def crosswalk_of(plan_id: uuid.UUID | str) -> list[CrosswalkLine]:
    """Return which grid follows which by a plan in force; nothing for one that is not."""
    listed = CrosswalkRow.objects.filter(plan_id=_number(plan_id)).order_by("from_grid", "to_grid")
    names = ("from_grid", "to_grid", "area_m2", "households", "buildings", "noise", "kept")
    return [CrosswalkLine(*row) for row in listed.values_list(*names)]


def lineage_of(grid_code: str) -> list[tuple[uuid.UUID, datetime, CrosswalkLine]]:
    """Return every step in which a grid's land came from or went to another code, the oldest first."""
    listed = CrosswalkRow.objects.filter(Q(from_grid=grid_code) | Q(to_grid=grid_code), noise=False)
    rows = listed.select_related("plan").order_by("plan__in_force_from", "from_grid", "to_grid")
    return [
        (
            row.plan_id,
            row.plan.in_force_from,
            CrosswalkLine(row.from_grid, row.to_grid, row.area_m2, row.households, row.buildings, row.noise, row.kept),
        )
        for row in rows
        if row.plan.in_force_from is not None
    ]


def hand_overs_of(plan_id: uuid.UUID | str, *, steward: str = "") -> list[HandOverLine]:
    """Return a plan's hand-over list, of one steward (user name) when named."""
    listed = HandOver.objects.filter(plan_id=_number(plan_id)).select_related("post__steward")
    if steward:
        listed = listed.filter(post__steward__username=steward)
    return [
        HandOverLine(
            grid=one.grid,
            steward=one.post.steward.get_username() if one.post else "",
            way=HandOverWay(one.way),
            other_grid=one.other_grid,
            compound=one.compound,
            buildings=one.buildings,
            households=one.households,
            area_m2=one.area_m2,
        )
        for one in listed
    ]


def changes_since(plan_id: uuid.UUID, *, version: int, district_code: str, since: datetime) -> list[JournalLine]:
    """Return the journal lines of what was done to a plan after a version, the oldest first."""
    lines = JournalLine.objects.filter(
        district_code=district_code, at__gte=since, subject_kind=PLAN, subject_code=str(plan_id)
    )
    return list(lines.filter(summary__version__gt=version).order_by("id"))


def may_see(found: Plan, user: User) -> bool:
    """Say whether an account may see a plan that concerns one of its communities.

    Drafts are for those who draw and decide, the rest for leaders too. To act on it takes all of its communities.
    """
    held = policy.territories_of_each([Action.VIEW_PLAN, Action.EDIT_PLAN, Action.APPROVE_PLAN], user)
    drafters = {*held[Action.EDIT_PLAN], *held[Action.APPROVE_PLAN]}
    return _visible(found, held[Action.VIEW_PLAN], sorted(drafters))


def unknown(plan_id: object) -> UnknownPlan:
    """Return the refusal of a plan that is not there, or not for this account."""
    return UnknownPlan(_("没有编号为 %(id)s 的调整方案，或您无权查看。") % {"id": plan_id})


def plan_row(found: Plan) -> PlanRow:
    """Return a plan as a row."""
    undone = getattr(found, "drawn", None)
    drawn = PlanOperation.objects.filter(plan=found).count() if undone is None else undone
    figures = dict(found.figures)
    return PlanRow(
        id=found.id,
        district_code=found.district_id,
        title=found.title,
        reason=found.reason,
        state=PlanState(found.state),
        version=found.version,
        author=str(found.author),
        author_id=found.author_id,
        created_at=found.created_at,
        touched_at=found.touched_at,
        base_at=found.base_at,
        communities=tuple(found.communities),
        branch_of=found.branch_of_id,
        follows=found.follows_id,
        follows_as=PlanFollows(found.follows_as) if found.follows_as else None,
        done=found.done,
        undone=drawn - found.done,
        locks=tuple(found.locks),
        submitted_at=found.submitted_at,
        approver=str(found.approver) if found.approver else "",
        decided_at=found.decided_at,
        decision=found.decision,
        in_force_from=found.in_force_from,
        in_force_at=found.in_force_at,
        failure=str(in_words(found.failure.get("text", ""))),
        figures=in_words(figures),
        figures_version=figures.get("version"),
    )


def _rows() -> QuerySet[Plan]:
    return Plan.objects.select_related("author", "approver").annotate(drawn=Count("operations"))


def _visible(found: Plan, mine: Sequence[str], drafters: Sequence[str]) -> bool:
    seen_by = drafters if found.state == PlanState.DRAFT else mine
    return bool(seen_by) and any(code.startswith(tuple(seen_by)) for code in found.communities)


def _in_districts(prefixes: Sequence[str]) -> Q:
    chosen = Q(pk__in=[])
    for prefix in prefixes:
        chosen |= Q(district__code__startswith=prefix[:6])
    return chosen


def _number(plan_id: uuid.UUID | str) -> uuid.UUID:
    if isinstance(plan_id, uuid.UUID):
        return plan_id
    try:
        return uuid.UUID(plan_id)
    except ValueError:
        raise unknown(plan_id) from None
