"""Compare a file's records with what is in force: what would be added, changed, retired, or refused."""

from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import NDArray

from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.ingest.records import PlaceRecord
from gis.selectors.territory import SHAPED, Current, live_children
from gis.services.territory.plan import Change, ImportPlan
from gis.terms import GridKind, LayerKind

SAME_DEG = 1e-9
"""Degrees within which two shapes are one: about 0.1 mm, above the rounding of any reprojection and far below any
accuracy."""


def compare(plan: ImportPlan, records: list[PlaceRecord], current: dict[str, Current]) -> None:
    """Sort records into added, changed and unchanged, and find what the file does not hold.

    Rows of retired codes, rows whose boundary cannot take force at the plan's moment and grids that would change their
    layer are refused by name.
    """
    kept: list[tuple[PlaceRecord, Current]] = []
    for record in records:
        known = current.get(record.code)
        if known is None:
            plan.added.append(record)
        elif _may_follow(plan, record, known):
            kept.append((record, known))
    redrawn = _redrawn(plan, kept)
    for (record, known), is_redrawn in zip(kept, redrawn, strict=True):
        fields = _changed_fields(plan, record, known)
        if is_redrawn and not _can_be_redrawn(plan, record, known):
            continue
        if fields or is_redrawn:
            plan.changed.append(Change(record, known, fields, bool(is_redrawn)))
        else:
            plan.unchanged += 1
    plan.missing = _missing(plan, {record.code for record in records}, current)


def retire_missing(plan: ImportPlan, current: dict[str, Current]) -> None:
    """Plan to retire what the file does not hold, unless a refused row leaves in doubt what it holds."""
    if plan.refused_rows:
        plan.refuse(
            "retire.rows_refused",
            said(
                "有 {n} 行被拒绝，无法确定哪些地点已不在文件中；请先改正这些行，再停用缺失的地点。",
                n=len(plan.refused_rows),
            ),
        )
        return
    moment = plan.request.in_force_from
    leaving = [current[code] for code in plan.missing]
    children = live_children(plan.request.kind, leaving, on=timezone.localdate(moment))
    for known in leaving:
        if known.code in children:
            plan.refuse(
                "retire.has_children",
                said(
                    "{kind} {code} 下还有 {n} 个在用的下级地点，不能停用；请先处理下级。",
                    kind=plan.request.kind,
                    code=known.code,
                    n=children[known.code],
                ),
            )
        elif (known.since is not None and known.since >= moment) or known.later is not None:
            plan.refuse(
                "in_force.not_after",
                said(
                    "{code} 的现行边界在 {at} 或之后才生效，不能自该时刻停用；请改晚生效时间。",
                    code=known.code,
                    at=_local(moment),
                ),
            )
        else:
            plan.retired.append(known)


def same_shapes(one: Shapes, other: Shapes) -> NDArray[np.bool_]:
    """Return where two arrays of shapes are the same within SAME_DEG, however their rings are ordered or noded."""
    same = np.asarray(shapely.equals_exact(one, other, SAME_DEG))
    rest = np.flatnonzero(~same)
    if len(rest):
        same[rest] = shapely.equals_exact(one[rest], other[rest], SAME_DEG, normalize=True)
        rest = rest[~same[rest]]
    if len(rest):
        rest = rest[(np.abs(shapely.bounds(one[rest]) - shapely.bounds(other[rest])) <= SAME_DEG).all(axis=1)]
        slack = SAME_DEG * (shapely.length(one[rest]) + shapely.length(other[rest]))
        rest = rest[np.abs(shapely.area(one[rest]) - shapely.area(other[rest])) <= slack]
        same[rest] = shapely.hausdorff_distance(_outline(one[rest]), _outline(other[rest])) <= SAME_DEG
    return same


def _outline(shapes: Shapes) -> Shapes:
    """Hausdorff's distance is measured on lines: a polygon's boundary, other shapes as they are."""
    flat: Shapes = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
    return flat


def _may_follow(plan: ImportPlan, record: PlaceRecord, known: Current) -> bool:
    if known.retired_on is not None:
        plan.refuse(
            "code.retired",
            said(
                "编码 {code} 已于 {on} 停用，停用的编码不再启用；请为该地点使用新编码。",
                code=record.code,
                on=known.retired_on.isoformat(),
            ),
            row=record.row,
            field="code",
            value=record.code,
        )
        return False
    kind = record.attributes.get("kind")
    if plan.request.kind is LayerKind.GRID and kind and (kind == GridKind.CELL) != (known.attributes["kind"] == "cell"):
        plan.refuse(
            "grid.layer_change",
            said("网格 {code} 不能在单元网格与其他网格之间转换；请核对网格类型，或使用新编码。", code=record.code),
            row=record.row,
            field="kind",
            value=str(kind),
        )
        return False
    return True


def _redrawn(plan: ImportPlan, kept: list[tuple[PlaceRecord, Current]]) -> NDArray[np.bool_]:
    """Return which known places get a new shape: another line, or the same line with another stated accuracy."""
    changed = np.ones(len(kept), dtype=bool)
    with_shape = [index for index, (_record, known) in enumerate(kept) if known.shape is not None]
    if with_shape:
        new, old = np.empty((2, len(with_shape)), dtype=object)
        new[:] = [kept[index][0].shape for index in with_shape]
        old[:] = [kept[index][1].shape for index in with_shape]
        changed[with_shape] = ~same_shapes(new, old)
    if SHAPED[plan.request.kind].boundary is not None:
        stated = plan.request.accuracy_m
        changed |= np.array([known.accuracy_m != stated for _record, known in kept], dtype=bool)
    return changed


def _can_be_redrawn(plan: ImportPlan, record: PlaceRecord, known: Current) -> bool:
    moment = plan.request.in_force_from
    if known.later is None and (known.since is None or known.since < moment):
        return True
    holds_from = known.later or known.since
    assert holds_from is not None
    plan.refuse(
        "in_force.not_after",
        said(
            "{code} 已有自 {since} 起生效的边界，新边界须晚于它（现为 {at}）；请改晚生效时间。",
            code=record.code,
            since=_local(holds_from),
            at=_local(moment),
        ),
        row=record.row,
    )
    return False


def _changed_fields(plan: ImportPlan, record: PlaceRecord, known: Current) -> dict[str, Any]:
    """Return the fields that the file states differently; what it leaves empty stays as it is."""
    fields: dict[str, Any] = {}
    if record.name and record.name != known.name:
        fields["name"] = record.name
    if record.parent_code and SHAPED[plan.request.kind].parent and record.parent_code != known.parent:
        fields["parent"] = record.parent_code
    for name in SHAPED[plan.request.kind].attributes:
        value = record.attributes.get(name)
        if value not in (None, "") and value != known.attributes[name]:
            fields[name] = value
    return fields


def _missing(plan: ImportPlan, codes: set[str], current: dict[str, Current]) -> list[str]:
    """Return the codes of live places of the same layer that the file does not hold."""
    cells = plan.request.grid_kind is GridKind.CELL
    return [
        known.code
        for known in current.values()
        if known.retired_on is None
        and known.code not in codes
        and (plan.request.kind is not LayerKind.GRID or (known.attributes["kind"] == GridKind.CELL) == cells)
    ]


def _local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
