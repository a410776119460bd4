"""What a change drew anew, place by place, and the land that changed hands by it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis.geometry.layers import Codes, Shapes
from gis.geometry.pieces import Floats
from gis.geometry.segments import leftover_segments
from gis.terms import LayerKind

JOINED_UP_TO = 50
"""Of more changed places than these, boxes that meet are left apart: finding out costs more than looking twice."""

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
        """Return boxes (west, south, east, north) that hold the land that changed hands, widened by a margin.

        That land lies between the segments which only the former or only the new shape has. What two places gave each
        other lies in one box.
        """
        found = []
        for before, after in zip(self.before, self.after, strict=True):
            there = np.array([shape for shape in (before, after) if shape is not None], dtype=object)
            ends = leftover_segments(there[1:], there[:1]).reshape(-1, 2) if len(there) > 1 else None
            if ends is None or len(ends):
                found.append(shapely.total_bounds(there) if ends is None else np.r_[ends.min(axis=0), ends.max(axis=0)])
        wider = np.array(found).reshape(-1, 4) + margin * np.array([-1.0, -1.0, 1.0, 1.0])
        return _joined(wider) if len(wider) <= JOINED_UP_TO else wider


def _joined(boxes: Floats) -> Floats:
    """Return boxes of which no two meet, over the same land and what lies between those that met."""
    apart: list[Floats] = []
    for box in boxes:
        wide, meeting = box, [True]
        while any(meeting):
            meeting = [bool((other[:2] <= wide[2:]).all() and (other[2:] >= wide[:2]).all()) for other in apart]
            every = np.array([wide, *(other for other, meets in zip(apart, meeting, strict=True) if meets)])
            wide = np.concatenate([every[:, :2].min(axis=0), every[:, 2:].max(axis=0)])
            apart = [other for other, meets in zip(apart, meeting, strict=True) if not meets]
        apart.append(wide)
    return np.array(apart).reshape(-1, 4)


def box_shapes(boxes: Floats) -> Shapes:
    """Return boxes as polygons."""
    return np.asarray(shapely.box(*boxes.T), dtype=object).reshape(-1)
