"""What of an audit is drawn on the sheet, and where its names stand: plain data for the page's own script."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from gis.geometry.crs import bounds_of
from gis.geometry.layers import Shapes
from gis.maps.content import AuditMap, Places
from gis.maps.packing import packed
from gis.terms import Clarity, Fit

DRAWN_COMPOUNDS_MAX = 5_000
"""Above this many compounds a sheet shows only those with something wrong: 318 compounds with 497 grids make a file
of about 1 MB, so that all of a large city would make one of 100 MB that no office machine opens."""

TROUBLED_DRAWN_MAX = 3_000
"""Of a large city, how many compounds with something wrong are drawn, the widest crossing first: with their grids they
make a page of about 12 MB."""

CITY_COMMUNITY_DEG, CITY_GRID_DEG = 2e-5, 5e-6
"""How far lines may be straightened on the sheet of a large city: communities about 2 m, grids half a metre, which is
less than the lines are thick. Neighbours may part by as much: keeping them common takes fifty times as long. What is
judged, compounds and their parts, is drawn as it is."""

DEGREE_DECIMALS = 6
"""0.1 m: where a name stands."""

_LABEL_TOLERANCE = 0.05
"""Of the shape's own width: how far a name may stand from the very middle of the widest part."""

TROUBLED = frozenset({Fit.CROSSED.value, Fit.UNCOVERED.value})

Place = dict[str, Any]


def sheet(content: AuditMap) -> dict[str, Any]:
    """Return what the page draws: places with packed shape ``g``, label point ``at`` and their properties.

    Compounds come widest crossing first. ``left_out`` counts the compounds that are not drawn because the district
    is too large for one sheet (see DRAWN_COMPOUNDS_MAX); their figures are in the summary all the same.
    """
    compounds, left_out = _chosen(_places(content.compounds))
    codes = {place["code"] for place in compounds}
    pieces = [piece for piece in _places(content.pieces) if piece["compound"] in codes]
    grids = _places(content.grids)
    if left_out:
        wanted = {code for place in compounds for code in place["grids"]} | {piece["grid"] for piece in pieces}
        grids = _straightened([grid for grid in grids if grid["code"] in wanted], CITY_GRID_DEG)
    communities = _places(content.communities)
    if left_out:
        communities = _straightened(communities, CITY_COMMUNITY_DEG)
    drawn = {place["code"] for place in compounds if place["state"] in TROUBLED}
    return {
        "left_out": left_out,
        "narrowest_left_out": left_out > 0 and len(compounds) == TROUBLED_DRAWN_MAX,
        "communities": _labelled(communities),
        "grids": _labelled(_short_names(grids, communities)),
        "compounds": _labelled(compounds),
        "pieces": _drawn_pieces(pieces, drawn, large=left_out > 0),
        "cut_lines": _placed([line for line in _places(content.cut_lines) if line["compound"] in codes]),
        "gaps": _labelled(_places(content.gaps)),
        "overlaps": _labelled(_places(content.overlaps)),
        "bounds": _bounds(content),
    }


def _places(content: Places) -> list[Place]:
    """Return what is said of each place, with its shape under ``g``; places without a shape are kept."""
    return [
        {**said, "g": _drawable(shape)} for said, shape in zip(content.properties, content.shapes.tolist(), strict=True)
    ]


def _drawable(shape: Any) -> Any:
    """Return a shape that has something to draw, None for an empty one; of a mixture its polygons."""
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type == "GeometryCollection":
        parts = shapely.get_parts(shapely.get_parts(shape))
        polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        return shapely.multipolygons(polygons) if len(polygons) else None
    return shape


def _chosen(compounds: list[Place]) -> tuple[list[Place], int]:
    """Return the compounds to draw, the widest crossing first, and how many are left out."""
    order = sorted(compounds, key=lambda place: (-(place.get("width_m") or 0.0), str(place["code"])))
    if len(order) <= DRAWN_COMPOUNDS_MAX:
        return order, 0
    drawn = [place for place in order if place["state"] in TROUBLED or place.get("class") == Clarity.DOUBTFUL]
    drawn = drawn[:TROUBLED_DRAWN_MAX]
    return drawn, len(order) - len(drawn)


def _straightened(places: list[Place], tolerance_deg: float) -> list[Place]:
    """Leave out the vertices of lines that bend less than a tolerance."""
    drawn = [place for place in places if place["g"] is not None]
    if drawn:
        simple = shapely.simplify(_shapes(drawn), tolerance_deg, preserve_topology=False)
        for place, shape in zip(drawn, simple, strict=True):
            place["g"] = _drawable(shape)
    return places


def _short_names(grids: list[Place], communities: Iterable[Place]) -> list[Place]:
    """Drop a community's name from the front of its grids' labels: it is on the sheet already, in larger letters."""
    names = {str(place["code"]): str(place.get("name") or "") for place in communities}
    for grid in grids:
        name, community = str(grid.get("name") or grid["code"]), names.get(str(grid["code"])[:12], "")
        grid["label"] = name.removeprefix(community).removeprefix(community.removesuffix("社区")) or name
    return grids


def _drawn_pieces(pieces: list[Place], troubled: set[str], *, large: bool) -> list[Place]:
    """Keep every piece's figures for the cards, but shapes only where the eye needs them.

    Drawn are the parts of a troubled compound outside its home, and noise in its own layer. The home part, or the one
    whole part of an untroubled compound, is the compound itself over again. Of a large city noise is left out.
    """
    home: dict[str, Place] = {}
    for piece in pieces:
        if piece.get("material") and piece["share"] > home.get(piece["compound"], {"share": -1.0})["share"]:
            home[piece["compound"]] = piece

    def is_drawn(piece: Place) -> bool:
        if not piece.get("material"):
            return True
        return piece["compound"] in troubled and piece is not home[piece["compound"]]

    return _labelled(
        [piece if is_drawn(piece) else {**piece, "g": None} for piece in pieces if piece.get("material") or not large]
    )


def _labelled(places: list[Place]) -> list[Place]:
    """Give each place the middle of its widest part as ``at`` and pack its shape."""
    drawn = [place for place in places if place["g"] is not None]
    if drawn:
        for place, point in zip(drawn, np.round(_widest_points(_shapes(drawn)), DEGREE_DECIMALS), strict=True):
            place["at"] = point.tolist()
    return _placed(places)


def _placed(places: list[Place]) -> list[Place]:
    """Pack the shapes of places that have one."""
    drawn = [place for place in places if place["g"] is not None]
    if drawn:
        for place, shape in zip(drawn, packed(_shapes(drawn)), strict=True):
            place["g"] = shape
    return places


def _shapes(drawn: list[Place]) -> Shapes:
    shapes = np.empty(len(drawn), dtype=object)
    shapes[:] = [place["g"] for place in drawn]
    return shapes


def _widest_points(shapes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the centre of the largest circle inside each polygon, in degrees; a point on the shape where none fits."""
    bounds = shapely.bounds(shapes)
    spans = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    round_enough = shapely.is_valid(shapes) & (shapely.area(shapes) > 1e-13) & (spans > 1e-6)
    for index in np.flatnonzero(round_enough):
        line = shapely.maximum_inscribed_circle(shapes[index], spans[index] * _LABEL_TOLERANCE)
        points[index] = shapely.get_coordinates(line)[0]
    return points


def _bounds(content: AuditMap) -> list[list[float]] | None:
    """Return [[south, west], [north, east]] of what the sheet is about; None when nothing has a shape."""
    for places in (content.communities, content.grids, content.compounds):
        box = bounds_of(places.shapes)
        if box is not None:
            west, south, east, north = box
            return [[south, west], [north, east]]
    return None
