"""Tiles over HTTP: who may see what, what is asked again, what is no tile."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gis.models import Grid, GridBoundary
from gis.selectors.tiles import drawing
from gis.services.tiles.copies import make_copies
from gis.terms import Role
from gis.web.tiles import ASK_AGAIN, FOR_GOOD
from tests.services.audits import world
from tests.tile_reading import read, tile_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Any:
    district = world.make_district()
    make_copies(district_code=world.DISTRICT)
    return district


@pytest.fixture
def officer(district: Any, as_role: Callable[..., Client]) -> Client:
    return as_role(Role.OFFICER, world.DISTRICT)


def address(layer: str = "grid", zoom: int = 13, **query: str) -> str:
    tile = tile_at(*GridBoundary.objects.get(place__code=world.WEST + "004").shape.centroid.coords, zoom)
    asked = "&".join(f"{name}={value}" for name, value in {"district": world.DISTRICT, **query}.items())
    return f"/tiles/{layer}/{zoom}/{tile.x}/{tile.y}.mvt?{asked}"


def index(client: Client, **query: str) -> dict[str, Any]:
    return client.get("/tiles/index.json", {"district": world.DISTRICT, **query}).json()


def codes(body: bytes) -> set[str]:
    return {feature["properties"]["code"] for feature in read(body).get("grid", [])}


def test_the_index_tells_what_a_map_needs(officer: Client) -> None:
    told = index(officer)
    assert set(told) == {"edition", "layers", "bundles", "bounds", "as_of"}
    assert told["as_of"] is None
    assert told["layers"]["grid"].keys() == {"minzoom", "maxzoom", "v"}
    assert len(told["layers"]) == 10
    assert told["bundles"]["cells"].keys() == {"layers", "minzoom", "maxzoom", "v"}
    bundled = [layer for bundle in told["bundles"].values() for layer in bundle["layers"]]
    assert len(bundled) == len(set(bundled))
    assert set(bundled) == set(told["layers"]) - {"finding"}
    assert len(told["bounds"]) == 4
    assert index(officer, as_of="2026-07-01")["as_of"] == "2026-07-01T23:59:59.999999+08:00"


def test_a_tile_asked_for_by_its_edition_is_good_for_ever(officer: Client) -> None:
    version = index(officer)["layers"]["grid"]["v"]
    answer = officer.get(address(v=version))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["Cache-Control"] == FOR_GOOD
    assert {"Accept-Encoding", "Cookie"} <= {name.strip() for name in answer.headers["Vary"].split(",")}
    assert len(codes(answer.content)) == 8
    assert officer.get(address(v="other")).headers["Cache-Control"] == ASK_AGAIN


def test_layers_asked_for_together_come_as_each_alone(officer: Client) -> None:
    version = index(officer)["bundles"]["cells"]["v"]
    together = officer.get(address("cells", v=version))
    assert together.headers["Cache-Control"] == FOR_GOOD
    alone = [read(officer.get(address(layer)).content) for layer in ("grid", "compound", "building")]
    assert read(together.content) == {part: features for layer in alone for part, features in layer.items()}
    Grid.objects.filter(code=world.WEST + "001").update(name="新名")
    assert index(officer)["bundles"]["cells"]["v"] != version
    again = officer.get(address("cells", v=version), headers={"If-None-Match": together.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (200, ASK_AGAIN)


def test_a_tile_is_sent_compressed_to_who_takes_it(officer: Client) -> None:
    plain = officer.get(address())
    packed = officer.get(address(), headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


def test_what_the_reader_has_is_not_drawn_again(
    officer: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    path = address()
    etag = officer.get(path).headers["ETag"]

    def no_drawing(*_args: object) -> None:
        raise AssertionError("a layer was asked")

    monkeypatch.setattr(drawing, "fetch_row", no_drawing)
    with django_assert_max_num_queries(6) as asked:
        answer = officer.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert not [query for query in asked.captured_queries if re.search("boundary|tilecopy|gridwork_grid", query["sql"])]
    monkeypatch.undo()
    Grid.objects.filter(code=world.WEST + "001").update(name="新名")
    fresh = officer.get(path, headers={"If-None-Match": etag})
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != etag


def test_a_finished_tile_is_not_drawn_again(
    officer: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.TILE_STORE_BYTES, settings.TILE_STORE_DIR = 1 << 20, tmp_path
    first = officer.get(address())
    empty = officer.get(address(zoom=3))
    monkeypatch.setattr(drawing, "fetch_row", lambda *_args: pytest.fail("a layer was asked"))
    assert officer.get(address()).content == first.content
    assert officer.get(address(zoom=3)).status_code == empty.status_code == 204
    monkeypatch.undo()
    world.replace(GridBoundary, world.WEST + "004", None, at=timezone.now())
    assert codes(officer.get(address()).content) == codes(first.content) - {world.WEST + "004"}


def test_where_nothing_lies_there_is_no_content(officer: Client) -> None:
    answer = officer.get(f"/tiles/grid/13/0/0.mvt?district={world.DISTRICT}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "ETag" in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/grid/30/5/5.mvt",
        "/tiles/grid/23/5/5.mvt",
        "/tiles/grid/12/4096/5.mvt",
        "/tiles/grid/12/5/4096.mvt",
        "/tiles/grid/12/-1/5.mvt",
        "/tiles/grid/12/5/-1.mvt",
        "/tiles/grid/twelve/5/5.mvt",
        "/tiles/grid/12/5.5/5.mvt",
        "/tiles/grid/99999999999999999999999999/5/5.mvt",
        "/tiles/grid/12/99999999999999999999999999/5.mvt",
        "/tiles/houses/12/5/5.mvt",
        "/tiles/finding_cut/12/5/5.mvt",
        "/tiles/grid/12/5/5.png",
    ],
)
def test_what_is_no_tile_is_not_found(officer: Client, path: str) -> None:
    answer = officer.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("as_of", ["yesterday", "2026-13-01", "2026-02-30", "'; drop table", "٢٠٢٦", "1e9"])
def test_a_moment_that_is_none_is_refused(officer: Client, as_of: str) -> None:
    for path in (address(), f"/tiles/index.json?district={world.DISTRICT}"):
        answer = officer.get(path, {"district": world.DISTRICT, "as_of": as_of})
        assert answer.status_code == 400
        assert answer.json()["rule"] == "moment.unreadable"


@pytest.mark.parametrize("as_of", ["0001-01-01", "1800-01-01", "2025-12-31"])
def test_before_the_beginning_there_is_nothing(officer: Client, as_of: str) -> None:
    assert officer.get(address(as_of=as_of)).status_code == 204
    assert index(officer, as_of=as_of)["bounds"] is None


def test_the_past_and_the_future_are_drawn_as_they_were_and_will_be(officer: Client) -> None:
    later = timezone.localtime() + timedelta(days=10)
    world.replace(GridBoundary, world.WEST + "004", None, at=later)
    whole = codes(officer.get(address()).content)
    assert codes(officer.get(address(as_of="2026-02-01")).content) == whole
    after = officer.get(address(as_of=(later + timedelta(days=1)).date().isoformat()))
    assert codes(after.content) == whole - {world.WEST + "004"}
    assert officer.get(address(as_of="9999-12-31")).status_code == 200


def test_an_account_of_a_part_sees_its_part(district: Any, as_role: Callable[..., Client]) -> None:
    west, east, elsewhere = (as_role(Role.STEWARD, code) for code in (world.WEST, world.EAST, "999999"))
    assert {code[:12] for code in codes(west.get(address()).content)} == {world.WEST}
    assert {code[:12] for code in codes(east.get(address()).content)} == {world.EAST}
    assert elsewhere.get(address()).status_code == 404
    assert elsewhere.get(f"/tiles/index.json?district={world.DISTRICT}").status_code == 404
    assert as_role(None).get(address()).status_code == 404
    versions = {index(client)["layers"]["grid"]["v"] for client in (west, east)}
    assert len(versions) == 2
    answer = east.get(address(v=index(west)["layers"]["grid"]["v"]))
    assert {code[:12] for code in codes(answer.content)} == {world.EAST}
    assert answer.headers["Cache-Control"] == ASK_AGAIN


def test_parts_do_not_share_finished_tiles(
    district: Any, as_role: Callable[..., Client], settings: Any, tmp_path: Any
) -> None:
    settings.TILE_STORE_BYTES, settings.TILE_STORE_DIR = 1 << 20, tmp_path
    whole = codes(as_role(Role.OFFICER, world.DISTRICT).get(address()).content)
    part = codes(as_role(Role.STEWARD, world.WEST).get(address()).content)
    assert (len(whole), len(part)) == (8, 4)


def test_nobody_sees_nothing(district: Any) -> None:
    for path in (address(), "/tiles/index.json"):
        answer = Client().get(path)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_tile_is_only_asked_for(officer: Client) -> None:
    assert officer.post(address()).status_code == 405
    assert officer.head(address()).status_code == 200
