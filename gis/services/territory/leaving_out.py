"""Where the rows lie that an import leaves out: a person finds a fault by its place as well as by its number."""

import numpy as np
import shapely

from gis.ingest.datum import undo_shift
from gis.ingest.frames import to_stored
from gis.ingest.records import RawLayer
from gis.services.territory.plan import ImportPlan, LeftOut

SHOWN_AT_MOST = 5000
"""Rows whose place is kept: a map of more faults than these tells no more."""


def left_out_rows(plan: ImportPlan, raw: RawLayer) -> dict[int, LeftOut]:
    """Return the refused rows of a plan by number, with code and shape as the file has them.

    Shapes are EPSG:4490 longitude, latitude, not repaired; None where there is none or its coordinates are no place.
    """
    refused = np.fromiter(plan.refused_rows, dtype=np.int64)
    positions = np.flatnonzero(np.isin(raw.rows, refused))[:SHOWN_AT_MOST]
    if not len(positions):
        return {}
    shapes = undo_shift(to_stored(raw.shapes[positions], plan.crs), plan.request.datum)
    known = np.isfinite(shapely.bounds(shapes).sum(axis=1))
    codes = raw.columns.get(plan.mapping.get("code", ""), [None] * len(raw))
    return {
        int(raw.rows[position]): LeftOut(
            code="" if codes[position] is None else str(codes[position])[:60], shape=shape if is_known else None
        )
        for position, shape, is_known in zip(positions, shapes, known, strict=True)
    }
