"""What of an audit is drawn on the sheet, and where its names stand: plain data for the page's own script."""

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from gis.maps.content import AuditMap
from gis.terms import Clarity, Fit

DRAWN_COMPOUNDS_MAX = 5_000
"""Above this many compounds a sheet shows only those with something wrong: 318 compounds with 497 grids make a file
of about 1 MB, so that all of a large city would make one of 100 MB that no office machine opens."""

TROUBLED_DRAWN_MAX = 3_000
"""Of a large city, how many compounds with something wrong are drawn, the widest crossing first: with their grids they
make a page of about 12 MB."""

DEGREE_DECIMALS = 6
"""0.1 m: below every stated accuracy, and a third of the size of full doubles."""

_LABEL_TOLERANCE = 0.05
"""Of the shape's own width: how far a name may stand from the very middle of the widest part."""

TROUBLED = frozenset({Fit.CROSSED.value, Fit.UNCOVERED.value})

Place = dict[str, Any]


def sheet(content: AuditMap) -> dict[str, Any]:
    """Return what the page draws: places with geometry ``g``, label point ``at`` and their properties.

    Compounds come widest crossing first. ``left_out`` counts the compounds that are not drawn because the district
    is too large for one sheet (see DRAWN_COMPOUNDS_MAX); their figures are in the summary all the same.
    """
    compounds, left_out = _chosen(_places(content.compounds))
    codes = {place["code"] for place in compounds}
    pieces = [piece for piece in _places(content.pieces) if piece["compound"] in codes]
    grids = _places(content.grids)
    if left_out:
        wanted = {code for place in compounds for code in place["grids"]} | {piece["grid"] for piece in pieces}
        grids = [grid for grid in grids if grid["code"] in wanted]
    communities = _places(content.communities)
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


def _places(collection: dict[str, Any]) -> list[Place]:
    """Return each feature's properties with its geometry under ``g``; features without a geometry are kept."""
    return [{**feature["properties"], "g": _drawable(feature.get("geometry"))} for feature in collection["features"]]


def _drawable(geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a geometry that has something to draw, None for an empty one; of a mixture its polygons."""
    if geometry is None:
        return None
    if geometry["type"] == "GeometryCollection":
        parts = shapely.get_parts(shapely.get_parts(shape(geometry)))
        polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        return dict(mapping(shapely.multipolygons(polygons))) if len(polygons) else None
    return geometry if geometry["coordinates"] else None


def _chosen(compounds: list[Place]) -> tuple[list[Place], int]:
    """Return the compounds to draw, the widest crossing first, and how many are left out."""
    order = sorted(compounds, key=lambda place: (-(place.get("width_m") or 0.0), str(place["code"])))
    if len(order) <= DRAWN_COMPOUNDS_MAX:
        return order, 0
    drawn = [place for place in order if place["state"] in TROUBLED or place.get("class") == Clarity.DOUBTFUL]
    drawn = drawn[:TROUBLED_DRAWN_MAX]
    return drawn, len(order) - len(drawn)


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
    """Give each place the middle of its widest part as ``at`` and round its coordinates."""
    drawn = [place for place in places if place["g"]]
    if drawn:
        shapes = _shapes(drawn)
        for place, point in zip(drawn, _widest_points(shapes), strict=True):
            place["at"] = [round(float(point[0]), DEGREE_DECIMALS), round(float(point[1]), DEGREE_DECIMALS)]
        _round(drawn, shapes)
    return places


def _shapes(drawn: list[Place]) -> np.ndarray[Any, Any]:
    """Return the shapes of places that have one."""
    texts = np.array([json.dumps(place["g"]) for place in drawn], dtype=object)
    return np.asarray(shapely.from_geojson(texts), dtype=object)


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


def _placed(places: list[Place]) -> list[Place]:
    """Round the coordinates of places that have a shape."""
    drawn = [place for place in places if place["g"]]
    if drawn:
        _round(drawn, _shapes(drawn))
    return places


def _round(drawn: list[Place], shapes: np.ndarray[Any, Any]) -> None:
    """Round each place's coordinates to DEGREE_DECIMALS, drop heights and the vertices that rounding repeats.

    A ring that rounding flattens stays as two vertices: it still marks the spot.
    """
    rounded = shapely.transform(shapely.force_2d(shapes), lambda xy: np.round(xy, DEGREE_DECIMALS))
    flat = (shapely.get_dimensions(rounded) == 2) & ~shapely.is_valid(rounded)
    lean = rounded.copy()
    lean[~flat] = shapely.remove_repeated_points(rounded[~flat])
    for place, text, is_flat in zip(drawn, shapely.to_geojson(lean), flat.tolist(), strict=True):
        place["g"] = json.loads(text)
        if is_flat:
            place["g"]["coordinates"] = _without_repeats(place["g"]["coordinates"])


def _without_repeats(coordinates: Any) -> Any:
    """Drop each vertex that is the one before it, at any depth; two of each line or ring stay."""
    if isinstance(coordinates[0], int | float):
        return coordinates
    parts = [_without_repeats(part) for part in coordinates if len(part)]
    if parts and isinstance(parts[0][0], int | float):
        distinct = [parts[0], *(here for before, here in pairwise(parts) if here != before)]
        return distinct if len(distinct) > 1 else parts[:2]
    return parts


def _bounds(content: AuditMap) -> list[list[float]] | None:
    """Return [[south, west], [north, east]] of what the sheet is about; None when nothing has a shape."""
    for collection in (content.communities, content.grids, content.compounds):
        drawn = [place for place in _places(collection) if place["g"]]
        if drawn:
            west, south, east, north = (float(value) for value in shapely.total_bounds(_shapes(drawn)))
            return [[south, west], [north, east]]
    return None
