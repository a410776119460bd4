"""Who may: role × action × territory, one table. Every service asks here before it changes anything."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.errors import GridworkError
from gis.models import WHOLE_CITY, Membership, User
from gis.terms import Action, Role

MAY: dict[Action, frozenset[Role]] = {
    Action.VIEW_MAP: frozenset(Role),
    Action.IMPORT_LAYER: frozenset({Role.OFFICER}),
    Action.RUN_AUDIT: frozenset({Role.OFFICER, Role.APPROVER}),
    Action.TRIAGE_FINDING: frozenset({Role.OFFICER}),
    Action.ACCEPT_EXCEPTION: frozenset({Role.APPROVER}),
    Action.CHANGE_RULES: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Action.CHANGE_IMPRINT: frozenset({Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR}),
    Action.MANAGE_STAFF: frozenset({Role.ADMINISTRATOR}),
    Action.READ_JOURNAL: frozenset({Role.AUDITOR}),
    Action.VIEW_PLAN: frozenset({Role.OFFICER, Role.APPROVER, Role.LEADER}),
    Action.EDIT_PLAN: frozenset({Role.OFFICER}),
    Action.APPROVE_PLAN: frozenset({Role.APPROVER}),
}
"""Duties are separated: who imports does not accept exceptions, who manages accounts does not touch boundaries, and
only the security auditor reads the journal (等保 level 3: administrator, operator and auditor are three)."""


class NotYours(GridworkError):
    """The account has no role that allows this action on this territory."""

    rule = "policy.not_yours"


def territories(user: User | AnonymousUser, action: Action, *, on: date | None = None) -> list[str]:
    """Return the code prefixes on which `user` may do `action` on a day (today unless given), shortest first.

    An empty string in the list means everywhere. An account that is switched off may nothing, a superuser no more than
    its roles say.
    """
    return territories_of_each([action], user, on=on)[action]


def territories_of_each(
    actions: Iterable[Action], user: User | AnonymousUser, *, on: date | None = None
) -> dict[Action, list[str]]:
    """Return for each of some actions what `territories` gives, asked for at once."""
    wanted = list(actions)
    if not isinstance(user, User) or not user.is_active:
        return {action: [] for action in wanted}
    day = on or timezone.localdate()
    asked = sorted({role.value for action in wanted for role in MAY[action]})
    held = list(
        Membership.objects.filter(user=user, role__in=asked, begins_on__lte=day)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
        .values_list("role", "territory_code")
    )
    return {
        action: sorted({code for role, code in held if role in MAY[action]}, key=lambda code: (len(code), code))
        for action in wanted
    }


def may(user: User | AnonymousUser, action: Action, territory_code: str) -> bool:
    """Return whether `user` may do `action` on the whole of a territory; "" is the whole city."""
    return any(territory_code.startswith(prefix) for prefix in territories(user, action))


def require(user: User | AnonymousUser, action: Action, territory_code: str) -> None:
    """Refuse with NotYours unless `user` may do `action` on the whole of a territory."""
    if may(user, action, territory_code):
        return
    where = territory_code if territory_code != WHOLE_CITY else _("全市")
    raise NotYours(
        _("您的账号无权在 %(where)s %(action)s；请联系系统管理员授予相应角色。")
        % {"where": where, "action": action.label}
    )
