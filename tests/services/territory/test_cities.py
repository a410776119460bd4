"""A folder of several districts: each row goes to its own district, each district has its own line in the journal."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import connection

from gis.models import Building, Compound, Grid, GridBoundary, ImportRecord, JournalLine, Road
from gis.services.territory import ImportRefused, load_folder
from gis.terms import LayerKind
from tests.services.territory.conftest import FOUNDED, Files, box

pytestmark = pytest.mark.django_db

WEST, EAST = "370202", "370203"
LAND = {WEST: box(0, 0, 4, 4), EAST: box(4, 0, 8, 4)}
COLUMNS = {
    LayerKind.DISTRICT: "区划代码",
    LayerKind.STREET: "街道代码",
    LayerKind.COMMUNITY: "社区编码",
    LayerKind.GRID: "网格编码",
}
SUFFIXES = {LayerKind.DISTRICT: "", LayerKind.STREET: "001", LayerKind.COMMUNITY: "001001", LayerKind.GRID: "001001001"}


def city(files: Files, **changes: Any) -> Path:
    """Write two districts side by side, one street, community and grid each, and a compound each of the same code."""
    rows: dict[str, list[tuple[dict[str, Any], Any]]] = {
        kind.value: [({COLUMNS[kind]: code + suffix}, land) for code, land in LAND.items()]
        for kind, suffix in SUFFIXES.items()
    }
    rows["compound"] = [
        ({"小区编码": "X1", "所属社区编码": f"{WEST}001001"}, box(1, 1, 2, 2)),
        ({"小区编码": "X1", "所属社区编码": f"{EAST}001001"}, box(5, 1, 6, 2)),
        ({"小区编码": "X2", "所属社区编码": ""}, box(6, 3, 7, 4)),
    ]
    rows["building"] = [
        ({"楼栋编码": "B1", "小区编码": "X1", "户数": 10}, box(1, 1, 1.2, 1.2).centroid),
        ({"楼栋编码": "B1", "小区编码": "X1", "户数": 20}, box(5, 1, 5.2, 1.2).centroid),
        ({"楼栋编码": "B2", "小区编码": "X2", "户数": 30}, box(-9, 3, -8, 4).centroid),
        ({"楼栋编码": "B3", "小区编码": "", "户数": 1}, box(3, 3, 3.2, 3.2).centroid),
    ]
    rows["road"] = [({"道路编码": "R1"}, shapely.LineString(shapely.get_coordinates(box(3, 1, 7, 2))[:3]))]
    rows |= changes
    manifest = {
        "layers": [
            {"kind": kind, "file": f"{kind}.geojson", "crs": "EPSG:4490", "accuracy_m": 0.3, "source": "测试"}
            for kind in rows
        ]
    }
    for kind, listed in rows.items():
        files.write(kind, listed)
    (files.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return files.folder


def say(folder: Path, **said: Any) -> None:
    """Add something to the manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | said), encoding="utf-8")


def load(folder: Path) -> dict[LayerKind, dict[str, int]]:
    return {file.kind: file.counts for file in load_folder(folder=folder, by=None, in_force_from=FOUNDED)}


def test_each_row_goes_to_its_own_district(files: Files) -> None:
    loaded = load(city(files))
    assert {kind: counts["added"] for kind, counts in loaded.items()} == {
        LayerKind.DISTRICT: 2, LayerKind.STREET: 2, LayerKind.COMMUNITY: 2, LayerKind.GRID: 2, LayerKind.COMPOUND: 3,
        LayerKind.BUILDING: 4, LayerKind.ROAD: 1,
    }  # fmt: skip
    assert set(Grid.objects.values_list("code", flat=True)) == {f"{WEST}001001001", f"{EAST}001001001"}


def test_own_codes_stand_in_the_district_of_their_parent_or_where_they_lie(files: Files) -> None:
    """By the parent's code; of the same code in two districts, and without a parent, by the place."""
    load(city(files))
    compounds = set(Compound.objects.values_list("code", "district_id", "community_id"))
    assert compounds == {("X1", WEST, f"{WEST}001001"), ("X1", EAST, f"{EAST}001001"), ("X2", EAST, None)}
    buildings = set(Building.objects.values_list("code", "district_id", "compound__district_id", "households"))
    assert buildings == {
        ("B1", WEST, WEST, 10), ("B1", EAST, EAST, 20), ("B2", EAST, EAST, 30), ("B3", WEST, None, 1),
    }  # fmt: skip
    assert Road.objects.get().district_id == EAST  # half-way along it


def test_each_district_has_its_own_journal_line_record_and_follow_up(files: Files) -> None:
    load(city(files))
    grids = JournalLine.objects.filter(subject_kind="grid")
    assert sorted(grids.values_list("district_code", flat=True)) == [WEST, EAST]
    assert sorted(ImportRecord.objects.filter(kind="grid").values_list("district_code", flat=True)) == [WEST, EAST]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lock FROM procrastinate_jobs WHERE args->>'import_id' = ANY(%s)",
            [[str(pk) for pk in ImportRecord.objects.filter(kind="grid").values_list("pk", flat=True)]],
        )
        assert sorted(row[0] for row in cursor.fetchall()) == [f"audit:{WEST}", f"audit:{EAST}"]


def test_the_same_city_again_changes_nothing(files: Files) -> None:
    folder = city(files)
    load(folder)
    boundaries = GridBoundary.objects.count()
    again = load(folder)
    assert {counts["unchanged"] for counts in again.values()} == {1, 2, 3, 4}
    assert all(not counts["added"] and not counts["changed"] for counts in again.values())
    assert GridBoundary.objects.count() == boundaries


def test_a_manifest_may_name_its_districts(files: Files) -> None:
    folder = city(files)
    say(folder, districts=[{"code": WEST, "name": "西区"}, {"code": EAST, "name": "东区"}])
    load(folder)
    assert Grid.objects.count() == 2


def test_rows_of_a_district_that_the_manifest_does_not_name_are_refused(files: Files) -> None:
    folder = city(files)
    say(folder, district={"code": WEST, "name": "西区"})
    with pytest.raises(ImportRefused, match=r"district\.geojson.*第 2 行.*370203") as refusal:
        load(folder)
    assert refusal.value.rule == "code.other_district"
    assert Grid.objects.count() == 0


def test_a_row_that_no_district_holds_is_refused_by_name(files: Files) -> None:
    road = shapely.LineString([(121.4, 36), (121.41, 36)])
    folder = city(files, road=[({"道路编码": "R1"}, road)])
    with pytest.raises(ImportRefused, match=r"road\.geojson.*第 1 行") as refusal:
        load(folder)
    assert refusal.value.rule == "district.not_told"
    assert Grid.objects.count() == 0


@pytest.mark.parametrize(("code", "rule"), [("", "code.missing"), ("37020300100100", "code.length")])
def test_a_wrong_code_is_refused_by_its_own_rule(files: Files, code: str, rule: str) -> None:
    rows = [({"网格编码": f"{WEST}001001001"}, LAND[WEST]), ({"网格编码": code}, LAND[EAST])]
    with pytest.raises(ImportRefused, match=r"grid\.geojson.*第 2 行") as refusal:
        load(city(files, grid=rows))
    assert refusal.value.rule == rule


def test_a_manifest_whose_layer_says_no_accuracy_is_broken(files: Files) -> None:
    folder = city(files)
    say(folder, layers=[{"kind": "district", "file": "district.geojson"}])
    with pytest.raises(ImportRefused) as refusal:
        load(folder)
    assert refusal.value.rule == "manifest.broken"
