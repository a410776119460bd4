"""Imports in the browser: the list, and bringing a file. What follows is in `import_steps`."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from gis import policy
from gis.geometry.errors import GridworkError
from gis.selectors.territory import districts
from gis.selectors.territory.drafts import drafts_of, imports_within, sources_known
from gis.services.territory import drafts
from gis.speech import in_words
from gis.terms import Action, DraftState, LayerKind
from gis.web.import_forms import UploadForm
from gis.web.pages import Page, page_asked
from gis.web.person import person
from gis.web.refusals import status_of
from gis.web.uploads import FORM_BYTES, BoundedUpload, ReceivedFile, announced_bytes, read_out

ROWS_A_PAGE = 50

UNREADABLE = (MultiPartParserError, TooManyFilesSent, TooManyFieldsSent, RequestDataTooBig, UnreadablePostError)


def importable_districts(request: HttpRequest) -> list[tuple[str, str]]:
    """Return code and name of the districts in which this account may import something."""
    allowed = policy.territories(request.user, Action.IMPORT_LAYER)
    return [
        (code, name or code)
        for code, name in districts()
        if any(code.startswith(prefix) or prefix.startswith(code) for prefix in allowed)
    ]


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """List the account's open uploads and what was imported into its districts."""
    drafts.require_importer(person(request))
    within = policy.territories(request.user, Action.IMPORT_LAYER)
    number = page_asked(request.GET)
    done = imports_within(within, offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    ended = {DraftState.DONE, DraftState.CANCELLED, DraftState.EXPIRED}
    own = drafts_of(person(request))
    shown = {
        "drafts": [draft for draft in own if draft.state not in ended],
        "mine": {draft.record: draft.id for draft in own if draft.record},
        "rows": done.rows,
        "page": Page(number, ROWS_A_PAGE, done.total),
        "kept_days": settings.IMPORT_DRAFT_DAYS,
    }
    return render(request, "territory/imports.html", shown)


@csrf_exempt  # the token is checked in _upload: reading it means reading the upload, which first needs its handler
@login_not_required  # asked here, so that an upload after the end of a session is answered in words
@require_http_methods(["GET", "HEAD", "POST"])
def new_import(request: HttpRequest) -> HttpResponse:
    """Show the form to bring a file, or take one."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            read_out(request, settings.IMPORT_UPLOAD_BYTES)
        return _signed_out(request)
    drafts.require_importer(person(request))
    if request.method != "POST":
        return _form(request, UploadForm(districts=importable_districts(request)))
    if announced_bytes(request) > settings.IMPORT_UPLOAD_BYTES + FORM_BYTES:
        read_out(request, settings.IMPORT_UPLOAD_BYTES)
        return _too_large(request)
    handler = BoundedUpload(request, drafts.incoming(), settings.IMPORT_UPLOAD_BYTES)
    request.upload_handlers = [handler]
    try:
        return _upload(request, handler)
    except UNREADABLE:
        words = _("上传没有完成（连接中断，或文件超过 %(n)s 个）；没有保存任何文件，请重新上传。")
        return _refused(request, "upload.broken", words % {"n": settings.DATA_UPLOAD_MAX_NUMBER_FILES}, 400)
    finally:
        handler.drop()  # what a draft took is no longer there to be dropped


@csrf_protect
def _upload(request: HttpRequest, handler: BoundedUpload) -> HttpResponse:
    told = request.POST  # reads the whole upload: what the handler says holds from here on
    if handler.too_large:
        return _too_large(request)
    if handler.disk_fault:
        words = _("服务器存不下这个文件（%(why)s）；请稍后再试，或请系统管理员清理磁盘。")
        return _refused(request, "upload.disk", words % {"why": handler.disk_fault}, 507)
    if not request.session.exists(str(request.session.session_key)):
        handler.drop()
        request.session.flush()
        request.user = AnonymousUser()
        return _signed_out(request)
    form = UploadForm(told, districts=importable_districts(request))
    files = [file for file in request.FILES.getlist("files") if isinstance(file, ReceivedFile)]
    if not form.is_valid():
        return _refused(request, "form.invalid", " ".join(_errors(form)), 422, form)
    uploads = [drafts.Upload(str(file.name), file.path, file.size or 0, file.sha256) for file in files]
    try:
        draft = drafts.open_draft(
            uploads=uploads,
            kind=LayerKind(form.cleaned_data["kind"]),
            by=person(request),
            district_code=form.cleaned_data["district"],
            source=form.cleaned_data["source"],
        )
    except GridworkError as refusal:
        return _refused(request, refusal.rule, in_words(refusal.message), status_of(refusal), form)
    address = reverse("import_draft", args=[draft.pk])
    return JsonResponse({"url": address}, status=201) if _wants_json(request) else redirect(address)


def _errors(form: UploadForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _form(request: HttpRequest, form: UploadForm, *, problem: dict[str, str] | None = None, status: int = 200) -> Any:
    shown = {
        "form": form,
        "problem": problem,
        "limit_bytes": settings.IMPORT_UPLOAD_BYTES,
        "limit_mb": settings.IMPORT_UPLOAD_BYTES // 1024**2,
        "sources": sources_known(),
    }
    return render(request, "territory/upload.html", shown, status=status)


def _refused(
    request: HttpRequest, rule: str, message: str, status: int, form: UploadForm | None = None
) -> HttpResponse:
    """Say next to the upload why it was not taken."""
    if _wants_json(request):
        problem = {"title": _("未能上传"), "detail": message, "rule": rule, "status": status}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    form = form or UploadForm(districts=importable_districts(request))
    return _form(request, form, problem={"rule": rule, "message": message}, status=status)


def _too_large(request: HttpRequest) -> HttpResponse:
    words = _("文件超过上传上限 %(limit)s MB；请压缩为 ZIP，或按街道、社区拆分后分批上传。没有保存任何文件。")
    return _refused(request, "limit.upload_bytes", words % {"limit": settings.IMPORT_UPLOAD_BYTES // 1024**2}, 413)


def _signed_out(request: HttpRequest) -> HttpResponse:
    words = _("登录已过期，文件没有保存；请重新登录后再上传。")
    if _wants_json(request):
        problem = {"title": _("登录已过期"), "detail": words, "rule": "session.expired", "status": 401}
        return JsonResponse(problem, status=401, content_type="application/problem+json")
    if request.method == "POST":
        messages.warning(request, words)
    return redirect(f"{reverse('sign_in')}?{urlencode({'next': reverse('import_new')})}")
