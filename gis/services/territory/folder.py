"""Load a folder of layers by its manifest, each through the same dry run and commit as any file."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from gis.geometry.said import said
from gis.ingest.records import Severity
from gis.models import User
from gis.services.territory.cities import plan_districts
from gis.services.territory.committing import commit_import
from gis.services.territory.plan import ImportPlan, ImportRefused, ImportRequest, Progress, first_words, quiet
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

    The manifest names, for each layer, kind, file, layer, crs, accuracy_m and source. It may name the district (a
    city: the districts) that the files hold; rows of any other are refused then. Each file is imported district by
    district, each with its own journal line and follow-up.

    Raises
    ------
    ImportRefused : there is no usable manifest, a file is not there, or any row is refused.
    IngestError, WrongFrame, NotYours, StalePlan, DatabaseLost : as plan_import and commit_import say.
    """
    manifest = _manifest(folder)
    layers = manifest["layers"]
    loaded = []
    for number, entry in enumerate(layers):
        request = _request(folder, entry, in_force_from)
        counts: Counter[str] = Counter()
        progress(said("导入 {file}", file=request.path.name), number / len(layers))
        for plan in plan_districts(request, by=by, district_codes=manifest["districts"]):
            _require_whole(plan)
            commit_import(plan, by=by)
            counts.update(plan.counts())
        loaded.append(LoadedFile(request.kind, request.path.name, dict(counts)))
    progress(said("完成"), 1.0)
    return loaded


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        layers, districts = manifest["layers"], _districts(manifest)
        for entry in layers:
            if not (
                LayerKind(entry["kind"]) and Path(entry["file"]).name == entry["file"] and float(entry["accuracy_m"])
            ):
                raise ValueError
    except OSError as error:
        raise ImportRefused(
            said(
                "“{folder}”中没有可读的 {name}；请先用 make_demo 生成演示数据，或选择正确的文件夹。",
                folder=folder,
                name=MANIFEST,
            ),
            rule="manifest.missing",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ImportRefused(
            said(
                "“{path}”的内容不对：应列出 layers（kind、file、crs、accuracy_m、source），"
                "也可列出 district 或 districts（code、name）。",
                path=path,
            ),
            rule="manifest.broken",
        ) from error
    if not layers:
        raise ImportRefused(said("“{path}”没有列出任何图层。", path=path), rule="manifest.empty")
    return {"layers": layers, "districts": districts}


def _names_a_layer(entry: dict[str, Any]) -> bool:
    """Say whether an entry has what an import needs; a file lies in the folder itself, nowhere else."""
    return bool(LayerKind(entry["kind"]) and Path(entry["file"]).name == entry["file"] and float(entry["accuracy_m"]))


def _districts(manifest: dict[str, Any]) -> list[str]:
    """Return the codes of the districts that a manifest names; none when it names none."""
    named = [manifest["district"]] if "district" in manifest else manifest.get("districts", [])
    return [str(district["code"]) for district in named]


def _request(folder: Path, entry: dict[str, Any], in_force_from: datetime) -> ImportRequest:
    return ImportRequest(
        kind=LayerKind(entry["kind"]),
        path=folder / entry["file"],
        accuracy_m=float(entry["accuracy_m"]),
        in_force_from=in_force_from,
        source=str(entry.get("source", "")),
        crs=entry.get("crs"),
        layer=entry.get("layer"),
    )


def _require_whole(plan: ImportPlan) -> None:
    """Refuse the folder for any refused row."""
    refused = [notice for notice in plan.notices if notice.severity is Severity.REFUSED]
    if refused:
        raise ImportRefused(
            said("“{file}”有被拒绝的内容，整个文件夹未导入：{why}", file=plan.file_name, why=first_words(refused)),
            rule=refused[0].rule,
        )
