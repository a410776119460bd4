"""Imports in the browser: the work on an upload, and the tidying up. Names are stable: queued jobs carry them."""

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from gis.services.territory import drafts

WAIT_FOR_THE_OTHER = RetryStrategy(max_attempts=20, wait=3, retry_exceptions={drafts.StillAtWork})
"""A job that was told to stop needs a moment to let go."""


@app.task(name="gis.imports.read_draft", retry=WAIT_FOR_THE_OTHER)
def read_draft(*, draft_id: str, attempt: int) -> None:
    """Read an upload for its author to confirm."""
    drafts.read_draft(draft_id=uuid.UUID(draft_id), attempt=attempt)


@app.task(name="gis.imports.plan_draft", retry=WAIT_FOR_THE_OTHER)
def plan_draft(*, draft_id: str, attempt: int) -> None:
    """Make the dry run of an upload."""
    drafts.plan_draft(draft_id=uuid.UUID(draft_id), attempt=attempt)


@app.task(name="gis.imports.commit_draft", retry=WAIT_FOR_THE_OTHER)
def commit_draft(*, draft_id: str, attempt: int) -> None:
    """Import an upload."""
    drafts.commit_draft(draft_id=uuid.UUID(draft_id), attempt=attempt)


@app.periodic(cron="* * * * *")
@app.task(name="gis.imports.close_broken_drafts")
def close_broken_drafts(timestamp: int) -> int:  # noqa: ARG001 - the scheduler passes it
    """Close drafts whose worker died; returns how many."""
    return drafts.close_broken_drafts()


@app.periodic(cron="40 16 * * *")
@app.task(name="gis.imports.expire_drafts")
def expire_drafts(timestamp: int) -> int:  # noqa: ARG001
    """Let uploads expire that nobody came back to; returns how many. 16:40 UTC is 00:40 in China."""
    return drafts.expire_drafts()
