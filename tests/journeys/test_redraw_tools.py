"""Tools and panels of the redraw editor: borders dragged and drawn, grids cut, made, merged, retired and locked, a card
and a proposal taken over; by mouse, by keyboard, by touch.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PHONE, barriers
from tests.journeys.on_the_map import beside, free_border, grids_of, look_at, view
from tests.journeys.redrawing import FOUR_CROSSED, crossed, editing, saved, told

pytestmark = pytest.mark.journey

A_JOB_MS = 180_000
"""A question to the solver that becomes a job waits for its worker, which starts beside other work."""


@pytest.fixture(scope="module")
def worker(site: Any) -> Iterator[None]:
    """Let jobs be done: the solver's, when a question takes longer than an answer may."""
    settings = connection.settings_dict
    place = f"{settings['HOST']}:{settings['PORT']}" if settings["PORT"] else settings["HOST"]
    secret = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    url = f"postgis://{settings['USER']}{secret}@{place}/{settings['NAME']}"
    words = [sys.executable, "manage.py", "procrastinate", "worker"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(words, env={**os.environ, "DATABASE_URL": url}, **quiet)
    yield
    running.terminate()
    running.wait()


def offer(page: Page) -> Locator:
    """Return the form of what is offered, when the server has said what would be."""
    form = page.locator("form.offer")
    expect(form).to_have_attribute("data-state", "ready")
    return form


def draw(page: Page, *points: tuple[float, float]) -> None:
    """Click along a line, twice at its end."""
    for x, y in points[:-1]:
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        # Two clicks within a quarter of a second are a double click.
        page.wait_for_timeout(350)
    page.mouse.move(*points[-1])
    page.mouse.dblclick(*points[-1])


def test_borders_are_dragged_and_drawn_by_mouse(enter, site, picture):
    page, plan = editing(enter, site, FOUR_CROSSED)
    start = told(page, plan)
    border = free_border(start)
    look_at(page, min(border.one, border.other, key=lambda code: grids_of(start)[code].area))
    page.keyboard.press("d")
    seen = view(page)
    place = seen.at(*border.middle)
    to = beside(border.middle, border.line, seen, 30)
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(*to, steps=6)
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    expect(page.locator("#panel-numbers")).to_contain_text("→")
    picture(page, "editor-drag")
    page.mouse.up()
    expect(page.get_by_role("button", name="撤销")).to_be_enabled()
    saved(page)
    dragged = told(page, plan)
    before, after = grids_of(start), grids_of(dragged)
    assert {code for code in after if abs(after[code].area - before[code].area) > 1e-10} == {border.one, border.other}
    assert dragged["number"] == 1

    # Into a third grid: refused, and said which one is in the way.
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()
    others = [code for code in before if code not in (border.one, border.other)]
    third = before[min(others, key=lambda code: before[code].distance(border.line))].representative_point()
    seen = view(page)
    page.mouse.move(*seen.at(*border.middle))
    page.mouse.down()
    page.mouse.move(*seen.at(third.x, third.y), steps=6)
    page.mouse.up()
    expect(page.locator("#notices")).to_contain_text("挡在")
    page.locator("#notices .close").first.click()
    assert told(page, plan)["number"] == 0

    # A line that loops is refused and shown; the hand goes on from the points before.
    look_at(page, min(border.one, border.other, key=lambda code: before[code].area))
    page.keyboard.press("e")
    page.get_by_role("button", name="沿线（W）").click()
    seen = view(page)
    x, y = seen.at(*border.middle)
    draw(page, (x - 60, y - 40), (x + 60, y + 40), (x + 60, y - 40), (x - 60, y + 40))
    expect(page.locator("#notices")).to_contain_text("绕成了圈")
    page.locator("#notices .close").first.click()
    for _ in range(5):
        page.get_by_role("button", name="退一点").click()
    page.get_by_role("button", name="沿线（W）").click()

    # Along the walls from one end, then freely to the other.
    page.wait_for_timeout(500)
    seen = view(page)
    ends = [seen.at(*border.line.coords[at]) for at in (0, -1)]
    page.mouse.move(*ends[0])
    page.mouse.click(*ends[0])
    page.wait_for_timeout(350)
    page.keyboard.press("q")
    aside = beside(border.middle, border.line, seen, 24)
    page.mouse.move(*aside)
    page.mouse.click(*aside)
    page.wait_for_timeout(350)
    page.keyboard.press("q")
    page.mouse.move(*ends[1])
    page.mouse.dblclick(*ends[1])
    form = offer(page)
    expect(form.get_by_role("combobox")).to_have_value("|".join(sorted((border.one, border.other))))
    picture(page, "editor-border")
    assert barriers(page) == []
    form.get_by_role("button", name="改界线").click()
    saved(page)
    assert told(page, plan)["number"] == 1


def test_a_cut_that_ends_short_is_joined_to_the_border(enter, site, picture):
    page, plan = editing(enter, site, FOUR_CROSSED)
    start = told(page, plan)
    grids = grids_of(start)
    full = [each["code"] for each in start["grids"] if each["compounds"] >= 2 and not each["crossed"]]
    code = max(full or grids, key=lambda each: grids[each].area)
    look_at(page, code)
    page.keyboard.press("c")
    seen = view(page)
    west, south, east, north = grids[code].bounds
    column = grids[code].intersection(_upright((west + east) / 2, south, north))
    x, top = seen.at((west + east) / 2, column.bounds[3])
    bottom = seen.at((west + east) / 2, column.bounds[1])[1]
    page.keyboard.press("q")
    draw(page, (x, top - 14), (x + 12, (top + bottom) / 2), (x, bottom - 4))
    form = page.locator("form.offer")
    expect(form).to_contain_text("已自动接到边界上")
    picture(page, "editor-cut")
    form.get_by_role("button", name="取消").click()
    # Far inside it is refused, with the place.
    draw(page, (x, top - 14), (x + 12, (top + bottom) / 2), (x, bottom - 90))
    refused = page.locator("#notices").get_by_text("离边界还有")
    expect(refused.or_(form)).to_be_visible()
    if form.count():  # the unit below can be cut so, the grid cannot
        form.get_by_role("radio").first.check()
        expect(form).to_contain_text("离边界还有")
    assert told(page, plan)["number"] == 0


def _upright(x: float, south: float, north: float) -> Any:
    import shapely

    return shapely.LineString([(x, south - 1), (x, north + 1)])


def test_grids_are_cut_made_merged_retired_renumbered_and_locked_by_keyboard(enter, site):
    page, plan = editing(enter, site, FOUR_CROSSED)
    keys = page.keyboard
    start = told(page, plan)
    grids = [each for each in start["grids"] if each["geometry"]]
    first = max(grids, key=lambda each: each["compounds"])

    # The cross in the middle of the map draws: up, a point, down through the grid, a point, and once more to end.
    look_at(page, first["code"])
    keys.press("c")
    for _ in range(5):
        keys.press("ArrowUp")
        page.wait_for_timeout(400)
    keys.press("Enter")
    for _ in range(10):
        keys.press("ArrowDown")
        page.wait_for_timeout(400)
    keys.press("Enter")
    expect(page.locator(".draw-told")).to_have_text(re.compile(r"^([2-9]|\d\d+) 个点$"))
    keys.press("Enter")
    expect(page.locator("form.offer")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("form.offer")).to_have_count(0)

    keys.press("v")
    keys.press("n")
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    keys.press("m")
    keys.press("a")
    keys.type("新一网格")
    offer(page)
    keys.press("Enter")
    crossed(page, 3)
    saved(page)
    made = next(each for each in told(page, plan)["grids"] if each["name"] == "新一网格")

    keys.press("i")
    page.locator("form.offer select").select_option(made["code"])
    page.get_by_label("名称", exact=True).fill("改名网格")
    page.get_by_label("取本社区下一个未用过的编号").check()
    offer(page)
    keys.press("Enter")
    saved(page)
    expect(page.locator("form.offer")).to_have_count(0)
    renamed = next(each for each in told(page, plan)["grids"] if each["name"] == "改名网格" and not each["retired"])
    assert renamed["code"] != made["code"]

    keys.press("u")
    page.get_by_label("保留的网格").select_option(first["code"])
    page.get_by_label("并入它的网格（相邻的在前）").select_option(index=1)
    assert barriers(page) == []
    offer(page).get_by_role("button", name="合并").press("Enter")
    expect(page.locator("form.offer")).to_have_count(0)
    saved(page)

    keys.press("r")
    page.get_by_label("停用的网格").select_option(renamed["code"])
    offer(page).get_by_role("button", name="停用").press("Enter")
    expect(page.locator("form.offer")).to_have_count(0)
    saved(page)
    now = told(page, plan)
    assert renamed["code"] not in {each["code"] for each in now["grids"] if each["geometry"]}

    keys.press("k")
    page.get_by_label("锁定一个网格").select_option(first["code"])
    expect(page.get_by_role("button", name=re.compile("^解锁"))).to_be_visible()
    assert told(page, plan)["locks"] == [first["code"]]
    page.get_by_role("button", name=re.compile("^解锁")).press("Enter")
    expect(page.get_by_text("还没有锁定的网格。")).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_a_card_and_a_proposal_mend_what_is_crossed(enter, site, picture):
    page, plan = editing(enter, site, FOUR_CROSSED)
    page.keyboard.press("j")
    expect(page.locator("#panel-cards")).to_contain_text("现在分在")
    card = page.locator("#panel-cards .choice-card").first
    expect(card).to_be_visible(timeout=A_JOB_MS)
    card.focus()
    expect(page.get_by_role("heading", name="如果这样改")).to_be_visible()
    picture(page, "editor-cards")
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="问题")).not_to_have_text("问题4", timeout=A_JOB_MS)
    expect(page.locator("#panel-findings")).not_to_contain_text("✓ 已解决 0")
    saved(page)
    page.keyboard.press("Control+z")
    crossed(page, 4)

    page.get_by_role("tab", name="建议").click()
    page.get_by_label("求什么").select_option("alternatives")
    page.get_by_role("button", name="求解", exact=True).click()
    proposal = page.locator("#panel-proposals .choice-card").first
    expect(proposal).to_be_visible(timeout=A_JOB_MS)
    proposal.hover()
    picture(page, "editor-proposals")
    if page.get_by_role("button", name="并排比较").count():
        page.get_by_role("button", name="并排比较").click()
        expect(
            page.get_by_role("dialog", name="并排比较").get_by_role("row", name=re.compile("为什么"))
        ).to_be_visible()
        picture(page, "editor-compare")
        assert barriers(page) == []
        page.keyboard.press("Escape")
    proposal.get_by_role("button", name=re.compile("^采用")).click()
    crossed(page, 0)
    now = told(page, plan)
    assert now["problems"]["crossed"] == []
    assert now["findings"]["new"] == []

    page.get_by_role("tab", name="问题").click()
    page.get_by_role("button", name="钉在地图中心").click()
    page.get_by_label("写批注").fill("这里请再看一眼")
    page.get_by_role("button", name="添加批注").click()
    expect(page.locator(".comments")).to_contain_text("这里请再看一眼")


def test_a_grid_is_cut_by_touch_on_a_phone(enter, site, picture):
    page, plan = editing(enter, site, FOUR_CROSSED, size=PHONE)
    grids = [each for each in told(page, plan)["grids"] if each["geometry"]]
    code = max(grids, key=lambda each: each["compounds"])["code"]
    page.get_by_role("button", name="清单").tap()
    page.get_by_role("tab", name="网格").tap()
    page.locator(f"[data-code='{code}']").tap()
    page.get_by_role("button", name="清单").tap()
    page.get_by_role("button", name="全图").tap()
    page.wait_for_timeout(700)
    page.get_by_role("button", name="切分").tap()
    box = page.locator("#map").bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    for share in (0.12, 0.45, 0.75):
        page.touchscreen.tap(x, box["y"] + box["height"] * share)
        page.wait_for_timeout(400)
    expect(page.locator(".draw-told")).to_have_text(re.compile(r"^([3-9]|\d\d+) 个点$"))
    picture(page, "editor-phone-draw")
    assert barriers(page) == []
    page.get_by_role("button", name="画完").tap()
    expect(page.locator("form.offer")).to_be_visible()
    picture(page, "editor-phone-offer")
    page.get_by_role("button", name="取消").first.tap()
    assert told(page, plan)["number"] == 0
