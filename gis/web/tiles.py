"""Vector tiles and their index: what the live map draws, within what the account may see."""

import gzip

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from gis.geometry.tilegrid import Tile
from gis.selectors import tiles
from gis.selectors.territory.windows import read_moment
from gis.selectors.tiles import Sight
from gis.terms import MapLayer
from gis.web.scope import scope_of
from gis.web.tile_store import store

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

FOR_GOOD = "private, max-age=604800, immutable"
"""A tile asked for by its edition never changes; a week, because nobody looks at an old edition for longer."""

ASK_AGAIN = "private, no-cache"

COMPRESSION = 6


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Return the editions and zooms of the layers, and where the district lies."""
    sight = _sight(request)
    found = tiles.tile_index(sight)
    etag = f'W/"{found.edition}"'
    body = {
        "edition": found.edition,
        "layers": {
            layer.value: {"minzoom": tiles.DRAWN[layer].min_zoom, "maxzoom": tiles.MAX_ZOOM, "v": version}
            for layer, version in found.layers.items()
        },
        "bounds": found.bounds,
        "as_of": sight.as_of.isoformat() if sight.as_of else None,
    }
    answer = get_conditional_response(request, etag=etag) or JsonResponse(body)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = ASK_AGAIN
    return answer


@require_safe
def tile(request: HttpRequest, layer: str, zoom: int, x: int, y: int) -> HttpResponseBase:
    """Return one tile: 304 when the reader has it, 204 when nothing lies there."""
    place = Tile(zoom, x, y)
    if layer not in set(MapLayer) or not place.exists:
        raise Http404
    wanted = MapLayer(layer)
    sight = _sight(request)
    edition = tiles.edition(wanted, sight)
    etag = f'W/"{edition}"'
    answer = get_conditional_response(request, etag=etag) or _answer(request, _body(wanted, place, sight, edition))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = FOR_GOOD if request.GET.get("v") == edition else ASK_AGAIN
    patch_vary_headers(answer, ["Accept-Encoding", "Cookie"])
    return answer


def _sight(request: HttpRequest) -> Sight:
    """Return what this account may see of the district asked for, at the moment asked for."""
    as_of = request.GET.get("as_of", "")
    moment = read_moment(as_of) if as_of else None
    scope = scope_of(request)
    if scope is None:
        raise Http404
    return Sight(scope.within or (scope.code,), moment)


def _body(layer: MapLayer, place: Tile, sight: Sight, edition: str) -> bytes:
    """Return a finished tile, compressed; empty when nothing lies there."""
    kept = store()
    key = (layer.value, edition, place.zoom, place.x, place.y)
    body = kept.find(*key)
    if body is None:
        drawn = tiles.draw(layer, place, sight)
        body = gzip.compress(drawn, COMPRESSION, mtime=0) if drawn else b""
        kept.keep(body, *key)
    return body


def _answer(request: HttpRequest, body: bytes) -> HttpResponse:
    if not body:
        return HttpResponse(status=204)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(body, content_type=MEDIA_TYPE, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body), content_type=MEDIA_TYPE)
