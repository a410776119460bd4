"""The overlaps of two layers: what lies where, and how much of it."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_AREA_M2 = 1e-6
"""Overlaps below this are rounding, not land: two engines agree on areas to about 3e-8 m², so "more than nothing" must
stand well above that (docs/decisions/0001-what-counts-as-crossed.md)."""

MIN_AREA_SHARE = 1e-12
"""The same for large shapes, as a share of the two areas: rounding grows with them."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Every raw overlap of a subject with a cell, noise included; sorted by subject, then by share, largest first.

    A subject is a compound (or a grid), a cell the grid (or community) that it overlaps. All arrays have one entry a
    piece.

    Parameters
    ----------
    subject, cell : int64 positions in the two layers.
    area_m2 : area of the overlap, above 1e-6 m².
    share : `area_m2` over the area of the whole subject, 0..1.
    width_m : diameter of the largest circle that fits into the piece, over all its parts; measured to 1 % of the noise
        width, never above the true one. With ``widths="findings"`` it is measured only for subjects of findings, with
        ``widths="material"`` only where a verdict rests on it. Elsewhere it is a bound: at most the true width for a
        material piece, at least the true width for one that is not.
    households : households whose home point stands in the piece.
    material : wider than the noise width, or a home point stands in it.
    """

    subject: Ints
    cell: Ints
    area_m2: Floats
    share: Floats
    width_m: Floats
    households: Ints
    material: Bools

    def __len__(self) -> int:
        return len(self.subject)

    def rows_of(self, subject: int) -> slice:
        """Return the rows of one subject, the largest share first."""
        start, end = np.searchsorted(self.subject, [subject, subject + 1])
        return slice(int(start), int(end))


class Region(Enum):
    """Land that a verdict asks the width of."""

    SHARED = "subject and cell"
    REST = "subject without cell"
    BEYOND = "cell without subject"
    OTHERS = "subject within all cells but this one"
    BARE = "subject in no cell"


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Plain measures of a layer's shapes: area, length of the whole outline, bounding boxes (n, 4)."""

    area_m2: Floats
    outline_m: Floats
    boxes: Floats

    @classmethod
    def of(cls, shapes: Shapes) -> "Sizes":
        """Measure shapely polygons."""
        return cls(shapely.area(shapes), shapely.length(shapes), shapely.bounds(shapes).reshape(-1, 4))


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """Overlaps as an engine finds them, in any order.

    Parameters
    ----------
    subject, cell : positions in the two layers.
    area_m2 : area of the overlap; rounding may leave a little where there is none.
    outline_m : length of its outline, or more.
    """

    subject: Ints
    cell: Ints
    area_m2: Floats
    outline_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Raw overlaps in order (subject, then area descending, then cell), and the land of each subject in no cell.

    Parameters
    ----------
    subject, cell, area_m2, outline_m : one entry an overlap above 1e-6 m²; see `Overlaps`.
    bare_m2 : one entry a subject; exact also where cells overlap each other.
    disjoint : one entry a subject; True where it is proven that no two cells overlap inside it.
    """

    subject: Ints
    cell: Ints
    area_m2: Floats
    outline_m: Floats
    bare_m2: Floats
    disjoint: Bools

    @classmethod
    def sort(cls, found: Overlaps, bare_m2: Floats, disjoint: Bools, sizes: tuple[Sizes, Sizes]) -> "Overlay":
        """Drop what is no land and put the rest in order. `sizes` are those of the subjects and of the cells."""
        whole, cells = sizes[0].area_m2, sizes[1].area_m2
        least = MIN_AREA_M2 + MIN_AREA_SHARE * (whole[found.subject] + cells[found.cell])
        keep = np.flatnonzero(found.area_m2 > least)
        subject, cell, area = found.subject[keep], found.cell[keep], found.area_m2[keep]
        # Equal shares must come out in one order whatever the engine: areas are compared to the micro square metre.
        order = np.lexsort((cell, -np.round(area, 6), subject))
        bare = np.where(bare_m2 > MIN_AREA_M2 + MIN_AREA_SHARE * whole, bare_m2, 0.0)
        return cls(subject[order], cell[order], area[order], found.outline_m[keep][order], bare, disjoint)

    def __len__(self) -> int:
        return len(self.subject)


class Engine(Protocol):
    """One way of overlaying two layers; every engine gives the same answer."""

    name: str

    @property
    def subject_sizes(self) -> Sizes:
        """Measures of the subjects."""

    @property
    def cell_sizes(self) -> Sizes:
        """Measures of the cells."""

    def overlay(self) -> Overlay:
        """Return every raw overlap."""

    def widths(self, region: Region, subject: Ints, cell: Ints, above_m: Floats | None) -> tuple[Floats, Floats]:
        """Return lower and upper bounds of the regions' widths, in metres.

        With `above_m` given, the bounds need only tell on which side of it each width lies; with None they are equal
        and within the engine's tolerance of the true width, never above it. `cell` is ignored for `Region.BARE`.
        """


def box_pairs(subjects: Shapes, cells: Shapes) -> tuple[Ints, Ints]:
    """Return the pairs of subject and cell whose bounding boxes meet, ordered by cell."""
    subject, cell = shapely.STRtree(cells).query(subjects)
    order = np.argsort(cell, kind="stable")
    return subject[order].astype(np.int64), cell[order].astype(np.int64)
