"""Questions about accounts, roles and posts."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from gis import policy
from gis.models import JournalLine, Membership, StewardPost, User
from gis.terms import Action, Role


@dataclass(frozen=True, slots=True)
class Duty:
    """A role on a territory as a page shows it."""

    membership_id: int
    role: Role
    territory_code: str
    begins_on: date
    ends_on: date | None


def account(username: str) -> User | None:
    """Return the account of this user name, None when there is none."""
    return User.objects.filter(username=username).first()


def username(account_id: int | None) -> str:
    """Return an account's user name, "" when there is none of this number."""
    if account_id is None:
        return ""
    return User.objects.filter(id=account_id).values_list("username", flat=True).first() or ""


def accounts() -> QuerySet[User]:
    """Return all accounts with their memberships fetched, by user name."""
    return User.objects.order_by("username").prefetch_related(
        Prefetch("memberships", queryset=Membership.objects.order_by("role", "territory_code", "begins_on"))
    )


def duties_of(user: User, *, on: date | None = None) -> list[Duty]:
    """Return the roles that an account holds on a day (today unless given)."""
    day = on or timezone.localdate()
    held = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), user=user, begins_on__lte=day)
    return [
        Duty(
            membership_id=membership.pk,
            role=Role(membership.role),
            territory_code=membership.territory_code,
            begins_on=membership.begins_on,
            ends_on=membership.ends_on,
        )
        for membership in held.order_by("territory_code", "role")
    ]


@dataclass(frozen=True, slots=True)
class Officer:
    """An account that works on cases: on which code prefixes, and how colleagues call it."""

    id: int
    username: str
    name: str
    territories: tuple[str, ...]


def officers(*, district_code: str, on: date | None = None) -> list[Officer]:
    """Return who may triage findings in a district or in a part of it on a day (today unless given), by name.

    A case may be given to an officer one of whose `territories` its own territory starts with.
    """
    day = on or timezone.localdate()
    held = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        begins_on__lte=day,
        role__in=[role.value for role in policy.MAY[Action.TRIAGE_FINDING]],
        user__is_active=True,
    ).select_related("user")
    held = held.filter(Q(territory_code="") | Q(territory_code__startswith=district_code))
    territories: dict[User, list[str]] = {}
    for membership in held.order_by("territory_code"):
        territories.setdefault(membership.user, []).append(membership.territory_code)
    found = [Officer(user.pk, user.get_username(), str(user), tuple(where)) for user, where in territories.items()]
    return sorted(found, key=lambda officer: (officer.name, officer.id))


def steward_of(grid_code: str, *, at: datetime | None = None) -> User | None:
    """Return who answers for a grid at a moment (now unless given), None when nobody does."""
    post = (
        StewardPost.objects.select_related("steward")
        .filter(grid_id=grid_code, in_force__contains=at or timezone.now())
        .first()
    )
    return post.steward if post else None


def journal(*, district_code: str = "", limit: int = 200) -> list[JournalLine]:
    """Return the newest journal lines, of one district when a code is given, with their doers fetched."""
    lines = JournalLine.objects.select_related("by")
    if district_code:
        lines = lines.filter(district_code=district_code)
    return list(lines[:limit])
