"""What is still to be done in a plan: land in no grid, grids in pieces or off the wanted size, compounds cut."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis.geometry.findings import Finding
from gis.geometry.tiling import UNASSIGNED
from gis.selectors.plans.base import shapes_in
from gis.services.plans.editor.numbers import band_of, off_wanted
from gis.services.plans.editor.settings import points_in
from gis.services.plans.editor.states import State
from gis.terms import FindingKind, SizeMark

OFF_BAND = (SizeMark.UNDER, SizeMark.OVER, SizeMark.ABOVE_HARD)


@dataclass(frozen=True, slots=True)
class Problems:
    """What is still to be done; every place is longitude and latitude, plain data for the door."""

    unassigned: list[dict[str, Any]]
    broken: list[dict[str, Any]]
    out_of_range: list[dict[str, Any]]
    crossed: list[dict[str, Any]]
    empty: list[str]


def problems_of(state: State) -> Problems:
    """Return what is still to be done in a state of a plan."""
    tiling = state.tiling
    return Problems(
        unassigned=_unassigned(state),
        broken=_broken(state),
        out_of_range=_out_of_range(state),
        crossed=_crossed(state),
        empty=sorted(code for code, one in tiling.grids.items() if not one.retired and code not in tiling.shapes),
    )


def _unassigned(state: State) -> list[dict[str, Any]]:
    tiling = state.tiling
    bare = np.unique(tiling.unit[tiling.seat == UNASSIGNED]).tolist()
    shapes = [state.units[unit] for unit in bare]
    return [
        {
            "unit": unit,
            "compound": tiling.compound_of.get(unit, ""),
            "households": state.unit_households.get(unit, 0),
            "area_m2": round(float(shape.area), 1),
            "place": place,
        }
        for unit, shape, place in zip(bare, shapes, points_in(shapes, state.scene.frame), strict=True)
    ]


def _broken(state: State) -> list[dict[str, Any]]:
    """Return the grids in several parts; `parts_before` tells whether the plan broke them."""
    codes = sorted(code for code in state.tiling.shapes if code)
    counted = shapely.get_num_geometries(shapes_in(*(state.tiling.shapes[code] for code in codes))).tolist()
    parts = {code: int(count) for code, count in zip(codes, counted, strict=True) if count > 1}
    pieces = [piece for code in parts for piece in shapely.get_parts(state.tiling.shapes[code])]
    places = iter(points_in(pieces, state.scene.frame))
    base = state.scene.base.shapes
    return [
        {
            "grid": code,
            "parts": count,
            "parts_before": int(shapely.get_num_geometries(base[code])) if code in base else 0,
            "places": [next(places) for _part in range(count)],
        }
        for code, count in parts.items()
    ]


def _out_of_range(state: State) -> list[dict[str, Any]]:
    rules, living, tiling = state.scene.rules, state.households, state.tiling
    found = []
    for code in sorted(tiling.shapes):
        if not code or code in state.scene.unsized:
            continue
        band = band_of(living.get(code, 0), rules, sized=True, has_land=True)
        if band in OFF_BAND:
            found.append((code, band))
    places = state.scene.places_of({code: tiling.shapes[code] for code, _band in found})
    return [
        {
            "grid": code,
            "households": living.get(code, 0),
            "of_wanted": off_wanted(living.get(code, 0), rules),
            "band": band,
            "place": place,
        }
        for (code, band), place in zip(found, places, strict=True)
    ]


def _crossed(state: State) -> list[dict[str, Any]]:
    """Return the compounds that grid lines cut, with what share of each lies in which grid."""
    findings = [one for one in state.standing.findings if one.kind is FindingKind.COMPOUND_CROSSED]
    findings.sort(key=lambda finding: finding.subjects)
    places = points_in([finding.place for finding in findings], state.scene.frame)
    return [
        {
            "compound": finding.subjects[0],
            "name": state.scene.compounds.get(finding.subjects[0], ""),
            "households": int(sum(finding.evidence.get("grid_households", ()))),
            "grids": _shares(finding),
            "place": place,
        }
        for finding, place in zip(findings, places, strict=True)
    ]


def _shares(finding: Finding) -> list[dict[str, Any]]:
    shares = finding.evidence.get("shares", ())
    codes = finding.evidence.get("grids", finding.subjects[1:])
    return [{"code": str(code), "share": float(share)} for code, share in zip(codes, shares, strict=True)]
