"""The shapes of the regions that verdicts ask about, cut by GEOS where they are wanted and remembered."""

import numpy as np
import shapely

from gis.geometry.layers import Shapes
from gis.geometry.packed import PackedShapes
from gis.geometry.pieces import Ints, Region


class Regions:
    """Cut regions of two layers on demand.

    Parameters
    ----------
    subjects, cells : valid polygons in metres; packed ones are made into shapes where they are asked for.
    """

    def __init__(self, subjects: Shapes | PackedShapes, cells: Shapes | PackedShapes) -> None:
        self.subjects = subjects
        self.cells = cells
        self._pieces: dict[tuple[int, int], shapely.Geometry] = {}
        self._over: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))

    def set_overlaps(self, subject: Ints, cell: Ints) -> None:
        """Say which cells lie over which subject, ordered by subject: what `Region.BARE` and `OTHERS` are made of."""
        self._over = subject, cell

    def remember(self, subject: Ints, cell: Ints, shapes: Shapes) -> None:
        """Keep overlaps that are already cut."""
        self._pieces.update(zip(zip(subject.tolist(), cell.tolist(), strict=True), shapes.tolist(), strict=True))

    def of(self, region: Region, subject: Ints, cell: Ints) -> Shapes:
        """Return one shape a pair; `cell` is ignored for `Region.BARE`."""
        if region is Region.SHARED:
            return self.shared(subject, cell)
        if region is Region.REST:
            return difference(self.subjects[subject], self.cells[cell])
        if region is Region.BEYOND:
            return difference(self.cells[cell], self.subjects[subject])
        if region is Region.BARE:
            return difference(self.subjects[subject], self._union_over(subject, None))
        return intersection(self.subjects[subject], self._union_over(subject, cell))

    def shared(self, subject: Ints, cell: Ints) -> Shapes:
        """Return the overlap of each pair."""
        found = np.empty(len(subject), dtype=object)
        found[:] = [self._pieces.get(pair) for pair in zip(subject.tolist(), cell.tolist(), strict=True)]
        missing = np.flatnonzero(found == None)  # noqa: E711 - element by element
        if len(missing):
            shapes = intersection(self.subjects[subject[missing]], self.cells[cell[missing]])
            found[missing] = shapes
            self.remember(subject[missing], cell[missing], shapes)
        return found

    def _union_over(self, subject: Ints, but: Ints | None) -> Shapes:
        """Return for each subject the union of the cells over it, without one of them where `but` names it."""
        subjects, cells = self._over
        starts, ends = np.searchsorted(subjects, subject), np.searchsorted(subjects, subject, side="right")
        unions = np.empty(len(subject), dtype=object)
        for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            own = cells[start:end]
            unions[i] = shapely.union_all(self.cells[own if but is None else own[own != but[i]]])
        return unions


def intersection(ones: Shapes, others: Shapes) -> Shapes:
    """Return the common land of each pair."""
    return np.asarray(shapely.intersection(ones, others), dtype=object)


def difference(ones: Shapes, others: Shapes) -> Shapes:
    """Return the land of each first shape outside its second."""
    return np.asarray(shapely.difference(ones, others), dtype=object)
