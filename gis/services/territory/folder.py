"""Load a folder of layers by its manifest, each through the same dry run and commit as any file."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gis.ingest.records import Severity
from gis.models import User
from gis.services.territory.committing import commit_import
from gis.services.territory.plan import ImportPlan, ImportRefused, Progress, first_words, quiet
from gis.services.territory.planning import plan_import
from gis.terms import LayerKind

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file of the folder and what its import did."""

    kind: LayerKind
    file: str
    counts: dict[str, int]


@transaction.atomic
def load_folder(
    *, folder: Path, by: User | None, in_force_from: datetime, progress: Progress = quiet
) -> list[LoadedFile]:
    """Import every file that a folder's ``manifest.json`` lists, in its order; all of them or none.

    The manifest names the district and, for each layer, kind, file, layer, crs, accuracy_m and source.

    Raises
    ------
    ImportRefused : there is no usable manifest, a file is not there, or any row is refused.
    IngestError, WrongFrame, NotYours, StalePlan, DatabaseLost : as plan_import and commit_import say.
    """
    manifest = _manifest(folder)
    layers = manifest["layers"]
    loaded = []
    for number, entry in enumerate(layers):
        plan = _plan(folder, entry, str(manifest["district"]["code"]), by=by, in_force_from=in_force_from)
        progress(_("导入 %(file)s") % {"file": plan.file_name}, number / len(layers))
        commit_import(plan, by=by)
        loaded.append(LoadedFile(plan.request.kind, plan.file_name, plan.counts()))
    progress(_("完成"), 1.0)
    return loaded


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        layers, code = manifest["layers"], manifest["district"]["code"]
        if not all(LayerKind(entry["kind"]) and Path(entry["file"]).name == entry["file"] for entry in layers):
            raise ValueError
    except OSError as error:
        raise ImportRefused(
            _("“%(folder)s”中没有可读的 %(name)s；请先用 make_demo 生成演示数据，或选择正确的文件夹。")
            % {"folder": folder, "name": MANIFEST},
            rule="manifest.missing",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ImportRefused(
            _("“%(path)s”的内容不对：应列出 district 和 layers（kind、file、crs、accuracy_m、source）。")
            % {"path": path},
            rule="manifest.broken",
        ) from error
    if not layers or not code:
        raise ImportRefused(_("“%(path)s”没有列出任何图层。") % {"path": path}, rule="manifest.empty")
    return dict(manifest)


def _plan(
    folder: Path, entry: dict[str, Any], district_code: str, *, by: User | None, in_force_from: datetime
) -> ImportPlan:
    plan = plan_import(
        kind=LayerKind(entry["kind"]),
        path=folder / entry["file"],
        by=by,
        accuracy_m=float(entry["accuracy_m"]),
        in_force_from=in_force_from,
        district_code=district_code,
        source=str(entry.get("source", "")),
        crs=entry.get("crs"),
        layer=entry.get("layer"),
    )
    refused = [notice for notice in plan.notices if notice.severity is Severity.REFUSED]
    if refused:
        raise ImportRefused(
            _("“%(file)s”有被拒绝的内容，整个文件夹未导入：%(why)s")
            % {"file": plan.file_name, "why": first_words(refused)},
            rule=refused[0].rule,
        )
    return plan
