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


def seat_homes(homes: Homes | None, subjects: Shapes, cells: Shapes, overlay: Overlay) -> Seats:
    """Seat each home point in one subject and one cell.

    A point on a line between subjects belongs to the one that comes first in the layer; on a line between cells to the
    cell with the largest share of its subject, else to the first: so no point is counted twice and a point on the line
    never makes a crossing by itself.
    """
    if homes is None or not len(homes.points) or not len(overlay):
        return Seats.empty(overlay)
    tree = shapely.STRtree(homes.points)
    subject_of_pair, home_in_subject = tree.query(subjects, predicate="covers")
    cell_of_pair, home_in_cell = tree.query(cells, predicate="covers")
    count = len(homes.points)
    subject_of = _first(home_in_subject, subject_of_pair, count)
    # Rows are ordered by share within a subject, so the smallest row is the largest share.
    row_of_pair = _rows(overlay, subject_of[home_in_cell], cell_of_pair, len(cells))
    cell_of = _by_share(home_in_cell, cell_of_pair, row_of_pair, count)
    row_of = _rows(overlay, subject_of, cell_of, len(cells))
    return _count(
        homes, overlay, subject_of, cell_of, row_of, row_of_pair, (subject_of_pair, home_in_subject), len(cells)
    )


def _count(
    homes: Homes,
    overlay: Overlay,
    subject_of: Ints,
    cell_of: Ints,
    row_of: Ints,
    row_of_pair: Ints,
    in_subject: tuple[Ints, Ints],
    cells: int,
) -> Seats:
    rows, subjects = len(overlay), len(overlay.bare_m2)
    seated = row_of >= 0
    held = np.bincount(row_of[seated], minlength=rows)
    households = np.bincount(row_of[seated], weights=homes.households[seated], minlength=rows)
    of_subject = np.bincount(subject_of[subject_of >= 0], minlength=subjects)
    also_in_cell = np.bincount(row_of_pair[row_of_pair >= 0], minlength=rows)
    of_cell = np.bincount(cell_of[cell_of >= 0], minlength=cells)
    pair_rows = _rows(overlay, in_subject[0], cell_of[in_subject[1]], cells)
    also_in_subject = np.bincount(pair_rows[pair_rows >= 0], minlength=rows)
    bare = np.zeros(subjects, dtype=bool)
    bare[subject_of[(subject_of >= 0) & (cell_of < 0)]] = True
    return Seats(
        held=held.astype(np.int64),
        households=np.rint(households).astype(np.int64),
        rest=of_subject[overlay.subject] > also_in_cell,
        beyond=of_cell[overlay.cell] > also_in_subject,
        bare=bare,
    )


def _first(homes: Ints, places: Ints, count: int) -> Ints:
    """Return for each home the first place over it, -1 where there is none."""
    none = np.iinfo(np.int64).max
    found = np.full(count, none, dtype=np.int64)
    np.minimum.at(found, homes, places)
    return np.where(found == none, -1, found)


def _by_share(homes: Ints, cells: Ints, rows: Ints, count: int) -> Ints:
    """Return for each home the cell over it with the largest share of its subject, else the first; -1 for none."""
    late = np.where(rows >= 0, rows, np.iinfo(np.int64).max)
    order = np.lexsort((cells, late, homes))
    found = np.full(count, -1, dtype=np.int64)
    # Written from the last to the first, so that the first of each home stays.
    found[homes[order][::-1]] = cells[order][::-1]
    return found


def _rows(overlay: Overlay, subject: Ints, cell: Ints, cells: int) -> Ints:
    """Return the overlay's row of each pair, -1 where the pair shares no land or one of the two is -1."""
    keys = overlay.subject * cells + overlay.cell
    order = np.argsort(keys)
    wanted = subject * cells + cell
    place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    row = order[place]
    known = (subject >= 0) & (cell >= 0) & (keys[row] == wanted)
    return np.where(known, row, -1).astype(np.int64)
