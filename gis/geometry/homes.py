"""Which home points stand in which piece: each in one subject and one cell only."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis.geometry.layers import Homes, Shapes
from gis.geometry.pieces import Bools, Ints, Overlay


@dataclass(frozen=True, slots=True, eq=False)
class Seats:
    """What home points say about each overlap (one entry a row of the overlay) and about each subject's bare land.

    Parameters
    ----------
    held : home points in the piece.
    households : households of these.
    rest : a home point of the subject stands outside the cell.
    beyond : a home point of the cell stands outside the subject.
    bare : one entry a subject: a home point of it stands in no cell.
    """

    held: Ints
    households: Ints
    rest: Bools
    beyond: Bools
    bare: Bools

    @classmethod
    def empty(cls, overlay: Overlay) -> "Seats":
        """Return the seats of a district without home points."""
        rows, subjects = len(overlay), len(overlay.bare_m2)
        none, no = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
        return cls(none, none.copy(), no, no.copy(), np.zeros(subjects, dtype=bool))


class HomeTree(shapely.STRtree):
    """A tree of home points that remembers which of them each layer covers, for one audit that asks several times.

    A layer is known by its array, so nobody may change that while the tree lives.
    """

    def __init__(self, points: Shapes) -> None:
        super().__init__(points)
        self._asked: list[tuple[Shapes, Ints]] = []

    def covered_by(self, places: Shapes) -> Ints:
        """Return (2, n) positions of place and home point where the place holds the point or has it on its line."""
        for known, pairs in self._asked:
            if known is places:
                return pairs
        pairs = self.query(places, predicate="covers").astype(np.int64)
        self._asked.append((places, pairs))
        return pairs


@dataclass(frozen=True, slots=True, eq=False)
class RootedHomes(Homes):
    """Homes with their tree, so that the questions of one audit share it."""

    tree: HomeTree


def rooted(homes: Homes | None) -> RootedHomes | None:
    """Return the homes with a tree of their own."""
    return None if homes is None else RootedHomes(homes.points, homes.households, HomeTree(homes.points))


@dataclass(frozen=True, slots=True, eq=False)
class Seating:
    """The one subject and the one cell that each home point belongs to, by position; -1 where there is none."""

    subject_of: Ints
    cell_of: Ints


def seat_homes(homes: Homes | None, subjects: Shapes, cells: Shapes, overlay: Overlay) -> Seats:
    """Seat each home point in one subject and one cell, and count them in each piece.

    A point on a line between subjects belongs to the one that comes first in the layer; on a line between cells to the
    cell with the largest share of its subject, else to the first: so no point is counted twice and a point on the line
    never makes a crossing by itself.
    """
    if homes is None or not len(homes.points) or not len(overlay):
        return Seats.empty(overlay)
    tree = homes.tree if isinstance(homes, RootedHomes) else shapely.STRtree(homes.points)
    in_subject, in_cell = pairs_within(tree, subjects), pairs_within(tree, cells)
    subject_of = first_subjects(in_subject, len(homes.points))
    cell_of = largest_cells(in_cell, subject_of, overlay, len(cells))
    return count_seats(homes.households, Seating(subject_of, cell_of), in_subject, in_cell, overlay, len(cells))


def pairs_within(tree: shapely.STRtree, places: Shapes) -> tuple[Ints, Ints]:
    """Return the pairs of place and home point where the place holds the point or has it on its line."""
    place, home = tree.covered_by(places) if isinstance(tree, HomeTree) else tree.query(places, predicate="covers")
    return place.astype(np.int64), home.astype(np.int64)


def first_subjects(in_subject: tuple[Ints, Ints], count: int) -> Ints:
    """Return for each home the first subject over it, -1 where there is none."""
    none = np.iinfo(np.int64).max
    found = np.full(count, none, dtype=np.int64)
    np.minimum.at(found, in_subject[1], in_subject[0])
    return np.where(found == none, -1, found)


def largest_cells(in_cell: tuple[Ints, Ints], subject_of: Ints, overlay: Overlay, cells: int) -> Ints:
    """Return for each home the cell over it with the largest share of its subject, else the first; -1 for none."""
    cell, home = in_cell
    rows = rows_of_pairs(overlay, subject_of[home], cell, cells)
    # Rows are ordered by share within a subject, so the smallest row is the largest share.
    late = np.where(rows >= 0, rows, np.iinfo(np.int64).max)
    order = np.lexsort((cell, late, home))
    found = np.full(len(subject_of), -1, dtype=np.int64)
    # Written from the last to the first, so that the first of each home stays.
    found[home[order][::-1]] = cell[order][::-1]
    return found


def count_seats(
    households: Ints,
    seating: Seating,
    in_subject: tuple[Ints, Ints],
    in_cell: tuple[Ints, Ints],
    overlay: Overlay,
    cells: int,
) -> Seats:
    """Count the seated homes in each piece, and tell which lie beside it.

    `in_subject` and `in_cell` are the pairs of `pairs_within`; homes that are in none of them do not matter.
    """
    rows, subjects = len(overlay), len(overlay.bare_m2)
    subject_of, cell_of = seating.subject_of, seating.cell_of
    row_of = rows_of_pairs(overlay, subject_of, cell_of, cells)
    seated = row_of >= 0
    held = np.bincount(row_of[seated], minlength=rows)
    moved_in = np.bincount(row_of[seated], weights=households[seated], minlength=rows)
    own = rows_of_pairs(overlay, subject_of[in_cell[1]], in_cell[0], cells)
    own_in_cell = np.bincount(own[own >= 0], minlength=rows)
    both = rows_of_pairs(overlay, in_subject[0], cell_of[in_subject[1]], cells)
    cells_in_subject = np.bincount(both[both >= 0], minlength=rows)
    of_subject = np.bincount(subject_of[subject_of >= 0], minlength=subjects)
    of_cell = np.bincount(cell_of[cell_of >= 0], minlength=cells)
    bare = np.zeros(subjects, dtype=bool)
    bare[subject_of[(subject_of >= 0) & (cell_of < 0)]] = True
    return Seats(
        held=held.astype(np.int64),
        households=np.rint(moved_in).astype(np.int64),
        rest=of_subject[overlay.subject] > own_in_cell,
        beyond=of_cell[overlay.cell] > cells_in_subject,
        bare=bare,
    )


def rows_of_pairs(overlay: Overlay, subject: Ints, cell: Ints, cells: int) -> Ints:
    """Return the overlay's row of each pair, -1 where the pair shares no land or one of the two is -1."""
    if not len(overlay):
        return np.full(len(subject), -1, dtype=np.int64)
    keys = overlay.subject * cells + overlay.cell
    order = np.argsort(keys)
    wanted = subject * cells + cell
    place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    row = order[place]
    known = (subject >= 0) & (cell >= 0) & (keys[row] == wanted)
    return np.where(known, row, -1).astype(np.int64)
