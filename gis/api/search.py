"""Finding places: by what somebody types, and by a point."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.endpoint import Endpoint, Operation
from gis.api.fields import BBOX, POSITION
from gis.api.queries import SearchQuery, WhereQuery
from gis.selectors.territory.features import Asked, features
from gis.selectors.territory.search import search
from gis.selectors.territory.windows import Window
from gis.terms import LayerKind


@extend_schema_field({"oneOf": [BBOX, {"type": "null"}]})
class BoxOut(serializers.ListField):
    """West, south, east, north in degrees; null where nobody knows."""


@extend_schema_field({"oneOf": [POSITION, {"type": "null"}]})
class PointOut(serializers.ListField):
    """Longitude, latitude; null where nobody knows."""


class HitOut(serializers.Serializer[Any]):
    """A place that was found."""

    kind = serializers.ChoiceField(choices=LayerKind.choices())
    code = serializers.CharField()
    district = serializers.CharField()
    name = serializers.CharField()
    within = serializers.CharField(help_text=_("所在的街道和社区"))
    bbox = BoxOut(source="box", allow_null=True)
    point = PointOut(allow_null=True)


class SearchOut(serializers.Serializer[Any]):
    """What was found, the likeliest first."""

    results = HitOut(many=True, source="hits")
    near = serializers.BooleanField(help_text=_("没有完全相符的，这些只是相近"))


class Search(Endpoint):
    """Places by what somebody types."""

    operations = {"get": Operation("search", _("搜索地点"), SearchOut, query=SearchQuery, tags=("search",))}

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """Find places."""
        found = search(
            self.asked["q"],
            within=self.within,
            district=self.asked.get("district", ""),
            kinds=self.asked.get("kind", ()),
            limit=self.asked["limit"],
        )
        return Response(SearchOut(found).data)


class HolderOut(serializers.Serializer[Any]):
    """A place that holds a point."""

    kind = serializers.ChoiceField(choices=LayerKind.choices())
    code = serializers.CharField()
    district = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField()  # type: ignore[assignment]  # a field's name


class WhereOut(serializers.Serializer[Any]):
    """What lies at a point, the largest first."""

    point = PointOut()
    places = HolderOut(many=True)


AREAS = (
    LayerKind.DISTRICT,
    LayerKind.STREET,
    LayerKind.COMMUNITY,
    LayerKind.GRID,
    LayerKind.COMPOUND,
    LayerKind.BUILDING,
)


class Where(Endpoint):
    """What lies at a point."""

    operations = {"get": Operation("where", _("查询某点所在的地点"), WhereOut, query=WhereQuery, tags=("search",))}

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """Name the places that hold a point; on a shared line all that meet there."""
        lon, lat = self.asked["lon"], self.asked["lat"]
        asked = Asked(
            within=self.within,
            at=self.asked.get("as_of"),
            window=Window(lon, lat, lon, lat),
            district=self.asked.get("district", ""),
        )
        places = [row for kind in AREAS for row in features(kind, asked, limit=20)]
        return Response(WhereOut({"point": [lon, lat], "places": places}).data)
