"""The case that an approver decides on: each grid that a plan changes, before and after, in figures and a sentence."""

from collections import Counter, OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import shapely

from gis.geometry import crs
from gis.geometry.crosswalk import CrossRow, crosswalk
from gis.geometry.differences import Difference, differences
from gis.geometry.layers import AuditRules, Layer, Shapes
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.models import Compound, Plan, PlanGround
from gis.selectors.plans.base import buildings_on, shapes_in
from gis.selectors.plans.land import base_tiling, changed_grids, homes_of, households_of, tiling_after
from gis.selectors.plans.rows import PlanRow
from gis.selectors.territory.layers import layer_in_force, rules_of
from gis.selectors.tiles.editions import Sight, edition
from gis.terms import FindingKind, LayerKind, MapLayer


@dataclass(frozen=True, slots=True)
class GridFigures:
    """A grid that a plan changes, before and after; `difference` tells the same in words.

    Parameters
    ----------
    of_wanted_before, of_wanted : households against the middle of the wanted size, -0.12 for 12 % fewer; None for a
        grid that is not there.
    crossed_before, crossed : compounds that its lines cross, by the last check.
    """

    code: str
    name: str
    difference: Difference
    households_before: int
    households: int
    of_wanted_before: float | None
    of_wanted: float | None
    is_wanted_size: bool
    crossed_before: int
    crossed: int


@dataclass(frozen=True, slots=True, eq=False)
class CaseLand:
    """What a plan changes.

    Parameters
    ----------
    grids : those that change, by code.
    moved, moved_shapes : land that passes from one grid to another (longitude and latitude), "" for none.
    before, after : all grids of the plan's communities (longitude and latitude); land of no grid is left out.
    names, households, households_before : of all grids, by code.
    """

    grids: list[GridFigures]
    moved: list[CrossRow]
    moved_shapes: Shapes
    before: Layer
    after: Layer
    names: dict[str, str]
    households_before: dict[str, int]
    households: dict[str, int]


MOST_KEPT = 4
"""Plans whose land a process remembers: a page and its map ask for the same one after the other."""

_kept: OrderedDict[Any, CaseLand] = OrderedDict()
_lock = Lock()


def case_land(plan: PlanRow) -> CaseLand:
    """Return what a plan changes, as it stands."""
    rules = rules_of(plan.district_code)
    homes = edition(MapLayer.BUILDING, Sight((plan.district_code,), None))
    key = (plan.id, plan.version, plan.done, plan.figures.get("checked_at"), rules, homes)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _made(plan, rules)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _made(plan: PlanRow, rules: AuditRules) -> CaseLand:
    found = Plan.objects.get(id=plan.id)
    ground = PlanGround.objects.only("frame", "accuracy_m").get(plan=found)
    before, after = base_tiling(found), tiling_after(found, found.done)
    homes = homes_of(buildings_on(plan.district_code, before.outline, ground.frame))
    touched = changed_grids(before, after) | _renamed(before, after)
    old, new = _assigned(before), _assigned(after)
    walk = crosswalk(_only(old, touched), _only(new, touched), homes, noise_m=ground.accuracy_m)
    at = [n for n, row in enumerate(walk.rows) if not row.kept and not row.noise]
    land = walk.shapes[at]
    compounds, called = _compounds(plan, land, ground.frame)
    names_before = {code: record.name for code, record in before.grids.items()}
    names = {code: record.name for code, record in after.grids.items()}
    lines = differences(
        walk,
        names_before=names_before,
        names_after=names,
        compounds=compounds,
        compound_names=called,
        noise_m=rules.noise_m(ground.accuracy_m),
    )
    crossed = _crossed(plan.figures)
    return CaseLand(
        grids=[_figures(line, names_before | names, rules, crossed) for line in lines],
        moved=[walk.rows[n] for n in at],
        moved_shapes=crs.project(land, ground.frame, crs.STORED) if at else land,
        before=_stored(old, ground.frame),
        after=_stored(new, ground.frame),
        names=names_before | names,
        households_before=households_of(old, homes),
        households=households_of(new, homes),
    )


def wanted_households(rules: AuditRules) -> float:
    """Return the size from which a grid's deviation is told: the middle of what the district wants."""
    return (rules.min_households + rules.max_households) / 2


def _assigned(tiling: Tiling) -> Layer:
    """Return the grids that hold land; what no grid has is left out."""
    layer = tiling.layer()
    held = layer.codes != UNASSIGNED
    return replace(layer, codes=layer.codes[held], shapes=layer.shapes[held])


def _only(layer: Layer, codes: Collection[str]) -> Layer:
    at = [n for n, code in enumerate(layer.codes) if str(code) in codes]
    return replace(layer, codes=layer.codes[at], shapes=layer.shapes[at])


def _stored(layer: Layer, frame: str) -> Layer:
    return replace(layer, shapes=crs.project(layer.shapes, frame, crs.STORED)) if len(layer) else layer


def _renamed(before: Tiling, after: Tiling) -> set[str]:
    return {code for code, record in after.grids.items() if before.grids.get(code) != record}


def _compounds(plan: PlanRow, land: Shapes, frame: str) -> tuple[Layer | None, dict[str, str]]:
    """Return the compounds around the land that changes hands, and their names."""
    if not len(land):
        return None, {}
    (near,) = crs.project(shapes_in(shapely.box(*shapely.total_bounds(land))), frame, crs.STORED)
    layer = layer_in_force(LayerKind.COMPOUND, district_code=plan.district_code, frame=frame, near=near)
    called = Compound.objects.filter(district_id=plan.district_code, code__in=list(map(str, layer.codes)))
    return layer, dict(called.values_list("code", "name"))


def _crossed(figures: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """Return how many compounds each grid's lines cross before and after, by the last check."""
    told: dict[str, list[list[str]]] = {
        name: [one["subjects"] for one in figures.get(name, ()) if one["kind"] == FindingKind.COMPOUND_CROSSED.value]
        for name in ("resolved", "known", "new")
    }
    before = [*told["resolved"], *told["known"]]
    after = [*told["known"], *told["new"]]
    return _each_grid(before), _each_grid(after)


def _each_grid(subjects: list[list[str]]) -> Counter[str]:
    return Counter(grid for _compound, *grids in subjects for grid in grids)


def _figures(
    line: Difference, names: dict[str, str], rules: AuditRules, crossed: tuple[Counter[str], Counter[str]]
) -> GridFigures:
    was, will_be = line.households_before, line.households_after
    wanted = wanted_households(rules)
    return GridFigures(
        code=line.code,
        name=names.get(line.code, ""),
        difference=line,
        households_before=was,
        households=will_be,
        of_wanted_before=None if line.standing == "new" else was / wanted - 1,
        of_wanted=None if line.standing == "retired" else will_be / wanted - 1,
        is_wanted_size=rules.min_households <= will_be <= rules.max_households,
        crossed_before=crossed[0][line.code],
        crossed=crossed[1][line.code],
    )
