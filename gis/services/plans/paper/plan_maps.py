"""The maps of a plan's notice: one of the whole where it concerns several communities, and one of each community."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Layer
from gis.maps.paper.content import MapGrid, MapRoad, MapShape, PlanMap
from gis.maps.paper.scene import Box
from gis.services.plans.paper.heads import day_words
from gis.services.plans.paper.land import AROUND_M, COMMUNITY_DIGITS, Named, PlanLand
from gis.services.plans.paper.layers import together

SAME_LINE_M = 0.01
"""Two lines no further apart are one: noding and the way to degrees and back move a line by less than a millimetre."""

SMALL_PART = 0.6
"""Of a community's extent: where the grids concerned take less, the maps show them and what is around them."""

FOCUS_MARGIN = 0.25
"""Of the extent of the grids concerned: what is shown around them."""

SHORTEST_M = 1.0
"""What is shorter is a remnant of comparing, no line."""


def maps_of(land: PlanLand, concerned: Sequence[str]) -> list[PlanMap]:
    """Return the maps of the communities with grids that a plan changes, the whole before the parts."""
    communities = sorted({code[:COMMUNITY_DIGITS] for code in concerned})
    parts = [_map(land, [code], set(concerned)) for code in communities]
    if len(parts) < 2:
        return parts
    whole = _map(land, communities, set(concerned))
    title = _("总图：%(count)s 个社区") % {"count": len(parts)}
    return [
        replace(whole, title=title, overview=True, compounds=[], neighbours=[], offices=[], stations=[], focus=None),
        *parts,
    ]


def _map(land: PlanLand, communities: Sequence[str], concerned: set[str]) -> PlanMap:
    before = _own(land, land.grids_before, communities, concerned, land.households_before)
    after = _own(land, land.grids_after, communities, concerned, land.households_after)
    whole = shapely.union_all([grid.shape for grid in (*before, *after)])
    near = shapely.box(*whole.bounds).buffer(AROUND_M, cap_style="square", join_style="mitre")
    shapely.prepare(near)
    around = _others(land, communities)
    return PlanMap(
        title=_("、").join(land.community_names.get(code, code) for code in communities),
        before_title=_("调整前"),
        after_title=_after_words(land),
        before=before,
        after=after,
        changed=_union([piece for piece in land.changed if whole.intersects(piece.representative_point())]),
        gone=_gone(before, after),
        communities=[
            MapShape(land.community_names.get(str(code), str(code)), shape, str(code))
            for code, shape in zip(land.communities.codes, land.communities.shapes, strict=True)
            if str(code) in communities
        ],
        neighbours=_shown(around, near, land.grid_names),
        compounds=_shown(land.compounds, near, land.compound_names),
        roads=[
            MapRoad(road.name, road.shape, road.code, road.kind) for road in land.roads if near.intersects(road.shape)
        ],
        offices=_within(land.offices, whole),
        stations=_within(land.stations, whole),
        focus=_focus(before, after),
    )


def _focus(before: Sequence[MapGrid], after: Sequence[MapGrid]) -> Box | None:
    """Return the box around the grids concerned where they are a small part of their community, else None."""
    concerned = [grid.shape for grid in (*before, *after) if grid.changed]
    if not concerned:
        return None
    west, south, east, north = np.asarray(shapely.total_bounds(np.array(concerned, dtype=object))).tolist()
    all_of_it = np.array([grid.shape for grid in (*before, *after)], dtype=object)
    left, low, right, high = shapely.total_bounds(all_of_it).tolist()
    span, whole = max(east - west, north - south), max(right - left, high - low)
    if span > SMALL_PART * whole:
        return None
    margin = span * FOCUS_MARGIN
    return west - margin, south - margin, east + margin, north + margin


def _after_words(land: PlanLand) -> str:
    if land.plan.in_force_from is None:
        return _("调整后")
    return _("调整后（自 %(day)s 起）") % {"day": day_words(land.plan.in_force_from)}


def _own(
    land: PlanLand, layer: Layer, communities: Sequence[str], concerned: set[str], households: dict[str, int]
) -> list[MapGrid]:
    return [
        MapGrid(short_name(land, str(code)), shape, str(code), households.get(str(code), 0), str(code) in concerned)
        for code, shape in zip(layer.codes, layer.shapes, strict=True)
        if str(code)[:COMMUNITY_DIGITS] in communities
    ]


def short_name(land: PlanLand, code: str) -> str:
    """Return a grid's name without that of its community, which the map's title says."""
    name = land.grid_names.get(code, code)
    community = land.plain_community_names.get(code[:COMMUNITY_DIGITS], "")
    short = name.removeprefix(community).removeprefix(community.removesuffix("社区"))
    return short if short and short != code else code[COMMUNITY_DIGITS:]


def _others(land: PlanLand, communities: Sequence[str]) -> Layer:
    """Return the grids beside some communities: other ones of the plan as it leaves them, and those around it."""
    mine = land.grids_after
    other = ~np.isin([str(code)[:COMMUNITY_DIGITS] for code in mine.codes], list(communities))
    return together(Layer(mine.codes[other], mine.shapes[other]), land.neighbours)


def _shown(layer: Layer, near: BaseGeometry, names: dict[str, str]) -> list[MapShape]:
    met = shapely.intersects(near, layer.shapes)
    return [
        MapShape(names.get(str(code), str(code)), shape, str(code))
        for code, shape in zip(layer.codes[met], layer.shapes[met], strict=True)
    ]


def _within(points: Iterable[Named], whole: BaseGeometry) -> list[MapShape]:
    return [MapShape(point.name, point.shape, point.code) for point in points if whole.intersects(point.shape)]


def _union(pieces: Sequence[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(pieces) if pieces else shapely.MultiPolygon()


def _gone(before: Sequence[MapGrid], after: Sequence[MapGrid]) -> BaseGeometry:
    """Return the grid lines that are no more; only those of grids that change can be."""
    then, now = ([shapely.boundary(grid.shape) for grid in grids if grid.changed] for grids in (before, after))
    if not then or not now:
        return shapely.MultiLineString()
    left = shapely.difference(shapely.union_all(then), shapely.union_all(now), grid_size=SAME_LINE_M)
    parts = shapely.get_parts(shapely.line_merge(left))
    kept = [part for part in parts if shapely.get_dimensions(part) == 1 and part.length > SHORTEST_M]
    return shapely.MultiLineString(kept) if kept else shapely.MultiLineString()
