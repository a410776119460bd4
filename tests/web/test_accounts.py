"""Accounts and roles, by administrators."""

import re

import pytest

from gis.models import JournalLine, Membership, User
from gis.terms import Happening, Role
from tests.web.conftest import DISTRICT


@pytest.fixture
def steward(db) -> User:
    return User.objects.create_user(username="steward-1", password=None)


def test_an_account_is_made_and_its_password_shown_once(town, as_role, client):
    administrator = as_role(Role.ADMINISTRATOR, "")
    response = administrator.post("/new-account/", {"username": "wang", "display_name": "网格员一号"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    password = re.search(r'class="secret">([^<]+)<', response.content.decode())[1]
    assert client.login(username="wang", password=password)
    assert JournalLine.objects.get().happening == Happening.ACCOUNT_CREATED
    assert password not in administrator.get("/accounts/wang/").content.decode()


def test_a_name_that_is_taken_is_refused_in_words(town, as_role, steward):
    response = as_role(Role.ADMINISTRATOR, "").post("/new-account/", {"username": "steward-1"})
    assert response.status_code == 422
    assert "不能创建" in response.content.decode()


def test_a_role_is_given_and_ended(town, as_role, steward):
    administrator = as_role(Role.ADMINISTRATOR, "")
    form = {"role": "steward", "territory_code": f"{DISTRICT}001001"}
    response = administrator.post("/accounts/steward-1/roles/", form, follow=True)
    assert "角色已授予" in response.content.decode()
    membership = Membership.objects.get(user=steward)
    assert membership.role == Role.STEWARD
    response = administrator.post(f"/accounts/steward-1/roles/{membership.pk}/end/", follow=True)
    assert response.status_code == 200
    membership.refresh_from_db()
    assert membership.ends_on is not None


@pytest.mark.parametrize("territory_code", ["", "37", "abc", "37020200"])
def test_a_role_needs_a_territory(town, as_role, steward, territory_code):
    form = {"role": "steward", "territory_code": territory_code}
    response = as_role(Role.ADMINISTRATOR, "").post("/accounts/steward-1/roles/", form)
    assert response.status_code == 422
    assert not Membership.objects.filter(user=steward).exists()


def test_an_account_is_switched_off_and_on(town, as_role, steward):
    administrator = as_role(Role.ADMINISTRATOR, "")
    administrator.post("/accounts/steward-1/switch/", {"active": "no"})
    steward.refresh_from_db()
    assert not steward.is_active
    administrator.post("/accounts/steward-1/switch/", {"active": "yes"})
    steward.refresh_from_db()
    assert steward.is_active


def test_a_password_is_reset(town, as_role, steward):
    response = as_role(Role.ADMINISTRATOR, "").post("/accounts/steward-1/password/")
    assert "只显示这一次" in response.content.decode()
    steward.refresh_from_db()
    assert steward.has_usable_password()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_comes_near(town, as_role, steward, role):
    other = as_role(role)
    assert other.get("/accounts/").status_code == 403
    assert other.get("/accounts/steward-1/").status_code == 403
    assert other.get("/accounts/nobody/").status_code == 403, "not even whether a name exists"
    assert other.post("/new-account/", {"username": "x"}).status_code == 403
    for action in ["password", "switch", "roles", "roles/1/end"]:
        assert other.post(f"/accounts/steward-1/{action}/", {"role": "officer"}).status_code == 403
    assert User.objects.filter(username="x").count() == 0


def test_an_account_that_does_not_exist_is_not_there(town, as_role):
    assert as_role(Role.ADMINISTRATOR, "").get("/accounts/nobody/").status_code == 404


def test_changes_are_by_post_only(town, as_role, steward):
    administrator = as_role(Role.ADMINISTRATOR, "")
    for address in ["/new-account/", "/accounts/steward-1/password/", "/accounts/steward-1/switch/"]:
        assert administrator.get(address).status_code == 405
