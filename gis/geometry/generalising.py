"""Generalised copies of shapes, one for each zoom of the map: fewer vertices, and where a label stands.

A copy is what a tile draws: in whole units of its zoom (`gis.geometry.tilegrid`), simplified by about one pixel,
without what would be smaller than a few pixels. Shapes that share edges are simplified together: the edges stay shared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes
from gis.geometry.tilegrid import PIXEL, point_units, to_units, unit_m

TOLERANCE = PIXEL
"""Units by which an outline may be simplified: one pixel, half of one where a tile is shown 256 pixels wide. It is the
tolerance of Visvalingam's rule: a vertex goes when the triangle with its neighbours is smaller than its square."""

SMALLEST = 4 * PIXEL * PIXEL
"""Units² below which a polygon is not drawn, but at the finest zoom: four pixels, a dot that nobody can click."""

LABEL_RADIUS = 6 * PIXEL
"""Units: a polygon without room for a circle of this radius, 12 pixels across, has no room for a word."""

LABEL_PRECISION = 0.05
"""How exactly the middle of a polygon is sought, as a share of the root of its area."""

NOWHERE = -1
"""Stands for a label that is not drawn at a zoom."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """All shapes of a layer that are drawn at one zoom.

    Parameters
    ----------
    rows : which of the given shapes, ascending.
    shapes : their copies in units; exteriors run clockwise, as tiles want them.
    labels : unit squares of their labels, columns x and y; NOWHERE where there is no room for one.
    """

    zoom: int
    rows: NDArray[np.int64]
    shapes: Shapes
    labels: NDArray[np.int64]


def sheets_of(shapes: Shapes, zooms: Sequence[int], *, covering: bool, keep_all: bool = False) -> Iterator[Sheet]:
    """Yield generalised copies of shapes, the finest zoom first.

    Parameters
    ----------
    shapes : EPSG:3857; polygons, lines or points.
    zooms : the zooms wanted.
    covering : the shapes are polygons that share edges and do not overlap; where they do, those edges are simplified
        by themselves.
    keep_all : keep what is too small, and all labels (conflicts are looked for, however small).
    """
    if not len(shapes):
        return
    current = shapes
    middles, radii_m = label_points(shapes)
    for zoom in sorted(zooms, reverse=True):
        tolerance_m = TOLERANCE * unit_m(zoom)
        current = _simplified(current, tolerance_m, covering=covering)
        drawn = _in_units(current, zoom)
        rows = np.flatnonzero(~shapely.is_empty(drawn) & (keep_all | (zoom == max(zooms)) | _large_enough(drawn)))
        labels = point_units(middles[rows], zoom)
        if not keep_all and zoom < max(zooms):
            labels[radii_m[rows] < LABEL_RADIUS * unit_m(zoom)] = NOWHERE
        yield Sheet(zoom, rows, drawn[rows], labels)


def _simplified(shapes: Shapes, tolerance_m: float, *, covering: bool) -> Shapes:
    if not covering:
        simpler: Shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
        return simpler
    together: Shapes = shapely.coverage_simplify(shapes, tolerance_m)
    lost = ~shapely.is_valid(together) | shapely.is_empty(together)
    if lost.any():
        together[lost] = shapely.simplify(shapes[lost], tolerance_m, preserve_topology=True)
    return together


def _in_units(shapes: Shapes, zoom: int) -> Shapes:
    """Return shapes in whole units, mended where rounding made a ring touch itself; parts that vanish are left out."""
    drawn: Shapes = shapely.remove_repeated_points(to_units(shapes, zoom))
    areal = _is_areal(drawn)
    broken = np.flatnonzero(areal & ~shapely.is_valid(drawn))
    for row in broken:
        drawn[row] = _areas_of(shapely.make_valid(drawn[row], method="structure", keep_collapsed=False))
    oriented: Shapes = shapely.orient_polygons(drawn, exterior_cw=True)
    return oriented


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])


def _is_areal(shapes: Shapes) -> NDArray[np.bool_]:
    areal: NDArray[np.bool_] = shapely.get_dimensions(shapes) == 2
    return areal


def _large_enough(shapes: Shapes) -> NDArray[np.bool_]:
    large: NDArray[np.bool_] = ~_is_areal(shapes) | (shapely.area(shapes) >= SMALLEST)
    return large


def label_points(shapes: Shapes) -> tuple[Shapes, NDArray[np.float64]]:
    """Return where a label of each shape stands, and the radius of the room around it.

    For a polygon it is near the middle of the largest circle inside; for a line the middle of its longest part, with
    half that part's length as radius; for a point the point itself, with endless room.
    """
    points = np.empty(len(shapes), dtype=object)
    radii = np.full(len(shapes), np.inf)
    dimensions = shapely.get_dimensions(shapes)
    for dimension, find in ((0, _at_the_point), (1, _along_the_line), (2, _in_the_polygon)):
        rows = np.flatnonzero(dimensions == dimension)
        if len(rows):
            points[rows], radii[rows] = find(shapes[rows])
    return points, radii


def _at_the_point(shapes: Shapes) -> tuple[Shapes, NDArray[np.float64]]:
    return shapely.point_on_surface(shapes), np.full(len(shapes), np.inf)


def _along_the_line(shapes: Shapes) -> tuple[Shapes, NDArray[np.float64]]:
    parts, of = shapely.get_parts(shapes, return_index=True)
    lengths = shapely.length(parts)
    order = np.lexsort((-lengths, of))
    _shapes, first = np.unique(of[order], return_index=True)
    longest = order[first]
    return shapely.line_interpolate_point(parts[longest], 0.5, normalized=True), lengths[longest] / 2


def _in_the_polygon(shapes: Shapes) -> tuple[Shapes, NDArray[np.float64]]:
    precision = LABEL_PRECISION * np.sqrt(shapely.area(shapes))
    rough: Shapes = shapely.simplify(shapes, precision / 4, preserve_topology=True)
    radius_lines = shapely.maximum_inscribed_circle(rough, precision)
    ends = shapely.get_coordinates(radius_lines).reshape(-1, 2, 2)
    points = np.asarray(shapely.points(ends[:, 0]), dtype=object)
    outside = ~shapely.contains(shapes, points)
    points[outside] = shapely.point_on_surface(shapes[outside])
    return points, np.asarray(shapely.length(radius_lines))
