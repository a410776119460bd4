"""An officer's way: sign in, see what is crossed, look at one, triage it; and what others may not do."""

import re

import pytest
from playwright.sync_api import expect

from gis.terms import Role
from tests.journeys.conftest import DESK, PHONE, barriers

pytestmark = pytest.mark.journey


def test_an_officer_finds_and_triages_a_crossed_compound(enter, picture):
    page = enter(Role.OFFICER)
    expect(page.locator(".verdict strong")).to_have_text("44")
    page.get_by_role("button", name="重新检查").click()
    expect(page.locator(".notice")).to_contain_text("新增 0")
    expect(page.locator(".verdict strong")).to_have_text("44")
    expect(page.get_by_role("img", name="被穿过的小区从 44 个变为 44 个")).to_be_visible()
    assert barriers(page) == []
    page.goto(page.url)
    picture(page, "overview")

    page.get_by_role("link", name="小区被网格线穿过").click()
    assert barriers(page) == []
    page.get_by_label("排序").select_option(label="户数，从多到少")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".stacked tbody tr")).to_have_count(44)
    households = [int(re.sub(r"\D", "", text)) for text in page.locator(".stacked td:nth-child(7)").all_inner_texts()]
    assert households == sorted(households, reverse=True)
    picture(page, "worklist-page")

    name = page.locator(".stacked tbody th a").first.inner_text()
    page.locator(".stacked tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("svg.sketch .cut")).to_be_visible()
    assert barriers(page) == []

    page.get_by_label("说明（可不填）").fill("现场核对属实")
    page.get_by_role("button", name="改为“已研判”").click()
    expect(page.locator(".notice")).to_contain_text("状态已改为“已研判”")
    expect(page.locator(".history").last).to_contain_text("现场核对属实")
    picture(page, "finding")

    page.get_by_role("link", name="下一个待研判").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(name)
    page.get_by_role("link", name="← 问题清单").click()
    page.get_by_role("combobox", name="状态", exact=True).select_option(label="已研判（1）")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".stacked tbody tr")).to_have_count(1)


def test_a_leader_reads_and_never_edits(enter):
    page = enter(Role.LEADER)
    expect(page.locator(".verdict strong")).to_have_text("44")
    expect(page.get_by_role("button", name="重新检查")).to_have_count(0)
    page.locator(".waiting a").first.click()
    expect(page.get_by_role("heading", name="依据")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("改为"))).to_have_count(0)
    expect(page.get_by_role("heading", name="添加备注")).to_have_count(0)


def test_a_leader_without_a_mouse_reaches_a_finding(enter):
    page = enter(Role.LEADER)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    first = page.locator(".waiting a").first
    for _step in range(80):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="依据")).to_be_visible()


def test_the_pages_fit_a_phone(enter, picture):
    page = enter(Role.STEWARD, PHONE)
    expect(page.locator(".verdict strong")).to_have_text("44")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert barriers(page) == []
    picture(page, "overview-phone")
    page.goto(page.url.partition("?")[0] + "worklist/")
    expect(page.locator(".stacked tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert barriers(page) == []
    picture(page, "worklist-page-phone")
    page.locator(".stacked tbody th a").first.click()
    expect(page.get_by_role("heading", name="依据")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert barriers(page) == []
    picture(page, "finding-phone")


@pytest.mark.parametrize("path", ["/", "/map/"])
def test_everything_in_the_head_is_within_a_phone(enter, path):
    page = enter(Role.OFFICER, PHONE)
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
    expect(page.get_by_role("button", name="退出")).to_be_hidden()
    page.get_by_role("checkbox", name="菜单").check()
    for thing in (page.get_by_role("button", name="退出"), page.get_by_role("button", name="English")):
        expect(thing).to_be_visible()
        box = thing.bounding_box()
        assert box["x"] + box["width"] <= PHONE["width"]
    assert page.locator("header.top nav").evaluate("head => head.scrollWidth <= head.clientWidth")
    assert barriers(page) == []


def test_an_approver_accepts_an_exception(enter):
    page = enter(Role.APPROVER)
    page.get_by_role("link", name="小区被网格线穿过").click()
    page.locator(".stacked tbody tr").filter(has_text="已发现").locator("th a").last.click()
    page.get_by_label("理由").fill("整体拆迁中")
    page.get_by_label("到期日").fill("2099-12-31")
    page.get_by_role("button", name="认可例外").click()
    expect(page.locator(".notice")).to_contain_text("例外已认可")
    assert barriers(page) == []


def test_an_auditor_reads_the_journal(enter, picture):
    page = enter(Role.AUDITOR)
    page.get_by_role("link", name="日志").click()
    expect(page.get_by_role("rowheader", name="导入图层").first).to_be_visible()
    page.get_by_label("事项").select_option(label="登录")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("rowheader", name="登录").first).to_be_visible()
    expect(page.get_by_role("rowheader", name="导入图层")).to_have_count(0)
    assert barriers(page) == []
    picture(page, "journal")


def test_an_administrator_makes_an_account(enter):
    page = enter(Role.ADMINISTRATOR)
    page.get_by_role("link", name="账号", exact=True).click()
    assert barriers(page) == []
    page.get_by_role("textbox", name="账号").fill("wang-gang")
    page.get_by_role("button", name="创建账号").click()
    expect(page.locator(".secret")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="设置角色").click()
    page.get_by_label("角色").select_option(label="网格员")
    page.get_by_label("范围编码").fill("379912")
    page.get_by_role("button", name="授予角色").click()
    expect(page.locator(".notice")).to_contain_text("角色已授予")
    assert barriers(page) == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_somebody_changes_the_own_password(enter, site, size):
    page = enter(Role.DISPATCHER, size)
    account = site.accounts[Role.DISPATCHER]
    if size == PHONE:
        page.get_by_role("checkbox", name="菜单").check()
    page.get_by_title("修改密码").click()
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    fields = [page.locator(f"#id_{name}") for name in ("old_password", "new_password1", "new_password2")]
    for field, password in zip(fields, ("wrong", "a", "b"), strict=True):
        field.fill(password)
    page.get_by_role("button", name="修改", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert barriers(page) == []
    for field in fields:
        field.fill(account.password)
    page.get_by_role("button", name="修改", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("密码已修改")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_door_itself_keeps_nobody_out(site, open_page, picture, size):
    page = open_page(size)
    page.goto(site.url)
    assert barriers(page) == []
    if size is DESK:
        picture(page, "sign-in")
