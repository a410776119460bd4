"""What is drawn, what is left out, and where the names stand."""

import shapely
from shapely.geometry import Point, Polygon, box

from gis.maps import drawing
from gis.maps.drawing import sheet
from tests.maps.invented import collection, feature, town, unpacked


def test_the_widest_crossing_comes_first():
    widths = [place["width_m"] for place in sheet(town())["compounds"]]
    assert widths == sorted(widths, reverse=True)


def test_names_stand_inside_their_shapes_even_in_a_hook():
    hook = Polygon([(0, 0), (6, 0), (6, 6), (5, 6), (5, 1), (1, 1), (1, 6), (0, 6)])
    hook = shapely.transform(hook, lambda xy: 120 + xy * 0.001)
    drawn = sheet(town(communities=collection([feature(hook, code="370203001001", name="钩")])))
    assert unpacked(drawn["communities"][0]["g"]).contains(Point(drawn["communities"][0]["at"]))


def test_a_grid_drops_the_name_of_its_community():
    labels = {grid["label"] for grid in sheet(town())["grids"]}
    assert labels == {"第1网格", "第2网格"}


def test_a_grid_named_by_half_its_community_drops_that_half():
    place = box(120, 36, 120.01, 36.01)
    grid = feature(place, code="370203001001001", name="松岚第1网格", state="nested", households=1)
    home = feature(place, code="370203001001", name="松岚社区")
    assert sheet(town(grids=collection([grid]), communities=collection([home])))["grids"][0]["label"] == "第1网格"


def test_coordinates_are_rounded_to_a_decimetre_and_lose_height():
    ring = shapely.force_3d(box(120.123456789, 36.1, 120.2, 36.2), 7.0)
    drawn = sheet(town(communities=collection([feature(ring, code="1", name="高")])))
    assert drawn["communities"][0]["g"][1][0][0][:2] == [120_200_000, 36_100_000]
    assert (120.123457, 36.1) in unpacked(drawn["communities"][0]["g"]).geoms[0].exterior.coords[:]


def test_a_sliver_that_rounding_flattens_still_has_a_ring():
    sliver = box(120.1, 36.1, 120.1000000001, 36.1000000001)
    drawn = sheet(town(gaps=collection([feature(sliver, area_m2=0.0, width_m=0.0, grids=[], **{"class": "doubtful"})])))
    assert drawn["gaps"][0]["g"] == ["area", [[[120_100_000, 36_100_000, 0, 0]]]]


def test_only_the_parts_of_troubled_compounds_and_noise_are_drawn():
    pieces = sheet(town())["pieces"]
    states = {place["code"]: place["state"] for place in sheet(town())["compounds"]}
    drawn = [piece for piece in pieces if piece["g"]]
    assert {states[piece["compound"]] for piece in drawn if piece["material"]} == {"crossed"}
    assert [piece for piece in pieces if not piece["g"]], "the figures of the others are kept for their cards"
    assert max(piece["share"] for piece in drawn) == 0.4, "the home part is the compound itself"


def test_a_large_city_shows_only_what_is_wrong(monkeypatch):
    monkeypatch.setattr(drawing, "DRAWN_COMPOUNDS_MAX", 20)
    content = town()
    drawn = sheet(content)
    crossed = [said for said in content.compounds.properties if said["state"] == "crossed"]
    assert {place["code"] for place in drawn["compounds"]} == {said["code"] for said in crossed}
    assert drawn["left_out"] == len(content.compounds) - len(crossed)
    shown = {code for place in drawn["compounds"] for code in place["grids"]}
    assert {grid["code"] for grid in drawn["grids"]} == shown
    assert {piece["compound"] for piece in drawn["pieces"]} <= {place["code"] for place in drawn["compounds"]}


def test_the_lines_of_a_large_city_are_straightened_within_bounds(monkeypatch):
    def shapes(drawn: dict, name: str) -> dict:
        return {place["code"]: unpacked(place["g"]) for place in drawn[name]}

    small = sheet(town())
    monkeypatch.setattr(drawing, "CITY_COMMUNITY_DEG", 1e-4)
    monkeypatch.setattr(drawing, "DRAWN_COMPOUNDS_MAX", len(small["compounds"]) - 1)
    large = sheet(town())
    before, after = shapes(small, "communities"), shapes(large, "communities")
    assert sum(map(shapely.get_num_coordinates, after.values())) < sum(
        map(shapely.get_num_coordinates, before.values())
    )
    assert all(before[code].boundary.hausdorff_distance(after[code].boundary) < 1.1e-4 for code in before)
    assert shapes(large, "compounds").items() <= shapes(small, "compounds").items()


def test_more_wrong_compounds_than_a_sheet_holds_are_cut_at_the_narrowest(monkeypatch):
    monkeypatch.setattr(drawing, "DRAWN_COMPOUNDS_MAX", 20)
    monkeypatch.setattr(drawing, "TROUBLED_DRAWN_MAX", 5)
    drawn = sheet(town())
    assert len(drawn["compounds"]) == 5
    assert drawn["narrowest_left_out"]
    assert min(place["width_m"] for place in drawn["compounds"]) > 60
    assert {line["compound"] for line in drawn["cut_lines"]} == {place["code"] for place in drawn["compounds"]}
    assert all(piece["material"] for piece in drawn["pieces"]), "noise is left out of a large city"


def test_an_empty_audit_has_an_empty_sheet():
    empty = collection([])
    drawn = sheet(town(communities=empty, grids=empty, compounds=empty, pieces=empty, cut_lines=empty, gaps=empty))
    assert drawn["bounds"] is None
    assert drawn["compounds"] == []


def test_an_empty_shape_is_not_drawn_and_of_a_mixture_its_polygons_are():
    mixed = shapely.GeometryCollection([Point(120, 36), box(120, 36, 120.01, 36.01)])
    line = {"length_m": 0.0, "width_m": 0.0}
    cuts = [feature(shapely.MultiLineString(), compound="XQ009", **line)]
    gaps = [feature(mixed, area_m2=9.0, width_m=9.0, grids=[], **{"class": "clear"})]
    drawn = sheet(town(cut_lines=collection(cuts), gaps=collection(gaps)))
    assert drawn["cut_lines"][0]["g"] is None
    assert unpacked(drawn["gaps"][0]["g"]).area > 0


def test_a_place_without_a_shape_is_listed_but_not_drawn():
    lost = feature(
        None, code="X", name="无形", state="inside", width_m=0.0, households=0, grids=[], **{"class": "clear"}
    )
    drawn = sheet(town(compounds=collection([lost]), pieces=collection([]), cut_lines=collection([])))
    assert drawn["compounds"][0]["g"] is None
    assert "at" not in drawn["compounds"][0]
