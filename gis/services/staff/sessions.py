"""Who came in, who left, who was turned away: network logs that the law asks for (Cyber-security Law art. 21)."""

from django.db import transaction

from gis import journal
from gis.models import User
from gis.terms import Happening

LONGEST_NAME = 150
"""Characters of a typed user name that are kept: what the account table itself would hold."""


@transaction.atomic
def note_sign_in(*, user: User, address: str) -> None:
    """Note that an account signed in from a network address."""
    _note(Happening.SIGNED_IN, user.get_username(), address, by=user)


@transaction.atomic
def note_sign_out(*, user: User, address: str) -> None:
    """Note that an account signed out."""
    _note(Happening.SIGNED_OUT, user.get_username(), address, by=user)


@transaction.atomic
def note_refused_sign_in(*, username: str, address: str) -> None:
    """Note a refused attempt to sign in under a user name. The password tried is never noted."""
    _note(Happening.SIGN_IN_FAILED, username, address, by=None)


def _note(happening: Happening, username: str, address: str, *, by: User | None) -> None:
    name = username.replace("\0", "")[:LONGEST_NAME]
    journal.write(
        happening,
        by=by,
        subject_kind="account",
        subject_code=name,
        summary={"address": address},
        by_name=name or "未知账号",
    )
