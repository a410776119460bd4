"""What journeys through the redraw editor share: a plan to draw in, and the steps that every one of them takes."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from gis.terms import Role
from tests.journeys.conftest import DESK, DISTRICT, PATIENCE_MS, Site

FOUR_CROSSED = "379912005003"
"""A community of the demonstration district with four crossed compounds."""


def ask(page: Page, method: str, path: str, body: Any = None, version: int | None = None) -> Any:
    """Return what the programming interface answers, asked beside the page with its session."""
    site = page.url.split("/", 3)
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, **({} if version is None else {"If-Match": f'"{version}"'})}
    answer = page.request.fetch(
        f"{site[0]}//{site[2]}/api/v1/{path}",
        method=method,
        headers=headers,
        **({} if body is None else {"data": body}),
    )
    assert answer.ok, answer.text()
    return answer.json()


def new_plan(page: Page, *communities: str) -> str:
    """Return the number of a new draft for communities, for all of the district unless some are named."""
    if not communities:
        places = ask(page, "GET", f"communities/?district={DISTRICT}&limit=100")["features"]
        communities = tuple(sorted(place["properties"]["code"] for place in places))
    asked = {"district": DISTRICT, "communities": communities, "title": "走查方案", "reason": "修补被网格线穿过的小区"}
    return str(ask(page, "POST", "plans/", asked)["id"])


def told(page: Page, plan: str) -> Any:
    """Return the plan as the server has it."""
    return ask(page, "GET", f"plans/{plan}/editor/")


def open_editor(page: Page, plan: str) -> float:
    """Open the editor and wait for the first picture; return when it was asked for (time.monotonic)."""
    began = time.monotonic()
    site = page.url.split("/", 3)
    page.goto(f"{site[0]}//{site[2]}/plans/{plan}/edit/")
    expect(page.locator("#map")).to_have_attribute("data-state", "complete")
    return began


def saved(page: Page) -> None:
    """Wait until everything is on the server."""
    expect(page.locator("#saved")).to_have_text("已全部保存", timeout=PATIENCE_MS)


def crossed(page: Page, count: int) -> None:
    """Wait until the page counts so many crossed compounds, none included."""
    tab = page.get_by_role("tab", name="问题")
    expect(tab).to_have_text(f"问题{count}" if count else "问题", timeout=PATIENCE_MS)


def editing(enter: Callable[..., Page], site: Site, *communities: str, size: dict[str, int] = DESK) -> tuple[Page, str]:
    """Return an officer's page with the editor open on a new plan, and the plan's number."""
    page = enter(Role.OFFICER, size)
    page.goto(f"{site.url}/")
    plan = new_plan(page, *communities)
    open_editor(page, plan)
    return page, plan
