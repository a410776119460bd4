"""Vector tiles and their index: what the live map draws, within what the account may see."""

import gzip
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from gis.geometry.tilegrid import Tile
from gis.selectors import tiles
from gis.selectors.territory.windows import read_moment
from gis.selectors.tiles import Sight
from gis.terms import MapLayer
from gis.web.scope import Scope, scope_of
from gis.web.tile_store import store

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

FOR_GOOD = "private, max-age=604800, immutable"
"""A tile asked for by its edition never changes; a week, because nobody looks at an old edition for longer."""

ASK_AGAIN = "private, no-cache"

COMPRESSION = 6


def index_of(found: tiles.TileIndex, as_of: datetime | None) -> dict[str, Any]:
    """Return an index as the map's script takes it (TileIndex in frontend/map/tiles.ts)."""
    return {
        "edition": found.edition,
        "layers": {
            layer.value: {"minzoom": tiles.DRAWN[layer].min_zoom, "maxzoom": tiles.MAX_ZOOM, "v": version}
            for layer, version in found.layers.items()
        },
        "bundles": {
            name: {
                "layers": [layer.value for layer in tiles.BUNDLES[name].layers],
                "minzoom": tiles.BUNDLES[name].min_zoom,
                "maxzoom": tiles.MAX_ZOOM,
                "v": version,
            }
            for name, version in found.bundles.items()
        },
        "bounds": found.bounds,
        "as_of": as_of.isoformat() if as_of else None,
    }


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Return the editions and zooms of the layers and their bundles, and where the district lies."""
    sight = _sight(request)
    found = tiles.tile_index(sight)
    etag = f'W/"{found.edition}"'
    answer = get_conditional_response(request, etag=etag) or JsonResponse(index_of(found, sight.as_of))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = ASK_AGAIN
    return answer


@require_safe
def tile(request: HttpRequest, layer: str, zoom: int, x: int, y: int) -> HttpResponseBase:
    """Return one tile of a layer or of a bundle of them: 304 when the reader has it, 204 when nothing lies there."""
    place = Tile(zoom, x, y)
    layers = (
        tiles.BUNDLES[layer].layers if layer in tiles.BUNDLES else tuple(each for each in MapLayer if each == layer)
    )
    if not layers or not place.exists:
        raise Http404
    sight = _sight(request)
    edition = tiles.joint_edition(list(tiles.editions(layers, sight).values()))
    etag = f'W/"{edition}"'
    answer = get_conditional_response(request, etag=etag) or _answer(request, _body(layers, place, sight, edition))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = FOR_GOOD if request.GET.get("v") == edition else ASK_AGAIN
    patch_vary_headers(answer, ["Accept-Encoding", "Cookie"])
    return answer


def sight_of(scope: Scope, as_of: str) -> Sight:
    """Return what an account sees of its district at a moment as it stands in an address; "" is now."""
    return Sight(scope.within or (scope.code,), read_moment(as_of) if as_of else None)


def _sight(request: HttpRequest) -> Sight:
    """Return what this account may see of the district asked for, at the moment asked for."""
    scope = scope_of(request)
    if scope is None:
        raise Http404
    return sight_of(scope, request.GET.get("as_of", ""))


def _body(layers: Sequence[MapLayer], place: Tile, sight: Sight, edition: str) -> bytes:
    """Return a finished tile, compressed; empty when nothing lies there."""
    kept = store()
    key = ("+".join(layers), edition, place.zoom, place.x, place.y)
    body = kept.find(*key)
    if body is None:
        drawn = tiles.draw_together(layers, place, sight)
        body = gzip.compress(drawn, COMPRESSION, mtime=0) if drawn else b""
        kept.keep(body, *key)
    return body


def _answer(request: HttpRequest, body: bytes) -> HttpResponse:
    if not body:
        return HttpResponse(status=204)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(body, content_type=MEDIA_TYPE, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body), content_type=MEDIA_TYPE)
