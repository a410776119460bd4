"""How long the engine of plans takes: every edit as the editor sees it, and a district from the first line to in force.

Run with ``DATABASE_URL`` naming a **copy** of the loaded and audited demonstration, and ``GRIDWORK_BENCH_WRITES=yes``:
``python -m pytest -m benchmark tests/benchmarks/test_plan_speed.py -s``. Everything is committed: the last test puts a
plan into force. Requests go through Django's handler in this process, session, policy and JSON included. CPU is of this
process and its database server together; on a machine that does other work it is the figure to compare, and so is the
ratio to reading the plan's land once, which stands beside each table.
"""

import json
import os
import random
import statistics
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from gis.models import Community, District, Membership, Plan, User
from gis.selectors.plans import base_tiling
from gis.services.plans.editor import states
from gis.terms import Role
from tests.benchmarks.test_import_speed import Clock

EDITS = int(os.environ.get("GRIDWORK_BENCH_EDITS", "200"))
DEARER_WHOLE = 3.0
"""The check of all that lies on the land takes at least so many times the CPU of an edit with all that it tells."""

PLANS = "/api/v1/plans/"

pytestmark = pytest.mark.benchmark


class Desk:
    """A client that works on one plan and notes what each request took."""

    def __init__(self, client: Client, communities: list[str]) -> None:
        self.client, self.times = client, dict[str, list[tuple[float, float]]]()
        body = {"district": communities[0][:6], "communities": communities, "title": "测速", "reason": "测速"}
        told = self.ask("open", "post", PLANS, body)
        self.plan_id, self.tag = told["id"], ""
        self.address = f"{PLANS}{self.plan_id}/"

    def ask(self, name: str, method: str, address: str, body: Any = None, *, fails: bool = False) -> Any:
        """Send a request; return what came, None for a refusal that is allowed for."""
        kind = {} if method == "get" else {"content_type": "application/json"}
        headers = {"If-Match": getattr(self, "tag", "")} if getattr(self, "tag", "") and method != "get" else {}
        sent = body if isinstance(body, dict) and "file" in body else None if body is None else json.dumps(body)
        clock = Clock()
        call = getattr(self.client, method)
        response = call(address, sent, headers=headers, **({} if sent is body and body else kind))
        content = response.getvalue() if response.streaming else response.content
        self.times.setdefault(name, []).append(clock.read())
        if response.status_code >= 400:
            assert fails, content.decode()
            return None
        if "ETag" in response and not name.startswith("preview"):
            self.tag = response["ETag"]
        return json.loads(content) if response["Content-Type"].endswith("json") else content

    def edit(self, name: str, edit: dict[str, Any], *, fails: bool = False) -> Any:
        """Look at an edit, then make it."""
        body = {"edits": [edit]}
        self.ask(f"preview: {name}", "post", f"{self.address}preview/", body, fails=fails)
        return self.ask(f"operation: {name}", "post", f"{self.address}operations/", body, fails=fails)

    def table(self, title: str) -> None:
        """Print what every kind of request took."""
        print(f"\n{title}\n{'ms':36s} {'n':>4s} {'p50':>7s} {'p95':>7s} {'CPU p50':>8s} {'CPU p95':>8s}")
        for name, taken in self.times.items():
            walls, cpus = (sorted(1000 * one[at] for one in taken) for at in (0, 1))
            line = [of(column, share) for column in (walls, cpus) for share in (0.5, 0.95)]
            print(f"{name:36s} {len(taken):4d} {line[0]:7.0f} {line[1]:7.0f} {line[2]:8.0f} {line[3]:8.0f}")


def of(ordered: list[float], share: float) -> float:
    """Return the figure below which a share of them lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def an_account(username: str, role: Role, district: str) -> Client:
    """Return a client of an account."""
    user, _made = User.objects.get_or_create(username=username)
    Membership.objects.get_or_create(user=user, role=role, territory_code=district, begins_on="2024-01-01")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def district(django_db_blocker: Any, settings: Any) -> Iterator[str]:
    """Return the district of the database that is there (no test database)."""
    if os.environ.get("GRIDWORK_BENCH_WRITES") != "yes":
        pytest.skip("writes into the database of DATABASE_URL: set GRIDWORK_BENCH_WRITES=yes where that is a copy")
    settings.ALLOWED_HOSTS = ["*"]
    with django_db_blocker.unblock():
        connection = connections["default"]
        connection.close()
        connection.settings_dict["NAME"] = os.environ["DATABASE_URL"].rsplit("/", 1)[1]
        yield District.objects.order_by("code").values_list("code", flat=True)[0]


def communities_of(district: str) -> list[str]:
    return sorted(Community.objects.filter(code__startswith=district).values_list("code", flat=True))


def busiest(district: str) -> str:
    """Return the community with the most compounds: 23 in the demonstration."""
    from gis.models import Compound

    codes = list(Compound.objects.filter(district_id=district).values_list("community_id", flat=True))
    return max(sorted({str(code) for code in codes if code}), key=[str(code) for code in codes].count)


def mend_all(desk: Desk, sheet: dict[str, Any]) -> int:
    """Give every crossed compound to the grid that holds most of it; return how many."""
    units: dict[str, list[int]] = {}
    for feature in sheet["units"]["features"]:
        units.setdefault(feature["properties"]["compound"], []).append(feature["id"])
    crossed = [one for one in sheet["problems"]["crossed"] if one["compound"] in units]
    for one in crossed:
        edit = {"kind": "assign_units", "units": units[one["compound"]], "grid": one["grids"][0]["code"]}
        desk.edit("a compound made whole", edit)
    return len(crossed)


def scribble(desk: Desk, sheet: dict[str, Any], count: int) -> None:
    """Make random edits: land to another grid, a grid cut in two, a step back."""
    rng = random.Random(1)
    units = {feature["id"]: feature["properties"]["grid"] for feature in sheet["units"]["features"]}
    grids = [grid for grid in sheet["grids"] if grid["geometry"]]
    for _step in range(count):
        dice = rng.random()
        if dice < 0.1:
            desk.ask("undo", "post", f"{desk.address}undo/", {}, fails=True)
        elif dice < 0.2:
            grid = rng.choice(grids)
            west, south, east, north = shapely.from_geojson(json.dumps(grid["geometry"])).bounds
            across = south + rng.uniform(0.3, 0.7) * (north - south)
            line = {"type": "LineString", "coordinates": [[west - 1e-5, across], [east + 1e-5, across]]}
            desk.edit("a grid cut in two", {"kind": "cut_grid", "grid": grid["code"], "line": line}, fails=True)
        else:
            unit = rng.choice(sorted(units))
            near = [grid["code"] for grid in grids if grid["code"][:12] == units[unit][:12]] or [grids[0]["code"]]
            edit = {"kind": "assign_units", "units": [unit], "grid": rng.choice(near)}
            desk.edit("a unit to another grid", edit, fails=True)


@pytest.mark.parametrize("whole", [False, True], ids=["one community", "the district"])
def test_an_edit_from_the_request_to_the_answer(district: str, whole: bool) -> None:
    codes = communities_of(district) if whole else [busiest(district)]
    desk = Desk(an_account("benchmark-of-plans", Role.OFFICER, district), codes)
    desk.ask("editor, a process that begins", "get", f"{desk.address}editor/")
    sheet = desk.ask("editor again", "get", f"{desk.address}editor/")
    mended = mend_all(desk, sheet)
    desk.ask("check", "post", f"{desk.address}check/", {})
    scribble(desk, sheet, EDITS)
    states.forget()
    desk.ask("editor, after many edits, anew", "get", f"{desk.address}editor/")
    clock = Clock()
    base_tiling(Plan.objects.get(id=desk.plan_id))
    wall_s, cpu_s = clock.read()
    desk.table(f"{len(codes)} communities, {len(sheet['grids'])} grids, {mended} compounds mended")
    print(f"beside it, reading the plan's land once: {1000 * wall_s:.0f} ms, CPU {1000 * cpu_s:.0f} ms")
    edit_s = statistics.median(cpu for _wall, cpu in desk.times["operation: a compound made whole"])
    assert desk.times["check"][0][1] > DEARER_WHOLE * edit_s or not whole


def test_a_district_from_the_first_line_to_in_force(district: str) -> None:
    codes = communities_of(district)
    officer = an_account("benchmark-of-plans", Role.OFFICER, district)
    approver = an_account("benchmark-of-approvals", Role.APPROVER, district)
    desk = Desk(officer, codes)
    sheet = desk.ask("editor", "get", f"{desk.address}editor/")
    mend_all(desk, sheet)
    package = desk.ask("package written", "get", f"{desk.address}export.gpkg")
    file = SimpleUploadedFile("plan.gpkg", package, content_type="application/geopackage+sqlite3")
    tracemalloc.start()
    desk.ask("package uploaded, tried", "post", f"{desk.address}upload/", {"file": file, "try_only": "true"})
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    desk.ask("compare with its base", "get", f"/api/v1/compare/?left={desk.plan_id}&right={sheet_moment(desk)}")
    desk.ask("check", "post", f"{desk.address}check/", {})
    desk.ask("editor", "get", f"{desk.address}editor/")
    desk.ask("plan", "get", desk.address)
    desk.ask("submit", "post", f"{desk.address}submit/", {})
    desk.client = approver
    desk.ask("plan", "get", desk.address)
    desk.ask("approve and put in force", "post", f"{desk.address}approve/", {})
    desk.table(f"a plan for {len(codes)} communities; upload of {len(package) / 1e6:.1f} MB, at most {peak_mb:.0f} MB")


def sheet_moment(desk: Desk) -> str:
    """Return the moment that a plan starts from, as an address takes it."""
    moment: str = Plan.objects.values_list("base_at", flat=True).get(id=desk.plan_id).isoformat()
    return moment.replace("+", "%2B")
