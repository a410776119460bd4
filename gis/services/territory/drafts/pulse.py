"""A job that others can see at work: alive, how far, and to be stopped, while its own transaction is still open.

The job holds a second connection. On it lies an advisory lock, which PostgreSQL lets go the moment the process dies:
a draft at work without that lock is broken, and nothing has to wait for a time-out. Progress is written there too, and
the wish to stop is read there.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from gis.geometry.said import said
from gis.models import ImportDraft
from gis.models.spoken import fitted
from gis.services.territory.drafts.refusals import Overtaken, StillAtWork, Stopped
from gis.terms import DRAFT_MOVES, DRAFTS_AT_WORK, DraftState

LOCK_CLASS = 20492
"""Advisory locks of drafts at work: key a draft's number."""

WRITE_EVERY_S = 0.3
"""Seconds between two looks at the draft's row, unless the step changes."""

LOOK_EVERY = "2s"
"""How often the database looks whether a job at work is still there."""

STEP_LENGTH = 120
"""Room for the name of a step in the draft's row."""

AT_WORK = [state.value for state in DRAFTS_AT_WORK]

_CLAIM = """
    UPDATE gridwork_importdraft
    SET started_at = clock_timestamp(), progress_at = clock_timestamp(), progress_share = 0, backend = %s
    WHERE id = %s AND attempt = %s AND started_at IS NULL AND state = ANY(%s)
"""

_TELL = """
    UPDATE gridwork_importdraft SET progress_words = %s, progress_share = %s, progress_at = clock_timestamp()
    WHERE id = %s AND attempt = %s RETURNING cancel_asked
"""


def lock_key(draft_id: uuid.UUID) -> int:
    """Return a draft's key among PostgreSQL's advisory locks (32 bits, signed)."""
    return int.from_bytes(draft_id.bytes[:4], "big", signed=True)


class Pulse:
    """Tells how far a job is, from the job's own thread; raises Stopped once the person asked for that."""

    def __init__(self, line: Any, draft_id: uuid.UUID, attempt: int) -> None:
        self._line = line
        self._draft_id = draft_id
        self._attempt = attempt
        self._told: tuple[str, float] = ("", 0.0)

    def __call__(self, step: str, share: float) -> None:
        """Write the step and the share of the whole that is done, 0-1."""
        now = time.monotonic()
        if step == self._told[0] and now - self._told[1] < WRITE_EVERY_S:
            return
        self._told = (step, now)
        with self._line.cursor() as cursor:
            cursor.execute(_TELL, [fitted(step, STEP_LENGTH), min(max(share, 0.0), 1.0), self._draft_id, self._attempt])
            row = cursor.fetchone()
        if row is None:
            raise Overtaken(said("这份文件已在别处继续处理。"))
        if row[0]:
            raise Stopped(said("已按要求停止，没有写入任何数据。"))

    def part(self, begin: float, end: float) -> Callable[[str, float], None]:
        """Return a progress of one part of the work: its 0-1 is `begin`-`end` of the whole."""
        return lambda step, share: self(step, begin + (end - begin) * share)

    def stop_asked(self) -> bool:
        """Return whether the person asked the job to stop."""
        with self._line.cursor() as cursor:
            cursor.execute("SELECT cancel_asked FROM gridwork_importdraft WHERE id = %s", [self._draft_id])
            row = cursor.fetchone()
        return row is not None and bool(row[0])


def be_missed_when_gone() -> None:
    """Have PostgreSQL look for the job's process while a long statement runs: a dead one's locks go at once.

    Where its platform cannot look, the locks go when the statement ends.
    """
    with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('client_connection_check_interval', %s, false)", [LOOK_EVERY])


def second_line() -> Any:
    """Open a connection of its own to the same database: what is written there is seen at once."""
    return connection.copy()


@contextmanager
def at_work(draft_id: uuid.UUID, attempt: int) -> Iterator[tuple[ImportDraft, Pulse] | None]:
    """Take a draft's job up: yield the draft and its pulse, or None when this attempt is no longer wanted.

    Raises
    ------
    StillAtWork : an earlier job of the draft has not let go.
    """
    be_missed_when_gone()
    line = second_line()
    try:
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, lock_key(draft_id)])
            if not cursor.fetchone()[0]:
                raise StillAtWork(said("上一个任务尚未结束；稍后自动再试。"))
            cursor.execute(_CLAIM, [connection.connection.info.backend_pid, draft_id, attempt, AT_WORK])
            claimed = cursor.rowcount == 1
        draft = ImportDraft.objects.select_related("by").filter(id=draft_id).first() if claimed else None
        yield (draft, Pulse(line, draft_id, attempt)) if draft is not None else None
    finally:
        _let_go(line, draft_id)


def _let_go(line: Any, draft_id: uuid.UUID) -> None:
    """Give the lock back by name: a pooled connection is not closed, only returned."""
    with suppress(DatabaseError), line.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, lock_key(draft_id)])
    line.close()


def is_at_work(draft_id: uuid.UUID) -> bool:
    """Return whether a living job holds the draft; asked inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, lock_key(draft_id)])
        return not cursor.fetchone()[0]


def move(draft: ImportDraft, to: DraftState, **changes: Any) -> None:
    """Move a draft on from where its job found it, in the caller's transaction.

    Raises
    ------
    Overtaken : it no longer stands there: the job was declared dead, or stopped. Roll back.
    """
    origin = DraftState(draft.state)
    assert to in DRAFT_MOVES[origin], (origin, to)
    moved = ImportDraft.objects.filter(id=draft.pk, attempt=draft.attempt, state=origin.value).update(
        state=to.value, touched_at=Now(), backend=None, cancel_asked=False, **changes
    )
    if not moved:
        raise Overtaken(said("这份文件已在别处继续处理。"))
    draft.state = to.value


@transaction.atomic
def move_now(draft: ImportDraft, to: DraftState, **changes: Any) -> None:
    """Move a draft on in a transaction of its own."""
    move(draft, to, **changes)
