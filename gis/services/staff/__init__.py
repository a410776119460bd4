"""Accounts, roles and signing in."""

from gis.services.staff.accounts import (
    AccountRefused,
    NewAccount,
    change_own_password,
    create_account,
    end_role,
    give_role,
    reset_password,
    switch_account,
)
from gis.services.staff.demonstration import make_demo_accounts
from gis.services.staff.sessions import note_refused_sign_in, note_sign_in, note_sign_out
from gis.services.staff.takings import note_taken

__all__ = [
    "AccountRefused",
    "NewAccount",
    "change_own_password",
    "create_account",
    "end_role",
    "give_role",
    "make_demo_accounts",
    "note_refused_sign_in",
    "note_sign_in",
    "note_sign_out",
    "note_taken",
    "reset_password",
    "switch_account",
]
