"""Grids of one layer that would overlap once an import is in force: found, named, and settled where a person asks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry import crs
from gis.geometry.layers import Shapes
from gis.geometry.pieces import box_pairs
from gis.geometry.said import said
from gis.geometry.segments import leftover_segments
from gis.geometry.widths import inscribed_diameters, land_of, polygon_parts
from gis.ingest.records import Notice, PlaceRecord, Severity
from gis.selectors.territory import Current, rules_of
from gis.services.territory.plan import Change, ImportPlan
from gis.terms import GridKind

TOLERATED_DEG = 1e-8
"""Mean width 2·area/perimeter in degrees (about 1 mm) up to which touching neighbours overlap by rounding only: the
same bound as the database's own check (migration 0002)."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two grids that share land: positions in the layer, and the shared land in degrees, m² and metres of width."""

    one: int
    other: int
    piece: shapely.Geometry
    area_m2: float
    width_m: float


@dataclass(slots=True, eq=False)
class _Layer:
    """All grids of one layer as they would lie; `record` is None for those that the file does not move."""

    codes: list[str]
    shapes: Shapes
    records: list[PlaceRecord | None]
    accuracies_m: list[float]

    @property
    def moved(self) -> NDArray[np.bool_]:
        return np.array([record is not None for record in self.records], dtype=bool)


def refuse_overlaps(plan: ImportPlan, current: dict[str, Current]) -> None:
    """Refuse the rows of grids that would overlap, each pair by name; settle those up to noise when that was asked.

    A refused grid stays where it was, which may make another row overlap: repeated until nothing does.
    """
    for cells in (False, True):
        if plan.request.settle_overlaps:
            layer = _layer_after(plan, current, cells=cells)
            _settle(plan, layer, find_overlaps(layer.shapes, layer.moved))
        while True:
            layer = _layer_after(plan, current, cells=cells)
            overlaps = find_overlaps(layer.shapes, layer.moved)
            if not overlaps:
                break
            _refuse(plan, layer, overlaps)


def find_overlaps(shapes: Shapes, moved: NDArray[np.bool_]) -> list[Overlap]:
    """Return the overlaps in which at least one moved shape takes part.

    Parameters
    ----------
    shapes : (n,) valid polygons, longitude and latitude in degrees.
    moved : (n,) which of them are new or redrawn; the others are known not to overlap each other.
    """
    if not moved.any():
        return []
    suspects = _suspects(shapes)
    first, second = box_pairs(shapes[suspects], shapes[suspects])
    first, second = suspects[first], suspects[second]
    asked = (first < second) & (moved[first] | moved[second])
    first, second = first[asked], second[asked]
    meeting = shapely.relate_pattern(shapes[first], shapes[second], "2********")
    first, second = first[meeting], second[meeting]
    pieces = shapely.intersection(shapes[first], shapes[second])
    wide = _mean_width_deg(pieces) > TOLERATED_DEG
    if not wide.any():
        return []
    land = np.array([land_of(piece) for piece in pieces[wide]], dtype=object)
    in_metres = crs.project(land, crs.STORED, crs.metric_frame([(land, crs.STORED)]))
    width_m, _high = inscribed_diameters(in_metres, 0.001)
    return [
        Overlap(int(i), int(j), piece, float(area), float(width))
        for i, j, piece, area, width in zip(
            first[wide], second[wide], land, shapely.area(in_metres), width_m, strict=True
        )
    ]


def _suspects(shapes: Shapes) -> NDArray[np.int64]:
    """Return shapes that can overlap another: shared land is bounded by lines not walked once in each direction."""
    segments = leftover_segments(shapes)
    if not len(segments):
        return np.empty(0, dtype=np.int64)
    lines: Shapes = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), dtype=object)
    near, _line = shapely.STRtree(lines).query(shapes)
    return np.unique(near).astype(np.int64)


def _mean_width_deg(pieces: Shapes) -> NDArray[np.float64]:
    widths = np.zeros(len(pieces))
    parts, owner = polygon_parts(pieces)
    np.maximum.at(widths, owner, 2 * shapely.area(parts) / shapely.length(parts))
    return widths


def _is_cell(plan: ImportPlan, record: PlaceRecord, known: Current | None) -> bool:
    kind = record.attributes.get("kind") or (known.attributes["kind"] if known else plan.request.grid_kind.value)
    return bool(kind == GridKind.CELL.value)


def _movers(plan: ImportPlan) -> Iterator[tuple[PlaceRecord, Current | None]]:
    for record in plan.added:
        yield record, None
    for change in plan.changed:
        if change.redrawn:
            yield change.record, change.current


def _layer_after(plan: ImportPlan, current: dict[str, Current], *, cells: bool) -> _Layer:
    moved = {record.code: record for record, known in _movers(plan) if _is_cell(plan, record, known) == cells}
    leaving = {known.code for known in plan.retired}
    staying = [
        known
        for known in current.values()
        if known.shape is not None
        and known.code not in moved
        and known.code not in leaving
        and (known.attributes["kind"] == GridKind.CELL.value) == cells
    ]
    shapes = np.empty(len(moved) + len(staying), dtype=object)
    shapes[:] = [*(record.shape for record in moved.values()), *(known.shape for known in staying)]
    return _Layer(
        codes=[*moved, *(known.code for known in staying)],
        shapes=shapes,
        records=[*moved.values(), *([None] * len(staying))],
        accuracies_m=[plan.request.accuracy_m] * len(moved) + [known.accuracy_m or 0.0 for known in staying],
    )


def _refuse(plan: ImportPlan, layer: _Layer, overlaps: list[Overlap]) -> None:
    refused = set()
    for overlap in overlaps:
        for mine, other in ((overlap.one, overlap.other), (overlap.other, overlap.one)):
            record = layer.records[mine]
            if record is None:
                continue
            refused.add(record.code)
            settled = overlap.width_m <= _noise_m(layer, overlap) and not plan.request.settle_overlaps
            advice = said("可要求自动裁去误差内的重叠") if settled else said("请修正边界")
            plan.refuse(
                "grid.overlap",
                said(
                    "网格 {mine} 与{where}网格 {other} 重叠，宽 {width:.3f} 米、{area:.2f} 平方米；{advice}。",
                    mine=layer.codes[mine],
                    where=said("文件中的") if layer.records[other] is not None else said("现行"),
                    other=layer.codes[other],
                    width=overlap.width_m,
                    area=overlap.area_m2,
                    advice=advice,
                ),
                row=record.row,
                value=layer.codes[other],
            )
    plan.added = [record for record in plan.added if record.code not in refused]
    plan.changed = [change for change in plan.changed if change.record.code not in refused]


def _noise_m(layer: _Layer, overlap: Overlap) -> float:
    rules = rules_of(layer.codes[overlap.one][:6])
    return rules.noise_m(layer.accuracies_m[overlap.one], layer.accuracies_m[overlap.other])


def _settle(plan: ImportPlan, layer: _Layer, overlaps: list[Overlap]) -> None:
    """Cut overlaps up to noise out of the file's grids; a result that loses other land is not taken.

    Land shared with a grid that the file does not move is given to that grid; land shared by two grids of the file goes
    to the one with the longer common border (coverage_clean).
    """
    noise = [overlap for overlap in overlaps if overlap.width_m <= _noise_m(layer, overlap)]
    shapes, moved = layer.shapes.copy(), layer.moved
    shared_m2 = np.zeros(len(shapes))
    for overlap in noise:
        shared_m2[[overlap.one, overlap.other]] += overlap.area_m2
        if moved[overlap.one] != moved[overlap.other]:
            mine, fixed = (overlap.one, overlap.other) if moved[overlap.one] else (overlap.other, overlap.one)
            shapes[mine] = land_of(shapely.difference(shapes[mine], shapes[fixed]))
    among = sorted({i for o in noise if moved[o.one] and moved[o.other] for i in (o.one, o.other)})
    if among:
        shapes[among] = shapely.coverage_clean(shapes[among])  # type: ignore[attr-defined] # newer than its stubs
    touched = np.flatnonzero((shared_m2 > 0) & moved)
    for index in touched:
        record = layer.records[index]
        assert record is not None
        _take(plan, record, shapes[index], shared_m2[index])


def _take(plan: ImportPlan, record: PlaceRecord, shape: shapely.Geometry, shared_m2: float) -> None:
    """Put a settled shape into the plan, if it lost no more than the land it shared, and list the change."""
    pair = np.array([record.shape, shape], dtype=object)
    metres = crs.project(pair, crs.STORED, crs.metric_frame([(pair[:1], crs.STORED)]))
    change_m2 = float(shapely.area(metres[1]) - shapely.area(metres[0]))
    lost_m2 = float(shapely.area(shapely.symmetric_difference(metres[0], metres[1])))
    if shapely.is_empty(shape) or not shapely.is_valid(shape) or lost_m2 > shared_m2 * 1.01 + 0.01:
        return
    settled = replace(record, shape=shapely.multipolygons(shapely.get_parts(shape)))
    plan.added = [settled if one is record else one for one in plan.added]
    plan.changed = [
        Change(settled, change.current, change.fields, change.redrawn) if change.record is record else change
        for change in plan.changed
    ]
    plan.notices.append(
        Notice(
            rule="grid.overlap_settled",
            message=said(
                "网格 {code} 与相邻网格在误差内的重叠已按要求裁齐，面积变化 {area:.3f} 平方米。",
                code=record.code,
                area=change_m2,
            ),
            severity=Severity.REPAIRED,
            row=record.row,
            area_change_m2=change_m2,
        )
    )
