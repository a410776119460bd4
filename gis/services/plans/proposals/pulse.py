"""A solve that others can see at work: alive, how far, and to be stopped. The pattern is that of imports.

The job holds a second connection with an advisory lock on it, which PostgreSQL lets go the moment the process dies: a
proposal being solved without that lock is broken, and nobody waits for a time-out. Progress is written there, the wish
to stop is read there; the solver itself works in a thread of its own and never touches the database.
"""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from threading import Event, Lock
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from psycopg.types.json import Jsonb

from gis.geometry.said import Said, kept, said
from gis.models import PlanProposal
from gis.services.territory.drafts.pulse import be_missed_when_gone, lock_key, second_line
from gis.terms import ProposalState

LOCK_CLASS = 20493
"""Advisory locks of proposals being solved: key a proposal's number."""

LOOK_EVERY_S = 0.3
"""Seconds between two looks at the proposal's row while the solver works."""

_CLAIM = """
    UPDATE gridwork_planproposal SET state = %s, started_at = clock_timestamp(), progress_share = 0, backend = %s
    WHERE id = %s AND state = %s
"""

_TELL = """
    UPDATE gridwork_planproposal SET progress_words = %s, progress_share = %s
    WHERE id = %s AND state = %s RETURNING cancel_asked
"""

Made = TypeVar("Made")


class Told:
    """How far a solve is, said by the solver's threads and read by the job's own; the wish to stop goes back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: tuple[Said, float] = (said("准备数据"), 0.0)
        self.stop = Event()

    def __call__(self, words: Said, share: float) -> None:
        """Say what is being done and which share of the whole is done, 0-1."""
        with self._lock:
            self._now = (words, min(max(share, 0.0), 1.0))

    @property
    def now(self) -> tuple[Said, float]:
        """Return what was said last."""
        with self._lock:
            return self._now


class Pulse:
    """The job's line to the proposal's row."""

    def __init__(self, line: Any, proposal_id: uuid.UUID) -> None:
        self._line = line
        self._proposal_id = proposal_id

    def watch(self, work: Callable[[Told], Made]) -> Made:
        """Return what some work gives; meanwhile tell how far it is, and pass on the wish to stop."""
        told = Told()
        with ThreadPoolExecutor(1, thread_name_prefix="proposal") as pool:
            future = pool.submit(work, told)
            try:
                while not wait([future], timeout=LOOK_EVERY_S).done:
                    if self._tell(told):
                        told.stop.set()
            except BaseException:
                told.stop.set()
                raise
            return future.result()

    def _tell(self, told: Told) -> bool:
        """Write how far the work is; return whether it is to stop: a person asked, or the row went on without it."""
        words, share = told.now
        with self._line.cursor() as cursor:
            cursor.execute(_TELL, [Jsonb(kept(words)), share, self._proposal_id, ProposalState.SOLVING.value])
            row = cursor.fetchone()
        return row is None or bool(row[0])


@contextmanager
def at_work(proposal_id: uuid.UUID) -> Iterator[tuple[PlanProposal, Pulse] | None]:
    """Take a waiting proposal up: yield it and its pulse, or None when nothing waits under this number any more."""
    be_missed_when_gone()
    line = second_line()
    try:
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, lock_key(proposal_id)])
            held = bool(cursor.fetchone()[0])
            backend = connection.connection.info.backend_pid
            waiting, solving = ProposalState.WAITING.value, ProposalState.SOLVING.value
            if held:
                cursor.execute(_CLAIM, [solving, backend, proposal_id, waiting])
            claimed = held and cursor.rowcount == 1
        proposal = PlanProposal.objects.select_related("plan", "by").filter(id=proposal_id).first() if claimed else None
        yield (proposal, Pulse(line, proposal_id)) if proposal is not None else None
    finally:
        with suppress(DatabaseError), line.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, lock_key(proposal_id)])
        line.close()


def is_at_work(proposal_id: uuid.UUID) -> bool:
    """Return whether a living job holds the proposal; asked inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, lock_key(proposal_id)])
        return not cursor.fetchone()[0]
