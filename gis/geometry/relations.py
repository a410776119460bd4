"""How each subject stands to each cell it overlaps, material land only, measured only where bounds leave a doubt."""

from dataclasses import dataclass

import numpy as np

from gis.geometry.homes import Seats, seat_homes
from gis.geometry.layers import AuditRules, Homes, Layer
from gis.geometry.packed import PackedLayer
from gis.geometry.pieces import Bools, Engine, Floats, Ints, Overlay, Pieces, Region, Sizes
from gis.geometry.widths import TOLERANCE, Widths, round_bound_m

NEAR = 0.75
"""A piece wider than this share of the noise width is near enough to material for a person to look at it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The widths that a pair of layers is judged by, in metres."""

    noise_m: float
    clear_m: float

    @classmethod
    def of(cls, rules: AuditRules, *layers: Layer | PackedLayer) -> "Limits":
        """Take the coarser layer's accuracy."""
        accuracies = [layer.accuracy_m for layer in layers]
        return cls(rules.noise_m(*accuracies), rules.clear_m(*accuracies))

    @property
    def near_m(self) -> float:
        """Width above which a piece that is not material is doubtful."""
        return NEAR * self.noise_m

    @property
    def tolerance_m(self) -> float:
        """How far below the true width a measured one may lie."""
        return TOLERANCE * self.noise_m


class Relations:
    """The overlay of two layers with what is known of the widths in it.

    Rows are overlaps in the order of `Pieces`. `shared`, `rest` and `beyond` hold the widths of subject ∩ cell,
    subject ∖ cell and cell ∖ subject for each row; `bare` that of each subject's land in no cell.
    """

    def __init__(self, engine: Engine, limits: Limits, overlay: Overlay, seats: Seats) -> None:
        self.engine = engine
        self.limits = limits
        self.overlay = overlay
        self.seats = seats
        self.subjects = len(overlay.bare_m2)
        self.starts = np.searchsorted(overlay.subject, np.arange(self.subjects + 1)).astype(np.int64)
        self.count = np.diff(self.starts)
        self._set_bounds(engine.subject_sizes, engine.cell_sizes)
        every = np.arange(len(overlay), dtype=np.int64)
        self.near = self.shared.exceed(every, limits.near_m)
        self.wide = np.zeros(len(overlay), dtype=bool)
        self.wide[self.near] = self.shared.exceed(every[self.near], limits.noise_m)
        self.material = self.wide | (seats.held > 0)
        self.material_count = np.bincount(overlay.subject[self.material], minlength=self.subjects)
        self._learn_rest()

    def _set_bounds(self, whole: Sizes, cells: Sizes) -> None:
        subject, cell, area = self.overlay.subject, self.overlay.cell, self.overlay.area_m2
        outline = whole.outline_m[subject] + cells.outline_m[cell]
        rest, beyond = whole.area_m2[subject] - area, cells.area_m2[cell] - area
        box, cell_box = whole.boxes[subject], cells.boxes[cell]
        common = np.hstack([np.maximum(box[:, :2], cell_box[:, :2]), np.minimum(box[:, 2:], cell_box[:, 2:])])
        self.shared = self._widths(Region.SHARED, area, self.overlay.outline_m, common)
        self.rest = self._widths(Region.REST, rest, outline, box)
        self.beyond = self._widths(Region.BEYOND, beyond, outline, cell_box)
        self.bare = Widths(np.zeros(self.subjects), round_bound_m(self.overlay.bare_m2), self._measure_bare)

    def _learn_rest(self) -> None:
        """Take over what the pieces tell about the land outside each: where cells do not overlap it holds the others,
        and where two cells cover the subject it is the other."""
        overlay = self.overlay
        several = (self.count > 1) & overlay.disjoint
        if not several.any():
            return
        rows = several[overlay.subject].nonzero()[0]
        subject = overlay.subject[rows]
        first, second = self._two_widest(rows)
        place = (np.cumsum(several) - 1)[subject]
        widest = np.where(rows == first[place], second[place], first[place])
        self.rest.low[rows] = np.maximum(self.rest.low[rows], self.shared.low[widest])
        only = (self.count[subject] == 2) & (overlay.bare_m2[subject] == 0)
        rows, other = rows[only], widest[only]
        self.rest.high[rows] = np.maximum(
            np.minimum(self.rest.high[rows], self.shared.high[other]), self.rest.low[rows]
        )

    def _two_widest(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return of the rows of each subject the two whose pieces are known to be widest."""
        order = rows[np.lexsort((-self.shared.low[rows], self.overlay.subject[rows]))]
        first = np.flatnonzero(np.r_[True, np.diff(self.overlay.subject[order]) != 0])
        return order[first], order[first + 1]

    def _widths(self, region: Region, area: Floats, outline: Floats, boxes: Floats) -> Widths:
        sides = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        low = np.maximum(2.0 * area / outline - self.limits.tolerance_m, 0.0)
        high = np.maximum(np.minimum(round_bound_m(area), sides), low)

        def measure(rows: Ints, above_m: Floats | None) -> tuple[Floats, Floats]:
            return self.engine.widths(region, self.overlay.subject[rows], self.overlay.cell[rows], above_m)

        return Widths(low, high, measure)

    def _measure_bare(self, subjects: Ints, above_m: Floats | None) -> tuple[Floats, Floats]:
        return self.engine.widths(Region.BARE, subjects, subjects, above_m)

    def others_material(self, rows: Ints) -> Bools:
        """Tell whether the subject's land in all other cells together is material.

        It is where another piece is; else neighbouring slivers are judged as one region.
        """
        subject = self.overlay.subject[rows]
        found = (self.material_count[subject] - self.material[rows]) > 0
        alone = np.flatnonzero(~found & (self.count[subject] > 2))
        # Where nothing is bare, all the land outside the cell lies in other cells.
        bare = self.overlay.bare_m2[subject[alone]] > 0
        found[alone[~bare]] = self.rest.exceed(rows[alone[~bare]], self.limits.noise_m)
        mixed = rows[alone[bare]]
        above = np.full(len(mixed), self.limits.noise_m)
        low, _ = self.engine.widths(Region.OTHERS, self.overlay.subject[mixed], self.overlay.cell[mixed], above)
        found[alone[bare]] = low > above
        return found

    def rest_material(self, rows: Ints) -> Bools:
        """Tell whether the subject has material land outside the row's cell."""
        return self.rest.exceed(rows, self.limits.noise_m) | self.seats.rest[rows]

    def beyond_material(self, rows: Ints) -> Bools:
        """Tell whether the row's cell has material land outside the subject."""
        return self.beyond.exceed(rows, self.limits.noise_m) | self.seats.beyond[rows]

    def all_exceed(self, rows: Ints, threshold_m: float) -> Bools:
        """Tell whether the subject's land in the row's cell, outside it, and the cell's outside are all wider."""
        wide = self.shared.exceed(rows, threshold_m)
        for region in (self.rest, self.beyond):
            wide[wide] = region.exceed(rows[wide], threshold_m)
        return wide

    def home(self) -> Ints:
        """Return each subject's cell with the largest share, -1 where it has none."""
        home = np.full(self.subjects, -1, dtype=np.int64)
        some = self.count > 0
        home[some] = self.overlay.cell[self.starts[:-1][some]]
        return home

    def any_row(self, rows: Ints, flags: Bools) -> Bools:
        """Tell for each subject whether one of its rows is flagged."""
        found = np.zeros(self.subjects, dtype=bool)
        found[self.overlay.subject[rows[flags]]] = True
        return found

    def pieces(self) -> Pieces:
        """Return the evidence: every raw overlap with its width as far as it is known."""
        overlay = self.overlay
        share = overlay.area_m2 / self.engine.subject_sizes.area_m2[overlay.subject]
        width = np.where(self.material, self.shared.low, self.shared.high)
        return Pieces(
            subject=overlay.subject,
            cell=overlay.cell,
            area_m2=overlay.area_m2,
            share=np.minimum(share, 1.0),
            width_m=width,
            households=self.seats.households,
            material=self.material,
        )


def relate(engine: Engine, limits: Limits, subjects: Layer, cells: Layer, homes: Homes | None) -> Relations:
    """Overlay two layers and seat the homes in them."""
    overlay = engine.overlay()
    return Relations(engine, limits, overlay, seat_homes(homes, subjects.shapes, cells.shapes, overlay))


def deciding_width_m(relations: Relations, rows: Ints, *, measured: bool) -> Floats:
    """Return for each subject how deep the deciding line runs inside it, in metres; 0 where it has no row.

    Not `measured`, it is the lower bound that is known.

    The depth of a row is min(width of subject ∩ cell, of subject ∖ cell, of cell ∖ subject); the subject's is the
    largest of its rows'. Rows are measured in the order in which they can still decide, so most are not.
    """
    subject = relations.overlay.subject[rows]
    best = np.zeros(relations.subjects)
    regions = (relations.shared, relations.rest, relations.beyond)
    while True:
        high = np.stack([region.high[rows] for region in regions])
        low = np.stack([region.low[rows] for region in regions])
        depth_low, depth_high = low.min(axis=0), high.min(axis=0)
        np.maximum.at(best, subject, depth_low)
        doubt = np.flatnonzero((depth_high > best[subject]) & (depth_low < depth_high))
        if not measured or not len(doubt):
            return best
        _sharpen(regions, rows[doubt], low[:, doubt], high[:, doubt])


def _sharpen(regions: tuple[Widths, Widths, Widths], rows: Ints, low: Floats, high: Floats) -> None:
    """Measure in each row the region that can decide it, or compare the others with it once it is measured."""
    narrowest = high.argmin(axis=0)
    every = np.arange(len(rows))
    measured = low[narrowest, every] >= high[narrowest, every]
    for i, region in enumerate(regions):
        mine = (narrowest == i) & ~measured
        region.settle(rows[mine])
        compare = measured & (narrowest != i)
        region.exceed(rows[compare], np.nextafter(high.min(axis=0)[compare], 0.0))
