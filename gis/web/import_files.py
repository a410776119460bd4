"""What the pages of an import draw and what a person takes away from them."""

import json
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gis.services.territory import drafts
from gis.speech import in_words
from gis.terms import DraftState
from gis.web.attachments import CSV, XLSX, taken_away
from gis.web.import_picture import picture_of
from gis.web.import_steps import STATUS_WORDS, draft_asked
from gis.web.sheets import Cell, csv_of, xlsx_of

DRAWINGS = {"preview", "difference"}


@require_GET
def shapes(request: HttpRequest, draft_id: uuid.UUID, drawing: str) -> HttpResponse:
    """Return the drawing of the upload or of the difference as GeoJSON, packed as it lies on the disk."""
    draft_asked(request, draft_id)
    packed = drafts.packed_sheet(draft_id, drawing) if drawing in DRAWINGS else None
    if packed is None:
        raise Http404
    headers = {
        "Content-Type": "application/geo+json",
        "Content-Encoding": "gzip",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(packed, headers=headers)


@require_GET
def picture(request: HttpRequest, draft_id: uuid.UUID, drawing: str) -> HttpResponse:
    """Return the same drawing as a picture, for browsers without scripts."""
    draft_asked(request, draft_id)
    collection = drafts.read_sheet(draft_id, drawing) if drawing in DRAWINGS else None
    if collection is None:
        raise Http404
    headers = {"Content-Type": "image/svg+xml", "Cache-Control": "private, no-store"}
    return HttpResponse(picture_of(collection), headers=headers)


def _report(request: HttpRequest, draft_id: uuid.UUID) -> tuple[Any, list[dict[str, Any]]]:
    draft = draft_asked(request, draft_id)
    rows = drafts.read_sheet(draft_id, "rows")
    if rows is None or draft.state not in (DraftState.PLANNED, DraftState.COMMITTING, DraftState.DONE):
        raise Http404
    return draft, rows


def _table(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[Cell]]]:
    header = [_("结果"), _("行"), _("编码"), _("名称"), _("说明"), _("字段"), _("原值"), _("规则")]
    names = ("row", "code", "name", "words", "field", "value", "rule")
    return header, [[_(STATUS_WORDS[row["status"]]), *(in_words(row[name]) for name in names)] for row in rows]


def _taken(
    request: HttpRequest, draft: Any, content: bytes | str, media_type: str, ending: str, rows: list[dict[str, Any]]
) -> HttpResponse:
    name = f"import-{draft.id}.{ending}"
    return taken_away(request, content, media_type, name, rows=len(rows))


@require_GET
def report_csv(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Return the dry run row by row as CSV."""
    draft, rows = _report(request, draft_id)
    return _taken(request, draft, csv_of(*_table(rows)), CSV, "csv", rows)


@require_GET
def report_xlsx(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Return the dry run row by row as an Excel sheet."""
    draft, rows = _report(request, draft_id)
    return _taken(request, draft, xlsx_of(_("试算报告"), *_table(rows)), XLSX, "xlsx", rows)


@require_GET
def report_json(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Return the dry run as JSON: figures, how the file was read, and every row."""
    draft, rows = _report(request, draft_id)
    told = {
        "kind": draft.kind.value,
        "file": draft.file_name,
        "state": draft.state.value,
        **draft.report,
        "rows": in_words(rows),
    }
    text = json.dumps(told, ensure_ascii=False, indent=2)
    return _taken(request, draft, text, "application/json; charset=utf-8", "json", rows)
