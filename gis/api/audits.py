"""Audit runs, accepted exceptions, and who can be given cases."""

from dataclasses import replace

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.endpoint import Endpoint, Operation
from gis.api.findings_out import ExceptionsOut, OfficersOut, RunDetailOut, RunOut, RunsOut
from gis.api.queries import DistrictQuery, ExceptionQuery, LimitQuery, RunQuery
from gis.api.scope import district_asked, part_of
from gis.selectors import audits, staff
from gis.selectors.audits import RunRow
from gis.selectors.audits.seen import BIGGEST, run_changes

TAGS = ("audits",)


def _told(run: RunRow, within: tuple[str, ...]) -> RunRow:
    """Return a run as an account sees it: figures of the whole district only for those who see all of it."""
    return replace(run, totals={}, standing={}) if within else run


class Runs(Endpoint):
    """The audit runs of a district."""

    operations = {"get": Operation("list_runs", _("列出检查"), RunsOut, query=RunQuery, refusals=(404,), tags=TAGS)}

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List the last runs, failed and running ones too."""
        district, within = district_asked(self.within, self.asked.get("district", ""))
        runs = audits.runs(district_code=district, limit=self.asked["limit"])
        wanted = [run for run in runs if self.asked.get("state") in (None, run.state)]
        return Response(RunsOut({"results": [_told(run, within) for run in wanted]}).data)


class Run(Endpoint):
    """One audit run."""

    operations = {
        "get": Operation("show_run", _("查看检查"), RunDetailOut, query=LimitQuery, refusals=(404,), tags=TAGS)
    }

    def get(self, request: Request, run_id: int) -> Response:  # noqa: ARG002 - the framework's signature
        """Show the run and what it changed."""
        run = audits.run(run_id=run_id) if run_id <= BIGGEST else None
        within = part_of(self.within, run.district_code) if run else None
        if run is None or within is None:
            raise Http404
        changes = run_changes(
            run_id=run_id, district_code=run.district_code, within=self.within, limit=self.asked["limit"]
        )
        shown = _told(run, within)
        told = {name: getattr(shown, name) for name in RunOut._declared_fields}
        return Response(RunDetailOut({**told, "changes": {word.value: what for word, what in changes.items()}}).data)


class Exceptions(Endpoint):
    """Accepted exceptions of a district."""

    operations = {
        "get": Operation(
            "list_exceptions", _("列出例外"), ExceptionsOut, query=ExceptionQuery, refusals=(404,), tags=TAGS
        )
    }

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List exceptions, those that end first on top while they hold."""
        district, within = district_asked(self.within, self.asked.get("district", ""))
        rows = audits.exceptions(
            district_code=district,
            within=within,
            holding=True if self.asked["open"] else None,
            limit=self.asked["limit"],
        )
        return Response(ExceptionsOut({"results": rows}).data)


class Officers(Endpoint):
    """Who can be given cases in a district."""

    operations = {
        "get": Operation(
            "list_officers", _("列出可指派的人员"), OfficersOut, query=DistrictQuery, refusals=(404,), tags=TAGS
        )
    }

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List the accounts that may triage there."""
        district, _within = district_asked(self.within, self.asked.get("district", ""))
        return Response(OfficersOut({"results": staff.officers(district_code=district)}).data)
