"""Two plans, two moments, or a plan and a moment side by side: what land, households and buildings are whose."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis import policy
from gis.geometry import crs
from gis.geometry.crosswalk import CrossRow, crosswalk
from gis.geometry.differences import Difference, differences
from gis.geometry.layers import Codes, Layer, Shapes
from gis.geometry.said import said
from gis.geometry.tiling import UNASSIGNED
from gis.models import Compound, Grid, Plan, PlanGround, User
from gis.selectors.plans.base import buildings_on, shapes_in
from gis.selectors.plans.land import frame_of, homes_of, tiling_after
from gis.selectors.plans.refusals import WrongComparison
from gis.selectors.plans.rows import plan as plan_row_of
from gis.selectors.territory.layers import district_frame, layer_in_force, rules_of
from gis.terms import Action, LayerKind

COMMUNITY_DIGITS = 12

Side = uuid.UUID | datetime
"""A plan as it stands, or the boundaries in force at a moment."""


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side of a comparison: a plan and its version, or a moment."""

    plan_id: uuid.UUID | None
    title: str
    version: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What the grids of some communities have in common on two sides.

    Parameters
    ----------
    communities : codes; their land is compared, and no other.
    rows : every pair of grids with land in common; `shapes` that land, longitude and latitude.
    lines : one a grid that differs, `text` all of it in a sentence.
    noise_m : width up to which land without a home counts as drawn by another hand.
    households_moved, area_moved_m2 : of the rows that change hands, noise apart.
    before, after : the grids of both sides, in metres of `frame`.
    """

    district_code: str
    left: SideRow
    right: SideRow
    communities: tuple[str, ...]
    rows: list[CrossRow]
    shapes: Shapes
    lines: list[Difference]
    noise_m: float
    households_moved: int
    area_moved_m2: float
    before: Layer
    after: Layer
    frame: str


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """The grids of one side in metres, with their names."""

    row: SideRow
    layer: Layer
    names: dict[str, str]


def comparison(
    left: Side, right: Side, *, user: User, district_code: str = "", communities: Iterable[str] = ()
) -> Comparison:
    """Return what differs between two sides.

    Parameters
    ----------
    district_code : needed where both sides are moments.
    communities : codes to compare; else those of the plans, and of two moments all of the district. Outside its own
        communities a plan stands as its base does.

    Raises
    ------
    UnknownPlan : there is no such plan, or the account may not see it.
    NotYours : the account may not see the land that is compared beyond the plans.
    WrongComparison : `comparison.no_district`, `comparison.other_district`, `comparison.nothing`.
    """
    plans = [plan_row_of(side, user) for side in (left, right) if isinstance(side, uuid.UUID)]
    district = _district([plan.district_code for plan in plans], district_code)
    seen = {code for plan in plans for code in plan.communities}
    chosen = sorted(set(communities) or seen)
    # A plan that the account may see is told of whole; all other land is asked for by name, or the district is.
    for territory in (code for code in chosen or [district] if code not in seen):
        policy.require(user, Action.VIEW_MAP, territory)
    found = [Plan.objects.get(id=plan.id) for plan in plans]
    moment = next(side for side in (left, right) if isinstance(side, datetime)) if not found else None
    frame = frame_of(found[0]) if found else district_frame(district, at=moment)
    one, other = (_state(side, district, chosen, frame) for side in (left, right))
    if not len(one.layer) and not len(other.layer):
        raise WrongComparison(said("两侧都没有网格，无从比较；请核对社区或时间。"), rule="comparison.nothing")
    return _compared(district, chosen, frame, one, other)


def _district(of_plans: Sequence[str], asked: str) -> str:
    """Return the one district that is compared."""
    districts = sorted({*of_plans, *filter(None, [asked])})
    if not districts:
        raise WrongComparison(said("请指明比较哪个区（6 位区划编码）。"), rule="comparison.no_district")
    if len(districts) > 1:
        raise WrongComparison(
            said("两侧不在同一个区（{districts}），不能比较。", districts=districts), rule="comparison.other_district"
        )
    return districts[0]


def _state(side: Side, district: str, communities: Sequence[str], frame: str) -> _State:
    if isinstance(side, datetime):
        layer = _within(layer_in_force(LayerKind.GRID, district_code=district, at=side, frame=frame), communities)
        return _State(SideRow(None, "", None, side), layer, _names(layer.codes))
    plan = Plan.objects.get(id=side)
    tiling = tiling_after(plan, plan.done)
    mine = tiling.layer()
    held = mine.codes != UNASSIGNED
    own_frame = frame_of(plan)
    shapes = mine.shapes[held] if own_frame == frame else crs.project(mine.shapes[held], own_frame, frame)
    accuracy_m = PlanGround.objects.values_list("accuracy_m", flat=True).get(plan=plan)
    own = _texts(code[:COMMUNITY_DIGITS] for code in map(str, mine.codes[held]))
    layer = _within(Layer(mine.codes[held], shapes, accuracy_m, own), communities)
    names = {code: record.name for code, record in tiling.grids.items()}
    others = sorted(set(communities) - set(plan.communities))
    if others:
        beside = _within(layer_in_force(LayerKind.GRID, district_code=district, at=plan.base_at, frame=frame), others)
        layer = _joined(layer, beside)
        names = _names(beside.codes) | names
    return _State(SideRow(plan.id, plan.title, plan.version, None), layer, names)


def _within(layer: Layer, communities: Sequence[str]) -> Layer:
    """Return the grids of some communities by record; all where none is named."""
    if not communities or layer.parents is None:
        return layer
    kept = np.isin(layer.parents.astype(str), list(communities))
    return replace(layer, codes=layer.codes[kept], shapes=layer.shapes[kept], parents=layer.parents[kept])


def _joined(one: Layer, other: Layer) -> Layer:
    assert one.parents is not None
    assert other.parents is not None
    return Layer(
        np.concatenate([one.codes, other.codes]),
        np.concatenate([one.shapes, other.shapes]),
        max(one.accuracy_m, other.accuracy_m),
        np.concatenate([one.parents, other.parents]),
    )


def _names(codes: Codes) -> dict[str, str]:
    return dict(Grid.objects.filter(code__in=list(map(str, codes))).values_list("code", "name"))


def _texts(values: Iterable[str]) -> Codes:
    return np.array(list(values), dtype=object)


def _compared(district: str, communities: Sequence[str], frame: str, one: _State, other: _State) -> Comparison:
    land = shapely.box(*shapely.total_bounds(np.concatenate([one.layer.shapes, other.layer.shapes])))
    noise_m = rules_of(district).noise_m(one.layer.accuracy_m, other.layer.accuracy_m)
    walk = crosswalk(one.layer, other.layer, homes_of(buildings_on(district, land, frame)), noise_m=noise_m)
    compounds = _compounds(district, other, land, frame)
    called = Compound.objects.filter(district_id=district, code__in=list(map(str, compounds.codes)))
    lines = differences(
        walk,
        names_before=one.names,
        names_after=other.names,
        compounds=compounds,
        compound_names=dict(called.values_list("code", "name")),
        noise_m=noise_m,
    )
    changes = walk.changes()
    return Comparison(
        district_code=district,
        left=one.row,
        right=other.row,
        communities=tuple(communities),
        rows=walk.rows,
        shapes=crs.project(walk.shapes, frame, crs.STORED),
        lines=lines,
        noise_m=noise_m,
        households_moved=sum(row.households for row in changes),
        area_moved_m2=round(sum(row.area_m2 for row in changes), 1),
        before=one.layer,
        after=other.layer,
        frame=frame,
    )


def _compounds(district: str, state: _State, land: BaseGeometry, frame: str) -> Layer:
    """Return the compounds around the land at the later side's moment; of a plan now."""
    (near,) = crs.project(shapes_in(land), frame, crs.STORED)
    return layer_in_force(LayerKind.COMPOUND, district_code=district, at=state.row.at, frame=frame, near=near)
