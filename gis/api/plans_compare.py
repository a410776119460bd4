"""Two states of the grids side by side, and what a plan in force left behind: who follows whom, what is handed over."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.endpoint import Endpoint, Operation
from gis.api.fields import LineField, MomentField
from gis.api.plans import TAGS
from gis.api.plans_matching import PlanEndpoint
from gis.api.plans_shapes import AREA, shapes_told
from gis.api.queries import DistrictQuery, Query
from gis.api.scope import district_asked
from gis.selectors.plans import crosswalk_of, hand_overs_of
from gis.selectors.plans.comparison import Comparison, comparison
from gis.services.plans.community_lines import LineProposal, proposed_community_lines
from gis.speech import in_words
from gis.terms import HandOverWay


@extend_schema_field(
    {
        "type": "string",
        "anyOf": [{"format": "uuid"}, {"format": "date"}, {"format": "date-time"}],
        "examples": ["2026-07-01", "2026-07-01T08:00:00+08:00"],
    }
)
class SideField(MomentField):
    """A plan by its number, or a moment: the boundaries then in force."""

    def to_internal_value(self, data: Any) -> uuid.UUID | datetime:  # type: ignore[override]
        try:
            return uuid.UUID(str(data).strip())
        except ValueError:
            return super().to_internal_value(data)


class CompareQuery(DistrictQuery):
    """Which two sides, and which part of the land."""

    left = SideField(help_text=_("方案编号，或日期、时刻（当时生效的边界）"))
    right = SideField(help_text=_("同 left"))
    community = serializers.ListField(
        child=LineField(max_length=12), required=False, help_text=_("只比较这些社区，可重复；不填为方案涉及的社区")
    )
    shapes = serializers.BooleanField(default=False, help_text=_("附上每一行土地的图形"))


class SideOut(serializers.Serializer[Any]):
    """One side: a plan and its version, or a moment."""

    plan = serializers.UUIDField(source="plan_id", allow_null=True)
    title = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class CrosswalkRowOut(serializers.Serializer[Any]):
    """Land, households and buildings that two grids have in common, "" for land in no grid.

    `kept`: the same place on both sides. `noise`: no wider than drawing by another hand, and without a home.
    """

    from_grid = serializers.CharField()
    to_grid = serializers.CharField()
    area_m2 = serializers.FloatField()
    households = serializers.IntegerField()
    buildings = serializers.IntegerField()
    kept = serializers.BooleanField()
    noise = serializers.BooleanField()


@extend_schema_field({"oneOf": [*AREA["oneOf"], {"type": "null"}]})
class RowShapeOut(serializers.Field[Any, Any, Any, Any]):
    """An area in degrees; it is made as text."""

    def to_representation(self, value: Any) -> Any:
        return json.loads(value)


class ComparedRowOut(CrosswalkRowOut):
    """A row with its land, where that was asked for."""

    geometry = RowShapeOut(required=False)


class ExchangeOut(serializers.Serializer[Any]):
    """Land that a grid got from another, or gave to it."""

    code = serializers.CharField()
    area_m2 = serializers.FloatField()
    households = serializers.IntegerField()
    buildings = serializers.IntegerField()
    compounds = serializers.ListField(child=serializers.CharField())


class DifferenceOut(serializers.Serializer[Any]):
    """One grid that differs, told in one line."""

    code = serializers.CharField()
    standing = serializers.ChoiceField(choices=["new", "retired", "changed", "renamed"])
    text = serializers.CharField()
    gained = ExchangeOut(many=True)
    lost = ExchangeOut(many=True)
    households_before = serializers.IntegerField()
    households_after = serializers.IntegerField()
    area_before_m2 = serializers.FloatField()
    area_after_m2 = serializers.FloatField()


class ComparisonOut(serializers.Serializer[Any]):
    """Two sides compared; `noise_m` is the width up to which land without a home counts as drawn by another hand."""

    district = serializers.CharField()
    left = SideOut()
    right = SideOut()
    communities = serializers.ListField(child=serializers.CharField())
    differences = DifferenceOut(many=True)
    crosswalk = ComparedRowOut(many=True)
    noise_m = serializers.FloatField()
    households_moved = serializers.IntegerField()
    area_moved_m2 = serializers.FloatField()


def _compared(found: Comparison, *, shapes: bool) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "from_grid": row.from_code,
            "to_grid": row.to_code,
            "area_m2": round(row.area_m2, 1),
            "households": row.households,
            "buildings": row.buildings,
            "kept": row.kept,
            "noise": row.noise,
        }
        for row in found.rows
    ]
    if shapes:
        for row, text in zip(rows, shapes_told(found.shapes), strict=True):
            row["geometry"] = text
    lines = [
        {
            **{name: getattr(line, name) for name in DifferenceOut._declared_fields},
            "text": in_words(line.text),
            "area_before_m2": round(line.area_before_m2, 1),
            "area_after_m2": round(line.area_after_m2, 1),
        }
        for line in found.lines
    ]
    names = ("left", "right", "communities", "noise_m", "households_moved", "area_moved_m2")
    told = {name: getattr(found, name) for name in names}
    return {**told, "district": found.district_code, "differences": lines, "crosswalk": rows}


class Compare(Endpoint):
    """Two plans, two moments, or one of each."""

    operations = {
        "get": Operation(
            "compare", _("比较两个方案或日期"), ComparisonOut, query=CompareQuery, refusals=(403, 404, 422), tags=TAGS
        )
    }

    def get(self, request: Request) -> Response:
        """Compare two sides."""
        asked = self.asked
        found = comparison(
            asked["left"],
            asked["right"],
            user=person(request),
            district_code=asked.get("district", ""),
            communities=asked.get("community", ()),
        )
        return Response(ComparisonOut(_compared(found, shapes=asked["shapes"])).data)


class CrosswalkOut(serializers.Serializer[Any]):
    """Which grid follows which; empty until the plan is in force."""

    results = CrosswalkRowOut(many=True)


class Crosswalk(PlanEndpoint):
    """Which grid follows which by a plan in force."""

    operations = {"get": Operation("show_crosswalk", _("查看新旧网格对照"), CrosswalkOut, refusals=(404,), tags=TAGS)}

    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Show the rows."""
        return Response(CrosswalkOut({"results": crosswalk_of(self.plan.id)}).data)


class HandOverQuery(Query):
    """Whose list."""

    steward = LineField(required=False, max_length=150, help_text=_("网格员的用户名"))


class HandOverOut(serializers.Serializer[Any]):
    """What leaves or joins a grid, and who answers for the grid; `compound` "" is land outside compounds."""

    grid = serializers.CharField()
    steward = serializers.CharField()
    way = serializers.ChoiceField(choices=HandOverWay.choices())
    other_grid = serializers.CharField()
    compound = serializers.CharField()
    buildings = serializers.IntegerField()
    households = serializers.IntegerField()
    area_m2 = serializers.FloatField()


class HandOversOut(serializers.Serializer[Any]):
    """The hand-over list; empty until the plan is in force."""

    results = HandOverOut(many=True)


class HandOvers(PlanEndpoint):
    """What stewards hand over to each other by a plan in force."""

    operations = {
        "get": Operation(
            "list_hand_overs", _("查看交接清单"), HandOversOut, query=HandOverQuery, refusals=(404,), tags=TAGS
        )
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """List what is handed over."""
        rows = hand_overs_of(self.plan.id, steward=self.asked.get("steward", ""))
        return Response(HandOversOut({"results": rows}).data)


class LineQuery(DistrictQuery):
    """Of which district, as of when."""

    as_of = MomentField(required=False)


class CommunityPartOut(serializers.Serializer[Any]):
    """What of a compound lies in one community."""

    community = serializers.CharField()
    area_m2 = serializers.FloatField()
    households = serializers.IntegerField()


class CommunityShapeOut(serializers.Serializer[Any]):
    """A community with the outline that is proposed for it."""

    code = serializers.CharField()
    name = serializers.CharField()
    geometry = RowShapeOut()


class CommunityLineOut(serializers.Serializer[Any]):
    """A proposal for the line between communities at one compound: another authority decides on it."""

    compound = serializers.CharField()
    name = serializers.CharField()
    to_community = serializers.CharField()
    from_communities = serializers.ListField(child=serializers.CharField())
    parts = CommunityPartOut(many=True)
    area_m2 = serializers.FloatField()
    households = serializers.IntegerField()
    geometry = RowShapeOut(help_text=_("要划转的土地"))
    communities = CommunityShapeOut(many=True)
    grids = serializers.ListField(child=serializers.CharField())
    authority = serializers.CharField()
    text = serializers.CharField()


class CommunityLinesOut(serializers.Serializer[Any]):
    """Proposals for community lines, by code of the compound."""

    results = CommunityLineOut(many=True)


def _line(line: LineProposal) -> dict[str, Any]:
    geometry, *outlines = shapes_told([line.shape, *line.communities.values()])
    plain = {name: getattr(line, name) for name in CommunityLineOut._declared_fields if name != "geometry"}
    communities = [
        {"code": code, "name": line.names[code], "geometry": outline}
        for code, outline in zip(line.communities, outlines, strict=True)
    ]
    return {**plain, "geometry": geometry, "communities": communities, "text": in_words(line.text)}


class CommunityLines(Endpoint):
    """Compounds that lie in two communities, and a proposal for the line between these."""

    operations = {
        "get": Operation(
            "list_community_lines",
            _("列出社区界线建议"),
            CommunityLinesOut,
            query=LineQuery,
            refusals=(403, 404, 422),
            tags=TAGS,
        )
    }

    def get(self, request: Request) -> Response:
        """List the proposals."""
        district, within = district_asked(self.within, self.asked.get("district", ""))
        if within:
            raise Http404(said("社区界线建议按全区给出。"))
        rows = proposed_community_lines(district_code=district, by=person(request), at=self.asked.get("as_of"))
        return Response(CommunityLinesOut({"results": [_line(row) for row in rows]}).data)
