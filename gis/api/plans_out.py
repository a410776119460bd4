"""Plans in words of the interface: what a list, a page and a log show of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from gis.api.plans_edits import EditField, edit_told
from gis.api.plans_lines import PositionField
from gis.selectors.plans import CommentRow, OperationRow, PlanRow
from gis.selectors.plans.acts import Act, offers_for
from gis.terms import PlanFollows, PlanState


class PlanOut(serializers.Serializer[Any]):
    """A plan as a list shows it. `version` grows with every write; `done` operations are in effect, `undone` more can
    be made again; `failure` says why one could not come into force."""

    id = serializers.UUIDField()
    district = serializers.CharField(source="district_code")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=PlanState.choices())
    version = serializers.IntegerField()
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    touched_at = serializers.DateTimeField()
    base_at = serializers.DateTimeField(help_text=_("以哪一刻的边界为基准"))
    communities = serializers.ListField(child=serializers.CharField())
    branch_of = serializers.UUIDField(allow_null=True)
    follows = serializers.UUIDField(allow_null=True)
    follows_as = serializers.ChoiceField(choices=PlanFollows.choices(), allow_null=True)
    done = serializers.IntegerField()
    undone = serializers.IntegerField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    approver = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    in_force_from = serializers.DateTimeField(allow_null=True)
    in_force_at = serializers.DateTimeField(allow_null=True)


class PlansOut(serializers.Serializer[Any]):
    """Plans, the newest first; `total` counts those of all pages."""

    total = serializers.IntegerField()
    results = PlanOut(many=True)


class PlanMayOut(serializers.Serializer[Any]):
    """What this account may do with the plan as it stands."""

    edit = serializers.BooleanField()
    submit = serializers.BooleanField()
    decide = serializers.BooleanField(help_text=_("批准或退回；不能是编制、绘制或提交人"))
    withdraw = serializers.BooleanField()
    branch = serializers.BooleanField()
    follow = serializers.BooleanField(help_text=_("更正或撤销已生效的方案"))


class PlanDetailOut(PlanOut):
    """One plan."""

    reason = serializers.CharField()
    decision = serializers.CharField(help_text=_("审批意见"))
    failure = serializers.CharField()
    may = PlanMayOut()


def plan_told(plan: PlanRow, person: Any) -> dict[str, Any]:
    """Return a plan as `PlanDetailOut` writes it for an account."""
    row = {name: getattr(plan, name) for name in PlanRow.__dataclass_fields__}
    return {**row, "may": may_with(plan, person)}


def may_with(plan: PlanRow, person: Any) -> dict[str, bool]:
    """Return what an account may do with a plan as it stands."""
    offers = offers_for(plan, person)
    allowed = {name for name, offer in offers.items() if offer.allowed}
    return {
        "edit": Act.EDIT in allowed,
        "submit": Act.SUBMIT in allowed,
        "decide": bool(allowed & {Act.APPROVE, Act.REJECT, Act.SEND_BACK}),
        "withdraw": Act.WITHDRAW in allowed,
        "branch": Act.BRANCH in allowed,
        "follow": Act.CORRECT in allowed,
    }


class MovedOut(serializers.Serializer[Any]):
    """What some operations moved: grids whose land changed, households that lie in another grid, sizes now."""

    grids = serializers.ListField(child=serializers.CharField())
    households_moved = serializers.IntegerField()
    households = serializers.DictField(child=serializers.IntegerField())


class OperationOut(serializers.Serializer[Any]):
    """One operation of the log; `in_effect` is false for one that was undone."""

    number = serializers.IntegerField()
    edit = EditField()
    text = serializers.CharField()
    moved = MovedOut()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    in_effect = serializers.BooleanField()


class OperationsOut(serializers.Serializer[Any]):
    """The log of a plan, in order, the undone ones too."""

    version = serializers.IntegerField()
    results = OperationOut(many=True)


class AppliedOut(serializers.Serializer[Any]):
    """A plan after operations: the number of the last one and what all of them moved together."""

    plan = PlanDetailOut()
    number = serializers.IntegerField()
    moved = MovedOut()


def operation_told(row: OperationRow, frame: str) -> dict[str, Any]:
    """Return an operation as `OperationOut` writes it."""
    return {
        "number": row.number,
        "edit": edit_told(row.edit, frame),
        "text": row.text,
        "moved": row.figures,
        "by": row.by,
        "at": row.at,
        "in_effect": row.in_effect,
    }


class CommentOut(serializers.Serializer[Any]):
    """A remark on a plan, on one of its grids, or on a place of it."""

    id = serializers.IntegerField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()
    grid = serializers.CharField()
    place = PositionField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField()


class CommentsOut(serializers.Serializer[Any]):
    """Remarks, the oldest first."""

    results = CommentOut(many=True)


def comment_told(row: CommentRow) -> dict[str, Any]:
    """Return a remark as `CommentOut` writes it."""
    return {name: getattr(row, name) for name in CommentRow.__dataclass_fields__}
