"""What a person does with an upload: bring it, have it read again, try it, import it, stop it, leave it."""

import shutil
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app

from gis import journal, policy
from gis.geometry.said import said
from gis.models import ImportDraft, User
from gis.services.followups import follow_up
from gis.services.territory.drafts import storing
from gis.services.territory.drafts.choices import ImportChoices
from gis.services.territory.drafts.refusals import DraftRefused, WrongDraftMove
from gis.services.territory.drafts.storing import Upload
from gis.terms import DRAFT_MOVES, DRAFTS_AT_WORK, Action, DraftState, Happening, LayerKind

OPEN_AT_MOST = 20
"""Uploads of one account that wait to be imported: each may take the disk space of a whole city."""

ENDED = (DraftState.DONE, DraftState.CANCELLED, DraftState.EXPIRED)

JOBS = {
    DraftState.READING: "gis.imports.read_draft",
    DraftState.PLANNING: "gis.imports.plan_draft",
    DraftState.COMMITTING: "gis.imports.commit_draft",
}
"""Which task does the work of a state; by name, because services do not know tasks."""

BACK_TO = {
    DraftState.READING: DraftState.FAILED,
    DraftState.PLANNING: DraftState.READY,
    DraftState.COMMITTING: DraftState.PLANNED,
}
"""Where a job that was stopped leaves its draft."""


def open_draft(
    *, uploads: Sequence[Upload], kind: LayerKind, by: User, district_code: str = "", source: str = ""
) -> ImportDraft:
    """Keep an upload and have it read; the uploaded files are moved, or deleted when they are refused.

    Raises
    ------
    NotYours : `by` may import nowhere.
    DraftRefused : no file, two of one name, or too many uploads wait already.
    IngestError : no reader takes the file; the message says what to export instead.
    """
    draft_id = uuid.uuid4()
    try:
        require_importer(by)
        _require_room(by, uploads)
        storing.store(draft_id, uploads)
        return _open(draft_id, uploads, kind, by, ImportChoices(district_code=district_code, source=source))
    except BaseException:
        storing.forget(draft_id)
        for upload in uploads:
            with suppress(OSError):
                upload.path.unlink(missing_ok=True)
        raise


def require_importer(by: User) -> None:
    """Refuse who may import nowhere; into which territories is asked once the rows are known."""
    if not policy.territories(by, Action.IMPORT_LAYER):
        policy.require(by, Action.IMPORT_LAYER, "")


def _require_room(by: User, uploads: Sequence[Upload]) -> None:
    if not uploads:
        raise DraftRefused(said("没有选择文件；请选择要导入的文件。"), rule="upload.none")
    waiting = ImportDraft.objects.filter(by=by).exclude(state__in=[state.value for state in ENDED]).count()
    if waiting >= OPEN_AT_MOST:
        raise DraftRefused(
            said("您已有 {n} 份待导入文件；请先导入或放弃其中一些。", n=waiting), rule="upload.too_many_drafts"
        )


@transaction.atomic
def _open(
    draft_id: uuid.UUID, uploads: Sequence[Upload], kind: LayerKind, by: User, choices: ImportChoices
) -> ImportDraft:
    names = [upload.name[:255] for upload in uploads]
    shown = next((name for name in names if name.lower().endswith(".shp")), names[0])
    draft = ImportDraft.objects.create(
        id=draft_id,
        by=by,
        kind=kind.value,
        file_name=shown,
        file_names=names,
        size_bytes=sum(upload.size_bytes for upload in uploads),
        sha256=uploads[0].sha256 if len(uploads) == 1 else "",
        choices=choices.as_dict(),
    )
    journal.write(
        Happening.IMPORT_UPLOADED,
        by=by,
        subject_kind="import",
        subject_code=str(draft.pk),
        district_code=choices.district_code,
        summary={"kind": kind.value, "file": shown[:120], "files": len(names), "bytes": draft.size_bytes},
    )
    follow_up(Happening.IMPORT_UPLOADED, district_code=choices.district_code)
    _enqueue(draft, DraftState.READING)
    return draft


def _enqueue(draft: ImportDraft, state: DraftState) -> None:
    """Put the draft's next job into the queue, in the caller's transaction; its earlier jobs then do nothing."""
    draft.state = state.value
    draft.attempt += 1
    draft.queued_at, draft.started_at, draft.progress_at = timezone.now(), None, None
    draft.progress_share, draft.progress_words = 0.0, ""
    draft.cancel_asked, draft.backend = False, None
    draft.rule = draft.reason = ""
    draft.save()
    ImportDraft.objects.filter(id=draft.pk).update(touched_at=Now())
    app.configure_task(JOBS[state]).defer(draft_id=str(draft.pk), attempt=draft.attempt)


def _hold(draft_id: uuid.UUID, by: User) -> ImportDraft:
    """Return the author's draft, locked until the transaction ends."""
    draft = ImportDraft.objects.select_for_update().filter(id=draft_id, by=by).first()
    if draft is None:
        raise DraftRefused(said("没有这份待导入文件；可能已被删除。"), rule="draft.unknown")
    return draft


def _require_move(draft: ImportDraft, to: DraftState) -> None:
    state = DraftState(draft.state)
    if to in DRAFT_MOVES[state]:
        return
    if state is DraftState.DONE:
        words = said("这份文件已经导入过了（可能是在另一个窗口）；没有重复导入。")
    elif state in DRAFTS_AT_WORK:
        words = said("后台正在处理这份文件（{state}）；请等它结束，或先停止。", state=state)
    else:
        words = said("这份文件现在的状态是“{state}”，不能这样操作；请刷新页面。", state=state)
    raise WrongDraftMove(words)


@transaction.atomic
def read_again(*, draft_id: uuid.UUID, by: User, kind: LayerKind, layer: str = "", encoding: str = "") -> ImportDraft:
    """Have the file read as another kind, layer or encoding; what was confirmed of its columns is asked anew."""
    draft = _hold(draft_id, by)
    _require_move(draft, DraftState.READING)
    choices = ImportChoices.of(draft.choices)
    draft.kind = kind.value
    draft.choices = replace(choices, layer=layer, encoding=encoding, mapping=None).as_dict()
    draft.report, draft.edition = {}, ""
    _enqueue(draft, DraftState.READING)
    return draft


@transaction.atomic
def start_plan(*, draft_id: uuid.UUID, by: User, choices: ImportChoices) -> ImportDraft:
    """Have the dry run made with what the person confirmed."""
    draft = _hold(draft_id, by)
    _require_move(draft, DraftState.PLANNING)
    draft.choices = choices.as_dict()
    draft.report, draft.edition = {}, ""
    _enqueue(draft, DraftState.PLANNING)
    return draft


@transaction.atomic
def start_commit(*, draft_id: uuid.UUID, by: User, edition: str) -> ImportDraft:
    """Have the import made that the person has read the dry run of.

    Raises
    ------
    WrongDraftMove : it was imported already, or a job is at work, or another window made another dry run.
    DraftRefused : the dry run says that nothing can be imported.
    """
    draft = _hold(draft_id, by)
    _require_move(draft, DraftState.COMMITTING)
    if not draft.edition or edition != draft.edition:
        raise WrongDraftMove(said("在另一个窗口重新试算过；请核对新的结果后再导入。"), rule="draft.other_edition")
    if not draft.report.get("can_commit"):
        raise DraftRefused(said("试算没有通过，不能导入；请按说明改正后重新试算。"), rule="draft.cannot_commit")
    _enqueue(draft, DraftState.COMMITTING)
    return draft


def stop(*, draft_id: uuid.UUID, by: User) -> ImportDraft:
    """Stop the draft's job: one that waits at once, one at work as soon as it notices; it then rolls back.

    The wish is committed before the database is told to cancel: the job, asked why it was cancelled, must find it.
    """
    draft = _ask_to_stop(draft_id, by)
    if draft.cancel_asked:
        _interrupt(draft)
    return draft


@transaction.atomic
def _ask_to_stop(draft_id: uuid.UUID, by: User) -> ImportDraft:
    draft = _hold(draft_id, by)
    state = DraftState(draft.state)
    if state not in DRAFTS_AT_WORK:
        raise WrongDraftMove(said("没有正在进行的任务；它可能刚刚结束，请看最新结果。"))
    if draft.started_at is None:
        back = BACK_TO[state]
        draft.state, draft.reason, draft.rule = back.value, said("已按要求停止，没有写入任何数据。"), "draft.stopped"
        draft.attempt += 1
    else:
        draft.cancel_asked = True
    draft.save()
    return draft


@transaction.atomic
def _interrupt(draft: ImportDraft) -> None:
    """Cancel the statement that the job's own database process is at, if any.

    The row is locked meanwhile, and a job ends only by writing to it: the process is still the job's own.
    """
    held = ImportDraft.objects.select_for_update().filter(id=draft.pk, attempt=draft.attempt, cancel_asked=True).first()
    if held is None or held.backend is None or DraftState(held.state) not in DRAFTS_AT_WORK:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_cancel_backend(%s)", [held.backend])


def discard(*, draft_id: uuid.UUID, by: User) -> None:
    """Leave an upload: its files are deleted, its line stays until the night takes it."""
    with transaction.atomic():
        draft = _hold(draft_id, by)
        if draft.state == DraftState.CANCELLED:
            return
        _require_move(draft, DraftState.CANCELLED)
        draft.state = DraftState.CANCELLED.value
        draft.preview, draft.report = {}, {}
        draft.save()
        journal.write(
            Happening.IMPORT_DISCARDED,
            by=by,
            subject_kind="import",
            subject_code=str(draft.pk),
            district_code=ImportChoices.of(draft.choices).district_code,
            summary={"kind": draft.kind, "file": draft.file_name[:120]},
        )
        follow_up(Happening.IMPORT_DISCARDED, district_code="")
    shutil.rmtree(storing.folder_of(draft_id), ignore_errors=True)
