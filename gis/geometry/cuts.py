"""The grid lines that cut a compound, and the shapes of its pieces: what a map shows of a finding."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis.geometry.crossing import Fits, GridFits
from gis.geometry.layers import Layer, Shapes
from gis.geometry.pieces import Bools, Floats, Ints
from gis.geometry.regions import intersection
from gis.geometry.segments import directed_keys
from gis.geometry.widths import land_of

MARGIN_M = 1.0
"""How far around a compound's box the grid lines are followed: what ends there ends outside the compound."""


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
    rows = [np.arange(*fits.pieces.rows_of(subject).indices(len(fits.pieces))) for subject in subjects.tolist()]
    walls = compounds.shapes[subjects]
    faces, owner = _faces(walls, [grids.shapes[fits.pieces.cell[own]] for own in rows])
    group = _groups(faces, owner, rows, grids.shapes[fits.pieces.cell], fits.pieces.material)
    borders = _Borders.between(faces, owner)
    _join_crumbs(group, borders)
    between = (group[borders.one] != group[borders.other]) & (group[borders.one] >= 0) & (group[borders.other] >= 0)
    return _merged(borders.ends[between], owner[borders.one[between]], len(subjects))


def _faces(walls: Shapes, grids: list[Shapes]) -> tuple[Shapes, Ints]:
    """Return the faces that grids' outlines cut each compound into, and the compound that each face is of."""
    found: list[Shapes] = [np.empty(0, dtype=object)]
    boxes = shapely.bounds(walls) + np.array([-MARGIN_M, -MARGIN_M, MARGIN_M, MARGIN_M])
    for wall, others, box in zip(walls, grids, boxes.tolist(), strict=True):
        # Lines as they are, not cut off at the wall: a part cut off there ends a rounding short of it and closes no
        # face. Far from the wall they do not matter.
        near = shapely.clip_by_rect(shapely.boundary(others), *box)
        noded = shapely.union_all([shapely.boundary(wall), *near]) if len(others) > 1 else None
        faces = shapely.get_parts(shapely.polygonize([noded]))
        shapely.prepare(wall)
        found.append(faces[shapely.intersects(wall, shapely.point_on_surface(faces))])
    owner = np.repeat(np.arange(len(walls)), [len(faces) for faces in found[1:]])
    return np.concatenate(found), owner


def _groups(faces: Shapes, owner: Ints, rows: list[Ints], grids: Shapes, material: Bools) -> Ints:
    """Return the group of each face: the row of its grid's piece when that is material, -1 where it is to be joined.

    `rows` are those of each compound's pieces; `grids` and `material` have one entry a row.
    """
    none = np.iinfo(np.int64).max
    counts = np.array([len(own) for own in rows], dtype=np.int64)
    alone = np.array([np.count_nonzero(material[own]) < 2 for own in rows], dtype=bool)
    face = np.repeat(np.arange(len(faces)), counts[owner])
    row = np.concatenate([np.empty(0, dtype=np.int64), *(rows[i] for i in owner.tolist())])
    asked = material[row] | alone[owner[face]]
    face, row = face[asked], row[asked]
    shapely.prepare(grids[np.unique(row)])
    held = shapely.intersects(grids[row], shapely.point_on_surface(faces)[face])
    group = np.full(len(faces), none, dtype=np.int64)
    np.minimum.at(group, face[held], row[held])
    found = group < none
    # The slivers beside a lone material piece are one piece together.
    joined = found.copy()
    joined[found] = ~material[group[found]]
    group[joined] = len(material)
    return np.where(found, group, -1)


@dataclass(frozen=True, slots=True, eq=False)
class _Borders:
    """Segments that two faces of a compound share, and how much of each face lies along the compound's wall.

    Parameters
    ----------
    ends : (n, 4) both ends of each shared segment. `one`, `other` : the faces on its sides.
    length_m : of each shared segment. `on_wall_m` : one entry a face.
    """

    ends: Floats
    one: Ints
    other: Ints
    length_m: Floats
    on_wall_m: Floats

    @classmethod
    def between(cls, faces: Shapes, owner: Ints) -> "_Borders":
        """Compare the faces' segments: faces of one noding share them vertex by vertex."""
        rings, face_of = shapely.get_rings(faces, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        start = np.flatnonzero(ring[1:] == ring[:-1])
        face = face_of[ring[start]]
        length = np.hypot(*(xy[start + 1] - xy[start]).T)
        order = np.lexsort((directed_keys(xy, start) >> np.uint64(1), owner[face]))
        keys = (directed_keys(xy, start) >> np.uint64(1))[order]
        same = (keys[1:] == keys[:-1]) & (owner[face[order[1:]]] == owner[face[order[:-1]]])
        first, second = order[:-1][same], order[1:][same]
        alone = np.ones(len(start), dtype=bool)
        alone[first] = alone[second] = False
        on_wall = np.bincount(face[alone], weights=length[alone], minlength=len(faces)).astype(np.float64)
        ends = np.hstack([xy[start[first]], xy[start[first] + 1]])
        return cls(ends, face[first], face[second], length[first], on_wall)


def _join_crumbs(group: Ints, borders: _Borders) -> None:
    """Give each face without a group that of the neighbour with the longest common border, from the sure ones out.

    A face that borders more on the compound's wall than on any neighbour stays without: it lies along the wall, and a
    line around it would not be a line through the compound.
    """
    face = np.concatenate([borders.one, borders.other])
    beside = np.concatenate([borders.other, borders.one])
    length = np.concatenate([borders.length_m, borders.length_m])
    while True:
        rows = np.flatnonzero((group[face] < 0) & (group[beside] >= 0))
        if not len(rows):
            return
        pairs, which = np.unique(np.stack([face[rows], group[beside[rows]]], axis=1), axis=0, return_inverse=True)
        common = np.bincount(which, weights=length[rows])
        # The longest border of each face; of equal ones the first group's.
        best = pairs[np.lexsort((pairs[:, 1], -common, pairs[:, 0]))]
        longest = np.full(len(group), 0.0)
        np.maximum.at(longest, pairs[:, 0], common)
        first = np.unique(best[:, 0], return_index=True)[1]
        joins = best[first][longest[best[first, 0]] > borders.on_wall_m[best[first, 0]]]
        if not len(joins):
            return
        group[joins[:, 0]] = joins[:, 1]


def _merged(ends: Floats, owner: Ints, count: int) -> Shapes:
    """Return the segments of each owner as one MultiLineString of lines as long as can be."""
    lines = np.empty(count, dtype=object)
    lines[:] = [shapely.MultiLineString()] * count
    if len(ends):
        order = np.argsort(owner, kind="stable")
        segments = np.asarray(shapely.linestrings(ends[order].reshape(-1, 2, 2)), dtype=object)
        owners, which = np.unique(owner[order], return_inverse=True)
        merged = shapely.line_merge(shapely.multilinestrings(segments, indices=which))
        parts, part_of = shapely.get_parts(merged, return_index=True)
        lines[owners] = shapely.multilinestrings(parts, indices=part_of)
    return lines
