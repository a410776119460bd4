"""A file of several districts is imported district by district: each its own plan, journal line and follow-up."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.ingest.columns import CODE_DIGITS, PARENT_DIGITS
from gis.ingest.frames import frame_for, to_stored
from gis.ingest.numbers import code_of
from gis.ingest.readers import read_layer
from gis.ingest.records import RawLayer
from gis.models import User
from gis.selectors import territory
from gis.services.territory.plan import ImportPlan, ImportRefused, ImportRequest
from gis.services.territory.planning import begin_plan, check_request, finish_plan
from gis.terms import LayerKind

DISTRICT_DIGITS = CODE_DIGITS[LayerKind.DISTRICT]

NAMED_ROWS = 5
"""Rows named in a refusal of many."""


def plan_districts(
    request: ImportRequest, *, by: User | None, district_codes: Collection[str] = ()
) -> Iterator[ImportPlan]:
    """Yield a plan for each district that a file has rows of, by code; a plan may be committed before the next is made.

    A row belongs to the district that its own code begins with; where codes are a place's own, to that of its parent,
    and without a parent to that in force where it lies.

    Parameters
    ----------
    district_codes : the districts that the file may hold; empty for any.

    Raises
    ------
    ImportRefused : rows of another district, or rows that belong to none; the message names them.
    IngestError, WrongFrame, NotYours : as plan_import says.
    """
    check_request(request)
    raw = read_layer(request.path, layer=request.layer, encoding=request.encoding)
    whole = begin_plan(request, raw)
    codes = _districts_of_rows(whole, raw)
    _require_districts(whole, raw, codes, district_codes)
    for code in np.unique(codes).tolist():
        part = raw.part(np.flatnonzero(codes == code))
        plan = whole.for_district(code, read=len(part))
        yield finish_plan(plan, part, code, by=by)


def _districts_of_rows(plan: ImportPlan, raw: RawLayer) -> NDArray[np.str_]:
    """Return each row's district code, "" where nothing tells it."""
    kind = plan.request.kind
    if kind in CODE_DIGITS:
        codes = _prefixes(raw, plan.mapping.get("code"), CODE_DIGITS[kind])
        codes[codes == ""] = min(codes[codes != ""], default="")  # wrong codes, refused by name with that district
        return codes
    if kind in PARENT_DIGITS:
        codes = _prefixes(raw, plan.mapping.get("parent"), PARENT_DIGITS[kind])
    elif kind is LayerKind.BUILDING:
        codes = _of_compounds(raw, plan.mapping.get("parent"))
    else:
        codes = _prefixes(raw, None, 0)
    unknown = np.flatnonzero(codes == "")
    codes[unknown] = _by_place(plan, raw, unknown)
    return codes


def _prefixes(raw: RawLayer, column: str | None, digits: int) -> NDArray[np.str_]:
    """Return the district that each code of a column begins with, "" for what is no code of so many digits."""
    prefixes = np.full(len(raw), "", dtype=f"<U{DISTRICT_DIGITS}")
    for index, value in enumerate(raw.columns.get(column or "", ())):
        code = code_of(value).text
        if len(code) == digits and code.isdecimal():
            prefixes[index] = code[:DISTRICT_DIGITS]
    return prefixes


def _of_compounds(raw: RawLayer, column: str | None) -> NDArray[np.str_]:
    """Return the district of each building's compound, "" where its code stands in no district or in several."""
    districts: dict[str, set[str]] = defaultdict(set)
    for code, district in territory.own_codes(LayerKind.COMPOUND):
        districts[code].add(district)
    found = np.full(len(raw), "", dtype=f"<U{DISTRICT_DIGITS}")
    for index, value in enumerate(raw.columns.get(column or "", ())):
        there = districts.get(code_of(value).text, ())
        if len(there) == 1:
            (found[index],) = there
    return found


def _by_place(plan: ImportPlan, raw: RawLayer, asked: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the district in force that holds each asked row's middle; the smaller code on a shared line."""
    found = np.full(len(asked), "", dtype=f"<U{DISTRICT_DIGITS}")
    land = territory.trusted_land(LayerKind.STREET, district_codes=(), at=plan.request.in_force_from)
    if not len(asked) or land is None:
        return found
    frame, _said = frame_for(raw.shapes, raw.crs, plan.request.crs, name=f"“{raw.source}”")
    middles = to_stored(_middles(raw.shapes[asked]), frame)
    order = np.argsort(np.array(land[0]))
    row, district = shapely.STRtree(land[1][order]).query(middles, predicate="intersects")
    first = np.unique(np.column_stack([row, district]), axis=0)[::-1]
    found[first[:, 0]] = np.array(land[0])[order][first[:, 1]]
    return found


def _middles(shapes: Shapes) -> Shapes:
    """Return a point on each shape: half-way along a line, inside a polygon."""
    lines = shapely.get_dimensions(shapes) == 1
    points: Shapes = np.asarray(shapely.point_on_surface(shapes), dtype=object)
    points[lines] = shapely.line_interpolate_point(shapely.line_merge(shapes[lines]), 0.5, normalized=True)
    parted = lines & shapely.is_missing(points)
    points[parted] = shapely.point_on_surface(shapes[parted])
    return points


def _require_districts(plan: ImportPlan, raw: RawLayer, codes: NDArray[np.str_], allowed: Collection[str]) -> None:
    """Refuse the file if a row belongs to no district or to one that is not allowed."""
    lost = np.flatnonzero(codes == "")
    if len(lost):
        raise ImportRefused(
            said(
                "“{file}”{rows}无法确定属于哪个区；请补填编码或上级编码，或核对图形是否在已导入的区内。",
                file=plan.file_name,
                rows=_rows(raw, lost),
            ),
            rule="district.not_told",
        )
    other = np.flatnonzero(~np.isin(codes, sorted(allowed))) if allowed else lost
    if len(other):
        raise ImportRefused(
            said(
                "“{file}”{rows}属于{district}，不在清单所列的区内；请核对编码，或是否选错了文件。",
                file=plan.file_name,
                rows=_rows(raw, other),
                district=codes[other[0]],
            ),
            rule="code.other_district",
        )


def _rows(raw: RawLayer, positions: NDArray[np.int64]) -> str:
    named = raw.rows[positions[:NAMED_ROWS]].tolist()
    if len(positions) > NAMED_ROWS:
        return said("第 {rows} 等 {count} 行", rows=named, count=len(positions))
    return said("第 {rows} 行", rows=named)
