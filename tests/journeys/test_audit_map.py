"""The take-away map: downloaded, opened from disk with the network off, read on a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gis.terms import Role
from tests.journeys.conftest import DESK, PHONE, barriers

pytestmark = pytest.mark.journey

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def map_file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("map") / "audit-map.html"


@pytest.fixture
def sheet(enter, open_page, map_file):
    """Return a function that opens the downloaded map from disk and counts what it asks of a network."""

    def opened(size: dict[str, int]) -> tuple[Page, list[str]]:
        if not map_file.exists():
            page = enter(Role.LEADER)
            with page.expect_download() as coming:
                page.get_by_role("button", name="下载检查图").click()
            coming.value.save_as(map_file)
        page = open_page(size, offline=True)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(map_file.as_uri())
        expect(page.locator(".place-name").first).to_be_visible()
        return page, asked

    return opened


def names(page: Page) -> list[str]:
    return page.locator(".place-name").all_inner_texts()


def overlapping(page: Page) -> int:
    """Return how many pairs of names lie on each other."""
    boxes = page.locator(".place-name").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"
    )
    return sum(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for i, a in enumerate(boxes) for b in boxes[i + 1 :]
    )


def test_it_opens_from_disk_without_a_network(sheet, map_file, picture):
    page, asked = sheet(DESK)
    assert asked == [map_file.as_uri()]
    assert map_file.stat().st_size < 4 * MEGABYTE
    expect(page.locator(".headline")).to_have_text("44 个小区被网格线穿过")
    expect(page.locator("#count")).to_have_text("共 44 个")
    assert any("社区" in name for name in names(page))
    assert overlapping(page) == 0
    assert barriers(page) == []
    picture(page, "audit-map")


def test_a_row_of_the_list_goes_to_its_compound(sheet, picture):
    page, _asked = sheet(DESK)
    row = page.locator("#rows button").nth(3)
    name = row.locator(".name").inner_text()
    row.click()
    expect(page.locator("#card h2")).to_have_text(name)
    expect(page.locator("#card table tbody tr")).not_to_have_count(0)
    expect(page.locator(".place-name.crossed").filter(has_text=name)).to_be_visible()
    expect(page.locator(".place-name.width").first).to_contain_text("宽")
    assert overlapping(page) == 0
    assert barriers(page) == []
    picture(page, "audit-map-compound")
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()


def test_it_works_by_keyboard(sheet):
    page, _asked = sheet(DESK)
    page.get_by_label("查找小区").focus()
    name = page.locator("#rows .name").first.inner_text()
    page.keyboard.type(name)
    expect(page.locator("#rows .name").first).to_have_text(name)
    for _step in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text(name)


def test_the_list_is_sorted_filtered_and_searched(sheet):
    page, _asked = sheet(DESK)
    page.get_by_label("排序").select_option("households")
    households = page.locator("#rows .small.figure").all_inner_texts()
    numbers = [int("".join(filter(str.isdigit, text))) for text in households]
    assert numbers == sorted(numbers, reverse=True)
    page.get_by_label("显示").select_option("all")
    expect(page.locator("#count")).to_have_text("共 318 个")
    page.get_by_label("查找小区").fill("没有这样的小区")
    expect(page.locator("#rest")).to_have_text("没有符合条件的小区。")


def test_layers_go_on_and_off_and_noise_is_off_at_first(sheet):
    page, _asked = sheet(DESK)
    noise = page.get_by_role("checkbox", name="数字化误差碎片")
    expect(noise).not_to_be_checked()
    before = len(names(page))
    page.get_by_role("checkbox", name="社区界线").uncheck()
    expect(page.locator(".place-name.community")).to_have_count(0)
    page.get_by_role("checkbox", name="社区界线").check()
    expect(page.locator(".place-name")).to_have_count(before)
    noise.check()


def test_a_click_on_open_land_tells_its_grid(sheet):
    page, _asked = sheet(DESK)
    page.locator("#rows button").first.click()
    page.keyboard.press("Escape")
    name = page.locator(".place-name.grid").first
    box = name.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#card")).to_be_visible()


def test_it_is_of_use_on_a_phone(sheet, picture):
    page, _asked = sheet(PHONE)
    expect(page.locator("#rows button").first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert overlapping(page) == 0
    assert barriers(page) == []
    picture(page, "audit-map-phone")
    page.locator("#list > summary").tap()
    page.locator("#rows button").first.tap()
    expect(page.locator("#list")).not_to_have_attribute("open", "")
    expect(page.locator("#card h2")).to_be_visible()
    card, header = page.locator("#card").bounding_box(), page.locator("#panel").bounding_box()
    assert card["y"] - header["height"] > 250, "the map stays in sight between title and card"
    assert barriers(page) == []
    picture(page, "audit-map-phone-compound")
