"""A plan's grids drawn in another program come back as operations: the same checks, and a list of what was left."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.drawn_outside import Left, edits_from_layer
from gis.geometry.edit_kinds import Edit, edit_as_dict
from gis.geometry.edit_log import replay
from gis.geometry.layers import Layer
from gis.geometry.said import said, some
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.geometry.widths import inscribed_diameters, polygon_parts
from gis.ingest.choosing import ChooseLayer
from gis.ingest.datum import Datum, suspect_datum
from gis.ingest.limits import DEFAULT_LIMITS, Limits
from gis.ingest.normalise import Known, to_records
from gis.ingest.readers import read_layer
from gis.ingest.records import PlaceRecord, RawLayer, RecordSet
from gis.models import Plan, PlanGround, User
from gis.selectors.plans.base import shapes_in
from gis.selectors.plans.land import tiling_after
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.selectors.territory.trusted import retired_codes
from gis.services.plans import acts
from gis.services.plans.operating import MOST_AT_ONCE, add_operations
from gis.services.plans.packages import COMMUNITY_DIGITS, GRIDS
from gis.services.plans.refusals import UploadRefused
from gis.terms import Action, LayerKind, PlanState

NAMED_MOST = 3
"""Faults that a refusal names before it says how many more there are."""

MISPLACED_SHARE = 0.05
"""Share of the drawn land on the plan's land below which the file is of another place, or in another frame."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a drawn layer.

    Parameters
    ----------
    plan : as it stands now. operations : how many edits were made, or would be.
    edits : these. left : what was not taken over, as the faults of `UploadRefused` are told.
    notices : what was said of rows that were taken all the same (a repaired shape, a code in full-width digits).
    """

    plan: PlanRow
    operations: int
    edits: list[Json]
    left: list[Json]
    notices: list[Json]


def upload_plan_layer(
    *,
    plan_id: uuid.UUID,
    version: int,
    path: Path,
    by: User,
    layer: str = "",
    declared_crs: str = "",
    encoding: str = "",
    mapping: Mapping[str, str] | None = None,
    datum: Datum = "as_is",
    try_only: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Uploaded:
    """Make a plan's grids what a file draws: operations of one transaction, all or none.

    Parameters
    ----------
    version : the version of the plan that the caller read.
    path : of any format that imports take. layer : which of several; `grids` unless named.
    declared_crs : where the file says none or a wrong one. mapping : {field: column}, guessed unless given.
    datum : shift to undo, only on a person's word. try_only : tell what would be done, change nothing.

    Raises
    ------
    UnknownPlan, NotYours, WrongPlanMove, PlanMoved
    IngestError, WrongFrame : the file cannot be read, or its coordinate system is missing or wrong.
    UploadRefused : `upload.rows` rows that cannot be used; `upload.datum_shifted`, `upload.elsewhere`;
        `upload.community_border_moved` with the place; `upload.too_many`.
    WrongEdit, NotAPartition, PlanRefused : an edit that cannot be made; a code that cannot be used.
    """
    acts.seen(plan_id, by=by, action=Action.EDIT_PLAN)
    raw = _read(path, layer, encoding, limits)
    with transaction.atomic():
        sent = {"file": path.name}
        plan = acts.take_plan(plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent=sent)
        acts.require_state(plan, PlanState.DRAFT)
        ground = PlanGround.objects.only("frame", "accuracy_m").get(plan=plan)
        tiling = tiling_after(plan, plan.done)
        records = _records(plan, tiling, raw, declared_crs, mapping, datum)
        drawn, elsewhere = _drawn(plan, tiling, records, ground.frame, ground.accuracy_m)
        names = _names(records)
        edits, left = edits_from_layer(tiling, drawn, ground.accuracy_m, names=names)
        _require_own_land(tiling, edits, left, ground.frame, ground.accuracy_m)
        if len(edits) > MOST_AT_ONCE:
            raise UploadRefused(
                said(
                    "与方案相比有 {count} 处改动，超过一次上传的上限 {most} 处；请分社区上传。",
                    count=len(edits),
                    most=MOST_AT_ONCE,
                ),
                rule="upload.too_many",
            )
        row = plan_row(plan)
        if edits and not try_only:
            row = add_operations(plan, edits, by=by, what="upload").plan
    return Uploaded(
        plan=row,
        operations=len(edits),
        edits=[edit_as_dict(edit) for edit in edits],
        left=[*(_told(one, ground.frame) for one in left), *elsewhere],
        notices=[_notice(notice) for notice in records.notices],
    )


def _read(path: Path, layer: str, encoding: str, limits: Limits) -> RawLayer:
    """Read the layer named, else the package's own, else the only one."""
    try:
        return read_layer(path, layer=layer or None, encoding=encoding or None, limits=limits)
    except ChooseLayer as choice:
        if layer or GRIDS not in choice.layers:
            raise
        return read_layer(path, layer=GRIDS, encoding=encoding or None, limits=limits)


def _records(
    plan: Plan, tiling: Tiling, raw: RawLayer, declared: str, mapping: Mapping[str, str] | None, datum: Datum
) -> RecordSet:
    """Return the rows of a file; one that cannot be used refuses the whole: its land would be taken for a gap."""
    known = retired_codes(LayerKind.GRID, district_code=plan.district_id) - set(tiling.shapes)
    records = to_records(
        LayerKind.GRID,
        raw,
        mapping=dict(mapping) if mapping else None,
        crs=declared or None,
        datum=datum,
        district_code=plan.district_id,
        known=Known(retired=known),
    )
    faults = [_notice(notice) for notice in records.notices if notice.severity == "refused"]
    if faults:
        named = [str(fault["message"]) for fault in faults]
        raise UploadRefused(
            said(
                "“{file}”有 {count} 行不能使用，没有做任何改动：{named}",
                file=raw.source,
                count=len(faults),
                named=some(named, NAMED_MOST),
            ),
            rule="upload.rows",
            faults=faults,
        )
    return records


def _notice(notice: Any) -> Json:
    told = {"rule": notice.rule, "message": notice.message, "severity": notice.severity.value}
    return told | {key: value for key, value in (("row", notice.row), ("field", notice.field)) if value is not None}


def _drawn(plan: Plan, tiling: Tiling, records: RecordSet, frame: str, accuracy_m: float) -> tuple[Layer, list[Json]]:
    """Return the plan's part of what is drawn, in metres; grids of other communities are left, and listed."""
    own = (*plan.communities,)
    mine = [row for row in records.records if row.code in tiling.grids or row.code.startswith(own)]
    others = len(records.records) - len(mine)
    if not mine:
        raise UploadRefused(
            said(
                "“{file}”中没有本方案社区（{communities}）的网格；请核对是否选错了文件或图层。",
                file=records.source,
                communities=list(plan.communities),
            ),
            rule="upload.elsewhere",
        )
    stored = shapes_in(*(row.shape for row in mine))
    _require_place(tiling, mine, stored, frame)
    shapes = crs.project(stored, crs.STORED, frame)
    layer = Layer(np.array([row.code for row in mine], dtype=object), shapes, accuracy_m)
    left: list[Json] = []
    if others:
        message = said("另有 {count} 个网格属于其他社区，不在本方案内，没有读取", count=others)
        left.append({"rule": "upload.other_community", "message": message})
    return layer, left


def _require_place(tiling: Tiling, rows: Sequence[PlaceRecord], shapes: Any, frame: str) -> None:
    """Refuse coordinates that are shifted, or of another place, before any land is compared."""
    codes = sorted(code for code in tiling.shapes if code != UNASSIGNED)
    land = crs.project(shapes_in(*(tiling.shapes[code] for code in codes)), frame, crs.STORED)
    by_community = _joined(codes, land)
    verdict = suspect_datum(
        shapes,
        shapes_in(*by_community.values()),
        codes=[row.code for row in rows],
        trusted_codes=list(by_community),
    )
    if max(verdict.shares.values()) < MISPLACED_SHARE:
        raise UploadRefused(
            said("文件与本方案的土地几乎不重叠，没有做任何改动：{words}", words=verdict.words), rule="upload.elsewhere"
        )
    if verdict.is_shifted and verdict.is_clear:
        raise UploadRefused(
            said("文件的坐标有偏移，没有做任何改动：{words}", words=verdict.words), rule="upload.datum_shifted"
        )


def _joined(codes: Sequence[str], shapes: Any) -> dict[str, BaseGeometry]:
    """Return the land of each community."""
    of: dict[str, list[BaseGeometry]] = {}
    for code, shape in zip(codes, shapes, strict=True):
        of.setdefault(code[:COMMUNITY_DIGITS], []).append(shape)
    return {community: shapely.union_all(parts) for community, parts in of.items()}


def _names(records: RecordSet) -> dict[str, str] | None:
    """Return names by code where the file has a column of names and the row says one; None without the column."""
    if "name" not in records.mapping:
        return None
    return {row.code: row.name for row in records.records if row.name}


def _require_own_land(tiling: Tiling, edits: Sequence[Edit], left: list[Left], frame: str, tolerance_m: float) -> None:
    """Refuse a drawing that moves a community's border: that is another authority's decision, not this plan's."""
    drawn = replay(tiling, edits)
    moved = [one for one in left if one.rule == "drawn.outside" or _at_the_edge(one, tiling, tolerance_m)]
    faults = [_told(one, frame) for one in moved]
    for community, part in _between_communities(tiling, drawn, tolerance_m):
        reason = said("社区 {community} 的 {area:,.0f} m² 划到了其他社区", community=community, area=part.area)
        x, y = shapely.get_coordinates(shapely.point_on_surface(part))[0]
        faults.append(_told(Left("drawn.outside", reason, community, (x, y), float(part.area), part), frame))
    if not faults:
        return
    lon, lat = faults[0]["place"]
    raise UploadRefused(
        said(
            "画出的网格改动了社区边界（共 {count} 处，第一处在东经 {lon:.6f}°、北纬 {lat:.6f}°）：{named}。"
            "社区边界由民政部门决定，不能在网格调整中改动；请改回后重新上传，没有做任何改动。",
            count=len(faults),
            lon=lon,
            lat=lat,
            named=some([str(fault["message"]) for fault in faults], NAMED_MOST),
        ),
        rule="upload.community_border_moved",
        faults=faults,
    )


def _at_the_edge(one: Left, tiling: Tiling, tolerance_m: float) -> bool:
    """Tell whether land that no drawn grid claims lies along the plan's outline: its border was drawn further in.

    Land that had no grid before, and grids that are simply missing in the file, are no moved border.
    """
    if one.rule != "drawn.gap":
        return False
    if one.shape.boundary.intersection(tiling.outline.boundary).length <= tolerance_m:
        return False
    whole = [
        shape
        for code, shape in tiling.shapes.items()
        if code == UNASSIGNED or shapely.intersection(shape, one.shape).area > shape.area * 0.999
    ]
    rest = shapely.difference(one.shape, shapely.union_all(whole)) if whole else one.shape
    return bool(_wide_parts(rest, tolerance_m))


def _between_communities(before: Tiling, after: Tiling, tolerance_m: float) -> Iterable[tuple[str, BaseGeometry]]:
    """Yield land that went from a grid of one community to a grid of another, by the community that it left."""
    then, now = (_land_of_communities(tiling) for tiling in (before, after))
    for community, land in then.items():
        for part in _wide_parts(shapely.difference(land, now.get(community, shapely.Polygon())), tolerance_m):
            yield community, part


def _land_of_communities(tiling: Tiling) -> dict[str, BaseGeometry]:
    of: dict[str, list[BaseGeometry]] = {}
    for code in sorted(tiling.shapes):
        if code != UNASSIGNED:
            of.setdefault(code[:COMMUNITY_DIGITS], []).append(tiling.shapes[code])
    return {community: shapely.coverage_union_all(shapes_in(*parts)) for community, parts in of.items()}


def _wide_parts(shape: BaseGeometry, tolerance_m: float) -> list[BaseGeometry]:
    """Return the parts of some land that are wider than the tolerance."""
    parts, _ = polygon_parts(shapes_in(shape))
    if not len(parts):
        return []
    _low, high = inscribed_diameters(parts, 0.01 * tolerance_m, np.full(len(parts), tolerance_m))
    return [part for part, width in zip(parts, high.tolist(), strict=True) if width > tolerance_m]


def _told(one: Left, frame: str) -> Json:
    """Return what was left as plain data, its place in longitude and latitude."""
    (point,) = crs.project(shapes_in(shapely.Point(one.place)), frame, crs.STORED)
    return {
        "rule": one.rule,
        "message": one.reason,
        "code": one.code,
        "place": [round(point.x, 7), round(point.y, 7)],
        "area_m2": round(one.area_m2, 1),
    }
