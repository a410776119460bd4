"""Codes of a plan's grids: what the rule says, and what the officer decides."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.bodies import Body
from gis.api.endpoint import Operation
from gis.api.plans import REFUSALS, TAGS, applied_answer
from gis.api.plans_editor_out import AppliedWithDeltaOut
from gis.api.plans_edits import MOST_GRIDS, CodePair
from gis.api.plans_matching import PlanEndpoint
from gis.services.plans.numbering import apply_codes, proposed_codes


class CodesIn(Body):
    """Grids and the codes that they are to carry; left out: what the rule says."""

    codes = serializers.ListField(child=CodePair(), required=False, min_length=1, max_length=MOST_GRIDS)


class CodePairOut(serializers.Serializer[Any]):
    """A grid, and the code that it should carry."""

    grid = serializers.CharField()
    code = serializers.CharField()


class CodesOut(serializers.Serializer[Any]):
    """Grids that should carry another code: a code stays where the larger part of its households is."""

    version = serializers.IntegerField()
    results = CodePairOut(many=True)


class Codes(PlanEndpoint):
    """Codes of a plan's grids."""

    operations = {
        "get": Operation("list_proposed_codes", _("列出应改的网格编码"), CodesOut, refusals=(404, 422), tags=TAGS),
        "post": Operation(
            "apply_codes",
            _("按规则或按指定编码"),
            AppliedWithDeltaOut,
            body=CodesIn,
            refusals=REFUSALS,
            matched=True,
            tags=TAGS,
        ),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """Tell which codes the rule would change."""
        codes = proposed_codes(plan_id=self.plan.id, by=person(request))
        rows = [{"grid": grid, "code": code} for grid, code in codes.items()]
        return Response(CodesOut({"version": self.plan.version, "results": rows}).data)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Give the grids other codes, as one operation."""
        given = self.body.get("codes")
        codes = {pair["grid"]: pair["code"] for pair in given} if given else None
        applied = apply_codes(plan_id=self.plan.id, version=self.version, by=person(request), codes=codes)
        return applied_answer(applied, request)
