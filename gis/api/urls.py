"""Addresses of the programming interface."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView

from gis.api.audits import Exceptions, Officers, Run, Runs
from gis.api.bulk import Bulk
from gis.api.cards import PlaceCard
from gis.api.docs import Docs
from gis.api.features import PATHS
from gis.api.findings import Accept, Assign, EndException, Finding, Findings, Move, Note
from gis.api.places import views_of
from gis.api.plans_urls import plans_urls
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
    path("card/<str:kind>/<path:key>/", PlaceCard.as_view(), name="api_card"),
    path("findings/", Findings.as_view(), name="api_findings"),
    path("findings/bulk/", Bulk.as_view(), name="api_findings_bulk"),
    path("findings/<int:finding_id>/", Finding.as_view(), name="api_finding"),
    path("findings/<int:finding_id>/move/", Move.as_view(), name="api_finding_move"),
    path("findings/<int:finding_id>/assign/", Assign.as_view(), name="api_finding_assign"),
    path("findings/<int:finding_id>/note/", Note.as_view(), name="api_finding_note"),
    path("findings/<int:finding_id>/accept/", Accept.as_view(), name="api_finding_accept"),
    path("findings/<int:finding_id>/end-exception/", EndException.as_view(), name="api_finding_end_exception"),
    path("runs/", Runs.as_view(), name="api_runs"),
    path("runs/<int:run_id>/", Run.as_view(), name="api_run"),
    path("exceptions/", Exceptions.as_view(), name="api_exceptions"),
    path("officers/", Officers.as_view(), name="api_officers"),
    path("where/", Where.as_view(), name="api_where"),
    *plans_urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(version_1)),
    path("docs/", Docs.as_view(), name="api_docs"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api_schema"),
]
