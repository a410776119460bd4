"""Compiled search for the pairs of boxes that meet, through squares that each box is written down in."""

import numpy as np

from gis.geometry.edge_kernels import compiled
from gis.geometry.pieces import Floats, Ints

MAX_ENTRIES = 16
"""Squares a box, on average, up to which they are worth it: boxes of very different sizes are better kept in a tree."""


@compiled
def _span(low: float, high: float, start: float, a_metre: float, count: int) -> tuple[int, int]:
    """Return the first and the last square that a side of a box reaches into, the outermost for what lies outside."""
    return min(max(int((low - start) * a_metre), 0), count - 1), min(max(int((high - start) * a_metre), 0), count - 1)


@compiled
def _sort_into_squares(
    boxes: Floats, frame: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Return where the entries of each square start, and the boxes in them; nothing where there are too many."""
    columns, rows = size
    starts = np.zeros(columns * rows + 1, dtype=np.int64)
    for box in range(len(boxes)):
        a, b = _span(boxes[box, 0], boxes[box, 2], frame[0], frame[2], columns)
        c, d = _span(boxes[box, 1], boxes[box, 3], frame[1], frame[3], rows)
        for row in range(c, d + 1):
            for column in range(a, b + 1):
                starts[row * columns + column + 1] += 1
        if (b - a + 1) * (d - c + 1) > MAX_ENTRIES * len(boxes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    starts = np.cumsum(starts)
    if starts[-1] > MAX_ENTRIES * len(boxes):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    entries, filled = np.empty(starts[-1], dtype=np.int64), starts[:-1].copy()
    for box in range(len(boxes)):
        a, b = _span(boxes[box, 0], boxes[box, 2], frame[0], frame[2], columns)
        c, d = _span(boxes[box, 1], boxes[box, 3], frame[1], frame[3], rows)
        for row in range(c, d + 1):
            for column in range(a, b + 1):
                entries[filled[row * columns + column]] = box
                filled[row * columns + column] += 1
    return starts, entries


@compiled
def meeting_boxes(subjects: Floats, cells: Floats, square_m: float) -> tuple[bool, Ints, Ints]:
    """Return whether squares are worth it, and the pairs of subject and cell whose boxes meet, ordered by subject.

    Parameters
    ----------
    subjects, cells : (n, 4) and (m, 4) boxes: west, south, east, north; none empty.
    square_m : side of a square, about that of a cell.
    """
    west, south, east, north = cells[:, 0].min(), cells[:, 1].min(), cells[:, 2].max(), cells[:, 3].max()
    most = 4.0 * np.sqrt(float(len(cells))) + 4.0
    columns = int(min((east - west) / square_m, most)) + 1
    rows = int(min((north - south) / square_m, most)) + 1
    frame = (west, south, columns / max(east - west, 1e-9), rows / max(north - south, 1e-9))
    starts, entries = _sort_into_squares(cells, frame, (columns, rows))
    if not len(starts):
        return False, entries, entries
    room = 4 * len(subjects) + 16
    one, other, count = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64), 0
    for subject in range(len(subjects)):
        x0, y0, x1, y1 = subjects[subject, 0], subjects[subject, 1], subjects[subject, 2], subjects[subject, 3]
        a, b = _span(x0, x1, west, frame[2], columns)
        c, d = _span(y0, y1, south, frame[3], rows)
        for row in range(c, d + 1):
            for column in range(a, b + 1):
                square = row * columns + column
                for k in range(starts[square], starts[square + 1]):
                    cell = entries[k]
                    u0, v0 = cells[cell, 0], cells[cell, 1]
                    if u0 > x1 or cells[cell, 2] < x0 or v0 > y1 or cells[cell, 3] < y0:
                        continue
                    # A pair that meets in several squares counts in that of the corner of what it has in common.
                    if _span(max(x0, u0), x1, west, frame[2], columns)[0] != column:
                        continue
                    if _span(max(y0, v0), y1, south, frame[3], rows)[0] != row:
                        continue
                    if count == room:
                        room *= 2
                        more_one, more_other = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
                        more_one[:count], more_other[:count] = one, other
                        one, other = more_one, more_other
                    one[count], other[count] = subject, cell
                    count += 1
    return True, one[:count], other[:count]
