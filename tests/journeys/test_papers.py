"""The papers of a plan: the notice and the hand-over lists on the page, printed, as PDF; the page to forward, opened
from disk with the network off; all of it by keyboard where there is something to operate.
"""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from gis.terms import Role
from tests.journeys.conftest import DISTRICT, PHONE, Site, barriers
from tests.journeys.redrawing import FOUR_CROSSED, ask, new_plan
from tests.journeys.test_plan_pages import mended

pytestmark = pytest.mark.journey

A3_POINTS = (841.9, 1190.6)


def plan_with_paper(page: Page) -> str:
    """Open a plan for a community and mend one of its compounds."""
    plan = new_plan(page, FOUR_CROSSED)
    asked = f"findings/?district={DISTRICT}&kind=compound_crossed&clarity=clear&limit=100"
    units = ask(page, "GET", f"plans/{plan}/units/")["features"]
    here = {unit["properties"]["compound"] for unit in units}
    crossed = next(one["subjects"][0] for one in ask(page, "GET", asked)["results"] if one["subjects"][0] in here)
    mended(page, plan, crossed)
    return plan


def test_the_notice_is_read_printed_and_taken_away(
    enter: Callable[..., Page], site: Site, picture: Callable[..., None]
) -> None:
    page = enter(Role.OFFICER)
    plan = plan_with_paper(page)
    page.goto(f"{site.url}/plans/{plan}/notice/")
    expect(page.get_by_role("heading", name="网格调整公告", exact=True)).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(1)
    expect(page.locator(".paper")).to_contain_text(re.compile("东至.+南至.+西至.+北至", re.DOTALL))
    assert barriers(page) == []
    picture(page, "notice")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert all("草案" in sheet.extract_text() for sheet in printed.pages)
    assert "下载 PDF" not in "".join(sheet.extract_text() for sheet in printed.pages)
    page.get_by_role("link", name="A3", exact=True).click()
    larger = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    size = larger.pages[0].mediabox
    assert (float(size.width), float(size.height)) == pytest.approx(A3_POINTS, abs=2.0)
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载 PDF（A3）").click()
    assert taken.value.suggested_filename.endswith("A3.pdf")
    assert PdfReader(taken.value.path()).pages[0].mediabox.width == pytest.approx(A3_POINTS[0], abs=0.2)
    page.goto(f"{site.url}/plans/{plan}/handover/")
    expect(page.get_by_text("移交（交出）").first).to_be_visible()
    assert barriers(page) == []
    page.set_viewport_size(PHONE)
    for address in ("notice", "handover"):
        page.goto(f"{site.url}/plans/{plan}/{address}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert barriers(page) == []


def test_who_signs_is_written_once(enter: Callable[..., Page], site: Site) -> None:
    page = enter(Role.OFFICER)
    page.goto(f"{site.url}/districts/{DISTRICT}/imprint/")
    page.get_by_label("发布单位").fill("云澜区网格化服务管理中心")
    page.get_by_label("办公电话").fill("0000-1234567")
    page.get_by_role("button", name="保存").press("Enter")
    expect(page.get_by_text("公告署名已保存")).to_be_visible()
    assert barriers(page) == []


def test_the_page_to_forward_opens_from_disk(
    enter: Callable[..., Page], site: Site, open_page: Callable[..., Page], tmp_path: Path, picture: Callable[..., None]
) -> None:
    page = enter(Role.OFFICER)
    plan = plan_with_paper(page)
    with page.expect_download() as taken:
        page.evaluate("address => { location.href = address }", f"{site.url}/plans/{plan}/before-after.html")
    file = tmp_path / "plan.html"
    taken.value.save_as(file)
    away = open_page({"width": 1440, "height": 900}, offline=True)
    away.goto(file.as_uri())
    divider = away.get_by_label("左右拖动")
    expect(divider).to_be_visible()
    clip = "document.querySelector('.leaflet-before-pane').style.clip"
    before = away.evaluate(clip)
    divider.focus()
    divider.press("ArrowRight")
    assert away.evaluate(clip) != before
    away.get_by_label("调整后", exact=True).check()
    expect(away.locator("#swipe")).to_be_hidden()
    away.locator("#rows button").first.press("Enter")
    expect(away.locator("#rows [aria-current]")).to_have_count(1)
    assert barriers(away) == []
    picture(away, "before-after")
