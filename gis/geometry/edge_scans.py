"""Compiled proof that land bounded by several polygons is narrow, by straight lines across it: cheap, but not for all.

A circle that fits into a region holds a point of any lattice whose lines are not too far apart, near its centre. So the
region reaches a good way from that point to the west and east, and to the north and south as well. The lines of the
lattice are cut with the polygons' edges; where no point of it lies deep in a stretch of both its lines, no circle fits.
Slivers along a border are settled at once: across them all stretches are short, whichever way the border runs.
"""

import numpy as np
from numpy.typing import NDArray

from gis.geometry.edge_kernels import EdgeArrays, compiled
from gis.geometry.pieces import Floats, Ints

FEW, MANY = 1.0, 0.5
"""How far apart the lines are, in radii: few lines settle land up to 0.36 times as wide as the circle whichever way it
runs, many lines land up to 0.71 times as wide."""

MAX_POINTS = 250_000
"""Points of the lattice up to which land is looked at in this way."""

ROUNDING_M = 1e-6
"""How much a stretch may be too short by rounding."""


@compiled
def _reach_m(radius: float, spacing_m: float) -> float:
    """Return how far a circle reaches, along both lines and to both sides, from the point nearest to its centre."""
    off = 0.5 * spacing_m
    return np.sqrt(radius * radius - off * off) - off - ROUNDING_M


@compiled
def _lines_across(y1: float, y2: float, lines: int) -> tuple[int, int]:
    """Return which lines an edge crosses, from its ends counted in lines: each end belongs to one of two edges."""
    low, high = min(y1, y2), max(y1, y2)
    if high <= 0.0 or low > lines - 1:
        return 0, 0
    return max(int(np.ceil(low)), 0), min(int(np.ceil(high)), lines)


@compiled
def _count_crossings(table: EdgeArrays, shape: int, axis: int, frame: tuple[float, float, float], first: Ints) -> None:
    """Add up in `first[line + 1]` how many edges of a polygon cross each line; lines run along the other axis."""
    xy, shape_first, turn = table
    lines = len(first) - 1
    low, a_metre, last = frame
    for i in range(shape_first[shape], shape_first[shape + 1]):
        if turn[i] == 0 or min(xy[i, 1 - axis], xy[i + 1, 1 - axis]) > last:
            continue
        one, other = _lines_across((xy[i, axis] - low) * a_metre, (xy[i + 1, axis] - low) * a_metre, lines)
        for line in range(one, other):
            first[line + 1] += 1


@compiled
def _write_crossings(
    table: EdgeArrays,
    shape: int,
    axis: int,
    frame: tuple[float, float, float],
    polygon: int,
    filled: Ints,
    at: Floats,
    owner: NDArray[np.int8],
) -> None:
    """Write down where the edges cross each line, in order along it; `filled` is moved on."""
    xy, shape_first, turn = table
    lines = len(filled) - 1
    low, a_metre, last = frame
    for i in range(shape_first[shape], shape_first[shape + 1]):
        if turn[i] == 0 or min(xy[i, 1 - axis], xy[i + 1, 1 - axis]) > last:
            continue
        y1, y2 = (xy[i, axis] - low) * a_metre, (xy[i + 1, axis] - low) * a_metre
        one, other = _lines_across(y1, y2, lines)
        if one == other:
            continue
        x = xy[i, 1 - axis]
        slope = (xy[i + 1, 1 - axis] - x) / (y2 - y1)
        for line in range(one, other):
            place = filled[line]
            at[place], owner[place] = x + slope * (line - y1), polygon
            filled[line] = place + 1


@compiled
def _sort(at: Floats, owner: NDArray[np.int8], start: int, end: int) -> None:
    for i in range(start + 1, end):
        value, whose, k = at[i], owner[i], i
        while k > start and at[k - 1] > value:
            at[k], owner[k] = at[k - 1], owner[k - 1]
            k -= 1
        at[k], owner[k] = value, whose


@compiled
def _crossings(
    subject_table: EdgeArrays,
    cell_table: EdgeArrays,
    subject: int,
    cells: Ints,
    axis: int,
    frame: tuple[float, float, float],
    lines: int,
) -> tuple[Ints, Floats, NDArray[np.int8]]:
    """Return where each line's crossings start, where along it they are, and whose they are; in order along it.

    `frame`: where the first line is, lines a metre, and how far along them edges matter.
    """
    first = np.zeros(lines + 1, dtype=np.int64)
    _count_crossings(subject_table, subject, axis, frame, first)
    for c in cells:
        _count_crossings(cell_table, c, axis, frame, first)
    for line in range(lines):
        first[line + 1] += first[line]
    at, owner, filled = np.empty(first[lines]), np.empty(first[lines], dtype=np.int8), first.copy()
    _write_crossings(subject_table, subject, axis, frame, 0, filled, at, owner)
    for n in range(len(cells)):
        _write_crossings(cell_table, cells[n], axis, frame, n + 1, filled, at, owner)
    for line in range(lines):
        _sort(at, owner, first[line], first[line + 1])
    return first, at, owner


@compiled
def _deep_points(
    crossings: tuple[Ints, Floats, NDArray[np.int8]],
    wanted: int,
    low: float,
    spacing_m: float,
    reach_m: float,
    deep: NDArray[np.uint8],
) -> tuple[bool, float]:
    """Mark the points that lie deep in a stretch of their row; tell whether there are any, and the area about."""
    first, at, owner = crossings
    found, length_m = False, 0.0
    for line in range(len(first) - 1):
        inside = 0
        for k in range(first[line], first[line + 1] - 1):
            inside ^= 1 << owner[k]
            if inside != wanted:
                continue
            length_m += at[k + 1] - at[k]
            if at[k + 1] - at[k] < 2.0 * reach_m:
                continue
            start = max(int(np.ceil((at[k] + reach_m - low) / spacing_m)), 0)
            end = min(int(np.floor((at[k + 1] - reach_m - low) / spacing_m)) + 1, deep.shape[1])
            for point in range(start, end):
                deep[line, point] = 1
                found = True
    return found, length_m * spacing_m


@compiled
def _is_deep_both_ways(
    crossings: tuple[Ints, Floats, NDArray[np.int8]],
    wanted: int,
    low: float,
    spacing_m: float,
    reach_m: float,
    deep: NDArray[np.uint8],
) -> bool:
    """Tell whether a marked point lies deep in a stretch of its column too."""
    first, at, owner = crossings
    for line in range(len(first) - 1):
        inside = 0
        for k in range(first[line], first[line + 1] - 1):
            inside ^= 1 << owner[k]
            if inside != wanted or at[k + 1] - at[k] < 2.0 * reach_m:
                continue
            start = max(int(np.ceil((at[k] + reach_m - low) / spacing_m)), 0)
            end = min(int(np.floor((at[k + 1] - reach_m - low) / spacing_m)) + 1, deep.shape[0])
            for point in range(start, end):
                if deep[point, line] == 1:
                    return True
    return False


@compiled
def is_narrow(
    subject_table: EdgeArrays,
    cell_table: EdgeArrays,
    subject: int,
    cells: Ints,
    wanted: int,
    box: tuple[float, float, float, float],
    radius: float,
    spacing: float,
) -> tuple[bool, bool]:
    """Tell whether it is proven that no circle larger than this fits into a region, and whether it is worth going on.

    Parameters
    ----------
    subject_table, cell_table : the two edge tables.
    subject, cells : the polygons that bound the region; the subject is bit 0, the cells those from bit 1 on.
    wanted : bits of the polygons that the region lies in.
    box : around the region.
    radius : of the circle, metres.
    spacing : how far apart the lines are, in radii: `FEW` or `MANY`.
    """
    west, south, east, north = box
    spacing_m = spacing * radius
    reach_m = _reach_m(radius, spacing_m)
    rows, columns = int((north - south) / spacing_m) + 2, int((east - west) / spacing_m) + 2
    if rows * columns > MAX_POINTS:
        return False, False
    deep = np.zeros((rows, columns), dtype=np.uint8)
    lines = _crossings(subject_table, cell_table, subject, cells, 1, (south, 1.0 / spacing_m, east), rows)
    found, area_m2 = _deep_points(lines, wanted, west, spacing_m, reach_m, deep)
    if not found:
        return True, False
    # As much land as this is no sliver along the border, nor several: a search finds the circle sooner.
    if spacing == FEW and area_m2 > 2.0 * radius * (east - west + north - south):
        return False, False
    lines = _crossings(subject_table, cell_table, subject, cells, 0, (west, 1.0 / spacing_m, north), columns)
    return not _is_deep_both_ways(lines, wanted, south, spacing_m, reach_m, deep), True
