"""The land of a plan as it stands: its grids and its units as features."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.endpoint import Operation
from gis.api.fields import WindowField, one_word
from gis.api.plans import TAGS
from gis.api.plans_matching import PlanEndpoint, tag_of, unless_known
from gis.api.plans_shapes import AreaOut, shapes_told
from gis.api.queries import Query
from gis.api.renderers import GeoJson, Json
from gis.selectors.plans.land import PlanGrid, PlanUnit, plan_grids, units_features
from gis.selectors.tiles.editions import Sight, edition
from gis.terms import MapLayer

MARK = ('{"type":"FeatureCollection","features":[', ',"version":')


class PlanGridProperties(serializers.Serializer[Any]):
    """A grid of a plan: households as the plan has it and as its base had it; `changed` when its land differs.

    Land in no grid stands under the code "".
    """

    code = serializers.CharField()
    name = serializers.CharField()
    households = serializers.IntegerField()
    households_before = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    changed = serializers.BooleanField()
    new = serializers.BooleanField()
    retired = serializers.BooleanField()


class PlanUnitProperties(serializers.Serializer[Any]):
    """A unit: it goes to a grid as a whole. `divided`: it lies in several grids until it is assigned."""

    number = serializers.IntegerField()
    grid = serializers.CharField()
    compound = serializers.CharField()
    households = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    divided = serializers.BooleanField()


class PlanGridFeature(serializers.Serializer[Any]):
    """One grid of a plan."""

    type = one_word("Feature")()
    id = serializers.CharField()
    geometry = AreaOut()
    properties = PlanGridProperties()


class PlanUnitFeature(serializers.Serializer[Any]):
    """One unit of a plan."""

    type = one_word("Feature")()
    id = serializers.IntegerField()
    geometry = AreaOut()
    properties = PlanUnitProperties()


class PlanGridsOut(serializers.Serializer[Any]):
    """The grids of a plan, the retired ones last."""

    type = one_word("FeatureCollection")()
    features = PlanGridFeature(many=True)
    version = serializers.IntegerField()


class PlanUnitsOut(serializers.Serializer[Any]):
    """The units of a plan by number."""

    type = one_word("FeatureCollection")()
    features = PlanUnitFeature(many=True)
    version = serializers.IntegerField()


class WindowQuery(Query):
    """Which part of the land."""

    bbox = WindowField(required=False, help_text=_("西,南,东,北（度）；只要与之相交的单元"))


def _collection(
    rows: list[PlanGrid] | list[PlanUnit], properties: type[serializers.Serializer[Any]], key: str, version: int
) -> bytes:
    shapes = shapes_told(row.shape for row in rows)
    features = [
        f'{{"type":"Feature","id":{json.dumps(getattr(row, key))},"geometry":{shape},'
        f'"properties":{json.dumps(properties(row).data, ensure_ascii=False, separators=(",", ":"))}}}'
        for row, shape in zip(rows, shapes, strict=True)
    ]
    return f"{MARK[0]}{','.join(features)}]{MARK[1]}{version}}}".encode()


def homes_edition(within: tuple[str, ...]) -> str:
    """Return the state of the buildings, whose households the features tell."""
    return str(edition(MapLayer.BUILDING, Sight(within, None)))


class PlanGrids(PlanEndpoint):
    """The grids of a plan."""

    renderer_classes = [GeoJson, Json]
    operations = {
        "get": Operation(
            "list_plan_grids",
            _("列出方案的网格"),
            PlanGridsOut,
            refusals=(404,),
            can_be_unchanged=True,
            geojson=True,
            tags=TAGS,
        )
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """List the grids."""
        answer = unless_known(request, tag_of(self.plan, "grids", homes_edition(self.within)))
        if answer.status_code == 200:
            answer.data = _collection(plan_grids(self.plan.id), PlanGridProperties, "code", self.plan.version)
        return answer


class PlanUnits(PlanEndpoint):
    """The units of a plan."""

    renderer_classes = [GeoJson, Json]
    operations = {
        "get": Operation(
            "list_plan_units",
            _("列出方案的单元"),
            PlanUnitsOut,
            query=WindowQuery,
            refusals=(404,),
            can_be_unchanged=True,
            geojson=True,
            tags=TAGS,
        )
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """List the units, of a window when one is given."""
        window = self.asked.get("bbox")
        answer = unless_known(request, tag_of(self.plan, "units", window, homes_edition(self.within)))
        if answer.status_code == 200:
            rows: dict[int, PlanUnit] = {}
            for box in window.boxes if window else [None]:
                rows |= {unit.number: unit for unit in units_features(self.plan.id, bbox=box)}
            ordered = [rows[number] for number in sorted(rows)]
            answer.data = _collection(ordered, PlanUnitProperties, "number", self.plan.version)
        return answer
