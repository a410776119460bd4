"""Where a plan goes: submitted, approved or sent back by another person, withdrawn, moved to a new base, continued."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.bodies import Body
from gis.api.endpoint import Operation
from gis.api.fields import LineField, MomentField, TextField
from gis.api.plans import REFUSALS, TAGS, NoBody, plan_answer
from gis.api.plans_lines import PositionField, place_in_degrees
from gis.api.plans_matching import PlanEndpoint
from gis.api.plans_out import PlanDetailOut, plan_told
from gis.selectors.plans.frames import frame_of_plan
from gis.services.plans import deciding, following, opening, rebasing
from gis.services.plans.opening import MOST_TITLE
from gis.speech import in_words


@extend_schema_field(
    {
        "type": "string",
        "anyOf": [{"format": "date"}, {"format": "date-time"}],
        "examples": ["2026-12-01", "2026-12-01T00:00:00+08:00"],
    }
)
class FromField(MomentField):
    """A date (its beginning, China time) or a time of ISO 8601 from which something holds."""

    def to_internal_value(self, data: Any) -> datetime:  # type: ignore[override]
        moment = super().to_internal_value(data)
        if len(str(data).strip()) == len("2026-12-01"):
            return timezone.make_aware(datetime.combine(date.fromisoformat(str(data).strip()), time.min))
        return moment


class ApproveIn(Body):
    """From when the plan is in force (at once unless given), and what is said of it."""

    in_force_from = FromField(required=False, allow_null=True, default=None)
    decision = TextField(required=False, default="")


class RejectIn(Body):
    """Why the plan is sent back."""

    decision = TextField()


class WithdrawIn(Body):
    """Why the plan is withdrawn."""

    reason = TextField(required=False, default="")


class BranchIn(Body):
    """What the branch is called."""

    title = LineField(max_length=MOST_TITLE)


class FollowIn(Body):
    """What the plan that follows is called, and why it is made."""

    title = LineField(max_length=MOST_TITLE)
    reason = TextField()


def _act(name: str, summary: Any, body: type[Body], *, status: int = 200) -> dict[str, Operation]:
    matched = status == 200
    return {
        "post": Operation(
            name, summary, PlanDetailOut, body=body, refusals=REFUSALS, status=status, matched=matched, tags=TAGS
        )
    }


class Submit(PlanEndpoint):
    """The plan, for approval."""

    operations = _act("submit_plan", _("提交审批"), NoBody)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Submit the draft."""
        done = deciding.submit_plan(plan_id=self.plan.id, version=self.version, by=person(request))
        return plan_answer(done, request)


class Approve(PlanEndpoint):
    """The approval, by another person than the author."""

    operations = _act("approve_plan", _("批准方案"), ApproveIn)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Approve the plan: in force at once, or from a moment on."""
        done = deciding.approve_plan(plan_id=self.plan.id, version=self.version, by=person(request), **self.body)
        return plan_answer(done, request)


class Reject(PlanEndpoint):
    """The plan, refused for good."""

    operations = _act("reject_plan", _("退回方案"), RejectIn)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Refuse the plan; it can be branched."""
        done = deciding.reject_plan(plan_id=self.plan.id, version=self.version, by=person(request), **self.body)
        return plan_answer(done, request)


class SendBack(PlanEndpoint):
    """The plan, back with its author."""

    operations = _act("send_back_plan", _("退回修改"), RejectIn)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Send the plan back with a note; it is a draft again."""
        done = deciding.send_back_plan(plan_id=self.plan.id, version=self.version, by=person(request), **self.body)
        return plan_answer(done, request)


class Withdraw(PlanEndpoint):
    """The plan, withdrawn before it is in force."""

    operations = _act("withdraw_plan", _("撤回方案"), WithdrawIn)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Withdraw the plan."""
        done = deciding.withdraw_plan(plan_id=self.plan.id, version=self.version, by=person(request), **self.body)
        return plan_answer(done, request)


class Rebase(PlanEndpoint):
    """The draft on today's boundaries."""

    operations = _act("rebase_plan", _("更新方案的基准"), NoBody)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Move the draft over to today's boundaries where that is safe."""
        done = rebasing.rebase_plan(plan_id=self.plan.id, version=self.version, by=person(request))
        return plan_answer(done, request)


class Branches(PlanEndpoint):
    """Drafts that start where this plan stands."""

    operations = _act("branch_plan", _("另建分支方案"), BranchIn, status=201)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Open a branch."""
        made = opening.branch_plan(plan_id=self.plan.id, by=person(request), **self.body)
        return plan_answer(made, request, status=201)


class LeftOut(serializers.Serializer[Any]):
    """What could not be restored, where, and why."""

    rule = serializers.CharField()
    message = serializers.CharField()
    code = serializers.CharField()
    place = PositionField()
    area_m2 = serializers.FloatField()


class TakenBackOut(serializers.Serializer[Any]):
    """The draft that takes a plan back, and what of the former grids it could not restore."""

    plan = PlanDetailOut()
    left = LeftOut(many=True)


class TakeBack(PlanEndpoint):
    """A draft that restores the grids as they were before this plan, which is in force."""

    operations = {
        "post": Operation(
            "take_back_plan",
            _("撤销已生效的方案"),
            TakenBackOut,
            body=FollowIn,
            refusals=REFUSALS,
            status=201,
            tags=TAGS,
        )
    }

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Open a draft with the former grids, as far as that is possible."""
        made = following.take_back_plan(plan_id=self.plan.id, by=person(request), **self.body)
        frame = frame_of_plan(made.plan.id)
        left = [
            {
                "rule": one.rule,
                "message": in_words(one.reason),
                "code": one.code,
                "place": place_in_degrees(one.place, frame),
                "area_m2": round(one.area_m2, 1),
            }
            for one in made.left
        ]
        answer = plan_answer(made.plan, request, status=201)
        answer.data = TakenBackOut({"plan": plan_told(made.plan, person(request)), "left": left}).data
        return answer


class Correct(PlanEndpoint):
    """A draft that corrects this plan, which is in force."""

    operations = _act("correct_plan", _("更正已生效的方案"), FollowIn, status=201)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Open a draft from today's boundaries."""
        made = opening.correct_plan(plan_id=self.plan.id, by=person(request), **self.body)
        return plan_answer(made, request, status=201)
