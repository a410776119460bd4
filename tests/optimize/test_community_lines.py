"""Compounds across a community line: the line is proposed anew, the communities go on tiling."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.geometry.ground import Ground
from gis.geometry.layers import District, Homes, Layer
from gis.optimize.community_lines import community_lines
from tests.drawn import as_shapes, drawn, layer, read_map

COMMUNITIES = """
    MMMMNNNN
    MMMMNNNN
    MMMMNNNN"""
GRIDS = """
    AABBCCDD
    AABBCCDD
    EEEEFFFF"""
COMPOUNDS = """
    .xxxxx..
    ........
    z......w"""
"""Three squares of x in M, two in N."""


def ground(
    compounds: str | Layer = COMPOUNDS, communities: str | Layer = COMMUNITIES, *spots: tuple[int, int, int]
) -> Ground:
    points = as_shapes([shapely.Point(x, y) for x, y, _ in spots])
    homes = Homes(points, np.array([count for *_, count in spots], dtype=np.int64)) if spots else None
    layers = [drawn(text) if isinstance(text, str) else text for text in (compounds, communities)]
    return Ground(District(drawn(GRIDS), layers[0], layers[1], homes))


def test_it_goes_whole_to_the_community_with_most_of_its_households() -> None:
    (line,) = community_lines(ground(COMPOUNDS, COMMUNITIES, (150, 250, 20), (450, 250, 80)))
    assert (line.compound, line.to_community, line.households) == ("x", "N", 20)
    assert [(part.community, round(part.area_m2), part.households) for part in line.parts] == [
        ("N", 20_000, 80),
        ("M", 30_000, 20),
    ]
    assert line.area_m2 == pytest.approx(30_000)
    assert line.shape.equals(shapely.box(100, 200, 400, 300))
    assert line.grids == ("A", "B")


def test_where_nobody_lives_land_decides() -> None:
    (line,) = community_lines(ground())
    assert (line.to_community, line.households) == ("M", 0)
    assert line.area_m2 == pytest.approx(20_000)
    assert line.grids == ("C",)


def test_a_compound_s_own_number_is_spread_by_land() -> None:
    told = replace(ground(), compound_households=np.array([10, 100, 10]))
    (line,) = community_lines(told)
    assert [(part.community, part.households) for part in line.parts] == [("M", 60), ("N", 40)]


def test_the_communities_go_on_tiling() -> None:
    (line,) = community_lines(ground())
    shapes = line.communities.shapes
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_union_all(shapes).equals(shapely.box(0, 0, 800, 300))
    assert shapely.contains(shapes[list(line.communities.codes).index("M")], read_map(COMPOUNDS)["x"])


def test_an_enclave_of_a_community_and_a_compound_in_two_parts() -> None:
    enclave = """
        MMMMMMMM
        MMNNNMMM
        MMMMMMMM"""
    compounds = """
        ........
        p.pp....
        ........"""
    (line,) = community_lines(ground(compounds, enclave, (250, 150, 40), (350, 150, 40), (50, 150, 5)))
    assert (line.to_community, line.households, round(line.area_m2)) == ("N", 5, 10_000)
    assert shapely.coverage_is_valid(line.communities.shapes)
    assert line.communities.shapes[list(line.communities.codes).index("N")].geom_type == "MultiPolygon"


def test_three_communities_and_noise_on_the_line() -> None:
    corner = """
        MMMMNNNN
        MMMMNNNN
        OOOOOOOO"""
    walls = shapely.box(300, 50, 500, 260)
    (line,) = community_lines(ground(layer({"x": walls}), corner, (350, 250, 9)))
    assert line.to_community == "M"
    assert len(line.parts) == 3
    assert shapely.coverage_is_valid(line.communities.shapes)
    noisy = shapely.box(100, 100, 403, 300)
    assert community_lines(ground(layer({"x": noisy}))) == []


def test_nothing_to_propose() -> None:
    assert community_lines(ground("........\nxx......\n......yy")) == []
    alone = ground()
    assert community_lines(Ground(District(alone.district.grids, alone.district.compounds))) == []
