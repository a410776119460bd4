"""Grid lines inside compounds, drawn."""

import numpy as np
import pytest
import shapely

from gis.geometry.crossing import fit_compounds, fit_grids
from gis.geometry.cuts import cut_lines, piece_shapes
from gis.geometry.layers import Layer
from tests.drawn import drawn, layer


def cut(compound: str | Layer, grids: str | Layer) -> shapely.Geometry:
    """Return the cut lines of the only compound."""
    one = drawn(compound) if isinstance(compound, str) else compound
    other = drawn(grids) if isinstance(grids, str) else grids
    return cut_lines(one, other, fit_compounds(one, other), np.array([0]))[0]


def test_the_line_between_two_grids():
    line = cut("..xx..\n..xx..", "AAABBB\nAAABBB")
    assert line.geom_type == "MultiLineString"
    assert line.equals(shapely.LineString([(300, 0), (300, 200)]))


def test_no_line_in_a_compound_inside_one_grid():
    assert cut("xx....", "AAABBB").is_empty


def test_three_grids_meet():
    line = cut(
        """..xx..
           ..xx..""",
        """AAABBB
           AAACCC""",
    )
    assert line.length == pytest.approx(300)
    assert len(line.geoms) == 3


def test_a_line_drawn_twice_comes_out_once():
    # A gap of 1 m and an overlap of 1 m between the two grids: one line, not two.
    compound = drawn("..xx..\n..xx..")
    gap = layer({"A": shapely.box(0, 0, 300, 200), "B": shapely.box(301, 0, 600, 200)})
    overlap = layer({"A": shapely.box(0, 0, 301, 200), "B": shapely.box(300, 0, 600, 200)})
    assert cut(compound, gap).length == pytest.approx(200)
    assert cut(compound, overlap).length == pytest.approx(200)


def test_noise_pieces_make_no_line():
    grids = layer(
        {
            "A": shapely.box(0, 0, 300, 200),
            "B": shapely.box(300, 0, 600, 200),
            "C": shapely.box(0, 200, 600, 400),
        }
    )
    line = cut(layer({"x": shapely.box(200, 0, 400, 202)}), grids)
    assert line.length == pytest.approx(200, abs=2.1)


def test_neighbouring_slivers_count_as_one_piece():
    grids = layer(
        {
            "A": shapely.box(0, 0, 300, 200),
            "B": shapely.box(300, 0, 304, 200),
            "C": shapely.box(304, 0, 600, 200),
        }
    )
    line = cut(layer({"x": shapely.box(100, 0, 308, 200)}), grids)
    assert line.equals(shapely.LineString([(300, 0), (300, 200)]))


def test_an_enclave_half_in_the_compound():
    line = cut(
        """.....
           xxx..
           .....""",
        """AAAAA
           ABBBA
           AAAAA""",
    )
    assert line.equals(shapely.LineString([(100, 100), (100, 200)]))


def test_a_compound_in_parts_that_no_line_cuts_has_none():
    assert cut("x....x", "AAABBB").is_empty


def test_lines_of_communities_inside_grids():
    grids, communities = drawn(".GG."), drawn("PPQQ")
    lines = cut_lines(grids, communities, fit_grids(grids, communities), np.array([0]))
    assert lines[0].equals(shapely.LineString([(200, 0), (200, 100)]))


def test_shapes_of_pieces_are_land_only():
    compounds = drawn(".xx..")
    grids = drawn("AABBC")
    shapes = piece_shapes(compounds, grids, np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert shapes[0].equals(shapely.box(100, 0, 200, 100))
    assert [s.area for s in shapes] == [10_000, 10_000, 0]
    assert {s.geom_type for s in shapes} <= {"Polygon", "MultiPolygon"}
