"""The public notice of a plan: what changes, where, from when, and whom to ask."""

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.geometry.crosswalk import NOWHERE
from gis.geometry.differences import Difference, Exchange, differences
from gis.geometry.extents import SIDES, Bound, Extent, extents_of
from gis.maps.paper.content import CommunityPart, GridLine, Notice
from gis.models import CommunityOffice, User
from gis.selectors.plans.rows import plan as plan_of
from gis.selectors.territory.imprint import Imprint, imprint_of
from gis.services.plans.paper.heads import (
    area_words,
    day_words,
    effective_words,
    households_words,
    standing_of,
)
from gis.services.plans.paper.land import COMMUNITY_DIGITS, PlanLand, compounds_of, land_of_plan
from gis.services.plans.paper.layers import layer_of, together
from gis.services.plans.paper.plan_maps import maps_of

STANDINGS = {
    "new": gettext_lazy("新设"),
    "retired": gettext_lazy("停用"),
    "changed": gettext_lazy("调整"),
    "renamed": gettext_lazy("更名"),
}

SIDE_WORDS = {
    "east": gettext_lazy("东至%(bounds)s"),
    "south": gettext_lazy("南至%(bounds)s"),
    "west": gettext_lazy("西至%(bounds)s"),
    "north": gettext_lazy("北至%(bounds)s"),
}

MOST_COMPOUNDS = 4
"""Compounds that a line names."""


def notice_of(*, plan_id: uuid.UUID, by: User) -> Notice:
    """Return the public notice of a plan as it stands.

    Raises
    ------
    UnknownPlan : there is no such plan, or the account may not see it.
    """
    return notice_of_land(land_of_plan(plan_of(plan_id, by).id))


def notice_of_land(land: PlanLand) -> Notice:
    """Return the public notice of a plan that the reader may see."""
    district = land.plan.district_id
    imprint = imprint_of(district)
    found = _differences(land)
    lines = _lines(land, found)
    communities = sorted({code[:COMMUNITY_DIGITS] for code in lines})
    return Notice(
        standing=standing_of(land.plan, imprint),
        opening=_opening(land, communities),
        reason=land.plan.reason,
        facts=_facts(land, found, communities),
        parts=[
            CommunityPart(
                code,
                land.community_names.get(code, code),
                [line for grid, line in lines.items() if grid.startswith(code)],
            )
            for code in communities
        ],
        compounds=_compounds(land, found),
        effective=effective_words(land.plan),
        contacts=_contacts(land, imprint, communities),
        issuer=imprint.issuer or land.plan.district.name or district,
        issued_on=day_words(land.plan.decided_at) if land.plan.decided_at and not _is_marked(land) else "",
        maps=maps_of(land, [one.code for one in found]),
    )


def _is_marked(land: PlanLand) -> bool:
    return bool(standing_of(land.plan, Imprint()).mark)


def _differences(land: PlanLand) -> list[Difference]:
    return differences(
        land.walk,
        names_before={code: record.name for code, record in land.before.grids.items()},
        names_after={code: record.name for code, record in land.after.grids.items()},
        compounds=land.compounds,
        compound_names=land.compound_names,
        noise_m=land.noise_m,
    )


def _opening(land: PlanLand, communities: Sequence[str]) -> str:
    names = _("、").join(land.community_names.get(code, code) for code in communities)
    if not communities:
        return _("本方案尚未改变任何网格。")
    if _is_marked(land):
        return _("拟对%(communities)s的部分网格作如下调整，征求意见。") % {"communities": names}
    return _("经批准，对%(communities)s的部分网格作如下调整，现予公告。") % {"communities": names}


def _lines(land: PlanLand, found: Sequence[Difference]) -> dict[str, GridLine]:
    here = [one.code for one in found if one.standing != "retired" and one.code in land.after.shapes]
    around = together(land.grids_after, land.neighbours)
    roads = layer_of(land.roads)
    extents = extents_of(around, here, roads=roads, compounds=land.compounds)
    held = compounds_of(land.after, [one.code for one in found])
    road_names = {road.code: road.name for road in land.roads}
    return {
        one.code: GridLine(
            code=one.code,
            name=land.grid_names[one.code],
            standing=str(STANDINGS[one.standing]),
            households_before=one.households_before,
            households_after=one.households_after,
            compounds=tuple(land.compound_names.get(code, code) for code in held[one.code]),
            extent=_extent_words(extents.get(one.code), one.code, land, road_names),
            change=_change(one, land),
        )
        for one in found
    }


def _extent_words(extent: Extent | None, code: str, land: PlanLand, roads: dict[str, str]) -> tuple[str, ...]:
    if extent is None:
        return ()
    return tuple(
        str(SIDE_WORDS[side])
        % {"bounds": _("、").join(dict.fromkeys(_bound(one, code, land, roads) for one in extent[side]))}
        for side in SIDES
        if extent[side]
    )


def _bound(bound: Bound, code: str, land: PlanLand, roads: dict[str, str]) -> str:
    if bound.kind == "road":
        return roads[bound.code] or _("道路")
    if bound.kind == "compound":
        return land.compound_names.get(bound.code, bound.code)
    if bound.kind == "own_compound":
        return _("%(compound)s边界") % {"compound": land.compound_names.get(bound.code, bound.code)}
    if bound.kind == "nothing":
        return _("网格范围外缘")
    community = bound.code[:COMMUNITY_DIGITS]
    if community != code[:COMMUNITY_DIGITS]:
        return _("%(community)s界") % {"community": land.community_names.get(community, community)}
    return land.grid_names.get(bound.code, bound.code)


def _change(one: Difference, land: PlanLand) -> str:
    if one.standing == "renamed":
        return _("更名为“%(name)s”") % {"name": land.grid_names[one.code]}
    came = [_("自%(grid)s划入%(what)s") % _exchange(each, land) for each in one.gained]
    left = [_("向%(grid)s划出%(what)s") % _exchange(each, land) for each in one.lost]
    return _("；").join([*came, *left])


def _exchange(each: Exchange, land: PlanLand) -> dict[str, str]:
    grid = land.grid_names.get(each.code, each.code) if each.code != NOWHERE else _("未划网格的土地")
    names = [land.compound_names.get(code, code) for code in each.compounds]
    named = _("、").join(names[:MOST_COMPOUNDS])
    if len(names) > MOST_COMPOUNDS:
        named = _("%(names)s等 %(count)s 个小区") % {"names": named, "count": len(names)}
    figures = _("%(households)s、%(area)s") % {
        "households": households_words(each.households),
        "area": area_words(each.area_m2),
    }
    return {"grid": grid, "what": f"{named}（{figures}）" if named else _("土地（%(figures)s）") % {"figures": figures}}


def _facts(land: PlanLand, found: Sequence[Difference], communities: Sequence[str]) -> list[tuple[str, str]]:
    counts = {standing: sum(one.standing == standing for one in found) for standing in STANDINGS}
    detail = _("、").join(f"{STANDINGS[standing]} {count}" for standing, count in counts.items() if count)
    moved = land.walk.changes()
    passed = _("%(households)s、%(buildings)s 栋楼、%(area)s") % {
        "households": households_words(sum(row.households for row in moved)),
        "buildings": sum(row.buildings for row in moved),
        "area": area_words(sum(row.area_m2 for row in moved)),
    }
    facts = [
        (_("调整事项"), land.plan.title),
        (_("涉及社区"), _("、").join(land.community_names.get(code, code) for code in communities)),
        (_("涉及网格"), _("%(count)s 个（%(detail)s）") % {"count": len(found), "detail": detail} if found else "0"),
        (_("变更归属"), passed),
    ]
    if land.plan.decided_at and not _is_marked(land):
        facts.append((_("批准日期"), day_words(land.plan.decided_at)))
    return [*facts, (_("生效时间"), effective_words(land.plan))]


def _compounds(land: PlanLand, found: Sequence[Difference]) -> list[tuple[str, str]]:
    """Return which grids hold each compound concerned: residents look for their own."""
    concerned = {code for one in found for each in (*one.gained, *one.lost) for code in each.compounds}
    then, now = compounds_of(land.before, land.before.shapes), compounds_of(land.after, land.after.shapes)

    def grids(held: dict[str, list[str]], compound: str) -> str:
        return _("、").join(
            land.grid_names.get(grid, grid) for grid, codes in held.items() if grid and compound in codes
        )

    return [
        (
            land.compound_names.get(code, code),
            _("原属%(before)s，现属%(after)s") % {"before": grids(then, code), "after": grids(now, code)},
        )
        for code in sorted(concerned)
    ]


def _contacts(land: PlanLand, imprint: Imprint, communities: Sequence[str]) -> list[tuple[str, str]]:
    """Return whom to ask: the issuing office as it is recorded, and the communities' offices."""
    own = [part for part in (imprint.telephone, imprint.address) if part]
    contacts = [(imprint.office or imprint.issuer or _("联系单位"), "，".join(own))] if own else []
    telephones = dict(_office_telephones(land, communities))
    contacts += [(office.name, telephones[office.code]) for office in land.offices if telephones.get(office.code)]
    if contacts:
        return contacts
    where = f"/districts/{land.plan.district_id}/imprint/"
    return [
        (
            _("联系方式"),
            _("尚未登记。请先在本平台的“公告署名”页（%(where)s）登记办公电话，再张贴本公告。") % {"where": where},
        )
    ]


def _office_telephones(land: PlanLand, communities: Sequence[str]) -> list[tuple[str, str]]:
    rows = CommunityOffice.objects.filter(
        district_id=land.plan.district_id, retired_on__isnull=True, community_id__in=list(communities)
    )
    return list(rows.values_list("code", "telephone"))
