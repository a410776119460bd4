"""Gaps, overlaps and land outside on drawn maps; the check before publishing refuses each fault by name."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gis.geometry.errors import NotAPartition
from gis.geometry.layers import Layer, Shapes
from gis.geometry.partition import Patch, check_partition, find_flaws
from gis.geometry.partition_near import gaps_near, overlaps_of
from gis.geometry.segments import leftover_segments
from gis.terms import Clarity
from tests.drawn import as_shapes, drawn, read_map


def told(patches: list[Patch], layer: Layer) -> list[tuple[str, int]]:
    return [("".join(str(layer.codes[i]) for i in patch.subjects), round(patch.area_m2)) for patch in patches]


def parent_of(text: str) -> Shapes:
    return as_shapes([shapely.union_all(list(read_map(text).values()))])


TILED = """
    AABB
    AABB
    CCCC"""


def test_a_tiling_has_no_flaw_and_no_segment_left_over() -> None:
    grids = drawn(TILED)
    assert len(leftover_segments(grids.shapes, as_shapes([shapely.box(0, 0, 400, 300)]))) > 0  # other vertices
    square = as_shapes([shapely.coverage_union_all(grids.shapes)])
    assert len(leftover_segments(grids.shapes, square)) == 0
    for parents in (square, None):
        flaws = find_flaws(grids.shapes, parents)
        assert (flaws.gaps, flaws.overlaps, flaws.outside) == ([], [], [])


def test_vertices_on_one_side_only_are_no_flaw_of_the_land() -> None:
    flaws = find_flaws(drawn(TILED).shapes, as_shapes([shapely.box(0, 0, 400, 300)]))
    assert (flaws.gaps, flaws.overlaps, flaws.outside) == ([], [], [])


def test_land_of_the_parent_in_no_grid_is_a_gap_inside_and_at_the_rim() -> None:
    grids = drawn("""
        AABB
        A.B.
        CCCC""")
    flaws = find_flaws(grids.shapes, parent_of(TILED))
    assert told(flaws.gaps, grids) == [("ABC", 10_000), ("BC", 10_000)]
    assert [round(gap.width_m) for gap in flaws.gaps] == [100, 100]
    without = find_flaws(grids.shapes)
    assert told(without.gaps, grids) == [("ABC", 10_000)]


def test_an_enclave_of_the_parent_is_legal() -> None:
    text = """
        AAAA
        A..A
        AAAA"""
    assert find_flaws(drawn(text).shapes, parent_of(text)).gaps == []
    assert told(find_flaws(drawn(text).shapes).gaps, drawn(text)) == [("A", 20_000)]


def test_land_in_two_grids_is_an_overlap_of_the_pair() -> None:
    grids = drawn(TILED)
    shapes = grids.shapes.copy()
    shapes[0] = shapely.union(shapes[0], shapely.box(200, 100, 230, 200))
    flaws = find_flaws(shapes, parent_of(TILED))
    assert told(flaws.overlaps, grids) == [("AB", 3_000)]
    assert flaws.overlaps[0].width_m == pytest.approx(30, abs=0.1)
    assert flaws.outside == []


def test_one_layer_laid_over_another_overlaps_everywhere() -> None:
    """No pair of these has a segment without a partner, but for the outline."""
    one = read_map("""
        AABB
        AABB""")
    other = read_map("""
        CCCC
        DDDD""")
    flaws = find_flaws(as_shapes([*one.values(), *other.values()]), parent_of("AAAA\nAAAA"))
    assert [patch.subjects for patch in flaws.overlaps] == [(0, 2), (0, 3), (1, 2), (1, 3)]


def test_the_same_grid_twice_and_a_grid_within_a_grid_overlap() -> None:
    grids = drawn(TILED)
    twice = as_shapes([*grids.shapes, grids.shapes[0]])
    assert [patch.subjects for patch in find_flaws(twice).overlaps] == [(0, 3)]
    within = as_shapes([*grids.shapes, shapely.box(20, 120, 60, 160)])
    assert [(patch.subjects, round(patch.area_m2)) for patch in find_flaws(within).overlaps] == [((0, 3), 1_600)]


def test_land_beyond_the_parent_is_outside_and_an_overlap_beside_it_is_told_too() -> None:
    grids = drawn(TILED)
    shapes = as_shapes([*grids.shapes, shapely.box(350, 50, 450, 150)])
    flaws = find_flaws(shapes, parent_of(TILED))
    assert [(patch.subjects, round(patch.area_m2)) for patch in flaws.outside] == [((3,), 5_000)]
    assert sorted(patch.subjects for patch in flaws.overlaps) == [(1, 3), (2, 3)]


def test_parents_that_overlap_each_other_hide_nothing() -> None:
    parents = as_shapes([shapely.box(0, 0, 300, 300), shapely.box(200, 0, 400, 300)])
    grids = drawn("""
        AA.B
        AA.B
        CCCC""")
    assert told(find_flaws(grids.shapes, parents).gaps, grids) == [("ABC", 20_000)]


@pytest.mark.parametrize(("wide_m", "clarity"), [(4, Clarity.NOISE), (8, Clarity.DOUBTFUL), (10, Clarity.CLEAR)])
def test_a_flaw_is_classed_by_its_width_against_the_accuracy(wide_m: float, clarity: Clarity) -> None:
    shapes = as_shapes([shapely.box(0, 0, 100, 100), shapely.box(100 + wide_m, 0, 200, 100)])
    (gap,) = find_flaws(shapes, as_shapes([shapely.box(0, 0, 200, 100)]), noise_m=6, clear_m=9).gaps
    assert gap.clarity is clarity
    assert gap.width_m == pytest.approx(wide_m, abs=0.06)


offsets = st.tuples(st.integers(0, 3), st.integers(-60, 460), st.integers(-60, 360), st.integers(5, 150), st.booleans())


@settings(max_examples=150, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(offsets, min_size=1, max_size=4), st.booleans())
def test_flaws_add_up_whatever_was_edited(edits, with_parent) -> None:
    """Area by area: sum of grids − overlaps (by depth) − outside + gaps = parent."""
    shapes = drawn("""
        AABB
        AABB
        CCDD""").shapes.copy()
    for which, x, y, side, give in edits:
        patch = shapely.box(x, y, x + side, y + side)
        shapes[which] = (shapely.union if give else shapely.difference)(shapes[which], patch)
    shapes = shapes[shapely.area(shapes) > 1]
    parents = parent_of("AAAA\nAAAA\nAAAA") if with_parent else None
    flaws = find_flaws(shapes, parents)
    union = shapely.union_all(shapes)
    if parents is not None:
        assert sum(gap.area_m2 for gap in flaws.gaps) == pytest.approx(
            shapely.difference(parents[0], union).area, abs=0.1
        )
        assert sum(p.area_m2 for p in flaws.outside) >= shapely.difference(union, parents[0]).area - 0.1
    else:
        holes = [shapely.Polygon(hole) for part in shapely.get_parts(union) for hole in part.interiors]
        lost = shapely.difference(shapely.union_all(holes), union).area if holes else 0.0
        assert sum(gap.area_m2 for gap in flaws.gaps) == pytest.approx(lost, abs=0.1)
    every = [(i, j) for i in range(len(shapes)) for j in range(i + 1, len(shapes))]
    pairs = {(i, j): shapely.intersection(shapes[i], shapes[j]).area for i, j in every}
    assert {p.subjects: pytest.approx(p.area_m2, abs=0.01) for p in flaws.overlaps} == {
        pair: area for pair, area in pairs.items() if area >= 0.01
    }


def test_near_a_change_the_same_flaws_are_found() -> None:
    grids = drawn("""
        AABB
        A.BB
        CCCC""")
    tree, nothing = shapely.STRtree(grids.shapes), shapely.STRtree([])
    parents = parent_of(TILED)
    parent_tree = shapely.STRtree(parents)
    whole = find_flaws(grids.shapes, parents)
    touched = as_shapes([shapely.box(90, 90, 110, 110)])
    near = gaps_near(touched, grids.shapes, tree, parents, parent_tree, (6, 9))
    assert told(near, grids) == told(whole.gaps, grids)
    assert told(gaps_near(touched, grids.shapes, tree, None, nothing, (6, 9)), grids) == [("ABC", 10_000)]
    far = as_shapes([shapely.box(310, 210, 330, 230)])
    assert gaps_near(far, grids.shapes, tree, parents, parent_tree, (6, 9)) == []
    assert overlaps_of(grids.shapes, tree, np.arange(3), (6, 9)) == []


def test_a_tiling_may_be_published() -> None:
    layer = drawn(TILED)
    check_partition(layer, shapely.coverage_union_all(layer.shapes))
    ring = "AAB\nA.B\nAAB"
    check_partition(drawn(ring), shapely.coverage_union_all(drawn(ring).shapes))


@pytest.mark.parametrize(
    ("shape", "rule", "says"),
    [
        (shapely.Polygon([(0, 100), (200, 300), (200, 100), (0, 300)]), "partition.invalid", "A"),
        (shapely.box(0, 100, 230, 300), "partition.overlap", "A、B重叠 6000.00 m²"),
        (shapely.box(0, 100, 170, 300), "partition.gap", "6000.00 m²"),
        (shapely.box(-30, 100, 200, 300), "partition.outside", "A有 6000.00 m²"),
    ],
)
def test_what_does_not_tile_may_not_be_published(shape: shapely.Polygon, rule: str, says: str) -> None:
    layer = drawn(TILED)
    shapes = layer.shapes.copy()
    shapes[0] = shape
    with pytest.raises(NotAPartition) as refusal:
        check_partition(replace(layer, shapes=shapes), parent_of(TILED)[0], parent_name="浮山社区")
    assert refusal.value.rule == rule
    assert says in refusal.value.message


def test_a_public_edge_with_a_vertex_on_one_side_only_may_not_be_published() -> None:
    layer = drawn("""
        AABB
        AABB""")
    shapes = layer.shapes.copy()
    shapes[1] = shapely.Polygon([(200, 0), (400, 0), (400, 200), (200, 200), (200, 120)])
    with pytest.raises(NotAPartition) as refusal:
        check_partition(replace(layer, shapes=shapes), shapely.box(0, 0, 400, 200))
    assert refusal.value.rule == "partition.not_noded"
