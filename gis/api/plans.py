"""Plans: the list, one, its log, and edits of it."""

import json
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.bodies import Body
from gis.api.endpoint import Endpoint, Operation
from gis.api.fields import LineField, MomentField, TextField, WordField
from gis.api.plans_editor_out import AppliedWithDeltaOut, SteppedOut, delta_text, joined
from gis.api.plans_edits import EditField, edit_of
from gis.api.plans_matching import PlanEndpoint, tag_of, unless_known
from gis.api.plans_out import AppliedOut, OperationsOut, PlanDetailOut, PlansOut, operation_told, plan_told
from gis.api.queries import DistrictQuery, limit_field
from gis.api.renderers import Json
from gis.api.scope import part_of
from gis.selectors import plans
from gis.selectors.plans.frames import frame_of_plan
from gis.services.plans import operating
from gis.services.plans.opening import MOST_TITLE, open_plan
from gis.services.plans.operating import Applied
from gis.terms import PlanState

TAGS = ("plans",)
REFUSALS = (404, 409, 422)
MOST_EDITS = 500
"""Edits of one request; an upload may bring more."""


class PlanQuery(DistrictQuery):
    """Which plans."""

    community = serializers.ListField(
        child=LineField(max_length=12), required=False, help_text=_("涉及这些社区之一的，可重复")
    )
    state = serializers.ListField(child=WordField(PlanState), required=False)
    mine = serializers.BooleanField(default=False, help_text=_("只要自己编制的"))
    offset = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)
    limit = limit_field(few=50, most=200)


class PlanIn(Body):
    """A plan to be opened: for which communities, what it is called, why, and which day's boundaries it starts from."""

    district = serializers.RegexField(r"^[0-9]{6}$")
    communities = serializers.ListField(child=serializers.RegexField(r"^[0-9]{12}$"), min_length=1, max_length=100)
    title = LineField(max_length=MOST_TITLE)
    reason = TextField()
    base_at = MomentField(required=False, help_text=_("以哪一刻的边界为基准；不填为现在"))


class PlanTextIn(Body):
    """What a plan is called and why it is made; what is left out stays."""

    title = LineField(required=False, max_length=MOST_TITLE)
    reason = TextField(required=False)


class EditsIn(Body):
    """Edits in order: all are made, or none."""

    edits = serializers.ListField(child=EditField(), min_length=1, max_length=MOST_EDITS)


class Plans(Endpoint):
    """The plans that an account may see."""

    operations = {
        "get": Operation("list_plans", _("列出调整方案"), PlansOut, query=PlanQuery, tags=TAGS),
        "post": Operation(
            "open_plan", _("新建调整方案"), PlanDetailOut, body=PlanIn, refusals=REFUSALS, status=201, tags=TAGS
        ),
    }

    def get(self, request: Request) -> Response:
        """List plans, the newest first."""
        total, rows = plans.plans(
            person(request),
            district_code=self.asked.get("district", ""),
            communities=self.asked.get("community", ()),
            states=self.asked.get("state", ()),
            author_id=person(request).pk if self.asked["mine"] else None,
            offset=self.asked["offset"],
            limit=self.asked["limit"],
        )
        return Response(PlansOut({"total": total, "results": rows}).data)

    def post(self, request: Request) -> Response:
        """Open a draft."""
        if part_of(self.within, self.body["district"]) is None:
            raise Http404
        made = open_plan(
            district_code=self.body["district"],
            communities=self.body["communities"],
            title=self.body["title"],
            reason=self.body["reason"],
            base_at=self.body.get("base_at"),
            by=person(request),
        )
        return plan_answer(made, request, status=201)


def plan_answer(plan: plans.PlanRow, request: Request, *, status: int = 200) -> Response:
    """Return a plan as an act left it, with its ETag."""
    told = plan_told(plan, person(request))
    headers = {"ETag": plan_tag(plan, told), "Cache-Control": "private, no-cache"}
    if status == 201:
        headers["Location"] = reverse("api_plan", args=[plan.id])
    return Response(PlanDetailOut(told).data, status=status, headers=headers)


def plan_tag(plan: plans.PlanRow, told: dict[str, Any]) -> str:
    """Return the ETag of a plan as an account is told of it."""
    return tag_of(plan, "plan", sorted(told["may"].items()))


class Plan(PlanEndpoint):
    """One plan."""

    operations = {
        "get": Operation(
            "show_plan", _("查看调整方案"), PlanDetailOut, refusals=(404,), can_be_unchanged=True, tags=TAGS
        ),
        "patch": Operation(
            "describe_plan",
            _("修改标题或理由"),
            PlanDetailOut,
            body=PlanTextIn,
            refusals=REFUSALS,
            matched=True,
            tags=TAGS,
        ),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """Show the plan."""
        told = plan_told(self.plan, person(request))
        answer = unless_known(request, plan_tag(self.plan, told))
        if answer.status_code == 200:
            answer.data = PlanDetailOut(told).data
        return answer

    def patch(self, request: Request, **_kwargs: Any) -> Response:
        """Change title or reason."""
        changed = operating.describe_plan(
            plan_id=self.plan.id,
            version=self.version,
            title=self.body.get("title", self.plan.title),
            reason=self.body.get("reason", self.plan.reason),
            by=person(request),
        )
        return plan_answer(changed, request)


class Operations(PlanEndpoint):
    """The log of a plan, and edits of it."""

    operations = {
        "get": Operation(
            "list_operations", _("列出操作"), OperationsOut, refusals=(404,), can_be_unchanged=True, tags=TAGS
        ),
        "post": Operation(
            "apply_operations",
            _("做一项或几项操作"),
            AppliedWithDeltaOut,
            body=EditsIn,
            refusals=REFUSALS,
            matched=True,
            tags=TAGS,
        ),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """List the operations."""
        answer = unless_known(request, tag_of(self.plan, "operations"))
        if answer.status_code == 200:
            frame = frame_of_plan(self.plan.id)
            rows = [operation_told(row, frame) for row in plans.operations(self.plan.id)]
            answer.data = OperationsOut({"version": self.plan.version, "results": rows}).data
        return answer

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Make the edits, all or none."""
        frame = frame_of_plan(self.plan.id)
        applied = operating.apply_operations(
            plan_id=self.plan.id,
            version=self.version,
            edits=[edit_of(edit, frame) for edit in self.body["edits"]],
            by=person(request),
        )
        return applied_answer(applied, request)


def applied_answer(applied: Applied, request: Request) -> Response:
    """Return a plan after operations, with its ETag and what they changed."""
    plan = plan_told(applied.plan, person(request))
    told = {"plan": plan, "number": applied.number, "moved": applied.figures}
    text = joined(_plain(AppliedOut(told).data), {"delta": delta_of(applied)})
    return Response(text.encode(), headers={"ETag": plan_tag(applied.plan, plan)})


def stepped_answer(applied: Applied, request: Request) -> Response:
    """Return a plan after a step back or forth, with its ETag and what it changed."""
    plan = plan_told(applied.plan, person(request))
    text = joined(_plain(PlanDetailOut(plan).data), {"delta": delta_of(applied)})
    return Response(text.encode(), headers={"ETag": plan_tag(applied.plan, plan)})


def delta_of(applied: Applied) -> str:
    """Return what operations changed, as `DeltaOut` writes it."""
    plan = applied.plan
    return delta_text(applied.changes, version=plan.version, number=plan.done, total=plan.done + plan.undone)


def _plain(told: Any) -> Any:
    return json.loads(Json().render(told))


class NoBody(Body):
    """Nothing."""


def _step(name: str, summary: Any) -> dict[str, Operation]:
    return {
        "post": Operation(name, summary, SteppedOut, body=NoBody, refusals=REFUSALS, matched=True, tags=TAGS),
    }


class Undo(PlanEndpoint):
    """The last operation, taken back."""

    operations = _step("undo_operation", _("撤销一步"))

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Take the last operation back."""
        stepped = operating.step_back(plan_id=self.plan.id, version=self.version, by=person(request))
        return stepped_answer(stepped, request)


class Redo(PlanEndpoint):
    """The operation that was taken back last, made again."""

    operations = _step("redo_operation", _("重做一步"))

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Make it again."""
        stepped = operating.step_forward(plan_id=self.plan.id, version=self.version, by=person(request))
        return stepped_answer(stepped, request)
