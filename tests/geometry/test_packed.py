"""Polygons read from their bytes are those that shapely reads; flags from packed layers are those of the shapes."""

import numpy as np
import pytest
import shapely

from gis.geometry.crossing import fit_compounds
from gis.geometry.edge_pairs import meeting_boxes
from gis.geometry.edge_tables import EdgeTable
from gis.geometry.edge_wkb import count_in_wkb
from gis.geometry.engine_edges import EdgeEngine
from gis.geometry.errors import InvalidShape
from gis.geometry.flags import flag_compounds
from gis.geometry.layers import Layer, Shapes
from gis.geometry.packed import PackedLayer, PackedShapes
from tests.benchmarks.city import make_city
from tests.geometry.test_engines import awkward, same


def packed(shapes: Shapes, **flavour: object) -> PackedShapes:
    stored = list(shapely.to_wkb(shapes, **flavour))
    ends = np.cumsum([0, *map(len, stored)]).astype(np.int64)
    return PackedShapes(np.frombuffer(b"".join(stored), dtype=np.uint8), ends)


def shapes_of_all_sorts() -> Shapes:
    rng = np.random.default_rng(11)
    return np.array([awkward(rng) for _n in range(200)], dtype=object)


@pytest.mark.parametrize("flavour", [{}, {"byte_order": 0}, {"include_srid": True}], ids=["plain", "big", "srid"])
def test_the_same_edges_as_of_shapes(flavour):
    shapes = shapes_of_all_sorts()
    one, other = EdgeTable.of(packed(shapes, **flavour)), EdgeTable.of(shapes)
    np.testing.assert_array_equal(one.xy, other.xy)
    np.testing.assert_array_equal(one.first, other.first)
    np.testing.assert_array_equal(one.turn, other.turn)
    np.testing.assert_array_equal(one.sizes.area_m2, other.sizes.area_m2)
    np.testing.assert_array_equal(one.sizes.boxes, other.sizes.boxes)


def test_heights_are_left_out():
    shapes = shapes_of_all_sorts()[:20]
    raised = shapely.force_3d(shapes, z=7.0)
    np.testing.assert_array_equal(EdgeTable.of(packed(raised)).xy, EdgeTable.of(shapes).xy)


def test_bytes_that_end_too_early_are_not_read():
    whole = packed(shapes_of_all_sorts()[:1])
    vertices, rings = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    assert count_in_wkb(whole.data, whole.first, vertices, rings)
    for end in range(whole.first[1]):
        assert not count_in_wkb(whole.data[:end], np.array([0, end]), vertices, rings)
    for position in range(min(120, len(whole.data))):
        for value in (0, 1, 3, 6, 255):
            spoilt = whole.data.copy()
            spoilt[position] = value
            count_in_wkb(spoilt, whole.first, vertices, rings)
            assert 16 * vertices[0] <= len(spoilt)


def test_flags_of_a_city_are_those_of_its_shapes():
    city = make_city(300, 180)
    layers = [PackedLayer(land.codes, packed(land.shapes), land.accuracy_m) for land in (city.compounds, city.grids)]
    expected = fit_compounds(city.compounds, city.grids, engine="geos", widths="material")
    for engine in ("edges", "geos"):
        same(flag_compounds(*layers, engine=engine), expected)
    assert [str(state) for state in expected.states].count("crossed") == (city.states == "crossed").sum()


def test_an_invalid_shape_is_named():
    bow_tie = np.array([shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])])
    whole = np.array([shapely.box(0, 0, 10, 5)])
    layers = [
        PackedLayer(np.array([code], dtype=object), packed(land)) for code, land in (("x", bow_tie), ("A", whole))
    ]
    with pytest.raises(InvalidShape, match="x"):
        flag_compounds(*layers, engine="geos")


@pytest.mark.parametrize("spread_m", [10.0, 1000.0, 100_000.0])
def test_pairs_are_those_of_a_tree(spread_m):
    rng = np.random.default_rng(2)
    for sizes in (5.0, 300.0):
        corners = rng.uniform(0, spread_m, (2, 300, 2)).round()
        boxes = np.concatenate([corners, corners + rng.exponential(sizes, (2, 300, 2)).round()], axis=2)
        boxes[1, 0] = -spread_m, -spread_m, 2 * spread_m, 2 * spread_m
        worth_it, subject, cell = meeting_boxes(boxes[0], boxes[1], 40.0)
        expected = shapely.STRtree(shapely.box(*boxes[1].T)).query(shapely.box(*boxes[0].T))
        if worth_it:
            assert sorted(zip(subject.tolist(), cell.tolist(), strict=True)) == sorted(map(tuple, expected.T.tolist()))
            assert (np.diff(subject) >= 0).all()


def test_cells_all_over_one_another_are_left_to_a_tree():
    cells = np.array([shapely.box(0, 0, 1000 + n, 1000) for n in range(200)])
    assert not meeting_boxes(shapely.bounds(cells), shapely.bounds(cells), 1.0)[0]
    layer = Layer(np.arange(200).astype(str).astype(object), cells)
    engine = EdgeEngine(layer.shapes, layer.shapes, tolerance_m=0.06)
    assert len(engine.overlay()) == 200 * 200
