"""The demonstration district has the reference district's numbers and tiles its territory exactly."""

from collections import Counter

import numpy as np
import pytest
import shapely

from gis.ingest.demo.cities import tiles_of
from gis.ingest.demo.coded import coded, numbered
from gis.ingest.demo.district import make_plan
from gis.ingest.demo.estates import COUNTS, shared_out
from gis.ingest.demo.noise import digitised
from gis.terms import CompoundKind, GridKind, LayerKind, Management, RoadRank, StationKind
from tests.ingest.demo_plans import district_of, homes_of

COUNT = {
    LayerKind.DISTRICT: 1,
    LayerKind.STREET: 5,
    LayerKind.COMMUNITY: 45,
    LayerKind.GRID: 497,
    LayerKind.COMPOUND: 318,
    LayerKind.STATION: 138,
    LayerKind.OFFICE: 45,
}


def test_numbers_of_the_reference_district() -> None:
    district = district_of(1)
    assert {kind: len(district.layers[kind].shapes) for kind in COUNT} == COUNT
    compounds = district.layers[LayerKind.COMPOUND].columns
    per_community = Counter(compounds["parent"])
    assert len(per_community) == 45
    assert sum(count > 10 for count in per_community.values()) == 11
    assert max(per_community.values()) == 23 == max(COUNTS)
    modes = Counter(compounds["management"])
    assert (modes[Management.OWNERS.label], modes[Management.WIDE.label]) == (5, 6)
    assert {CompoundKind.UNKNOWN.label, *compounds["kind"]} == {kind.label for kind in CompoundKind}
    assert set(district.layers[LayerKind.GRID].columns["kind"]) == {GridKind.ORDINARY.label, GridKind.EXCLUSIVE.label}
    assert set(district.layers[LayerKind.STATION].columns["kind"]) == {kind.label for kind in StationKind}
    assert set(district.layers[LayerKind.ROAD].columns["rank"]) == {rank.label for rank in RoadRank}


def test_households_of_the_reference_district() -> None:
    district = district_of(1)
    homes = homes_of(district)
    assert round(homes.households.sum() * 2.7) == pytest.approx(268_000, abs=100)
    home, community = shapely.STRtree(district.layers[LayerKind.COMMUNITY].shapes).query(homes.points, "intersects")
    households = np.bincount(community, weights=homes.households[home], minlength=45)
    assert (households > 3000).sum() == 16
    assert (households > 6000).sum() == 3
    assert (households * 2.7 > 10_000).sum() == 5
    buildings, compounds = district.layers[LayerKind.BUILDING].columns, district.layers[LayerKind.COMPOUND].columns
    lived: Counter[str] = Counter()
    for parent, count in zip(buildings["parent"], buildings["households"], strict=True):
        lived[parent] += count
    assert [lived[code] for code in compounds["code"]] == compounds["households"]


@pytest.mark.parametrize("seed", [1, 2])
def test_grids_tile_communities_tile_streets_tile_the_district(seed: int) -> None:
    layers = district_of(seed).layers
    whole = layers[LayerKind.DISTRICT].shapes[0]
    for kind in (LayerKind.STREET, LayerKind.COMMUNITY, LayerKind.GRID):
        shapes = layers[kind].shapes
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        union = shapely.coverage_union_all(shapes)
        assert shapely.equals(shapely.normalize(union), shapely.normalize(whole))
        assert shapely.area(shapes).sum() == pytest.approx(whole.area, abs=1e-3)
    assert not shapely.get_num_interior_rings(shapely.get_parts(whole)).any()


def test_codes_stand_in_the_tree() -> None:
    layers = district_of(1).layers
    for kind, parent, digits in (
        (LayerKind.STREET, LayerKind.DISTRICT, 9),
        (LayerKind.COMMUNITY, LayerKind.STREET, 12),
        (LayerKind.GRID, LayerKind.COMMUNITY, 15),
    ):
        codes = layers[kind].codes
        assert len(set(codes)) == len(codes)
        assert {len(code) for code in codes} == {digits}
        for code, above in zip(codes, layers[kind].columns["parent"], strict=True):
            assert code.startswith(above)
            assert above in layers[parent].codes
    for kind, layer in layers.items():
        assert len(set(layer.codes)) == len(layer.codes), kind
        assert {len(values) for values in layer.columns.values()} == {len(layer.shapes)}


def test_buildings_stand_clear_of_walls_and_of_each_other() -> None:
    district = district_of(1, 0.0)
    buildings, compounds = district.layers[LayerKind.BUILDING], district.layers[LayerKind.COMPOUND]
    wall = dict(zip(compounds.codes, compounds.shapes, strict=True))
    spots = shapely.point_on_surface(buildings.shapes)
    for spot, shape, parent in zip(spots, buildings.shapes, buildings.columns["parent"], strict=True):
        if parent:
            assert wall[parent].contains(shape)
            assert spot.distance(wall[parent].exterior) >= 15.9
    left, right = shapely.STRtree(buildings.shapes).query(buildings.shapes, "intersects")
    assert (left != right).sum() < 0.01 * len(spots)


def test_the_same_seed_makes_the_same_district() -> None:
    again = coded(make_plan(1), 1, 0.3)
    for kind, layer in district_of(1).layers.items():
        assert (shapely.to_wkb(layer.shapes) == shapely.to_wkb(again.layers[kind].shapes)).all(), kind
        assert layer.columns == again.layers[kind].columns
    assert district_of(1).truth == again.truth
    other = district_of(2).layers[LayerKind.GRID].shapes
    assert not shapely.equals(other[0], again.layers[LayerKind.GRID].shapes[0])


def test_noise_is_bounded_and_leaves_valid_shapes() -> None:
    square = shapely.segmentize(shapely.box(0, 0, 300, 200), 12)
    for noise_m in (0.3, 3.0):
        drawn = digitised(np.array([square] * 50), noise_m, np.random.default_rng(5))
        assert shapely.is_valid(drawn).all()
        off_m = shapely.hausdorff_distance(drawn, square)
        assert off_m.max() <= 3 * noise_m + 0.01
        assert off_m.mean() > noise_m
    assert shapely.equals_exact(digitised(np.array([square]), 0.0, np.random.default_rng(5))[0], square)


def test_shares_are_whole_and_add_up() -> None:
    assert shared_out(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert shared_out(100, np.array([0.0, 3.0, 1.0]), least=20).tolist() == [20, 50, 30]
    assert shared_out(7, np.array([])).tolist() == []


def test_children_are_numbered_from_north_to_south_and_west_to_east() -> None:
    xy = np.array([[900.0, 1000.0], [100.0, 1000.0], [500.0, 100.0], [0.0, 0.0]])
    assert numbered(["37A", "37A", "37A", "37B"], xy, 3, 300) == ["37A002", "37A001", "37A003", "37B001"]


def test_districts_of_a_city_have_own_codes_and_own_ground() -> None:
    for size, count in (("M", 101), ("L", 2012)):
        tiles = tiles_of(size)
        assert len({tile.code for tile in tiles}) == count
        assert len({tuple(tile.middle) for tile in tiles}) == count
