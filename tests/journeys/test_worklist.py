"""The list beside the map: by keyboard and by hand, by two people at once, with ten thousand findings."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from gis.models import Compound, Finding, Membership
from gis.terms import CaseState, Role
from tests.journeys.conftest import DESK, DISTRICT, PHONE, Site, barriers
from tests.services.audits import world
from tests.services.audits.many import make_many

pytestmark = pytest.mark.journey

LONGEST = "望海" * 100


def beside_the_database(work: Callable[[], Any]) -> Any:
    """Do database work in a thread of its own: Playwright's loop and Django's ORM do not share one."""

    def done() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(done).result()


def open_list(page: Page, query: str = "") -> Page:
    page.goto(page.url.partition("/sign-in/")[0].rstrip("/") + f"/map/?district={DISTRICT}{query}")
    if page.viewport_size == PHONE:
        page.get_by_role("button", name="问题", exact=True).click()
    expect(page.locator(".case .measures").first).to_be_visible()
    return page


def narrow(page: Page, label: str, choice: str) -> None:
    if not page.locator(".filters").evaluate("box => box.open"):
        page.locator(".filters summary").click()
    page.get_by_role("combobox", name=label, exact=True).select_option(choice)


def here(page: Page) -> Any:
    return page.locator(".case.here")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.fixture
def officer(enter: Callable[..., Page]) -> Page:
    return open_list(enter(Role.OFFICER))


def test_an_officer_triages_three_by_keyboard_assigns_notes_and_exports(officer, picture):
    page = officer
    narrow(page, "类别", "compound_crossed")
    expect(page.locator(".worklist .count")).to_have_text("44 项")
    page.get_by_role("combobox", name="排序", exact=True).select_option("households")
    page.locator("#cases").focus()
    press(page, "Home")
    expect(here(page)).to_have_attribute("aria-posinset", "1")
    expect(page.locator(".case-panel table")).to_be_visible()
    assert barriers(page) == []

    triaged = []
    for _n in range(3):
        press(page, "n")
        triaged.append(here(page).locator(".name").inner_text())
        press(page, "t")
        expect(here(page).locator(".mark.triaged")).to_be_visible()
        expect(page.locator("#notices")).to_contain_text(f"{triaged[-1]}：已研判")
    assert len(set(triaged)) == 3
    expect(page.locator(".case-panel table")).to_be_visible()
    page.wait_for_timeout(3000)  # the map comes to rest for its picture
    picture(page, "worklist-map")

    press(page, "Space", "Shift+ArrowDown", "Shift+ArrowDown")
    expect(page.locator(".acts .whom")).to_contain_text("已选 3 项")
    press(page, "a")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("指派：3 个问题")
    assert barriers(page) == []
    dialog.get_by_role("button", name="指派").click()
    expect(page.locator("#notices")).to_contain_text("3 个问题：已指派")
    expect(here(page)).to_contain_text("GIS 专员")
    expect(page.locator("#cases")).to_be_focused()

    press(page, "m")
    page.get_by_role("textbox", name="备注").fill("周五现场会")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".case-panel .life")).to_contain_text("周五现场会")

    with page.expect_download() as saved:
        page.locator(".files a", has_text="CSV").click()
    lines = saved.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 45
    assert sum("已研判" in line for line in lines) >= 3
    assert sum("GIS 专员" in line for line in lines) == 3


def test_everything_in_the_filter_is_changed_at_once(officer):
    page = officer
    narrow(page, "类别", "too_small")
    expect(page.locator(".worklist .count")).to_have_text("81 项")
    page.locator("#cases").focus()
    press(page, "Home", "Control+a")
    expect(page.locator(".acts .whom")).to_contain_text("已选 81 项")
    press(page, "t")
    expect(page.locator("#notices")).to_contain_text("81 个问题：已研判")
    expect(page.locator(".acts .whom")).to_contain_text("待研判 0 项")
    narrow(page, "状态", "triaged")
    expect(page.locator(".worklist .count")).to_have_text("81 项")


def test_an_approver_accepts_an_exception_and_ends_it(enter):
    page = open_list(enter(Role.APPROVER), "&list=kind%3Dcompound_crossed%26state%3Dfound")
    page.locator(".case .name").nth(1).click()
    name = here(page).locator(".name").inner_text()
    press(page, "t")
    expect(page.locator("#notices")).to_contain_text("无权")
    press(page, "e")
    page.get_by_label("理由").fill("整体拆迁中")
    page.get_by_label("到期日").fill("2099-12-31")
    page.get_by_role("dialog").get_by_role("button", name="认可例外").click()
    expect(page.locator("#notices")).to_contain_text(f"{name}：例外已认可")
    expect(here(page).locator(".mark.excepted")).to_be_visible()
    press(page, "e")
    page.get_by_label("终止理由").fill("复工了")
    page.get_by_role("dialog").get_by_role("button", name="终止例外").click()
    expect(page.locator("#notices")).to_contain_text(f"{name}：例外已终止")
    assert barriers(page) == []


def test_the_second_of_two_tabs_is_told_what_the_first_has_done(enter):
    first = open_list(enter(Role.OFFICER), "&list=kind%3Dtoo_large%26state%3Dfound")
    second = first.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        page.locator(".case .name").first.click()
        expect(page.locator(".case-panel h3")).to_be_visible()
    press(first, "t")
    expect(here(first).locator(".mark.triaged")).to_be_visible()
    press(second, "t")
    expect(second.get_by_role("alert")).to_contain_text("您看到的是“已发现”")
    expect(here(second).locator(".mark.triaged")).to_be_visible()


def test_a_lost_session_loses_nothing(enter, site: Site):
    page = open_list(enter(Role.OFFICER), "&list=kind%3Dtoo_large%26state%3Dfound")
    page.locator(".case .name").nth(1).click()
    expect(page.locator(".case-panel h3")).to_be_visible()
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    press(page, "t")
    expect(page.get_by_role("alert")).to_contain_text("登录已过期")
    expect(here(page).locator(".mark.triaged")).to_have_count(0)
    page.context.add_cookies(cookies)
    page.get_by_role("button", name="已登录，继续").click()
    page.locator("#cases").focus()
    press(page, "t")
    expect(here(page).locator(".mark.triaged")).to_be_visible()


def test_an_address_opens_a_finding_and_the_map_leads_into_the_list(officer):
    page = officer
    page.locator(".case .name").nth(2).click()
    name = here(page).locator(".name").inner_text()
    expect(page).to_have_url(re.compile("finding="))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(here(page).locator(".name")).to_have_text(name)
    expect(page.locator(".case-panel table, .case-panel h3").first).to_be_visible()


def test_a_leader_reads_the_list_and_changes_nothing(enter):
    page = open_list(enter(Role.LEADER))
    for act in ("研判", "指派", "备注", "例外"):
        expect(page.locator(".acts").get_by_role("button", name=act, exact=True)).to_have_count(0)
    page.locator("#cases").focus()
    press(page, "ArrowDown", "t", "?")
    expect(page.get_by_role("heading", name="清单的按键")).to_be_visible()
    assert barriers(page) == []
    press(page, "Escape")
    page.get_by_placeholder("名称、拼音或编码").fill("没有这样的名称")
    expect(page.locator(".worklist .nothing")).to_contain_text("没有符合条件的问题")
    assert barriers(page) == []
    page.locator(".worklist .nothing button").click()
    expect(page.locator(".case").first).to_be_visible()


def test_the_list_is_worked_with_one_hand_on_a_phone(enter, picture):
    page = open_list(enter(Role.OFFICER, PHONE), "&list=kind%3Dtoo_large%26state%3Dfound")
    page.locator(".case .name").nth(2).tap()
    expect(here(page)).to_be_visible()
    page.locator(".acts").get_by_role("button", name="研判").tap()
    expect(here(page).locator(".mark.triaged")).to_be_visible()
    page.locator(".acts").get_by_role("button", name="下一个").tap()
    expect(here(page).locator(".mark.triaged")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert barriers(page) == []
    page.wait_for_timeout(1500)
    picture(page, "worklist-map-phone")


def test_without_a_script_the_list_still_works(enter, site: Site, browser):
    account = site.accounts[Role.OFFICER]
    context = browser.new_context(viewport=DESK, locale="zh-CN", java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{site.url}/worklist/?district={DISTRICT}&kind=grid_straddles")
        page.get_by_label("账号").fill(account.user.get_username())
        page.get_by_label("密码").fill(account.password)
        page.get_by_role("button", name="登录").click()
        expect(page.locator(".findings tbody tr")).to_have_count(6)
        for n in range(2):
            page.locator(".findings tbody input[type=checkbox]").nth(n).check()
        page.get_by_label("说明、备注或理由").fill("一并核对")
        page.get_by_role("button", name="变更状态").click()
        expect(page.locator(".notice")).to_contain_text("已处理 2 个问题")
        expect(page.locator(".mark.triaged")).to_have_count(2)
        page.goto(f"{site.url}/map/?district={DISTRICT}")
        page.get_by_role("link", name="问题清单").last.click()
        expect(page.get_by_role("heading", name="问题清单", level=1)).to_be_visible()
    finally:
        context.close()


def test_ten_thousand_findings_stay_quick(enter, site: Site, picture):
    officer = site.accounts[Role.OFFICER].user

    def make() -> None:
        make_many()
        Membership.objects.create(
            user=officer, role=Role.OFFICER, territory_code=world.DISTRICT, begins_on=world.ESTABLISHED
        )
        Compound.objects.filter(code__in=["C96", "C194"]).update(name=LONGEST)

    beside_the_database(make)
    page = enter(Role.OFFICER)
    page.goto(f"{site.url}/map/?district={world.DISTRICT}")
    expect(page.locator(".worklist .count")).to_have_text("7500 项")
    expect(page.locator(".case .measures").first).to_be_visible()
    assert page.locator(".case").count() < 40
    page.locator("#cases").focus()
    press(page, "End")
    expect(here(page)).to_have_attribute("aria-posinset", "7500")
    expect(here(page).locator(".measures")).to_be_visible()
    press(page, "Home", "Control+a")
    expect(page.locator(".acts .whom")).to_contain_text("已选 7\u202f500 项")
    press(page, "Escape")
    page.get_by_placeholder("名称、拼音或编码").fill(LONGEST[:20])
    expect(page.locator(".case .name").first).to_have_attribute("title", LONGEST)
    page.locator(".case .name").first.click()
    expect(page.locator(".case-panel h3")).to_have_text(LONGEST)
    box = page.locator("#worklist").bounding_box()
    assert box is not None
    assert page.locator("#worklist").evaluate("aside => aside.scrollWidth <= aside.clientWidth")
    assert barriers(page) == []
    picture(page, "worklist-long-name")
    assert beside_the_database(Finding.objects.filter(state=CaseState.FOUND, district=world.DISTRICT).count) == 5000
