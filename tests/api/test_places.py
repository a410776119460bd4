"""Places as features: by window, moment, parent, code and name; page by page; sent once while nothing changes."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gis.models import Compound, CompoundBoundary, Grid, GridBoundary
from gis.terms import Role
from tests.api.conftest import City
from tests.services.audits import world
from tests.services.audits.world import DISTRICT, EAST, ESTABLISHED, LONG_AGO, STREET, WEST, cell

pytestmark = pytest.mark.usefixtures("city")


def listed(client: Client, address: str) -> list[str]:
    """Return the names of the places that a list holds."""
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.content.decode()
    return [feature["id"] for feature in response.json()["features"]]


def codes(*numbers: int, community: str = WEST) -> list[str]:
    return [f"{community}{number:03d}" for number in numbers]


def window_of(code: str) -> tuple[float, float, float, float]:
    """Return the box of a grid in degrees."""
    box: tuple[float, float, float, float] = GridBoundary.objects.get(place__code=code).shape.extent
    return box


def bbox(*corners: float) -> str:
    return ",".join(map(repr, corners))


def test_a_feature_is_rfc_7946(officer: Client) -> None:
    response = officer.get(f"/api/v1/grids/{WEST}001/")
    assert response["Content-Type"] == "application/geo+json"
    feature = response.json()
    assert feature["type"] == "Feature"
    assert "crs" not in feature["geometry"]
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert shape.geom_type == "MultiPolygon"
    assert all(part.exterior.is_ccw for part in shape.geoms)
    stored = shapely.from_wkb(bytes(GridBoundary.objects.get(place__code=WEST + "001").shape.wkb))
    assert shapely.hausdorff_distance(shape, stored) < 1e-7
    assert feature["properties"]["verdict"]["state"] == "nested"
    assert {name: feature["properties"][name] for name in ("layer", "code", "district", "parent", "kind")} == {
        "layer": "grid",
        "code": WEST + "001",
        "district": DISTRICT,
        "parent": WEST,
        "kind": "ordinary",
    }


def test_a_client_may_ask_for_plain_json(officer: Client) -> None:
    assert officer.get("/api/v1/grids/", headers={"Accept": "application/json"})["Content-Type"] == "application/json"


def test_filters_narrow(officer: Client) -> None:
    assert listed(officer, f"grids/?parent={EAST}") == codes(1, 2, 3, 4, community=EAST)
    assert listed(officer, f"grids/?parent={STREET}&code={EAST}003") == codes(3, community=EAST)
    assert listed(officer, f"compounds/?parent={WEST}") == [f"{DISTRICT}:XQ1", f"{DISTRICT}:XQ2"]
    assert listed(officer, "compounds/?code=XQ2") == [f"{DISTRICT}:XQ2"]
    assert listed(officer, "buildings/?parent=XQ1") == [f"{DISTRICT}:L1"]
    assert listed(officer, "grids/?district=370299") == []
    assert listed(officer, f"roads/?parent={DISTRICT}") == [f"{DISTRICT}:R1"]


@pytest.mark.parametrize("name", ["长岭", "changling", "zhangling", "cly", "长ling", "岭苑", "ChangLing", "chang lin"])
def test_a_name_is_found_by_part_and_pinyin(officer: Client, name: str) -> None:
    assert listed(officer, f"compounds/?name={quote(name)}") == [f"{DISTRICT}:XQ1"]


@pytest.mark.parametrize("name", ["%", "_", ".*", "|", "长%", "苑长", "lc", "\\", "("])
def test_signs_of_patterns_are_only_signs(officer: Client, name: str) -> None:
    assert listed(officer, f"compounds/?name={quote(name)}") == []


def test_a_name_of_200_characters_is_looked_for_and_a_longer_one_is_refused_in_words(officer: Client) -> None:
    assert listed(officer, f"compounds/?name={quote('长' * 200)}") == []
    response = officer.get(f"/api/v1/compounds/?name={quote('长' * 201)}")
    assert response.status_code == 400
    assert "200" in response.json()["errors"]["name"][0]


def test_a_window_keeps_what_lies_on_its_edge(officer: Client) -> None:
    west, south, east, north = window_of(WEST + "001")
    middle = (west + east) / 2
    assert listed(officer, f"grids/?bbox={bbox(west + 1e-4, south + 1e-4, middle, north - 1e-4)}") == codes(1)
    assert listed(officer, f"grids/?bbox={bbox(middle, south + 1e-4, east + 1e-4, north - 1e-4)}") == codes(1, 2)
    touching = f"grids/?bbox={bbox(west - 1, south - 1, round(west, 7), north + 1)}"
    assert codes(1)[0] in listed(officer, touching)


def test_a_window_is_the_shape_not_its_box(officer: Client, city: City) -> None:
    """An L of land: the window lies in its box and not in the L."""
    world.add_compound("XQ9", shapely.union_all([cell(0, 0), cell(0, 1), cell(1, 0)]).buffer(-1), name="拐角")
    west, south, east, north = window_of(WEST + "004")
    inner = bbox(west + 1e-3, south + 1e-3, east - 1e-4, north - 1e-4)
    assert f"{DISTRICT}:XQ9" not in listed(officer, f"compounds/?bbox={inner}")


def test_a_window_may_cross_the_antimeridian(officer: Client) -> None:
    west, south, east, north = window_of(WEST + "001")
    assert listed(officer, f"grids/?bbox={bbox(west + 1e-4, south, -170, south + 1e-4)}")[0] == codes(1)[0]
    assert listed(officer, f"grids/?bbox={bbox(170, south, west + 1e-4, south + 1e-4)}") == codes(1)
    assert listed(officer, f"grids/?bbox={bbox(east + 1, south, west - 1, north)}") == []


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ("120.5,36.2,120.6,36.1", "上下颠倒"),
        ("120.5,36.2,120.6", "四个"),
        ("a,b,c,d", "四个"),
        ("120.5,36.2,181,36.3", "超出"),
        ("nan,36,121,37", "超出"),
        ("120,-inf,121,37", "超出"),
        ("120,36,37,121,38,39", "四个"),
    ],
)
def test_a_window_that_is_none_is_refused_by_name(officer: Client, window: str, says: str) -> None:
    response = officer.get(f"/api/v1/grids/?bbox={window}")
    assert response.status_code == 400
    assert says in response.json()["errors"]["bbox"][0]


def test_a_moment_shows_the_boundaries_of_then(officer: Client) -> None:
    changed_at = LONG_AGO + timedelta(days=100)
    code = WEST + "001"
    world.replace(GridBoundary, code, cell(0, 0).buffer(-5), at=changed_at)
    before, after = (
        officer.get(f"/api/v1/grids/{code}/?as_of={quote((changed_at + timedelta(seconds=s)).isoformat())}").json()
        for s in (-1, 0)
    )
    assert before["geometry"] != after["geometry"]
    assert datetime.fromisoformat(before["properties"]["in_force_to"]) == changed_at
    assert before["properties"]["verdict"] is None
    assert officer.get(f"/api/v1/grids/{code}/").json()["geometry"] == after["geometry"]


def test_a_date_is_its_end(officer: Client) -> None:
    assert listed(officer, "grids/?as_of=2025-12-31") == []
    assert len(listed(officer, "grids/?as_of=2026-01-01")) == 8


@pytest.mark.parametrize("moment", ["1900-01-01", "0001-01-01T00:00:00+14:00", "2025-12-31T23:59:59+08:00"])
@pytest.mark.parametrize("kind", ["districts", "grids", "compounds", "buildings", "roads"])
def test_before_the_beginning_there_is_nothing(officer: Client, kind: str, moment: str) -> None:
    assert listed(officer, f"{kind}/?as_of={quote(moment)}") == []


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "2026-02-30", "20", "2026-01-01T99:00"])
def test_a_moment_that_is_none_is_refused_by_name(officer: Client, moment: str) -> None:
    response = officer.get(f"/api/v1/grids/?as_of={moment}")
    assert response.status_code == 400
    assert "不是日期或时刻" in response.json()["errors"]["as_of"][0]


def test_only_a_place_that_nobody_has_drawn_has_no_shape(officer: Client) -> None:
    Grid.objects.create(code=WEST + "009", name="未绘制", community_id=WEST, established_on=ESTABLISHED)
    later = Grid.objects.create(code=WEST + "010", name="将绘制", community_id=WEST, established_on=ESTABLISHED)
    world.put(GridBoundary, later, cell(9, 9), since=timezone.now() + timedelta(days=3))
    shapes = {f["id"]: f["geometry"] for f in officer.get(f"/api/v1/grids/?parent={WEST}").json()["features"]}
    assert shapes[WEST + "009"] is None
    assert WEST + "010" not in shapes


def test_a_retired_place_is_there_until_then(officer: Client) -> None:
    gone_at = timezone.now() - timedelta(days=2)
    world.replace(CompoundBoundary, "XQ2", None, at=gone_at)
    Compound.objects.filter(code="XQ2").update(retired_on=timezone.localdate(gone_at))
    assert officer.get(f"/api/v1/compounds/{DISTRICT}:XQ2/").status_code == 404
    before = quote((gone_at - timedelta(seconds=1)).isoformat())
    assert officer.get(f"/api/v1/compounds/{DISTRICT}:XQ2/?as_of={before}").status_code == 200
    card = officer.get(f"/api/v1/card/compound/{DISTRICT}:XQ2/").json()
    assert card["retired_on"] == timezone.localdate(gone_at).isoformat()
    assert card["bbox"] is not None


@pytest.mark.parametrize("limit", [1, 3, 8, 9])
def test_pages_hold_every_place_once_in_both_directions(officer: Client, limit: int) -> None:
    forwards, address = [], f"/api/v1/grids/?limit={limit}&parent={STREET}"
    pages = []
    while address:
        page = officer.get(address).json()
        forwards += [feature["id"] for feature in page["features"]]
        pages.append(page)
        address = page["next"]
    assert forwards == codes(1, 2, 3, 4) + codes(1, 2, 3, 4, community=EAST)
    assert pages[0]["previous"] is None
    backwards, address = list(pages[-1]["features"]), pages[-1]["previous"]
    while address:
        page = officer.get(address).json()
        backwards = page["features"] + backwards
        address = page["previous"]
    assert [feature["id"] for feature in backwards] == forwards


def test_a_page_stays_right_when_a_place_joins(officer: Client) -> None:
    first = officer.get("/api/v1/compounds/?limit=1").json()
    world.add_compound("XQ0", cell(3, 1).buffer(-100), name="新来")
    following = officer.get(first["next"]).json()
    assert [feature["id"] for feature in following["features"]] == [f"{DISTRICT}:XQ2"]


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WyIiLCAiXHUwMDAwIiwgMF0", "%F0", "WzEsMiwzXQ"])
def test_a_cursor_that_is_none_of_ours_is_refused(officer: Client, cursor: str) -> None:
    response = officer.get(f"/api/v1/grids/?cursor={cursor}")
    assert response.status_code == 400
    assert "翻页" in response.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_what_is_unchanged_is_not_sent_again(officer: Client) -> None:
    address = "/api/v1/compounds/?limit=2"
    first = officer.get(address)
    again = officer.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    with CaptureQueriesContext(connection) as asked:
        officer.get(address, headers={"If-None-Match": f'"other", {first["ETag"]}'})
    assert not [query for query in asked.captured_queries if "ST_AsGeoJSON" in query["sql"]]
    world.add_compound("XQ7", cell(3, 0).buffer(-100), name="新")
    changed = officer.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert officer.get("/api/v1/grids/")["ETag"] != changed["ETag"]


def test_a_boundary_that_comes_into_force_changes_the_edition(officer: Client) -> None:
    soon = timezone.now() + timedelta(days=1)
    world.replace(GridBoundary, WEST + "001", cell(0, 0).buffer(-5), at=soon)
    today, tomorrow = (
        officer.get(f"/api/v1/grids/?as_of={quote(moment.isoformat())}")["ETag"]
        for moment in (timezone.now(), soon + timedelta(hours=1))
    )
    assert today != tomorrow


def test_accounts_with_different_territories_never_share_an_edition(officer: Client, signed_in: Any) -> None:
    part = signed_in(Role.OFFICER, WEST)
    assert part.get("/api/v1/grids/")["ETag"] != officer.get("/api/v1/grids/")["ETag"]


def test_answers_are_compressed_for_who_takes_it(officer: Client) -> None:
    plain = officer.get("/api/v1/grids/")
    packed = officer.get("/api/v1/grids/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
    assert "Accept-Encoding" in packed["Vary"]
    held = officer.get("/api/v1/grids/", headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert held.status_code == 304


def test_pages_with_a_token_are_not_compressed(officer: Client) -> None:
    assert "Content-Encoding" not in officer.get("/own-password/", headers={"Accept-Encoding": "gzip"})


def test_head_and_options_answer(officer: Client) -> None:
    head = officer.head("/api/v1/grids/")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"]
    assert "GET" in officer.options("/api/v1/grids/")["Allow"]
