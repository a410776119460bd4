"""Land as it really lies: enclaves, islands with links, edges, noise; from the map to the edits taken over."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.geometry.edits import apply_edit
from gis.geometry.ground import Ground
from gis.geometry.layers import District
from gis.geometry.partings import place_of_parting
from gis.geometry.tiling import Tiling, tiling_of
from gis.geometry.tiling_units import units_of_tiling
from gis.geometry.units import make_units
from gis.optimize.problem import Wishes
from gis.optimize.proposals import edits_of, solve_tiling
from gis.terms import Proof
from tests.drawn import as_shapes, drawn, layer, read_map
from tests.optimize.worlds import RULES, ground_of


def mended(ground: Ground, wishes: Wishes | None = None) -> Tiling:
    """Return the land after the best proposal was taken over as edits."""
    stand = units_of_tiling(tiling_of(make_units(ground)), ground)
    redraw = solve_tiling(stand, RULES, wishes=wishes or Wishes())
    assert redraw.proven
    after = stand.tiling
    for edit in edits_of(stand, redraw, new_codes=(), names={}):
        after = apply_edit(after, edit)
    assert shapely.coverage_is_valid(after.layer().shapes)
    return after


def grid_of(tiling: Tiling, compound: str) -> str:
    (grid,) = {tiling.grid_of[unit] for unit, code in tiling.compound_of.items() if code == compound}
    return grid


def test_a_compound_across_the_border_of_an_enclave() -> None:
    grids = "AAAAAA\nAAEEAA\nAAEEAA\nAAAAAA"
    compounds = "......\n.xxx..\n......\n......"
    after = mended(ground_of(grids, compounds, {"x": 60}))
    assert grid_of(after, "x") == "E"
    assert len(shapely.get_rings(after.shapes["A"])) == 2
    assert after.shapes["E"].area == pytest.approx(50_000)


def test_a_hole_that_nobody_claims_stays_a_hole() -> None:
    grids = "AAABBB\nAA..BB\nAAABBB"
    compounds = "..yyy.\n......\n......"
    after = mended(ground_of(grids, compounds, {"y": 30}))
    assert grid_of(after, "y") == "B"
    assert after.outline.area == pytest.approx(160_000)
    assert len(shapely.get_rings(after.outline)) == 2


ISLAND = "AAABB..CC\nAAABB..CC"
"""C lies on an island; q is on it, y is crossed on the main land."""
ISLAND_COMPOUNDS = "..yyy...q\n........."
BRIDGE = shapely.LineString([(480, 150), (720, 150)])


def test_an_island_can_join_a_grid_only_by_a_declared_link() -> None:
    homes = {"y": 30, "q": 20}
    without = ground_of(ISLAND, ISLAND_COMPOUNDS, homes, roads=[])
    linked = ground_of(ISLAND, ISLAND_COMPOUNDS, homes, roads=[], links=as_shapes([BRIDGE]))
    assert grid_of(mended(without), "y") == "B"
    stand = units_of_tiling(tiling_of(make_units(without)), without)
    island = {int(unit): "B" for unit in stand.tiling.units_in("C")}
    wishes = Wishes(pins=island, retire=1)
    assert solve_tiling(stand, RULES, wishes=wishes).outcomes[0].proof is Proof.INFEASIBLE
    after = mended(linked, wishes)
    assert grid_of(after, "q") == "B"
    assert after.shapes["B"].geom_type == "MultiPolygon"
    assert after.grids["C"].retired


APART = "AA.BB.CC\nAA.BB.CC\n........\nDD.EE.FF\nDD.EE.FF"
"""Every grid lies apart from every other: between them run 100 m that no grid holds, open to the outside."""


@pytest.mark.parametrize("claimed", [False, True])
def test_a_gap_in_the_layer_of_grids_is_no_reason_against_a_redraw(claimed: bool) -> None:
    """x lies on both sides of a gap: it goes whole to one grid, which then lies in two parts, as x does today."""
    ground = ground_of(APART, ".xxx....\n........\n........\n........\n......y.", {"x": 60, "y": 20})
    if claimed:
        whole = drawn("\n".join(["MMMMMMMM"] * 5))
        ground = replace(ground, district=replace(ground.district, communities=whole))
    units = make_units(ground)
    ((one, other),) = units.parted.tolist()
    width_m, place = place_of_parting(units.faces.shapes, units.faces.cell, (one, other))
    assert width_m == pytest.approx(100)
    assert (place.x, 400 <= place.y <= 500) == (pytest.approx(250), True)
    after = mended(ground)
    assert after.shapes[grid_of(after, "x")].geom_type == "MultiPolygon"
    assert after.divided() == []
    assert shapely.equals(after.shapes["F"], drawn(APART).shapes[5])
    assert after.outline.equals(tiling_of(units).outline)


@pytest.mark.parametrize("width_m", [0.5, 4.0])
def test_an_open_gap_no_wider_than_noise_is_filled_where_lines_close_it(width_m: float) -> None:
    grids = layer({"A": shapely.box(0, 0, 200, 200), "B": shapely.box(200 + width_m, 0, 400, 200)})
    walls = layer({"x": shapely.box(150, 50, 300, 120)})
    district = District(grids, walls, None, None, RULES)
    units = make_units(Ground(district, compound_households=np.array([40])))
    assert shapely.union_all(units.grid_layer().shapes).area == pytest.approx(80_000 - width_m * (200 - 70))
    assert not len(units.parted)
    after = mended(Ground(district, compound_households=np.array([40])))
    assert [after.shapes[code].geom_type for code in ("A", "B")] == ["Polygon", "Polygon"]


def test_parts_of_a_compound_with_another_s_land_between_are_joined_by_it() -> None:
    units = make_units(ground_of("AABB\nAABB", "x.x.\n....", {"x": 40}))
    assert not len(units.parted)


def test_a_compound_at_the_edge_of_its_community_stays_in_it() -> None:
    """y lies in A and B of community M, along the line to N; most of its neighbours' land is N's."""
    district = District(
        drawn("AABBCCC\nAABBCCC\nAABBCCC"),
        drawn(".......\n.yyy...\n......."),
        drawn("MMMMNNN\nMMMMNNN\nMMMMNNN"),
        rules=RULES,
    )
    after = mended(Ground(district, compound_households=np.array([40])))
    assert grid_of(after, "y") == "B"
    assert after.shapes["C"].equals(district.grids.shapes[2])


def test_a_compound_that_reaches_over_the_edge_by_noise_is_no_matter_of_the_community_line() -> None:
    walls = layer({"y": shapely.box(100, 100, 402, 200)})
    district = District(drawn("AABBCCC\nAABBCCC\nAABBCCC"), walls, drawn("MMMMNNN\nMMMMNNN\nMMMMNNN"), rules=RULES)
    after = mended(Ground(district, compound_households=np.array([40])))
    assert grid_of(after, "y") == "B"
    assert after.shapes["C"].area == pytest.approx(90_000, rel=1e-3)


@pytest.mark.parametrize("trembling_m", [0.2, 0.6])
def test_noise_on_every_line_of_every_layer(trembling_m: float) -> None:
    grids = read_map("AAABBB\nAAABBB\nCCCDDD\nCCCDDD")
    walls = read_map("x.....\n..yyy.\n.zz...\n.zz..w")
    shaken = [
        {
            code: shapely.transform(
                shapely.segmentize(shape, 40),
                lambda xy, i=i + shift: xy + trembling_m * np.sin(xy[:, ::-1] / 7 + i),
            )
            for i, (code, shape) in enumerate(shapes.items())
        }
        for shift, shapes in ((0, grids), (9, walls))
    ]
    ground = ground_of(layer(shaken[0]), layer(shaken[1]), {})
    after = mended(ground)
    assert (grid_of(after, "y"), grid_of(after, "z")) == ("B", "C")
    assert after.divided() == []


def test_a_community_with_one_grid_has_nothing_to_propose() -> None:
    ground = ground_of("AAA\nAAA", ".x.\n.x.", {"x": 20})
    tiling = tiling_of(make_units(ground))
    assert mended(ground).shapes["A"].equals(tiling.shapes["A"])


def test_a_compound_above_the_hard_maximum_holds_grids_of_its_own() -> None:
    """x has more households than a grid may have: it comes to hold A and B, and what else lay in them goes to C."""
    grids = "AABBCC\nAABBCC\nDDDDCC"
    compounds = "xxxx..\nxxx...\n.....v"
    after = mended(ground_of(grids, compounds, {"x": 210, "v": 30}, roads=[]))
    mine = {after.grid_of[unit] for unit, code in after.compound_of.items() if code == "x"}
    others = {after.grid_of[unit] for unit in after.grid_of if after.compound_of.get(unit) != "x"}
    assert len(mine) > 1
    assert not mine & others
