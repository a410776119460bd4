"""What a tile holds: against the truth, as of a moment, within what somebody may see, and never too much."""

from datetime import UTC, datetime, timedelta

import pytest
import shapely
from django.utils import timezone

from gis.geometry.tilegrid import PIXEL, unit_m
from gis.models import CompoundBoundary, Finding, Grid, GridBoundary, Road, ServiceStation, Verdict
from gis.selectors import tiles
from gis.selectors.tiles import Sight
from gis.services.audits.cases import triage
from gis.services.audits.runs import run_audit
from gis.services.tiles.copies import make_copies
from gis.terms import CaseState, MapLayer, RoadRank, StationKind
from tests.services.audits import world
from tests.tile_reading import in_metres, map_of, on_the_ground, read, tile_at, tiles_over

pytestmark = pytest.mark.django_db

ALL = Sight((world.DISTRICT,))
BOX = shapely.box(*world.stored(world.cell(0, 0, 4, 2)).extent).bounds
"""The whole district, degrees."""


@pytest.fixture
def district():
    district = world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    world.add_compound("X2", world.inside_outline(1, 1), community=world.WEST)
    make_copies(district_code=world.DISTRICT)
    return district


def middle(model, code):
    """Return the tile-finding middle of a boundary in force, degrees."""
    return model.objects.get(place__code=code, in_force__endswith=None).shape.centroid.coords


def features_at(layer, code, zoom, sight=ALL, model=GridBoundary):
    """Return the features of the tile that holds the middle of a place, by layer of the tile."""
    return read(tiles.draw(layer, tile_at(*middle(model, code), zoom), sight))


def by_code(features):
    return {feature["properties"]["code"]: feature for feature in features}


@pytest.mark.parametrize("zoom", [12, 14, 16, 17])
@pytest.mark.parametrize(("layer", "model"), [(MapLayer.GRID, GridBoundary), (MapLayer.COMPOUND, CompoundBoundary)])
def test_all_tiles_together_are_the_true_shapes(district, layer, model, zoom):
    drawn = map_of(layer, ALL, BOX, zoom)[layer.value]
    pixel_m = PIXEL * unit_m(zoom)
    for boundary in model.objects.all():
        truth = in_metres(boundary.shape)
        seen = shapely.union_all(drawn[boundary.place_id], grid_size=pixel_m / 8)
        assert shapely.hausdorff_distance(truth, seen) < 1.5 * pixel_m
        assert seen.area == pytest.approx(truth.area, rel=0.1)


def test_a_near_tile_is_drawn_from_the_true_shape(district):
    tile = tile_at(*middle(GridBoundary, world.WEST + "001"), 18)
    drawn = by_code(read(tiles.draw(MapLayer.GRID, tile, ALL))["grid"])[world.WEST + "001"]
    seen = on_the_ground(drawn, tile)
    truth = in_metres(GridBoundary.objects.get(place__code=world.WEST + "001").shape)
    assert truth.buffer(0.1).covers(seen)


@pytest.mark.parametrize("zoom", [12, 14, 16, 18])
@pytest.mark.parametrize("layer", [MapLayer.COMMUNITY, MapLayer.GRID, MapLayer.COMPOUND, MapLayer.OFFICE])
def test_a_label_stands_once_on_the_whole_map(district, layer, zoom):
    labels = map_of(layer, ALL, BOX, zoom)[f"{layer.value}_label"]
    assert {len(points) for points in labels.values()} <= {1}
    if zoom == 16:
        expected = {"community": 2, "grid": 8, "compound": 2, "office": 2}[layer.value]
        assert len(labels) == expected


def test_labels_stand_in_their_shapes(district):
    labels = map_of(MapLayer.GRID, ALL, BOX, 16)["grid_label"]
    for boundary in GridBoundary.objects.all():
        assert in_metres(boundary.shape).contains(labels[boundary.place_id][0])


def test_a_grid_tells_what_it_is_and_how_it_sits(district):
    run_audit(district_code=world.DISTRICT, by=None)
    told = by_code(features_at(MapLayer.GRID, world.WEST + "001", 15)["grid"])[world.WEST + "001"]
    grid = Grid.objects.get(code=world.WEST + "001")
    assert told["id"] == grid.pk
    assert told["properties"] == {
        "code": grid.code,
        "name": grid.name,
        "kind": "ordinary",
        "state": "nested",
        "clarity": "clear",
        "households": 200,
    }


def test_a_compound_tells_how_it_is_crossed(district):
    run_audit(district_code=world.DISTRICT, by=None)
    told = by_code(features_at(MapLayer.COMPOUND, "X1", 15, model=CompoundBoundary)["compound"])["X1"]["properties"]
    assert (told["state"], told["clarity"], told["kind"]) == ("crossed", "clear", "unknown")
    assert told["width_m"] == pytest.approx(50, abs=1)


def test_a_verdict_is_not_shown_beside_a_boundary_that_it_did_not_judge(district):
    run_audit(district_code=world.DISTRICT, by=None)
    now = timezone.now()
    world.replace(CompoundBoundary, "X1", world.inside_outline(), at=now)
    fresh = by_code(features_at(MapLayer.COMPOUND, "X1", 15, model=CompoundBoundary)["compound"])["X1"]["properties"]
    assert "state" not in fresh
    before = Sight((world.DISTRICT,), now - timedelta(seconds=1))
    old = by_code(features_at(MapLayer.COMPOUND, "X1", 15, before, CompoundBoundary)["compound"])["X1"]["properties"]
    assert old["state"] == "crossed"
    assert Verdict.objects.filter(code="X1", state="crossed").exists()
    run_audit(district_code=world.DISTRICT, by=None)
    judged = by_code(features_at(MapLayer.COMPOUND, "X1", 15, model=CompoundBoundary)["compound"])["X1"]["properties"]
    assert judged["state"] == "inside"


def test_a_verdict_that_stays_is_shown_beside_the_new_boundary(district):
    run_audit(district_code=world.DISTRICT, by=None)
    code = world.WEST + "001"
    world.replace(GridBoundary, code, world.cell(0, 0).buffer(-0.1), at=timezone.now())
    assert "state" not in by_code(features_at(MapLayer.GRID, code, 15)["grid"])[code]["properties"]
    run_audit(district_code=world.DISTRICT, by=None)
    assert by_code(features_at(MapLayer.GRID, code, 15)["grid"])[code]["properties"]["state"] == "nested"


def test_tiles_are_as_of_a_moment(district):
    now = timezone.now()
    code, later = world.WEST + "001", now + timedelta(days=30)
    place = Grid.objects.get(code=code).pk
    world.replace(GridBoundary, code, world.cell(0, 0, 1, 1).buffer(-60), at=later)

    def area_m2(moment):
        pieces = map_of(MapLayer.GRID, Sight((world.DISTRICT,), moment), BOX, 15)["grid"].get(place, [])
        return sum(piece.area for piece in pieces)

    assert area_m2(world.LONG_AGO - timedelta(days=1)) == 0
    whole = area_m2(None)
    assert whole == area_m2(world.LONG_AGO) == area_m2(now)
    assert area_m2(later) == pytest.approx(whole * (180 / 300) ** 2, rel=0.05)
    make_copies(district_code=world.DISTRICT)
    assert area_m2(None) == whole
    assert area_m2(later) == pytest.approx(whole * (180 / 300) ** 2, rel=0.05)


@pytest.mark.parametrize("zoom", [12, 15, 18])
def test_a_shape_is_drawn_before_its_copies_are_made(district, zoom):
    world.add_compound("X3", world.inside_outline(2, 0), community=world.EAST)
    waiting = features_at(MapLayer.COMPOUND, "X3", zoom, model=CompoundBoundary)
    assert "X3" in by_code(waiting["compound"])
    make_copies(district_code=world.DISTRICT)
    copied = features_at(MapLayer.COMPOUND, "X3", zoom, model=CompoundBoundary)
    before, after = (by_code(found["compound"])["X3"] for found in (waiting, copied))
    assert before["properties"] == after["properties"]
    tile = tile_at(*middle(CompoundBoundary, "X3"), zoom)
    apart_m = shapely.hausdorff_distance(on_the_ground(before, tile), on_the_ground(after, tile))
    assert apart_m < 2 * PIXEL * unit_m(zoom)


def test_a_shape_altered_in_place_is_never_drawn_from_its_old_copy(district):
    boundary = CompoundBoundary.objects.get(place__code="X2")
    boundary.shape = world.stored(world.inside_outline(2, 1))
    boundary.save()
    drawn = map_of(MapLayer.COMPOUND, ALL, BOX, 15)["compound"][boundary.place_id]
    assert shapely.union_all(drawn).centroid.distance(in_metres(boundary.shape).centroid) < 3


def test_findings_show_their_place_their_cut_line_and_one_label(district):
    run_audit(district_code=world.DISTRICT, by=None)
    make_copies(district_code=world.DISTRICT)
    case = Finding.objects.get(kind="compound_crossed")
    found = map_of(MapLayer.FINDING, ALL, BOX, 16)
    assert set(found) == {"finding", "finding_cut", "finding_label"}
    assert shapely.union_all(found["finding"][case.pk]).area == pytest.approx(in_metres(case.place).area, rel=0.05)
    cut = shapely.union_all(found["finding_cut"][case.pk])
    assert shapely.hausdorff_distance(cut, in_metres(case.cut)) < 3
    assert [len(points) for points in found["finding_label"].values()] == [1] * Finding.objects.count()
    tile = tile_at(*case.place.centroid.coords, 15)
    told = next(each for each in read(tiles.draw(MapLayer.FINDING, tile, ALL))["finding"] if each["id"] == case.pk)
    assert told["properties"] == {
        "id": case.pk,
        "kind": "compound_crossed",
        "clarity": "clear",
        "state": "found",
        "width_m": round(case.width_m, 1),
        "households": case.households,
        "code": "X1",
    }


def test_far_away_findings_are_points(district):
    run_audit(district_code=world.DISTRICT, by=None)
    assert set(map_of(MapLayer.FINDING, ALL, BOX, 10)) == {"finding_label"}


def test_findings_are_as_of_a_moment(district):
    run_audit(district_code=world.DISTRICT, by=None)
    case = Finding.objects.get(kind="compound_crossed")
    found_at = timezone.now()
    triage(finding_ids=[case.pk], by=world.officer())
    triaged_at = timezone.now()
    world.replace(CompoundBoundary, "X1", world.inside_outline(), at=timezone.now())
    run_audit(district_code=world.DISTRICT, by=None)
    case.refresh_from_db()
    assert case.state == CaseState.VERIFIED

    def state(moment):
        tile = tile_at(*case.place.centroid.coords, 15)
        drawn = read(tiles.draw(MapLayer.FINDING, tile, Sight((world.DISTRICT,), moment))).get("finding", [])
        return next((each["properties"]["state"] for each in drawn if each["id"] == case.pk), None)

    assert state(world.LONG_AGO) is None
    assert state(found_at) == "found"
    assert state(triaged_at) == "triaged"
    assert state(None) is None


def test_points_are_drawn_in_one_tile_and_roads_by_rank(district):
    station = ServiceStation.objects.create(
        code="S1",
        name="驿站",
        district=district,
        kind=StationKind.POST,
        established_on=world.ESTABLISHED,
        shape=world.stored(shapely.Point(310, 310)),
    )
    assert [len(drawn) for drawn in map_of(MapLayer.STATION, ALL, BOX, 18)["station"].values()] == [1]
    tile = tile_at(*station.shape.coords, 14)
    told = read(tiles.draw(MapLayer.STATION, tile, ALL))["station"][0]["properties"]
    assert told == {"code": "S1", "name": "驿站", "kind": "post"}
    for n, rank in enumerate(RoadRank):
        line = shapely.MultiLineString([[(0, 100 * n + 50), (1200, 100 * n + 50)]])
        Road.objects.create(
            code=f"R{n}", district=district, rank=rank, established_on=world.ESTABLISHED, shape=world.stored(line)
        )
    make_copies(district_code=world.DISTRICT)
    counts = {zoom: len(map_of(MapLayer.ROAD, ALL, BOX, zoom)["road"]) for zoom in (10, 12, 14)}
    assert counts == {10: 1, 12: 2, 14: 3}


def test_buildings_are_points_or_footprints(district):
    world.add_building("F1", shapely.box(20, 20, 40, 35), 12)
    drawn = map_of(MapLayer.BUILDING, ALL, BOX, 16)
    kinds = {piece.geom_type for pieces in drawn["building"].values() for piece in pieces if not piece.is_empty}
    assert "Point" in kinds
    assert {len(points) for points in drawn["building_label"].values()} == {1}


def test_what_is_not_somebodys_is_not_drawn(district):
    run_audit(district_code=world.DISTRICT, by=None)
    make_copies(district_code=world.DISTRICT)
    west = Sight((world.WEST,))
    for layer, expected in [(MapLayer.GRID, 4), (MapLayer.COMMUNITY, 1), (MapLayer.OFFICE, 1), (MapLayer.BUILDING, 4)]:
        drawn = map_of(layer, west, BOX, 16)[layer.value]
        assert len(drawn) == expected
    codes = set(Grid.objects.filter(pk__in=map_of(MapLayer.GRID, west, BOX, 14)["grid"]).values_list("code", flat=True))
    assert {code[:12] for code in codes} == {world.WEST}
    east = Sight((world.EAST,))
    case = Finding.objects.get(kind="compound_crossed")
    assert case.pk in map_of(MapLayer.FINDING, west, BOX, 14)["finding_label"]
    assert case.pk not in map_of(MapLayer.FINDING, east, BOX, 14)["finding_label"]
    assert map_of(MapLayer.GRID, Sight(()), BOX, 14) == {}
    one = Sight((world.WEST + "001",))
    assert len(map_of(MapLayer.GRID, one, BOX, 14)["grid"]) == 1
    assert len(map_of(MapLayer.GRID, Sight(("",)), BOX, 14)["grid"]) == 8


def told_in(features):
    """Return the names of all attributes of some features."""
    return {name for feature in features for name in feature["properties"]}


def test_a_full_tile_tells_less_before_it_shows_less(district):
    tile = tile_at(*middle(GridBoundary, world.WEST + "004"), 13)
    whole = tiles.draw(MapLayer.GRID, tile, ALL)
    assert len(read(whole)["grid"]) == 8
    lean = tiles.draw(MapLayer.GRID, tile, ALL, limit_bytes=len(whole) - 1)
    assert told_in(read(whole)["grid"]) - told_in(read(lean)["grid"]) == {"name"}
    assert read(lean)["grid_label"] == read(whole)["grid_label"]
    bare = tiles.draw(MapLayer.GRID, tile, ALL, limit_bytes=len(lean) - 1)
    assert set(read(bare)) == {"grid"}
    assert "code" in told_in(read(bare)["grid"])
    assert len(read(bare)["grid"]) == 8
    few = tiles.draw(MapLayer.GRID, tile, ALL, limit_bytes=len(bare) // 2)
    assert len(few) <= len(bare) // 2
    assert 0 < len(read(few)["grid"]) < 8
    assert tiles.draw(MapLayer.GRID, tile, ALL, limit_bytes=10) == b""


def test_what_is_left_of_a_full_tile_is_the_greatest(district):
    world.add_compound("BIG", world.cell(2, 0, 1, 1).buffer(-20), community=world.EAST)
    tile = tile_at(*middle(CompoundBoundary, "X1"), 13)
    for _copied in (False, True):
        whole = tiles.draw(MapLayer.COMPOUND, tile, ALL)
        assert len(read(whole)["compound"]) == 3
        left = (
            by_code(read(tiles.draw(MapLayer.COMPOUND, tile, ALL, limit_bytes=limit)).get("compound", []))
            for limit in range(len(whole), 0, -40)
        )
        assert next(set(codes) for codes in left if len(codes) == 1) == {"BIG"}
        make_copies(district_code=world.DISTRICT)


def test_findings_and_their_cut_lines_share_a_full_tile(district):
    run_audit(district_code=world.DISTRICT, by=None)
    tile = tile_at(*middle(CompoundBoundary, "X1"), 14)
    whole = len(tiles.draw(MapLayer.FINDING, tile, ALL))
    for limit in (whole, whole // 2, whole // 4, 20):
        assert len(tiles.draw(MapLayer.FINDING, tile, ALL, limit_bytes=limit)) <= limit


def test_layers_drawn_together_keep_to_one_limit(district):
    tile = tile_at(*middle(GridBoundary, world.WEST + "001"), 14)
    layers = tiles.BUNDLES["cells"].layers
    whole = tiles.draw_together(layers, tile, ALL)
    assert whole == b"".join(tiles.draw(layer, tile, ALL) for layer in layers)
    compounds = tiles.draw(MapLayer.COMPOUND, tile, ALL)
    limit = len(compounds) + 120
    tight = tiles.draw_together(layers, tile, ALL, limit_bytes=limit)
    assert len(tight) <= limit
    assert tight.startswith(compounds)
    assert 0 < len(read(tight)["grid"]) < len(read(whole)["grid"])
    assert tiles.draw_together(layers, tile, ALL, limit_bytes=0) == b""


def test_below_its_first_zoom_a_layer_is_empty_without_a_query(district, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert tiles.draw(MapLayer.GRID, tile_at(120.5, 36.13, 11), ALL) == b""


def test_the_index_says_where_the_district_lies(district):
    index = tiles.tile_index(ALL)
    west, south, east, north = index.bounds
    land = shapely.union_all([shapely.from_wkb(bytes(b.shape.wkb)) for b in GridBoundary.objects.all()])
    assert (west, south, east, north) == pytest.approx(land.bounds, abs=1e-9)
    assert tiles.tile_index(Sight((world.WEST,))).bounds[2] < east
    assert tiles.tile_index(Sight((world.DISTRICT,), datetime(2020, 1, 1, tzinfo=UTC))).bounds is None
    assert set(index.layers) == set(MapLayer)
    assert tiles_over(BOX, 8)
