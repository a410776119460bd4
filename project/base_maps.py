"""Ground maps that the map page offers: plain for everybody, Tianditu with a key, OpenStreetMap to developers."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

BaseMap = dict[str, Any]


def gettext_noop(words: str) -> str:
    """Mark words for the catalogue. Django's own asks the settings, which are only being read here."""
    return words


PLAIN: BaseMap = {"id": "plain", "name": gettext_noop("素色底图"), "layers": [], "attribution": "", "maxZoom": 20}

OPEN_STREET_MAP: BaseMap = {
    "id": "osm",
    "name": gettext_noop("OpenStreetMap（仅供开发）"),
    "layers": ["https://tile.openstreetmap.org/{z}/{x}/{y}.png"],
    "attribution": "© OpenStreetMap contributors",
    "maxZoom": 19,
}

_TIANDITU = [
    ("tianditu-streets", gettext_noop("天地图街道"), ("vec", "cva")),
    ("tianditu-imagery", gettext_noop("天地图影像"), ("img", "cia")),
    ("tianditu-terrain", gettext_noop("天地图地形"), ("ter", "cta")),
]
"""Each ground has its names as a layer of its own on top."""


def offered(tianditu_key: str) -> list[BaseMap]:
    """Return the ground maps in the order of the list; Tianditu's only with a key."""
    if not tianditu_key:
        return [PLAIN]
    return [
        PLAIN,
        *(
            {
                "id": name,
                "name": words,
                "layers": [_wmts(layer, tianditu_key) for layer in layers],
                "attribution": "天地图 · 国家地理信息公共服务平台",
                "maxZoom": 14 if name.endswith("terrain") else 18,
            }
            for name, words, layers in _TIANDITU
        ),
    ]


def _wmts(layer: str, key: str) -> str:
    """Return the address of one WMTS layer in Web Mercator (matrix set "w"); {0-7} are its eight servers."""
    return (
        f"https://t{{0-7}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
        f"&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={quote(key)}"
    )


def hosts(maps: Iterable[BaseMap]) -> list[str]:
    """Return the origins that pictures of these maps come from, as the content security policy names them."""
    origins = set()
    for layer in (layer for ground in maps for layer in ground["layers"]):
        parts = urlsplit(layer)
        host = parts.netloc.replace("t{0-7}.", "*.")
        origins.add(f"{parts.scheme}://{host}")
    return sorted(origins)
