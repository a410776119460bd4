"""The map page: what its script must know before it can ask for anything."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from gis import policy
from gis.geometry.crs import frame_of
from gis.geometry.errors import WrongFrame
from gis.selectors import territory, tiles
from gis.selectors.territory.windows import WrongAddress
from gis.terms import (
    Action,
    CaseState,
    Clarity,
    CompoundKind,
    FindingKind,
    Fit,
    GridFit,
    GridKind,
    LayerKind,
    Novelty,
    RoadRank,
    StationKind,
    Word,
)
from gis.web.scope import Scope, scope_of
from gis.web.tiles import index_of, sight_of

ON_THE_MAP = (Action.TRIAGE_FINDING, Action.ACCEPT_EXCEPTION, Action.IMPORT_LAYER, Action.RUN_AUDIT, Action.EDIT_PLAN)
"""What the page offers only to whoever may do it somewhere in the district; every service asks again."""

ON_CARDS: tuple[type[Word], ...] = (LayerKind, GridKind, CompoundKind, StationKind, RoadRank, Fit, GridFit)
ON_CARDS += (Clarity, FindingKind, CaseState, Novelty)
"""Words that the scripts show: told here, so that they are written once, in gis/terms.py."""


@require_GET
@ensure_csrf_cookie
def live_map(request: HttpRequest) -> HttpResponse:
    """Show the map of the district asked for, or of the first one that this account may see."""
    scope = scope_of(request)
    if scope is None:
        return render(request, "audits/no_district.html")
    return render(request, "map/map.html", {"scope": scope, "config": _config(request, scope)})


def _config(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Return what the script is told (PageConfig in frontend/map/window.ts)."""
    told = map_told(request, scope)
    told["districts"] = [{"code": code, "name": name} for code, name in scope.others]
    told["urls"] = {
        "api": "/api/v1/",
        "tiles": "/tiles/",
        "signIn": reverse("sign_in"),
        "findings": "/findings/",
        "worklist": "/worklist/",
        "map": reverse("map"),
    }
    return told


def map_told(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Return what the script of any page with a map of a district is told."""
    mine = policy.territories_of_each(ON_THE_MAP, request.user)
    return {
        "district": {"code": scope.code, "name": scope.name},
        "today": timezone.localdate().isoformat(),
        "username": request.user.get_username(),
        "language": get_language(),
        "zone": _zone(scope.code),
        "baseMaps": [{**base, "name": _(str(base["name"]))} for base in settings.BASE_MAPS],
        "note": settings.MAP_REVIEW_NUMBER or _("内部使用"),
        "terms": {words.__name__: {word.value: _(word.label) for word in words} for words in ON_CARDS},
        "may": {action.value: _reaches(scope, prefixes) for action, prefixes in mine.items()},
        "index": _index(request, scope),
    }


def _index(request: HttpRequest, scope: Scope) -> dict[str, Any] | None:
    """Return the index of the tiles on the day that the address names, which saves the script a question; None where
    the address names no day that is one: the script asks, and shows what it is told.
    """
    try:
        sight = sight_of(scope, request.GET.get("as_of", ""))
    except WrongAddress:
        return None
    return index_of(tiles.tile_index(sight), sight.as_of)


def _reaches(scope: Scope, prefixes: Sequence[str]) -> bool:
    return any(scope.code.startswith(prefix) or prefix.startswith(scope.code) for prefix in prefixes)


def _zone(district_code: str) -> dict[str, Any] | None:
    """Return the district's metric frame as the browser's proj4 takes it; None where nothing lies anywhere yet."""
    try:
        crs = frame_of(territory.district_frame(district_code))
    except WrongFrame:
        return None
    return {"epsg": crs.to_epsg(), "name": crs.name, "definition": crs.to_wkt("WKT1_GDAL")}
