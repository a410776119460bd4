"""One grid line moved, in a loaded city: written as a dated change and judged, from the request to the answer.

Run with ``DATABASE_URL`` naming a **copy** of a loaded city, and ``GRIDWORK_BENCH_WRITES=yes``: ``python -m pytest -m
benchmark tests/benchmarks/test_edit_speed.py -s``. Edits are committed; each is taken back by the next. Three kinds:
a line between two neighbours moves by a bulge of 25 m and back (two grids drawn anew); one grid is drawn 1 m smaller
and restored (a gap all around it); the same by 10 m, so that lines pass within half a metre of homes. The door is one
that stands here: it does what a door does (session, policy, parse, call, shape) through Django's handler; the services
behind it are the product's. From request to last byte, the first ones of a fresh connection among them; CPU is of this
process and its server process.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connection, connections, transaction
from django.http import HttpRequest, JsonResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from psycopg.types.range import TimestamptzRange
from shapely import affinity

from gis import policy
from gis.geometry import engines
from gis.geometry.changes import Changed
from gis.geometry.layers import Shapes
from gis.models import District, GridBoundary, Membership, User
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.audits.runs import audit_neighbourhood, run_audit
from gis.services.territory.copying import copy_rows, stored_bytes
from gis.terms import Action, LayerKind, Role, RunKind

EDITS = int(os.environ.get("GRIDWORK_BENCH_EDITS", "60"))
DEARER_WHOLE = 2.0
"""A whole audit of the district takes at least so many times the CPU of one edit with all that a door does."""

BULGE_DEG, INSET_DEG, DEEP_DEG = 2.5e-4, 1e-5, 1e-4

GOAL_MS = 50.0
MISSED_BY = 3.0
"""The test fails only where the goal is missed by so many times at the run's best pace: a machine that does other work
is slower from moment to moment, and for numpy's small calls more than for the intersection that its pace is told by."""

pytestmark = pytest.mark.benchmark


def draw(request: HttpRequest) -> JsonResponse:
    """Draw grids anew from now on, and say what the audit makes of it."""
    drawn = json.loads(request.body)
    user = request.user
    assert isinstance(user, User)
    policy.require(user, Action.RUN_AUDIT, drawn["district"])
    now = timezone.now()
    with transaction.atomic():
        standing = GridBoundary.objects.select_for_update().filter(
            place__code__in=drawn["shapes"], in_force__endswith=None
        )
        rows = standing.annotate(stored=wkb()).values_list("place__code", "id", "place_id", "accuracy_m", "stored")
        before = {row[0]: row[1:] for row in rows}
        write(before, {code: shapely.from_wkt(drawn["shapes"][code]) for code in before}, now)
        changed = Changed(
            LayerKind.GRID,
            np.array(list(before), dtype=object),
            shapes_of(row[3] for row in before.values()),
            shapely.from_wkt([drawn["shapes"][code] for code in before]),
        )
        run = audit_neighbourhood(district_code=drawn["district"], changed=changed, by=None, cause="benchmark")
    return JsonResponse({"kind": run.kind, "new": run.new, "known": run.known, "resolved": run.resolved})


def write(before: dict[str, tuple[Any, ...]], after: dict[str, shapely.Geometry], now: datetime) -> None:
    """End and begin boundaries as a plan that comes into force does: one statement for either."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gridwork_gridboundary SET in_force = tstzrange(lower(in_force), %s) WHERE id = ANY(%s)",
            [now, [row[0] for row in before.values()]],
        )
    columns = {"place_id": "int8", "shape": "bytea", "in_force": "tstzrange", "accuracy_m": "float8", "source": "text"}
    stored = stored_bytes([after[code] for code in before])
    period = TimestamptzRange(now, None)
    rows = ((row[1], shape, period, row[2], "") for row, shape in zip(before.values(), stored, strict=True))
    copy_rows("gridwork_gridboundary", columns, rows)


urlpatterns = [path("draw", draw)]


@pytest.fixture
def client(django_db_blocker: Any) -> Iterator[Client]:
    """Return a client of an officer over the database that is there (no test database)."""
    if os.environ.get("GRIDWORK_BENCH_WRITES") != "yes":
        pytest.skip("writes into the database of DATABASE_URL: set GRIDWORK_BENCH_WRITES=yes where that is a copy")
    with django_db_blocker.unblock(), override_settings(ROOT_URLCONF=__name__):
        connection = connections["default"]
        connection.close()
        connection.settings_dict["NAME"] = os.environ["DATABASE_URL"].rsplit("/", 1)[1]
        user, _created = User.objects.get_or_create(username="benchmark-of-edits")
        mine = {"role": Role.OFFICER, "territory_code": district_code(), "begins_on": "2024-01-01"}
        Membership.objects.get_or_create(user=user, **mine)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        yield client


def district_code() -> str:
    """Return the district to edit: the one named by the environment, else the one in the middle."""
    codes = list(District.objects.order_by("code").values_list("code", flat=True))
    return os.environ.get("GRIDWORK_BENCH_DISTRICT") or codes[len(codes) // 2]


def grids_of(district: str) -> tuple[list[str], Shapes]:
    """Return codes and shapes (longitude, latitude) of a district's grids in force."""
    rows = GridBoundary.objects.filter(place__code__startswith=district, in_force__endswith=None)
    listed = list(rows.order_by("place__code").annotate(stored=wkb()).values_list("place__code", "stored"))
    return [row[0] for row in listed], shapes_of(row[1] for row in listed)


def bulges(codes: list[str], shapes: Shapes) -> Iterator[dict[str, shapely.Geometry]]:
    """Yield pairs of neighbours with a bulge moved from the second to the first."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="touches")
    for n in np.random.default_rng(1).permutation(np.flatnonzero(one < other)):
        a, b = shapes[one[n]], shapes[other[n]]
        line = shapely.line_merge(shapely.intersection(a, b))
        if line.geom_type != "LineString" or line.length < 4 * BULGE_DEG:
            continue
        bulge = shapely.intersection(shapely.buffer(line.interpolate(0.5, normalized=True), BULGE_DEG), b)
        yield {codes[one[n]]: shapely.union(a, bulge), codes[other[n]]: shapely.difference(b, bulge)}


def insets(codes: list[str], shapes: Shapes) -> Iterator[dict[str, shapely.Geometry]]:
    """Yield grids drawn smaller."""
    for n in np.random.default_rng(2).permutation(len(codes)):
        yield {codes[n]: shapely.buffer(shapes[n], -INSET_DEG)}


def deep(codes: list[str], shapes: Shapes) -> Iterator[dict[str, shapely.Geometry]]:
    """Yield grids drawn 10 m inside themselves: a line often comes within half a metre of a home."""
    for n in np.random.default_rng(3).permutation(len(codes)):
        inner = shapely.buffer(shapes[n], -DEEP_DEG)
        if not inner.is_empty:
            yield {codes[n]: inner}


def multi(shape: shapely.Geometry) -> str:
    return shapely.to_wkt(shapely.multipolygons(shapely.get_parts(shape)), rounding_precision=-1)


class Clock:
    """CPU seconds of this process and of its server process since the start, to the microsecond."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        self._began = self._now()

    def _now(self) -> tuple[float, float, float]:
        server_s = int(self._server.read_text().split()[0]) / 1e9 if self._server.exists() else 0.0
        return time.perf_counter(), time.process_time(), server_s

    def read(self) -> tuple[float, float, float]:
        """Return seconds by the clock, of this process, of the server."""
        wall_s, client_s, server_s = (now - began for now, began in zip(self._now(), self._began, strict=True))
        return wall_s, client_s, server_s


def bare_us(pair: Shapes) -> float:
    """Return the CPU of an intersection of two neighbours, microseconds."""
    start = time.process_time()
    for _ in range(20):
        shapely.intersection(pair[0], pair[1])
    return (time.process_time() - start) * 1e6 / 20


def neighbours(shapes: Shapes) -> Shapes:
    """Return two grids whose outlines cross: one a tenth larger than it is, and its neighbour."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="touches")
    return np.array([affinity.scale(shapes[one[0]], 1.1, 1.1), shapes[other[0]]])


def test_a_line_moved_from_the_request_to_the_answer(client: Client) -> None:
    district = district_code()
    engines.load_compiled()
    run_audit(district_code=district, by=None)
    clock = Clock()
    run_audit(district_code=district, by=None)
    whole_s = sum(clock.read()[1:])
    codes, shapes = grids_of(district)
    standing, pair = dict(zip(codes, shapes, strict=True)), neighbours(shapes)
    total = GridBoundary.objects.filter(in_force__endswith=None).count()
    print(f"\na district of {len(codes)} grids among {total}; from request to answer, committed")
    print(f"beside it, a whole audit: CPU {whole_s * 1000:.0f} ms")
    usual_s, paced_ms = [], {}
    for name, made in (("a line between two grids", bulges), ("one grid, 1 m", insets), ("one grid, 10 m", deep)):
        connections["default"].close()
        taken, paces, kinds = [], [], []
        for drawn, _n in zip(made(codes, shapes), range(EDITS // 2), strict=False):
            for edit in (drawn, {code: standing[code] for code in drawn}):
                body = {"district": district, "shapes": {code: multi(shape) for code, shape in edit.items()}}
                pace, clock = bare_us(pair), Clock()
                answer = client.post("/draw", body, content_type="application/json")
                taken.append(clock.read())
                assert answer.status_code == 200, answer.content
                paces.append((pace + bare_us(pair)) / 2)
                kinds.append(answer.json()["kind"])
        assert set(kinds) == {RunKind.INCREMENTAL}
        wall, python, server = 1000 * np.array(taken).T
        best_us = float(np.percentile(paces, 5))
        for of, ms in (
            ("wall", wall),
            ("CPU, Python", python),
            ("CPU, PostgreSQL", server),
            ("CPU, both", python + server),
            ("CPU, both, at the run's best pace", (python + server) / paces * best_us),
        ):
            p50_ms, p95_ms = np.percentile(ms, [50, 95])
            print(f"{name:24}  {of:34} p50 {p50_ms:6.1f} ms   p95 {p95_ms:6.1f}   ({len(kinds)} edits)")
        print(f"{name:24}  an intersection took {statistics.median(paces):.0f} us, {best_us:.0f} at the best pace")
        usual_s.append(np.percentile(python + server, 50) / 1000)
        paced_ms[name] = p95_ms
    assert whole_s > DEARER_WHOLE * max(usual_s)
    assert max(paced_ms.values()) <= MISSED_BY * GOAL_MS
