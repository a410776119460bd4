"""What each layer of the live map draws: from which zoom on, from which rows, with which attributes. One table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gis.models import COPIED_SHAPES
from gis.selectors.territory import SHAPED
from gis.terms import LayerKind, MapLayer, RoadRank

FINEST_COPY = 16
"""The last zoom that has generalised copies; nearer tiles hold few shapes and draw them as they are."""

MAX_ZOOM = 18
"""The nearest zoom whose tiles the map asks for; it enlarges them beyond: a unit is 4 centimetres then."""


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """How one layer is drawn.

    Parameters
    ----------
    min_zoom : the first zoom at which it is drawn at all.
    attributes : name in the tile → SQL; `place`, `there` (the boundary), `verdict` and `run` may be spoken of.
    written : the attributes that its label points carry: what is written there, and what it looks like; None for all.
    verdict : whether rows are joined with how the audit judged them.
    shapes_from : the first zoom at which its shapes are drawn; before it there are only label points.
    copied : whether generalised copies are made; without them its shapes are points or small.
    only : further condition by first zoom, the largest zoom not above the tile's holds; SQL.
    """

    min_zoom: int
    attributes: Mapping[str, str]
    written: frozenset[str] | None = frozenset({"code", "name"})
    verdict: bool = False
    shapes_from: int = 0
    copied: bool = True
    only: Mapping[int, str] = field(default_factory=dict)


def _judged(column: str) -> str:
    """Return a figure of the verdict, beside the very boundary that was judged, not beside one that has come since."""
    return f"CASE WHEN run.id IS NOT NULL THEN verdict.{column} END"


_JUDGED = {"state": _judged("state"), "clarity": _judged("clarity")}

_NAMED = {"code": "place.code", "name": "nullif(place.name, '')"}


def _of_rank(*ranks: RoadRank) -> str:
    return "place.rank IN ({})".format(", ".join(f"'{rank.value}'" for rank in ranks))


DRAWN: dict[MapLayer, DrawnLayer] = {
    MapLayer.DISTRICT: DrawnLayer(4, {**_NAMED, "parent": "NULL::text"}),
    MapLayer.STREET: DrawnLayer(8, {**_NAMED, "parent": "place.district_code"}),
    MapLayer.COMMUNITY: DrawnLayer(10, {**_NAMED, "parent": "place.street_code"}),
    MapLayer.GRID: DrawnLayer(
        12,
        {**_NAMED, "kind": "place.kind", **_JUDGED, "households": _judged("households")},
        verdict=True,
    ),
    MapLayer.COMPOUND: DrawnLayer(
        12,
        {
            **_NAMED,
            "kind": "place.kind",
            **_JUDGED,
            "width_m": f"round(({_judged('width_m')})::numeric, 1)::float8",
            "households": f"coalesce({_judged('households')}, place.households)",
        },
        written=frozenset({"code", "name", "state", "clarity"}),
        verdict=True,
    ),
    MapLayer.BUILDING: DrawnLayer(15, {**_NAMED, "households": "place.households"}, copied=False),
    MapLayer.STATION: DrawnLayer(11, {**_NAMED, "kind": "place.kind"}, copied=False),
    MapLayer.OFFICE: DrawnLayer(11, _NAMED, copied=False),
    MapLayer.ROAD: DrawnLayer(
        10,
        {**_NAMED, "rank": "place.rank"},
        only={
            10: _of_rank(RoadRank.ARTERIAL),
            12: _of_rank(RoadRank.ARTERIAL, RoadRank.SECONDARY),
            14: "true",
        },
    ),
    MapLayer.FINDING: DrawnLayer(10, {}, written=None, shapes_from=12),
}
"""Layer → how it is drawn; the attributes of findings depend on the moment and stand in findings.py."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Layers that a map asks for together: one request and one answer a tile instead of one a layer.

    Parameters
    ----------
    layers : what a tile of it holds, in the order in which they get room; no layer is in two bundles.
    min_zoom : the zoom of the tiles that are shown farther out too: of a district they are few.
    """

    layers: tuple[MapLayer, ...]
    min_zoom: int


BUNDLES: dict[str, Bundle] = {
    "lines": Bundle(
        (
            MapLayer.DISTRICT,
            MapLayer.STREET,
            MapLayer.COMMUNITY,
            MapLayer.STATION,
            MapLayer.OFFICE,
            MapLayer.ROAD,
        ),
        10,
    ),
    "cells": Bundle((MapLayer.COMPOUND, MapLayer.GRID, MapLayer.BUILDING), 12),
}
"""Name of a bundle, as in the address of its tiles → what it holds. Findings change too often to be in one."""

KIND_OF: dict[MapLayer, LayerKind] = {
    layer: LayerKind(layer.value) for layer in MapLayer if layer is not MapLayer.FINDING
}

COVERING = frozenset({MapLayer.DISTRICT, MapLayer.STREET, MapLayer.COMMUNITY, MapLayer.GRID, MapLayer.COMPOUND})
"""Layers whose shapes share edges: generalised together, so that neighbours still meet."""


def is_dated(layer: MapLayer) -> bool:
    """Return whether a layer's shapes are boundaries with a period."""
    return layer in KIND_OF and SHAPED[KIND_OF[layer]].boundary is not None


def sheet_number(layer: str, zoom: int) -> int:
    """Return the number under which the copies of a layer at a zoom stand in the spatial index."""
    return COPIED_SHAPES.index(layer) * 32 + zoom


def copy_zooms(layer: MapLayer) -> range:
    """Return the zooms for which a layer has generalised copies."""
    return range(DRAWN[layer].min_zoom, FINEST_COPY + 1)
