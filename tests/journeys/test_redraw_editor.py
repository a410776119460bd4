"""The redraw editor: a crossed compound mended by mouse, by keyboard and by touch, all of them in one sitting, the way
back through two hundred steps; by the clock.
"""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from gis.terms import Role
from tests.journeys.conftest import DESK, DISTRICT, PHONE, barriers
from tests.journeys.redrawing import FOUR_CROSSED, ask, crossed, editing, new_plan, open_editor, saved, told

pytestmark = pytest.mark.journey

A_MINUTE_S = 60
A_SITTING_S = 1_800
UNDONE = 200


def test_a_first_time_officer_mends_a_compound_by_mouse_within_a_minute(enter, site, picture):
    page = enter(Role.OFFICER)
    page.goto(f"{site.url}/")
    plan = new_plan(page, FOUR_CROSSED)
    began = open_editor(page, plan)
    crossed(page, 4)
    picture(page, "editor")
    page.get_by_role("button", name="下一个被穿越的小区").click()
    choices = page.get_by_role("listbox", name="划入哪个网格")
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    page.get_by_role("button", name="取消选择").click()
    # The compound lies in the middle of the map now: point at it, as one would who has seen the red hatching.
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    choices.get_by_role("option").nth(1).click()
    expect(page.locator("#panel-numbers")).to_contain_text("被穿越的小区 4 → 3")
    expect(page.locator("#panel-numbers .grid-numbers").first).to_contain_text("→")
    picture(page, "editor-preview")
    page.get_by_role("button", name=re.compile("^划入")).click()
    crossed(page, 3)
    saved(page)
    assert time.monotonic() - began < A_MINUTE_S
    assert len(told(page, plan)["problems"]["crossed"]) == 3


def test_the_same_by_keyboard_only(enter, site):
    page, plan = editing(enter, site, FOUR_CROSSED)
    began = time.monotonic()
    page.keyboard.press("n")
    expect(page.get_by_role("listbox", name="划入哪个网格")).to_be_focused()
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#choice-1")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    crossed(page, 3)
    saved(page)
    assert time.monotonic() - began < A_MINUTE_S
    page.keyboard.press("Control+z")
    crossed(page, 4)
    page.keyboard.press("Control+y")
    crossed(page, 3)
    # A grid is aimed at in the list, a unit picked in the middle of the map: no pointer is needed for either.
    page.keyboard.press("g")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-list [aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Space")
    page.keyboard.press("m")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="划入哪个网格")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="调整边界")).to_be_visible()
    page.keyboard.press("Escape")
    assert told(page, plan)["number"] == 1


def test_the_same_by_touch_on_a_phone(enter, site, picture):
    page, plan = editing(enter, site, FOUR_CROSSED, size=PHONE)
    began = time.monotonic()
    picture(page, "editor-phone")
    page.get_by_role("button", name="数字").tap()
    page.get_by_role("button", name="下一个被穿越的小区").tap()
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    picture(page, "editor-phone-preview")
    assert barriers(page) == []
    page.get_by_role("button", name=re.compile("^划入")).tap()
    saved(page)
    expect(page.locator("#tab-problems")).to_have_text("问题3")
    assert time.monotonic() - began < A_MINUTE_S
    assert len(told(page, plan)["problems"]["crossed"]) == 3


@pytest.mark.timeout(A_SITTING_S + 120)
def test_all_crossed_compounds_in_one_sitting(enter, site, picture):
    page = enter(Role.OFFICER)
    page.goto(f"{site.url}/")
    plan = new_plan(page)
    began = open_editor(page, plan)
    for left in range(44, 0, -1):
        crossed(page, left)
        page.keyboard.press("n")
        expect(page.get_by_role("button", name=re.compile("^划入"))).to_be_visible()
        page.keyboard.press("Enter")
    crossed(page, 0)
    saved(page)
    assert time.monotonic() - began < A_SITTING_S
    page.keyboard.press("0")
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".steps li")).to_have_count(45)
    picture(page, "editor-all-mended")
    now = told(page, plan)
    assert now["problems"]["crossed"] == []
    assert now["findings"]["new"] == []


def test_two_hundred_steps_back_and_forth(enter, site):
    page = enter(Role.OFFICER)
    page.goto(f"{site.url}/")
    plan = new_plan(page, FOUR_CROSSED)
    start = told(page, plan)
    compound = start["problems"]["crossed"][0]
    units = [
        each["id"] for each in start["units"]["features"] if each["properties"]["compound"] == compound["compound"]
    ]
    codes = [each["code"] for each in compound["grids"]]
    edits = [{"kind": "assign_units", "units": units, "grid": codes[step % 2]} for step in range(UNDONE)]
    ask(page, "POST", f"plans/{plan}/operations/", {"edits": edits}, version=start["version"])
    open_editor(page, plan)
    crossed(page, 3)
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".steps li")).to_have_count(UNDONE + 1)
    page.get_by_role("button", name="起点").click()
    expect(page.get_by_role("button", name="起点")).to_have_attribute("aria-current", "step", timeout=240_000)
    crossed(page, 4)
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()
    now = told(page, plan)
    assert (now["number"], now["total"]) == (0, UNDONE)
    assert _shapes(now) == _shapes(start)
    page.locator('.steps li[data-number="3"] button').click()
    expect(page.locator('.steps li[data-number="3"] button')).to_have_attribute("aria-current", "step")
    assert told(page, plan)["number"] == 3


def _shapes(plan: dict) -> dict:
    return {grid["code"]: (grid["geometry"], grid["households"]) for grid in plan["grids"]}


def test_lasso_and_brush_give_units_to_a_grid(enter, site):
    page, plan = editing(enter, site, FOUR_CROSSED)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    page.keyboard.press("Escape")
    middle = _middle(page)
    page.keyboard.press("l")
    page.mouse.move(middle[0] - 150, middle[1] - 150)
    page.mouse.down()
    for right, down in ((150, -150), (150, 150), (-150, 150), (-150, -140)):
        page.mouse.move(middle[0] + right, middle[1] + down, steps=6)
    page.mouse.up()
    expect(page.get_by_role("heading", name="划入哪个网格")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("b")
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 60, steps=8)
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    page.mouse.up()
    crossed(page, 3)
    saved(page)
    assert told(page, plan)["number"] == 1


def _middle(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_editor_keeps_nobody_out(enter, site, picture):
    page, _plan = editing(enter, site, FOUR_CROSSED)
    assert barriers(page) == []
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    assert barriers(page) == []
    for tab in ("网格", "建议", "历史"):
        page.get_by_role("tab", name=tab).click()
        assert barriers(page) == [], tab
    picture(page, "editor-history")


def test_who_may_not_draw_looks_on(enter, site):
    _page, plan = editing(enter, site, FOUR_CROSSED)
    page = enter(Role.APPROVER, DESK)
    page.goto(f"{site.url}/worklist/?district={DISTRICT}")
    open_editor(page, plan)
    expect(page.locator("#standing")).to_contain_text("只能查看")
    expect(page.get_by_role("button", name="撤销")).to_be_hidden()
    expect(page.locator("#tools button[aria-pressed]").first).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#panel-numbers")).to_contain_text("这里的网格")
    expect(page.get_by_role("button", name=re.compile("^划入"))).to_have_count(0)
    assert barriers(page) == []
