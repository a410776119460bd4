"""Let the kernel judge a district, or the neighbourhood of a change, and say it in the words of the database."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.audit import Audit, audit_district, audit_neighbourhood
from gis.geometry.changes import Changed
from gis.geometry.layers import District, Shapes
from gis.geometry.pieces import Ints
from gis.geometry.scopes import DistrictIndex
from gis.models import Finding, ImportRecord
from gis.selectors.audits.grounds import Grounds
from gis.selectors.territory import SHAPED
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.audits import basis as bases
from gis.services.audits.basis import Basis
from gis.services.audits.recording import Seen, Standing
from gis.terms import FindingKind, LayerKind

COMMUNITY_DIGITS = 12
THREADS = min(os.cpu_count() or 1, 4)
THREADS_PAY_FROM = 2000
"""Threads of a whole audit, and from how many grids on it gets more than one: a district of 500 is no faster with two
(docs/performance.md, section 3), it only keeps other cores from their work."""

MANY = 0.05
"""Share of a district's places above which a change makes the whole district be judged: a layer imported anew reaches
everywhere, and looking around each of 497 grids costs more than twice a full audit."""

TOUCH_M = 0.01
"""Land must reach this far into a changed box for its gap to be judged anew: less is rounding between two frames."""

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
class Judgement:
    """What the kernel said of a whole district, or of a part of it.

    Parameters
    ----------
    seen : its findings in the stored frame.
    judged_compounds, judged_grids : codes of the places that it judged.
    gone : codes of changed places that are no longer in force.
    """

    basis: Basis
    audit: Audit
    whole_district: bool
    seen: list[Seen]
    judged_compounds: frozenset[str]
    judged_grids: frozenset[str]
    gone: frozenset[str]

    @classmethod
    def of(cls, basis: Basis, audit: Audit, *, whole_district: bool, gone: frozenset[str] = frozenset()) -> "Judgement":
        """Return the kernel's answer with codes for positions."""
        district = audit.district
        return cls(
            basis=basis,
            audit=audit,
            whole_district=whole_district,
            seen=_seen(audit, basis),
            judged_compounds=frozenset(district.compounds.codes[audit.compounds]),
            judged_grids=frozenset(district.grids.codes[audit.grids]),
            gone=gone,
        )

    @property
    def judged_count(self) -> int:
        """How many compounds and grids were judged."""
        return len(self.judged_compounds) + len(self.judged_grids)

    @property
    def places_concerned(self) -> list[str] | None:
        """The places about which this judgement may say something; None for all. It may say something of any gap."""
        return None if self.whole_district else [*self.judged_compounds, *self.judged_grids, *self.gone]

    def judged_again(self, standing: Sequence[Standing]) -> list[bool]:
        """Say for each case whether its subject was judged: only then does not finding it settle it."""
        if self.whole_district:
            return [True] * len(standing)
        gaps = [one for one in standing if one.case.kind == FindingKind.GAP]
        anew = dict(zip((gap.case.pk for gap in gaps), self._gaps_judged(gaps), strict=True))
        return [anew[one.case.pk] if one.case.pk in anew else self._subject_judged(one.case) for one in standing]

    def _subject_judged(self, case: Finding) -> bool:
        kind, first = FindingKind(case.kind), case.subjects[0]
        if first in self.gone:
            return True
        if kind in OF_COMPOUNDS:
            return first in self.judged_compounds
        if kind in OF_GRIDS:
            return first in self.judged_grids
        if kind is FindingKind.OVERLAP:
            return not self.judged_grids.isdisjoint(case.subjects) or not self.gone.isdisjoint(case.subjects)
        return kind is FindingKind.WRONG_PARENT and first in self.judged_compounds | self.judged_grids

    def _gaps_judged(self, gaps: Sequence[Standing]) -> list[bool]:
        """Say which gaps reach into a changed box, or have become part of a gap that was found."""
        if not gaps:
            return []
        places = _valid(crs.project(shapes_of(gap.place for gap in gaps), crs.STORED, self.basis.frame))
        inner = shapely.buffer(self.audit.changed, -TOUCH_M)
        now = [patch.shape for patch in self.audit.gaps]
        return [
            bool(shapely.intersects(inner, place).any())
            or any(shapely.area(shapely.intersection(place, shape)) > 0 for shape in now)
            for place in places
        ]

    def verdicts(self) -> Iterator[tuple[Any, ...]]:
        """Yield layer, code, state, clarity, width_m, households, home of every judged compound and grid."""
        district, audit = self.audit.district, self.audit
        for row, (at, fit) in enumerate(zip(audit.compounds, audit.fits.states, strict=True)):
            width_m = max(float(audit.fits.crossing_width_m[row]), 0.0)
            home = audit.fits.home[row]
            yield (
                *(LayerKind.COMPOUND.value, district.compounds.codes[at], fit.value, audit.fits.clarity[row].value),
                *(width_m, _count(audit.households_by_compound, row), district.grids.codes[home] if home >= 0 else ""),
            )
        if audit.grid_fits is None or district.communities is None:
            return
        for row, (at, sits) in enumerate(zip(audit.grids, audit.grid_fits.states, strict=True)):
            home = audit.grid_fits.home[row]
            yield (
                *(LayerKind.GRID.value, district.grids.codes[at], sits.value, audit.grid_fits.clarity[row].value),
                *(float(audit.grid_fits.crossing_width_m[row]), _count(audit.households_by_grid, row)),
                district.communities.codes[home] if home >= 0 else "",
            )

    def pieces(self) -> Iterator[tuple[Any, ...]]:
        """Yield compound, grid, area_m2, share, width_m, households, material of every raw overlap."""
        district, pieces = self.audit.district, self.audit.fits.pieces
        yield from zip(
            district.compounds.codes[pieces.subject],
            district.grids.codes[pieces.cell],
            pieces.area_m2.tolist(),
            pieces.share.tolist(),
            pieces.width_m.tolist(),
            pieces.households.tolist(),
            pieces.material.tolist(),
            strict=True,
        )


def judge(district_code: str, grounds: Grounds) -> Judgement:
    """Judge a whole district, whose layers are among the grounds."""
    assert grounds.held is not None
    basis = Basis.on(district_code, grounds)
    district, extras = bases.whole_of(basis, grounds.held)
    threads = THREADS if len(district.grids) >= THREADS_PAY_FROM else 1
    audit = audit_district(district, extras=extras, threads=threads, widths="findings")
    return Judgement.of(basis, audit, whole_district=True)


def judge_neighbourhood(district_code: str, changed: Changed, grounds: Grounds) -> Judgement | None:
    """Judge what a change (EPSG:4490) may have touched; None where only the whole district can be judged.

    That is so where the change bears on every verdict (another frame, accuracy or rule than the last run's; a community
    that moved: places far from it are recorded under it), and where much was changed.
    """
    assert grounds.held is not None
    basis = Basis.on(district_code, grounds)
    few = len(changed) <= 1 or len(changed) <= MANY * grounds.places + 1
    if not few or changed.kind is LayerKind.COMMUNITY or grounds.last_rules != basis.as_dict():
        return None
    in_metres = changed.projected(lambda shapes: crs.project(shapes, crs.STORED, basis.frame))
    district, extras = bases.whole_of(basis, grounds.held)
    index = DistrictIndex(district, grounds.held.index)
    audit = audit_neighbourhood(district, changed=in_metres, extras=extras, index=index, widths="findings")
    return Judgement.of(basis, audit, whole_district=False, gone=_gone(changed, district))


def changed_by_import(record: ImportRecord, district_code: str) -> Changed | None:
    """Return what an import drew and what it ended in a district, longitude and latitude.

    None where nothing tells all that it changed.
    """
    boundary = SHAPED[LayerKind(record.kind)].boundary
    fields_only = record.counts.get("changed", 0) > record.counts.get("redrawn", 0)
    if boundary is None or fields_only:
        return None
    manager: Any = boundary._default_manager
    touched = manager.filter(Q(made_by=record) | Q(in_force__endswith=record.in_force_from))
    if SHAPED[LayerKind(record.kind)].own_code:
        touched = touched.filter(place__district_id=district_code)
    else:
        touched = touched.filter(place__code__startswith=district_code)
    rows = list(touched.annotate(stored=wkb()).values_list("place__code", "made_by_id", "stored"))
    codes = sorted({row[0] for row in rows})
    at = {code: position for position, code in enumerate(codes)}
    drawn = np.full((2, len(codes)), None, dtype=object)
    for (code, made_by_id, _stored_bytes), shape in zip(rows, shapes_of(row[2] for row in rows), strict=True):
        drawn[int(made_by_id == record.pk), at[code]] = shape
    return Changed(LayerKind(record.kind), np.array(codes, dtype=object), *drawn)


def _gone(changed: Changed, district: District) -> frozenset[str]:
    """Return the changed places that are no longer there."""
    codes = frozenset(changed.codes[shapely.is_missing(changed.after)])
    there = {*district.grids.codes, *district.compounds.codes}
    if district.communities is not None:
        there |= set(district.communities.codes)
    return frozenset(codes - there)


def _seen(audit: Audit, basis: Basis) -> list[Seen]:
    """Return the findings in the stored frame."""
    places = _valid(_stored([finding.place for finding in audit.findings], basis.frame))
    cuts = _stored([finding.cut for finding in audit.findings], basis.frame)
    communities = _communities_of_compounds(audit)
    seen = []
    for finding, place, cut in zip(audit.findings, places, cuts, strict=True):
        subjects = finding.subjects or (basis.district_code,)
        seen.append(
            Seen(
                kind=finding.kind,
                subjects=subjects,
                clarity=finding.clarity,
                place=place,
                cut=cut if cut is None or cut.geom_type == "MultiLineString" else shapely.MultiLineString([cut]),
                width_m=float(finding.evidence.get("width_m", 0.0)),
                households=int(finding.evidence.get("households", 0)),
                evidence=finding.evidence,
                community_code=communities.get(subjects[0], subjects[0][:COMMUNITY_DIGITS]),
            )
        )
    return seen


def _stored(shapes: Sequence[BaseGeometry | None], frame: str) -> Shapes:
    """Return shapes in the stored frame; the frame's own lines stay lines, None stays None."""
    listed = np.empty(len(shapes), dtype=object)
    listed[:] = shapes
    return crs.project(listed, frame, crs.STORED)


def _valid(shapes: Shapes) -> Shapes:
    """Mend what rounding in another frame broke: a gap may touch itself along a line that is no longer quite one."""
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes


def _communities_of_compounds(audit: Audit) -> dict[str, str]:
    """Return the community of each judged compound: the recorded one, else the one it lies in, else ""."""
    district, compounds = audit.district, audit.district.compounds
    found = {}
    for row, at in enumerate(audit.compounds):
        recorded = str(compounds.parents[at]) if compounds.parents is not None else ""
        home = int(audit.place_fits.home[row]) if audit.place_fits is not None else -1
        lies_in = str(district.communities.codes[home]) if district.communities is not None and home >= 0 else ""
        found[str(compounds.codes[at])] = recorded or lies_in
    return found


def _count(values: Ints | None, row: int) -> int:
    return 0 if values is None else int(values[row])
