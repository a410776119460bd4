"""The page of a plan to forward: its land before and after, with figures, without a server."""

import uuid
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.layers import Layer
from gis.maps.before_after import BeforeAfter, ShownGrid, before_after_page
from gis.models import User
from gis.selectors.plans.base import shapes_in
from gis.selectors.plans.rows import plan as plan_of
from gis.services.plans.paper.files import PaperFile
from gis.services.plans.paper.land import PlanLand, land_of_plan
from gis.services.plans.paper.notice import notice_of_land
from gis.services.plans.paper.plan_maps import short_name


def before_after_file(*, plan_id: uuid.UUID, by: User) -> PaperFile:
    """Return the page of a plan as a file that opens from disk.

    Raises
    ------
    UnknownPlan : there is no such plan, or the account may not see it.
    MissingAsset : a browser file is not there.
    """
    row = plan_of(plan_id, by)
    land = land_of_plan(row.id)
    page = before_after_page(_content(land))
    name = f"{_('调整前后')}-{row.title[:60]}.html"
    return PaperFile(name, page.encode(), row.district_code)


def _content(land: PlanLand) -> BeforeAfter:
    notice = notice_of_land(land)
    lines = {line.code: line for part in notice.parts for line in part.grids}
    then, now = _by_code(land, land.grids_before), _by_code(land, land.grids_after)
    return BeforeAfter(
        title=notice.standing.title,
        number=notice.standing.number,
        mark_words=notice.standing.mark_words,
        note=notice.standing.note,
        produced_at=notice.standing.produced_at,
        facts=notice.facts[1:],
        grids=[
            ShownGrid(
                code=code,
                name=land.grid_names.get(code, code),
                label=short_name(land, code),
                before=then.get(code),
                after=now.get(code),
                households_before=land.households_before.get(code, 0),
                households_after=land.households_after.get(code, 0),
                standing=lines[code].standing if code in lines else "",
                change=lines[code].change if code in lines else "",
            )
            for code in sorted({*then, *now})
        ],
        changed=_stored(land, land.changed),
        communities=_named(land, land.communities, land.community_names, only=land.plan.communities),
        compounds=_named(land, land.compounds, land.compound_names),
        neighbours=_named(land, land.neighbours, land.grid_names),
        roads=[
            (road.name, road.kind, shape)
            for road, shape in zip(land.roads, _stored(land, [road.shape for road in land.roads]), strict=True)
        ],
    )


def _by_code(land: PlanLand, layer: Layer) -> dict[str, BaseGeometry]:
    return dict(zip(map(str, layer.codes), _stored(land, layer.shapes), strict=True))


def _named(
    land: PlanLand, layer: Layer, names: dict[str, str], *, only: Sequence[str] | None = None
) -> list[tuple[str, BaseGeometry]]:
    placed = zip(map(str, layer.codes), _stored(land, layer.shapes), strict=True)
    return [(names.get(code, code), shape) for code, shape in placed if only is None or code in only]


def _stored(land: PlanLand, shapes: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Return shapes as longitude and latitude."""
    listed = list(shapes)
    if not listed:
        return []
    found: list[BaseGeometry] = crs.project(shapes_in(*listed), land.frame, crs.STORED).tolist()
    return found
