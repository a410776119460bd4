"""The live map: found by pinyin, read on its card, forwarded by its address, measured; and what disturbs it."""

import re
import unicodedata
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader
from pypinyin import lazy_pinyin

from gis.terms import Role
from tests.journeys.conftest import DESK, DISTRICT, FLAGS, PATIENCE_MS, PHONE, a_compound, barriers, drawn

pytestmark = pytest.mark.journey

TABLET = {"width": 1024, "height": 768}
WIDE = {"width": 1920, "height": 1080}
FINGER_PX = 44
PNG = b"\x89PNG\r\n\x1a\n"


def found(page: Page) -> Locator:
    """Return the rows under the search box (the list beside the map is one of options, too)."""
    return page.get_by_role("listbox", name="查找结果").get_by_role("option")


def search(page: Page) -> None:
    page.locator("#map").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="查找地点或坐标")).to_be_focused()


def test_a_leader_finds_a_compound_by_pinyin_and_reads_its_card(live, picture):
    page = live()
    wanted = a_compound(page)
    search(page)
    page.keyboard.type("".join(lazy_pinyin(wanted["name"])))
    options = found(page)
    expect(options.filter(has_text=wanted["name"]).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    card = page.locator("#card")
    expect(card.get_by_role("heading", level=2)).to_have_text(wanted["name"])
    expect(card.get_by_role("heading", level=2)).to_be_focused()
    expect(card).to_contain_text("被网格线穿过")
    expect(card.get_by_role("navigation", name="所属")).to_contain_text("社区")
    expect(page).to_have_url(re.compile(rf"place=compound:{DISTRICT}:{wanted['code']}"))
    assert barriers(page) == []
    card.get_by_role("button", name="小区被网格线穿过").click()
    expect(page).to_have_url(re.compile(r"finding=\d+"))
    page.wait_for_load_state("networkidle")
    picture(page, "map-compound")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_an_address_shows_the_same_again_and_back_goes_back(live, site):
    page = live(query="at=36.09500,120.47000,15&layers=grid,compound")
    wanted = a_compound(page)
    page.goto(f"{site.url}/map/?district={DISTRICT}&at=36.09500,120.47000,15&layers=grid,compound")
    drawn(page)
    search(page)
    page.keyboard.type(wanted["code"])
    expect(found(page).first).to_contain_text(wanted["name"])
    page.keyboard.press("Enter")
    heading = page.locator("#card").get_by_role("heading", level=2)
    expect(heading).to_have_text(wanted["name"])
    page.wait_for_load_state("networkidle")
    address = page.url
    again = page.context.new_page()
    again.goto(address)
    drawn(again)
    expect(again.locator("#card").get_by_role("heading", level=2)).to_have_text(wanted["name"])
    again.get_by_role("button", name="图层", exact=True).click()
    expect(again.get_by_role("checkbox", name="网格界")).to_be_checked()
    expect(again.get_by_role("checkbox", name="道路")).not_to_be_checked()
    assert again.url.split("&at=")[1].split("&")[0] == address.split("&at=")[1].split("&")[0]
    page.go_back()
    expect(page.locator("#card")).to_be_hidden()
    page.go_forward()
    expect(heading).to_have_text(wanted["name"])


def test_nonsense_in_an_address_is_passed_over(live):
    page = live(query="at=x,y,z&layers=<b>&as_of=2026-13-45&place=person:1&finding=-1&ground=nowhere")
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#notices .notice-line")).to_have_count(0)


def test_what_needs_the_room_closes_the_layers_on_a_small_screen(live):
    page = live(size={"width": 768, "height": 1024})
    layers = page.locator("#layers")
    for begin in ("测距", "日期"):
        page.get_by_role("button", name="图层", exact=True).click()
        expect(layers).to_be_visible()
        page.get_by_role("button", name=begin).click()
        if begin == "日期":
            page.get_by_label("查看哪一天").fill("2025-06-01")
            page.get_by_role("button", name="显示", exact=True).click()
        expect(layers).to_be_hidden()
    zoom_out = page.get_by_role("button", name="缩小").bounding_box()
    news = page.locator("#notices").bounding_box()
    assert news["x"] + news["width"] <= zoom_out["x"]


def test_who_may_change_nothing_is_offered_nothing_to_tick(live):
    page = live(Role.LEADER)
    expect(page.locator("#cases [role=option]").first).to_be_visible()
    expect(page.locator("#cases .tick")).to_have_count(0)
    page.locator("#cases").focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_role("button", name="取消勾选")).to_have_count(0)


def test_coordinates_from_a_phone_are_understood_and_said(live):
    page = live()
    search(page)
    page.keyboard.insert_text("36.1, 120.48")
    options = found(page)
    expect(options).to_have_count(3)
    expect(options.nth(0)).to_contain_text("CGCS2000")
    expect(options.nth(1)).to_contain_text("GCJ-02")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.locator("#card")
    expect(card.get_by_role("heading", name="所选位置")).to_be_visible()
    expect(card).to_contain_text("EPSG:4549")
    expect(card.locator("dd").nth(2)).to_contain_text("36.100000, 120.480000")
    expect(page.locator("#notices")).to_contain_text("按 GCJ-02")
    expect(card).to_contain_text("社区")
    assert barriers(page) == []


def test_a_right_click_tells_where_that_is(live):
    page = live()
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, button="right")
    expect(page.locator("#card").get_by_role("heading", name="所选位置")).to_be_visible()
    page.locator("#card").get_by_role("button", name=re.compile("社区$")).click()
    expect(page.locator("#card .kind")).to_have_text("社区")


def test_lengths_and_areas_are_measured_without_a_mouse(live):
    page = live(query="at=36.09500,120.47000,16")
    page.locator("#map").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="测距")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(" ")
    before = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(before)
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    said = page.locator("#notices").get_by_text(re.compile("^长度"))
    expect(said).to_be_visible()
    length_m = float(re.search(r"([\d.]+) 米", said.inner_text().replace("\u202f", ""))[1])
    start, end = (float(url.split("at=")[1].split(",")[1]) for url in (before, page.url))
    assert length_m == pytest.approx((end - start) * 111_320 * 0.808, rel=0.01), "cos 36.1° = 0.808"
    expect(page.get_by_role("button", name="测距")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="测面")).to_have_attribute("aria-pressed", "false")


def test_the_view_is_taken_away_as_a_picture(live, tmp_path):
    page = live()
    with page.expect_download() as coming:
        page.get_by_role("button", name="图片").click()
    coming.value.save_as(tmp_path / "map.png")
    content = (tmp_path / "map.png").read_bytes()
    assert content.startswith(PNG)
    assert len(content) > 50_000, "a blank sheet is smaller"
    assert re.fullmatch(r".+-\d{4}-\d\d-\d\d\.png", coming.value.suggested_filename)


def test_the_view_is_printed_as_one_sheet_with_its_legend(live):
    page = live()
    sheet = PdfReader(BytesIO(page.pdf(format="A4", landscape=True)))
    assert len(sheet.pages) == 1
    told = unicodedata.normalize("NFKC", sheet.pages[0].extract_text())
    assert "社区网格图" in told
    assert "内部使用" in told
    assert "被网格线穿过" in told
    assert "问题清单" not in told
    assert page.locator("#print-sheet").count() == 0
    expect(page.locator("#map canvas").first).to_be_visible()


def test_everything_is_reached_by_keyboard(live):
    page = live(query="at=36.09500,120.47000,16")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card").get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="地图操作")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.get_by_role("region", name="图层与图例")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("checkbox", name="网格界").focus()
    page.keyboard.press(" ")
    expect(page).to_have_url(re.compile("layers="))


@pytest.mark.parametrize("size", [WIDE, TABLET], ids=["wide", "tablet"])
def test_it_fits_wide_screens_and_tablets(live, size):
    page = live(size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]
    assert barriers(page) == []


def test_it_is_of_use_on_a_phone(live, picture):
    page = live(size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for tool in page.locator("#tools button:visible").all():
        box = tool.bounding_box()
        assert box["height"] >= FINGER_PX
        assert box["width"] >= FINGER_PX - 1
    assert barriers(page) == []
    wanted = a_compound(page)
    page.get_by_role("combobox", name="查找地点或坐标").fill(wanted["name"])
    found(page).first.tap()
    card = page.locator("#card")
    expect(card.get_by_role("heading", level=2)).to_have_text(wanted["name"])
    sheet, ground = card.bounding_box(), page.locator("#map").bounding_box()
    assert sheet["y"] > ground["y"] + 0.3 * ground["height"], "the map stays in sight above the sheet"
    page.wait_for_load_state("networkidle")
    assert barriers(page) == []
    picture(page, "map-phone")
    page.get_by_role("button", name="图层", exact=True).tap()
    expect(page.get_by_role("region", name="图层与图例")).to_be_visible()
    page.get_by_role("button", name="图层", exact=True).tap()
    expect(page.get_by_role("region", name="图层与图例")).to_be_hidden()


def test_an_ended_session_is_said_and_the_page_is_kept(live, site):
    page = live(query="at=36.09500,120.47000,15")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    search(page)
    page.keyboard.type("hua")
    asked = page.get_by_role("link", name="在新标签页登录")
    expect(asked).to_be_visible()
    assert asked.get_attribute("target") == "_blank"
    page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "sessionid"])
    page.get_by_role("button", name="已登录，继续").click()
    expect(asked).to_be_hidden()
    expect(page.locator("#map")).to_have_attribute("data-state", "complete")
    search(page)
    page.keyboard.type("hua")
    expect(found(page).first).to_be_visible()


def test_storms_of_clicks_do_no_harm(live):
    page = live()
    box = page.locator("#map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _time in range(12):
        page.mouse.click(*middle, button="right")
        page.mouse.dblclick(*middle)
        page.mouse.click(*middle)
    for _time in range(6):
        page.get_by_role("button", name="测距").click()
        page.get_by_role("button", name="测面").click()
    page.locator("#map").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.mouse.click(*middle, button="right")
    expect(page.locator("#card").get_by_role("heading", name="所选位置")).to_be_visible()


def test_two_tabs_do_not_disturb_each_other(live, site):
    page = live(query="at=36.09500,120.47000,15")
    other = page.context.new_page()
    other.goto(f"{site.url}/map/?district={DISTRICT}&as_of=2025-06-01")
    drawn(other)
    expect(other.locator("#banner")).to_be_visible()
    expect(page.locator("#banner")).to_be_hidden()
    assert "as_of" not in page.url


@pytest.fixture
def own_browser(browser, chromium):
    """Return a function that starts another browser with flags of its own and opens a page in it."""
    started = []

    def opened(flags: list[str], cookies: list, **more: Any) -> Page:
        running = browser.browser_type.launch(
            executable_path=chromium, args=flags, ignore_default_args=["--enable-unsafe-swiftshader"]
        )
        started.append(running)
        context = running.new_context(viewport=DESK, locale="zh-CN", **more)
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies(cookies)
        return context.new_page()

    yield opened
    for running in started:
        running.close()


def test_without_a_script_the_lists_are_offered(enter, own_browser, site):
    page = own_browser(FLAGS, enter(Role.LEADER).context.cookies(), java_script_enabled=False)
    page.goto(f"{site.url}/map/?district={DISTRICT}")
    expect(page.get_by_text("地图没有打开")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="问题清单").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_without_a_network_it_says_so_and_comes_back(enter, own_browser, site):
    page = own_browser(FLAGS, enter(Role.LEADER).context.cookies())
    page.goto(f"{site.url}/map/?district={DISTRICT}")
    drawn(page)
    page.context.set_offline(True)
    search(page)
    page.keyboard.type("hua")
    expect(page.get_by_role("alert")).to_contain_text("连接不上服务器")
    page.context.set_offline(False)
    page.get_by_role("combobox", name="查找地点或坐标").fill("huating")
    expect(found(page).first).to_be_visible()


def test_a_machine_without_webgl_shows_it_all_the_same(enter, own_browser, site):
    flags = [flag for flag in FLAGS if flag != "--enable-unsafe-swiftshader"] + ["--disable-software-rasterizer"]
    page = own_browser(flags, enter(Role.LEADER).context.cookies(), reduced_motion="reduce")
    page.goto(f"{site.url}/map/?district={DISTRICT}")
    assert page.evaluate("document.createElement('canvas').getContext('webgl')") is None
    drawn(page)
    assert page.evaluate(PAINTED) > 0.1, "the canvas is not blank"


PAINTED = """() => {
    const canvas = document.querySelector('#map .ol-layer canvas, #map canvas.ol-layer');
    const { width, height } = canvas;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    let painted = 0;
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at] > 0) painted += 1;
    return painted / (width * height);
}"""


def test_the_map_pictures_for_the_readme(live, picture):
    page = live(Role.OFFICER)
    page.wait_for_load_state("networkidle")
    assert barriers(page) == []
    picture(page, "map")
