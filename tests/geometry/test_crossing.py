"""Every way in which a compound can sit among grids, drawn."""

import numpy as np
import pytest
import shapely

from gis.geometry.crossing import Fits, fit_compounds
from gis.geometry.layers import Homes, Layer
from gis.terms import Clarity, Fit
from tests.drawn import as_shapes, drawn, layer, read_map

pytestmark = pytest.mark.parametrize("engine", ["geos", "edges"])


def fit(compound: str | Layer, grids: str | Layer, engine: str, **options: object) -> Fits:
    """Judge drawn compounds among drawn grids."""
    one = drawn(compound) if isinstance(compound, str) else compound
    other = drawn(grids) if isinstance(grids, str) else grids
    return fit_compounds(one, other, engine=engine, **options)


def only(fits: Fits) -> tuple[Fit, Clarity]:
    """Return the verdict on the only compound."""
    assert len(fits.states) == 1
    return fits.states[0], fits.clarity[0]


def home_at(*places: tuple[float, float], households: int = 10) -> Homes:
    """Return home points with equal households."""
    return Homes(shapely.points(np.array(places)), np.full(len(places), households))


def test_a_grid_line_runs_through_it(engine):
    fits = fit(
        """......
           ..xx..""",
        """AAABBB
           AAABBB""",
        engine,
    )
    assert only(fits) == (Fit.CROSSED, Clarity.CLEAR)
    assert fits.pieces.area_m2.tolist() == [10_000, 10_000]
    assert fits.pieces.material.all()
    assert fits.crossing_width_m[0] == pytest.approx(100, rel=0.01)
    assert fits.pieces.width_m == pytest.approx([100, 100], rel=0.01)
    assert fits.home[0] == 0


def test_it_lies_inside_one_grid(engine):
    fits = fit(
        """x.....
           xx....""",
        """AAABBB
           AAABBB""",
        engine,
    )
    assert only(fits) == (Fit.INSIDE, Clarity.CLEAR)
    assert fits.pieces.share.tolist() == [1.0]
    assert fits.uncovered_m2[0] == 0
    assert fits.crossing_width_m[0] == 0


def test_touching_a_second_grid_is_no_overlap(engine):
    fits = fit("..x...", "AAABBB", engine)
    assert only(fits) == (Fit.INSIDE, Clarity.CLEAR)
    assert len(fits.pieces) == 1


def test_a_compound_equal_to_its_grid_is_inside(engine):
    fits = fit("xxx...", "AAABBB", engine)
    assert only(fits) == (Fit.INSIDE, Clarity.CLEAR)


def test_it_holds_two_whole_grids(engine):
    fits = fit(
        """.xxxx.
           .xxxx.""",
        """CAABBD
           CAABBD""",
        engine,
    )
    assert only(fits) == (Fit.HOLDS, Clarity.CLEAR)


def test_it_holds_a_whole_grid_and_the_line_of_another_runs_through_it(engine):
    assert only(fit(".xxxx.", "AABBCC", engine)) == (Fit.CROSSED, Clarity.CLEAR)


def test_a_grid_enclosed_in_the_compounds_grid_is_crossed_when_half_in_it(engine):
    grids = """AAAAA
               ABBBA
               AAAAA"""
    assert only(fit(".....\nxxx..\n.....", grids, engine)) == (Fit.CROSSED, Clarity.CLEAR)
    assert only(fit(".....\n.xxx.\n.....", grids, engine)) == (Fit.INSIDE, Clarity.CLEAR)


def test_a_compound_that_holds_one_whole_grid_within_a_larger_one_is_crossed_by_the_larger(engine):
    # Grid A has land inside the compound and outside it; B is held whole.
    fits = fit(
        """.......
           .xxxxx.
           .xxxxx.
           .xxxxx.
           .......""",
        """AAAAAAA
           AAAAAAA
           AAABAAA
           AAAAAAA
           AAAAAAA""",
        engine,
    )
    assert only(fits) == (Fit.CROSSED, Clarity.CLEAR)


def test_a_compound_with_a_courtyard_that_another_grid_fills(engine):
    compound = """xxx
                  x.x
                  xxx"""
    grids = """AAA
               ABA
               AAA"""
    fits = fit(compound, grids, engine)
    assert only(fits) == (Fit.INSIDE, Clarity.CLEAR)
    assert len(fits.pieces) == 1


def test_a_compound_in_the_hole_of_a_grid_without_enclave_has_no_grid(engine):
    fits = fit("...\n.x.\n...", "AAA\nA.A\nAAA", engine)
    assert only(fits) == (Fit.UNCOVERED, Clarity.CLEAR)
    assert fits.home[0] == -1
    assert fits.uncovered_m2[0] == 10_000
    assert fits.uncovered_width_m[0] == pytest.approx(100, rel=0.01)
    assert len(fits.pieces) == 0


def test_partly_in_one_grid_and_the_rest_in_none_is_uncovered(engine):
    fits = fit("..xx.", "AAA..", engine)
    assert only(fits) == (Fit.UNCOVERED, Clarity.CLEAR)
    assert fits.uncovered_m2[0] == 10_000
    assert fits.home[0] == 0


def test_crossed_wins_over_uncovered(engine):
    fits = fit(".xxx.", "AAB..", engine)
    assert only(fits) == (Fit.CROSSED, Clarity.CLEAR)
    assert fits.uncovered_m2[0] == 10_000


def test_far_from_every_grid(engine):
    fits = fit(layer({"x": shapely.box(9000, 0, 9100, 100)}), "AB", engine)
    assert only(fits) == (Fit.UNCOVERED, Clarity.CLEAR)
    assert fits.uncovered_m2[0] == pytest.approx(10_000)


def test_parts_of_one_compound_in_two_grids(engine):
    assert only(fit("x....x", "AAABBB", engine)) == (Fit.CROSSED, Clarity.CLEAR)
    assert only(fit("x.x...", "AAABBB", engine)) == (Fit.INSIDE, Clarity.CLEAR)


def test_a_grid_in_two_parts_covers_a_compound_in_two_parts(engine):
    assert only(fit("x....x", "AABBAA", engine)) == (Fit.INSIDE, Clarity.CLEAR)


def test_one_part_inside_and_one_in_no_grid(engine):
    fits = fit("x...x", "AAA..", engine)
    assert only(fits) == (Fit.UNCOVERED, Clarity.CLEAR)
    assert fits.uncovered_m2[0] == 10_000


def test_overlapping_grids_leave_the_compound_crossed_by_the_one_whose_line_runs_in_it(engine):
    grids = layer({"A": shapely.box(0, 0, 400, 100), "B": shapely.box(200, 0, 600, 100)})
    fits = fit("xxx...", grids, engine)
    assert only(fits) == (Fit.CROSSED, Clarity.CLEAR)
    assert fits.pieces.area_m2.tolist() == [30_000, 10_000]
    assert fits.uncovered_m2[0] == 0


def test_overlapping_grids_do_not_hide_land_in_no_grid(engine):
    # A and B overlap by as much as they leave open: their areas add up to the compound's.
    grids = layer({"A": shapely.box(0, 0, 200, 100), "B": shapely.box(100, 0, 300, 100)})
    fits = fit("xxxx", grids, engine)
    assert fits.uncovered_m2[0] == pytest.approx(10_000)
    assert fits.states[0] is Fit.CROSSED or fits.states[0] is Fit.UNCOVERED


def test_twice_the_same_grid_is_still_inside(engine):
    grids = layer({"A": shapely.box(0, 0, 300, 300), "B": shapely.box(0, 0, 300, 300)})
    assert only(fit(layer({"x": shapely.box(50, 50, 150, 150)}), grids, engine))[0] is Fit.INSIDE


@pytest.mark.parametrize(
    ("strip_m", "state", "clarity"),
    [
        (0.5, Fit.INSIDE, Clarity.NOISE),
        (4.0, Fit.INSIDE, Clarity.NOISE),
        (5.0, Fit.INSIDE, Clarity.DOUBTFUL),
        (7.0, Fit.CROSSED, Clarity.DOUBTFUL),
        (10.0, Fit.CROSSED, Clarity.CLEAR),
    ],
)
def test_the_width_of_the_second_piece_decides(engine, strip_m, state, clarity):
    # Accuracy 1 m: noise up to 6 m, clear above 9 m.
    compound = layer({"x": shapely.box(100, 0, 300 + strip_m, 200)})
    fits = fit(compound, "AAABBB\nAAABBB", engine)
    assert only(fits) == (state, clarity)
    assert fits.pieces.width_m[1] == pytest.approx(strip_m, abs=0.07)
    assert fits.pieces.material.tolist() == [True, state is Fit.CROSSED]
    if state is Fit.CROSSED:
        assert fits.crossing_width_m[0] == pytest.approx(strip_m, abs=0.07)


def test_the_coarser_layer_decides_what_is_noise(engine):
    compound = layer({"x": shapely.box(100, 0, 310, 200)}, accuracy_m=0.3)
    coarse = drawn("AAABBB\nAAABBB", accuracy_m=2.0)
    assert only(fit(compound, coarse, engine)) == (Fit.INSIDE, Clarity.DOUBTFUL)


def test_a_long_sliver_of_much_land_is_still_noise(engine):
    compound = layer({"x": shapely.box(100, 0, 304, 3000)})
    grids = layer({"A": shapely.box(0, 0, 300, 3000), "B": shapely.box(300, 0, 600, 3000)})
    fits = fit(compound, grids, engine)
    assert fits.pieces.area_m2[1] == pytest.approx(12_000)
    assert only(fits) == (Fit.INSIDE, Clarity.NOISE)


def test_neighbouring_slivers_are_judged_together(engine):
    # The compound reaches 8 m beyond A, into two grids of 4 m width each: neither piece is material, both together are.
    grids = layer(
        {
            "A": shapely.box(0, 0, 300, 200),
            "B": shapely.box(300, 0, 304, 200),
            "C": shapely.box(304, 0, 600, 200),
        }
    )
    fits = fit(layer({"x": shapely.box(100, 0, 308, 200)}), grids, engine)
    assert fits.pieces.material.tolist() == [True, False, False]
    assert only(fits) == (Fit.CROSSED, Clarity.DOUBTFUL)
    assert fits.crossing_width_m[0] == pytest.approx(8, abs=0.07)


def test_a_sliver_beside_a_gap_is_doubtful(engine):
    grids = layer({"A": shapely.box(0, 0, 300, 200), "B": shapely.box(300, 0, 304, 200)})
    fits = fit(layer({"x": shapely.box(100, 0, 308, 200)}), grids, engine)
    assert only(fits) == (Fit.INSIDE, Clarity.DOUBTFUL)


def test_a_grid_reaching_a_hair_out_of_the_compound_is_held_whole(engine):
    grids = layer(
        {
            "A": shapely.box(0, 0, 300, 200),
            "B": shapely.box(300, 0, 603, 200),
            "C": shapely.box(603, 0, 900, 200),
        }
    )
    fits = fit(layer({"x": shapely.box(0, 0, 600, 200)}), grids, engine)
    assert only(fits) == (Fit.HOLDS, Clarity.CLEAR)


def test_a_building_makes_a_narrow_piece_material(engine):
    compound = layer({"x": shapely.box(100, 0, 302, 200)})
    fits = fit(compound, "AAABBB\nAAABBB", engine, homes=home_at((150, 50), (301, 50)))
    assert only(fits) == (Fit.CROSSED, Clarity.DOUBTFUL)
    assert fits.pieces.households.tolist() == [10, 10]
    assert fits.pieces.material.tolist() == [True, True]
    assert fits.crossing_width_m[0] == pytest.approx(2, abs=0.07)


def test_a_building_on_the_line_belongs_to_the_home_grid_only(engine):
    compound = layer({"x": shapely.box(100, 0, 302, 200)})
    fits = fit(compound, "AAABBB\nAAABBB", engine, homes=home_at((300, 50)))
    assert only(fits) == (Fit.INSIDE, Clarity.NOISE)
    assert fits.pieces.households.tolist() == [10, 0]
    mirrored = layer({"B": shapely.box(300, 0, 600, 200), "A": shapely.box(0, 0, 300, 200)})
    assert fit(compound, mirrored, engine, homes=home_at((300, 50))).pieces.households.tolist() == [10, 0]


def test_a_building_in_no_grid_leaves_the_compound_uncovered(engine):
    compound = layer({"x": shapely.box(100, 0, 302, 200)})
    fits = fit(compound, "AAA\nAAA", engine, homes=home_at((301, 50)))
    assert only(fits) == (Fit.UNCOVERED, Clarity.DOUBTFUL)


def test_a_neighbours_building_beyond_the_wall_is_not_the_compounds(engine):
    compounds = layer({"x": shapely.box(100, 0, 302, 200), "y": shapely.box(302, 0, 500, 200)})
    fits = fit(compounds, "AAABBB\nAAABBB", engine, homes=home_at((303, 50), (302, 20)))
    # The point on the wall between x and y belongs to x, the first: it stands in grid B.
    assert fits.states.tolist() == [Fit.CROSSED, Fit.INSIDE]
    fits = fit(compounds, "AAABBB\nAAABBB", engine, homes=home_at((303, 50)))
    assert fits.states.tolist() == [Fit.INSIDE, Fit.INSIDE]


def test_a_compound_too_small_to_judge_sits_in_its_home_grid(engine):
    grids = drawn("AAABBB")
    small = layer({"x": shapely.box(297, 10, 301, 14)})
    assert only(fit(small, grids, engine)) == (Fit.INSIDE, Clarity.DOUBTFUL)
    nearly_inside = layer({"x": shapely.box(296.2, 10, 300.2, 14)})
    assert only(fit(nearly_inside, grids, engine)) == (Fit.INSIDE, Clarity.NOISE)
    alone = layer({"x": shapely.box(290, 10, 294, 14)})
    assert only(fit(alone, grids, engine)) == (Fit.INSIDE, Clarity.CLEAR)
    outside = layer({"x": shapely.box(599, 10, 603, 14)})
    assert only(fit(outside, grids, engine)) == (Fit.UNCOVERED, Clarity.DOUBTFUL)


def test_rounding_is_not_land(engine):
    compound = layer({"x": shapely.box(100, 0, 300 + 1e-9, 200)})
    fits = fit(compound, "AAABBB\nAAABBB", engine)
    assert only(fits) == (Fit.INSIDE, Clarity.CLEAR)
    assert len(fits.pieces) == 1


def test_three_grids_meet_inside(engine):
    fits = fit(
        """......
           ..xx..
           ..xx..
           ......""",
        """AAABBB
           AAABBB
           AAACCC
           AAACCC""",
        engine,
    )
    assert only(fits) == (Fit.CROSSED, Clarity.CLEAR)
    assert fits.pieces.cell.tolist() == [0, 1, 2]
    assert fits.pieces.share.tolist() == [0.5, 0.25, 0.25]


def test_pieces_are_in_order_and_found_by_subject(engine):
    fits = fit("xxyyyy", "AAABBB", engine)
    assert fits.pieces.subject.tolist() == [0, 1, 1]
    assert fits.pieces.rows_of(1) == slice(1, 3)
    assert fits.pieces.share.tolist() == [1.0, 0.75, 0.25]
    assert len(fits.pieces) == 3


def test_speed_mode_gives_the_same_verdicts(engine):
    compounds, grids = "xxyyyy\nxx.zzz", "AAABBB\nAAACCC"
    full = fit(compounds, grids, engine, widths="all")
    quick = fit(compounds, grids, engine, widths="material")
    assert quick.states.tolist() == full.states.tolist()
    assert quick.clarity.tolist() == full.clarity.tolist()
    assert quick.pieces.material.tolist() == full.pieces.material.tolist()
    assert (quick.pieces.width_m[full.pieces.material] <= full.pieces.width_m[full.pieces.material] + 0.07).all()


def test_empty_layers_give_empty_answers(engine):
    nothing = Layer(np.empty(0, dtype=object), as_shapes([]))
    assert len(fit(nothing, "AB", engine).states) == 0
    fits = fit("x", nothing, engine)
    assert only(fits) == (Fit.UNCOVERED, Clarity.CLEAR)
    assert read_map("x")["x"].area == fits.uncovered_m2[0]
