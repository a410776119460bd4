"""A layer drawn in another program, brought to a plan by a form: tried first, taken over after."""

import os
import tempfile
import uuid
from pathlib import Path
from typing import Any, get_args

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from gis.geometry.errors import GridworkError
from gis.ingest.datum import Datum
from gis.selectors import plans as selected
from gis.selectors.plans import PlanRow
from gis.selectors.plans.acts import offers_for
from gis.services.plans.refusals import PlanMoved, UploadRefused
from gis.services.plans.uploading import upload_plan_layer
from gis.speech import in_words
from gis.web.person import person
from gis.web.refusals import status_of
from gis.web.uploads import FORM_BYTES, BoundedUpload, ReceivedFile, announced_bytes, read_out

LISTED_MOST = 200
"""What was left, listed on the page."""

MOST_NAME, MOST_SUFFIX = 60, 16


class UploadForm(forms.Form):
    """How to read the file, and whether only to try it."""

    version = forms.IntegerField(min_value=1)
    layer = forms.CharField(label=gettext_lazy("图层"), required=False, max_length=200)
    crs = forms.CharField(label=gettext_lazy("坐标系"), required=False, max_length=80)
    code_column = forms.CharField(label=gettext_lazy("编码字段"), required=False, max_length=200)
    datum = forms.ChoiceField(
        label=gettext_lazy("坐标偏移"), required=False, choices=[(one, one) for one in get_args(Datum)]
    )
    take_over = forms.BooleanField(required=False)


@csrf_exempt  # the token is checked in _upload: reading it means reading the file, which first needs its handler
@require_POST
def upload(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Try a drawn layer, or take it over; show what it changes and what was left."""
    row = selected.plan(plan_id, person(request))
    if announced_bytes(request) > settings.IMPORT_UPLOAD_BYTES + FORM_BYTES:
        read_out(request, settings.IMPORT_UPLOAD_BYTES)
        return _refused(request, row, "limit.upload_bytes", _too_large(), 413)
    with tempfile.TemporaryDirectory(prefix="gridwork-upload-") as folder:
        handler = BoundedUpload(request, Path(folder), settings.IMPORT_UPLOAD_BYTES)
        request.upload_handlers = [handler]
        try:
            return _upload(request, row, handler)
        except (MultiPartParserError, UnreadablePostError):
            return _refused(request, row, "upload.broken", _("上传没有完成（连接中断）；请重新上传。"), 400)
        finally:
            handler.drop()


@csrf_protect
def _upload(request: HttpRequest, row: PlanRow, handler: BoundedUpload) -> HttpResponse:
    form, files = UploadForm(request.POST), request.FILES.getlist("file")  # reads the whole upload
    if handler.too_large:
        return _refused(request, row, "limit.upload_bytes", _too_large(), 413)
    if handler.disk_fault:
        words = _("服务器存不下这个文件（%(why)s）；请稍后再试，或请系统管理员清理磁盘。")
        return _refused(request, row, "upload.disk", words % {"why": handler.disk_fault}, 507)
    if not form.is_valid():
        said = [f"{form.fields[name].label or name}：{each}" for name, errors in form.errors.items() for each in errors]
        return _refused(request, row, "form.invalid", " ".join(said), 422)
    if len(files) != 1 or not isinstance(files[0], ReceivedFile):
        return _refused(request, row, "upload.no_file", _("请选择一个文件。"), 422)
    told, path = form.cleaned_data, handler.folder / _kept_name(str(files[0].name))
    os.link(files[0].path, path)
    try:
        done = upload_plan_layer(
            plan_id=row.id,
            version=told["version"],
            path=path,
            by=person(request),
            layer=told["layer"],
            declared_crs=told["crs"],
            mapping={"code": told["code_column"]} if told["code_column"] else None,
            datum=told["datum"] or "as_is",
            try_only=not told["take_over"],
        )
    except GridworkError as refusal:
        return _refused(request, row, refusal.rule, in_words(refusal.message), status_of(refusal), refusal)
    shown = {
        "plan": done.plan,
        "operations": done.operations,
        "left": in_words(done.left)[:LISTED_MOST],
        "left_total": len(done.left),
        "notices": in_words(done.notices)[:LISTED_MOST],
        "taken_over": told["take_over"],
    }
    return _page(request, shown)


def _kept_name(name: str) -> str:
    """Return a file's own name, short enough for any disk: readers and messages go by it."""
    path = Path(Path(name).name or "upload")
    return path.stem[:MOST_NAME] + path.suffix[:MOST_SUFFIX]


def _too_large() -> str:
    words = _("文件超过上传上限 %(limit)s MB；没有改动方案。")
    return words % {"limit": settings.IMPORT_UPLOAD_BYTES // 1024**2}


def _refused(
    request: HttpRequest, row: PlanRow, rule: str, message: str, status: int, refusal: GridworkError | None = None
) -> HttpResponse:
    shown: dict[str, Any] = {"plan": row, "refused": {"rule": rule, "message": message}}
    if isinstance(refusal, UploadRefused):
        shown |= {"left": in_words(refusal.faults)[:LISTED_MOST], "left_total": len(refusal.faults)}
    if isinstance(refusal, PlanMoved):
        shown["refused"]["since"] = [
            {"version": one.version, "text": in_words(one.text), "by": one.by} for one in refusal.since
        ]
    return _page(request, shown, status)


def _page(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    offers = offers_for(shown["plan"], person(request))
    return render(request, "plans/uploaded.html", {**shown, "offers": offers}, status=status)
