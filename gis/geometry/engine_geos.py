"""The overlay by GEOS: no dependency beyond shapely, exact shapes, two threads where asked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes
from gis.geometry.pieces import MIN_AREA_M2, Bools, Floats, Ints, Overlaps, Overlay, Region, Sizes, box_pairs
from gis.geometry.regions import Regions, intersection
from gis.geometry.segments import leftover_segments
from gis.geometry.widths import inscribed_diameters

PROOF_PAYS_ABOVE = 200
"""Subjects from which the proof that the cells tile is worth its cost."""


class GeosEngine:
    """Overlay two layers with shapely.

    Parameters
    ----------
    subjects, cells : valid polygons in metres.
    tolerance_m : how far below the true width a measured one may lie.
    threads : GEOS works outside Python's lock, so two threads are nearly twice as fast.
    """

    name = "geos"

    def __init__(self, subjects: Shapes, cells: Shapes, *, tolerance_m: float, threads: int = 1) -> None:
        self.subjects = subjects
        self.cells = cells
        self.tolerance_m = tolerance_m
        self.threads = threads
        self.subject_sizes = Sizes.of(subjects)
        self.cell_sizes = Sizes.of(cells)
        self.regions = Regions(subjects, cells)

    def overlay(self) -> Overlay:
        """Return every raw overlap; see `Overlay`."""
        subject, cell = box_pairs(self.subjects, self.cells)
        area = np.zeros(len(subject))
        outline = self.subject_sizes.outline_m[subject] + self.cell_sizes.outline_m[cell]
        tiled = self._tiled()
        covered = self._covered(subject, cell)
        area[covered] = self.subject_sizes.area_m2[subject[covered]]
        outline[covered] = self.subject_sizes.outline_m[subject[covered]]
        settled = np.zeros(len(self.subjects), dtype=bool)
        settled[subject[covered]] = True
        # Where cells are proven to tile, a subject inside one of them has no land in another.
        rest = np.flatnonzero(~covered & ~(settled & tiled)[subject])
        rest = rest[self._meet(subject[rest], cell[rest])]
        home = self._inferable(subject, cell, rest, tiled)
        cut = rest[~home]
        area[cut], outline[cut] = self._intersect(subject[cut], cell[cut])
        self._infer(subject, area, rest, home)
        return self._in_order(Overlaps(subject, cell, area, outline), settled, tiled)

    def widths(self, region: Region, subject: Ints, cell: Ints, above_m: Floats | None) -> tuple[Floats, Floats]:
        """Return bounds of the regions' widths; see `Engine`."""

        def chunk(part: slice) -> NDArray[np.generic]:
            shapes = self.regions.of(region, subject[part], cell[part])
            above = None if above_m is None else above_m[part]
            return np.stack(inscribed_diameters(shapes, self.tolerance_m, above), axis=1)

        bounds = self._in_chunks(chunk, len(subject)).astype(np.float64)
        return bounds[:, 0], bounds[:, 1]

    def _tiled(self) -> Bools:
        """Tell which subjects lie where the cells are proven to tile: each point of them is in exactly one cell."""
        proven = np.zeros(len(self.subjects), dtype=bool)
        if len(self.subjects) < PROOF_PAYS_ABOVE:
            return proven
        # Crossing a segment that two cells share in opposite directions leaves one cell and enters one: away from the
        # segments left over, the number of cells over a point cannot change.
        away = np.flatnonzero(~_touched(self.subject_sizes.boxes, leftover_segments(self.cells)))
        # A subject in several parts could have one where there is no cell at all; one point then proves too little.
        away = away[shapely.get_num_geometries(self.subjects[away]) == 1]
        points = shapely.point_on_surface(self.subjects[away])
        over = np.bincount(shapely.STRtree(self.cells).query(points, predicate="intersects")[0], minlength=len(away))
        proven[away[over == 1]] = True
        return proven

    def _covered(self, subject: Ints, cell: Ints) -> Bools:
        inner, outer = self.subject_sizes.boxes[subject], self.cell_sizes.boxes[cell]
        fits = np.all(inner[:, :2] >= outer[:, :2], axis=1) & np.all(inner[:, 2:] <= outer[:, 2:], axis=1)
        maybe = np.flatnonzero(fits)
        covered = np.zeros(len(subject), dtype=bool)
        covered[maybe] = self._by_cell(shapely.covers, subject[maybe], cell[maybe])
        return covered

    def _meet(self, subject: Ints, cell: Ints) -> Bools:
        return self._by_cell(shapely.intersects, subject, cell).astype(bool)

    def _by_cell(
        self, ask: Callable[[Shapes, Shapes], NDArray[np.generic]], subject: Ints, cell: Ints
    ) -> NDArray[np.generic]:
        """Ask a prepared question of each pair; pairs must stand in order of cell."""

        def chunk(part: slice) -> NDArray[np.generic]:
            cells = self.cells[cell[part]]
            shapely.prepare(cells)
            return np.asarray(ask(cells, self.subjects[subject[part]]))

        # A prepared shape must not be asked by two threads at once: cut between cells, never inside one.
        return self._in_chunks(chunk, len(cell), cell)

    def _intersect(self, subject: Ints, cell: Ints) -> tuple[Floats, Floats]:
        """Cut the overlaps out; return their areas and outline lengths."""
        shapes = np.empty(len(subject), dtype=object)

        def chunk(part: slice) -> NDArray[np.generic]:
            shapes[part] = intersection(self.subjects[subject[part]], self.cells[cell[part]])
            return np.stack([shapely.area(shapes[part]), shapely.length(shapes[part])], axis=1)

        sizes = self._in_chunks(chunk, len(cell)).astype(np.float64)
        self.regions.remember(subject, cell, shapes)
        return sizes[:, 0], sizes[:, 1]

    def _in_chunks(
        self, work: Callable[[slice], NDArray[np.generic]], count: int, cell: Ints | None = None
    ) -> NDArray[np.generic]:
        """Let the threads share the rows; where `cell` is given, in its order, no two of them get the same cell."""
        pieces = min(self.threads * 8, count // 64) if self.threads > 1 else 1
        if pieces <= 1:
            return work(slice(0, count))
        inner = [count * i // pieces for i in range(1, pieces)]
        if cell is not None:
            inner = np.searchsorted(cell, cell[inner]).tolist()
        cuts = [0, *inner, count]
        parts = [slice(a, b) for a, b in pairwise(cuts) if b > a]
        with ThreadPoolExecutor(self.threads) as pool:
            return np.concatenate(list(pool.map(work, parts)))

    def _inferable(self, subject: Ints, cell: Ints, rest: Ints, tiled: Bools) -> Bools:
        """Pick for each subject on proven ground one overlap that need not be computed: the likely largest."""
        inner, outer = self.subject_sizes.boxes[subject[rest]], self.cell_sizes.boxes[cell[rest]]
        sides = np.minimum(inner[:, 2:], outer[:, 2:]) - np.maximum(inner[:, :2], outer[:, :2])
        order = np.lexsort((-sides.prod(axis=1), subject[rest]))
        first = order[np.r_[True, np.diff(subject[rest][order]) != 0]] if len(rest) else order
        chosen = np.zeros(len(rest), dtype=bool)
        chosen[first] = tiled[subject[rest[first]]]
        return chosen

    def _infer(self, subject: Ints, area: Floats, rest: Ints, home: Bools) -> None:
        """Give the overlap left out what the subject's other overlaps leave of it."""
        others = np.bincount(subject[rest], weights=area[rest], minlength=len(self.subjects))
        left_out = rest[home]
        area[left_out] = (self.subject_sizes.area_m2 - others)[subject[left_out]]

    def _in_order(self, found: Overlaps, settled: Bools, tiled: Bools) -> Overlay:
        subject, cell, area = found.subject, found.cell, found.area_m2
        land = area > MIN_AREA_M2
        order = np.argsort(subject[land], kind="stable")
        self.regions.set_overlaps(subject[land][order], cell[land][order])
        bare = np.where(settled | tiled, 0.0, self.subject_sizes.area_m2)
        cells_over = np.bincount(subject[land], minlength=len(self.subjects))
        disjoint = tiled | (cells_over < 2)
        doubtful = np.flatnonzero(~settled & ~tiled & (cells_over > 0))
        one = doubtful[cells_over[doubtful] == 1]
        total = np.bincount(subject[land], weights=area[land], minlength=len(self.subjects))
        bare[one] -= total[one]
        several = doubtful[cells_over[doubtful] > 1]
        bare[several] = shapely.area(self.regions.of(Region.BARE, several, several))
        covered = self.subject_sizes.area_m2[several] - bare[several]
        disjoint[several] = np.abs(total[several] - covered) <= MIN_AREA_M2
        return Overlay.sort(found, bare, disjoint, (self.subject_sizes, self.cell_sizes))


def _touched(boxes: Floats, segments: Floats) -> Bools:
    """Tell which of the boxes meet the box of a segment."""
    met = np.zeros(len(boxes), dtype=bool)
    low, high = np.minimum(segments[:, :2], segments[:, 2:]), np.maximum(segments[:, :2], segments[:, 2:])
    tree = shapely.STRtree(np.asarray(shapely.box(*low.T, *high.T), dtype=object))
    met[tree.query(shapely.box(*boxes.T))[0]] = True
    return met
