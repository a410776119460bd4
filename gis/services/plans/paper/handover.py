"""The hand-over lists of a plan: for each post what leaves its grid and what joins it. Never residents."""

import uuid
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED
from gis.maps.paper.content import HandOverItem, HandOverList, HandOverSheet
from gis.models import HandOver, Plan, StewardPost, User
from gis.selectors.plans.base import shapes_in
from gis.selectors.plans.refusals import UnknownPlan
from gis.selectors.plans.rows import plan as plan_of
from gis.selectors.plans.rows import unknown
from gis.selectors.territory.imprint import imprint_of
from gis.services.plans import succession
from gis.services.plans.paper.heads import effective_words, standing_of
from gis.services.plans.paper.land import COMMUNITY_DIGITS, PlanLand, land_of_plan
from gis.terms import HandOverWay, PlanState

Key = tuple[str, str, str]
"""From which grid, to which, of which compound ("" for none)."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a list: what leaves or joins a grid, and the posts on both sides (None: vacant)."""

    grid: str
    way: HandOverWay
    other: str
    compound: str
    buildings: int
    households: int
    area_m2: float

    @property
    def key(self) -> Key:
        leaves = self.way is HandOverWay.LEAVES
        return (self.grid, self.other, self.compound) if leaves else (self.other, self.grid, self.compound)


Stewards = dict[tuple[str, HandOverWay], tuple[int, str]]
"""Who answers for a grid, before (it leaves) and after (it arrives): account number and name."""


def handover_of(*, plan_id: uuid.UUID, by: User) -> HandOverList:
    """Return the hand-over lists of a plan: all for whoever sees the plan, for a steward those of the own posts.

    A plan in force has its lists for good; of another one they say what would be handed over today.

    Raises
    ------
    UnknownPlan : there is no such plan, or nothing in it is for this account.
    """
    whole = _sees_all(plan_id, by)
    land = land_of_plan(plan_id)
    rows, stewards = _kept(land.plan) if land.plan.state == PlanState.IN_FORCE else _expected(land)
    stations = _stations(land)
    sheets = [
        _sheet(land, grid, rows, stewards, stations)
        for grid in sorted({row.grid for row in rows})
        if whole or any(stewards.get((grid, way), (0, ""))[0] == by.pk for way in HandOverWay)
    ]
    return HandOverList(standing_of(land.plan, imprint_of(land.plan.district_id)), effective_words(land.plan), sheets)


def _sees_all(plan_id: uuid.UUID, by: User) -> bool:
    """Return whether an account may see all lists, not only its own; refuse whoever may see none."""
    try:
        plan_of(plan_id, by)
    except UnknownPlan:
        own = HandOver.objects.filter(plan_id=plan_id, plan__state=PlanState.IN_FORCE.value, post__steward=by)
        if not by.is_active or not own.exists():
            raise unknown(plan_id) from None
        return False
    return True


def _kept(plan: Plan) -> tuple[list[_Row], Stewards]:
    """Return the lists of a plan in force as they were written."""
    rows, stewards = [], Stewards()
    for one in HandOver.objects.filter(plan=plan).select_related("post__steward"):
        way = HandOverWay(one.way)
        rows.append(_Row(one.grid, way, one.other_grid, one.compound, one.buildings, one.households, one.area_m2))
        if one.post is not None:
            stewards[one.grid, way] = one.post.steward_id, str(one.post.steward)
    return rows, stewards


def _expected(land: PlanLand) -> tuple[list[_Row], Stewards]:
    """Return what would be handed over if the plan came into force today."""
    rows = []
    for one in succession.passed_on(land.before, land.after, land.homes, land.walk.rows):
        figures = one.compound, one.buildings, one.households, one.area_m2
        if one.start != UNASSIGNED:
            rows.append(_Row(one.start, HandOverWay.LEAVES, one.end, *figures))
        if one.end != UNASSIGNED:
            rows.append(_Row(one.end, HandOverWay.ARRIVES, one.start, *figures))
    posts = StewardPost.objects.filter(
        grid_id__in=[*land.before.grids, *land.after.grids], in_force__contains=timezone.now()
    ).select_related("steward")
    today = {post.grid_id: (post.steward_id, str(post.steward)) for post in posts}
    retired = [code for code, record in land.after.grids.items() if record.retired and code in land.before.shapes]
    fresh = [code for code in land.after.grids if code not in land.before.grids]
    heirs = succession.heirs(retired, fresh, land.walk.rows)
    later = today | {heirs[code]: today[code] for code in retired if code in heirs and code in today}
    stewards = {(code, HandOverWay.LEAVES): who for code, who in today.items()}
    return rows, stewards | {(code, HandOverWay.ARRIVES): who for code, who in later.items()}


def _stations(land: PlanLand) -> dict[Key, list[str]]:
    """Return the service stations on land that changes hands."""
    if not land.stations:
        return {}
    tree = shapely.STRtree(shapes_in(*(station.shape for station in land.stations)))
    faces = first_cover(tree, land.after.faces)
    then = land.before.layer()
    start = np.array([*then.codes, UNASSIGNED], dtype=object)[first_cover(tree, then.shapes)]
    found: dict[Key, list[str]] = {}
    for at, station in enumerate(land.stations):
        face = int(faces[at])
        if face < 0:
            continue
        end, compound = str(land.after.seat[face]), land.after.compound_of.get(int(land.after.unit[face]), "")
        if str(start[at]) != end:
            found.setdefault((str(start[at]), end, compound), []).append(station.name or station.code)
    return found


def _sheet(
    land: PlanLand, grid: str, rows: list[_Row], stewards: Stewards, stations: dict[Key, list[str]]
) -> HandOverSheet:
    before, after = (stewards.get((grid, way), (0, ""))[1] for way in (HandOverWay.LEAVES, HandOverWay.ARRIVES))
    community = grid[:COMMUNITY_DIGITS]

    def items(way: HandOverWay) -> list[HandOverItem]:
        return [_item(land, row, stewards, stations) for row in rows if row.grid == grid and row.way is way]

    return HandOverSheet(
        grid=grid,
        name=land.grid_names.get(grid, grid),
        community=f"{land.community_names.get(community, community)}（{community}）",
        steward=before or after,
        note=_note(land, grid),
        leaves=items(HandOverWay.LEAVES),
        arrives=items(HandOverWay.ARRIVES),
    )


def _note(land: PlanLand, grid: str) -> str:
    record = land.after.grids.get(grid)
    if record is not None and record.retired:
        return _("本网格停用，全部土地移交。")
    return _("本网格为新设。") if grid not in land.before.grids else ""


def _item(land: PlanLand, row: _Row, stewards: Stewards, stations: dict[Key, list[str]]) -> HandOverItem:
    other_way = HandOverWay.ARRIVES if row.way is HandOverWay.LEAVES else HandOverWay.LEAVES
    return HandOverItem(
        other_grid=row.other,
        other_name=land.grid_names.get(row.other, row.other) if row.other else _("未划网格的土地"),
        other_steward=stewards.get((row.other, other_way), (0, ""))[1],
        compound=land.compound_names.get(row.compound, row.compound),
        buildings=row.buildings,
        households=row.households,
        area_m2=row.area_m2,
        stations=tuple(stations.get(row.key, ())),
    )
