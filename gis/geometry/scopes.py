"""What part of a district an audit judges, what it must see for that, and where partial answers belong."""

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import shapely

from gis.geometry.changes import BORDER_M, Changed, box_shapes
from gis.geometry.crossing import Fits, GridFits
from gis.geometry.homes import RootedHomes, pairs_within
from gis.geometry.layers import District, Homes, Layer, Shapes
from gis.geometry.pieces import Floats, Ints, Pieces
from gis.terms import LayerKind

F = TypeVar("F", Fits, GridFits)


class DistrictIndex:
    """Box trees of a district's layers, each built when first asked for; keep it to audit many edits of one state.

    Parameters
    ----------
    before : of the same district in another state: trees of layers that are the very same are taken over.
    """

    def __init__(self, district: District, before: "DistrictIndex | None" = None) -> None:
        self.district = district
        for name in ("grids", "compounds", "communities", "homes"):
            if before is not None and getattr(district, name) is getattr(before.district, name):
                self.__dict__[name] = getattr(before, name)

    @cached_property
    def grids(self) -> shapely.STRtree:
        return shapely.STRtree(self.district.grids.shapes)

    @cached_property
    def compounds(self) -> shapely.STRtree:
        return shapely.STRtree(self.district.compounds.shapes)

    @cached_property
    def communities(self) -> shapely.STRtree:
        return shapely.STRtree(self.district.communities.shapes if self.district.communities is not None else [])

    @cached_property
    def homes(self) -> shapely.STRtree:
        if isinstance(self.district.homes, RootedHomes):
            return self.district.homes.tree
        return shapely.STRtree(self.district.homes.points if self.district.homes is not None else [])


def meeting(tree: shapely.STRtree, shapes: Shapes) -> Ints:
    """Return the positions, ascending, of the tree's shapes whose box meets the box of any of the shapes."""
    if not len(shapes) or not len(tree):
        return np.empty(0, dtype=np.int64)
    return np.unique(tree.query(shapes)[1]).astype(np.int64)


def reached(tree: shapely.STRtree, shapes: Shapes) -> Ints:
    """Return the positions, ascending, of the tree's shapes that any of the shapes touches."""
    if not len(shapes) or not len(tree):
        return np.empty(0, dtype=np.int64)
    return np.unique(tree.query(shapes, predicate="intersects")[1]).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What is judged, and beside what: positions in the district's layers, ascending.

    Parameters
    ----------
    compounds, grids : judged ones.
    whole : whether that is the whole district.
    changed : boxes around the land that changed hands; none for the whole district.
    """

    compounds: Ints
    grids: Ints
    whole: bool
    changed: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))


def whole_scope(district: District) -> Scope:
    """Return the scope of a full audit."""
    return Scope(np.arange(len(district.compounds)), np.arange(len(district.grids)), whole=True)


def scope_around(index: DistrictIndex, changed: Changed) -> Scope:
    """Return the scope of an audit after a change: whose verdict it can alter.

    A compound rests on the grids that it meets and the homes in these, a grid on the communities that it meets and on
    its own homes. A home on a line is one grid's or the other's by order and share: who shares a touched home with
    another grid is judged too, and so are its compounds.
    """
    district, touched = index.district, changed.shapes
    own = np.isin(district.grids.codes, changed.codes) & (changed.kind is LayerKind.GRID)
    sharing = np.setdiff1d(_sharing(index, touched, 1 if changed.kind is LayerKind.GRID else 2), own.nonzero()[0])
    if changed.kind is LayerKind.GRID:
        grids = np.union1d(own.nonzero()[0], sharing)
    elif changed.kind is LayerKind.COMMUNITY or district.homes is None:
        grids = reached(index.grids, touched)
    else:
        grids = np.empty(0, dtype=np.int64)  # with homes known, what a grid holds does not rest on compounds
    compounds = reached(index.compounds, np.concatenate([touched, district.grids.shapes[sharing]]))
    moved = np.empty((0, 4)) if changed.kind is LayerKind.COMPOUND else changed.boxes(BORDER_M)
    return Scope(compounds, grids, whole=False, changed=box_shapes(moved))


def _sharing(index: DistrictIndex, touched: Shapes, least: int) -> Ints:
    """Return the grids over touched homes that at least so many grids cover."""
    homes = index.district.homes
    if homes is None:
        return np.empty(0, dtype=np.int64)
    points = homes.points[np.unique(index.homes.query(touched, predicate="covers")[1])]
    near = meeting(index.grids, points)
    grid, point = pairs_within(shapely.STRtree(points), index.district.grids.shapes[near])
    several = np.bincount(point, minlength=len(points)) >= least
    return np.unique(near[grid[several[point]]])


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """The layers that a partial question is put to, with their positions in the district.

    `subjects` holds more than is judged where homes are counted: which compound and grid a home on a line belongs to
    is settled among all that touch it.
    """

    subject_at: Ints
    cell_at: Ints
    judged_rows: Ints
    subjects: Layer
    cells: Layer
    homes: Homes | None

    @property
    def judged(self) -> Layer:
        """The judged subjects alone, in the order of the answers."""
        return self.subjects if len(self.judged_rows) == len(self.subjects) else take(self.subjects, self.judged_rows)


def bench(
    district: District,
    judged: Ints,
    subjects: Layer,
    cells: Layer,
    trees: tuple[shapely.STRtree, ...] | None,
    *,
    beyond: bool,
) -> Bench:
    """Return what must be looked at so that the judged subjects get the verdicts of a full audit.

    Parameters
    ----------
    judged : positions of the judged subjects.
    trees : of subjects, cells and homes; None for the whole district.
    beyond : whether homes of a cell outside the subject are asked about: of a compound's grids yes, of a grid's
        communities no.

    Notes
    -----
    A verdict rests on all cells that the subject meets, and on the homes in these cells (or in the subject). A home
    that several subjects or several cells cover belongs to one of them by order and share, so for such a home all that
    cover it must be on the bench, and all cells of these subjects.
    """
    if trees is None:
        every = np.arange(len(subjects), dtype=np.int64)
        return Bench(every, np.arange(len(cells), dtype=np.int64), every, subjects, cells, district.homes)
    subject_tree, cell_tree, home_tree = trees
    cell_at = meeting(cell_tree, subjects.shapes[judged])
    subject_at, homes = judged, None
    if district.homes is not None:
        reach = np.concatenate([subjects.shapes[judged], cells.shapes[cell_at] if beyond else subjects.shapes[:0]])
        homes = _homes_at(district.homes, np.unique(home_tree.query(reach, predicate="covers")[1]))
        rivals, more = _covering_shared(homes.points, (subject_tree, subjects.shapes), (cell_tree, cells.shapes))
        if len(rivals) or len(more):
            subject_at = np.union1d(judged, rivals)
            cell_at = np.unique(np.concatenate([cell_at, more, meeting(cell_tree, subjects.shapes[rivals])]))
    rows = np.searchsorted(subject_at, judged)
    return Bench(subject_at, cell_at, rows, take(subjects, subject_at), take(cells, cell_at), homes)


def _covering_shared(
    points: Shapes, subjects: tuple[shapely.STRtree, Shapes], cells: tuple[shapely.STRtree, Shapes]
) -> tuple[Ints, Ints]:
    """Return the subjects and the cells over those homes that two or more subjects, or two or more cells, cover."""
    tree = shapely.STRtree(points)
    over = []
    for places, shapes in (subjects, cells):
        near = meeting(places, points)
        place, point = pairs_within(tree, shapes[near])
        over.append((near[place], point))
    shared = np.zeros(len(points), dtype=bool)
    for _place, point in over:
        shared |= np.bincount(point, minlength=len(points)) > 1
    return np.unique(over[0][0][shared[over[0][1]]]), np.unique(over[1][0][shared[over[1][1]]])


def _homes_at(homes: Homes, at: Ints) -> Homes:
    return Homes(homes.points[at], homes.households[at])


def take(layer: Layer, at: Ints) -> Layer:
    """Return the places of a layer at some positions."""
    parents = layer.parents[at] if layer.parents is not None else None
    return Layer(layer.codes[at], layer.shapes[at], layer.accuracy_m, parents)


def judged_fits(fits: F, rows: Ints) -> F:
    """Return only the verdicts of some subjects, renumbered from 0."""
    if len(rows) == len(fits.states):
        return fits
    each = {part.name: getattr(fits, part.name)[rows] for part in fields(fits) if part.name != "pieces"}
    return replace(fits, pieces=_judged_pieces(fits.pieces, rows), **each)


def _judged_pieces(pieces: Pieces, rows: Ints) -> Pieces:
    kept = np.isin(pieces.subject, rows)
    return Pieces(
        subject=np.searchsorted(rows, pieces.subject[kept]),
        cell=pieces.cell[kept],
        area_m2=pieces.area_m2[kept],
        share=pieces.share[kept],
        width_m=pieces.width_m[kept],
        households=pieces.households[kept],
        material=pieces.material[kept],
    )


def at_district(fits: F, subject_at: Ints, cell_at: Ints) -> F:
    """Return verdicts whose positions of subjects and cells are those in the district's layers."""
    pieces = replace(fits.pieces, subject=subject_at[fits.pieces.subject], cell=cell_at[fits.pieces.cell])
    home = np.where(fits.home >= 0, cell_at[np.maximum(fits.home, 0)] if len(cell_at) else -1, -1)
    return replace(fits, home=home, pieces=pieces)


def first_cover(points: shapely.STRtree, shapes: Shapes) -> Ints:
    """Return for each point of the tree the first of the shapes that covers it, -1 for none.

    Asked polygon by polygon, each prepared once: many times faster than point by point.
    """
    none = np.iinfo(np.int64).max
    found = np.full(len(points), none, dtype=np.int64)
    if len(points) and len(shapes):
        shape, point = pairs_within(points, shapes)
        np.minimum.at(found, point, shape)
    return np.where(found == none, -1, found)


def count_households(points_at: Ints, households: Ints | Floats, places: int) -> Ints:
    """Return the households of each place, given the place of each home (-1 for none)."""
    seated = points_at >= 0
    return np.rint(np.bincount(points_at[seated], weights=households[seated], minlength=places)).astype(np.int64)
