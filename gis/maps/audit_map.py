"""The audit as one HTML file that opens from disk with the network off: folium, drawn like a printed sheet."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from jinja2 import Environment

from gis.maps.content import AuditMap
from gis.maps.drawing import sheet
from gis.maps.leaflet import folium
from gis.maps.sheet_page import bare_map, page_file, safe_json, sheet_page
from gis.maps.words import words
from gis.terms import Clarity, Fit

_SCRIPTS = ("begin.js", "layers.js", "labels.js", "cards.js", "panel.js", "grids.js", "start.js")

THIN_SPACE = "\u202f"


def audit_map(content: AuditMap) -> str:
    """Return one self-contained HTML page of the audit; the same content gives the same page.

    Raises MissingAsset when a browser file is missing or the page would load anything from outside itself.
    """
    drawn = sheet(content)
    page = bare_map("audit", drawn["bounds"])
    groups = _groups(page, drawn)
    control = folium.LayerControl(collapsed=False)
    control._id = "audit"
    control.add_to(page)
    start = f"window.gridworkSheet({page.get_name()}, {{{groups}}}, {control.get_name()});"
    return sheet_page(
        page, title=content.title, style="audit_map.css", scripts=_SCRIPTS, start=start, body=_body(content, drawn)
    )


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
    template = environment.from_string(page_file("sheet.html"))
    return template.render(
        title=content.title,
        note=content.note,
        produced_at=date_format(localtime(content.produced_at), "Y-m-d H:i"),
        figures=_figures(content.summary),
        headline=_headline(content.summary, drawn),
        left_out=_left_out(drawn, said),
        words=said,
        data=safe_json({**drawn, "words": said}),
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


__all__ = ["audit_map"]
