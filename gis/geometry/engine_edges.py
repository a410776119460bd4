"""The overlay by edge pairs: areas and widths from compiled loops over edges, GEOS only where these are not certain.

Some eight times faster than overlaying at 50 000 grids, with the same answer: areas agree within 1e-6 m², and a width
within the tolerance of the value it is compared with is measured again as `GeosEngine` would. Needs numba.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import shapely

from gis.geometry import edge_kernels, edge_pairs, edge_widths
from gis.geometry.edge_tables import EdgeTable
from gis.geometry.layers import Shapes
from gis.geometry.packed import PackedShapes
from gis.geometry.pieces import MIN_AREA_M2, MIN_AREA_SHARE, Bools, Floats, Ints, Overlaps, Overlay, Region, Sizes
from gis.geometry.regions import Regions
from gis.geometry.widths import inscribed_diameters, round_bound_m

SIDES = {
    Region.SHARED: (True, True),
    Region.REST: (True, False),
    Region.BEYOND: (False, True),
    Region.BARE: (True, False),
}
"""Whether a region lies inside its subject, and inside its cell or outside it."""


AREAS_A_PART, WIDTHS_A_PART = 256, 16
"""Overlaps, and widths, that are worth another thread's while: 2 µs and 100 µs each."""


class EdgeEngine:
    """Overlay two layers by their edges.

    Parameters
    ----------
    subjects, cells : valid polygons in metres, as shapes or still packed.
    tolerance_m : how far below the true width a measured one may lie.
    threads : the kernels run outside Python's lock.
    tables : the edges of subjects and cells where they are at hand.
    """

    name = "edges"

    def __init__(
        self,
        subjects: Shapes | PackedShapes,
        cells: Shapes | PackedShapes,
        *,
        tolerance_m: float,
        threads: int = 1,
        tables: tuple[EdgeTable | None, EdgeTable | None] = (None, None),
    ) -> None:
        self.tolerance_m = tolerance_m
        self.threads = threads
        self.regions = Regions(subjects, cells)
        self._subjects = tables[0] or EdgeTable.of(subjects)
        self._cells = tables[1] or EdgeTable.of(cells)
        self._over: tuple[Ints, Ints] = (np.empty(0, np.int64), np.zeros(len(subjects) + 1, np.int64))

    @property
    def subject_sizes(self) -> Sizes:
        """Measures of the subjects."""
        return self._subjects.sizes

    @property
    def cell_sizes(self) -> Sizes:
        """Measures of the cells."""
        return self._cells.sizes

    def overlay(self) -> Overlay:
        """Return every raw overlap; see `Overlay`."""
        subject, cell = self._pairs()
        area, outline = self._areas(self._subjects, self._cells, subject, cell)
        least = MIN_AREA_M2 + MIN_AREA_SHARE * (self.subject_sizes.area_m2[subject] + self.cell_sizes.area_m2[cell])
        land = np.flatnonzero(area > least)
        land = land[np.argsort(subject[land], kind="stable")]
        subject, cell, area, outline = subject[land], cell[land], area[land], outline[land]
        count = np.bincount(subject, minlength=len(self._subjects))
        self._over = cell, np.concatenate([[0], np.cumsum(count)])
        self.regions.set_overlaps(subject, cell)
        bare, disjoint = self._bare(subject, area, count)
        overlaps = Overlaps(subject, cell, area, outline)
        return Overlay.sort(overlaps, bare, disjoint, (self.subject_sizes, self.cell_sizes))

    def widths(self, region: Region, subject: Ints, cell: Ints, above_m: Floats | None) -> tuple[Floats, Floats]:
        """Return bounds of the regions' widths; see `Engine`."""
        low, high = np.zeros(len(subject)), np.full(len(subject), np.inf)
        cells, first = self._cells_of(region, subject, cell)
        able = (np.diff(first) <= edge_widths.MAX_CELLS) & (region is not Region.OTHERS)
        self._search(region, np.flatnonzero(able), subject, cell, (cells, first), above_m, low, high)
        unsure = np.isinf(high) if above_m is None else (low <= above_m + self.tolerance_m) & (high > above_m)
        asked = np.flatnonzero(unsure)
        if len(asked):
            shapes = self.regions.of(region, subject[asked], cell[asked])
            above = None if above_m is None else above_m[asked]
            low[asked], high[asked] = inscribed_diameters(shapes, self.tolerance_m, above)
        return low, low.copy() if above_m is None else high

    def _search(
        self,
        region: Region,
        rows: Ints,
        subject: Ints,
        cell: Ints,
        runs: tuple[Ints, Ints],
        above_m: Floats | None,
        low: Floats,
        high: Floats,
    ) -> None:
        """Fill in the bounds of the given rows by the compiled search."""
        if not len(rows):
            return
        boxes, at_most_m = self._bounds(region, subject[rows], cell[rows])
        aims = np.empty((len(rows), 3))
        if above_m is None:
            aims[:] = np.inf, 0.0, self.tolerance_m / 2.0
        else:
            aims[:, 0] = (above_m[rows] + self.tolerance_m) / 2.0
            aims[:, 1] = above_m[rows] / 2.0
            aims[:, 2] = self.tolerance_m / 8.0
        counts = np.diff(runs[1])[rows]
        first = np.concatenate([[0], np.cumsum(counts)])
        cells = runs[0][np.repeat(runs[1][rows] - first[:-1], counts) + np.arange(first[-1])]
        found = np.empty((2, len(rows)))
        inside = SIDES[region]

        def work(part: slice) -> None:
            edge_widths.inscribed_radii(
                self._subjects.arrays, self._cells.arrays,
                subject[rows][part], cells, first[part.start : part.stop + 1], inside[0], inside[1],
                boxes[part], at_most_m[part] / 2.0, aims[part], found[0, part], found[1, part],
            )  # fmt: skip

        self._in_parts(work, len(rows), WIDTHS_A_PART)
        low[rows], high[rows] = 2.0 * found[0], 2.0 * found[1]

    def _bounds(self, region: Region, subject: Ints, cell: Ints) -> tuple[Floats, Floats]:
        """Return boxes around the regions and upper bounds of their widths."""
        box, cell_box = self.subject_sizes.boxes[subject], self.cell_sizes.boxes
        if region is Region.SHARED:
            box = np.hstack([np.maximum(box[:, :2], cell_box[cell, :2]), np.minimum(box[:, 2:], cell_box[cell, 2:])])
        elif region is Region.BEYOND:
            box = cell_box[cell]
        sides = np.minimum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
        whole = self.cell_sizes.area_m2[cell] if region is Region.BEYOND else self.subject_sizes.area_m2[subject]
        return box, np.minimum(sides, round_bound_m(whole)) * (1.0 + 1e-9)

    def _cells_of(self, region: Region, subject: Ints, cell: Ints) -> tuple[Ints, Ints]:
        """Return the cells that bound each region, in runs, and where the runs start."""
        if region is not Region.BARE:
            return cell, np.arange(len(cell) + 1)
        cells, starts = self._over
        counts = starts[subject + 1] - starts[subject]
        first = np.concatenate([[0], np.cumsum(counts)])
        return cells[np.repeat(starts[subject] - first[:-1], counts) + np.arange(first[-1])], first

    def _pairs(self) -> tuple[Ints, Ints]:
        """Return the pairs whose boxes meet, ordered by subject."""
        if not len(self._subjects) or not len(self._cells):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        boxes, cell_boxes = self.subject_sizes.boxes, self.cell_sizes.boxes
        square_m = float((cell_boxes[:, 2:] - cell_boxes[:, :2]).mean())
        worth_it, subject, cell = edge_pairs.meeting_boxes(boxes, cell_boxes, max(square_m, 1e-6))
        if not worth_it:
            own, others = (np.asarray(shapely.box(*table.T), dtype=object) for table in (boxes, cell_boxes))
            subject, cell = shapely.STRtree(others).query(own)
        return subject.astype(np.int64), cell.astype(np.int64)

    def _areas(self, ones: EdgeTable, others: EdgeTable, one: Ints, other: Ints) -> tuple[Floats, Floats]:
        """Return the areas of the overlaps and the lengths of their outlines, or more."""
        area, outline = np.empty(len(one)), np.empty(len(one))

        def work(part: slice) -> None:
            edge_kernels.shared_areas(
                ones.xy, ones.first, ones.turn, ones.sizes.boxes, ones.sizes.area_m2, ones.sizes.outline_m,
                others.xy, others.first, others.turn,
                others.sizes.boxes, others.sizes.area_m2, others.sizes.outline_m,
                one[part], other[part], area[part], outline[part],
            )  # fmt: skip

        self._in_parts(work, len(one), AREAS_A_PART)
        return area, outline

    def _bare(self, subject: Ints, area: Floats, count: Ints) -> tuple[Floats, Bools]:
        """Return each subject's land in no cell, and whether its cells are proven not to overlap in it."""
        whole = self.subject_sizes.area_m2
        total = np.bincount(subject, weights=area, minlength=len(whole))
        largest = np.zeros(len(whole))
        np.maximum.at(largest, subject, area)
        settled = largest >= whole * (1.0 - MIN_AREA_SHARE) - MIN_AREA_M2
        disjoint = (count < 2) | self._without_common_land(count, settled)
        bare = np.where(settled, 0.0, whole - total)
        several = np.flatnonzero(~settled & ~disjoint)
        if len(several):
            bare[several] = shapely.area(self.regions.of(Region.BARE, several, several))
        return bare, disjoint

    def _without_common_land(self, count: Ints, settled: Bools) -> Bools:
        """Tell for which subjects no two of their cells overlap; not asked for subjects that one cell covers."""
        asked = np.flatnonzero(~settled & (count > 1))
        apart = np.zeros(len(count), dtype=bool)
        if not len(asked):
            return apart
        cells, starts = self._over
        owner, one, other = edge_kernels.pairs_in_runs(cells, starts, asked)
        keys, which = np.unique(one * len(self._cells) + other, return_inverse=True)
        a, b = keys // max(len(self._cells), 1), keys % max(len(self._cells), 1)
        area, _ = self._areas(self._cells, self._cells, a, b)
        whole = self.cell_sizes.area_m2
        common = area > MIN_AREA_M2 + MIN_AREA_SHARE * (whole[a] + whole[b])
        apart[asked] = True
        apart[owner[common[which]]] = False
        return apart

    def _in_parts(self, work: Callable[[slice], None], count: int, least: int) -> None:
        parts = min(self.threads * 8, count // least) if self.threads > 1 else 1
        if parts <= 1:
            if count:
                work(slice(0, count))
            return
        cuts = [count * i // parts for i in range(parts + 1)]
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(work, [slice(a, b) for a, b in pairwise(cuts)]))
