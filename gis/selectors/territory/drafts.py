"""Uploads on their way to an import, and the imports made: what their author, and a district's officers, may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from gis.models import AuditRun, ImportDraft, ImportRecord, User
from gis.speech import doer, in_words
from gis.terms import DRAFTS_AT_WORK, DraftState, LayerKind, RunState


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One upload as its author sees it; `progress_share` is 0-1, `record` the import that came of it."""

    id: uuid.UUID
    kind: LayerKind
    state: DraftState
    file_name: str
    file_names: list[str]
    size_bytes: int
    created_at: datetime
    touched_at: datetime
    choices: dict[str, Any]
    preview: dict[str, Any]
    report: dict[str, Any]
    edition: str
    rule: str
    reason: str
    queued_at: datetime | None
    started_at: datetime | None
    cancel_asked: bool
    progress_share: float
    progress_words: str
    progress_at: datetime | None
    record: int | None

    @property
    def at_work(self) -> bool:
        """Whether a job is at work on it, or waits for a worker."""
        return self.state in DRAFTS_AT_WORK


def draft_of(draft_id: uuid.UUID, *, by: User) -> DraftRow | None:
    """Return an author's own draft, None for one that is not there or another's."""
    draft = ImportDraft.objects.filter(id=draft_id, by=by).first()
    return None if draft is None else _row(draft)


def drafts_of(by: User) -> list[DraftRow]:
    """Return an author's drafts, the newest first, without their previews and reports."""
    return [_row(draft) for draft in ImportDraft.objects.filter(by=by).defer("preview", "report")]


def _row(draft: ImportDraft) -> DraftRow:
    unread = draft.get_deferred_fields()
    return DraftRow(
        id=draft.pk,
        kind=LayerKind(draft.kind),
        state=DraftState(draft.state),
        file_name=draft.file_name,
        file_names=draft.file_names,
        size_bytes=draft.size_bytes,
        created_at=draft.created_at,
        touched_at=draft.touched_at,
        choices=draft.choices,
        preview={} if "preview" in unread else in_words(draft.preview),
        report={} if "report" in unread else in_words(draft.report),
        edition=draft.edition,
        rule=draft.rule,
        reason=in_words(draft.reason),
        queued_at=draft.queued_at,
        started_at=draft.started_at,
        cancel_asked=draft.cancel_asked,
        progress_share=draft.progress_share,
        progress_words=in_words(draft.progress_words),
        progress_at=draft.progress_at,
        record=draft.record_id,
    )


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One committed import."""

    id: int
    kind: LayerKind
    file_name: str
    source: str
    district_code: str
    by: str
    at: datetime
    in_force_from: datetime
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Some imports, the newest first, and how many there are in all."""

    total: int
    rows: list[ImportRow]


def imports_within(within: Sequence[str], *, offset: int = 0, limit: int = 50) -> ImportPage:
    """Return committed imports of the districts that some code prefixes touch; "" among them is everything."""
    chosen = ImportRecord.objects.all()
    if "" not in within:
        chosen = chosen.filter(Q(district_code__in=[code[:6] for code in within]))
    rows = chosen.order_by("-at", "-id")[offset : offset + limit]
    return ImportPage(chosen.count(), [_import_row(record) for record in rows])


def import_row(record_id: int) -> ImportRow | None:
    """Return one committed import."""
    record = ImportRecord.objects.filter(id=record_id).first()
    return None if record is None else _import_row(record)


def _import_row(record: ImportRecord) -> ImportRow:
    return ImportRow(
        id=record.pk,
        kind=LayerKind(record.kind),
        file_name=record.file_name,
        source=record.source,
        district_code=record.district_code,
        by=doer(record.by_name),
        at=record.at,
        in_force_from=record.in_force_from,
        counts=record.counts,
    )


@dataclass(frozen=True, slots=True)
class AuditOfImport:
    """The audit that followed an import: how many findings are new, known and resolved; `reason` why it failed."""

    run_id: int
    state: RunState
    district_code: str
    new: int
    known: int
    resolved: int
    reason: str


def audit_of_import(record_id: int) -> AuditOfImport | None:
    """Return the audit that looked at an import: its own, or a full run that saw it; None while there is none."""
    record = ImportRecord.objects.filter(id=record_id).first()
    if record is None:
        return None
    own = Q(cause__regex=rf"""([（(]{record_id}[)）]|"id": {record_id}}}}})$""")  # as text, and as it was said
    full = Q(state=RunState.DONE, last_import_id__gte=record_id, district__code=record.district_code)
    run = AuditRun.objects.filter(own | full, started_at__gte=record.at).order_by("-started_at").first()
    if run is None:
        return None
    return AuditOfImport(
        run_id=run.pk,
        state=RunState(run.state),
        district_code=run.district_id,
        new=run.new_count or 0,
        known=run.known_count or 0,
        resolved=run.resolved_count or 0,
        reason=in_words(run.reason),
    )


def sources_known(*, limit: int = 50) -> list[str]:
    """Return who supplied files before, the most recent first."""
    rows = ImportRecord.objects.exclude(source="").order_by("-at").values_list("source", flat=True)[:500]
    return list(dict.fromkeys(rows))[:limit]
