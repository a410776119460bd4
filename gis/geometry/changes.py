"""What a change drew anew, place by place, and the land that changed hands by it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis.geometry.layers import Codes, Shapes
from gis.geometry.pieces import Floats
from gis.terms import LayerKind

PARTS_APART = 4
"""Up to so many parts of the land that changed hands get a box each; more are looked at together."""

BORDER_M = 0.02
"""How far beyond that land a gap may have got another neighbour: twice the distance at which grids border a gap."""


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """Places of one layer that were drawn, drawn anew or ended; any frame, one for all shapes.

    Parameters
    ----------
    kind : the layer: grid, compound or community.
    codes : (n,) of the places.
    before, after : (n,) Polygon or MultiPolygon; None where the place was not there yet, or is there no more.
    """

    kind: LayerKind
    codes: Codes
    before: Shapes
    after: Shapes

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def shapes(self) -> Shapes:
        """Every shape, before and after."""
        every = np.concatenate([self.before, self.after])
        kept: Shapes = every[~shapely.is_missing(every)]
        return kept

    def projected(self, project: Callable[[Shapes], Shapes]) -> "Changed":
        """Return the same places in another frame."""
        return replace(self, before=project(self.before), after=project(self.after))

    def boxes(self, margin: float) -> Floats:
        """Return boxes (west, south, east, north) around the land that changed hands, widened by a margin."""
        both = ~shapely.is_missing(self.before) & ~shapely.is_missing(self.after)
        ground = np.where(shapely.is_missing(self.before), self.after, self.before)
        ground[both] = shapely.symmetric_difference(self.before[both], self.after[both])
        found = [np.empty((0, 4))]
        for land in ground[~shapely.is_empty(ground)]:
            parts = shapely.get_parts(land)
            found.append(shapely.bounds(parts if len(parts) <= PARTS_APART else [land]))
        return np.concatenate(found) + margin * np.array([-1.0, -1.0, 1.0, 1.0])


def box_shapes(boxes: Floats) -> Shapes:
    """Return boxes as polygons."""
    return np.asarray(shapely.box(*boxes.T), dtype=object).reshape(-1)
