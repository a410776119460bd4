"""The plain layers that the kernel judges: shapely arrays in metres with their codes and stated accuracy."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
"""1-D array of shapely geometries, planar coordinates in metres."""

Codes = NDArray[np.object_]
"""1-D array of `str`."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Polygons of one kind of place.

    Parameters
    ----------
    codes : (n,) unique place codes.
    shapes : (n,) valid, non-empty Polygon or MultiPolygon, metres.
    accuracy_m : stated accuracy of the layer: how far a drawn vertex may lie from its true place.
    parents : (n,) code of the place that each belongs to by record, "" where unknown; None when nothing is said.
    """

    codes: Codes
    shapes: Shapes
    accuracy_m: float = 1.0
    parents: Codes | None = None

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Where households live: one point a building.

    Parameters
    ----------
    points : (n,) shapely Points, metres (a footprint's representative point).
    households : (n,) int64 households in the building; 0 where nobody lives.
    """

    points: Shapes
    households: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AuditRules:
    """Thresholds of an audit; a district sets its own (gis.models.DistrictRules holds the same names)."""

    noise_factor: float = 6.0
    """Width, in multiples of the layers' stated accuracy, up to which a piece counts as digitising noise: at 6 no false
    alarm and 2 % misses up to 3 m of noise (DOMAIN §4)."""

    clear_factor: float = 9.0
    """Width, in the same multiples, above which a material piece is clear; between the two a person should look."""

    min_households: int = 150
    max_households: int = 300
    hard_max_households: int = 400
    """Wanted size of an ordinary grid: warnings only, never a block (DOMAIN §1 and §5)."""

    far_from_office_m: float = 3000.0
    """Straight-line distance from a compound to its own community's office above which it is called far."""

    def noise_m(self, *accuracies_m: float) -> float:
        """Return the width up to which a piece between layers of these accuracies is noise: the coarser one decides."""
        return self.noise_factor * max(accuracies_m)

    def clear_m(self, *accuracies_m: float) -> float:
        """Return the width above which a piece between layers of these accuracies is clear."""
        return self.clear_factor * max(accuracies_m)


DEFAULT_RULES = AuditRules()


@dataclass(frozen=True, slots=True, eq=False)
class District:
    """Everything one audit looks at. Optional layers are None when not given: then their checks are not made."""

    grids: Layer
    compounds: Layer
    communities: Layer | None = None
    homes: Homes | None = None
    rules: AuditRules = field(default_factory=AuditRules)
