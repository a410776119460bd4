"""What PostgreSQL refuses about roles and posts."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from gis.models import Membership, StewardPost, User
from gis.terms import Role
from tests.models.conftest import Territory

BEGINS = date(2024, 1, 1)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("officer")


@pytest.mark.parametrize(
    ("role", "code", "ends_on", "constraint"),
    [
        ("officer", "", None, "membership_whole_city_is_for_administrators_and_auditors"),
        ("officer", "3702", None, "membership_territory_is_a_code"),
        ("mayor", "370202", None, "membership_role_is_known"),
        ("officer", "370202", date(2023, 12, 31), "membership_ends_after_it_begins"),
    ],
)
def test_a_membership_is_on_a_territory_for_a_time(
    user: User, role: str, code: str, ends_on: date | None, constraint: str
) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Membership.objects.create(user=user, role=role, territory_code=code, begins_on=BEGINS, ends_on=ends_on)
    # A daterange whose end lies before its beginning is refused by the range itself, before the CHECK.
    assert constraint in str(refusal.value) or "range lower bound" in str(refusal.value)


def test_a_role_is_held_once_at_a_time(user: User) -> None:
    held = {"user": user, "role": Role.OFFICER.value, "territory_code": "370202"}
    Membership.objects.create(**held, begins_on=BEGINS, ends_on=date(2024, 6, 30))
    Membership.objects.create(**held, begins_on=date(2024, 7, 1))
    with pytest.raises(IntegrityError, match="membership_once_at_a_time"), transaction.atomic():
        Membership.objects.create(**held, begins_on=date(2024, 6, 30))


def test_a_grid_has_one_steward_at_a_time(territory: Territory, user: User) -> None:
    grid, other = territory.grid(1), User.objects.create_user("other")
    turn = datetime(2025, 1, 1, tzinfo=UTC)
    StewardPost.objects.create(steward=user, grid=grid, in_force=(datetime(2024, 1, 1, tzinfo=UTC), turn))
    StewardPost.objects.create(steward=other, grid=grid, in_force=(turn, None))
    with pytest.raises(IntegrityError, match="stewardpost_one_steward_at_a_time"), transaction.atomic():
        StewardPost.objects.create(steward=user, grid=grid, in_force=(turn, None))
