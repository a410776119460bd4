"""One table says who may what, and a territory is a prefix of codes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from gis import policy
from gis.models import Membership, User
from gis.policy import NotYours
from gis.terms import Action, Role

STREET = "370202001"


def holder(role: Role, territory_code: str, **more: object) -> User:
    user = User.objects.create_user(f"{role.value}{territory_code}")
    Membership.objects.create(
        user=user, role=role.value, territory_code=territory_code, **({"begins_on": timezone.localdate()} | more)
    )
    return user


def test_every_action_stands_in_the_table() -> None:
    assert set(policy.MAY) == set(Action)
    assert all(policy.MAY.values())


def test_duties_are_separated() -> None:
    assert not policy.MAY[Action.IMPORT_LAYER] & policy.MAY[Action.ACCEPT_EXCEPTION]
    assert not policy.MAY[Action.MANAGE_STAFF] & policy.MAY[Action.IMPORT_LAYER]
    assert policy.MAY[Action.READ_JOURNAL] == {Role.AUDITOR}


@pytest.mark.django_db
def test_a_role_holds_for_every_code_under_its_territory() -> None:
    officer = holder(Role.OFFICER, STREET)
    assert policy.may(officer, Action.IMPORT_LAYER, STREET)
    assert policy.may(officer, Action.IMPORT_LAYER, STREET + "001001")
    assert not policy.may(officer, Action.IMPORT_LAYER, "370202")
    assert not policy.may(officer, Action.IMPORT_LAYER, "370202002")
    assert not policy.may(officer, Action.IMPORT_LAYER, "")
    assert policy.territories(officer, Action.IMPORT_LAYER) == [STREET]
    assert policy.territories(officer, Action.MANAGE_STAFF) == []


@pytest.mark.django_db
def test_the_whole_city_is_every_territory() -> None:
    auditor = holder(Role.AUDITOR, "")
    assert policy.may(auditor, Action.READ_JOURNAL, "")
    assert policy.may(auditor, Action.READ_JOURNAL, STREET)
    assert not policy.may(auditor, Action.IMPORT_LAYER, STREET)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("begins_in", "ends_in", "held"), [(0, 0, True), (0, None, True), (1, None, False), (-9, -1, False)]
)
def test_a_role_holds_from_its_first_day_to_its_last(begins_in: int, ends_in: int | None, held: bool) -> None:
    today = timezone.localdate()
    ends_on = None if ends_in is None else today + timedelta(ends_in)
    officer = holder(Role.OFFICER, STREET, begins_on=today + timedelta(begins_in), ends_on=ends_on)
    assert policy.may(officer, Action.IMPORT_LAYER, STREET) is held


@pytest.mark.django_db
def test_strangers_and_superusers_have_no_more_than_their_roles() -> None:
    assert policy.territories(AnonymousUser(), Action.VIEW_MAP) == []
    root = User.objects.create_superuser("root")
    assert not policy.may(root, Action.VIEW_MAP, STREET)
    with pytest.raises(NotYours, match="导入图层"):
        policy.require(root, Action.IMPORT_LAYER, STREET)
    with pytest.raises(NotYours, match="全市"):
        policy.require(root, Action.IMPORT_LAYER, "")
