"""Places with their boundaries: lists and single ones, as features."""

from typing import Any

from django.http import Http404
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.editions import unchanged
from gis.api.endpoint import Endpoint, Operation
from gis.api.features import PATHS, collection, collection_out, feature_out, written
from gis.api.paging import Cursor, address_of, read_cursor
from gis.api.queries import MomentQuery, PlaceQuery
from gis.api.renderers import GeoJson, Json
from gis.selectors.territory.features import Asked, feature, features, position
from gis.terms import LayerKind


class Places(Endpoint):
    """Places of one kind, in the order of their codes."""

    kind: LayerKind
    renderer_classes = [GeoJson, Json]

    def get(self, request: Request) -> Response:
        """List places."""
        answer = unchanged(request, self.within, self.kind, at=self.asked.get("as_of"))
        if answer.status_code == 304:
            return answer
        limit = self.asked["limit"]
        cursor = read_cursor(self.asked["cursor"]) if self.asked.get("cursor") else None
        backwards = cursor is not None and cursor.backwards
        rows = features(
            self.kind,
            self._what(),
            limit=limit + 1,
            after=cursor.beside if cursor and not backwards else None,
            before=cursor.beside if cursor and backwards else None,
        )
        more = len(rows) > limit
        shown = rows[-limit:] if backwards else rows[:limit]
        further, earlier = (True, more) if backwards else (more, cursor is not None)
        answer.data = collection(
            shown,
            after=address_of(request, Cursor(position(shown[-1])).written() if shown and further else ""),
            before=address_of(request, Cursor(position(shown[0]), True).written() if shown and earlier else ""),
        )
        return answer

    def _what(self) -> Asked:
        return Asked(
            within=self.within,
            at=self.asked.get("as_of"),
            window=self.asked.get("bbox"),
            parent=self.asked.get("parent", ""),
            district=self.asked.get("district", ""),
            code=self.asked.get("code", ""),
            name=self.asked.get("name", ""),
        )


class Place(Endpoint):
    """One place."""

    kind: LayerKind
    renderer_classes = [GeoJson, Json]

    def get(self, request: Request, key: str) -> Response:
        """Show one place."""
        answer = unchanged(request, self.within, self.kind, at=self.asked.get("as_of"))
        if answer.status_code == 304:
            return answer
        row = feature(self.kind, key, Asked(within=self.within, at=self.asked.get("as_of")))
        if row is None:
            raise Http404
        answer.data = written(row)
        return answer


def views_of(kind: LayerKind) -> tuple[Any, Any]:
    """Return the two views of a kind: its list and its single place."""
    title, path = kind.value.title(), PATHS[kind]
    listed = Operation(
        f"list_{path}",
        format_lazy(_("列出{kind}"), kind=_(kind.label)),
        collection_out(kind),
        query=PlaceQuery,
        can_be_unchanged=True,
        geojson=True,
        tags=("places",),
    )
    single = Operation(
        f"show_{kind.value}",
        format_lazy(_("查看{kind}"), kind=_(kind.label)),
        feature_out(kind),
        query=MomentQuery,
        refusals=(404,),
        can_be_unchanged=True,
        geojson=True,
        tags=("places",),
    )
    places: Any = type(f"{title}List", (Places,), {"kind": kind, "operations": {"get": listed}})
    place: Any = type(f"{title}Single", (Place,), {"kind": kind, "operations": {"get": single}})
    return places.as_view(), place.as_view()
