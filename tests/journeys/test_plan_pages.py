"""A plan from the worklist to its day: the officer opens it, the approver reads the case on one screen, remarks on a
place, sends it back, schedules it; the comparison by keyboard and by touch; who sees it; the same without scripts.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gis.terms import Role
from tests.journeys.conftest import DESK, DISTRICT, PHONE, Site, barriers
from tests.journeys.redrawing import ask

pytestmark = pytest.mark.journey


def mended(page: Page, plan: str, compound: str) -> None:
    """Give a compound whole to the grid that has most of it, beside the page."""
    units = ask(page, "GET", f"plans/{plan}/units/")["features"]
    mine = [unit for unit in units if unit["properties"]["compound"] == compound]
    finding = ask(page, "GET", f"findings/?district={DISTRICT}&kind=compound_crossed&search={compound}")["results"][0]
    version = ask(page, "GET", f"plans/{plan}/")["version"]
    edit = {
        "kind": "assign_units",
        "units": [unit["properties"]["number"] for unit in mine],
        "grid": finding["subjects"][1],
    }
    ask(page, "POST", f"plans/{plan}/operations/", {"edits": [edit]}, version)


def number_of(page: Page) -> str:
    """Return the number of the plan that a page shows."""
    found = re.search(r"/plans/([0-9a-f-]{36})/", page.url)
    assert found, page.url
    return found[1]


def drawn(page: Page) -> None:
    """Wait until both maps are drawn."""
    expect(page.locator("#pair")).to_have_attribute("data-state", "complete")


def opened(page: Page, site: Site) -> str:
    """Open a plan for the first crossed compound by the page's form, mend it, and return its number."""
    found = ask(page, "GET", f"findings/?district={DISTRICT}&kind=compound_crossed&clarity=clear&limit=1")["results"][0]
    compound = found["subjects"][0]
    page.goto(f"{site.url}/plans/new/?district={DISTRICT}&compound={compound}")
    page.get_by_role("button", name="建立方案").last.click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/"))
    plan = number_of(page)
    mended(page, plan, compound)
    page.reload()
    return plan


@pytest.fixture(scope="module")
def walked() -> dict[str, str]:
    """What one walk leaves for the next: the number of the plan."""
    return {}


def test_from_a_case_on_the_worklist_to_a_decision(
    enter: Callable[..., Page], site: Site, picture: Callable[..., None], walked: dict[str, str]
) -> None:
    officer = enter(Role.OFFICER)
    officer.goto(f"{site.url}/map/?district={DISTRICT}&list=kind%3Dcompound_crossed")
    officer.locator(".case .name").first.click()
    officer.locator(".case-panel").get_by_role("link", name="编制调整方案").click()
    expect(officer.get_by_label("标题")).to_have_value(re.compile("^“.+”网格调整$"))
    expect(officer.get_by_label("理由")).to_have_value(re.compile("被网格线穿过"))
    assert barriers(officer) == []
    picture(officer, "plan-new")
    compound = officer.url.partition("compound=")[2].partition("&")[0]
    officer.get_by_role("button", name="建立方案").last.click()
    expect(officer.get_by_text("方案已建立")).to_be_visible()
    plan = walked["plan"] = number_of(officer)
    mended(officer, plan, compound)
    officer.reload()
    officer.get_by_role("button", name="提交审批").click()
    expect(officer.locator(".case-head .mark")).to_have_text("待审批")

    approver = enter(Role.APPROVER)
    approver.goto(f"{site.url}/plans/?district={DISTRICT}")
    approver.get_by_role("region", name="等待我审批的方案").get_by_role("link").first.click()
    drawn(approver)
    expect(approver.locator(".case-figures")).to_contain_text("→ 0")
    expect(approver.get_by_role("heading", name=re.compile("^解决"))).to_be_visible()
    approver.get_by_role("button", name=re.compile("在地图上定位")).first.click()
    approver.get_by_role("button", name="在地图上指定位置").click()
    approver.locator(".half.west").click(position={"x": 180, "y": 160})
    expect(approver.locator("#pin-said")).to_contain_text("批注位置")
    approver.get_by_label("添加批注").fill("这一段墙外的绿地归谁？")
    approver.get_by_role("button", name="添加", exact=True).click()
    expect(approver.locator(".remarks")).to_contain_text("这一段墙外的绿地归谁？")
    drawn(approver)
    assert barriers(approver) == []
    picture(approver, "plan-case")
    approver.get_by_label("退回或否决的理由").fill("请先说明绿地的归属")
    approver.get_by_role("button", name="退回修改").click()
    expect(approver.locator(".case-head .mark")).to_have_text("草案")

    officer.reload()
    expect(officer.get_by_text("请先说明绿地的归属")).to_be_visible()
    officer.get_by_role("button", name="标为已处理").click()
    expect(officer.locator(".remarks .done")).to_have_count(1)
    officer.get_by_role("button", name="提交审批").click()
    expect(officer.locator(".case-head .mark")).to_have_text("待审批")

    approver.reload()
    approver.locator("[name=when][value=day]").check()
    approver.get_by_label("生效日期").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    approver.get_by_role("button", name="批准").click()
    expect(approver.locator(".case-head .mark")).to_have_text("待生效")
    # Whoever did not read it again is shown what was done meanwhile, and keeps what was typed.
    officer.get_by_text("撤回", exact=True).click()
    officer.get_by_label("撤回的理由（可不填）").fill("写错了户数")
    officer.get_by_role("button", name="撤回方案").click()
    expect(officer.get_by_role("alert")).to_contain_text("对方的改动")
    expect(officer.get_by_role("alert")).to_contain_text("写错了户数")


def test_two_sides_by_keyboard_and_by_touch(
    enter: Callable[..., Page], site: Site, picture: Callable[..., None], walked: dict[str, str]
) -> None:
    page = enter(Role.LEADER)
    page.goto(f"{site.url}/plans/compare/?district={DISTRICT}&left={timezone.localdate()}&right={walked['plan']}")
    drawn(page)
    expect(page.locator(".sentences li").first).to_contain_text("网格 ")
    page.get_by_role("button", name="卷帘").click()
    divider = page.get_by_role("slider")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "52")
    page.keyboard.press("End")
    expect(page.locator(".half.west .side-two").first).to_have_css("clip-path", "inset(0px 0px 0px 100%)")
    page.keyboard.press("Home")
    box = page.locator("#pair").bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 200)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "30")
    assert barriers(page) == []
    picture(page, "plan-compare")
    page.get_by_role("link", name="户数", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("户数")

    phone = enter(Role.LEADER, PHONE)
    phone.goto(f"{site.url}/plans/{walked['plan']}/")
    drawn(phone)
    assert barriers(phone) == []
    picture(phone, "plan-case-phone")
    touched = phone.get_by_role("slider")
    touched.scroll_into_view_if_needed()
    room = touched.bounding_box()
    assert room
    phone.touchscreen.tap(room["x"] + room["width"] / 2, room["y"] + room["height"] / 2)
    expect(touched).to_be_focused()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_steward_sees_no_plans(enter: Callable[..., Page], site: Site, walked: dict[str, str]) -> None:
    page = enter(Role.STEWARD)
    expect(page.get_by_role("link", name="调整方案")).to_have_count(0)
    assert page.request.get(f"{site.url}/plans/{walked['plan']}/").status == 404


def test_everything_by_forms_without_scripts(
    enter: Callable[..., Page], site: Site, browser: Browser, walked: dict[str, str]
) -> None:
    cookies = enter(Role.OFFICER).context.cookies()
    context = browser.new_context(viewport=DESK, locale="zh-CN", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{site.url}/plans/{walked['plan']}/")
    page.get_by_text("撤回", exact=True).click()
    page.get_by_role("button", name="撤回方案").click()
    expect(page.locator(".case-head .mark")).to_have_text("已撤回")
    plan = opened(page, site)
    page.get_by_label("添加批注").fill("没有脚本也能批注")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator(".remarks")).to_contain_text("没有脚本也能批注")
    page.get_by_role("button", name="核查这一版").click()
    expect(page.get_by_text("核查完成")).to_be_visible()
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".case-head .mark")).to_have_text("待审批")
    page.get_by_text("撤回", exact=True).click()
    page.get_by_role("button", name="撤回方案").click()
    assert ask(page, "GET", f"plans/{plan}/")["state"] == "withdrawn"
    context.close()
