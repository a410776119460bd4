"""Units of drawn districts: one character 100 m, north up, every layer accurate to a metre."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.geometry.ground import Ground
from gis.geometry.layers import AuditRules, District, Homes, Layer
from gis.geometry.units import Units, make_units
from tests.drawn import as_shapes, drawn, layer, read_map

SMALL = AuditRules(min_households=10, max_households=100, hard_max_households=150)


def units_of(grids: Layer, compounds: Layer, **more: object) -> Units:
    """Return the units of drawn layers; `homes` as {(x, y): households}."""
    homes = more.pop("homes", None)
    points = Homes(shapely.points(list(homes)), np.array(list(homes.values()))) if homes else None  # type: ignore[call-overload]
    communities = more.pop("communities", None)
    district = District(grids, compounds, communities, points, SMALL)  # type: ignore[arg-type]
    return make_units(Ground(district, **more))  # type: ignore[arg-type]


def of_compound(units: Units, code: str) -> list[int]:
    return np.flatnonzero(units.compound == list(units.compounds.codes).index(code)).tolist()


def line(*xy: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(xy)


def assert_tiles(units: Units) -> None:
    """The units tile the grids' land: valid, no gap, no overlap, not a square millimetre lost."""
    shapes = units.shapes()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(units.grids.shapes)
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, abs=1e-6)
    assert shapely.coverage_union_all(shapes).symmetric_difference(whole).area < 1e-6


def test_a_crossed_compound_is_one_unit_with_a_share_in_both_grids() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    compounds = drawn("""......
                         .xxxx.""")
    units = units_of(grids, compounds, homes={(150, 50): 3, (350, 50): 4, (450, 50): 5})
    assert_tiles(units)
    (compound,) = of_compound(units, "x")
    assert units.crossed.tolist() == [True]
    assert units.households[compound] == 12
    assert units.grids.codes[units.grid[compound]] == "B"
    rows = units.shares.unit == compound
    assert units.shares.households[rows].tolist() == [3, 9]
    assert units.shares.area_m2[rows].tolist() == [20_000, 20_000]


def test_today_grids_come_back_as_they_were() -> None:
    grids = drawn("""AAABBB
                     ACCCBB""")
    units = units_of(
        grids,
        drawn(""".xx.y.
                                     .xx.y."""),
    )
    assert shapely.equals(units.grid_layer().shapes, grids.shapes).all()


def test_borders_know_their_length_and_how_much_of_it_is_road() -> None:
    grids = drawn("""AABB
                     AABB""")
    units = units_of(grids, drawn("x..."), roads=np.array([line((200, -50), (200, 100))], dtype=object))
    here, there = (int(np.flatnonzero((units.grid == g) & (units.compound < 0))[0]) for g in (0, 1))
    borders = units.unit_borders
    row = np.flatnonzero((borders.one == here) & (borders.other == there))
    assert borders.length_m[row] == pytest.approx([200])
    # The road ends half-way; a border segment counts as a whole by its middle, and the road's end is a vertex.
    assert borders.road_m[row] == pytest.approx([100])


def test_roads_cut_free_land_but_not_compounds() -> None:
    grids = drawn("""AAAA
                     AAAA""")
    road = np.array([line((0, 100), (400, 100)), line((150, 0), (150, 200))], dtype=object)
    units = units_of(
        grids,
        drawn("""....
                                     xx.."""),
        roads=road,
    )
    assert_tiles(units)
    assert len(of_compound(units, "x")) == 1
    assert np.count_nonzero(units.compound < 0) == 3


def test_without_roads_free_land_is_shared_out_among_compounds() -> None:
    grids = drawn("""AAAAAA
                     AAAAAA""")
    units = units_of(
        grids,
        drawn("""......
                                     x....y"""),
    )
    assert_tiles(units)
    free = units.shapes()[units.compound < 0]
    assert sorted(round(shape.centroid.x) for shape in free)[0] < 300 < sorted(round(s.centroid.x) for s in free)[-1]
    assert len(free) == 2


def test_a_sliver_joins_its_own_grid_and_the_grid_line_stays() -> None:
    """The compound's wall pokes 2 m over the grid line: noise. Nothing of B may become a piece of its own."""
    grids = drawn("""AAABBB
                     AAABBB""")
    wall = {"x": shapely.box(100, 0, 302, 100)}
    units = units_of(grids, layer(wall))
    assert_tiles(units)
    assert units.crossed.tolist() == [False]
    assert [units.grids.codes[g] for g in units.grid[of_compound(units, "x")]] == ["A"]
    assert shapely.equals(units.grid_layer().shapes, grids.shapes).all()
    assert units.area_m2.min() > 1000


def test_a_strip_between_wall_and_line_goes_with_the_compound() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    wall = {"x": shapely.box(100, 0, 298, 200)}
    units = units_of(grids, layer(wall))
    (compound,) = of_compound(units, "x")
    assert units.area_m2[compound] == pytest.approx(200 * 200)


def test_a_sliver_with_a_home_is_no_sliver() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    units = units_of(grids, layer({"x": shapely.box(100, 0, 304, 100)}), homes={(200, 50): 9, (302, 50): 1})
    assert units.crossed.tolist() == [True]
    (compound,) = of_compound(units, "x")
    assert units.households[compound] == 10


def test_noise_between_grids_is_filled_and_settled_once() -> None:
    """Two hands drew the line between A and B 1 m apart: a gap below, an overlap above."""
    one = shapely.Polygon([(0, 0), (299, 0), (301, 200), (0, 200)])
    other = shapely.Polygon([(300, 0), (600, 0), (600, 200), (300, 200)])
    units = units_of(
        layer({"A": one, "B": other}),
        drawn("""......
                                                             .x..y."""),
    )
    layer_now = units.grid_layer(units.grid)
    assert shapely.coverage_is_valid(layer_now.shapes)
    assert shapely.area(layer_now.shapes).sum() == pytest.approx(shapely.union_all(units.shapes()).area)
    assert (units.grid >= 0).all()
    assert shapely.union_all(layer_now.shapes).symmetric_difference(shapely.box(0, 0, 600, 200)).area < 60


def test_a_wide_gap_is_land_without_a_grid_where_a_community_claims_it() -> None:
    grids = drawn("""AAAA
                     A..A
                     AAAA""")
    without = units_of(
        grids,
        drawn("""x...
                                       ....
                                       ...."""),
    )
    assert (without.grid >= 0).all()
    claimed = units_of(
        grids,
        drawn("""x...
                                       ....
                                       ...."""),
        communities=drawn("""KKKK
                                                                      KKKK
                                                                      KKKK"""),
    )
    assert claimed.area_m2[claimed.grid < 0].tolist() == [20_000]


def test_a_hole_and_the_grid_in_it() -> None:
    grids = drawn("""AAAAA
                     ABBBA
                     AAAAA""")
    units = units_of(
        grids,
        drawn(""".....
                                     ..xx.
                                     ....."""),
    )
    assert_tiles(units)
    assert shapely.get_num_interior_rings(units.grid_layer().shapes[0]) == 1


def test_a_compound_in_two_parts_is_one_unit_of_two_cells() -> None:
    grids = drawn("""AAAAA
                     AAAAA""")
    units = units_of(
        grids,
        drawn(""".....
                                     x.x.."""),
    )
    (compound,) = of_compound(units, "x")
    assert np.count_nonzero(units.cell_unit == compound) == 2


def test_a_declared_link_joins_an_island() -> None:
    grids = layer({"A": shapely.union_all([shapely.box(0, 0, 300, 200), shapely.box(400, 0, 600, 200)])})
    compounds = drawn("""......
                         x....y""")
    apart = units_of(grids, compounds)
    assert apart.links.tolist() == []
    linked = units_of(grids, compounds, links=np.array([line((290, 100), (410, 100))], dtype=object))
    (pair,) = linked.links.tolist()
    sides = {bool(shapely.get_x(shapely.centroid(linked.shapes()[linked.cell_unit[cell]])) > 350) for cell in pair}
    assert sides == {True, False}


def test_a_compound_at_the_edge_of_the_district_reaches_outside() -> None:
    grids = drawn("""AAA.
                     AAA.""")
    units = units_of(
        grids,
        drawn("""....
                                     .xxx"""),
    )
    assert_tiles(units)
    (compound,) = of_compound(units, "x")
    assert units.area_m2[compound] == pytest.approx(20_000)


def test_a_compound_across_a_community_line_is_one_unit_in_each() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    communities = drawn("""KKKLLL
                           KKKLLL""")
    units = units_of(
        grids,
        drawn("""......
                                     .xxxx."""),
        communities=communities,
    )
    assert units.straddles.tolist() == [True]
    pair = of_compound(units, "x")
    assert [units.communities[c] for c in units.community[pair]] == ["K", "L"]


def test_community_comes_from_codes_where_no_layer_is_given() -> None:
    grids = drawn("""AB
                     AB""")
    grids = replace(grids, codes=np.array(["379912001002001", "379912001003001"], dtype=object))
    units = units_of(grids, drawn("x."))
    assert units.communities.tolist() == ["379912001002", "379912001003"]
    assert units.communities[units.grid_community].tolist() == units.communities.tolist()


def test_a_large_crossed_compound_is_cut_between_its_buildings() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    homes = {(x, y): 10 for x in (120, 220, 330, 440) for y in (30, 70, 130, 170)}
    compounds = drawn(""".xxxx.
                         .xxxx.""")
    units = units_of(grids, compounds, homes=homes)
    assert_tiles(units)
    parts = of_compound(units, "x")
    assert len(parts) > 2
    assert units.households[parts].sum() == 160
    assert set(units.households[parts]) <= {0, 10}
    whole = units_of(grids, compounds, homes=homes, whole=frozenset({"x"}))
    assert len(of_compound(whole, "x")) == 1


def test_a_compound_that_holds_whole_grids_is_a_unit_a_grid() -> None:
    grids = drawn("""ABBCCA
                     AAAAAA""")
    units = units_of(
        grids,
        drawn(""".xxxx.
                                     ......"""),
    )
    assert sorted(units.grids.codes[units.grid[of_compound(units, "x")]]) == ["B", "C"]


def test_without_homes_a_compound_spreads_its_own_total() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    units = units_of(
        grids,
        drawn("""......
                                     .xxx.."""),
        compound_households=np.array([30]),
    )
    (compound,) = of_compound(units, "x")
    rows = units.shares.unit == compound
    assert units.households[compound] == 30
    assert units.shares.households[rows].tolist() == [20, 10]


def test_compounds_that_overlap_go_together() -> None:
    grids = drawn("""AAABBB
                     AAABBB""")
    walls = {"x": shapely.box(100, 0, 350, 100), "y": shapely.box(310, 0, 450, 100)}
    units = units_of(grids, layer(walls))
    assert units.together.tolist() == [[of_compound(units, "x")[0], of_compound(units, "y")[0]]]


def test_households_that_stand_nowhere_are_told() -> None:
    units = units_of(drawn("AB"), drawn("x."), homes={(50, 50): 5, (900, 900): 7})
    assert (units.households.sum(), units.stray_households) == (5, 7)


def test_a_drawn_cut_divides_free_land() -> None:
    cut = np.array([line((150, -10), (150, 110))], dtype=object)
    units = units_of(drawn("AAAB"), layer(read_map("...x")), cuts=cut, roads=as_shapes([]))
    assert sorted(units.area_m2.tolist()) == [10_000, 15_000, 15_000]
