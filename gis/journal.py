"""What happened: one line a change, written in the same transaction as the change. Append-only by trigger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gis.models import JournalLine, User
from gis.terms import Happening

BATCH = 1000
"""Lines a statement."""

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
    _require_transaction(happening)
    line = Entry(subject_kind, subject_code, district_code, summary or {}).line(happening, by, by_name)
    line.save()
    return line


@dataclass(frozen=True, slots=True)
class Entry:
    """What one of several lines about the same happening says of its own subject."""

    subject_kind: str
    subject_code: str
    district_code: str
    summary: Mapping[str, Any]

    def line(self, happening: Happening, by: User | None, by_name: str) -> JournalLine:
        """Return the line, not yet written."""
        return JournalLine(
            by=by,
            by_name=by_name or (by.get_username() if by is not None else COMMAND_LINE),
            happening=happening.value,
            subject_kind=self.subject_kind,
            subject_code=self.subject_code,
            district_code=self.district_code,
            summary=dict(self.summary),
        )


def write_many(happening: Happening, entries: Iterable[Entry], *, by: User | None, by_name: str = "") -> None:
    """Add a line for each of many subjects that one act changed; see `write`.

    Raises
    ------
    NoOpenTransaction : there is no transaction that would carry both the changes and these lines.
    """
    _require_transaction(happening)
    JournalLine.objects.bulk_create([entry.line(happening, by, by_name) for entry in entries], batch_size=BATCH)


def _require_transaction(happening: Happening) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise NoOpenTransaction(f"journal line {happening.value} outside a transaction")
