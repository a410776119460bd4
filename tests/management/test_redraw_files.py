"""`redraw_files` end to end on real files: the contract, refusals, nothing half-written."""

import json
from collections.abc import Callable, Sequence
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

from tests.drawn import read_map
from tests.management.test_audit_files import METRIC, ORIGIN, placed, write

GRIDS = """
    AAABBB
    AAABBB
    CCCDDD
    CCCDDD"""
COMPOUNDS = """
    x.....
    ..yyy.
    ......
    ..z..w"""
COMMUNITIES = """
    MMMMMM
    MMMMMM
    NNNNNN
    NNNNNN"""
HOUSEHOLDS = {"x": 100, "y": 60, "z": 40, "w": 30}
CONTRACT = {
    "rank", "optimal", "gap", "seconds", "households_moved", "grids_changed", "area_moved_m2", "crossed_before",
    "crossed_after", "size_violations_before", "size_violations_after", "moves",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "grids.gpkg", placed(GRIDS))
    write(tmp_path / "communities.gpkg", placed(COMMUNITIES))
    write(tmp_path / "compounds.gpkg", placed(COMPOUNDS), households=[HOUSEHOLDS[c] for c in sorted(HOUSEHOLDS)])
    return tmp_path


def redraw(folder: Path, *more: str, without: Sequence[str] = ()) -> dict[str, Any]:
    layers = [name for name in ("grids", "compounds", "communities") if name not in without]
    files = [text for name in layers for text in (f"--{name}", str(folder / f"{name}.gpkg"))]
    out, err = StringIO(), StringIO()
    call_command("redraw_files", *files, "--out", str(folder / "out"), "--json", "-", *more, stdout=out, stderr=err)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_contract(folder: Path) -> None:
    report = redraw(folder)
    (proposal,) = report["proposals"]
    assert set(proposal) >= CONTRACT
    assert (proposal["rank"], proposal["optimal"], proposal["gap"]) == (1, True, 0.0)
    assert (proposal["crossed_before"], proposal["crossed_after"]) == (1, 0)
    # Two thirds of y lie in B: a third of its 60 households moves.
    assert (proposal["households_moved"], proposal["grids_changed"]) == (20, 2)
    move = proposal["moves"][0]
    assert set(move) >= {"unit", "compound", "from", "to", "households", "why"}
    assert (move["compound"], move["from"][-3:], move["to"][-3:], move["households"]) == ("y", "001", "002", 20)
    assert "67%" in move["why"]


def test_a_geopackage_of_grids_a_proposal(folder: Path) -> None:
    redraw(folder)
    grids = geopandas.read_file(folder / "out" / "proposal-1.gpkg", layer="grids")
    before = geopandas.read_file(folder / "grids.gpkg")
    assert set(grids["code"]) == set(before.iloc[:, 0])
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert grids.union_all().symmetric_difference(before.union_all()).area < 1e-3
    assert str(grids.crs) == METRIC
    assert grids.loc[grids["changed"], "code"].str[-3:].tolist() == ["001", "002"]


def test_nothing_to_mend_changes_nothing(folder: Path) -> None:
    write(folder / "compounds.gpkg", placed(COMPOUNDS.replace("yyy", ".yy")), households=[30, 100, 60, 40])
    (proposal,) = redraw(folder)["proposals"]
    assert (proposal["optimal"], proposal["moves"], proposal["grids_changed"]) == (True, [], 0)


def test_alternatives_are_different_and_in_order(folder: Path) -> None:
    proposals = redraw(folder, "--alternatives", "2")["proposals"]
    assert [proposal["rank"] for proposal in proposals] == [1, 2]
    assert [proposal["households_moved"] for proposal in proposals] == [20, 40]
    assert all(proposal["crossed_after"] == 0 for proposal in proposals)
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "proposal-1.gpkg",
        "proposal-2.gpkg",
        "report.json",
    ]


def test_a_compound_across_a_community_line_is_left_to_another_authority(folder: Path) -> None:
    text = COMPOUNDS.replace("......\n    ..z", "..y...\n    ..z")
    write(folder / "compounds.gpkg", placed(text), households=[30, 100, 60, 40])
    report = redraw(folder)
    (listed,) = report["straddling"]
    assert (listed["compound"], listed["authority"], len(listed["parts"])) == ("y", "community_line", 2)
    assert report["proposals"][0]["moves"] == []
    assert report["proposals"][0]["crossed_after"] == 1


def test_without_communities(folder: Path) -> None:
    (proposal,) = redraw(folder, without=["communities"])["proposals"]
    assert (proposal["crossed_after"], proposal["households_moved"]) == (0, 20)


def test_a_time_limit_too_short_is_answered_honestly(folder: Path) -> None:
    (proposal,) = redraw(folder, "--time-limit", "0.00001")["proposals"]
    (community,) = proposal["communities"]
    assert not proposal["optimal"]
    assert community["limit_reached"]
    assert community["proof"] in {"gap", "unproven", "limit"}
    assert shapely.coverage_is_valid(pyogrio.read_dataframe(folder / "out/proposal-1.gpkg").geometry.to_numpy())


def test_roads_are_followed(folder: Path) -> None:
    line = shapely.LineString([(0, 250), (600, 250)])
    write(folder / "roads.gpkg", {"r": shapely.transform(line, lambda xy: xy + ORIGIN)})
    (proposal,) = redraw(folder, "--roads", str(folder / "roads.gpkg"))["proposals"]
    assert proposal["crossed_after"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--min-households", "500"], "最少"),
        (["--max-households", "100"], "最少"),
        (["--alternatives", "0"], "方案数"),
        (["--time-limit", "0"], "求解时限"),
        (["--accuracy-m", "0"], "精度"),
        (["--roads", "none.gpkg"], "none.gpkg"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(folder: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        redraw(folder, *arguments)
    assert not (folder / "out").exists()


def test_noise_on_every_line(folder: Path) -> None:
    """Each grid drawn by its own hand: neighbours overlap and gape by some decimetres."""
    shapes = {
        code: shapely.transform(shapely.segmentize(shape, 40), _wave(i))
        for i, (code, shape) in enumerate(placed(GRIDS).items())
    }
    write(folder / "grids.gpkg", shapes)
    (proposal,) = redraw(folder)["proposals"]
    assert (proposal["crossed_before"], proposal["crossed_after"]) == (1, 0)
    assert proposal["check"]["refusal"] is None
    grids = geopandas.read_file(folder / "out" / "proposal-1.gpkg", layer="grids")
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert grids.union_all().symmetric_difference(shapely.union_all(list(shapes.values()))).area < 300


def _wave(seed: int) -> Callable[[Any], Any]:
    """Return a hand that trembles by up to 0.6 m, otherwise for every seed."""
    return lambda xy: xy + 0.4 * np.column_stack([np.sin(xy[:, 1] / 7 + seed), np.cos(xy[:, 0] / 9 + 2 * seed)])


def test_drawn_maps_are_as_meant() -> None:
    assert set(read_map(COMPOUNDS)) == set(HOUSEHOLDS)
