"""Is a redrawn layer of grids right? Judged from shapes and homes alone, by the audit: the solver is not asked."""

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis.geometry.audit import Audit, Extras, audit_district
from gis.geometry.errors import NotAPartition
from gis.geometry.findings import Finding
from gis.geometry.layers import District, Homes, Layer
from gis.geometry.partition import check_partition
from gis.geometry.pieces import Ints
from gis.geometry.said import said
from gis.geometry.scopes import first_cover
from gis.terms import Clarity, FindingKind, Fit

SIZES = frozenset({FindingKind.TOO_LARGE, FindingKind.TOO_SMALL})
"""Warnings, never a block (DOMAIN §1)."""


@dataclass(frozen=True, slots=True, eq=False)
class RedrawCheck:
    """What a redraw leaves behind.

    Parameters
    ----------
    crossed_before, crossed_after : codes of crossed compounds.
    new_findings : findings that were not there before, size warnings apart. resolved : how many are gone.
    sizes_before, sizes_after : grids whose number of households is off the wanted size. new_sizes : warnings of these.
    scattered : codes of grids in more parts than before.
    refusal : what keeps the grids from tiling their land; None when they do.
    households_moved : households whose point lies in another grid; None without homes.
    """

    crossed_before: tuple[str, ...]
    crossed_after: tuple[str, ...]
    new_findings: list[Finding]
    resolved: int
    sizes_before: int
    sizes_after: int
    new_sizes: list[Finding]
    scattered: tuple[str, ...]
    refusal: NotAPartition | None
    households_moved: int | None

    @property
    def publishable(self) -> bool:
        """Tell whether nothing clear is new and the grids tile."""
        return self.refusal is None and not any(found.clarity is Clarity.CLEAR for found in self.new_findings)


def check_redraw(
    district: District,
    today: Layer,
    after: Layer,
    *,
    extras: Extras | None = None,
    before: Audit | None = None,
    new_grids: int = 0,
) -> RedrawCheck:
    """Judge a redrawn layer.

    Parameters
    ----------
    district : as it is; its grids are what the audit before looks at.
    today : the same grids on the land that was redrawn (noded, slivers settled): what `after` must tile again.
    after : the grids as proposed, the same codes first, new ones at the end; retired ones have an empty shape.
    before : an audit of the district made already.
    new_grids : how many codes at the end are new.
    """
    known = extras or Extras()
    standing = before or audit_district(district, extras=known, engine="geos", widths="material")
    alive = ~shapely.is_empty(after.shapes)
    living = Layer(after.codes[alive], after.shapes[alive], after.accuracy_m, _take(after.parents, alive))
    sized = known.sized
    if sized is not None:
        sized = np.concatenate([sized, np.ones(new_grids, dtype=bool)])[alive]
    found = audit_district(
        replace(district, grids=living), extras=replace(known, sized=sized), engine="geos", widths="material"
    )
    old = {_key(finding) for finding in standing.findings}
    new = [finding for finding in found.findings if _key(finding) not in old]
    now = {_key(finding) for finding in found.findings}
    return RedrawCheck(
        crossed_before=_crossed(standing),
        crossed_after=_crossed(found),
        new_findings=[finding for finding in new if finding.kind not in SIZES],
        resolved=len(old - now),
        sizes_before=sum(finding.kind in SIZES for finding in standing.findings),
        sizes_after=sum(finding.kind in SIZES for finding in found.findings),
        new_sizes=[finding for finding in new if finding.kind in SIZES],
        scattered=_scattered(today, living),
        refusal=_refusal(today, living),
        households_moved=_moved(district.homes, today, after),
    )


def _take(
    codes: "np.ndarray[tuple[int], np.dtype[np.object_]] | None", kept: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> "np.ndarray[tuple[int], np.dtype[np.object_]] | None":
    return codes[kept] if codes is not None and len(codes) == len(kept) else None


def _key(finding: Finding) -> tuple[FindingKind, tuple[str, ...]]:
    """Return what makes a finding the same one: its kind and place; for overlaps and gaps all that take part."""
    several = finding.kind in (FindingKind.OVERLAP, FindingKind.GAP)
    return finding.kind, tuple(sorted(finding.subjects)) if several else finding.subjects[:1]


def _crossed(audit: Audit) -> tuple[str, ...]:
    codes = audit.district.compounds.codes[audit.compounds]
    return tuple(str(code) for code, state in zip(codes, audit.fits.states, strict=True) if state is Fit.CROSSED)


def _scattered(today: Layer, after: Layer) -> tuple[str, ...]:
    """Return the codes of grids that lie in more parts than before."""
    parts = dict(zip(map(str, today.codes), shapely.get_num_geometries(today.shapes).tolist(), strict=True))
    now = zip(map(str, after.codes), shapely.get_num_geometries(after.shapes).tolist(), strict=True)
    return tuple(code for code, count in now if count > parts.get(code, 1))


def _refusal(today: Layer, after: Layer) -> NotAPartition | None:
    try:
        check_partition(after, shapely.coverage_union_all(today.shapes), parent_name=said("原有网格的范围"))
    except NotAPartition as refusal:
        return refusal
    return None


def _moved(homes: Homes | None, today: Layer, after: Layer) -> int | None:
    """Return the households of homes that lie in another grid than today."""
    if homes is None:
        return None
    tree = shapely.STRtree(homes.points)
    at_today: Ints = first_cover(tree, today.shapes)
    at_after: Ints = first_cover(tree, after.shapes)
    return int(homes.households[at_today != at_after].sum())
