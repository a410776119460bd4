"""The check of a plan: what it mends, what it leaves, what it would bring."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.endpoint import Operation
from gis.api.plans import TAGS, NoBody
from gis.api.plans_lines import PositionField
from gis.api.plans_matching import PlanEndpoint
from gis.selectors.plans import PlanRow
from gis.services.plans.checking import check_plan
from gis.terms import Clarity, FindingKind


class ReasonOut(serializers.Serializer[Any]):
    """Why a plan cannot come into force."""

    rule = serializers.CharField()
    text = serializers.CharField()


class PlanFindingOut(serializers.Serializer[Any]):
    """A finding that the plan mends, leaves or brings, and a point to look at."""

    kind = serializers.ChoiceField(choices=FindingKind.choices())
    clarity = serializers.ChoiceField(choices=Clarity.choices())
    subjects = serializers.ListField(child=serializers.CharField())
    place = PositionField()
    width_m = serializers.FloatField(allow_null=True)
    area_m2 = serializers.FloatField(allow_null=True)
    households = serializers.IntegerField(allow_null=True)


class BareUnitOut(serializers.Serializer[Any]):
    """A unit in no grid, and a point to look at."""

    unit = serializers.IntegerField()
    compound = serializers.CharField()
    area_m2 = serializers.FloatField()
    place = PositionField()


class CheckOut(serializers.Serializer[Any]):
    """The last check: of which version, whether the plan may come into force, and if not why, the weightiest first.

    `base_changed`: the boundaries that it starts from are no longer those in force..
    """

    version = serializers.IntegerField()
    checked_at = serializers.DateTimeField()
    publishable = serializers.BooleanField()
    reasons = ReasonOut(many=True)
    base_changed = serializers.BooleanField()
    crossed_before = serializers.ListField(child=serializers.CharField())
    crossed_after = serializers.ListField(child=serializers.CharField())
    resolved = PlanFindingOut(many=True)
    known = PlanFindingOut(many=True)
    new = PlanFindingOut(many=True)
    new_sizes = PlanFindingOut(many=True, help_text=_("新增的规模问题：只提示，不妨碍生效"))
    sizes_before = serializers.IntegerField(help_text=_("规模问题的个数：基准"))
    sizes_after = serializers.IntegerField(help_text=_("规模问题的个数：按方案"))
    scattered = serializers.ListField(child=serializers.CharField(), help_text=_("不连成一片的网格"))
    unassigned = BareUnitOut(many=True)
    households_moved = serializers.IntegerField()
    area_moved_m2 = serializers.FloatField()
    grids_changed = serializers.ListField(child=serializers.CharField())


class LastCheckOut(serializers.Serializer[Any]):
    """The plan's version now, and the last check of it; null when it was never checked."""

    version = serializers.IntegerField()
    check = CheckOut(allow_null=True)


LISTS = ("resolved", "known", "new", "new_sizes")


def check_told(plan: PlanRow) -> dict[str, Any]:
    """Return the last check of a plan as `LastCheckOut` writes it."""
    figures = plan.figures
    if not figures:
        return {"version": plan.version, "check": None}
    listed = {name: [_finding(finding) for finding in figures[name]] for name in LISTS}
    return {"version": plan.version, "check": {**figures, **listed}}


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    measures = {name: finding.get(name) for name in ("width_m", "area_m2", "households")}
    return {**finding, **measures, "clarity": finding["class"]}


class PlanChecks(PlanEndpoint):
    """The check of a plan."""

    operations = {
        "get": Operation("show_check", _("查看方案核查结果"), LastCheckOut, refusals=(404,), tags=TAGS),
        "post": Operation("check_plan", _("核查方案"), LastCheckOut, body=NoBody, refusals=(404, 409, 422), tags=TAGS),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Show what the last check said."""
        return Response(LastCheckOut(check_told(self.plan)).data)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Check the plan as it stands."""
        return Response(LastCheckOut(check_told(check_plan(plan_id=self.plan.id, by=person(request)))).data)
