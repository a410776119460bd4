"""Land marked by slanting lines."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def hatched(area: BaseGeometry, step_mm: float) -> BaseGeometry:
    """Return lines at 45° across some land: real lines, as sharp on paper as everything else."""
    if area.is_empty:
        return shapely.MultiLineString()
    west, south, east, north = area.bounds
    high = north - south
    starts = np.arange(np.floor((west - high) / step_mm) * step_mm, east, step_mm)
    ends = np.stack(
        [np.column_stack([starts, np.full_like(starts, south)]), np.column_stack([starts + high, starts * 0 + north])],
        axis=1,
    )
    lines = shapely.MultiLineString(list(ends))
    return lines.intersection(area)
