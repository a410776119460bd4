"""A folder is loaded by its manifest: all files or none."""

import json
from pathlib import Path

import pytest

from gis.models import Community, District, Grid, JournalLine
from gis.services.territory import ImportRefused, load_folder
from gis.terms import LayerKind
from tests.services.territory.conftest import COMMUNITIES, DISTRICT, FOUNDED, STREET, Files, box, grid_code

pytestmark = pytest.mark.django_db


def folder_of(files: Files, grids: dict[str, object]) -> Path:
    files.write("district", [({"区划代码": DISTRICT, "区名称": "示例区"}, box(0, 0, 4, 4))])
    files.write("streets", [({"街道代码": STREET, "街道名称": "示例街道"}, box(0, 0, 4, 4))])
    files.write("communities", [({"社区编码": COMMUNITIES[0], "社区名称": "社区1"}, box(0, 0, 4, 4))])
    files.grids(grids)
    kinds = (LayerKind.DISTRICT, LayerKind.STREET, LayerKind.COMMUNITY, LayerKind.GRID)
    names = ("district", "streets", "communities", "grids")
    layers = [
        {"kind": kind.value, "file": f"{name}.geojson", "crs": "EPSG:4490", "accuracy_m": 0.3, "source": "测试"}
        for kind, name in zip(kinds, names, strict=True)
    ]
    manifest = {"district": {"code": DISTRICT, "name": "示例区"}, "layers": layers}
    (files.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return files.folder


def test_every_file_is_imported_in_order(files: Files) -> None:
    loaded = load_folder(folder=folder_of(files, {grid_code(1): box(0, 0, 4, 4)}), by=None, in_force_from=FOUNDED)
    assert [file.counts["added"] for file in loaded] == [1, 1, 1, 1]
    assert JournalLine.objects.count() == 4
    again = load_folder(folder=files.folder, by=None, in_force_from=FOUNDED)
    assert [file.counts["unchanged"] for file in again] == [1, 1, 1, 1]


def test_one_refused_row_refuses_the_folder(files: Files) -> None:
    folder = folder_of(files, {grid_code(1): box(0, 0, 3, 4), grid_code(2): box(2, 0, 4, 4)})
    with pytest.raises(ImportRefused, match=r"grids\.geojson"):
        load_folder(folder=folder, by=None, in_force_from=FOUNDED)
    assert District.objects.count() == Community.objects.count() == Grid.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    [
        None,
        "{",
        "{}",
        '{"district": {"code": "370202"}, "layers": []}',
        '{"district": {"code": "370202"}, "layers": [{"kind": "grid", "file": "../x"}]}',
    ],
)
def test_a_manifest_that_is_missing_or_broken_is_refused(files: Files, content: str | None) -> None:
    if content is not None:
        (files.folder / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(ImportRefused, match="manifest"):
        load_folder(folder=files.folder, by=None, in_force_from=FOUNDED)
