"""Audit files, no database needed: read, check the frames, judge, report. `output` writes what comes of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from gis.geometry.audit import Audit, Extras, audit_district
from gis.geometry.crs import metric_frame, require_meeting
from gis.geometry.engines import WidthMode
from gis.geometry.errors import GridworkError
from gis.geometry.layers import AuditRules, District, Homes, Layer, Shapes
from gis.ingest.records import Notice, Severity
from gis.services.audits.opening import OpenFile, Surfaces, offices_of, open_file, points_of, surfaces_of
from gis.services.audits.report import audit_report
from gis.speech import in_words
from gis.terms import LayerKind

MEASURE_ALL_UP_TO = 5_000
"""Compounds up to which every raw overlap's width is measured; of more, only those of findings."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class AuditFiles:
    """What is to be audited: paths, with "|layername=…" where a file holds several layers.

    Parameters
    ----------
    accuracy_m : stated accuracy of all layers.
    grid_code, compound_code, community_code : columns of the codes; None guesses.
    households : column of the households, of the buildings if given, else of the compounds; None guesses.
    """

    grids: str
    compounds: str
    communities: str | None = None
    buildings: str | None = None
    offices: str | None = None
    accuracy_m: float = 1.0
    grid_code: str | None = None
    compound_code: str | None = None
    community_code: str | None = None
    households: str | None = None
    rules: AuditRules = field(default_factory=AuditRules)


@dataclass(frozen=True, slots=True, eq=False)
class OpenDistrict:
    """The layers of some files together, in metres.

    Parameters
    ----------
    crs : the metric frame. surfaces, opened : the polygons, and the files, by kind.
    """

    district: District
    extras: Extras
    crs: str
    surfaces: dict[LayerKind, Surfaces]
    opened: dict[LayerKind, OpenFile]

    @property
    def names(self) -> dict[LayerKind, dict[str, str]]:
        """Return {layer: {code: name}}."""
        return {
            kind: dict(zip(map(str, surface.layer.codes), surface.names, strict=True))
            for kind, surface in self.surfaces.items()
        }

    @property
    def notices(self) -> list[dict[str, Any]]:
        """Return what was said about files and rows."""
        return [_notice(file, notice) for file in self.opened.values() for notice in file.notices]


@dataclass(frozen=True, slots=True, eq=False)
class FileAudit:
    """An audit of files.

    Parameters
    ----------
    report : the contract's JSON, with `notices` about rows.
    audit, crs : the kernel's answer and its frame.
    names : {layer: {code: name}}.
    """

    report: dict[str, Any]
    audit: Audit
    crs: str
    names: dict[LayerKind, dict[str, str]]


def audit_files(*, files: AuditFiles, engine: str = "local", threads: int = 1, progress: Progress) -> FileAudit:
    """Audit the layers in some files.

    Parameters
    ----------
    engine : "local"; "dask" is for many machines and not there yet.
    progress : told in Chinese what is being done.

    Raises
    ------
    GridworkError : a file that cannot be used; the message names it and says what to do.
    """
    started = perf_counter()
    if engine != "local":
        raise GridworkError(
            _("尚不支持引擎“%(engine)s”：它用于多机分布计算，将随大规模数据功能提供；请用 --engine local。")
            % {"engine": engine},
            rule="engine.missing",
        )
    found = open_district(files, progress)
    district, extras, crs = found.district, found.extras, found.crs
    progress(
        _("检查 %(compounds)d 个小区、%(grids)d 个网格")
        % {"compounds": len(district.compounds), "grids": len(district.grids)}
    )
    widths: WidthMode = "all" if len(district.compounds) <= MEASURE_ALL_UP_TO else "findings"
    audit = audit_district(district, extras=extras, threads=threads, widths=widths)
    audit = replace(audit, seconds=perf_counter() - started)
    report = audit_report(audit, crs=crs, engine=engine)
    report["notices"] = found.notices
    return FileAudit(report, audit, crs, found.names)


def open_district(files: AuditFiles, progress: Progress) -> OpenDistrict:
    """Read the layers in some files and lay them on one metric ground.

    Raises
    ------
    GridworkError : a file that cannot be used; the message names it and says what to do.
    """
    if not files.accuracy_m > 0:
        raise GridworkError(_("精度必须是大于 0 的米数。"), rule="accuracy.not_positive")
    opened = _open_all(files, progress)
    crs = metric_frame([(file.shapes, file.crs) for kind, file in opened.items() if kind in _SURFACES])
    progress(_("以 %(crs)s 量测") % {"crs": crs})
    surfaces = {kind: surfaces_of(opened[kind], crs, files.accuracy_m) for kind in _SURFACES if kind in opened}
    district, extras = _district(files, opened, surfaces, crs)
    return OpenDistrict(district, extras, crs, surfaces, opened)


_SURFACES = (LayerKind.GRID, LayerKind.COMPOUND, LayerKind.COMMUNITY)


def _open_all(files: AuditFiles, progress: Progress) -> dict[LayerKind, OpenFile]:
    """Open every file given."""
    wanted = {
        LayerKind.GRID: (files.grids, {"code": files.grid_code}),
        LayerKind.COMPOUND: (files.compounds, {"code": files.compound_code}),
        LayerKind.COMMUNITY: (files.communities, {"code": files.community_code}),
        LayerKind.BUILDING: (files.buildings, {}),
        LayerKind.OFFICE: (files.offices, {}),
    }
    if files.households:
        about = LayerKind.BUILDING if files.buildings else LayerKind.COMPOUND
        wanted[about][1]["households"] = files.households
    opened = {}
    for kind, (path, columns) in wanted.items():
        if path:
            progress(_("读取%(kind)s:%(path)s") % {"kind": kind.label, "path": Path(path).name})
            opened[kind] = open_file(kind, path, {about: column for about, column in columns.items() if column})
    return opened


def _district(
    files: AuditFiles, opened: dict[LayerKind, OpenFile], surfaces: dict[LayerKind, Surfaces], crs: str
) -> tuple[District, Extras]:
    """Return the layers together, after seeing that they lie on the same ground."""
    grids, compounds = surfaces[LayerKind.GRID], surfaces[LayerKind.COMPOUND]
    communities = surfaces.get(LayerKind.COMMUNITY)
    names = {kind: file.name for kind, file in opened.items()}
    _require_same_ground(grids.layer.shapes, compounds.layer.shapes, names[LayerKind.GRID], names[LayerKind.COMPOUND])
    if communities is not None:
        _require_same_ground(
            grids.layer.shapes, communities.layer.shapes, names[LayerKind.GRID], names[LayerKind.COMMUNITY]
        )
    homes = _homes(opened.get(LayerKind.BUILDING), grids.layer, crs)
    office_file = opened.get(LayerKind.OFFICE)
    offices = offices_of(office_file, crs) if office_file is not None else None
    if communities is None:
        opened[LayerKind.GRID].tell(
            "communities.missing",
            _("没有社区图层：不检查跨社区、上级编码和界外，空隙只找网格围成的孔洞。"),
            Severity.WARNING,
        )
    district = District(
        grids.layer, compounds.layer, communities.layer if communities is not None else None, homes, files.rules
    )
    invalid = [place for surface in surfaces.values() for place in surface.invalid]
    return district, Extras(offices, compounds.households, grids.sized, invalid)


def _require_same_ground(one: Shapes, other: Shapes, name: str, other_name: str) -> None:
    require_meeting(one, other, names=(name, other_name))


def _homes(file: OpenFile | None, grids: Layer, crs: str) -> Homes | None:
    """Return the homes of the building file; without a column of households each building counts, with none."""
    if file is None:
        return None
    points, households = points_of(file, crs)
    _require_same_ground(grids.shapes, points, _("网格"), file.name)
    if households is None:
        message = _("%(name)s没有户数列：楼栋只用来判断地块有无住宅，不检查户数。可用 --households 指明。")
        file.tell("households.column_missing", message % {"name": file.name}, Severity.WARNING)
        households = np.zeros(len(points), dtype=np.int64)
    return Homes(points, households)


def _notice(file: OpenFile, notice: Notice) -> dict[str, Any]:
    said = {key: value for key, value in asdict(notice).items() if value is not None}
    return {"file": file.raw.source, "layer": file.kind.value, **in_words(said), "severity": notice.severity.value}
