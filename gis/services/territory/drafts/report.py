"""What a dry run found, for pages and downloads: figures, rows with their place, and the difference as a drawing."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from gis.geometry.said import in_turn, said
from gis.ingest.columns import FIELD_LABELS
from gis.ingest.records import Notice, Severity
from gis.services.territory.drafts.drawing import drawing
from gis.services.territory.plan import Change, ImportPlan, notice_as_dict

STATUSES = ("refused", "repaired", "warning", "added", "changed", "retired", "missing")
"""What a row of the report can say, the most pressing first."""

NOTICES_OF_FILE_SHOWN = 100


def fingerprint(plan: ImportPlan) -> str:
    """Return what a person agrees to: the places compared with and everything that would be written, as SHA-256."""
    told = [
        plan.edition,
        plan.sha256,
        plan.mapping,
        [record.code for record in plan.added],
        [[change.record.code, sorted(change.fields), change.redrawn] for change in plan.changed],
        [current.code for current in plan.retired],
        sorted(plan.refused_rows),
        [notice.rule for notice in plan.refusals],
        plan.request.accuracy_m,
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def report_of(plan: ImportPlan) -> dict[str, Any]:
    """Return the figures of a dry run and what is said of the file as a whole."""
    of_file = [notice for notice in plan.notices if notice.row is None]
    whole = plan.as_dict()
    kept = ("districts", "in_force_from", "accuracy_m", "crs", "encoding", "encoding_reason", "datum", "datum_check")
    return {name: whole[name] for name in (*kept, "mapping", "mapping_reasons", "can_commit")} | {
        "counts": plan.counts(),
        "changes_nothing": plan.changes_nothing,
        "refusals": [notice_as_dict(notice) for notice in plan.refusals],
        "notices": [
            notice_as_dict(notice)
            for notice in of_file[:NOTICES_OF_FILE_SHOWN]
            if notice.severity is not Severity.REFUSED
        ],
    }


def rows_of(plan: ImportPlan) -> list[dict[str, Any]]:
    """Return what happens to each row and place, the most pressing first; `bbox` in degrees where it has a place."""
    rows = [*_noticed(plan), *_added(plan), *_changed(plan), *_retired(plan), *_missing(plan)]
    order = {status: number for number, status in enumerate(STATUSES)}
    return sorted(rows, key=lambda row: (order[row["status"]], row["row"] or 0, row["code"]))


def _row(status: str, **more: Any) -> dict[str, Any]:
    blank: dict[str, Any] = {"status": status, "row": None, "code": "", "name": "", "words": "", "rule": ""}
    return blank | {"field": "", "value": "", "bbox": None} | more


def _box(shape: Any) -> list[float] | None:
    if shape is None:
        return None
    box = shapely.bounds(shape)
    return [round(float(value), 7) for value in box] if np.isfinite(box).all() else None


def _noticed(plan: ImportPlan) -> Iterator[dict[str, Any]]:
    known = {record.row: record for record in (*plan.added, *(change.record for change in plan.changed))}
    for notice in plan.notices:
        if notice.row is None:
            continue
        record, left_out = known.get(notice.row), plan.left_out.get(notice.row)
        shape = record.shape if record else left_out.shape if left_out else None
        yield _row(
            notice.severity.value,
            row=notice.row,
            code=record.code if record else left_out.code if left_out else "",
            name=record.name if record else "",
            words=notice.message,
            rule=notice.rule,
            field=notice.field or "",
            value=_text(notice),
            bbox=_box(shape),
        )


def _text(notice: Notice) -> str:
    return "" if notice.value is None else str(notice.value)[:80]


def _added(plan: ImportPlan) -> Iterator[dict[str, Any]]:
    for record in plan.added:
        yield _row("added", row=record.row, code=record.code, name=record.name, bbox=_box(record.shape))


def _changed(plan: ImportPlan) -> Iterator[dict[str, Any]]:
    for change in plan.changed:
        record = change.record
        box = _box(shapely.GeometryCollection([shape for shape in (record.shape, change.current.shape) if shape]))
        words = change_words(change)
        yield _row("changed", row=record.row, code=record.code, name=record.name, words=words, bbox=box)


def _retired(plan: ImportPlan) -> Iterator[dict[str, Any]]:
    for known in plan.retired:
        yield _row(
            "retired", code=known.code, name=known.name, words=said("文件中没有，将停用"), bbox=_box(known.shape)
        )


def _missing(plan: ImportPlan) -> Iterator[dict[str, Any]]:
    retired = {known.code for known in plan.retired}
    for code in plan.missing:
        if code not in retired:
            yield _row("missing", code=code, words=said("文件中没有，保持不变"))


def change_words(change: Change) -> str:
    """Return what changes about a place, old and new."""
    parts = []
    if change.redrawn:
        parts.append(said("边界变更"))
    for name, value in change.fields.items():
        known = change.current
        before = {"name": known.name, "parent": known.parent}.get(name, known.attributes.get(name))
        old = "—" if before in (None, "") else before
        parts.append(said("{field}：{old} → {new}", field=FIELD_LABELS[name], old=old, new=value))
    return in_turn(parts)


def difference_of(plan: ImportPlan) -> dict[str, Any]:
    """Return the difference as GeoJSON; `status` is refused, retired, added, before or after (of what changes)."""
    drawn: list[tuple[Any, dict[str, Any]]] = []
    for row, left_out in plan.left_out.items():
        drawn.append((left_out.shape, {"status": "refused", "row": row, "code": left_out.code}))
    drawn += [(known.shape, {"status": "retired", "code": known.code, "name": known.name}) for known in plan.retired]
    for change in plan.changed:
        about = {"row": change.record.row, "code": change.record.code, "name": change.record.name}
        if change.redrawn:
            drawn.append((change.current.shape, {"status": "before", **about}))
        drawn.append((change.record.shape, {"status": "after", **about}))
    for record in plan.added:
        about = {"row": record.row, "code": record.code, "name": record.name}
        drawn.append((record.shape, {"status": "added", **about}))
    shapes = np.empty(len(drawn), dtype=object)
    shapes[:] = [shape for shape, _about in drawn]
    return drawing(shapes, [about for _shape, about in drawn])
