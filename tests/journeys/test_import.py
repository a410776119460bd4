"""An officer brings a GBK shapefile of changed grids: confirms, sees the difference, imports, sees the conflicts."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Page, expect
from psycopg import sql

from gis.terms import Role
from tests.journeys.conftest import DESK, DISTRICT, PHONE, Site, barriers
from tests.journeys.gbk import CODE, Changed, changed_grids

pytestmark = pytest.mark.journey

JOB_MS = 180_000
"""A job waits for its worker to start and for a machine that does other things as well."""

PROGRAM = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = sys.argv[2]
django.setup()
from django.core.management import call_command
call_command(*sys.argv[3:])
"""


@pytest.fixture(scope="module")
def imports(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own on a copy of the district, with a worker: what is imported here, other journeys never see."""
    original = connection.settings_dict["NAME"]
    copy, media = f"{original}_imports", tmp_path_factory.mktemp("media")
    with _server() as server:
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [original])
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy)))
        names = (sql.Identifier(copy), sql.Identifier(original))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "project.settings.test"}
    words = [sys.executable, "-c", PROGRAM, copy, str(media)]
    serve = [*words, "runserver", f"127.0.0.1:{port}", "--noreload", "--nostatic"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    running = [subprocess.Popen(serve, **quiet), subprocess.Popen([*words, "procrastinate", "worker"], **quiet)]
    try:
        _await(port)
        yield Site(f"http://127.0.0.1:{port}", site.accounts, site.folder)
    finally:
        for process in running:
            process.kill()
            process.wait()
        with _server() as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(copy)))


def _server() -> psycopg.Connection[Any]:
    """Return a connection beside Django's, which the browser's loop keeps out of this thread."""
    told = connection.settings_dict
    return psycopg.connect(
        host=told["HOST"], port=told["PORT"] or None, user=told["USER"], password=told["PASSWORD"] or None,
        dbname="postgres", autocommit=True,
    )  # fmt: skip


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the site of the imports does not answer")


@pytest.fixture
def officer(imports: Site, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that signs an officer in on the imports' own site."""

    def entered(size: dict[str, int] = DESK, **more: Any) -> Page:
        page = open_page(size, **more)
        page.goto(f"{imports.url}/imports/new/")
        account = imports.accounts[Role.OFFICER]
        page.get_by_label("账号").fill(account.user.get_username())
        page.get_by_label("密码").fill(account.password)
        page.get_by_role("button", name="登录").click()
        page.locator("header.top .who").wait_for(state="attached")
        return page

    return entered


@pytest.fixture(scope="module")
def changed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Changed:
    return changed_grids(site.folder, tmp_path_factory.mktemp("gbk") / "网格调整.zip")


def drawn(page: Page) -> None:
    """Wait until the map is drawn."""
    expect(page.locator('#drawing[data-drawn="complete"]')).to_be_visible()


def to_the_report(page: Page, path: Path) -> None:
    """Upload a file, take what was guessed and let the dry run be made."""
    page.locator("#files").set_input_files(path)
    page.get_by_role("button", name="上传", exact=True).click()
    page.get_by_role("button", name="试算", exact=True).click()
    expect(page.get_by_role("heading", name="试算结果（未写入）")).to_be_visible(timeout=JOB_MS)


def figure(page: Page, name: str) -> str:
    return page.locator(".figures div", has=page.get_by_text(name, exact=True)).locator("dd").first.inner_text().strip()


def test_an_officer_imports_changed_grids(
    officer: Callable[..., Page], imports: Site, changed: Changed, picture: Callable[..., None]
) -> None:
    page = officer()
    assert barriers(page) == []
    page.locator("#files").set_input_files(changed.path)
    expect(page.locator("#chosen")).to_contain_text("网格调整.zip")
    page.get_by_role("button", name="上传", exact=True).click()

    expect(page.get_by_text("按 GBK/GB18030 读取")).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_label("编码 必填")).to_have_value(CODE)
    expect(page.get_by_text("坐标与已有图层相符")).to_be_visible()
    drawn(page)
    assert barriers(page) == []
    picture(page, "import-confirm")

    page.get_by_role("button", name="试算", exact=True).click()
    expect(page.get_by_role("heading", name="试算结果（未写入）")).to_be_visible(timeout=JOB_MS)
    drawn(page)
    assert [figure(page, name) for name in ("新增", "其中边界变更", "拒绝")] == ["1", "3", "1"]
    page.get_by_role("row", name=changed.redrawn[0]).get_by_role("button", name="定位").click()
    page.wait_for_timeout(1500)
    assert barriers(page) == []
    picture(page, "import-difference")

    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("已导入（导入记录")).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_text("新增问题")).to_be_visible(timeout=JOB_MS)
    assert int(figure(page, "新增问题")) >= 1
    drawn(page)
    assert barriers(page) == []
    picture(page, "import-done")

    page.goto(f"{imports.url}/worklist/?district={DISTRICT}&search={changed.crossed}")
    conflict = page.get_by_role("row", name="小区被网格线穿过")
    expect(conflict).to_have_count(1)
    expect(conflict).to_contain_text("新增")


def test_an_import_stands_on_a_phone(
    officer: Callable[..., Page], changed: Changed, picture: Callable[..., None]
) -> None:
    page = officer(PHONE)
    to_the_report(page, changed.path)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert barriers(page) == []
    picture(page, "import-phone")


def test_an_import_needs_no_scripts(officer: Callable[..., Page], changed: Changed) -> None:
    page = officer(java_script_enabled=False)
    to_the_report(page, changed.path)
    expect(page.locator("img.drawing-picture")).to_be_visible()
    either = page.get_by_role("button", name="确认（没有要写入的改动）")
    either.or_(page.get_by_role("button", name="导入", exact=True)).click()
    expect(page.get_by_text("内容与现行数据相同").or_(page.get_by_text("已导入（导入记录"))).to_be_visible()
