"""What is drawn anew meets what stays at the very same vertices."""

import numpy as np
import shapely
from shapely import Polygon, box

from gis.geometry.seams import fitted


def shapes(*polygons):
    made = np.empty(len(polygons), dtype=object)
    made[:] = polygons
    return made


def test_vertices_that_noding_moved_go_back():
    stays = shapes(box(100, 0, 200, 100))
    drawn = shapes(Polygon([(0, 0), (100.0004, 0.0003), (99.9996, 100), (0, 100)]))
    (made,) = fitted(drawn, stays)
    assert made.equals(box(0, 0, 100, 100))
    assert not len(shapely.get_parts(shapely.coverage_invalid_edges(shapes(made, stays[0])))[0].coords)


def test_a_vertex_that_noding_put_into_a_neighbours_border_is_left_out():
    stays = shapes(box(100, 0, 200, 100))
    drawn = shapes(Polygon([(0, 0), (100, 0), (100.0005, 40), (100, 100), (0, 100)]))
    (made,) = fitted(drawn, stays)
    assert shapely.get_num_coordinates(made) == 5
    assert made.equals(box(0, 0, 100, 100))


def test_a_corner_between_two_drawn_grids_stays():
    stays = shapes(box(100, 0, 200, 100))
    drawn = shapes(box(0, 0, 100, 40), box(0, 40, 100, 100))
    made = fitted(drawn, stays)
    assert [shape.equals(old) for shape, old in zip(made, drawn, strict=True)] == [True, True]
    assert shapely.coverage_is_valid(made)


def test_a_hole_and_several_parts_are_kept():
    island = shapely.MultiPolygon([box(0, 0, 100, 100).difference(box(40, 40, 60, 60)), box(300, 0, 310, 10)])
    (made,) = fitted(shapes(island), shapes(box(100, 0, 200, 100), box(40, 40, 60, 60)))
    assert made.equals(island)


def test_nothing_beside_it_leaves_it_alone():
    drawn = shapes(box(0, 0, 1, 1))
    assert fitted(drawn, shapes()) is drawn
    assert len(fitted(shapes(), drawn)) == 0


def test_a_fit_that_would_break_a_shape_is_not_made():
    # Both ends of a neck a millimetre wide would fall on one vertex of the neighbour.
    drawn = shapes(Polygon([(0, 0), (50, 0), (50.0, 49.9995), (90, 50), (50, 50.0005), (50, 100), (0, 100)]))
    (made,) = fitted(drawn, shapes(Polygon([(50, 50), (90, 49), (90, 51)])))
    assert made.is_valid
