"""Make accounts and give roles. `by` is the administrator; None is the person at the server's own command line."""

import secrets
import string
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis import journal, policy
from gis.geometry.errors import GridworkError
from gis.models import WHOLE_CITY, Membership, User
from gis.terms import Action, Happening, Role

PASSWORD_LENGTH = 20
"""Characters of a random password out of 57: about 116 bits."""

READABLE = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")
"""Characters that a person copies from paper without doubt."""


class AccountRefused(GridworkError):
    """An account or a role cannot be made as asked."""

    rule = "staff.refused"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account just made and its password, which is shown once and stored nowhere."""

    user: User
    password: str


def random_password() -> str:
    """Return a random password that holds small and capital letters and a digit."""
    while True:
        password = "".join(secrets.choice(READABLE) for _place in range(PASSWORD_LENGTH))
        if (
            any(c.islower() for c in password)
            and any(c.isupper() for c in password)
            and any(c.isdigit() for c in password)
        ):
            return password


@transaction.atomic
def create_account(*, username: str, by: User | None, display_name: str = "") -> NewAccount:
    """Make an account with a random password and no role.

    Raises
    ------
    NotYours : `by` is not an administrator.
    AccountRefused : the user name is taken or not allowed.
    """
    _require_some_administration(by)
    user = User(username=username, display_name=display_name)
    password = random_password()
    user.set_password(password)
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        said = "；".join(error.messages)
        raise AccountRefused(_("账号 %(name)s 不能创建：%(said)s") % {"name": username, "said": said}) from error
    user.save()
    journal.write(Happening.ACCOUNT_CREATED, by=by, subject_kind="account", subject_code=username)
    return NewAccount(user, password)


@transaction.atomic
def reset_password(*, user: User, by: User | None) -> NewAccount:
    """Give an account a new random password; all its sessions end."""
    _require_some_administration(by)
    password = random_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    journal.write(
        Happening.ACCOUNT_CHANGED,
        by=by,
        subject_kind="account",
        subject_code=user.get_username(),
        summary={"changed": "password"},
    )
    return NewAccount(user, password)


@transaction.atomic
def change_own_password(*, user: User, password: str) -> None:
    """Give an account the password that its person chose within the rules for passwords; its other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    journal.write(
        Happening.ACCOUNT_CHANGED,
        by=user,
        subject_kind="account",
        subject_code=user.get_username(),
        summary={"changed": "password", "own": True},
    )


@transaction.atomic
def switch_account(*, user: User, active: bool, by: User | None) -> User:
    """Switch an account off or on again. Accounts are never deleted: the journal names them."""
    _require_some_administration(by)
    user.is_active = active
    user.save(update_fields=["is_active"])
    journal.write(
        Happening.ACCOUNT_CHANGED,
        by=by,
        subject_kind="account",
        subject_code=user.get_username(),
        summary={"changed": "active", "active": active},
    )
    return user


@transaction.atomic
def give_role(
    *,
    user: User,
    role: Role,
    territory_code: str,
    by: User | None,
    begins_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Give an account a role on a territory from a day on (today unless given).

    Raises
    ------
    NotYours : `by` does not administer this territory.
    AccountRefused : an administrator's own account, a territory that is no place code, the whole city for a role that
        is bound to a district, or a role that the account already holds then.
    """
    if by is not None:
        policy.require(by, Action.MANAGE_STAFF, territory_code)
        if by.pk == user.pk:
            raise AccountRefused(_("不能给自己的账号授予角色；请由另一位管理员办理。"), rule="staff.own_role")
    _check_territory(role, territory_code)
    membership = Membership(
        user=user,
        role=role.value,
        territory_code=territory_code,
        begins_on=begins_on or timezone.localdate(),
        ends_on=ends_on,
    )
    if membership.ends_on is not None and membership.ends_on < membership.begins_on:
        raise AccountRefused(_("角色的结束日期早于开始日期；请改正日期。"), rule="staff.period")
    try:
        with transaction.atomic():
            membership.save()
    except IntegrityError as error:
        raise AccountRefused(
            _("账号 %(name)s 在该时段已有同一角色和范围；无需重复授予。") % {"name": user.get_username()},
            rule="staff.role_held",
        ) from error
    _note_role(Happening.MEMBERSHIP_GIVEN, membership, by=by)
    return membership


@transaction.atomic
def end_role(*, membership_id: int, by: User | None, ends_on: date | None = None) -> Membership:
    """End a role on a day (today unless given, which is its last).

    Raises
    ------
    AccountRefused : there is no such role, or it would end before it begins.
    """
    membership = Membership.objects.select_for_update().filter(pk=membership_id).first()
    if membership is None:
        raise AccountRefused(_("没有这个角色记录；请刷新页面后重试。"), rule="staff.role_unknown")
    if by is not None:
        policy.require(by, Action.MANAGE_STAFF, membership.territory_code)
    last = ends_on or timezone.localdate()
    if last < membership.begins_on:
        raise AccountRefused(_("角色的结束日期早于开始日期；请改正日期。"), rule="staff.period")
    membership.ends_on = last
    membership.save(update_fields=["ends_on"])
    _note_role(Happening.MEMBERSHIP_ENDED, membership, by=by)
    return membership


def _require_some_administration(by: User | None) -> None:
    """An account belongs to no territory, so an administrator of any may make one."""
    if by is not None and not policy.territories(by, Action.MANAGE_STAFF):
        policy.require(by, Action.MANAGE_STAFF, WHOLE_CITY)


def _check_territory(role: Role, territory_code: str) -> None:
    if territory_code == WHOLE_CITY:
        if role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
            raise AccountRefused(
                _("角色“%(role)s”必须限定到区、街道、社区或网格；请填写区划编码。") % {"role": role.label},
                rule="staff.territory_missing",
            )
        return
    if not (territory_code.isascii() and territory_code.isdigit() and len(territory_code) in {6, 9, 12, 15}):
        raise AccountRefused(
            _("范围“%(code)s”不是区划编码；应为 6、9、12 或 15 位数字。") % {"code": territory_code},
            rule="staff.territory",
        )


def _note_role(happening: Happening, membership: Membership, *, by: User | None) -> None:
    journal.write(
        happening,
        by=by,
        subject_kind="account",
        subject_code=membership.user.get_username(),
        district_code=membership.territory_code[:6],
        summary={
            "role": membership.role,
            "territory": membership.territory_code,
            "begins_on": membership.begins_on.isoformat(),
            "ends_on": membership.ends_on.isoformat() if membership.ends_on else None,
        },
    )
