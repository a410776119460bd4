"""Dry run: read a file, compare it with what is in force, say everything that a commit would do. Nothing is written."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from gis import policy
from gis.geometry.said import said
from gis.ingest.columns import guess_columns
from gis.ingest.datum import Datum, suspect_datum
from gis.ingest.limits import DEFAULT_LIMITS, Limits
from gis.ingest.normalise import Known, to_records
from gis.ingest.readers import read_layer
from gis.ingest.records import PlaceRecord, RawLayer
from gis.models import User
from gis.selectors import territory
from gis.selectors.territory import SHAPED
from gis.services.territory.comparing import compare, retire_missing
from gis.services.territory.leaving_out import left_out_rows
from gis.services.territory.overlapping import refuse_overlaps
from gis.services.territory.plan import ImportPlan, ImportRefused, ImportRequest, Progress, quiet
from gis.terms import Action, GridKind, LayerKind

DATUM_SAMPLE = 500
"""Shapes whose place is looked at: a shift moves them all alike."""

MISPLACED_SHARE = 0.05
"""Share of a layer on known land below which it is not a matter of datum: another place altogether."""

UNSTATED_M = 1.0
"""Accuracy in metres of a layer of which nobody said any: what surveyed large-scale plans reach."""

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def plan_import(
    *,
    kind: LayerKind,
    path: Path,
    by: User | None,
    in_force_from: datetime,
    accuracy_m: float | None = None,
    district_code: str = "",
    source: str = "",
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    datum: Datum = "as_is",
    trust_datum: bool = False,
    retire_missing: bool = False,
    settle_overlaps: bool = False,
    grid_kind: GridKind = GridKind.ORDINARY,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = quiet,
) -> ImportPlan:
    """Return what importing a file would do; write nothing.

    The parameters are those of `ImportRequest`. `by` is the account that asks, None for the server's own command line.
    Without `accuracy_m` the layer is taken to be as accurate as its last import said, or UNSTATED_M.
    Faults of rows are notices of the plan, and the other rows may still be committed.

    Raises
    ------
    IngestError, WrongFrame : the file cannot be read, or its coordinate system is missing or wrong.
    ImportRefused : the request itself cannot be met: no district, an accuracy that is not positive.
    NotYours : `by` may not import into these territories.
    """
    request = ImportRequest(
        kind=kind,
        path=path,
        accuracy_m=UNSTATED_M if accuracy_m is None else accuracy_m,
        in_force_from=in_force_from,
        district_code=district_code,
        source=source,
        mapping=dict(mapping) if mapping else None,
        crs=crs,
        encoding=encoding,
        layer=layer,
        datum=datum,
        trust_datum=trust_datum,
        retire_missing=retire_missing,
        settle_overlaps=settle_overlaps,
        grid_kind=grid_kind,
    )
    check_request(request)
    district = _district_of(request)
    if by is not None and district:
        _require_any_territory_in(by, district)
    progress(said("读取文件"), 0.0)
    raw = read_layer(path, layer=layer, encoding=encoding, limits=limits)
    plan = begin_plan(request, raw)
    return finish_plan(plan, raw, district, by=by, accuracy_stated=accuracy_m is not None, progress=progress)


def finish_plan(
    plan: ImportPlan,
    raw: RawLayer,
    district: str,
    *,
    by: User | None,
    accuracy_stated: bool = True,
    progress: Progress = quiet,
) -> ImportPlan:
    """Compare what was read with what is in force, and return the plan with all that is to be said.

    `district` is the one that all rows belong to, "" when the codes of the tree tell it row by row. Raises as
    `plan_import` says.
    """
    request = plan.request
    progress(said("核对每一行"), 0.3)
    records = _records(plan, raw, district)
    plan.district_codes = _districts_in(request, records, district)
    if not accuracy_stated:
        known_m = territory.last_accuracy_m(request.kind, district_codes=plan.district_codes)
        plan.request = replace(request, accuracy_m=known_m or UNSTATED_M)
    if by is not None:
        for code in territories_of(request.kind, records, plan.district_codes, whole=request.retire_missing):
            policy.require(by, Action.IMPORT_LAYER, code)
    _judge(plan, records, progress)
    plan.left_out = left_out_rows(plan, raw)
    progress(said("核对完成"), 1.0)
    return plan


def check_request(request: ImportRequest) -> None:
    """Refuse a request that no file could meet: an accuracy that is not positive, a code that is none."""
    if not (math.isfinite(request.accuracy_m) and request.accuracy_m > 0):
        raise ImportRefused(said("数据精度须为大于 0 的米数；请填写测绘或数字化的精度。"), rule="accuracy.not_positive")
    if request.in_force_from.tzinfo is None:
        raise ValueError("in_force_from must be aware")
    code = request.district_code
    if code and not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise ImportRefused(said("区划编码“{code}”不对；应为 6 位数字。", code=code), rule="district.code")


def _district_of(request: ImportRequest) -> str:
    """Return the district asked for; where codes are only unique in their district there must be one."""
    code = request.district_code
    if not SHAPED[request.kind].own_code:
        return code
    known = [known_code for known_code, _name in territory.districts()]
    if code and code not in known:
        raise ImportRefused(
            said("平台中没有编码为 {code} 的区；请先导入区，或核对区划编码。", code=code), rule="district.unknown"
        )
    if code or len(known) == 1:
        return code or known[0]
    raise ImportRefused(
        said("{kind}的编码只在区内唯一；请指明属于哪个区（6 位区划编码）。", kind=request.kind),
        rule="district.missing",
    )


def _require_any_territory_in(by: User, district_code: str) -> None:
    """Turn away early who has nothing to import in a district; what the rows touch is asked once they are read."""
    allowed = policy.territories(by, Action.IMPORT_LAYER)
    if not any(code.startswith(district_code) or district_code.startswith(code) for code in allowed):
        policy.require(by, Action.IMPORT_LAYER, district_code)


def begin_plan(request: ImportRequest, raw: RawLayer) -> ImportPlan:
    """Decide which column holds what: the person's word, else what was confirmed for this source, else the guess."""
    plan = ImportPlan(
        request=request,
        file_name=request.path.name,
        sha256=file_fingerprint(request.path),
        header_fingerprint=header_fingerprint(raw.columns),
        encoding=raw.encoding or "",
        encoding_reason=raw.encoding_reason,
        read=len(raw),
    )
    asked = request.mapping or {}
    known = (
        territory.remembered_mapping(request.source, request.kind, plan.header_fingerprint) if request.source else None
    )
    if known is not None:
        plan.mapping = known | asked
        plan.mapping_reasons = dict.fromkeys(known, said("沿用该来源上次确认的对应"))
    else:
        guess = guess_columns(request.kind, raw)
        free = {field: column for field, column in guess.mapping.items() if column not in asked.values()}
        plan.mapping = free | asked
        plan.mapping_reasons = {field: reason for field, reason in guess.reasons.items() if field in free}
        for doubt in guess.doubts if not asked else ():
            plan.warn("column.doubt", said("{doubt}。", doubt=doubt))
    plan.mapping_reasons |= dict.fromkeys(asked, said("按指定"))
    return plan


def _records(plan: ImportPlan, raw: RawLayer, district: str) -> list[PlaceRecord]:
    """Return the rows that can be imported so far, and put what was said about the others into the plan."""
    request = plan.request
    parent_kind = SHAPED[request.kind].parent_kind
    known = Known(
        parents=None
        if parent_kind is None
        else territory.live_codes(parent_kind, district_code=district, at=request.in_force_from),
        retired=territory.retired_codes(request.kind, district_code=district),
    )
    made = to_records(
        request.kind,
        raw,
        mapping=plan.mapping,
        crs=request.crs,
        datum=request.datum,
        district_code=district,
        known=known,
    )
    plan.crs, plan.mapping = made.crs, made.mapping
    plan.notices.extend(made.notices)
    if not made.records and not plan.refusals:
        plan.refuse("rows.all_refused", said("没有一行可以导入；请按各行的说明改正后重试。"))
    return made.records


def _districts_in(request: ImportRequest, records: list[PlaceRecord], district: str) -> list[str]:
    if SHAPED[request.kind].own_code or not records:
        return [district] if district else []
    return sorted({record.code[:6] for record in records})


def territories_of(
    kind: LayerKind, records: Iterable[PlaceRecord], district_codes: Iterable[str], *, whole: bool
) -> list[str]:
    """Return the territories that an import touches: its tree codes, its parents, or whole districts."""
    districts = sorted(district_codes)
    if whole or (SHAPED[kind].parent_kind is not LayerKind.COMMUNITY and SHAPED[kind].own_code):
        return districts
    if SHAPED[kind].own_code:
        return sorted({record.parent_code or districts[0] for record in records})
    return sorted({record.code for record in records})


def _judge(plan: ImportPlan, records: list[PlaceRecord], progress: Progress) -> None:
    request = plan.request
    plan.edition = edition_of(plan)
    progress(said("核对坐标偏移"), 0.5)
    _check_datum(plan, records)
    progress(said("与现行边界比较"), 0.6)
    current = territory.places_with_shapes(request.kind, district_codes=plan.district_codes, at=request.in_force_from)
    compare(plan, _with_grid_kind(request, records), current)
    if request.retire_missing:
        retire_missing(plan, current)
    if request.kind is LayerKind.GRID:
        progress(said("查找网格重叠"), 0.8)
        refuse_overlaps(plan, current)
    plan.notices.sort(key=lambda notice: notice.row or 0)


def edition_of(plan: ImportPlan) -> str:
    """Return the edition of everything that the plan depends on: its places and their parents."""
    parent = SHAPED[plan.request.kind].parent_kind
    kinds = [plan.request.kind] if parent is None else [plan.request.kind, parent]
    return territory.edition(kinds, district_codes=plan.district_codes)


def _check_datum(plan: ImportPlan, records: list[PlaceRecord]) -> None:
    """Look whether coordinates lie where the land above them lies; a shift is refused, never undone unasked."""
    request = plan.request
    if not records:
        return
    trusted = territory.trusted_land(request.kind, district_codes=plan.district_codes, at=request.in_force_from)
    if trusted is None:
        return
    looked_at = records[:: max(1, len(records) // DATUM_SAMPLE)]
    shapes = np.empty(len(looked_at), dtype=object)
    shapes[:] = [record.shape for record in looked_at]
    own = SHAPED[request.kind].own_code
    codes = [record.parent_code if own else record.code for record in looked_at]
    verdict = suspect_datum(shapes, trusted[1], codes=codes, trusted_codes=trusted[0])
    plan.datum_words = verdict.words
    misplaced = max(verdict.shares.values()) < MISPLACED_SHARE
    if request.trust_datum or not (verdict.is_shifted or misplaced):
        return
    if misplaced:
        plan.refuse("crs.apart", verdict.words)
    elif not verdict.is_clear:
        plan.warn("datum.doubtful", verdict.words)
    elif request.datum == "as_is":
        plan.refuse("datum.shifted", verdict.words)
    else:
        plan.refuse("datum.wrong_choice", said("按指定换算后仍不相符：{words}", words=verdict.words))


def _with_grid_kind(request: ImportRequest, records: list[PlaceRecord]) -> list[PlaceRecord]:
    """Grids that do not say their kind are of the kind that was asked for, unless the platform knows them already."""
    if request.kind is LayerKind.GRID and request.grid_kind is not GridKind.ORDINARY:
        for record in records:
            record.attributes.setdefault("kind", request.grid_kind.value)
    return records


def header_fingerprint(columns: Iterable[str]) -> str:
    """Return the SHA-256 of a file's column names, whatever their order."""
    return hashlib.sha256("\n".join(sorted(columns)).encode()).hexdigest()


def file_fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder, or a shapefile with its companions, of all parts in order of name."""
    digest = hashlib.sha256()
    parts = [path]
    if path.is_dir():
        parts = sorted(part for part in path.rglob("*") if part.is_file())
    elif path.suffix.lower() == ".shp":
        parts = sorted(p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() in SHAPEFILE_PARTS)
    for part in parts:
        with part.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
