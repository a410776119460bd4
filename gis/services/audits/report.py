"""An audit as plain JSON: the contract of `audit_files` (docs, README), kept to the letter; further keys may follow."""

from typing import Any

import numpy as np
import shapely

from gis.geometry.audit import Audit
from gis.geometry.crs import WEB, project
from gis.geometry.findings import Finding
from gis.geometry.layers import Codes
from gis.geometry.partition import Patch
from gis.geometry.pieces import Pieces
from gis.speech import in_words
from gis.terms import Clarity, Fit, GridFit

Json = dict[str, Any]

DEGREE_DECIMALS = 7
"""About 1 cm."""


def audit_report(audit: Audit, *, crs: str, engine: str = "local") -> Json:
    """Return an audit under the names of the contract.

    Parameters
    ----------
    crs : the metric frame, for the reader and for the positions of findings (given in longitude, latitude).
    engine : how it was run; `summary.kernel` names the kernel's own engine.
    """
    return {
        "summary": audit_summary(audit, crs=crs, engine=engine),
        "compounds": _compounds(audit),
        "grids": _grids(audit),
        "gaps": _patches(audit.gaps, audit.district.grids.codes, crs),
        "overlaps": _patches(audit.overlaps, audit.district.grids.codes, crs),
        "findings": _findings(audit.findings, crs),
    }


def audit_summary(audit: Audit, *, crs: str, engine: str = "local") -> Json:
    """Return the figures of an audit. Gaps and overlaps count what is wider than noise, as crossings do."""
    states = [state.value for state in audit.fits.states]
    straddling = [] if audit.grid_fits is None else [state is GridFit.STRADDLING for state in audit.grid_fits.states]
    communities = audit.district.communities
    return {
        "grids": len(audit.grids),
        "compounds": len(audit.compounds),
        "communities": len(communities) if communities is not None else 0,
        "crossed": states.count(Fit.CROSSED.value),
        "holds": states.count(Fit.HOLDS.value),
        "inside": states.count(Fit.INSIDE.value),
        "uncovered": states.count(Fit.UNCOVERED.value),
        "straddling_grids": sum(straddling),
        "gaps": _real(audit.gaps),
        "overlaps": _real(audit.overlaps),
        "seconds": round(audit.seconds, 3),
        "engine": engine,
        "crs": crs,
        "kernel": audit.engine,
        "crossed_doubtful": sum(
            state is Fit.CROSSED and clarity is Clarity.DOUBTFUL
            for state, clarity in zip(audit.fits.states, audit.fits.clarity, strict=True)
        ),
        "findings": _findings_by_kind(audit.findings),
    }


def _real(patches: list[Patch]) -> int:
    return sum(patch.clarity is not Clarity.NOISE for patch in patches)


def _findings_by_kind(findings: list[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.kind.value] = counts.get(finding.kind.value, 0) + 1
    return counts


def _compounds(audit: Audit) -> list[Json]:
    district, fits = audit.district, audit.fits
    shares = _overlaps_of(fits.pieces, audit.compounds, district.grids.codes)
    return [
        {
            "code": str(district.compounds.codes[at]),
            "state": fits.states[row].value,
            "class": fits.clarity[row].value,
            "grids": shares[row],
            "width_m": _round(fits.crossing_width_m[row], 3),
            "uncovered_m2": _round(fits.uncovered_m2[row], 3),
            "households": None if audit.households_by_compound is None else int(audit.households_by_compound[row]),
        }
        for row, at in enumerate(audit.compounds)
    ]


def _grids(audit: Audit) -> list[Json]:
    """Return the grids among the communities; none without communities, as then nothing was judged."""
    district, fits = audit.district, audit.grid_fits
    if fits is None or district.communities is None:
        return []
    shares = _overlaps_of(fits.pieces, audit.grids, district.communities.codes)
    return [
        {
            "code": str(district.grids.codes[at]),
            "state": fits.states[row].value,
            "communities": shares[row],
            "class": fits.clarity[row].value,
            "width_m": _round(fits.crossing_width_m[row], 3),
            "outside_m2": _round(fits.outside_m2[row], 3),
            "households": None if audit.households_by_grid is None else int(audit.households_by_grid[row]),
        }
        for row, at in enumerate(audit.grids)
    ]


def _overlaps_of(pieces: Pieces, judged: np.ndarray[Any, Any], codes: Codes) -> list[list[Json]]:
    """Return the raw overlaps of each judged subject, the largest share first."""
    rows = np.searchsorted(judged, pieces.subject)
    listed: list[list[Json]] = [[] for _ in range(len(judged))]
    columns = zip(
        rows.tolist(),
        codes[pieces.cell].tolist(),
        np.round(pieces.area_m2, 4).tolist(),
        np.round(pieces.share, 8).tolist(),
        np.round(pieces.width_m, 3).tolist(),
        pieces.households.tolist(),
        pieces.material.tolist(),
        strict=True,
    )
    for row, code, area_m2, share, width_m, households, material in columns:
        listed[row].append(
            {
                "code": str(code),
                "area_m2": area_m2,
                "share": share,
                "width_m": width_m,
                "households": households,
                "material": material,
            }
        )
    return listed


def _patches(patches: list[Patch], codes: Codes, crs: str) -> list[Json]:
    return [
        {
            "area_m2": _round(patch.area_m2, 3),
            "width_m": _round(patch.width_m, 3),
            "class": patch.clarity.value,
            "grids": [str(codes[i]) for i in patch.subjects],
            "at": at,
        }
        for patch, at in zip(patches, _spots([patch.shape for patch in patches], crs), strict=True)
    ]


def _findings(findings: list[Finding], crs: str) -> list[Json]:
    return [
        {
            "kind": finding.kind.value,
            "label": finding.kind.label,
            "subjects": list(finding.subjects),
            "class": finding.clarity.value,
            "evidence": in_words(finding.evidence),
            "at": at,
        }
        for finding, at in zip(findings, _spots([finding.place for finding in findings], crs), strict=True)
    ]


def _spots(shapes: list[Any], crs: str) -> list[list[float] | None]:
    """Return a point in each shape as longitude, latitude; None for an empty one."""
    points = np.empty(len(shapes), dtype=object)
    points[:] = shapes
    moved = project(shapely.point_on_surface(points), crs, WEB)
    spots = np.round(np.column_stack([shapely.get_x(moved), shapely.get_y(moved)]), DEGREE_DECIMALS)
    return [spot if spot[0] == spot[0] else None for spot in spots.tolist()]


def _round(value: float | np.float64, decimals: int) -> float:
    return round(float(value), decimals)
