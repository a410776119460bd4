"""The first administrator comes from the command line; the demonstration's passwords are printed once."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gis import policy
from gis.models import User
from gis.terms import Action, Role

pytestmark = pytest.mark.django_db


def said_by(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_first_administrator() -> None:
    name, password = said_by("create_account", "root").split()
    user = User.objects.get(username=name)
    assert user.check_password(password)
    assert policy.may(user, Action.MANAGE_STAFF, "")


def test_a_refused_role_leaves_no_account() -> None:
    with pytest.raises(CommandError, match="必须限定"):
        said_by("create_account", "officer", "--role", "officer")
    assert User.objects.count() == 0


def test_the_demonstration_accounts_are_printed() -> None:
    told = json.loads(said_by("make_demo_accounts", "--district", "370202", "--json"))["accounts"]
    assert {account["role"] for account in told} == {role.value for role in Role}
    assert all(User.objects.get(username=a["username"]).check_password(a["password"]) for a in told)
    assert "demo_leader" in said_by("make_demo_accounts", "--district", "370202")
