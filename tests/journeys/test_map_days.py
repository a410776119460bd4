"""The map as it was on another day, and what it says of days that it knows nothing of."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import DISTRICT, a_compound, barriers


def test_an_old_day_is_shown_and_said(live):
    page = live()
    with page.expect_request(re.compile(r"/tiles/cells/.*as_of=2025-06-01")):
        page.get_by_role("button", name="日期").click()
        page.get_by_label("查看哪一天").fill("2025-06-01")
        page.get_by_role("button", name="显示", exact=True).click()
    expect(page.locator("#banner")).to_contain_text("2025年6月1日")
    expect(page.locator("#banner")).to_contain_text("不是今天")
    expect(page).to_have_url(re.compile("as_of=2025-06-01"))
    assert barriers(page) == []
    page.get_by_role("button", name="回到今天").click()
    expect(page.locator("#banner")).to_be_hidden()
    assert "as_of" not in page.url


def test_a_day_before_everything_is_an_empty_map_and_no_fault(live):
    page = live(query="as_of=1949-10-01")
    banner = page.locator("#banner")
    expect(banner).to_contain_text("1949年10月1日")
    expect(banner).to_contain_text("该日还没有界线")
    # The district's place, not the whole country.
    expect(page.locator(".ol-scale-line-inner")).to_have_text(re.compile(r"^[1-9]\d? km$"))
    expect(page.locator("#worklist .old-day")).to_contain_text("清单是今天的；地图显示的是 1949年10月1日 的情况。")


def test_a_place_that_was_not_there_on_a_day_is_said_and_found_again_today(live):
    page = live()
    wanted = a_compound(page)
    page = live(query=f"as_of=1949-10-01&place=compound:{DISTRICT}:{wanted['code']}")
    card = page.locator("#card")
    expect(card).to_contain_text("1949年10月1日 没有这个对象：当时还没有设立，或已经停用。")
    expect(page.locator("#notices .notice-line")).to_have_count(0)
    assert barriers(page) == []
    card.get_by_role("button", name="回到今天").click()
    expect(card.get_by_role("heading", level=2)).to_have_text(wanted["name"])
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#worklist .old-day")).to_be_hidden()
