"""What a take-away map shows: plain features, named as the field names them. No database, no Django models."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FeatureCollection = dict[str, Any]
"""An RFC 7946 FeatureCollection: longitude before latitude, degrees."""


def _none() -> FeatureCollection:
    return {"type": "FeatureCollection", "features": []}


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
    communities: FeatureCollection = field(default_factory=_none)
    grids: FeatureCollection = field(default_factory=_none)
    compounds: FeatureCollection = field(default_factory=_none)
    pieces: FeatureCollection = field(default_factory=_none)
    cut_lines: FeatureCollection = field(default_factory=_none)
    gaps: FeatureCollection = field(default_factory=_none)
    overlaps: FeatureCollection = field(default_factory=_none)

    def __post_init__(self) -> None:
        if self.produced_at.tzinfo is None:
            raise ValueError("produced_at must carry a time zone")
