"""The demonstration asks itself over HTTP what a person would see: sign in, the figures, the findings, the map."""

import http.client
import http.cookiejar
import json
import math
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping

from project.bootstrap.console import say, warn

CROSSED = 44
"""Compounds that the invented district's grid lines cut: made so, and to be found so."""

TIMEOUT_S = 60.0

DRAWN_ZOOM = 12
"""Zoom of the tile that is asked for: a district of ordinary size lies in one or two of them."""


class Visitor:
    """One person's browser, as far as HTTP goes: cookies, forms with their token, pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self.open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        ).open

    def page(self, path: str) -> tuple[int, str]:
        """Return status and text of a page, redirections followed."""
        return self._ask(urllib.request.Request(urllib.parse.urljoin(self.address, path)))

    def submit(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Fill in the form of a page and send it."""
        _, text = self.page(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        fields = dict(form) | ({"csrfmiddlewaretoken": token.group(1)} if token else {})
        body = urllib.parse.urlencode(fields).encode()
        address = urllib.parse.urljoin(self.address, path)
        return self._ask(urllib.request.Request(address, body, {"Referer": address}))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.open(request, timeout=TIMEOUT_S) as response:
                return response.status, response.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode("utf-8", "replace")


def is_ready(address: str) -> bool:
    """Return whether the platform at an address says that it can serve."""
    try:
        return Visitor(address).page("/readyz")[0] == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def check(address: str, passwords: Mapping[str, str]) -> int:
    """Visit the pages of the main job; say each result; return 0 when all are as they should be."""
    say("自查 · checking over HTTP")
    visitor = Visitor(address)
    failed = [name for name, look in _looks(visitor, passwords) if not _holds(name, look)]
    if failed:
        warn(f"✗ 自查未通过 · self-check failed: {', '.join(failed)}")
        return 1
    say("✓ 自查通过 · self-check passed")
    return 0


def _holds(name: str, look: Callable[[], bool]) -> bool:
    try:
        good = look()
    except (OSError, http.client.HTTPException, KeyError, TypeError, ValueError) as trouble:
        good = False
        warn(f"    {trouble!r}")
    say(f"  {'✓' if good else '✗'} {name}")
    return good


def _tile_at(lon: float, lat: float) -> str:
    """Return the address of the grids' tile that holds a point (degrees)."""
    across = 2**DRAWN_ZOOM
    x = int((lon + 180) / 360 * across)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across)
    return f"/tiles/grid/{DRAWN_ZOOM}/{x}/{y}.mvt"


def _looks(visitor: Visitor, passwords: Mapping[str, str]) -> list[tuple[str, Callable[[], bool]]]:
    """Return what is looked at, in order."""
    officer = {"username": "demo_officer", "password": passwords["demo_officer"]}

    def stranger_is_asked_to_sign_in() -> bool:
        status, text = visitor.page("/")
        return status == http.client.OK and 'type="password"' in text

    def wrong_password_is_refused() -> bool:
        _, text = visitor.submit("/sign-in/", officer | {"password": "wrong"})
        return 'type="password"' in text

    def officer_signs_in() -> bool:
        status, text = visitor.submit("/sign-in/", officer)
        return status == http.client.OK and 'type="password"' not in text

    def overview_shows_the_crossed() -> bool:
        status, text = visitor.page("/")
        return status == http.client.OK and re.search(rf">\s*{CROSSED}\s*<", text) is not None

    def finding_opens() -> bool:
        path = re.search(r'href="(/findings/\d+/)[?"]', visitor.page("/worklist/")[1])
        return path is not None and visitor.page(path.group(1))[0] == http.client.OK

    def map_is_drawn() -> bool:
        status, text = visitor.page("/map/")
        index = json.loads(visitor.page("/tiles/index.json")[1])
        west, south, east, north = index["bounds"]
        drawn = visitor.page(_tile_at((west + east) / 2, (south + north) / 2))
        return status == http.client.OK and 'id="map"' in text and drawn[0] == http.client.OK and bool(drawn[1])

    def places_are_served() -> bool:
        status, text = visitor.page("/api/v1/compounds/?limit=1")
        return status == http.client.OK and len(json.loads(text)["features"]) == 1

    def map_is_taken_away() -> bool:
        path = re.search(r'href="(/districts/\d+/audit-map\.html)"', visitor.page("/")[1])
        status, text = visitor.page(path.group(1)) if path else (http.client.NOT_FOUND, "")
        loads = re.search(r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//""", text)
        return status == http.client.OK and "<html" in text and loads is None

    return [
        ("未登录者须先登录 · a stranger is asked to sign in", stranger_is_asked_to_sign_in),
        ("错误口令被拒绝 · a wrong password is refused", wrong_password_is_refused),
        ("网格管理员登录 · the GIS officer signs in", officer_signs_in),
        (
            f"概览显示 {CROSSED} 个被切小区 · the overview shows {CROSSED} crossed compounds",
            overview_shows_the_crossed,
        ),
        ("打开一个问题 · a finding opens", finding_opens),
        ("打开地图，画出网格 · the live map opens and grids are drawn", map_is_drawn),
        ("数据接口返回小区 · the interface serves compounds", places_are_served),
        ("下载检查地图，且不引用外部地址 · the map is taken away and loads nothing", map_is_taken_away),
    ]
