"""Who took what away: lists, maps and packages that leave the platform as files."""

from django.db import transaction

from gis import journal
from gis.models import User
from gis.terms import Happening

LONGEST_NAME = 150
"""Characters of a file's name that the journal's subject holds; its summary has the whole."""


@transaction.atomic
def note_taken(*, file: str, size_bytes: int, by: User, district_code: str = "", rows: int | None = None) -> None:
    """Note that an account took a file away.

    Parameters
    ----------
    file : the name under which it was given out.
    rows : of a table, without its head.
    """
    summary = {"file": file, "bytes": size_bytes} | ({} if rows is None else {"rows": rows})
    journal.write(
        Happening.FILE_TAKEN,
        by=by,
        subject_kind="file",
        subject_code=file[:LONGEST_NAME],
        district_code=district_code,
        summary=summary,
    )
