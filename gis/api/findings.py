"""Findings as cases: the worklist, one case, and what people do to cases."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.endpoint import Endpoint, Operation
from gis.api.fields import LineField, TextField, WordField
from gis.api.findings_out import FindingDetailOut, FindingPageOut, detail_told, page_told
from gis.api.paging import address_of
from gis.api.queries import FindingQuery
from gis.api.scope import district_asked
from gis.selectors import audits, staff
from gis.selectors.audits.seen import parts_of, seen_ids
from gis.services.audits import cases, exceptions
from gis.services.audits.refusals import AuditError, UnknownFinding
from gis.terms import CaseState

TAGS = ("findings",)
REFUSALS = (404, 409, 422)


class Findings(Endpoint):
    """The worklist of a district."""

    operations = {
        "get": Operation("list_findings", _("列出问题"), FindingPageOut, query=FindingQuery, refusals=(404,), tags=TAGS)
    }

    def get(self, request: Request) -> Response:
        """List the cases asked for."""
        asked = self.asked
        district, within = district_asked(self.within, asked.get("district", ""))
        page = audits.findings(
            district_code=district,
            within=within,
            kinds=asked.get("kind", ()),
            clarities=asked.get("clarity", ()),
            states=asked.get("state", ()),
            changes=asked.get("change", ()),
            place=asked.get("place", ""),
            search=asked.get("search", ""),
            assignees=[person(request).pk] if asked["mine"] else [],
            unassigned=asked["unassigned"],
            order=asked["order"],
            limit=asked["limit"],
            cursor=asked.get("cursor", ""),
        )
        told = page_told(page.rows, page.total, address_of(request, page.next), address_of(request, page.previous))
        return Response(FindingPageOut(told).data)


class OneFinding(Endpoint):
    """One case; whoever may not see it is told that there is none."""

    def told(self, request: Request, finding_id: int) -> Response:
        """Answer with the case as it stands now."""
        detail = audits.finding(finding_id=finding_id)
        if detail is None:
            raise Http404
        row = detail.row
        codes = {piece.grid for piece in detail.pieces} | set(row.evidence.get("communities") or [])
        shapes = parts_of(
            district_code=detail.district_code, kind=row.kind, subject=row.subjects[0], codes=sorted(codes)
        )
        return Response(FindingDetailOut(detail_told(detail, shapes, person(request))).data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look whether the account may see the case before anything is read of the request."""
        self.perform_authentication(request)
        self.check_permissions(request)
        super().initial(request, *args, **kwargs)
        if not seen_ids([kwargs["finding_id"]], within=self.within):
            raise Http404


class Finding(OneFinding):
    """One case with its life."""

    operations = {"get": Operation("show_finding", _("查看问题"), FindingDetailOut, refusals=(404,), tags=TAGS)}

    def get(self, request: Request, finding_id: int) -> Response:
        """Show the case."""
        return self.told(request, finding_id)


class VersionIn(serializers.Serializer[Any]):
    """As which version the caller saw the case; without one nothing is compared."""

    version = LineField(required=False, default="")


class MoveIn(VersionIn):
    """A move of the case, with a remark if there is one."""

    to = WordField(CaseState)
    text = TextField(required=False, default="")


class AssignIn(VersionIn):
    """Who gets the case; null for nobody."""

    to = LineField(allow_null=True, max_length=150, help_text=_("账号的用户名"))


class NoteIn(serializers.Serializer[Any]):
    """A remark."""

    text = TextField()


class AcceptIn(VersionIn):
    """Why a conflict may stand, and the first day on which it may no longer."""

    reason = TextField()
    expires_on = serializers.DateField()


class EndIn(VersionIn):
    """Why an exception ends before its day."""

    reason = TextField()


def _write(name: str, summary: Any, body: type[serializers.Serializer[Any]]) -> dict[str, Operation]:
    return {"post": Operation(name, summary, FindingDetailOut, body=body, refusals=REFUSALS, tags=TAGS)}


class Move(OneFinding):
    """Moves of the case."""

    operations = _write("move_finding", _("变更问题状态"), MoveIn)

    def post(self, request: Request, finding_id: int) -> Response:
        """Move the case."""
        cases.move_case(finding_id=finding_id, by=person(request), **self.body)
        return self.told(request, finding_id)


class Assign(OneFinding):
    """Who has the case."""

    operations = _write("assign_finding", _("指派问题"), AssignIn)

    def post(self, request: Request, finding_id: int) -> Response:
        """Give the case to somebody."""
        versions = cases.one_version(finding_id, self.body["version"])
        to = colleague(self.body["to"])
        cases.assign_cases(finding_ids=[finding_id], to=to, by=person(request), versions=versions)
        return self.told(request, finding_id)


class Note(OneFinding):
    """Remarks on the case."""

    operations = _write("note_finding", _("添加备注"), NoteIn)

    def post(self, request: Request, finding_id: int) -> Response:
        """Add a remark."""
        cases.note_case(finding_id=finding_id, text=self.body["text"], by=person(request))
        return self.told(request, finding_id)


class Accept(OneFinding):
    """The case as an exception."""

    operations = _write("accept_exception", _("认可例外"), AcceptIn)

    def post(self, request: Request, finding_id: int) -> Response:
        """Let the conflict stand until a day."""
        exceptions.accept_exception(finding_id=finding_id, by=person(request), **self.body)
        return self.told(request, finding_id)


class EndException(OneFinding):
    """The end of an exception."""

    operations = _write("end_exception", _("终止例外"), EndIn)

    def post(self, request: Request, finding_id: int) -> Response:
        """End the accepted exception today."""
        exceptions.end_exception(finding_id=finding_id, by=person(request), **self.body)
        return self.told(request, finding_id)


def colleague(username: str | None) -> Any:
    """Return the account of a user name, None for nobody. Typed loosely, because doors do not know the models."""
    if username is None:
        return None
    found = staff.account(username)
    if found is None:
        raise AuditError(said("没有账号 %(name)s；请重新选择负责人。") % {"name": username}, rule="case.assignee")
    return found


def require_seen(finding_ids: list[int], within: tuple[str, ...]) -> None:
    """Refuse the whole of an act on many cases when this account does not see one of them."""
    missing = sorted(set(finding_ids) - seen_ids(finding_ids, within=within))
    if missing:
        named = "、".join(map(str, missing[:10]))
        raise UnknownFinding(
            said("没有编号为 %(ids)s 的问题；请刷新列表后再试。") % {"ids": named}, finding_ids=missing
        )
