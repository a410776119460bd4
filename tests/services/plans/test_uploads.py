"""A plan goes out as a GeoPackage, is edited in another program, and comes back as operations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely

from gis.geometry.errors import WrongFrame
from gis.ingest.datum import wgs84_to_gcj02
from gis.ingest.records import IngestError
from gis.models import Plan, PlanOperation, User
from gis.policy import NotYours
from gis.selectors.plans import tiling_of_plan
from gis.services.plans.packages import write_plan_package
from gis.services.plans.refusals import PlanMoved, UploadRefused
from gis.services.plans.uploading import Uploaded, upload_plan_layer
from tests.services.audits import world
from tests.services.plans.proposal_world import ACROSS_A, G1, G2, G3, G4, XA, make_ground, plan_of, units_of

pytestmark = pytest.mark.django_db

# An edit changes the grids in place, or gives others.
Edit = Callable[[geopandas.GeoDataFrame], geopandas.GeoDataFrame | None]


def here(shape: Any) -> Any:
    """Return a shape in metres from the district's corner as metres of its frame."""
    return shapely.affinity.translate(shape, *world.ORIGIN)


class Desk:
    """A desktop program: takes the package, changes the grids, saves them."""

    def __init__(self, folder: Path, officer: User, plan: Plan) -> None:
        self.folder, self.officer, self.plan = folder, officer, plan

    def taken(self) -> geopandas.GeoDataFrame:
        path = self.folder / "plan.gpkg"
        if not path.exists():
            write_plan_package(plan_id=self.plan.id, by=self.officer, path=path)
        return geopandas.read_file(path, layer="grids").set_index("code", drop=False)

    def saved(self, edit: Edit, *, name: str = "edited.gpkg", crs: str | None = None) -> Path:
        grids = self.taken()
        made = edit(grids)
        grids = grids if made is None else made
        path = self.folder / name
        (grids.to_crs(crs) if crs else grids).reset_index(drop=True).to_file(path, layer="grids")
        return path

    def upload(self, path: Path, **more: Any) -> Uploaded:
        version = Plan.objects.get(id=self.plan.id).version
        return upload_plan_layer(
            **({"plan_id": self.plan.id, "version": version, "path": path, "by": self.officer} | more)
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    officer = make_ground()
    return Desk(tmp_path, officer, plan_of(officer))


def put(grids: geopandas.GeoDataFrame, **shapes: Any) -> None:
    """Draw grids anew, by the last digit of their codes (g1 …)."""
    for name, shape in shapes.items():
        grids.loc[f"{world.WEST}00{name[1:]}", "geometry"] = shape


def untouched(_grids: geopandas.GeoDataFrame) -> None:
    """Save as it is."""


def whole_a_to_g1(grids: geopandas.GeoDataFrame) -> None:
    land = here(ACROSS_A)
    put(grids, g1=grids.geometry[G1].union(land), g2=grids.geometry[G2].difference(land))


def test_the_package_holds_what_an_editor_goes_by(desk: Desk) -> None:
    grids = desk.taken()
    path = desk.folder / "plan.gpkg"
    layers = {name for name, _type in pyogrio.list_layers(path)}
    assert layers == {"grids", "units", "compounds", "communities"}
    assert grids.crs.to_epsg() == 4549
    assert (list(grids.index), int(grids.households[G1])) == ([G1, G2, G3, G4], 210)
    units = geopandas.read_file(path, layer="units").set_index("unit")
    (unit,) = units_of(desk.plan, XA)
    assert (units.compound[unit], int(units.households[unit]), bool(units.divided[unit])) == (XA, 80, True)
    assert list(geopandas.read_file(path, layer="compounds").code) == ["XA", "XB"]
    assert list(geopandas.read_file(path, layer="communities").code) == [world.WEST]


def test_what_was_not_touched_comes_back_as_it_is(desk: Desk) -> None:
    made = desk.upload(desk.saved(untouched))
    assert (made.operations, made.left, made.plan.version) == (0, [], 1)
    assert not PlanOperation.objects.exists()


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:4490", "EPSG:4528", "EPSG:3857"])
def test_a_compound_drawn_whole_becomes_an_operation_whatever_the_frame(desk: Desk, crs: str | None) -> None:
    made = desk.upload(desk.saved(whole_a_to_g1, crs=crs))
    assert (made.operations, made.left) == (1, [])
    assert made.plan.version == 2
    tiling = tiling_of_plan(desk.plan.id)
    assert {tiling.grid_of[unit] for unit in units_of(desk.plan, XA)} == {G1}
    assert len(tiling.divided()) == 1


def test_a_line_drawn_a_little_beside_the_wall_snaps_to_it(desk: Desk) -> None:
    def roughly(grids: geopandas.GeoDataFrame) -> None:
        land = here(shapely.affinity.translate(ACROSS_A.buffer(0.3, join_style="mitre"), 0.2, -0.3))
        put(grids, g1=grids.geometry[G1].union(land), g2=grids.geometry[G2].difference(land))

    made = desk.upload(desk.saved(roughly))
    assert (made.operations, made.left) == (1, [])
    assert tiling_of_plan(desk.plan.id).divided() != []


def test_trying_changes_nothing(desk: Desk) -> None:
    made = desk.upload(desk.saved(whole_a_to_g1), try_only=True)
    assert (made.operations, made.plan.version, PlanOperation.objects.count()) == (1, 1, 0)
    assert made.edits[0]["kind"] == "apply_proposal"


def test_a_grid_divided_outside_is_cut_along_the_drawn_line(desk: Desk) -> None:
    def divided(grids: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
        east = here(shapely.box(480, 300, 700, 600))
        new = grids.loc[[G4]].assign(code=f"{world.WEST}005", name="新网格")
        new["geometry"] = [grids.geometry[G4].intersection(east)]
        put(grids, g4=grids.geometry[G4].difference(east))
        return geopandas.GeoDataFrame(geopandas.pd.concat([grids, new]), crs=grids.crs)

    made = desk.upload(desk.saved(divided))
    assert [edit["kind"] for edit in made.edits] == ["cut_unit", "apply_proposal"]
    tiling = tiling_of_plan(desk.plan.id)
    assert tiling.shapes[f"{world.WEST}005"].area == pytest.approx(120 * 300, rel=1e-3)
    assert tiling.grids[f"{world.WEST}005"].name == "新网格"


@pytest.mark.parametrize("way", ["out", "in"])
def test_a_moved_community_border_is_refused_with_the_place(desk: Desk, way: str) -> None:
    def moved(grids: geopandas.GeoDataFrame) -> None:
        strip = here(shapely.box(-40, 0, 40, 150))
        land = grids.geometry[G1].union(strip) if way == "out" else grids.geometry[G1].difference(strip)
        put(grids, g1=land)

    with pytest.raises(UploadRefused, match="改动了社区边界") as refused:
        desk.upload(desk.saved(moved))
    assert refused.value.rule == "upload.community_border_moved"
    (fault,) = refused.value.faults
    lonlat = world.stored(shapely.Point(-20 if way == "out" else 20, 75))
    assert fault["place"] == pytest.approx([lonlat.x, lonlat.y], abs=0.001)
    assert fault["area_m2"] == pytest.approx(6000, rel=0.01)
    assert not PlanOperation.objects.exists()


def test_land_does_not_go_to_another_community_of_the_plan(tmp_path: Path) -> None:
    officer = make_ground()
    desk = Desk(tmp_path, officer, plan_of(officer, world.WEST, world.EAST))

    def across(grids: geopandas.GeoDataFrame) -> None:
        strip = here(shapely.box(560, 0, 600, 300))
        grids.loc[G2, "geometry"] = grids.geometry[G2].difference(strip)
        grids.loc[f"{world.EAST}001", "geometry"] = grids.geometry[f"{world.EAST}001"].union(strip)

    with pytest.raises(UploadRefused, match=f"社区 {world.WEST} 的 12,000 m² 划到了其他社区") as refused:
        desk.upload(desk.saved(across))
    assert refused.value.rule == "upload.community_border_moved"


def test_a_compound_drawn_in_two_is_left_and_listed(desk: Desk) -> None:
    def cut(grids: geopandas.GeoDataFrame) -> None:
        strip = here(shapely.box(240, 0, 300, 300))
        put(grids, g1=grids.geometry[G1].difference(strip), g2=grids.geometry[G2].union(strip))

    made = desk.upload(desk.saved(cut))
    (left,) = [one for one in made.left if one["rule"] == "drawn.compound_cut"]
    assert left["code"] == XA
    assert "小区保持完整" in left["message"]
    assert len(left["place"]) == 2


def test_a_grid_that_is_missing_in_the_file_stays_and_is_listed(desk: Desk) -> None:
    made = desk.upload(desk.saved(lambda grids: grids.drop(G4)))
    assert [one["rule"] for one in made.left] == ["drawn.gap"]
    assert G4 in tiling_of_plan(desk.plan.id).shapes


def test_grids_of_other_communities_are_left(desk: Desk) -> None:
    def more(grids: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
        other = grids.loc[[G4]].assign(code=f"{world.EAST}001", community=world.EAST)
        other["geometry"] = [here(world.cell(2, 0))]
        return geopandas.GeoDataFrame(geopandas.pd.concat([grids, other]), crs=grids.crs)

    made = desk.upload(desk.saved(more))
    assert (made.operations, [one["rule"] for one in made.left]) == (0, ["upload.other_community"])


@pytest.mark.parametrize(
    ("codes", "rule", "row"),
    [
        ([G1, G2, G3, ""], "code.missing", 4),
        ([G1, G2, G3, "4"], "code.length", 4),
        ([G1, G2, G3, G3], "code.duplicate", 4),
        ([G1, G2, G3, "3.70212001001E+14"], "code.scientific", 4),
        ([G1, G2, G3, "379999001001001"], "code.other_district", 4),
    ],
)
def test_rows_that_cannot_be_used_refuse_the_file_by_row(desk: Desk, codes: list[str], rule: str, row: int) -> None:
    with pytest.raises(UploadRefused) as refused:
        desk.upload(desk.saved(lambda grids: grids.assign(code=codes)))
    assert refused.value.rule == "upload.rows"
    assert (rule, row) in {(fault["rule"], fault.get("row")) for fault in refused.value.faults}
    assert not PlanOperation.objects.exists()


def test_a_file_without_codes_is_refused(desk: Desk) -> None:
    with pytest.raises(IngestError, match="找不到网格的编码列"):
        desk.upload(desk.saved(lambda grids: grids[["households", "geometry"]]))


def test_a_file_that_is_no_layer_is_refused(desk: Desk) -> None:
    path = desk.folder / "notes.gpkg"
    path.write_text("网格调整说明", encoding="utf-8")
    with pytest.raises(IngestError):
        desk.upload(path)
    with pytest.raises(IngestError, match="没有图层“plots”"):
        desk.upload(desk.saved(untouched), layer="plots")


def test_shifted_coordinates_are_named(desk: Desk) -> None:
    def shifted(grids: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
        lonlat = grids.to_crs("EPSG:4326")
        return lonlat.set_geometry(shapely.transform(lonlat.geometry.to_numpy(), wgs84_to_gcj02), crs="EPSG:4326")

    path = desk.saved(shifted, name="gcj.geojson")
    with pytest.raises(UploadRefused, match="GCJ-02") as refused:
        desk.upload(path)
    assert refused.value.rule == "upload.datum_shifted"
    assert desk.upload(path, datum="gcj02").operations == 0


def test_another_place_and_a_wrong_frame_are_named(desk: Desk) -> None:
    def elsewhere(grids: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
        return grids.set_geometry(grids.translate(20_000, 0))

    with pytest.raises(UploadRefused, match="几乎不重叠") as refused:
        desk.upload(desk.saved(elsewhere))
    assert refused.value.rule == "upload.elsewhere"
    with pytest.raises(WrongFrame):
        desk.upload(desk.saved(untouched, name="again.gpkg"), declared_crs="EPSG:4490")


def test_who_comes_late_or_may_not_is_refused(desk: Desk) -> None:
    path = desk.saved(whole_a_to_g1)
    desk.upload(path)
    with pytest.raises(PlanMoved):
        desk.upload(path, version=1)
    with pytest.raises(NotYours):
        desk.upload(path, by=world.approver())


def test_names_drawn_outside_come_back(desk: Desk) -> None:
    made = desk.upload(desk.saved(lambda grids: grids.assign(name=["海晏一", *grids.name[1:]])))
    assert [edit["kind"] for edit in made.edits] == ["rename_grid"]
    assert tiling_of_plan(desk.plan.id).grids[G1].name == "海晏一"
