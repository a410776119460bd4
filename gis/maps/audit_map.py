"""The audit as one HTML file that opens from disk with the network off: folium, drawn like a printed sheet."""

import json
from importlib.resources import files
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from jinja2 import Environment, Template

from gis.maps.content import AuditMap
from gis.maps.drawing import sheet
from gis.maps.leaflet import Figure, MacroElement, folium
from gis.maps.offline import inline
from gis.maps.words import words
from gis.terms import Clarity, Fit

_PAGE = files("gis.maps") / "page"
_SCRIPTS = ("begin.js", "layers.js", "labels.js", "cards.js", "panel.js", "grids.js", "start.js")
_LEAFLET = ("leaflet.js", "leaflet.css")

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is fetched, whatever a name in the data may try."""

THIN_SPACE = "\u202f"


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

    def __init__(self) -> None:
        super().__init__()
        self._name = "sheet"
        self._id = "audit"


def audit_map(content: AuditMap) -> str:
    """Return one self-contained HTML page of the audit; the same content gives the same page.

    Raises MissingAsset when a browser file is missing or the page would load anything from outside itself.
    """
    drawn = sheet(content)
    page = _map(drawn)
    groups = _groups(page, drawn)
    control = folium.LayerControl(collapsed=False)
    control._id = "audit"
    control.add_to(page)
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_text("audit_map.css")}</style>'
    start = f"window.gridworkSheet({page.get_name()}, {{{groups}}}, {control.get_name()});"
    scripts = "\n".join(_text(name) for name in _SCRIPTS)
    _Sheet().add_to(page)
    figure = Figure(title=None)
    figure._id = "audit"
    figure.add_child(page)
    # What holds names comes last: a name that looks like a mark then finds none left to answer.
    framed = _put(figure.render(), _Sheet.CODE, f"{scripts}\n{start}")
    framed = _put(framed, _Sheet.BODY, _body(content, drawn))
    framed = _put(framed, _Sheet.HEAD, head)
    return inline(_finished(framed, content.title))


def _put(page: str, mark: str, part: str) -> str:
    """Put a part in the place of its mark."""
    before, found, after = page.partition(mark)
    if not found:
        raise RuntimeError(f"folium wrote no {mark}")
    return before + part + after


def _map(drawn: dict[str, Any]) -> folium.Map:
    """Return the bare folium map: no tiles, Leaflet alone, canvas drawing."""
    page = folium.Map(
        location=_middle(drawn["bounds"]),
        tiles=None,
        zoom_control=False,
        prefer_canvas=True,
        attribution_control=False,
        max_zoom=21,
    )
    page._id = "audit"
    page.options.update({"max_zoom": 21, "zoom_snap": 0.25, "zoom_delta": 0.5, "wheel_px_per_zoom_level": 90})
    page.default_js = [item for item in page.default_js if item[1].endswith(_LEAFLET)]
    page.default_css = [item for item in page.default_css if item[1].endswith(_LEAFLET)]
    return page


def _middle(bounds: list[list[float]] | None) -> list[float]:
    if bounds is None:
        return [35.0, 105.0]
    (south, west), (north, east) = bounds
    return [(south + north) / 2, (west + east) / 2]


def _groups(page: folium.Map, drawn: dict[str, Any]) -> str:
    """Add the layers to the map in the legend's order and return them as a JavaScript object body."""
    members = []
    for key, count, name, shown in _legend(drawn):
        if count == 0 and key not in {"crossed", "grids", "communities"}:
            continue
        label = f'<span class="swatch {key}" aria-hidden="true"></span><span>{name}</span><b>{thin(count)}</b>'
        group = folium.FeatureGroup(name=label, show=shown)
        group._id = key
        group.add_to(page)
        members.append(f"{key}: {group.get_name()}")
    return ", ".join(members)


def _legend(drawn: dict[str, Any]) -> list[tuple[str, int, str, bool]]:
    """Return key, count, words and whether it is on at first, for each layer."""
    states = [(place["state"], place.get("class")) for place in drawn["compounds"]]
    crossed = [clarity for state, clarity in states if state == Fit.CROSSED]
    doubtful = sum(clarity == Clarity.DOUBTFUL for clarity in crossed)
    noise = sum(1 for piece in drawn["pieces"] if piece["g"] and not piece.get("material"))
    return [
        ("crossed", len(crossed) - doubtful, gettext("小区被网格线穿过（明确）"), True),
        ("doubtful", doubtful, gettext("小区被网格线穿过（待核实）"), True),
        ("cuts", len(drawn["cut_lines"]), gettext("穿过小区的网格线"), True),
        ("uncovered", _count(states, Fit.UNCOVERED), gettext("小区部分无网格"), True),
        ("holds", _count(states, Fit.HOLDS), gettext("小区含整网格"), True),
        ("inside", _count(states, Fit.INSIDE), gettext("小区在一个网格内"), True),
        ("gaps", len(drawn["gaps"]), gettext("网格间空隙"), True),
        ("overlaps", len(drawn["overlaps"]), gettext("网格重叠"), True),
        ("communities", len(drawn["communities"]), gettext("社区界线"), True),
        ("grids", len(drawn["grids"]), gettext("网格界线"), True),
        ("noise", noise, gettext("数字化误差碎片（原始记录）"), False),
    ]


def _count(states: list[tuple[str, str | None]], fit: Fit) -> int:
    return sum(state == fit for state, _ in states)


def _body(content: AuditMap, drawn: dict[str, Any]) -> str:
    """Return the title block, the panel's frame and the data, every value escaped."""
    said = words()
    environment = Environment(autoescape=True)
    template = environment.from_string(_text("sheet.html"))
    return template.render(
        title=content.title,
        note=content.note,
        produced_at=date_format(localtime(content.produced_at), "Y-m-d H:i"),
        figures=_figures(content.summary),
        headline=_headline(content.summary, drawn),
        left_out=_left_out(drawn, said),
        words=said,
        data=_json({**drawn, "words": said}),
    )


def _left_out(drawn: dict[str, Any], said: dict[str, str]) -> str:
    """Return what the sheet of a large city does not show, in words; nothing when it shows all."""
    if not drawn["left_out"]:
        return ""
    words_for = said["widest_only"] if drawn["narrowest_left_out"] else said["left_out"]
    return words_for.format(count=thin(drawn["left_out"]), shown=thin(len(drawn["compounds"])))


def _headline(summary: dict[str, Any], drawn: dict[str, Any]) -> str:
    crossed = summary.get("crossed")
    if crossed is None:
        crossed = sum(place["state"] == Fit.CROSSED for place in drawn["compounds"])
    if crossed == 0:
        return gettext("没有小区被网格线穿过")
    return gettext("{count} 个小区被网格线穿过").format(count=thin(crossed))


def _figures(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the title block's small figures: words and number, those only that the summary has."""
    names = [
        ("compounds", gettext("小区")),
        ("grids", gettext("网格")),
        ("communities", gettext("社区")),
        ("uncovered", gettext("部分无网格")),
        ("straddling_grids", gettext("跨社区网格")),
        ("gaps", gettext("空隙")),
        ("overlaps", gettext("重叠")),
    ]
    return [(name, thin(summary[key])) for key, name in names if isinstance(summary.get(key), int)]


def thin(number: int) -> str:
    """Return a whole number with thin spaces between thousands."""
    return f"{number:,}".replace(",", THIN_SPACE)


def _json(value: Any) -> str:
    """Return JSON that cannot end its script element, whatever a name holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _text(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _finished(page: str, title: str) -> str:
    """Give the page its language and title, and let people enlarge it (folium forbids that)."""
    escaped = Environment(autoescape=True).from_string("{{ title }}").render(title=title)
    language = {"zh-hans": "zh-CN"}.get(get_language() or "zh-hans", "en")
    page = page.replace("<html>", f'<html lang="{language}">', 1)
    page = page.replace("<head>", f"<head>\n<title>{escaped}</title>", 1)
    return page.replace("initial-scale=1.0, maximum-scale=1.0, user-scalable=no", "initial-scale=1.0", 1)


__all__ = ["audit_map"]
