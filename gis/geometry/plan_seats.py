"""Which grid and which unit of a plan each building stands in, kept up to date from state to state."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.layers import Codes, Shapes
from gis.geometry.pieces import Bools, Ints
from gis.geometry.plan_standing import changed_between
from gis.geometry.scopes import first_cover, meeting
from gis.geometry.tiling import Tiling

BESIDE = "-"
"""The grid of a building beside the plan's land; no grid is called so."""


@dataclass(frozen=True, slots=True, eq=False)
class Seats:
    """Where buildings stand.

    Parameters
    ----------
    grid : (n,) code of each one's grid, `UNASSIGNED` on land of none, `BESIDE` off the land; on a line the first grid.
    unit : (n,) number of each one's unit; -1 off the land.
    """

    grid: Codes
    unit: Ints


def seat_all(tiling: Tiling, points: shapely.STRtree) -> Seats:
    """Seat every building.

    Parameters
    ----------
    points : one for each building, metres.
    """
    layer = tiling.layer()
    at = first_cover(points, layer.shapes)
    face = first_cover(points, tiling.faces)
    return Seats(np.array([*layer.codes, BESIDE], dtype=object)[at], np.append(tiling.unit, -1)[face])


def seat_again(seats: Seats, before: Tiling, after: Tiling, points: shapely.STRtree) -> Seats:
    """Seat the buildings on land that changed hands, or was cut, between two states.

    Parameters
    ----------
    seats : in the state before.
    """
    moved = changed_between(before.shapes, after.shapes)
    if moved is not None:
        codes = np.array(sorted(after.shapes), dtype=object)
        shapes = _listed([after.shapes[code] for code in codes])
        stale, at = _seated(points, moved.shapes, shapes)
        grid = seats.grid.copy()
        grid[stale] = np.append(codes, BESIDE)[at]
        seats = replace(seats, grid=grid)
    gone, come = changed_faces(before, after)
    if gone.any() or come.any():
        stale, at = _seated(points, np.concatenate([before.faces[gone], after.faces[come]]), after.faces)
        unit = seats.unit.copy()
        unit[stale] = np.append(after.unit, -1)[at]
        seats = replace(seats, unit=unit)
    return seats


def changed_faces(before: Tiling, after: Tiling) -> tuple[Bools, Bools]:
    """Return which faces are there before only, and which after only; one of another unit counts as another."""
    if before.faces is after.faces and before.unit is after.unit:
        return np.zeros(len(before.faces), dtype=bool), np.zeros(len(after.faces), dtype=bool)
    was, now = _places(before), _places(after)
    gone = np.array([place not in now for place in was], dtype=bool)
    come = np.array([place not in was for place in now], dtype=bool)
    if gone.any() and come.any():
        _forget_copies(before, after, gone, come)
    return gone, come


def _places(tiling: Tiling) -> dict[tuple[int, int], None]:
    """Return what tells the faces of a tiling apart, in their order: the object, and its unit."""
    return dict.fromkeys(zip(map(id, tiling.faces.tolist()), tiling.unit.tolist(), strict=True))


def _forget_copies(before: Tiling, after: Tiling, gone: Bools, come: Bools) -> None:
    """Take back that a face is gone or come where the other side has it as another object."""
    left, right = np.flatnonzero(gone), np.flatnonzero(come)
    was, now = (
        list(zip(shapely.to_wkb(tiling.faces[rows]).tolist(), tiling.unit[rows].tolist(), strict=True))
        for tiling, rows in ((before, left), (after, right))
    )
    common = set(was) & set(now)
    gone[left] = [name not in common for name in was]
    come[right] = [name not in common for name in now]


def units_between(before: Tiling, after: Tiling) -> tuple[set[int], set[int], set[int]]:
    """Return the units drawn anew between two states, those that only went to another grid, and those that are gone."""
    gone, come = changed_faces(before, after)
    drawn = {*before.unit[gone].tolist(), *after.unit[come].tolist()} & set(after.grid_of)
    if before.faces is after.faces and before.unit is after.unit:
        moved = set(after.unit[before.seat != after.seat].tolist())
    else:
        moved = _in_other_grids(before, after)
    named = {unit for unit, code in after.grid_of.items() if before.grid_of.get(unit) != code}
    return drawn, (moved | named) - drawn, set(before.grid_of) - set(after.grid_of)


def _in_other_grids(before: Tiling, after: Tiling) -> set[int]:
    """Return the units whose faces lie in other grids than before."""
    was, now = _grids_of(before), _grids_of(after)
    return {unit for unit, codes in now.items() if was.get(unit) != codes}


def _grids_of(tiling: Tiling) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for unit, code in zip(tiling.unit.tolist(), tiling.seat.tolist(), strict=True):
        found.setdefault(unit, set()).add(code)
    return found


def unit_shapes(tiling: Tiling, units: Collection[int] | None = None) -> dict[int, BaseGeometry]:
    """Return the shapes of units: of some, or of all."""
    rows = np.arange(len(tiling.unit)) if units is None else tiling.faces_of(units)
    if not len(rows):
        return {}
    order = rows[np.argsort(tiling.unit[rows], kind="stable")]
    numbers, first = np.unique(tiling.unit[order], return_index=True)
    parts = np.split(tiling.faces[order], first[1:])
    return {
        int(number): faces[0] if len(faces) == 1 else shapely.coverage_union_all(faces)
        for number, faces in zip(numbers, parts, strict=True)
    }


def _seated(points: shapely.STRtree, ground: Shapes, shapes: Shapes) -> tuple[Ints, Ints]:
    """Return the points that some ground covers, and the position of the first shape over each (-1 for none)."""
    stale = np.unique(points.query(ground, predicate="covers")[1])
    chosen = points.geometries[stale]
    near = meeting(shapely.STRtree(shapes), chosen)
    at = first_cover(shapely.STRtree(chosen), shapes[near])
    return stale, np.append(near, -1)[at]


def _listed(shapes: list[shapely.Geometry]) -> Shapes:
    every: Shapes = np.empty(len(shapes), dtype=object)
    every[:] = shapes
    return every
