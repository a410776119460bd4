"""A plan as a GeoPackage to edit in a desktop GIS: grids to draw anew, and beside them what they must go by."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gis.geometry import crs
from gis.geometry.layers import Layer, Shapes
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.ingest.writers import Written, write_geopackage
from gis.models import Plan, User
from gis.selectors.plans.base import buildings_on, shapes_in
from gis.selectors.plans.land import base_tiling, changed_grids, frame_of, homes_of, households_of, tiling_after
from gis.selectors.plans.rows import plan as plan_of
from gis.selectors.territory.layers import layer_in_force
from gis.terms import LayerKind

GRIDS, UNITS, COMPOUNDS, COMMUNITIES = "grids", "units", "compounds", "communities"
"""Layers of the package; only the first is read again."""

COMMUNITY_DIGITS = 12

MEETS_M2 = 1.0
"""Common land from which a place is one of the plan's land: what only touches its outline is not."""


def write_plan_package(*, plan_id: uuid.UUID, by: User, path: Path) -> Path:
    """Write a plan as it stands into a new GeoPackage, in the metric frame that the plan is drawn in.

    Layers: `grids` (code, name, community, households, households_before, area_m2, changed), `units` (unit, grid,
    compound, households, area_m2, divided), `compounds` (code) and `communities` (code) in force at the plan's base.
    Vertices are those of the plan, so that borders which are not touched come back as they are.

    Raises
    ------
    UnknownPlan : there is no such plan, or the account may not see it.
    """
    row = plan_of(plan_id, by)
    plan = Plan.objects.get(id=row.id)
    tiling, base, frame = tiling_after(plan, plan.done), base_tiling(plan), frame_of(plan)
    homes = homes_of(buildings_on(plan.district_id, tiling.outline, frame))
    seats = first_cover(shapely.STRtree(homes.points), tiling.faces)
    lived = np.bincount(
        tiling.unit[seats[seats >= 0]], weights=homes.households[seats >= 0], minlength=tiling.next_unit
    )
    layers = {
        GRIDS: _grids(tiling, base, households_of(tiling.layer(), homes), households_of(base.layer(), homes)),
        UNITS: _units(tiling, lived),
        COMPOUNDS: _places(LayerKind.COMPOUND, plan, tiling, frame),
        COMMUNITIES: _places(LayerKind.COMMUNITY, plan, tiling, frame),
    }
    write_geopackage(path, layers, frame)
    return path


def _grids(tiling: Tiling, base: Tiling, now: dict[str, int], then: dict[str, int]) -> Written:
    codes = sorted(code for code in tiling.shapes if code != UNASSIGNED)
    shapes = shapes_in(*(tiling.shapes[code] for code in codes))
    changed = changed_grids(base, tiling)
    columns: dict[str, list[Any]] = {
        "code": codes,
        "name": [tiling.grids[code].name for code in codes],
        "community": [code[:COMMUNITY_DIGITS] for code in codes],
        "households": [now.get(code, 0) for code in codes],
        "households_before": [then.get(code, 0) for code in codes],
        "area_m2": np.round(shapely.area(shapes), 1).tolist(),
        "changed": [code in changed for code in codes],
    }
    return Written(columns, shapes)


def _units(tiling: Tiling, lived: Any) -> Written:
    numbers = sorted(tiling.grid_of)
    shapes = shapes_in(*(tiling.shape_of(number) for number in numbers))
    divided = set(tiling.divided())
    columns: dict[str, list[Any]] = {
        "unit": numbers,
        "grid": [tiling.grid_of[number] for number in numbers],
        "compound": [tiling.compound_of.get(number, "") for number in numbers],
        "households": [round(lived[number]) for number in numbers],
        "area_m2": np.round(shapely.area(shapes), 1).tolist(),
        "divided": [number in divided for number in numbers],
    }
    return Written(columns, shapes)


def _places(kind: LayerKind, plan: Plan, tiling: Tiling, frame: str) -> Written:
    """Return places in force at the plan's base that meet its land."""
    (near,) = crs.project(shapes_in(shapely.box(*tiling.outline.bounds)), frame, crs.STORED)
    layer: Layer = layer_in_force(kind, district_code=plan.district_id, at=plan.base_at, frame=frame, near=near)
    meets = np.flatnonzero(shapely.area(shapely.intersection(layer.shapes, tiling.outline)) > MEETS_M2)
    shapes: Shapes = layer.shapes[meets]
    return Written({"code": [str(layer.codes[at]) for at in meets]}, shapes)
