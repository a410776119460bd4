"""The demonstration district behind a running site, and a real browser in front of it.

Loaded once for all journeys: the demonstration takes longer to make and import than every walk through it together.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from gis.services.audits.runs import run_audit
from gis.services.staff import make_demo_accounts
from gis.services.staff.accounts import NewAccount
from gis.terms import Role

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
DISTRICT = "379912"
REFUSED = re.compile(r"responded with a status of (401|403|409|412|422) ")
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS / 2)  # a machine at its limit is slow, not wrong


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--pictures", default=None, help="folder to keep screenshots in, e.g. docs/pictures")


@dataclass
class Site:
    """The running platform and who may enter it."""

    url: str
    accounts: dict[Role, NewAccount]
    folder: Path
    """The files that the district was loaded from."""


@pytest.fixture(scope="package")
def chromium() -> str:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    return found


@pytest.fixture(scope="package")
def site(
    chromium: str,
    django_test_environment: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Serve the demonstration district from a test database of its own, dropped when the last journey is over.

    Of its own, because the walks really commit; and pytest-django makes none for tests that do not ask it for one.
    """
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            assert connection.settings_dict["NAME"].startswith("test_")
            call_command("make_demo", out=folder, verbosity=0)
            call_command("load_demo", str(folder), verbosity=0)
            run_audit(district_code=DISTRICT, by=None, cause="journey")
            accounts = make_demo_accounts(district_code=DISTRICT)
            server = LiveServer("127.0.0.1")
            try:
                yield Site(server.url, accounts, folder)
            finally:
                server.stop()
        finally:
            teardown_databases(databases, verbosity=0)


@pytest.fixture(scope="package")
def browser(site: Site, chromium: str) -> Iterator[Browser]:
    """Start the browser after the database work: Playwright's loop and Django's ORM do not share a thread."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


def _complains(said: ConsoleMessage) -> bool:
    """Whether the console tells of a fault; Chromium also notes there what the server has rightly refused, and that a
    journey has cut the network.

    On an old day a place may rightly be unknown.
    """
    rightly = (
        REFUSED.search(said.text)
        or "ERR_INTERNET_DISCONNECTED" in said.text
        or ("status of 404" in said.text and "as_of=" in said.location["url"])
    )
    return said.type in {"error", "warning"} and not rightly


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; a complaint on its console fails the journey."""
    contexts, complaints = [], []

    def opened(size: dict[str, int], **more: Any) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", has_touch=size is PHONE, **more)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if _complains(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def enter(site: Site, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that signs in as a role and gives the page it arrives on."""

    def entered(role: Role, size: dict[str, int] = DESK) -> Page:
        page = open_page(size, accept_downloads=True)
        page.goto(site.url)
        account = site.accounts[role]
        page.get_by_label("账号").fill(account.user.get_username())
        page.get_by_label("密码").fill(account.password)
        page.get_by_role("button", name="登录").click()
        page.locator("header.top .who").wait_for(state="attached")
        return page

    return entered


@pytest.fixture
def picture(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    """Return a function that takes a picture, kept with ``--pictures FOLDER`` and thrown away without."""
    folder = Path(request.config.getoption("--pictures", default=None) or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return taken


def barriers(page: Page) -> list[str]:
    """Return what axe-core finds that would keep people out, by rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in found]


def drawn(page: Page) -> None:
    """Wait until the map has drawn all that it asked for at the start."""
    expect(page.locator("#map")).to_have_attribute("data-state", "complete")


@pytest.fixture
def live(enter, site) -> Callable[..., Page]:
    """Return a function that signs in as a role and opens the map at an address."""

    def opened(role: Role = Role.LEADER, size: dict[str, int] = DESK, query: str = "") -> Page:
        page = enter(role, size)
        page.goto(f"{site.url}/map/?district={DISTRICT}&{query}")
        drawn(page)
        return page

    return opened


def a_compound(page: Page) -> dict:
    """Return one crossed compound as the programming interface tells it: code, name, a point inside."""
    api = page.url.split("/map/")[0] + "/api/v1"
    rows = page.request.get(f"{api}/findings/?district={DISTRICT}&kind=compound_crossed&limit=1").json()["results"]
    return page.request.get(f"{api}/card/compound/{DISTRICT}:{rows[0]['subjects'][0]}/").json()
