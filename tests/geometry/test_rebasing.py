"""A log of edits on another base: made again where the land is the same, else refused with the place."""

import pytest
import shapely

from gis.geometry.edit_kinds import (
    ApplyProposal,
    AssignUnits,
    CutGrid,
    CutUnit,
    DivideCompound,
    Edit,
    MergeGrids,
    NewGrid,
    RedrawBorder,
    RenameGrid,
    RetireGrid,
)
from gis.geometry.edit_log import replay
from gis.geometry.edits import apply_edit
from gis.geometry.errors import WrongEdit
from gis.geometry.rebasing import rebase
from gis.geometry.tiling import Tiling, tiling_of
from tests.drawn import layer, read_map
from tests.optimize.worlds import world

GRIDS = """
    AAAABBBB
    AAAABBBB
    CCCCDDDD
    CCEEDDDD"""
COMPOUNDS = """
    xx......
    ..yyyyy.
    zz......
    ....ww.."""
ROADS = [shapely.LineString([(0, 250), (800, 250)]), shapely.LineString([(0, 110), (800, 110)])]
TOLERANCE_M = 1.0


def base(grids: str = GRIDS, compounds: str = COMPOUNDS, roads: list[shapely.LineString] = ROADS) -> Tiling:
    return tiling_of(world(grids, compounds, roads=roads))


def unit(tiling: Tiling, compound: str) -> int:
    return next(unit for unit, code in tiling.compound_of.items() if code == compound)


def land(tiling: Tiling) -> dict[str, float]:
    return {code: round(shape.area, 3) for code, shape in tiling.shapes.items()}


def work(tiling: Tiling) -> list[Edit]:
    """Return some work of an officer in the north of the map."""
    cut = CutGrid("B", ((650.0, 190.0), (650.0, 410.0)), "N", "新")
    return [
        AssignUnits((unit(tiling, "y"),), "B"),
        cut,
        RenameGrid("A", "海晏"),
        MergeGrids(("E",), "C"),
    ]


def refused(old: Tiling, new: Tiling, edits: list[Edit]) -> WrongEdit:
    with pytest.raises(WrongEdit) as refusal:
        rebase(old, new, edits, TOLERANCE_M)
    return refusal.value


def test_on_the_same_base_nothing_changes() -> None:
    tiling = base()
    edits, after = rebase(tiling, tiling, work(tiling), TOLERANCE_M)
    assert edits == work(tiling)
    assert land(after) == land(replay(tiling, work(tiling)))


def test_land_that_changed_elsewhere_does_not_matter_but_numbers_do() -> None:
    """The south-east was redrawn meanwhile: other faces, other numbers, the same land in the north."""
    old = base()
    new = base(GRIDS.replace("CCCCDDDD", "CCCCCDDD"), COMPOUNDS.replace("....ww..", "v...ww.."))
    assert unit(old, "y") != unit(new, "y")
    edits, after = rebase(old, new, work(old), TOLERANCE_M)
    assert edits == work(new)
    assert land(after)["B"] == land(replay(old, work(old)))["B"]
    assert land(after)["D"] == 70_000


def test_a_road_that_divides_a_unit_now_gives_two_for_one() -> None:
    old, new = base(), base(roads=[*ROADS, shapely.LineString([(0, 30), (800, 30)])])
    south = next(u for u in old.units_in("D") if u not in old.compound_of and old.shape_of(u).bounds[1] == 0)
    edits, after = rebase(old, new, [AssignUnits((south,), "E")], TOLERANCE_M)
    (edit,) = edits
    assert isinstance(edit, AssignUnits)
    assert len(edit.units) == 2
    assert land(after) == land(apply_edit(old, AssignUnits((south,), "E")))
    assert refused(old, new, [CutUnit(south, ((700.0, -10.0), (700.0, 300.0)))]).rule == "rebase.unit_changed"


def test_noise_on_a_line_is_the_same_land() -> None:
    shapes = read_map(GRIDS)
    shapes["D"] = shapely.union(shapes["D"], shapely.box(399.6, 100, 400, 200))
    shapes["C"] = shapely.difference(shapes["C"], shapely.box(399.6, 100, 400, 200))
    old, new = base(), tiling_of(world(layer(shapes), COMPOUNDS, roads=ROADS))
    edits, _ = rebase(old, new, [MergeGrids(("E",), "C"), AssignUnits((unit(old, "z"),), "A")], TOLERANCE_M)
    assert edits[1] == AssignUnits((unit(new, "z"),), "A")


def test_a_compound_that_grew_is_refused_with_the_place() -> None:
    old, new = base(), base(compounds=COMPOUNDS.replace("..yyyyy.", "..yyyyyy"))
    refusal = refused(old, new, [RenameGrid("A", "海晏"), AssignUnits((unit(old, "y"),), "B")])
    assert (refusal.rule, refusal.number) == ("rebase.unit_changed", 2)
    assert refusal.place is not None
    assert shapely.box(700, 200, 800, 300).contains(shapely.Point(refusal.place))
    assert "第 2 项" in refusal.message


def test_a_unit_that_went_elsewhere_is_refused_unless_it_went_where_it_should() -> None:
    old = base()
    x = unit(old, "x")
    moved = apply_edit(old, AssignUnits((x,), "C"))
    assert refused(old, moved, [AssignUnits((x,), "B")]).rule == "rebase.unit_elsewhere"
    _, after = rebase(old, moved, [AssignUnits((x,), "C")], TOLERANCE_M)
    assert land(after) == land(moved)


@pytest.mark.parametrize(
    "edit",
    [
        CutGrid("A", ((250.0, 190.0), (250.0, 410.0)), "N"),
        RedrawBorder("A", "B", ((300.0, 190.0), (300.0, 410.0))),
        MergeGrids(("A",), "B"),
    ],
)
def test_a_grid_that_changed_is_not_cut_or_merged_blindly(edit: Edit) -> None:
    old = base()
    new = apply_edit(old, AssignUnits((unit(old, "x"),), "C"))
    refusal = refused(old, new, [edit])
    assert refusal.rule == "rebase.grid_changed"
    assert shapely.box(0, 300, 200, 400).contains(shapely.Point(refusal.place))


def test_codes_and_names_given_away_meanwhile_are_refused() -> None:
    old = base()
    y = unit(old, "y")
    new = apply_edit(old, NewGrid("N", "", (unit(old, "w"),)))
    assert refused(old, new, [NewGrid("N", "", (y,))]).rule == "edit.code_taken"
    named = apply_edit(old, RenameGrid("A", "东"))
    assert refused(old, named, [RenameGrid("A", "西")]).rule == "rebase.grid_changed"
    assert rebase(old, named, [RenameGrid("A", "东")], TOLERANCE_M)[1].grids["A"].name == "东"
    gone = apply_edit(old, MergeGrids(("E",), "C"))
    refusal = refused(old, gone, [AssignUnits((y,), "E")])
    assert refusal.rule == "edit.retired_grid"
    assert refusal.place is not None


def test_numbers_that_the_log_itself_made_are_followed() -> None:
    """The officer cut free land and gave the new part away: its number comes from the new base there."""
    old, new = base(), base(compounds=COMPOUNDS.replace("....ww..", "v...ww.."))
    free = next(u for u in old.units_in("B") if u not in old.compound_of and old.shape_of(u).bounds[3] == 400)
    edits: list[Edit] = [
        CutUnit(free, ((610.0, 240.0), (620.0, 410.0))),
        ApplyProposal(((old.next_unit, "D"),)),
        DivideCompound("y", (((450.0, 190.0), (450.0, 310.0)),)),
    ]
    again, after = rebase(old, new, edits, TOLERANCE_M)
    assert again[1] == ApplyProposal(((new.next_unit, "D"),))
    assert land(after)["D"] == land(replay(old, edits))["D"]
    empty: list[Edit] = [AssignUnits(tuple(old.units_in("E")), "D"), RetireGrid("E")]
    assert rebase(old, new, empty, TOLERANCE_M)[1].grids["E"].retired


def test_compounds_in_two_places_and_islands_are_found_again() -> None:
    grids = "AAA..BB\nAAA..BB\nCCC..BB"
    compounds = "p.....p\n.......\nq......"
    old = base(grids, compounds, [])
    new = base(grids, compounds.replace("q..", "qq."), [])
    p = unit(old, "p")
    edits, after = rebase(old, new, [AssignUnits((p,), "B")], TOLERANCE_M)
    assert after.shape_of(unit(new, "p")).geom_type == "MultiPolygon"
    assert edits == [AssignUnits((unit(new, "p"),), "B")]
