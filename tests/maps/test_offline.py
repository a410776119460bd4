"""A finished page loads nothing from outside itself."""

import pytest

from gis.maps import offline
from gis.maps.assets import MissingAsset
from gis.maps.offline import inline, refuse_addresses

LEAFLET = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet"


def test_known_files_are_put_in_their_place():
    page = inline(f'<script src="{LEAFLET}.js"></script><link rel="stylesheet" href="{LEAFLET}.css"/>')
    assert "src=" not in page.split(">")[0]
    assert 't.version="1.9.4"' in page
    assert "data:image/png;base64," in page
    assert "sourceMappingURL" not in page


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://example.org/x.js"></script>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        "<script src='https://example.org/x.js'></script>",
        '<link rel="preload" href="//example.org/x.woff2">',
        '<img src="//example.org/x.png">',
        '<img alt="a" srcset="https://example.org/x.png 2x">',
        '<iframe src="page.html"></iframe>',
        '<form action="https://example.org/"></form>',
        "<style>p { background: url(//example.org/x.png) }</style>",
        "<style>p { background: url('https://example.org/x.png') }</style>",
        '<style>@import "https://example.org/x.css";</style>',
        '<p style="background: url(//example.org/x.png)">',
        '<object data="x.svg"></object>',
    ],
)
def test_any_other_address_is_refused(page):
    with pytest.raises(MissingAsset):
        inline(page)


@pytest.mark.parametrize(
    "page",
    [
        '<script type="application/json">{"name": "src=\\"https://example.org\\" url(//x)"}</script>',
        '<img src="data:image/png;base64,AA==">',
        '<a href="#top">x</a>',
        "<style>p { background: url(data:image/png;base64,AA==) }</style>",
        "<h1>url(//example.org) 与 @import 是普通文字</h1>",
    ],
)
def test_what_loads_nothing_is_let_through(page):
    refuse_addresses(page)


def test_an_address_inside_a_package_style_sheet_is_refused(monkeypatch):
    monkeypatch.setattr(offline, "read_asset", lambda _asset: b"a { src: url(//netdna.example.org/font.woff) }")
    with pytest.raises(MissingAsset) as refused:
        inline(f'<link rel="stylesheet" href="{LEAFLET}.css">')
    assert "netdna.example.org" in refused.value.message
