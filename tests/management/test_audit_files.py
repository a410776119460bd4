"""`audit_files` end to end on real files: the contract, mixed formats and frames, refusals, nothing half-written."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError

from gis.geometry.crs import project
from gis.services.audits import files as audits
from tests.drawn import as_shapes, read_map

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = np.array([536_000.0, 3_996_000.0])
METRIC = "EPSG:4549"

GRIDS = """
    AAABBB
    AAABBB
    CCCDDD
    CCCDDD"""
COMPOUNDS = """
    x.....
    ..yy..
    ......
    ..zz.w"""
COMMUNITIES = """
    MMMMMM
    MMMMMM
    NNNNNN
    NNNNNN"""
CODES = {
    "A": "370212001001001",
    "B": "370212001001002",
    "C": "370212001002001",
    "D": "370212001002002",
    "M": "370212001001",
    "N": "370212001002",
}


def placed(text: str) -> dict[str, shapely.Geometry]:
    return {
        CODES.get(letter, letter): shapely.transform(shape, lambda xy: xy + ORIGIN)
        for letter, shape in read_map(text).items()
    }


def square(x: float, y: float, side: float) -> shapely.Polygon:
    """Return a square with its south-west corner at a spot of the drawing."""
    return shapely.transform(shapely.box(x, y, x + side, y + side), lambda xy: xy + ORIGIN)


def write(
    path: Path,
    shapes: dict[str, shapely.Geometry] | Sequence[shapely.Geometry | None],
    *,
    column: str = "编码",
    crs: str | None = METRIC,
    said: str | None = "same",
    **columns: Sequence[Any],
) -> Path:
    """Write shapes drawn in EPSG:4549 to a file in `crs`, which says it is in `said`."""
    drawn = as_shapes(list(shapes.values()) if isinstance(shapes, dict) else list(shapes))
    codes = {column: list(shapes)} if isinstance(shapes, dict) else {}
    moved = project(drawn, METRIC, crs) if crs is not None else drawn
    frame = geopandas.GeoDataFrame({**codes, **columns}, geometry=list(moved), crs=crs if said == "same" else said)
    options = {"encoding": "GBK"} if path.suffix == ".shp" else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")  # that is what some of these files are for
        pyogrio.write_dataframe(frame, path, **options)
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Return a small district in four formats and three frames."""
    return {
        "grids": write(tmp_path / "grids.shp", placed(GRIDS), column="网格编码"),
        "compounds": write(tmp_path / "compounds.geojson", placed(COMPOUNDS), column="小区编码", crs="EPSG:4326"),
        "communities": write(tmp_path / "communities.gpkg", placed(COMMUNITIES), column="社区编码", crs="EPSG:4490"),
        "buildings": write(
            tmp_path / "buildings.fgb",
            [shapely.Point(ORIGIN + np.array(spot)) for spot in ((50, 350), (250, 250), (350, 250), (150, 50))],
            crs="EPSG:4528",
            户数=[120, 80, 60, 90],
        ),
    }


def run(files: dict[str, Path], **options: Any) -> tuple[dict[str, Any], str, str]:
    """Run the command and return its JSON, standard output and standard error."""
    out, err = StringIO(), StringIO()
    paths = {name: str(path) for name, path in files.items()}
    call_command("audit_files", **paths, **{"json": "-", **options}, stdout=out, stderr=err)
    text = out.getvalue()
    return (json.loads(text) if options.get("json", "-") == "-" else {}), text, err.getvalue()


def refusal(files: dict[str, Path], **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        run(files, **options)
    assert refused.value.returncode == 1
    return str(refused.value)


def test_the_contract_is_kept_over_mixed_formats_and_frames(files: dict[str, Path]) -> None:
    report, _out, err = run(files)
    summary = report["summary"]
    wanted = {"grids": 4, "compounds": 4, "communities": 2, "crossed": 2, "holds": 0, "inside": 2, "uncovered": 0}
    assert {key: summary[key] for key in wanted} == wanted
    assert {key: summary[key] for key in ("straddling_grids", "gaps", "overlaps")} == {
        "straddling_grids": 0,
        "gaps": 0,
        "overlaps": 0,
    }
    assert (summary["crs"], summary["engine"]) == (METRIC, "local")
    assert summary["seconds"] > 0
    crossed = next(place for place in report["compounds"] if place["code"] == "y")
    assert (crossed["state"], crossed["class"]) == ("crossed", "clear")
    assert {grid["code"] for grid in crossed["grids"]} == {CODES["A"], CODES["B"]}
    largest = crossed["grids"][0]
    assert set(largest) == {"code", "area_m2", "share", "width_m", "households", "material"}
    assert largest["area_m2"] == pytest.approx(10_000, abs=1)
    assert largest["share"] == pytest.approx(0.5, abs=1e-4)
    assert {grid["code"]: grid["households"] for grid in crossed["grids"]} == {CODES["A"]: 80, CODES["B"]: 60}
    assert all(grid["state"] == "nested" for grid in report["grids"])
    assert report["grids"][0]["communities"][0]["code"] == CODES["M"]
    assert report["gaps"] == report["overlaps"] == []
    assert "被网格线穿过的小区" in err


def test_gaps_overlaps_and_straddling_are_counted(files: dict[str, Path], tmp_path: Path) -> None:
    grids = placed(GRIDS)
    grids[CODES["A"]] = shapely.union(grids[CODES["A"]], square(300, 350, 50))
    grids[CODES["C"]] = shapely.difference(grids[CODES["C"]], square(200, 0, 100))
    grids[CODES["D"]] = shapely.union(grids[CODES["D"]], square(500, 200, 50))
    report, *_rest = run({**files, "grids": write(tmp_path / "g.gpkg", grids, column="网格编码")})
    assert [(gap["class"], gap["grids"]) for gap in report["gaps"]] == [("clear", [CODES["C"], CODES["D"]])]
    assert report["gaps"][0]["area_m2"] == pytest.approx(10_000, abs=1)
    assert report["gaps"][0]["at"] == pytest.approx([120.4, 36.09], abs=0.02)
    assert {tuple(overlap["grids"]) for overlap in report["overlaps"]} == {
        (CODES["A"], CODES["B"]),
        (CODES["B"], CODES["D"]),
    }
    assert (report["summary"]["gaps"], report["summary"]["overlaps"]) == (1, 2)
    assert report["summary"]["straddling_grids"] == 1
    assert report["summary"]["uncovered"] + report["summary"]["crossed"] >= 2


def test_a_report_goes_to_a_file_and_tables_to_the_screen(files: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    _none, out, _err = run(files, json=str(target))
    assert json.loads(target.read_text(encoding="utf-8"))["summary"]["crossed"] == 2
    assert "被网格线穿过" in out
    _none, out, _err = run(files, json=None)
    assert "检查结果" in out


def test_the_folder_holds_a_geopackage_a_map_and_the_report(files: dict[str, Path], tmp_path: Path) -> None:
    run(files, out=tmp_path / "结果" / "一")
    folder = tmp_path / "结果" / "一"
    assert sorted(path.name for path in folder.iterdir()) == ["findings.gpkg", "map.html", "report.json"]
    layers = {name: pyogrio.read_dataframe(folder / "findings.gpkg", layer=name) for name in LAYERS}
    assert {name: len(layer) for name, layer in layers.items()} == {
        "compounds": 4,
        "grids": 4,
        "pieces": 4,
        "cut_lines": 2,
        "gaps": 0,
        "overlaps": 0,
    }
    assert all(layer.crs.to_epsg() == 4549 for layer in layers.values())
    assert layers["cut_lines"].length.sum() == pytest.approx(200, abs=0.1)
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert "http://" not in page.split("<body")[0].replace("http://www.w3.org", "")
    run(files, out=folder)  # a second time replaces
    assert len(list(folder.iterdir())) == 3


LAYERS = ("compounds", "grids", "pieces", "cut_lines", "gaps", "overlaps")


def test_without_communities_and_buildings_the_crossing_is_judged(files: dict[str, Path]) -> None:
    report, *_rest = run({name: files[name] for name in ("grids", "compounds")})
    assert (report["summary"]["crossed"], report["summary"]["communities"]) == (2, 0)
    assert report["grids"] == []
    assert "communities.missing" in {notice["rule"] for notice in report["notices"]}


def test_columns_can_be_named_and_an_unknown_one_is_refused_with_those_there(
    files: dict[str, Path], tmp_path: Path
) -> None:
    odd = write(tmp_path / "odd.gpkg", placed(COMPOUNDS), column="K1", 总户数=[10, 20, 30, 40])
    named = {**files, "compounds": odd}
    del named["buildings"]
    report, *_rest = run(named, compound_code="K1", households="总户数")
    assert {place["code"]: place["households"] for place in report["compounds"]} == {"w": 10, "x": 20, "y": 30, "z": 40}
    message = refusal(named, compound_code="没有的列")
    assert "没有列“没有的列”" in message
    assert "K1" in message


def test_missing_and_repeated_codes_are_named_and_the_audit_goes_on(files: dict[str, Path], tmp_path: Path) -> None:
    shapes = list(placed(COMPOUNDS).values())
    bare = write(tmp_path / "bare.gpkg", shapes, 面积=[1.5, 2.5, 2.5, 3.5])
    report, *_rest = run({**files, "compounds": bare})
    assert [place["code"] for place in report["compounds"]] == ["1", "2", "3", "4"]
    assert "code.column_missing" in {notice["rule"] for notice in report["notices"]}
    twice = write(tmp_path / "twice.gpkg", shapes, 小区编码=["x", "x", "", "w"])
    report, *_rest = run({**files, "compounds": twice})
    assert [place["code"] for place in report["compounds"]] == ["x", "x#2", "#3", "w"]
    told = [(notice["rule"], notice["row"]) for notice in report["notices"] if "row" in notice]
    assert told == [("code.duplicate", 1), ("code.duplicate", 2), ("code.missing", 3)]


def test_rows_that_cannot_be_used_are_left_out_and_told(files: dict[str, Path], tmp_path: Path) -> None:
    x, y, *_others = placed(COMPOUNDS).values()
    bow = shapely.transform(shapely.Polygon([(0, 0), (80, 80), (80, 0), (0, 80)]), lambda xy: xy + ORIGIN)
    spike = shapely.transform(
        shapely.Polygon([(400, 0), (480, 0), (480, 40), (520, 40), (480, 40), (480, 80), (400, 80)]),
        lambda xy: xy + ORIGIN,
    )
    mixed = write(tmp_path / "mixed.gpkg", [x, None, y, bow, spike, shapely.Polygon()], 小区编码=list("abcdef"))
    report, *_rest = run({**files, "compounds": mixed})
    assert [place["code"] for place in report["compounds"]] == ["a", "c", "e"]
    told = {(notice["rule"], notice["row"], notice["severity"]) for notice in report["notices"] if "row" in notice}
    assert told == {
        ("shape.missing", 2, "refused"),
        ("shape.missing", 6, "refused"),
        ("shape.self_crossing", 4, "refused"),
        ("shape.self_crossing", 5, "repaired"),
    }
    (invalid,) = [finding for finding in report["findings"] if finding["kind"] == "invalid_shape"]
    assert invalid["subjects"] == ["d"]


def test_points_among_polygons_are_left_out_and_a_layer_of_lines_is_refused(
    files: dict[str, Path], tmp_path: Path
) -> None:
    x, y, *_others = placed(COMPOUNDS).values()
    some = write(tmp_path / "some.geojson", [x, x.centroid, y], crs="EPSG:4326", 小区编码=list("abc"))
    report, *_rest = run({**files, "compounds": some})
    assert [place["code"] for place in report["compounds"]] == ["a", "c"]
    lines = write(
        tmp_path / "lines.gpkg", [shapely.LineString(x.exterior), shapely.LineString(y.exterior)], 小区编码=list("ab")
    )
    assert "lines.gpkg" in refusal({**files, "compounds": lines})
    assert "不是面" in refusal({**files, "compounds": lines})


def test_cells_are_another_layer_and_exclusive_grids_have_no_wanted_size(
    files: dict[str, Path], tmp_path: Path
) -> None:
    grids = {
        **placed(GRIDS),
        "370212001001901": square(0, 300, 100),
    }
    kinds = ["基础网格", "专属网格", "基础网格", "基础网格", "单元网格"]
    mixed = write(tmp_path / "kinds.gpkg", grids, column="网格编码", 网格类型=kinds)
    report, *_rest = run({**files, "grids": mixed})
    assert report["summary"]["grids"] == 4
    assert report["summary"]["overlaps"] == 0
    assert "grid.kinds_mixed" in {notice["rule"] for notice in report["notices"]}
    small = {f["subjects"][0] for f in report["findings"] if f["kind"] == "too_small"}
    assert CODES["B"] not in small
    assert CODES["C"] in small


@pytest.mark.parametrize(
    ("moved", "said", "says"),
    [
        ("EPSG:4490", METRIC, "经纬度"),
        (METRIC, "EPSG:4490", "EPSG:4549"),
        (METRIC, None, "没有写明坐标系"),
        (METRIC, "EPSG:4547", "毫不相接"),
    ],
)
def test_wrong_and_missing_frames_are_refused(
    files: dict[str, Path], tmp_path: Path, moved: str, said: str | None, says: str
) -> None:
    wrong = write(tmp_path / "wrong.gpkg", placed(COMPOUNDS), column="小区编码", crs=moved, said=said)
    message = refusal({**files, "compounds": wrong})
    assert says in message
    assert "wrong.gpkg" in message


def test_swapped_coordinates_and_feet_said_to_be_metres_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    degrees = project(as_shapes(list(placed(COMPOUNDS).values())), METRIC, "EPSG:4326")
    swapped = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in degrees]
    path = write(tmp_path / "swapped.gpkg", swapped, crs=None, said="EPSG:4326", 小区编码=list("abcd"))
    assert "写反" in refusal({**files, "compounds": path})
    feet = [shapely.transform(shape, lambda xy: xy / 0.3048) for shape in placed(COMPOUNDS).values()]
    path = write(tmp_path / "feet.gpkg", feet, crs=None, said=METRIC, 小区编码=list("abcd"))
    assert "英尺" in refusal({**files, "compounds": path})


def test_what_is_no_layer_is_refused_by_file(files: dict[str, Path], tmp_path: Path) -> None:
    empty = tmp_path / "empty.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    garbage = tmp_path / "garbage.gpkg"
    garbage.write_bytes(np.random.default_rng(1).bytes(1_000_000))
    for path in (empty, garbage, tmp_path / "nowhere.shp"):
        assert path.name in refusal({**files, "compounds": path})


def test_a_file_of_several_layers_is_asked_which(files: dict[str, Path], tmp_path: Path) -> None:
    both = write(tmp_path / "both.gpkg", placed(GRIDS), column="网格编码")
    frame = geopandas.GeoDataFrame(
        {"小区编码": list(placed(COMPOUNDS))}, geometry=list(placed(COMPOUNDS).values()), crs=METRIC
    )
    pyogrio.write_dataframe(frame, both, layer="小区", append=True)
    message = refusal({**files, "grids": both})
    assert "both" in message
    assert "|layername=" in message
    named = {"grids": Path(f"{both}|layername=both"), "compounds": Path(f"{both}|layername=小区")}
    assert run(named)[0]["summary"]["crossed"] == 2


@pytest.mark.parametrize(("option", "value"), [("engine", "dask"), ("accuracy_m", 0.0), ("accuracy_m", float("nan"))])
def test_options_that_cannot_be_met_are_refused(files: dict[str, Path], option: str, value: object) -> None:
    assert "。" in refusal(files, **{option: value})


def test_a_place_that_cannot_be_written_is_refused_before_any_work(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "open_file", lambda *_args: pytest.fail("no file should be read"))
    taken = tmp_path / "taken"
    taken.write_text("", encoding="utf-8")
    assert "taken" in refusal(files, out=taken)


def test_a_fault_while_writing_leaves_nothing_behind(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gis.maps.audit_map.audit_map", interrupted)
    with pytest.raises(CommandError) as stopped:
        run(files, out=tmp_path / "out")
    assert stopped.value.returncode == 130
    assert "中断" in str(stopped.value)
    assert not [path for path in tmp_path.iterdir() if path.name in ("out",) or path.name.startswith(".")]


def test_no_database_is_asked_for_and_standard_output_is_json_alone(files: dict[str, Path]) -> None:
    """A process of its own, with an address where no database answers."""
    environment = {**os.environ, "DATABASE_URL": "postgis://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "manage.py", "audit_files", "--json", "-"]
    for name in ("grids", "compounds", "communities", "buildings"):
        command += [f"--{name}", str(files[name])]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["crossed"] == 2
    assert "读取网格" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refusal_ends_with_one_and_an_interrupt_leaves_no_trace(files: dict[str, Path], tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "audit_files", "--grids", str(files["grids"]), "--compounds"]
    done = subprocess.run(
        [*command, str(tmp_path / "none.shp")], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, "Traceback" in done.stderr, "none.shp" in done.stderr) == (1, False, True)

    before = sorted(path.name for path in tmp_path.iterdir())
    running = subprocess.Popen(
        [*command, str(files["compounds"]), "--out", str(tmp_path / "out"), "--json", str(tmp_path / "r.json")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    running.stderr.readline()  # reading has begun
    time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=60)
    if running.returncode != 0:  # it may have been quicker than the signal
        assert running.returncode == 130
        assert "Traceback" not in err
        assert sorted(path.name for path in tmp_path.iterdir()) == before
