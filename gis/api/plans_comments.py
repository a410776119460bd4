"""Remarks on a plan."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.bodies import Body
from gis.api.endpoint import Operation
from gis.api.fields import TextField
from gis.api.plans import REFUSALS, TAGS, NoBody
from gis.api.plans_edits import code_field
from gis.api.plans_lines import PositionField
from gis.api.plans_matching import PlanEndpoint
from gis.api.plans_out import CommentOut, CommentsOut, comment_told
from gis.selectors.plans import comments
from gis.services.plans.commenting import comment_on_plan, resolve_comment


class CommentIn(Body):
    """A remark on the plan, on one of its grids, or on a place (longitude, latitude)."""

    text = TextField()
    grid = code_field(required=False, default="")
    place = PositionField(required=False, allow_null=True, default=None)


class Comments(PlanEndpoint):
    """Remarks on a plan; they change nothing of it, so no version is asked for."""

    operations = {
        "get": Operation("list_plan_comments", _("列出批注"), CommentsOut, refusals=(404,), tags=TAGS),
        "post": Operation(
            "comment_on_plan", _("添加批注"), CommentOut, body=CommentIn, refusals=REFUSALS, status=201, tags=TAGS
        ),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """List remarks."""
        return Response(CommentsOut({"results": [comment_told(row) for row in comments(self.plan.id)]}).data)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Add a remark."""
        made = comment_on_plan(plan_id=self.plan.id, by=person(request), **self.body)
        return Response(CommentOut(comment_told(made)).data, status=201)


class ResolveComment(PlanEndpoint):
    """A remark, dealt with."""

    operations = {
        "post": Operation(
            "resolve_plan_comment", _("批注已处理"), CommentOut, body=NoBody, refusals=REFUSALS, tags=TAGS
        )
    }

    def post(self, request: Request, comment_id: int, **_kwargs: Any) -> Response:
        """Mark the remark as dealt with."""
        done = resolve_comment(plan_id=self.plan.id, comment_id=comment_id, by=person(request))
        return Response(CommentOut(comment_told(done)).data)
