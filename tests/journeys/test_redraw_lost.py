"""The redraw editor when something goes wrong: network, browser, session, somebody else, the plan itself."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gis.terms import Role
from tests.journeys.conftest import Site, barriers
from tests.journeys.redrawing import FOUR_CROSSED, ask, crossed, editing, new_plan, open_editor, saved, told

pytestmark = pytest.mark.journey


def mend(page: Page, key: str = "n") -> None:
    """Mend the next crossed compound by keyboard."""
    page.keyboard.press(key)
    expect(page.get_by_role("listbox", name="划入哪个网格")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox", name="划入哪个网格")).to_have_count(0)


def test_ten_minutes_without_a_network_lose_nothing(enter, site):
    page = enter(Role.OFFICER)
    page.goto(f"{site.url}/")
    plan = new_plan(page, FOUR_CROSSED)
    page.clock.install()
    open_editor(page, plan)
    page.context.set_offline(True)
    for left in (4, 3, 2):
        crossed(page, left)
        mend(page)
    expect(page.locator("#saved")).to_have_text("3 项未保存，等待网络")
    page.clock.fast_forward("10:00")
    expect(page.locator("#saved")).to_have_text("3 项未保存，等待网络")
    page.keyboard.press("Control+z")
    expect(page.locator("#saved")).to_have_text("2 项未保存，等待网络")
    crossed(page, 2)
    page.context.set_offline(False)
    page.clock.fast_forward("00:40")
    saved(page)
    crossed(page, 2)
    assert told(page, plan)["number"] == 2


def test_a_browser_closed_in_mid_edit_goes_on_when_it_is_opened_again(enter, site):
    page, plan = editing(enter, site, FOUR_CROSSED)
    page.context.set_offline(True)
    mend(page)
    expect(page.locator("#saved")).to_have_text("1 项未保存，等待网络")
    page.keyboard.press("n")
    name = page.locator("#panel-choice h2").inner_text()
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)
    again.goto(f"{site.url}/")
    open_editor(again, plan)
    saved(again)
    crossed(again, 3)
    assert told(again, plan)["number"] == 1
    expect(again.locator("#panel-choice h2")).to_have_text(name)


def test_two_browsers_on_one_plan_see_theirs_and_ours(enter, site, picture):
    ours, plan = editing(enter, site, FOUR_CROSSED)
    theirs = enter(Role.OFFICER)
    theirs.goto(f"{site.url}/")
    open_editor(theirs, plan)
    # Without a network neither page learns what the other does before it has drawn itself.
    ours.context.set_offline(True)
    mend(theirs)
    saved(theirs)
    theirs.context.set_offline(True)

    mend(ours, "Shift+N")
    ours.context.set_offline(False)
    asked = ours.get_by_role("dialog", name="有人先改了这个方案")
    expect(asked).to_contain_text("对方的改动")
    expect(asked).to_contain_text("您的改动")
    expect(asked.locator(".both li")).to_have_count(2)
    assert barriers(ours) == []
    picture(ours, "editor-conflict")
    asked.get_by_role("button", name="在对方的改动之上再做我的").click()
    saved(ours)
    crossed(ours, 2)
    assert told(ours, plan)["number"] == 2

    mend(theirs)
    theirs.context.set_offline(False)
    theirs.get_by_role("dialog", name="有人先改了这个方案").get_by_role("button", name="放弃我的").click()
    saved(theirs)
    crossed(theirs, 2)
    assert told(theirs, plan)["number"] == 2


def test_a_plan_approved_meanwhile_is_said_and_the_edits_can_be_taken_away(enter, site, tmp_path):
    page, plan = editing(enter, site, FOUR_CROSSED)
    mend(page)
    saved(page)
    page.context.set_offline(True)
    mend(page)
    expect(page.locator("#saved")).to_have_text("1 项未保存，等待网络")
    _approve(enter, site, plan)
    page.context.set_offline(False)
    expect(page.locator("#standing")).to_contain_text("方案已不是草稿，只能查看。")
    expect(page.locator("#standing")).to_contain_text("您有 1 项改动没有保存")
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载未保存的改动").click()
    coming.value.save_as(tmp_path / "unsaved.json")
    kept = json.loads(Path(tmp_path / "unsaved.json").read_text())
    assert [each["edits"][0]["kind"] for each in kept["unsaved"]] == ["assign_units"]
    page.get_by_role("button", name="不要了").click()
    expect(page.locator("#standing")).not_to_contain_text("没有保存")
    expect(page.locator("#saved")).to_have_text("只读")


def _approve(enter, site: Site, plan: str) -> None:
    """Let the officer submit the plan in another browser, and another person approve it for a day to come."""
    officer = enter(Role.OFFICER)
    officer.goto(f"{site.url}/")
    version = told(officer, plan)["version"]
    submitted = ask(officer, "POST", f"plans/{plan}/submit/", {}, version=version)
    approver = enter(Role.APPROVER)
    approver.goto(f"{site.url}/")
    decided = {"in_force_from": "2099-01-01", "decision": "同意"}
    ask(approver, "POST", f"plans/{plan}/approve/", decided, version=submitted["version"])


def test_an_ended_session_goes_on_after_signing_in_again(enter, site):
    page, plan = editing(enter, site, FOUR_CROSSED)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    mend(page)
    expect(page.locator("#saved")).to_have_text("1 项未保存，等待重新登录")
    expect(page.locator("#notices")).to_contain_text("登录已过期")
    page.context.add_cookies(cookies)
    page.get_by_role("button", name="已登录，继续").click()
    saved(page)
    crossed(page, 3)
    assert told(page, plan)["number"] == 1
