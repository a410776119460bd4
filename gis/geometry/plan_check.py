"""What a plan would leave behind: judged from shapes and homes alone, by the audit, among all that lies around it.

Only the grids that the plan changes are put in the place of today's; every other grid stays as it is stored, so that
the seam between the two is judged as it will be.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis.geometry.audit import Audit, Extras, audit_district
from gis.geometry.errors import NotAPartition
from gis.geometry.findings import Finding
from gis.geometry.layers import Codes, District, Homes, Layer
from gis.geometry.pieces import Ints
from gis.geometry.redraw_check import SIZES
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.terms import Clarity, FindingKind

COMMUNITY_DIGITS = 12
BY_PLACE = frozenset({FindingKind.GAP, FindingKind.OVERLAP})
"""Kinds that no single place owns: one is the same as before when it lies where one lay."""

TOUCH_M = 0.01
"""How near a finding must be to the plan's land to be one of it."""

SAME_SHARE = 0.5
"""Share of a gap or an overlap that must have been one before, so that it is known."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanCheck:
    """What a plan leaves behind; sizes are warnings and stand apart.

    Parameters
    ----------
    crossed_before, crossed_after : codes of crossed compounds on the land.
    new, known, resolved : findings that come, stay and go by the plan.
    new_sizes : warnings of grids off the wanted size that come by the plan.
    sizes_before, sizes_after : how many of the plan's own grids are off it.
    scattered : codes of grids that lie in more parts than before.
    unassigned : {unit: m²} of land that belongs to no grid.
    refusal : what keeps the grids from tiling their land; None when they do.
    changed : codes of grids whose land changes. households_moved, area_moved_m2 : what changes hands.
    """

    crossed_before: tuple[str, ...]
    crossed_after: tuple[str, ...]
    new: list[Finding]
    known: list[Finding]
    resolved: list[Finding]
    new_sizes: list[Finding]
    sizes_before: int
    sizes_after: int
    scattered: tuple[str, ...]
    unassigned: Mapping[int, float]
    refusal: NotAPartition | None
    changed: tuple[str, ...]
    households_moved: int
    area_moved_m2: float

    @property
    def clear_new(self) -> list[Finding]:
        """Return the new findings that are clear: these keep a plan from going into force."""
        return [finding for finding in self.new if finding.clarity is Clarity.CLEAR]

    @property
    def publishable(self) -> bool:
        """Tell whether the grids tile, all land has a grid and nothing clear is new."""
        return self.refusal is None and not self.unassigned and not self.clear_new


def check_plan(
    district: District,
    before: Tiling,
    after: Tiling,
    changed: Collection[str],
    *,
    extras: Extras | None = None,
    then: Audit | None = None,
) -> PlanCheck:
    """Judge a plan.

    Parameters
    ----------
    district : the plan's grids as they are stored, and all that lies on and beside their land.
    before, after : the plan's land at its base, and now.
    changed : codes of the grids whose shapes differ between the two.
    extras : what an audit of `district` knows more. then : that audit, where it was made already by `audit_before`.
    """
    known = extras or Extras()
    then = then or audit_before(district, known)
    planned, sized = district_with_plan(district, after, changed, known)
    now = audit_district(planned, extras=replace(known, sized=sized), engine="geos", widths="material")
    stood, stand = (on_land(audit.findings, before) for audit in (then, now))
    return check_of(district.homes, (before, stood), (after, stand), changed)


def check_of(
    homes: Homes | None, base: tuple[Tiling, list[Finding]], now: tuple[Tiling, list[Finding]], changed: Collection[str]
) -> PlanCheck:
    """Return the check of a plan whose findings on its land, at its base and now, are known already."""
    (before, stood), (after, stand) = base, now
    compared = compare_findings(stood, stand, before, after)
    moved, area = _moved(homes, before, after)
    return PlanCheck(
        crossed_before=_crossed(stood),
        crossed_after=_crossed(stand),
        new=[finding for finding in compared.new if finding.kind not in SIZES],
        known=[finding for finding in compared.known if finding.kind not in SIZES],
        resolved=[finding for finding in compared.resolved if finding.kind not in SIZES],
        new_sizes=[finding for finding in compared.new if finding.kind in SIZES],
        sizes_before=_off_size(before, stood),
        sizes_after=_off_size(after, stand),
        scattered=_scattered(before, after, changed),
        unassigned=_unassigned(after),
        refusal=_refusal(after),
        changed=tuple(sorted(code for code in changed if code != UNASSIGNED)),
        households_moved=moved,
        area_moved_m2=area,
    )


def _off_size(tiling: Tiling, findings: list[Finding]) -> int:
    """Count the land's own grids that are off the wanted size: a neighbour's warning only touches the land."""
    return sum(finding.kind in SIZES and finding.subjects[0] in tiling.grids for finding in findings)


def audit_before(district: District, extras: Extras) -> Audit:
    """Return the audit that plans are judged against; it is the same for every plan of the district's cut-out."""
    return audit_district(district, extras=extras, engine="geos", widths="material")


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Findings that come, stay and go between two states, sizes among them."""

    new: list[Finding]
    known: list[Finding]
    resolved: list[Finding]


def compare_findings(stood: list[Finding], stand: list[Finding], before: Tiling, after: Tiling) -> Compared:
    """Set the findings of a later state of some land against those of an earlier one."""
    alias = _renumbered(before, after)
    was, will_be = _Known(stood), _Known(stand, alias)
    new = [finding for finding in stand if not was.holds(finding, alias) or was.was_less(finding, alias)]
    found = {id(finding) for finding in new}
    return Compared(
        new=new,
        known=[finding for finding in stand if id(finding) not in found],
        resolved=[finding for finding in stood if not will_be.holds(finding, {})],
    )


class _Known:
    """Findings by what makes them the same ones."""

    def __init__(self, findings: list[Finding], alias: Mapping[str, str] | None = None) -> None:
        names = alias or {}
        self._keys = {_key(finding, names): finding.clarity for finding in findings if finding.kind not in BY_PLACE}
        self._places = {
            kind: shapely.union_all([finding.place for finding in findings if finding.kind is kind])
            for kind in BY_PLACE
        }

    def holds(self, finding: Finding, alias: Mapping[str, str]) -> bool:
        """Tell whether a finding is one of these."""
        if finding.kind not in BY_PLACE:
            return _key(finding, alias) in self._keys
        there = shapely.area(shapely.intersection(finding.place, self._places[finding.kind]))
        return bool(there >= SAME_SHARE * finding.place.area)

    def was_less(self, finding: Finding, alias: Mapping[str, str]) -> bool:
        """Tell whether what is clear now was doubtful here."""
        clarity = self._keys.get(_key(finding, alias), finding.clarity)
        return finding.clarity is Clarity.CLEAR and clarity is not Clarity.CLEAR


def _key(finding: Finding, alias: Mapping[str, str]) -> tuple[FindingKind, str]:
    first = finding.subjects[0] if finding.subjects else ""
    return finding.kind, alias.get(first, first)


def _renumbered(before: Tiling, after: Tiling) -> dict[str, str]:
    """Return the new codes of grids that only changed their number, each with the old one."""
    gone = {code for code in before.shapes if code not in after.shapes}
    found = {}
    for code in sorted(set(after.shapes) - set(before.shapes)):
        same = [old for old in sorted(gone) if _overlap(before, old, after, code) > SAME_SHARE]
        if same:
            found[code] = same[0]
    return found


def _overlap(before: Tiling, old: str, after: Tiling, new: str) -> float:
    one, other = before.shapes[old], after.shapes[new]
    return float(shapely.area(shapely.intersection(one, other)) / max(one.area, other.area))


def district_with_plan(
    district: District, after: Tiling, changed: Collection[str], extras: Extras
) -> tuple[District, "np.ndarray[tuple[int], np.dtype[np.bool_]] | None"]:
    """Return the district with the plan's changed grids in it, and which grids a size is wanted of."""
    grids = district.grids
    codes = [str(code) for code in grids.codes]
    stays = np.array([code not in changed for code in codes], dtype=bool)
    drawn = sorted(code for code in changed if code and code in after.shapes)
    shapes = np.empty(len(drawn), dtype=object)
    shapes[:] = [after.shapes[code] for code in drawn]
    at = {code: position for position, code in enumerate(codes)}
    parents = grids.parents if grids.parents is not None else _texts([""] * len(codes))
    of_drawn = [str(parents[at[code]]) if code in at else code[:COMMUNITY_DIGITS] for code in drawn]
    layer = Layer(
        codes=np.concatenate([grids.codes[stays], _texts(drawn)]),
        shapes=np.concatenate([grids.shapes[stays], shapes]),
        accuracy_m=grids.accuracy_m,
        parents=np.concatenate([parents[stays], _texts(of_drawn)]),
    )
    order = np.argsort(layer.codes.astype(str), kind="stable")
    ordered = Layer(layer.codes[order], layer.shapes[order], layer.accuracy_m, _ordered(layer.parents, order))
    sized = extras.sized
    if sized is not None:
        of_new = np.array([bool(sized[at[code]]) if code in at else True for code in drawn], dtype=bool)
        sized = np.concatenate([sized[stays], of_new])[order]
    return replace(district, grids=ordered), sized


def _texts(values: list[str]) -> Codes:
    return np.array(values, dtype=object)


def _ordered(values: Codes | None, order: Ints) -> Codes | None:
    return None if values is None else values[order]


def on_land(findings: list[Finding], before: Tiling) -> list[Finding]:
    """Return the findings that touch the plan's land: further out the layers are a cut-out and tell nothing."""
    if not findings:
        return []
    places = np.array([finding.place for finding in findings], dtype=object)
    near = shapely.dwithin(places, before.outline, TOUCH_M)
    return [finding for finding, close in zip(findings, near.tolist(), strict=True) if close]


def _crossed(findings: list[Finding]) -> tuple[str, ...]:
    return tuple(sorted(one.subjects[0] for one in findings if one.kind is FindingKind.COMPOUND_CROSSED))


def _scattered(before: Tiling, after: Tiling, changed: Collection[str]) -> tuple[str, ...]:
    """Return the codes of changed grids in more parts than before; a new one may have one."""
    return tuple(
        code
        for code in sorted(changed)
        if code and code in after.shapes and _parts(after, code) > max(_parts(before, code), 1)
    )


def _parts(tiling: Tiling, code: str) -> int:
    return int(shapely.get_num_geometries(tiling.shapes[code])) if code in tiling.shapes else 0


def _unassigned(after: Tiling) -> dict[int, float]:
    bare = np.flatnonzero(after.seat == UNASSIGNED)
    land: dict[int, float] = {}
    for unit, area in zip(after.unit[bare].tolist(), shapely.area(after.faces[bare]).tolist(), strict=True):
        land[unit] = land.get(unit, 0.0) + area
    return land


def _refusal(after: Tiling) -> NotAPartition | None:
    try:
        after.check()
    except NotAPartition as refusal:
        return refusal
    return None


def _moved(homes: Homes | None, before: Tiling, after: Tiling) -> tuple[int, float]:
    """Return the households and the land that are of another grid than before."""
    points = shapely.point_on_surface(after.faces)
    then = before.layer()
    at = first_cover(shapely.STRtree(points), then.shapes)
    called = np.array([*then.codes, UNASSIGNED], dtype=object)
    elsewhere = called[at] != after.seat
    area = float(shapely.area(after.faces[elsewhere]).sum())
    if homes is None or not len(homes.points):
        return 0, area
    face = first_cover(shapely.STRtree(homes.points), after.faces)
    inside = face >= 0
    return int(homes.households[inside][elsewhere[face[inside]]].sum()), area
