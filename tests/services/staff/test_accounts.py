"""Accounts and roles: who may make them, what is refused, what the journal says."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from gis import policy
from gis.models import JournalLine, Membership, User
from gis.policy import NotYours
from gis.services.staff import (
    AccountRefused,
    create_account,
    end_role,
    give_role,
    make_demo_accounts,
    note_refused_sign_in,
    note_sign_in,
    note_sign_out,
    reset_password,
    switch_account,
)
from gis.terms import Action, Happening, Role

pytestmark = pytest.mark.django_db

DISTRICT = "370202"


def administrator(territory_code: str = "") -> User:
    user = create_account(username=f"admin{territory_code}", by=None).user
    give_role(user=user, role=Role.ADMINISTRATOR, territory_code=territory_code, by=None)
    return user


def happened() -> list[str]:
    return list(JournalLine.objects.order_by("id").values_list("happening", flat=True))


def test_a_new_account_has_a_random_password_and_no_role() -> None:
    one, other = create_account(username="zhang", by=None), create_account(username="li", by=None)
    assert one.user.check_password(one.password)
    assert one.password != other.password
    validate_password(one.password, one.user)
    assert all(not policy.territories(one.user, action) for action in Action)
    assert happened() == [Happening.ACCOUNT_CREATED, Happening.ACCOUNT_CREATED]
    assert one.password not in str(JournalLine.objects.first())


def test_a_user_name_is_taken_once() -> None:
    create_account(username="zhang", by=None)
    with pytest.raises(AccountRefused, match="zhang"):
        create_account(username="zhang", by=None)
    with pytest.raises(AccountRefused):
        create_account(username="a b\n", by=None)
    assert User.objects.count() == 1


def test_only_an_administrator_makes_accounts() -> None:
    plain = create_account(username="zhang", by=None).user
    for act in (
        lambda: create_account(username="li", by=plain),
        lambda: reset_password(user=plain, by=plain),
        lambda: switch_account(user=plain, active=False, by=plain),
    ):
        with pytest.raises(NotYours):
            act()
    assert create_account(username="li", by=administrator(DISTRICT)).user.pk


def test_an_administrator_gives_roles_on_the_own_territory_to_others() -> None:
    local, user = administrator(DISTRICT), create_account(username="zhang", by=None).user
    give_role(user=user, role=Role.OFFICER, territory_code=DISTRICT + "001", by=local)
    with pytest.raises(NotYours):
        give_role(user=user, role=Role.OFFICER, territory_code="370203", by=local)
    with pytest.raises(NotYours):
        give_role(user=user, role=Role.AUDITOR, territory_code="", by=local)
    with pytest.raises(AccountRefused, match="自己"):
        give_role(user=local, role=Role.OFFICER, territory_code=DISTRICT, by=local)
    assert Membership.objects.filter(user=user).count() == 1


@pytest.mark.parametrize(
    ("role", "code", "rule"),
    [
        (Role.OFFICER, "", "staff.territory_missing"),
        (Role.OFFICER, "3702", "staff.territory"),
        (Role.OFFICER, "３７０２０２", "staff.territory"),
    ],
)
def test_a_territory_is_a_code(role: Role, code: str, rule: str) -> None:
    user = create_account(username="zhang", by=None).user
    with pytest.raises(AccountRefused) as refusal:
        give_role(user=user, role=role, territory_code=code, by=None)
    assert refusal.value.rule == rule


def test_a_role_is_held_once_and_ends_on_its_day() -> None:
    user = create_account(username="zhang", by=None).user
    today = timezone.localdate()
    held = give_role(user=user, role=Role.OFFICER, territory_code=DISTRICT, by=None, begins_on=today - timedelta(9))
    with pytest.raises(AccountRefused, match="无需重复"):
        give_role(user=user, role=Role.OFFICER, territory_code=DISTRICT, by=None)
    assert policy.may(user, Action.IMPORT_LAYER, DISTRICT)
    end_role(membership_id=held.pk, by=None, ends_on=today - timedelta(1))
    assert not policy.may(user, Action.IMPORT_LAYER, DISTRICT)
    with pytest.raises(AccountRefused, match="早于"):
        end_role(membership_id=held.pk, by=None, ends_on=today - timedelta(10))
    with pytest.raises(AccountRefused, match="没有这个角色"):
        end_role(membership_id=0, by=None)
    with pytest.raises(AccountRefused, match="早于"):
        give_role(
            user=user, role=Role.LEADER, territory_code=DISTRICT, by=None, begins_on=today, ends_on=today - timedelta(1)
        )


def test_a_switched_off_account_may_nothing() -> None:
    user = create_account(username="zhang", by=None).user
    give_role(user=user, role=Role.OFFICER, territory_code=DISTRICT, by=None)
    switch_account(user=user, active=False, by=None)
    assert not policy.may(user, Action.VIEW_MAP, DISTRICT)
    switch_account(user=user, active=True, by=None)
    assert policy.may(user, Action.VIEW_MAP, DISTRICT)


def test_signing_in_and_out_is_noted_without_the_password() -> None:
    user = create_account(username="zhang", by=None).user
    note_sign_in(user=user, address="192.0.2.1")
    note_sign_out(user=user, address="192.0.2.1")
    note_refused_sign_in(username="x" * 300 + "\0", address="192.0.2.2")
    assert happened()[1:] == [Happening.SIGNED_IN, Happening.SIGNED_OUT, Happening.SIGN_IN_FAILED]
    last = JournalLine.objects.get(happening=Happening.SIGN_IN_FAILED.value)
    assert (last.by, len(last.subject_code), last.summary) == (None, 150, {"address": "192.0.2.2"})


def test_the_demonstration_has_one_account_a_role() -> None:
    made = make_demo_accounts(district_code=DISTRICT)
    assert set(made) == set(Role)
    assert all(account.user.check_password(account.password) for account in made.values())
    assert len({account.password for account in made.values()}) == len(Role)
    again = make_demo_accounts(district_code=DISTRICT)
    assert again[Role.LEADER].password != made[Role.LEADER].password
    assert (User.objects.count(), Membership.objects.count()) == (len(Role), len(Role))
