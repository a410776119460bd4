"""One HTML file that opens from disk with the network off: folium's map in a frame of our own, everything inlined."""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from django.utils.translation import get_language
from jinja2 import Environment, Template

from gis.maps.leaflet import Figure, MacroElement, folium
from gis.maps.offline import inline

_PAGE = files("gis.maps") / "page"
_LEAFLET = ("leaflet.js", "leaflet.css")

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is fetched, whatever a name in the data may try."""


class _Sheet(MacroElement):
    """Marks the spots of a folium page where the sheet's own parts go.

    Only marks: branca takes what an element writes for a template and renders it once more, so that a name with
    braces would be run. The parts are put in when folium is done.
    """

    HEAD, BODY, CODE = "<!--sheet:head-->", "<!--sheet:body-->", "/*sheet:code*/"

    _template = Template(
        f"""
        {{% macro header(this, kwargs) %}}{HEAD}{{% endmacro %}}
        {{% macro html(this, kwargs) %}}{BODY}{{% endmacro %}}
        {{% macro script(this, kwargs) %}}{CODE}{{% endmacro %}}
        """
    )

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = "sheet"
        self._id = name


def bare_map(name: str, bounds: list[list[float]] | None) -> folium.Map:
    """Return the bare folium map: no tiles, Leaflet alone, canvas drawing.

    Parameters
    ----------
    name : of its variables in the page: the same page is written the same way each time.
    bounds : [[south, west], [north, east]] in degrees; None when nothing has a shape.
    """
    page = folium.Map(
        location=_middle(bounds),
        tiles=None,
        zoom_control=False,
        prefer_canvas=True,
        attribution_control=False,
        max_zoom=21,
    )
    page._id = name
    page.options.update({"max_zoom": 21, "zoom_snap": 0.25, "zoom_delta": 0.5, "wheel_px_per_zoom_level": 90})
    page.default_js = [item for item in page.default_js if item[1].endswith(_LEAFLET)]
    page.default_css = [item for item in page.default_css if item[1].endswith(_LEAFLET)]
    return page


def sheet_page(page: folium.Map, *, title: str, style: str, scripts: Sequence[str], start: str, body: str) -> str:
    """Return one self-contained HTML page; the same content gives the same page.

    Parameters
    ----------
    page : from `bare_map`, with its layers.
    style, scripts : files beside this one. start : the call that begins, after the scripts.
    body : markup, every value in it escaped.

    Raises
    ------
    MissingAsset : a browser file is missing, or the page would load anything from outside itself.
    """
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{page_file(style)}</style>'
    code = "\n".join(page_file(name) for name in scripts)
    _Sheet(page._id).add_to(page)
    figure = Figure(title=None)
    figure._id = page._id
    figure.add_child(page)
    # What holds names comes last: a name that looks like a mark then finds none left to answer.
    framed = _put(figure.render(), _Sheet.CODE, f"{code}\n{start}")
    framed = _put(framed, _Sheet.BODY, body)
    framed = _put(framed, _Sheet.HEAD, head)
    return inline(_finished(framed, title))


def page_file(name: str) -> str:
    """Return a file of the page's own."""
    return (_PAGE / name).read_text(encoding="utf-8")


def safe_json(value: Any) -> str:
    """Return JSON that cannot end its script element, whatever a name holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _middle(bounds: list[list[float]] | None) -> list[float]:
    if bounds is None:
        return [35.0, 105.0]
    (south, west), (north, east) = bounds
    return [(south + north) / 2, (west + east) / 2]


def _put(page: str, mark: str, part: str) -> str:
    """Put a part in the place of its mark."""
    before, found, after = page.partition(mark)
    if not found:
        raise RuntimeError(f"folium wrote no {mark}")
    return before + part + after


def _finished(page: str, title: str) -> str:
    """Give the page its language and title, and let people enlarge it (folium forbids that)."""
    escaped = Environment(autoescape=True).from_string("{{ title }}").render(title=title)
    language = {"zh-hans": "zh-CN"}.get(get_language() or "zh-hans", "en")
    page = page.replace("<html>", f'<html lang="{language}">', 1)
    page = page.replace("<head>", f"<head>\n<title>{escaped}</title>", 1)
    return page.replace("initial-scale=1.0, maximum-scale=1.0, user-scalable=no", "initial-scale=1.0", 1)
