"""The live numbers of a plan's grids, and of its units."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.layers import AuditRules
from gis.geometry.tiling import UNASSIGNED
from gis.selectors.plans.base import shapes_in
from gis.services.plans.editor.states import State
from gis.terms import FindingKind, SizeMark

COMMUNITY_DIGITS = 12
NOWHERE = shapely.MultiPolygon()


@dataclass(frozen=True, slots=True, eq=False)
class GridNumbers:
    """A grid in numbers.

    `of_wanted` is the signed share by which its households are off the wanted number, None where no number is wanted
    (an exclusive grid, a retired one). `compactness` is 4π·area / perimeter², 1 for a circle. `compounds` counts those
    that lie wholly in it, `crossed` names those that a grid line cuts here. `shape` in longitude, latitude.
    """

    code: str
    name: str
    community: str
    community_name: str
    households: int
    households_before: int
    of_wanted: float | None
    band: SizeMark
    area_m2: float
    parts: int
    compactness: float
    compounds: int
    crossed: tuple[str, ...]
    buildings: int
    changed: bool
    new: bool
    retired: bool
    locked: bool
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, eq=False)
class UnitNumbers:
    """A unit in numbers; `shape` in longitude, latitude. `divided`: it lies in several grids until it is assigned."""

    number: int
    grid: str
    compound: str
    compound_name: str
    households: int
    area_m2: float
    divided: bool
    shape: BaseGeometry


def wanted_households(rules: AuditRules) -> float:
    """Return the middle of the wanted band: what `of_wanted` is measured against."""
    return (rules.min_households + rules.max_households) / 2


def grid_numbers(state: State, locks: Collection[str], codes: Collection[str] | None = None) -> list[GridNumbers]:
    """Return the numbers of some grids, or of all, by code; land in no grid stands under "" at the end."""
    tiling, scene = state.tiling, state.scene
    known = [code for code in sorted(tiling.grids) if codes is None or code in codes]
    if UNASSIGNED in tiling.shapes and (codes is None or UNASSIGNED in codes):
        known.append(UNASSIGNED)
    stored = in_degrees([tiling.shapes.get(code, NOWHERE) for code in known], scene.frame)
    living, before = state.households, scene.households_before
    whole, crossed = _whole_compounds(state), crossed_by_grid(state)
    rows = []
    for code, shape in zip(known, stored, strict=True):
        record, land = tiling.grids.get(code), tiling.shapes.get(code)
        households = living.get(code, 0)
        retired = record is not None and record.retired
        sized = code != UNASSIGNED and not retired and code not in scene.unsized
        community = code[:COMMUNITY_DIGITS]
        rows.append(
            GridNumbers(
                code=code,
                name=record.name if record else "",
                community=community,
                community_name=scene.communities.get(community, ""),
                households=households,
                households_before=before.get(code, 0),
                of_wanted=off_wanted(households, scene.rules) if sized else None,
                band=band_of(households, scene.rules, sized=sized, has_land=land is not None),
                area_m2=round(float(land.area), 1) if land is not None else 0.0,
                parts=int(shapely.get_num_geometries(land)) if land is not None else 0,
                compactness=_compactness(land),
                compounds=whole.get(code, 0),
                crossed=crossed.get(code, ()),
                buildings=state.buildings.get(code, 0),
                changed=code in state.changed,
                new=code not in scene.base.grids and code != UNASSIGNED,
                retired=retired,
                locked=code in locks,
                shape=shape,
            )
        )
    return rows


def unit_numbers(state: State, units: Collection[int] | None = None) -> list[UnitNumbers]:
    """Return the numbers of some units, or of all, ascending."""
    tiling, compounds = state.tiling, state.scene.compounds
    chosen = sorted(state.units if units is None else units)
    shapes = [state.units[unit] for unit in chosen]
    stored = in_degrees(shapes, state.scene.frame)
    return [
        UnitNumbers(
            number=unit,
            grid=tiling.grid_of[unit],
            compound=tiling.compound_of.get(unit, ""),
            compound_name=compounds.get(tiling.compound_of.get(unit, ""), ""),
            households=state.unit_households.get(unit, 0),
            area_m2=round(float(shape.area), 1),
            divided=unit in state.divided,
            shape=place,
        )
        for unit, shape, place in zip(chosen, shapes, stored, strict=True)
    ]


def off_wanted(households: int, rules: AuditRules) -> float:
    """Return the signed share by which some households are off the wanted number."""
    wanted = wanted_households(rules)
    return round((households - wanted) / wanted, 4) if wanted else 0.0


def band_of(households: int, rules: AuditRules, *, sized: bool, has_land: bool) -> SizeMark:
    """Return how a grid's households stand to the wanted band; a grid where nobody lives is a park, not a small one."""
    if not has_land:
        return SizeMark.EMPTY
    if not sized or not households:
        return SizeMark.WITHIN
    if households > rules.hard_max_households:
        return SizeMark.ABOVE_HARD
    if households > rules.max_households:
        return SizeMark.OVER
    return SizeMark.UNDER if households < rules.min_households else SizeMark.WITHIN


def crossed_by_grid(state: State) -> dict[str, tuple[str, ...]]:
    """Return the compounds that grid lines cut, by the grids that hold a part of them."""
    found: dict[str, list[str]] = {}
    for finding in state.standing.findings:
        if finding.kind is FindingKind.COMPOUND_CROSSED:
            for code in finding.subjects[1:]:
                found.setdefault(code, []).append(finding.subjects[0])
    return {code: tuple(sorted(compounds)) for code, compounds in found.items()}


def in_degrees(shapes: list[BaseGeometry], frame: str) -> list[BaseGeometry]:
    """Return shapes in metres as longitude and latitude."""
    return list(crs.project(shapes_in(*shapes), frame, crs.STORED)) if shapes else []


def _whole_compounds(state: State) -> Mapping[str, int]:
    """Return how many compounds lie wholly in each grid."""
    tiling = state.tiling
    seats: dict[str, str | None] = {}
    for unit, code in zip(tiling.unit.tolist(), tiling.seat.tolist(), strict=True):
        compound = tiling.compound_of.get(unit)
        if compound is not None:
            seats[compound] = code if seats.get(compound, code) == code else None
    found: dict[str, int] = {}
    for code in seats.values():
        if code is not None:
            found[code] = found.get(code, 0) + 1
    return found


def _compactness(land: BaseGeometry | None) -> float:
    if land is None or not land.length:
        return 0.0
    return round(min(1.0, 4 * math.pi * land.area / land.length**2), 4)
