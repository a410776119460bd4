"""The demonstration's accounts: one a role, random passwords, told once."""

from django.db import transaction

from gis.models import User
from gis.services.staff.accounts import NewAccount, create_account, give_role, reset_password
from gis.terms import Role

WHOLE_CITY_ROLES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@transaction.atomic
def make_demo_accounts(*, district_code: str) -> dict[Role, NewAccount]:
    """Make one account for each role on the demonstration district; what is there already gets a new password.

    The administrator and the auditor hold the whole city, all others the district. Passwords are in the answer only.
    """
    made: dict[Role, NewAccount] = {}
    for role in Role:
        username = f"demo_{role.value}"
        known = User.objects.filter(username=username).first()
        if known is None:
            made[role] = create_account(username=username, display_name=f"{role.label}（演示）", by=None)
        else:
            made[role] = reset_password(user=known, by=None)
        territory_code = "" if role in WHOLE_CITY_ROLES else district_code
        if (
            not made[role]
            .user.memberships.filter(role=role.value, territory_code=territory_code, ends_on=None)
            .exists()
        ):
            give_role(user=made[role].user, role=role, territory_code=territory_code, by=None)
    return made
