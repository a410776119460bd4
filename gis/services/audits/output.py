"""What an audit of files leaves behind: a GeoPackage, a map that opens from disk, the report. All of it or nothing."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.layers import Layer, Shapes
from gis.geometry.partition import Patch
from gis.ingest.records import IngestError
from gis.ingest.writers import Written, write_geopackage
from gis.maps.content import AuditMap
from gis.services.audits.features import (
    audit_features,
    cut_properties,
    patch_properties,
    piece_properties,
    remarkable_pieces,
    remarkable_shapes,
)
from gis.services.audits.files import FileAudit
from gis.terms import LayerKind

OUTPUTS = ("findings.gpkg", "map.html", "report.json")


def write_audit(result: FileAudit, text: str, *, out: Path, title: str) -> list[Path]:
    """Write `findings.gpkg`, `map.html` and `report.json` into a folder; either all of them or none.

    Parameters
    ----------
    text : the report as `json_text` gives it.

    Raises
    ------
    IngestError : the folder cannot be written (`out.not_writable`, `out.not_a_folder`).
    """
    from gis.maps.audit_map import audit_map  # folium takes a third of a second to load: only where a map is wanted

    require_folder(out)
    with tempfile.TemporaryDirectory(prefix=".gridwork-", dir=_nearest(out)) as scratch:
        folder = Path(scratch)
        pieces = remarkable_shapes(result.audit)
        write_geopackage(folder / "findings.gpkg", _layers(result, pieces), result.crs)
        (folder / "map.html").write_text(audit_map(_sheet(result, title, pieces)), encoding="utf-8")
        (folder / "report.json").write_text(text, encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        return [(folder / name).replace(out / name) for name in OUTPUTS]


def require_folder(out: Path) -> None:
    """Refuse a place where no folder can be written, before any work is done."""
    if out.exists() and not out.is_dir():
        raise IngestError(_("“%(out)s”是文件，不是文件夹；请另选 --out。") % {"out": out}, rule="out.not_a_folder")
    if not os.access(_nearest(out), os.W_OK):
        raise IngestError(_("无权写入“%(out)s”；请另选 --out。") % {"out": out}, rule="out.not_writable")


def _nearest(out: Path) -> Path:
    """Return the folder itself, or the nearest one above it that exists."""
    return next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.is_dir())


def json_text(report: dict[str, Any]) -> str:
    """Return the report as text, each place on a line of its own.

    A number that is none would be a fault here, never a "NaN" in the file.
    """
    parts = []
    for key, value in report.items():
        lines = ",\n".join(map(_json, value)) if isinstance(value, list) else ""
        parts.append(f"{_json(key)}: " + (f"[\n{lines}\n]" if lines else _json(value)))
    return "{\n" + ",\n".join(parts) + "\n}\n"


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode
"""One value as JSON on one line: with indents Python's own encoder is used, ten times slower."""


def write_whole(path: Path, text: str) -> None:
    """Write a file wholly or not at all."""
    with tempfile.TemporaryDirectory(prefix=".gridwork-", dir=path.absolute().parent) as scratch:
        draft = Path(scratch) / path.name
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)


def _sheet(result: FileAudit, title: str, pieces: Shapes) -> AuditMap:
    """Return the map sheet of an audit of files."""
    return AuditMap(
        title=title,
        produced_at=timezone.localtime(),
        note=getattr(settings, "MAP_REVIEW_NUMBER", "") or _("内部使用"),
        summary=result.report["summary"],
        **audit_features(
            result.audit,
            crs=result.crs,
            pieces=pieces,
            compound_names=result.names.get(LayerKind.COMPOUND),
            grid_names=result.names.get(LayerKind.GRID),
            community_names=result.names.get(LayerKind.COMMUNITY),
        ),
    )


def _layers(result: FileAudit, pieces: Shapes) -> dict[str, Written]:
    """Return the layers of the GeoPackage; `pieces` are the shapes of the remarkable ones."""
    audit, district = result.audit, result.audit.district
    return {
        "compounds": _places(result, LayerKind.COMPOUND, district.compounds, "grids"),
        "grids": _grids(result),
        "pieces": Written(_columns(piece_properties(audit, remarkable_pieces(audit)), _PIECE), pieces),
        "cut_lines": Written(
            _columns(cut_properties(audit), ("compound", "length_m", "width_m")),
            _array(list(audit.cuts.values())),
            "MultiLineString",
        ),
        "gaps": Written(
            _columns(patch_properties(audit.gaps, district.grids), _PATCH), _array([p.shape for p in audit.gaps])
        ),
        "overlaps": Written(
            _columns(patch_properties(audit.overlaps, district.grids), _PATCH),
            _array([p.shape for p in audit.overlaps]),
        ),
    }


_PIECE = ("compound", "grid", "area_m2", "share", "width_m", "households", "material", "class")
_PATCH = ("area_m2", "width_m", "class", "grids")


def _patches(patches: list[Patch], grids: Layer) -> Written:
    return Written(_columns(patch_properties(patches, grids), _PATCH), _array([patch.shape for patch in patches]))


def _grids(result: FileAudit) -> Written:
    """Return the grids with their verdict, or with their code alone where no community was given."""
    grids, names = result.audit.district.grids, result.names[LayerKind.GRID]
    if result.report["grids"]:
        return _places(result, LayerKind.GRID, grids, "communities")
    codes = [str(code) for code in grids.codes]
    return Written({"code": codes, "name": [names.get(code, "") for code in codes]}, grids.shapes)


def _places(result: FileAudit, kind: LayerKind, layer: Layer, listed: str) -> Written:
    """Return places with their verdict; the list of what they lie in is reduced to the codes that are material."""
    said, names = result.report[f"{kind.value}s"], result.names[kind]
    rows = [
        {
            **place,
            "name": names.get(place["code"], ""),
            listed: [one["code"] for one in place[listed] if one["material"]],
        }
        for place in said
    ]
    return Written(_columns(rows, ("code", "name", *(key for key in said[0] if key != "code"))), layer.shapes)


def _columns(rows: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _array(shapes: list[Any]) -> Shapes:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
