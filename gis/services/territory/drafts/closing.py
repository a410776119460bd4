"""Drafts that nobody carries on: a job whose process died, an upload that nobody came back to."""

import shutil
import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gis.geometry.said import said
from gis.models import ImportDraft
from gis.services.territory.drafts import storing
from gis.services.territory.drafts.opening import ENDED
from gis.services.territory.drafts.pulse import AT_WORK, is_at_work
from gis.services.territory.drafts.running import note_failure
from gis.terms import DRAFTS_AT_WORK, DraftState

INCOMING_KEPT_S = 24 * 3600
"""Seconds after which an upload that never came to a draft is deleted: its server died while it grew."""


def close_if_broken(draft_id: uuid.UUID) -> bool:
    """Mark a draft FAILED whose job's process died; return whether that was so. Nothing of its work was written."""
    with transaction.atomic():
        if is_at_work(draft_id):
            return False
        draft = (
            ImportDraft.objects.select_for_update(of=["self"])
            .select_related("by")
            .filter(id=draft_id, state__in=AT_WORK, started_at__isnull=False)
            .first()
        )
        if draft is None:
            return False
        reason = said(
            "后台进程在“{step}”时中断，没有写入任何数据；上传的文件还在，请重新试算后再导入。",
            step=draft.progress_words or DraftState(draft.state),
        )
        draft.state, draft.rule, draft.reason = DraftState.FAILED.value, "draft.worker_died", reason
        draft.backend, draft.cancel_asked = None, False
        draft.save()
        note_failure(draft, draft.rule, reason)
        return True


def close_broken_drafts() -> int:
    """Close every draft whose job's process died; return how many."""
    started = ImportDraft.objects.filter(state__in=AT_WORK, started_at__isnull=False)
    return sum(close_if_broken(draft_id) for draft_id in list(started.values_list("id", flat=True)))


def expire_drafts() -> int:
    """Let uploads expire that nobody touched for IMPORT_DRAFT_DAYS, with their files; return how many.

    The lines of ended drafts go after as many days again; what was imported stays in the import records.
    """
    kept = timedelta(days=settings.IMPORT_DRAFT_DAYS)
    now = timezone.now()
    untouched = ImportDraft.objects.filter(touched_at__lt=now - kept)
    open_ones = untouched.exclude(state__in=[state.value for state in (*ENDED, *DRAFTS_AT_WORK)])
    expired = open_ones.update(
        state=DraftState.EXPIRED.value, preview={}, report={}, reason=said("超过保留期限，上传的文件已删除。")
    )
    ended = ImportDraft.objects.filter(touched_at__lt=now - kept, state__in=_ended())
    for draft_id in ended.values_list("id", flat=True):
        storing.forget(draft_id)
    ended.filter(touched_at__lt=now - 2 * kept).delete()
    _sweep()
    return expired


def _ended() -> list[str]:
    return [state.value for state in ENDED]


def _sweep() -> None:
    """Delete what no draft owns any more."""
    for path in storing.incoming().iterdir():
        if time.time() - path.stat().st_mtime > INCOMING_KEPT_S:
            path.unlink(missing_ok=True)
    known = {str(draft_id) for draft_id in ImportDraft.objects.values_list("id", flat=True)}
    for folder in storing.root().iterdir():
        old = time.time() - folder.stat().st_mtime > INCOMING_KEPT_S
        if folder.is_dir() and folder.name != "incoming" and folder.name not in known and old:
            shutil.rmtree(folder, ignore_errors=True)
