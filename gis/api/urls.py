"""Addresses of the programming interface."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView

from gis.api.features import PATHS
from gis.api.places import views_of
from gis.api.search import Search, Where
from gis.terms import LayerKind


def _places() -> list[URLPattern]:
    patterns = []
    for kind in LayerKind:
        listed, single = views_of(kind)
        word = PATHS[kind]
        patterns += [
            path(f"{word}/", listed, name=f"api_{word}"),
            path(f"{word}/<path:key>/", single, name=f"api_{kind.value}"),
        ]
    return patterns


version_1: list[URLPattern | URLResolver] = [
    *_places(),
    path("search/", Search.as_view(), name="api_search"),
    path("where/", Where.as_view(), name="api_where"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(version_1)),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api_schema"),
]
