"""The demonstration's files are read as real ones are: no row refused, no column in doubt."""

import json
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command

from gis.ingest.columns import guess_columns
from gis.ingest.demo import write_demo
from gis.ingest.demo.cities import _stream, tiles_of
from gis.ingest.demo.estates import NoSuchCity
from gis.ingest.normalise import to_records
from gis.ingest.readers import read_layer
from gis.ingest.records import Severity
from gis.management.commands import make_demo
from gis.terms import LayerKind
from tests.ingest.demo_plans import district_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "files"
    write_demo(district_of(1), out)
    return out


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return content


def test_the_manifest_names_every_file_in_the_order_of_import(folder: Path, manifest: dict) -> None:
    kinds = [LayerKind(layer["kind"]) for layer in manifest["layers"]]
    assert kinds == [
        LayerKind.DISTRICT, LayerKind.STREET, LayerKind.COMMUNITY, LayerKind.GRID, LayerKind.COMPOUND,
        LayerKind.BUILDING, LayerKind.ROAD, LayerKind.STATION, LayerKind.OFFICE,
    ]  # fmt: skip
    assert {path.name for path in folder.iterdir()} == {
        *(layer["file"] for layer in manifest["layers"]), "truth.json", "manifest.json",
    }  # fmt: skip
    assert manifest["district"] == {"code": "379912", "name": "云澜区（虚构）"}
    assert "虚构" in manifest["note"]
    assert all("虚构" in layer["source"] and layer["accuracy_m"] >= 0.3 for layer in manifest["layers"])


@pytest.mark.parametrize("kind", list(LayerKind))
def test_every_file_is_read_with_no_row_refused(folder: Path, manifest: dict, kind: LayerKind) -> None:
    entry = next(layer for layer in manifest["layers"] if layer["kind"] == kind)
    raw = read_layer(folder / entry["file"])
    guess = guess_columns(kind, raw)
    assert not guess.doubts
    assert not guess.missing
    records = to_records(kind, raw, crs=None if raw.crs else entry["crs"], district_code="379912")

    assert len(records.records) == entry["rows"] == len(district_of(1).layers[kind].shapes)
    assert not [notice for notice in records.notices if notice.severity is not Severity.WARNING]
    layer = district_of(1).layers[kind]
    told = {record.code: record for record in records.records}
    for number, code in enumerate(layer.codes):
        assert told[code].name == layer.columns["name"][number]
        assert told[code].parent_code == layer.columns.get("parent", [""] * len(layer.codes))[number]


def test_shared_edges_survive_the_files(folder: Path) -> None:
    grids = read_layer(folder / "grids.zip").shapes
    assert shapely.coverage_is_valid(grids)
    communities = read_layer(folder / "communities.gpkg").shapes
    assert shapely.coverage_is_valid(communities)
    assert shapely.equals(
        shapely.normalize(shapely.coverage_union_all(grids)), shapely.normalize(shapely.coverage_union_all(communities))
    )


def test_plain_writes_geoparquet_in_metres(tmp_path: Path) -> None:
    write_demo(district_of(1), tmp_path, plain=True)
    grids = geopandas.read_parquet(tmp_path / "grids.parquet")
    assert grids.crs.to_epsg() == 4549
    assert list(grids["code"]) == district_of(1).layers[LayerKind.GRID].codes
    assert (grids.geometry.to_numpy() == district_of(1).layers[LayerKind.GRID].shapes).all()


def test_a_city_sets_districts_side_by_side_under_own_codes(tmp_path: Path) -> None:
    district = district_of(1)
    tiles = [replace(tile, pattern=0) for tile in tiles_of("M")[:3]]
    told: list[str] = []
    truth, files = _stream([district], tiles, tmp_path, told.append)
    assert len(told) == 1
    grids = geopandas.read_parquet(tmp_path / "grids.parquet")
    assert len(grids) == 3 * 497
    assert grids["code"].is_unique
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert np.isclose(grids.area.sum(), 3 * district.layers[LayerKind.DISTRICT].shapes[0].area)
    assert len(truth["crossed"]) == 3 * 44
    compounds = geopandas.read_parquet(tmp_path / "compounds.parquet")
    assert set(truth["crossed"]) <= set(compounds["code"])
    assert set(compounds["parent"]) <= set(geopandas.read_parquet(tmp_path / "communities.parquet")["code"])
    assert set(geopandas.read_parquet(tmp_path / "buildings.parquet").geom_type) == {"Point"}
    assert {entry["kind"]: entry["rows"] for entry in files}["compound"] == 3 * 318


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--noise-m", "9"], "0 到 5"),
        (["--noise-m", "-1"], "0 到 5"),
        (["--noise-m", "nan"], "0 到 5"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_the_command_refuses_what_it_cannot_make(tmp_path: Path, words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("make_demo", "--out", str(tmp_path / "x"), *words)
    assert not (tmp_path / "x").exists()


def test_the_command_refuses_a_file_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(CommandError, match="目录"):
        call_command("make_demo", "--out", str(tmp_path / "x"))


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (KeyboardInterrupt(), "已中断"),
        (NoSuchCity("no lots"), "换一个 --seed"),
        (PermissionError(13, "Permission denied"), "无法写入"),
    ],
)
def test_the_command_says_what_stopped_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, said: str
) -> None:
    def stopped(*_: object) -> None:
        raise failure

    monkeypatch.setattr(make_demo, "make_district", stopped)
    with pytest.raises(CommandError, match=said):
        call_command("make_demo", "--out", str(tmp_path))
    assert not list(tmp_path.iterdir())
