"""The grid lines that cut a compound, and the shapes of its pieces: what a map shows of a finding."""

import numpy as np
import shapely

from gis.geometry.crossing import Fits, GridFits
from gis.geometry.layers import Layer, Shapes
from gis.geometry.pieces import Bools, Ints
from gis.geometry.regions import intersection
from gis.geometry.widths import land_of

LINES = (1, 5)
"""Type numbers of LineString and MultiLineString."""


def piece_shapes(subjects: Layer, cells: Layer, subject: Ints, cell: Ints) -> Shapes:
    """Return the overlaps as Polygon or MultiPolygon, metres; one entry a pair of positions.

    Where shapes only touch, the polygon is empty.
    """
    shapes = intersection(subjects.shapes[subject], cells.shapes[cell])
    land = np.empty(len(shapes), dtype=object)
    land[:] = [land_of(shape) for shape in shapes]
    return land


def cut_lines(compounds: Layer, grids: Layer, fits: Fits | GridFits, subjects: Ints) -> Shapes:
    """Return for each of the subjects the lines inside it between material pieces of different grids.

    Pieces that are noise, and land in no grid, are counted to the neighbour they share the longest border with, so a
    line that two hands drew twice comes out once; crumbs along the compound's own wall are left out. Where no second
    piece is material by itself but its neighbouring slivers are together, these count as one piece.

    Parameters
    ----------
    compounds, grids, fits : the layers and their verdicts (or grids and communities with `GridFits`).
    subjects : positions in the first layer, mostly of the crossed ones.

    Returns
    -------
    MultiLineStrings in metres, empty where nothing is cut.
    """
    lines = np.empty(len(subjects), dtype=object)
    for i, subject in enumerate(subjects.tolist()):
        rows = fits.pieces.rows_of(subject)
        ordered = grids.shapes[fits.pieces.cell[rows]]
        lines[i] = _cut(compounds.shapes[subject], ordered, fits.pieces.material[rows])
    return lines


def _cut(compound: shapely.Geometry, grids: Shapes, material: Bools) -> shapely.Geometry:
    """Return the lines between the groups of faces that the grids make of the compound."""
    if len(grids) < 2:
        return shapely.MultiLineString()
    faces = _faces(compound, grids)
    group = _groups(faces, grids, material)
    _join_crumbs(faces, group, shapely.boundary(compound))
    borders = [shapely.boundary(shapely.union_all(faces[group == g])) for g in np.unique(group[group >= 0])]
    shared = [shapely.intersection(one, other) for i, one in enumerate(borders) for other in borders[i + 1 :]]
    parts = shapely.get_parts(np.array(shared, dtype=object))
    parts = shapely.get_parts(parts)
    merged = shapely.line_merge(shapely.union_all(parts[np.isin(shapely.get_type_id(parts), LINES)]))
    return shapely.MultiLineString(list(shapely.get_parts(merged)))


def _faces(compound: shapely.Geometry, grids: Shapes) -> Shapes:
    """Return the faces that the grids' outlines cut the compound into."""
    # Whole outlines, not their parts inside: a part cut off beforehand ends a rounding short of the wall and closes no
    # face.
    noded = shapely.union_all([shapely.boundary(compound), *shapely.boundary(grids)])
    edges = shapely.get_parts(noded)
    edges = edges[np.isin(shapely.get_type_id(edges), LINES)]
    faces = shapely.get_parts(shapely.polygonize(edges))
    shapely.prepare(compound)
    kept: Shapes = faces[shapely.intersects(compound, shapely.point_on_surface(faces))]
    return kept


def _groups(faces: Shapes, grids: Shapes, material: Bools) -> Ints:
    """Return the group of each face: its grid when the grid's piece is material, -1 where it is to be joined."""
    points = shapely.point_on_surface(faces)
    group = np.full(len(faces), -1, dtype=np.int64)
    alone = np.count_nonzero(material) < 2
    for g in range(len(grids) - 1, -1, -1):
        if material[g]:
            group[shapely.intersects(grids[g], points)] = g
        elif alone:
            group[shapely.intersects(grids[g], points)] = len(grids)
    return group


def _join_crumbs(faces: Shapes, group: Ints, wall: shapely.Geometry) -> None:
    """Give each face without a group that of the neighbour with the longest common border, from the sure ones out.

    A face that borders more on the compound's wall than on any neighbour stays without: it lies along the wall, and a
    line around it would not be a line through the compound.
    """
    borders = shapely.boundary(faces)
    on_wall = shapely.length(shapely.intersection(borders, wall))
    joined = True
    while joined:
        loose, firm = np.flatnonzero(group < 0), np.flatnonzero(group >= 0)
        joined = False
        for face in loose:
            common = shapely.length(shapely.intersection(borders[face], borders[firm]))
            by_group = np.bincount(group[firm], weights=common)
            if len(by_group) and by_group.max() > on_wall[face]:
                group[face] = by_group.argmax()
                joined = True
