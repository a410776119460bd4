"""Polygons as they lie in a file: WKB one after the other, made into shapes only where GEOS is asked about them.

A whole audit asks GEOS about a few hundred of a city's shapes. The compiled engine reads the vertices of all the others
straight from their bytes.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Codes, Layer, Shapes
from gis.geometry.pieces import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class PackedShapes:
    """Polygons of one layer in WKB.

    Parameters
    ----------
    data : (k,) uint8, all of it.
    first : (n + 1,) where each shape's bytes start; the last says where they end.
    """

    data: NDArray[np.uint8]
    first: Ints

    def __len__(self) -> int:
        return len(self.first) - 1

    def __getitem__(self, which: Ints | Bools) -> Shapes:
        """Return some of them as shapes, planar coordinates as they are."""
        rows = np.arange(len(self))[which]
        stored = np.empty(len(rows), dtype=object)
        stored[:] = [self.data[self.first[row] : self.first[row + 1]].tobytes() for row in rows.tolist()]
        return np.asarray(shapely.from_wkb(stored), dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class PackedLayer:
    """A `Layer` whose shapes are still packed.

    Parameters
    ----------
    codes : (n,) unique place codes.
    shapes : valid polygons, metres.
    accuracy_m : as in `Layer`.
    """

    codes: Codes
    shapes: PackedShapes
    accuracy_m: float = 1.0

    def __len__(self) -> int:
        return len(self.codes)

    def unpacked(self) -> Layer:
        """Return the layer with its shapes."""
        return Layer(self.codes, self.shapes[np.arange(len(self))], self.accuracy_m)
