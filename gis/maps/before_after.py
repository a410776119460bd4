"""Land before and after a plan as one HTML file to forward: it opens from disk with the network off."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from jinja2 import Environment
from shapely.geometry.base import BaseGeometry

from gis.geometry.crs import bounds_of
from gis.geometry.layers import Shapes
from gis.maps.packing import packed
from gis.maps.sheet_page import bare_map, page_file, safe_json, sheet_page

LABEL_TOLERANCE = 0.02
"""Of the shape's own width: how far a name may stand from the middle of the widest part."""

DEGREE_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class ShownGrid:
    """A grid of the plan; `before` and `after` in degrees, None where it has no land on that side.

    `standing` and `change` are words, "" for a grid that stays as it is.
    """

    code: str
    name: str
    label: str
    before: BaseGeometry | None
    after: BaseGeometry | None
    households_before: int
    households_after: int
    standing: str
    change: str


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One plan as a page; shapes in longitude, latitude.

    Parameters
    ----------
    number, mark_words, note : as on the printed papers.
    facts : words and what they say.
    changed : land that passes from a grid to another.
    communities, compounds, neighbours, roads : names and shapes; a road's name comes with its rank.
    """

    title: str
    number: str
    mark_words: str
    note: str
    produced_at: datetime
    facts: list[tuple[str, str]]
    grids: list[ShownGrid]
    changed: list[BaseGeometry] = field(default_factory=list)
    communities: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    compounds: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    neighbours: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    roads: list[tuple[str, str, BaseGeometry]] = field(default_factory=list)


def before_after_page(content: BeforeAfter) -> str:
    """Return one self-contained HTML page; the same content gives the same page.

    Raises
    ------
    MissingAsset : a browser file is missing, or the page would load anything from outside itself.
    """
    said = words()
    shapes = [shape for grid in content.grids for shape in (grid.before, grid.after) if shape is not None]
    box = bounds_of(_array(shapes))
    bounds = [[box[1], box[0]], [box[3], box[2]]] if box is not None else None
    page = bare_map("plan", bounds)
    data = {
        "grids": _grids(content.grids),
        "changed": _placed(content.changed),
        "communities": _named(content.communities),
        "compounds": _named(content.compounds),
        "neighbours": _named(content.neighbours),
        "roads": [
            {"name": name, "rank": rank, "g": shape}
            for (name, rank, _), shape in zip(
                content.roads, packed(_array([one[2] for one in content.roads])), strict=True
            )
        ],
        "bounds": bounds,
        "words": said,
    }
    body = (
        Environment(autoescape=True)
        .from_string(page_file("before_after.html"))
        .render(
            content=content,
            produced_at=date_format(localtime(content.produced_at), "Y-m-d H:i"),
            words=said,
            data=safe_json(data),
        )
    )
    return sheet_page(
        page,
        title=content.title,
        style="before_after.css",
        scripts=("before_after.js",),
        start=f"window.gridworkBeforeAfter({page.get_name()});",
        body=body,
    )


def words() -> dict[str, str]:
    """Return the page's words by key, in the active language."""
    return {
        "swipe": gettext("对照"),
        "before": gettext("调整前"),
        "after": gettext("调整后"),
        "show": gettext("显示"),
        "slider": gettext("左右拖动：左边是调整前，右边是调整后"),
        "list": gettext("涉及网格"),
        "all": gettext("全图"),
        "changed": gettext("调整的土地"),
        "grid": gettext("网格界线"),
        "changed_grid": gettext("涉及网格界线"),
        "community": gettext("社区界线"),
        "compound": gettext("小区"),
        "neighbour": gettext("周边网格"),
        "legend": gettext("图例"),
        "map": gettext("地图：可用方向键平移，用加号、减号缩放"),
        "zoom_in": gettext("放大"),
        "zoom_out": gettext("缩小"),
        "households": gettext("{count} 户"),
        "north": gettext("北"),
        "nothing": gettext("本方案尚未改变任何网格。"),
        "produced": gettext("制作于"),
    }


def _grids(grids: list[ShownGrid]) -> list[dict[str, Any]]:
    before = _placed([grid.before for grid in grids])
    after = _placed([grid.after for grid in grids])
    return [
        {
            "code": grid.code,
            "name": grid.name,
            "label": grid.label,
            "households": [grid.households_before, grid.households_after],
            "standing": grid.standing,
            "change": grid.change,
            "sides": [one, other],
        }
        for grid, one, other in zip(grids, before, after, strict=True)
    ]


def _roads(roads: list[tuple[str, str, BaseGeometry]]) -> list[dict[str, Any]]:
    shapes = packed(_array([shape for _name, _rank, shape in roads]))
    return [{"name": name, "rank": rank, "g": shape} for (name, rank, _), shape in zip(roads, shapes, strict=True)]


def _named(places: list[tuple[str, BaseGeometry]]) -> list[dict[str, Any]]:
    shapes = _placed([shape for _name, shape in places])
    return [{"name": name, **(shape or {})} for (name, _), shape in zip(places, shapes, strict=True)]


def _placed(shapes: list[BaseGeometry | None] | list[BaseGeometry]) -> list[dict[str, Any] | None]:
    """Return each shape packed, with the place of its name; None for one without land."""
    drawn = [shape for shape in shapes if shape is not None and not shape.is_empty]
    found = iter(zip(packed(_array(drawn)), drawn, strict=True))
    made: list[dict[str, Any] | None] = []
    for shape in shapes:
        if shape is None or shape.is_empty:
            made.append(None)
            continue
        packed_shape, drawn_shape = next(found)
        made.append({"g": packed_shape, "at": _label_point(drawn_shape)})
    return made


def _label_point(shape: BaseGeometry) -> list[float]:
    west, south, east, north = shape.bounds
    point: BaseGeometry = shapely.point_on_surface(shape)
    span = max(east - west, north - south)
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon) and shape.is_valid and span > 1e-6:
        point = shapely.maximum_inscribed_circle(shape, span * LABEL_TOLERANCE)
    return [round(value, DEGREE_DECIMALS) for value in shapely.get_coordinates(point)[0].tolist()]


def _array(shapes: list[BaseGeometry]) -> Shapes:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
