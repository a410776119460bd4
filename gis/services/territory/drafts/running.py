"""What the worker does with an upload: read it, try it, import it; whatever ends a job, the draft says so."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from gis import journal
from gis.geometry.errors import GridworkError
from gis.geometry.said import kept, said
from gis.ingest.choosing import ChooseLayer
from gis.ingest.readers import read_layer
from gis.models import ImportDraft, ImportRecord
from gis.services.followups import follow_up
from gis.services.territory.committing import commit_import
from gis.services.territory.drafts import storing
from gis.services.territory.drafts.choices import ImportChoices
from gis.services.territory.drafts.opening import BACK_TO
from gis.services.territory.drafts.preview import preview_of
from gis.services.territory.drafts.pulse import Pulse, at_work, move, move_now
from gis.services.territory.drafts.refusals import Overtaken, Stopped
from gis.services.territory.drafts.report import difference_of, fingerprint, report_of, rows_of
from gis.services.territory.plan import ImportPlan, Progress, StalePlan
from gis.services.territory.planning import file_fingerprint, plan_import
from gis.terms import DraftState, Happening, LayerKind

Work = Callable[[ImportDraft, Pulse], None]


def read_draft(*, draft_id: uuid.UUID, attempt: int) -> None:
    """Read an upload and keep what it shows; the draft is then READY, or FAILED with the reader's words."""
    _run(draft_id, attempt, _read)


def plan_draft(*, draft_id: uuid.UUID, attempt: int) -> None:
    """Make a draft's dry run; the draft is then PLANNED, or READY again with what to mend."""
    _run(draft_id, attempt, _plan)


def commit_draft(*, draft_id: uuid.UUID, attempt: int) -> None:
    """Import a draft, all or nothing; PLANNED again with a new dry run when the data changed since the last one."""
    _run(draft_id, attempt, _commit)


def _run(draft_id: uuid.UUID, attempt: int, work: Work) -> None:
    with at_work(draft_id, attempt) as taken:
        if taken is None:
            return
        draft, pulse = taken
        try:
            work(draft, pulse)
        except Overtaken:
            return
        except GridworkError as refusal:
            _end_refused(draft, pulse, refusal)
        except BaseException as error:
            if _was_stopped(pulse):
                _end_refused(draft, pulse, Stopped(said("已按要求停止，没有写入任何数据。")))
                return
            _mend_connection()
            _fail(draft, "draft.fault", _fault_words(error))
            raise


def _was_stopped(pulse: Pulse) -> bool:
    """Whether a person asked for a stop; the database, told to cancel, reports it as a fault of its own."""
    try:
        return pulse.stop_asked()
    except DatabaseError:
        return False


def _mend_connection() -> None:
    """Open the connection anew where the job's end has broken it."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _end_refused(draft: ImportDraft, pulse: Pulse, refusal: GridworkError) -> None:
    """Leave the draft where the person can mend what was refused; nothing was written."""
    _mend_connection()
    if not isinstance(refusal, Stopped) and _was_stopped(pulse):
        refusal = Stopped(said("已按要求停止，没有写入任何数据。"))
    back = BACK_TO[DraftState(draft.state)]
    if back is DraftState.FAILED:
        _fail(draft, refusal.rule, refusal.message)
        return
    try:
        move_now(draft, back, rule=refusal.rule[:80], reason=refusal.message)
    except Overtaken:
        return


@transaction.atomic
def _fail(draft: ImportDraft, rule: str, reason: str) -> None:
    try:
        with transaction.atomic():
            move(draft, DraftState.FAILED, rule=rule[:80], reason=reason)
    except Overtaken:
        return
    note_failure(draft, rule, reason)


def note_failure(draft: ImportDraft, rule: str, reason: str) -> None:
    """Write into the journal that an import did not come about."""
    journal.write(
        Happening.IMPORT_FAILED,
        by=draft.by,
        subject_kind="import",
        subject_code=str(draft.pk),
        district_code=ImportChoices.of(draft.choices).district_code,
        summary={"kind": draft.kind, "file": draft.file_name[:120], "rule": rule, "reason": kept(reason)},
    )
    follow_up(Happening.IMPORT_FAILED, district_code="")


def _fault_words(error: BaseException) -> str:
    return said(
        "程序出错（{error}），没有写入任何数据；请重试，仍不行时请把时间和文件名告诉系统管理员。",
        error=type(error).__name__,
    )


def _read(draft: ImportDraft, pulse: Pulse) -> None:
    choices = ImportChoices.of(draft.choices)
    path = storing.uploaded_path(draft.pk)
    pulse(said("读取文件"), 0.1)
    sha256 = draft.sha256 or file_fingerprint(path)
    layers = draft.preview.get("layers", [])
    try:
        raw = read_layer(path, layer=choices.layer or None, encoding=choices.encoding or None, limits=storing.limits())
    except ChooseLayer as choice:
        shown = {"layers": choice.layers, "layer": ""}
        move_now(draft, DraftState.READY, rule=choice.rule, reason=choice.message, preview=shown, sha256=sha256)
        return
    pulse(said("整理预览"), 0.7)
    preview, shapes = preview_of(LayerKind(draft.kind), raw, choices)
    storing.write_sheet(draft.pk, "preview", shapes)
    preview |= {"layers": layers or _layers_of(choices.layer, raw.other_layers), "layer": choices.layer}
    preview["drawn"] = {name: shapes[name] for name in ("bbox", "total", "drawn")}
    move_now(draft, DraftState.READY, preview=kept(preview), sha256=sha256)


def _layers_of(layer: str, others: list[str]) -> list[str]:
    return sorted([layer, *others]) if others and layer else []


def _plan(draft: ImportDraft, pulse: Pulse) -> None:
    plan = _make_plan(draft, pulse.part(0.0, 0.9))
    pulse(said("写出报告"), 0.9)
    _show_plan(draft, plan)


def _make_plan(draft: ImportDraft, progress: Progress) -> ImportPlan:
    choices = ImportChoices.of(draft.choices)
    return plan_import(
        kind=LayerKind(draft.kind),
        path=storing.uploaded_path(draft.pk),
        by=draft.by,
        in_force_from=choices.in_force_from(),
        accuracy_m=choices.accuracy_m,
        district_code=choices.district_code,
        source=choices.source,
        mapping=choices.mapping,
        crs=choices.crs or None,
        encoding=choices.encoding or None,
        layer=choices.layer or None,
        datum=choices.datum,
        trust_datum=choices.trust_datum,
        retire_missing=choices.retire_missing,
        settle_overlaps=choices.settle_overlaps,
        grid_kind=choices.grid_kind,
        limits=storing.limits(),
        progress=progress,
    )


def _show_plan(draft: ImportDraft, plan: ImportPlan, *, rule: str = "", reason: str = "") -> None:
    """Keep a dry run's report and drawing, and put the draft where a person reads them."""
    shapes = difference_of(plan)
    storing.write_sheet(draft.pk, "rows", kept(rows_of(plan)))
    storing.write_sheet(draft.pk, "difference", shapes)
    report = report_of(plan) | {"drawn": {name: shapes[name] for name in ("bbox", "total", "drawn")}}
    move_now(draft, DraftState.PLANNED, report=kept(report), edition=fingerprint(plan), rule=rule, reason=reason)


def _commit(draft: ImportDraft, pulse: Pulse) -> None:
    plan = _make_plan(draft, pulse.part(0.0, 0.5))
    if fingerprint(plan) != draft.edition:
        _show_again(draft, plan)
        return
    try:
        with transaction.atomic():
            record = commit_import(plan, by=draft.by, progress=pulse.part(0.5, 1.0))
            _finish(draft, record)
    except StalePlan:
        _show_again(draft, _make_plan(draft, pulse.part(0.5, 1.0)))
        return
    storing.forget_upload(draft.pk)


def _show_again(draft: ImportDraft, plan: ImportPlan) -> None:
    _show_plan(
        draft,
        plan,
        rule=StalePlan.rule,
        reason=said("试算之后，数据已被他人修改，已重新试算；请核对新的结果后再导入。"),
    )


def _finish(draft: ImportDraft, record: ImportRecord | None) -> None:
    """Say in the import's own transaction that it is done: it cannot be done and not said, or said and not done."""
    changes: dict[str, Any] = {"record": record, "progress_share": 1.0, "progress_at": Now()}
    move(draft, DraftState.DONE, **changes)
