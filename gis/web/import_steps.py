"""One upload on its way: the page of where it stands, and what its author does with it there."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as told
from django.views.decorators.http import require_GET, require_http_methods

from gis.selectors.territory import last_accuracy_m
from gis.selectors.territory.drafts import (
    AuditOfImport,
    DraftRow,
    audit_of_import,
    draft_of,
    import_row,
    sources_known,
)
from gis.services.followups import AUDITED_LAYERS
from gis.services.territory import drafts
from gis.services.territory.drafts import STATUSES, ImportChoices, WrongDraftMove
from gis.speech import in_words
from gis.terms import DraftState, LayerKind
from gis.web.import_forms import ConfirmForm, ReadingForm, UploadForm, initial_of
from gis.web.imports import importable_districts
from gis.web.pages import Page, page_asked
from gis.web.person import person

ROWS_A_PAGE = 100

UNSEEN_WORKER = timedelta(seconds=60)
"""How long a job may wait before a person is told that perhaps no worker runs."""

AUDIT_AWAITED = timedelta(minutes=10)
"""How long after an import a page keeps asking for its audit."""

STATUS_WORDS = {
    "refused": told("拒绝"),
    "repaired": told("修复"),
    "warning": told("提醒"),
    "added": told("新增"),
    "changed": told("变更"),
    "retired": told("停用"),
    "missing": told("文件中没有"),
}

STEPS = (
    ("upload", told("上传")),
    ("confirm", told("确认")),
    ("plan", told("试算")),
    ("commit", told("导入")),
)

STEP_OF = {
    DraftState.READING: "upload",
    DraftState.READY: "confirm",
    DraftState.PLANNING: "plan",
    DraftState.PLANNED: "plan",
    DraftState.COMMITTING: "commit",
    DraftState.DONE: "commit",
}

SHAPE_WORDS = {
    "none": told("没有图形"),
    "point": told("点"),
    "multipoint": told("多点"),
    "linestring": told("线"),
    "multilinestring": told("多线"),
    "polygon": told("面"),
    "multipolygon": told("多面"),
}


def draft_asked(request: HttpRequest, draft_id: uuid.UUID) -> DraftRow:
    """Return the account's own draft, after having looked whether its job still lives; another's is not there."""
    draft = draft_of(draft_id, by=person(request))
    if draft is None:
        raise Http404
    if draft.at_work and draft.started_at is not None and drafts.close_if_broken(draft_id):
        draft = draft_of(draft_id, by=person(request))
        assert draft is not None
    return draft


@require_GET
def draft_page(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show where an upload stands and what is to be done there."""
    draft = draft_asked(request, draft_id)
    if draft.state in (DraftState.READY, DraftState.FAILED) or (
        draft.state is DraftState.PLANNED and "edit" in request.GET
    ):
        return _confirm(request, draft)
    if draft.state is DraftState.PLANNED:
        return render(request, "territory/report.html", _shown(draft) | _report(request, draft))
    if draft.at_work:
        return render(request, "territory/at_work.html", _shown(draft) | {"waits_long": _waits_long(draft)})
    return render(request, "territory/ended.html", _shown(draft) | _ended(draft))


def _shown(draft: DraftRow) -> dict[str, Any]:
    here = STEP_OF.get(draft.state, "confirm" if draft.preview.get("columns") else "upload")
    districts = draft.report.get("districts") or [ImportChoices.of(draft.choices).district_code]
    return {
        "draft": draft,
        "steps": [(name, _(words), name == here) for name, words in STEPS],
        "drawn_district": districts[0],
    }


def _waits_long(draft: DraftRow) -> bool:
    return draft.started_at is None and draft.queued_at is not None and timezone.now() - draft.queued_at > UNSEEN_WORKER


def _confirm(request: HttpRequest, draft: DraftRow, form: ConfirmForm | None = None, status: int = 200) -> HttpResponse:
    preview = draft.preview
    choices = ImportChoices.of(draft.choices)
    districts = importable_districts(request)
    if form is None and preview.get("columns"):
        known_m = last_accuracy_m(draft.kind, district_codes=[choices.district_code] if choices.district_code else [])
        initial = initial_of(choices, preview, accuracy_m=known_m)
        form = ConfirmForm(kind=draft.kind, preview=preview, districts=districts, initial=initial)
    encoding = preview.get("encoding") or {}
    reading = {"kind": draft.kind.value, "layer": preview.get("layer", ""), "encoding": encoding.get("codec", "")}
    shown = {
        "form": form,
        "reading": ReadingForm(layers=preview.get("layers", []), initial=reading),
        "upload_form": UploadForm(districts=districts),
        "preview": preview,
        "shape_words": [
            (_(SHAPE_WORDS.get(name, name)), count) for name, count in preview.get("shapes", {}).items() if count
        ],
        "sources": sources_known(),
    }
    return render(request, "territory/confirm.html", _shown(draft) | shown, status=status)


def _report(request: HttpRequest, draft: DraftRow) -> dict[str, Any]:
    rows = drafts.read_sheet(draft.id, "rows") or []
    counts = {status: sum(row["status"] == status for row in rows) for status in STATUSES}
    asked = request.GET.get("show", "")
    if asked not in STATUSES:
        asked = ""
    chosen = [row for row in rows if row["status"] == asked] if asked else rows
    number = page_asked(request.GET)
    begin = (number - 1) * ROWS_A_PAGE
    return {
        "report": draft.report,
        "rows": [
            in_words(row) | {"said": _(STATUS_WORDS[row["status"]])} for row in chosen[begin : begin + ROWS_A_PAGE]
        ],
        "tabs": [(status, _(STATUS_WORDS[status]), counts[status]) for status in STATUSES if counts[status]],
        "total": len(rows),
        "show": asked,
        "page": Page(number, ROWS_A_PAGE, len(chosen)),
    }


def _ended(draft: DraftRow) -> dict[str, Any]:
    record = import_row(draft.record) if draft.record else None
    audit = audit_of_import(draft.record) if draft.record else None
    shown = {"record": record, "report": draft.report, "audit": audit, "audit_awaited": _awaits_audit(draft, audit)}
    shown |= {"kept": drafts.packed_sheet(draft.id, "difference") is not None}
    return shown | {"audited_layer": draft.kind in AUDITED_LAYERS, "districts": draft.report.get("districts", [])}


def _awaits_audit(draft: DraftRow, audit: AuditOfImport | None) -> bool:
    """Whether an audit is still to come: the layer is one that is audited, in force already, and only just imported."""
    record = import_row(draft.record) if draft.record else None
    if record is None or draft.kind not in AUDITED_LAYERS or record.in_force_from > timezone.now():
        return False
    running = audit is None or audit.state == "running"
    return running and timezone.now() - record.at < AUDIT_AWAITED


@require_GET
def draft_state(request: HttpRequest, draft_id: uuid.UUID) -> JsonResponse:
    """Tell a page how far the upload's job is."""
    draft = draft_asked(request, draft_id)
    audit = audit_of_import(draft.record) if draft.record else None
    answer = {
        "state": draft.state.value,
        "label": _(draft.state.label),
        "at_work": draft.at_work,
        "started": draft.started_at is not None,
        "waits_long": _waits_long(draft) if draft.at_work else False,
        "stopping": draft.cancel_asked,
        "share": round(draft.progress_share, 3),
        "words": draft.progress_words,
        "progress_at": draft.progress_at.isoformat() if draft.progress_at else None,
        "record": draft.record,
        "audit_awaited": _awaits_audit(draft, audit),
        "audit": {"state": audit.state.value, "new": audit.new, "known": audit.known, "resolved": audit.resolved}
        if audit
        else None,
    }
    return JsonResponse(answer, headers={"Cache-Control": "private, no-store"})


def _step(verb: Callable[[HttpRequest, uuid.UUID], HttpResponse | None]) -> Any:
    """Make a door of a step: POST does it and leads back to the draft's page; so does an address opened again."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def door(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
        draft_asked(request, draft_id)
        page = redirect(reverse("import_draft", args=[draft_id]))
        if request.method != "POST":
            return page
        try:
            return verb(request, draft_id) or page
        except WrongDraftMove as refusal:
            draft = draft_asked(request, draft_id)
            shown = _shown(draft) | {"message": in_words(refusal.message), "rule": refusal.rule}
            return render(request, "territory/elsewhere.html", shown, status=409)

    return door


@_step
def read_again(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse | None:
    """Read the file as another kind, layer or encoding."""
    draft = draft_asked(request, draft_id)
    form = ReadingForm(request.POST, layers=draft.preview.get("layers", []))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return None
    chosen = form.cleaned_data
    drafts.read_again(
        draft_id=draft_id,
        by=person(request),
        kind=LayerKind(chosen["kind"]),
        layer=chosen["layer"],
        encoding=chosen["encoding"],
    )
    return None


@_step
def plan(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse | None:
    """Make the dry run with what was confirmed."""
    draft = draft_asked(request, draft_id)
    if not draft.preview.get("columns"):
        raise WrongDraftMove(_("文件还没有读出来；请先重新读取，或重新上传。"), rule="draft.unread")
    districts = importable_districts(request)
    form = ConfirmForm(request.POST, kind=draft.kind, preview=draft.preview, districts=districts)
    if not form.is_valid():
        return _confirm(request, draft, form, status=422)
    choices = form.choices(ImportChoices.of(draft.choices))
    drafts.start_plan(draft_id=draft_id, by=person(request), choices=choices)
    return None


@_step
def commit(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse | None:
    """Import what the dry run said."""
    drafts.start_commit(draft_id=draft_id, by=person(request), edition=request.POST.get("edition", ""))
    return None


@_step
def stop(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse | None:
    """Stop the job."""
    drafts.stop(draft_id=draft_id, by=person(request))
    return None


@_step
def discard(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse | None:
    """Leave the upload."""
    drafts.discard(draft_id=draft_id, by=person(request))
    messages.success(request, _("已放弃，上传的文件已删除。"))
    return redirect("imports")
