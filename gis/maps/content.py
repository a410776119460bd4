"""What a take-away map shows: plain shapes and words, named as the field names them. No database, no Django models."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from gis.geometry.layers import Shapes


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places of one sort on a sheet.

    Parameters
    ----------
    properties : what is said of each.
    shapes : longitude, latitude in degrees; None for a place that is listed but not drawn.
    """

    properties: list[dict[str, Any]] = field(default_factory=list)
    shapes: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))

    def __len__(self) -> int:
        return len(self.properties)


@dataclass(frozen=True, slots=True)
class AuditMap:
    """One audit as a map sheet.

    Parameters
    ----------
    title : the sheet's name (图名), usually the district's name and what was checked.
    produced_at : aware moment at which the audit was made; printed in the platform's own zone.
    note : review number (审图号) or 内部使用, printed in the title block.
    summary : the figures of the audit under the names of the ``audit_files`` contract (``crossed``, ``compounds``,
        ``grids``, ``communities``, ``holds``, ``inside``, ``uncovered``, ``straddling_grids``, ``gaps``, ``overlaps``).
        A figure that is missing is not printed.
    communities : properties ``code``, ``name``.
    grids : ``code``, ``name``, ``state`` (GridFit), ``households``.
    compounds : ``code``, ``name``, ``state`` (Fit), ``class`` (Clarity), ``width_m``, ``households``,
        ``grids`` (codes).
    pieces : ``compound``, ``grid`` (codes), ``area_m2``, ``share`` (0-1), ``width_m``, ``households``, ``material``,
        ``class``. Every raw overlap may be given; what is noise goes into a layer that is off at first.
    cut_lines : ``compound``, ``length_m``, ``width_m``.
    gaps, overlaps : ``area_m2``, ``width_m``, ``class``, ``grids`` (codes).

    Raises
    ------
    ValueError : when `produced_at` carries no time zone.
    """

    title: str
    produced_at: datetime
    note: str
    summary: dict[str, Any]
    communities: Places = field(default_factory=Places)
    grids: Places = field(default_factory=Places)
    compounds: Places = field(default_factory=Places)
    pieces: Places = field(default_factory=Places)
    cut_lines: Places = field(default_factory=Places)
    gaps: Places = field(default_factory=Places)
    overlaps: Places = field(default_factory=Places)

    def __post_init__(self) -> None:
        if self.produced_at.tzinfo is None:
            raise ValueError("produced_at must carry a time zone")
