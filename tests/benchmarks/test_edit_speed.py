"""One grid line moved, in a loaded city: written as a dated change and judged, from the request to the answer.

Run with ``DATABASE_URL`` naming a **copy** of a loaded city, and ``GRIDWORK_BENCH_WRITES=yes``: ``python -m pytest -m
benchmark tests/benchmarks/test_edit_speed.py -s``. Edits are committed; each is taken back by the next one. Two kinds:
a line between two neighbours moves by a bulge of 25 m and back (two grids drawn anew), and one grid is drawn 1 m
smaller and restored (a gap all around it). The door is one that stands here: it does what a door does (session, policy,
parse, call, shape) through Django's handler; the services behind it are the product's. Times are from request to last
byte, the first ones of a fresh connection among them; CPU is of this process and its server process together.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connections, transaction
from django.http import HttpRequest, JsonResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from gis import policy
from gis.geometry import engines
from gis.geometry.changes import Changed
from gis.geometry.layers import Shapes
from gis.models import District, GridBoundary, Membership, User
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.audits.runs import audit_neighbourhood, run_audit
from gis.terms import Action, LayerKind, Role, RunKind
from tests.benchmarks.test_import_speed import Clock

EDITS = int(os.environ.get("GRIDWORK_BENCH_EDITS", "60"))
DEARER_WHOLE = 2.0
"""A whole audit of the district takes at least so many times the CPU of one edit with all that a door does."""

BULGE_DEG, INSET_DEG = 2.5e-4, 1e-5

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
        before = {b.place.code: b for b in standing.select_related("place").defer("shape").annotate(stored=wkb())}
        for code, shape in drawn["shapes"].items():
            old = before[code]
            GridBoundary.objects.filter(pk=old.pk).update(in_force=(old.in_force.lower, now))
            GridBoundary.objects.create(place=old.place, shape=shape, in_force=(now, None), accuracy_m=old.accuracy_m)
        changed = Changed(
            LayerKind.GRID,
            np.array(list(before), dtype=object),
            shapes_of(b.stored for b in before.values()),
            shapely.from_wkt([drawn["shapes"][code] for code in before]),
        )
        run = audit_neighbourhood(district_code=drawn["district"], changed=changed, by=None, cause="benchmark")
    return JsonResponse({"kind": run.kind, "new": run.new, "known": run.known, "resolved": run.resolved})


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


def multi(shape: shapely.Geometry) -> str:
    return shapely.to_wkt(shapely.multipolygons(shapely.get_parts(shape)), rounding_precision=-1)


def test_a_line_moved_from_the_request_to_the_answer(client: Client) -> None:
    district = district_code()
    engines.load_compiled()
    run_audit(district_code=district, by=None)
    clock = Clock()
    run_audit(district_code=district, by=None)
    _wall_s, whole_s = clock.read()
    codes, shapes = grids_of(district)
    standing = dict(zip(codes, shapes, strict=True))
    total = GridBoundary.objects.filter(in_force__endswith=None).count()
    print(f"\na district of {len(codes)} grids among {total}; ms from request to answer, committed")
    print(f"beside it, a whole audit: CPU {whole_s * 1000:.0f} ms")
    usual_s = []
    for name, made in (("a line between two grids", bulges), ("one grid all around", insets)):
        connections["default"].close()
        walls_s, cpus_s, kinds = [], [], []
        for drawn, _n in zip(made(codes, shapes), range(EDITS // 2), strict=False):
            for edit in (drawn, {code: standing[code] for code in drawn}):
                body = {"district": district, "shapes": {code: multi(shape) for code, shape in edit.items()}}
                clock = Clock()
                answer = client.post("/draw", body, content_type="application/json")
                wall_s, cpu_s = clock.read()
                assert answer.status_code == 200, answer.content
                walls_s.append(wall_s)
                cpus_s.append(cpu_s)
                kinds.append(answer.json()["kind"])
        assert kinds.count(RunKind.INCREMENTAL) >= 0.9 * len(kinds)
        for of, times_s in (("wall", walls_s), ("CPU", cpus_s)):
            p50_ms, p95_ms = np.percentile(times_s, [50, 95]) * 1000
            print(f"{name:26} {of:5} p50 {p50_ms:6.1f}   p95 {p95_ms:6.1f}   ({len(kinds)} edits)")
        usual_s.append(np.percentile(cpus_s, 50))
    assert whole_s > DEARER_WHOLE * max(usual_s)
