"""What happened: one line a change, written in the same transaction as the change. Append-only by trigger."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from gis.models import JournalLine, User
from gis.terms import Happening

COMMAND_LINE = "命令行"
"""How a doer without an account is called: the person at the server's own command line."""


class NoOpenTransaction(RuntimeError):
    """A journal line was written outside the transaction of the change that it tells of: a fault in the program."""


def write(
    happening: Happening,
    *,
    by: User | None,
    subject_kind: str,
    subject_code: str = "",
    district_code: str = "",
    summary: Mapping[str, Any] | None = None,
    by_name: str = "",
) -> JournalLine:
    """Add one line to the journal.

    Parameters
    ----------
    happening : what happened.
    by : the account that did it; None for the command line or the clock.
    subject_kind, subject_code : what it happened to: "grid" and a code, "account" and a user name.
    district_code : six digits of the district concerned, "" for none.
    summary : figures and codes (JSON); never personal data of residents.
    by_name : how the doer is called when there is no account; 命令行 unless given.

    Raises
    ------
    NoOpenTransaction : there is no transaction that would carry both the change and this line.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NoOpenTransaction(f"journal line {happening.value} outside a transaction")
    return JournalLine.objects.create(
        by=by,
        by_name=by_name or (by.get_username() if by is not None else COMMAND_LINE),
        happening=happening.value,
        subject_kind=subject_kind,
        subject_code=subject_code,
        district_code=district_code,
        summary=dict(summary or {}),
    )
