"""A plan as a file: out to a desktop GIS, and back as operations."""

import os
import tempfile
from pathlib import Path
from typing import Any, get_args

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.bodies import Body
from gis.api.endpoint import BodyTooLarge, Operation, announced_bytes
from gis.api.fields import LineField
from gis.api.plans import REFUSALS, TAGS, plan_tag
from gis.api.plans_edits import EditField, edit_told
from gis.api.plans_land import homes_edition
from gis.api.plans_lines import PositionField
from gis.api.plans_matching import PlanEndpoint, tag_of, unless_known
from gis.api.plans_out import PlanDetailOut, plan_told
from gis.api.renderers import Json
from gis.ingest.datum import Datum
from gis.selectors.plans.frames import frame_of_plan
from gis.services.plans.packages import write_plan_package
from gis.services.plans.uploading import Uploaded, upload_plan_layer
from gis.services.staff import note_taken
from gis.speech import in_words

GEOPACKAGE = "application/geopackage+sqlite3"

FORM_BYTES = 1024 * 1024
"""What a form brings besides its file."""

MOST_NAME, MOST_SUFFIX = 60, 16
"""Signs of a file's name that are kept for the messages: a name on the disk has 255 bytes."""


class NoRoom(APIException):
    """The disk does not take the file."""

    status_code = 507
    rule = "upload.disk"

    def __init__(self, why: str) -> None:
        super().__init__(said("服务器存不下这个文件（%(why)s）；请稍后再试，或请系统管理员清理磁盘。") % {"why": why})


class GeoPackage(Json):
    """The name under which a package is asked for; the bytes go out as they lie on the disk."""

    media_type = GEOPACKAGE
    format = "gpkg"


class PlanPackage(PlanEndpoint):
    """A plan as a GeoPackage with the layers grids, units, compounds and communities."""

    renderer_classes = [GeoPackage, Json]
    operations = {
        "get": Operation(
            "download_plan",
            _("下载方案的 GeoPackage"),
            OpenApiTypes.BINARY,
            refusals=(404,),
            can_be_unchanged=True,
            file=GEOPACKAGE,
            tags=TAGS,
        )
    }

    def get(self, request: Request, **_kwargs: Any) -> Any:
        """Send the package."""
        known = unless_known(request, tag_of(self.plan, "package", homes_edition(self.within)))
        if known.status_code == 304:
            return known
        with tempfile.TemporaryDirectory(prefix="gridwork-plan-") as folder:
            path = write_plan_package(plan_id=self.plan.id, by=person(request), path=Path(folder) / "plan.gpkg")
            # Some megabytes for a whole district: sent from memory, so that no file outlives its folder.
            answer = HttpResponse(path.read_bytes(), content_type=GEOPACKAGE)
        name = f"{self.plan.title[:MOST_NAME]}.gpkg"
        note_taken(file=name, size_bytes=len(answer.content), by=person(request), district_code=self.plan.district_code)
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        for header in ("ETag", "Cache-Control"):
            answer[header] = known[header]
        return answer


class BoundedFile(TemporaryFileUploadHandler):
    """Writes a file onto the disk up to a limit; `too_large` and `disk_fault` say afterwards why nothing came in."""

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes = most_bytes
        self.too_large = False
        self.disk_fault = ""
        self.files: list[Any] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)
        self.files.append(self.file)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self.most_bytes:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._give_up(error)

    def drop(self) -> None:
        """Delete what came in."""
        for file in self.files:
            file.close()

    def _give_up(self, error: OSError) -> None:
        self.disk_fault = error.strerror or type(error).__name__
        raise StopUpload(connection_reset=False) from error


class UploadIn(Body):
    """A layer of the plan's grids drawn in another program, of any format that imports take (a zip for many files).

    `layer` of a file with several. `crs` where the file says none or a wrong one. `code_column` and `name_column`
    where they are not recognised. `datum`: the shift to undo. `try_only`: tell what would be done, change nothing.
    """

    file = serializers.FileField()
    layer = LineField(required=False, default="")
    crs = LineField(required=False, default="", max_length=80)
    encoding = LineField(required=False, default="", max_length=40)
    code_column = LineField(required=False, default="")
    name_column = LineField(required=False, default="")
    datum = serializers.ChoiceField(choices=list(get_args(Datum)), required=False, default="as_is")
    try_only = serializers.BooleanField(required=False, default=False)


class NoticeOut(serializers.Serializer[Any]):
    """What was left, or said of a row: the rule and the words, and row, field, code or place where they are known."""

    rule = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.CharField(required=False)
    row = serializers.IntegerField(required=False)
    field = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    place = PositionField(required=False)
    area_m2 = serializers.FloatField(required=False)


class UploadedOut(serializers.Serializer[Any]):
    """A plan after an upload: the edits that were made of it, what was left, and what was said of rows."""

    plan = PlanDetailOut()
    operations = serializers.IntegerField()
    edits = serializers.ListField(child=EditField())
    left = NoticeOut(many=True)
    notices = NoticeOut(many=True)


class Upload(PlanEndpoint):
    """A drawn layer, as operations."""

    parser_classes = [MultiPartParser]
    operations = {
        "post": Operation(
            "upload_plan_layer",
            _("上传在别处画的网格图层"),
            UploadedOut,
            body=UploadIn,
            refusals=REFUSALS,
            matched=True,
            upload=True,
            tags=TAGS,
        )
    }
    handler: BoundedFile

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Take the file into hand before anything reads the form: it goes onto the disk, never into memory."""
        self.handler = BoundedFile(request, settings.IMPORT_UPLOAD_BYTES)
        request.upload_handlers = [self.handler]
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too long before it is read, and say why a file did not come in."""
        if announced_bytes(request) > settings.IMPORT_UPLOAD_BYTES + FORM_BYTES:
            raise BodyTooLarge(settings.IMPORT_UPLOAD_BYTES)
        try:
            super().initial(request, *args, **kwargs)
        except serializers.ValidationError:
            if self.handler.too_large:
                raise BodyTooLarge(settings.IMPORT_UPLOAD_BYTES) from None
            if self.handler.disk_fault:
                raise NoRoom(self.handler.disk_fault) from None
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let go of the file, whatever was answered."""
        self.handler.drop()
        return super().finalize_response(request, response, *args, **kwargs)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Make the plan's grids what the file draws."""
        told = self.body
        columns = {"code": told["code_column"], "name": told["name_column"]}
        mapping = {name: column for name, column in columns.items() if column}
        with tempfile.TemporaryDirectory(prefix="gridwork-upload-") as folder:
            path = Path(folder) / _kept_name(told["file"].name)
            os.link(told["file"].temporary_file_path(), path)
            done = upload_plan_layer(
                plan_id=self.plan.id,
                version=self.version,
                path=path,
                by=person(request),
                layer=told["layer"],
                declared_crs=told["crs"],
                encoding=told["encoding"],
                mapping=mapping or None,
                datum=told["datum"],
                try_only=told["try_only"],
            )
        return _uploaded(done, request)


def _kept_name(name: str) -> str:
    """Return a file's own name, short enough for any disk: readers and messages go by it."""
    path = Path(Path(name).name or "upload")
    return path.stem[:MOST_NAME] + path.suffix[:MOST_SUFFIX]


def _uploaded(done: Uploaded, request: Request) -> Response:
    frame = frame_of_plan(done.plan.id)
    plan = plan_told(done.plan, person(request))
    told = {
        "plan": plan,
        "operations": done.operations,
        "edits": [edit_told(edit, frame) for edit in done.edits],
        "left": in_words(done.left),
        "notices": in_words(done.notices),
    }
    return Response(UploadedOut(told).data, headers={"ETag": plan_tag(done.plan, plan)})
