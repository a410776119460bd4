"""Search by what people type, the card of a place, and what lies at a point."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from gis.models import Community, Compound
from gis.models.spelling import spelling_of
from gis.selectors.territory.spelled import one_sign_off
from gis.terms import Role
from tests.api.conftest import City
from tests.services.audits import world
from tests.services.audits.world import DISTRICT, ESTABLISHED, STREET, WEST, inside_outline

pytestmark = pytest.mark.usefixtures("city")


def found(client: Client, text: str, more: str = "") -> list[str]:
    """Return the codes that a search finds, in its order."""
    response = client.get(f"/api/v1/search/?q={quote(text)}{more}")
    assert response.status_code == 200, response.content.decode()
    return [hit["code"] for hit in response.json()["results"]]


@pytest.mark.parametrize(
    "typed",
    [
        "长岭苑",
        "岭",
        "changlingyuan",
        "zhanglingyuan",
        "cly",
        "zly",
        "changly",
        "长ly",
        "chang岭yuan",
        "CHANG LING",
        "chang'ling",
        "xq1",
        "XQ1",
    ],
)
def test_a_compound_is_found_however_it_is_typed(officer: Client, typed: str) -> None:
    assert found(officer, typed)[0] == "XQ1"


def test_characters_with_two_readings_are_found_by_both(officer: Client) -> None:
    assert found(officer, "chongyang") == found(officer, "zhongyang") == ["XQ3"]


@pytest.mark.parametrize("typed", ["长领苑", "zangling", "canglin", "changlimg", "changlinng", "chamgling", "长灵苑"])
def test_a_near_miss_is_found_and_said_to_be_one(officer: Client, typed: str) -> None:
    told = officer.get(f"/api/v1/search/?q={quote(typed)}").json()
    assert told["results"][0]["code"] == "XQ1"
    assert told["near"] is True


def test_what_matches_better_comes_first(officer: Client) -> None:
    Community.objects.filter(code=WEST).update(name="望海苑", spelling=spelling_of("望海苑"))
    world.add_compound("XQ5", inside_outline(0, 1), name="新望海苑")
    world.add_compound("XQ6", inside_outline(2, 1), name="望海苑二期")
    assert found(officer, "望海苑") == [WEST, "XQ2", "XQ6", "XQ5"]
    assert found(officer, "wanghaiyuan") == [WEST, "XQ2", "XQ6", "XQ5"]
    assert found(officer, "why", "&kind=compound&limit=2") == ["XQ2", "XQ6"]


def test_names_of_one_rank_sort_by_pinyin(officer: Client) -> None:
    for number, name in enumerate(["紫园", "安园", "和园"]):
        world.add_compound(f"P{number}", inside_outline(0, 1), name=name)
    assert found(officer, "园") == ["P1", "P2", "P0"]


def test_a_hit_says_where_it_is(officer: Client) -> None:
    (hit,) = officer.get("/api/v1/search/?q=XQ1").json()["results"]
    assert hit["within"] == "一街道 · 社区1"
    assert hit["kind"] == "compound"
    west, south, east, north = hit["bbox"]
    assert west < hit["point"][0] < east
    assert south < hit["point"][1] < north


@pytest.mark.parametrize("typed", ["没有这样的地方", "qqqq", "%", "_", "'", "|", "\\"])
def test_nothing_is_found_where_nothing_is(officer: Client, typed: str) -> None:
    assert found(officer, typed) == []


def test_buildings_are_found_within_a_district_only(officer: Client, signed_in: Any) -> None:
    assert found(officer, "1haolou") == ["L1"]
    anywhere = signed_in(Role.AUDITOR, "")
    assert found(anywhere, "1haolou") == []
    assert found(anywhere, "1haolou", f"&district={DISTRICT}") == ["L1"]
    assert found(anywhere, "1haolou", "&kind=building") == ["L1"]


def test_a_place_without_spelling_is_found_by_its_characters(officer: Client) -> None:
    Compound.objects.filter(code="XQ1").update(spelling="")
    assert found(officer, "长岭") == ["XQ1"]


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("长岭", "|长/zhang/chang|岭/ling"),
        ("K 5", "|k|5"),
        ("绿", "|绿/lv/lu"),
        ("Ａ１｜/|", "|a|1"),
        ("", ""),
    ],
)
def test_a_spelling_holds_every_reading(name: str, spelling: str) -> None:
    assert spelling_of(name) == spelling


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("望湖苑", "望海苑", True),
        ("wanghaiyan", "望海苑", True),
        ("碧湖苑", "望海苑", False),
        ("wanghai", "长岭", False),
    ],
)
def test_one_sign_may_be_off(typed: str, name: str, expected: bool) -> None:
    assert one_sign_off(typed, name) is expected


def test_a_card_tells_what_is_known(officer: Client, city: City) -> None:
    card = officer.get(f"/api/v1/card/compound/{DISTRICT}:XQ1/").json()
    assert [(above["kind"], above["code"]) for above in card["parents"]] == [
        ("district", DISTRICT),
        ("street", STREET),
        ("community", WEST),
    ]
    facts = {fact["label"]: fact["value"] for fact in card["facts"]}
    assert facts["判定"] == "被网格线穿过"
    assert (facts["楼栋"], facts["楼栋户数"]) == (1, 30)
    assert facts["面积"] == pytest.approx(12_000, rel=2e-3)
    assert [finding["id"] for finding in card["findings"]] == [city.crossed.pk]
    assert card["history"][0]["in_force_from"].startswith(ESTABLISHED.isoformat())


@pytest.mark.parametrize(("kind", "key"), [("district", DISTRICT), ("street", STREET), ("community", WEST)])
def test_a_territory_counts_what_is_below(officer: Client, kind: str, key: str) -> None:
    facts = {fact["label"]: fact["value"] for fact in officer.get(f"/api/v1/card/{kind}/{key}/").json()["facts"]}
    assert facts["网格"] == (4 if kind == "community" else 8)
    assert ("社区" in facts) is (kind != "community")


@pytest.mark.parametrize(
    ("kind", "key", "parents"),
    [
        ("building", f"{DISTRICT}:L1", 4),
        ("station", f"{DISTRICT}:Z1", 3),
        ("office", f"{DISTRICT}:B1", 3),
        ("road", f"{DISTRICT}:R1", 1),
        ("grid", f"{WEST}001", 3),
    ],
)
def test_every_kind_has_a_card(officer: Client, kind: str, key: str, parents: int) -> None:
    card = officer.get(f"/api/v1/card/{kind}/{key}/").json()
    assert len(card["parents"]) == parents
    assert card["point"]


@pytest.mark.parametrize("address", ["card/castle/1/", "card/grid/nothing/", "card/compound/XQ1/", "card/compound/:/"])
def test_a_card_of_nothing_is_not_found(officer: Client, address: str) -> None:
    assert officer.get(f"/api/v1/{address}").status_code == 404


def test_a_point_lies_in_its_places(officer: Client) -> None:
    at = Compound.objects.get(code="XQ2").boundaries.get().shape.point_on_surface
    places = officer.get(f"/api/v1/where/?lon={at.x}&lat={at.y}").json()["places"]
    assert [(place["kind"], place["code"]) for place in places] == [
        ("district", DISTRICT),
        ("street", STREET),
        ("community", WEST),
        ("grid", WEST + "004"),
        ("compound", "XQ2"),
    ]
    assert officer.get("/api/v1/where/?lon=0&lat=0").json()["places"] == []
