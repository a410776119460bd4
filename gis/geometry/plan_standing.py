"""The findings of a plan, kept up to date while it is drawn: each edit judges again only what it can have changed.

The answer is that of `gis.geometry.plan_check`, which judges everything; tests hold the two to each other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.audit import Audit, Extras, audit_district, audit_neighbourhood
from gis.geometry.changes import Changed
from gis.geometry.findings import Finding
from gis.geometry.layers import District, Shapes
from gis.geometry.pieces import Bools
from gis.geometry.plan_check import district_with_plan, on_land
from gis.geometry.scopes import DistrictIndex
from gis.geometry.tiling import Tiling
from gis.terms import FindingKind, LayerKind

OF_COMPOUNDS = frozenset(
    {
        FindingKind.COMPOUND_CROSSED,
        FindingKind.COMPOUND_UNCOVERED,
        FindingKind.COMPOUND_STRADDLES,
        FindingKind.FAR_FROM_OFFICE,
    }
)
OF_GRIDS = frozenset(
    {FindingKind.GRID_STRADDLES, FindingKind.GRID_OUTSIDE, FindingKind.TOO_LARGE, FindingKind.TOO_SMALL}
)


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a plan is judged in; the same for all of its states.

    Parameters
    ----------
    district, extras : what lies on and around the land, grids as they are stored. base : the land that it starts from.
    """

    district: District
    extras: Extras
    base: Tiling


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What the audit finds of a plan in one of its states.

    Parameters
    ----------
    index : of the district with the plan's grids in it. sized : grids that a number of households is wanted of.
    findings : on the plan's land.
    """

    index: DistrictIndex
    sized: Bools | None
    findings: list[Finding]

    @property
    def grids(self) -> dict[str, BaseGeometry]:
        """Return the shape of each grid on and around the land, by code."""
        layer = self.index.district.grids
        return dict(zip(map(str, layer.codes), layer.shapes.tolist(), strict=True))


def stand_whole(setting: Setting, now: Tiling, changed: Collection[str]) -> Standing:
    """Judge a state of a plan from nothing.

    Parameters
    ----------
    changed : codes of grids whose shapes differ from the base.
    """
    planned, sized = district_with_plan(setting.district, now, changed, setting.extras)
    extras = replace(setting.extras, sized=sized)
    audit = audit_district(planned, extras=extras, engine="geos", widths="material")
    return Standing(DistrictIndex(planned), sized, on_land(audit.findings, setting.base))


def stand_after(standing: Standing, setting: Setting, now: Tiling, changed: Collection[str]) -> Standing:
    """Judge another state of the same plan: only what differs between the two is looked at.

    Parameters
    ----------
    standing : of any state of the plan in the same setting. changed : codes of grids that differ from the base.
    """
    planned, sized = district_with_plan(setting.district, now, changed, setting.extras)
    index = _index_of(planned, standing.index)
    here = Standing(index, sized, standing.findings)
    moved = changed_between(standing.grids, here.grids)
    if moved is None:
        return here
    extras = replace(setting.extras, sized=sized)
    audit = audit_neighbourhood(planned, changed=moved, extras=extras, index=index, engine="geos", widths="material")
    left = _unjudged(standing.findings, audit, frozenset(map(str, moved.codes)))
    return replace(here, findings=[*left, *on_land(audit.findings, setting.base)])


def changed_between(was: Mapping[str, BaseGeometry], now: Mapping[str, BaseGeometry]) -> Changed | None:
    """Return which grids differ between two layers, and how; None when none does."""
    codes = sorted(code for code in {*was, *now} if not same_shape(was.get(code), now.get(code)))
    if not codes:
        return None
    return Changed(
        LayerKind.GRID,
        np.array(codes, dtype=object),
        _listed([was.get(code) for code in codes]),
        _listed([now.get(code) for code in codes]),
    )


def same_shape(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """Tell whether two shapes are the same to the bit; None is a place that holds no land."""
    if one is other:
        return True
    return one is not None and other is not None and bool(shapely.equals_exact(one, other))


def _listed(shapes: list[BaseGeometry | None]) -> Shapes:
    every: Shapes = np.empty(len(shapes), dtype=object)
    every[:] = shapes
    return every


def _index_of(planned: District, like: DistrictIndex) -> DistrictIndex:
    """Return box trees of a district that differs from another in its grids only."""
    index = DistrictIndex(planned)
    index.compounds, index.communities, index.homes = like.compounds, like.communities, like.homes
    return index


def _unjudged(findings: list[Finding], audit: Audit, moved: frozenset[str]) -> list[Finding]:
    """Return the findings that an audit of a change did not look at again."""
    compounds = frozenset(map(str, audit.district.compounds.codes[audit.compounds]))
    grids = moved | frozenset(map(str, audit.district.grids.codes[audit.grids]))
    stale = np.array([_is_stale(finding, compounds, grids) for finding in findings], dtype=bool)
    gaps = [at for at, finding in enumerate(findings) if finding.kind is FindingKind.GAP]
    if gaps and len(audit.changed):
        places = _listed([findings[at].place for at in gaps])
        met = shapely.STRtree(audit.changed).query(places, predicate="intersects")[0]
        stale[np.array(gaps)[np.unique(met)]] = True
    return [finding for finding, gone in zip(findings, stale.tolist(), strict=True) if not gone]


def _is_stale(finding: Finding, compounds: frozenset[str], grids: frozenset[str]) -> bool:
    first = finding.subjects[0] if finding.subjects else ""
    if finding.kind in OF_COMPOUNDS:
        return first in compounds
    if finding.kind in OF_GRIDS:
        return first in grids
    if finding.kind is FindingKind.OVERLAP:
        return bool(grids.intersection(finding.subjects))
    return finding.kind is FindingKind.WRONG_PARENT and first in grids | compounds
