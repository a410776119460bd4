"""Open data with known answers: JTS's coverage cases, and a region of Colorado with 2 overlaps and 3 holes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis.geometry.crs import metric_frame, to_metres
from gis.geometry.errors import NotAPartition
from gis.geometry.layers import Layer
from gis.geometry.partition import check_partition, find_flaws
from gis.ingest.readers import read_layer
from tests.drawn import as_shapes


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> dict[str, dict[str, Any]]:
    text = (shared_data / "coverage_cases" / "jts_CoverageValidator_cases.json").read_text(encoding="utf-8")
    return {case["name"]: case for case in json.loads(text)}


def shapes_of(case: dict[str, Any]) -> np.ndarray:
    """Return the case's polygons ten times as large, so that units count as metres and gaps are land."""
    return as_shapes([shapely.transform(shapely.from_wkt(text), lambda xy: xy * 10) for text in case["input"]])


# name: (gaps, overlaps); land only: edges that merely do not match are refused by check_partition instead.
LAND = {
    "testCollinearUnmatchedEdge": (0, 0),
    "testOverlappingSquares": (0, 1),
    "testFullyCoveredTriangles": (0, 2),
    "testGap": (1, 0),
    "testGapDisjoint": (0, 0),  # the gap is open at both ends: no hole
    "testGore": (0, 0),  # likewise
    "testGrid": (0, 0),
    "testMultiPolygon": (0, 0),
    "testValidDuplicatePoints": (0, 0),
    "testRingCollapse": (0, 0),
    "testPolygonEmpty": (0, 0),
    "testMultiPolygonWithEmptyRing": (0, 0),
}


@pytest.mark.parametrize("name", LAND)
def test_gaps_and_overlaps_of_the_coverage_cases(cases: dict[str, dict[str, Any]], name: str) -> None:
    flaws = find_flaws(shapes_of(cases[name]))
    assert (len(flaws.gaps), len(flaws.overlaps)) == LAND[name]


def test_every_case_is_there(cases: dict[str, dict[str, Any]]) -> None:
    assert set(cases) == set(LAND)


@pytest.mark.parametrize("name", LAND)
def test_an_invalid_coverage_may_not_be_published_and_a_valid_one_may(
    cases: dict[str, dict[str, Any]], name: str
) -> None:
    shapes = shapes_of(cases[name])
    sound = shapes[shapely.is_valid(shapes) & ~shapely.is_empty(shapes)]
    layer = Layer(np.array([str(i) for i in range(len(sound))], dtype=object), sound)
    parent = shapely.union_all(sound)
    if cases[name]["coverage_is_valid"] and cases[name]["gap_width"] == 0:
        check_partition(layer, parent)
    elif name in ("testGap", "testGapDisjoint", "testGore"):
        with pytest.raises(NotAPartition):
            check_partition(layer, shapely.convex_hull(parent))
    else:
        with pytest.raises(NotAPartition):
            check_partition(layer, parent)


def test_the_gap_that_geos_overlooks_at_greater_widths_is_found() -> None:
    """libgeos issue 1251: `gap_width` 2, 3 and 5 say "valid" of a gap that 1 finds; ours does not ask it."""
    shapes = as_shapes(
        [
            shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(40, 40), (60, 40), (60, 41), (40, 41)]]),
            shapely.box(100, 0, 200, 100),
        ]
    )
    (gap,) = find_flaws(shapes).gaps
    assert (round(gap.area_m2), round(gap.width_m, 1)) == (20, 1.0)


def test_colorado_has_two_overlaps_and_three_holes(shared_data: Path) -> None:
    """US survey feet, declared: read, brought to metres, and counted as the published answer says."""
    raw = read_layer(shared_data / "topology_providence" / "CO_bad_gap_region.zip")
    assert raw.crs is not None
    shapes = to_metres(raw.shapes, raw.crs, metric_frame([(raw.shapes, raw.crs)]))
    flaws = find_flaws(shapes)
    assert (len(flaws.overlaps), len(flaws.gaps)) == (2, 3)
