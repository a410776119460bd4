"""How long an audit takes through the database: read, judge, write findings, beside PostGIS on the same boundaries.

Run with ``python -m pytest -m benchmark tests/benchmarks/test_audit_database.py -s``. The district is that of the
demonstration (497 grids, 318 compounds, 7 395 buildings). CPU seconds are those of this process and its server process
together: on a machine that does other work they are the ones to compare. PostGIS does only the first part of the work:
the raw overlaps of compounds with grids, with their areas, and once with the widths too.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.db import connection
from django.utils import timezone

from gis.geometry import engines
from gis.geometry.audit import audit_district
from gis.geometry.changes import Changed
from gis.ingest.demo import make_district
from gis.ingest.demo.write import write_demo
from gis.models import AuditRun, GridBoundary, RawPiece
from gis.selectors.territory.layers import shapes_of, wkb
from gis.services.audits import basis as bases
from gis.services.audits.runs import audit_neighbourhood, run_audit
from gis.services.territory import load_folder
from gis.terms import LayerKind, RunKind
from tests.benchmarks.test_import_speed import Clock

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

TIMES = 5

RAW_OVERLAY = """
    WITH compound AS MATERIALIZED (
        SELECT place_id, ST_Transform(shape, 4549) AS shape FROM gridwork_compoundboundary WHERE in_force @> now()
    ), grid AS MATERIALIZED (
        SELECT place_id, ST_Transform(shape, 4549) AS shape FROM gridwork_gridboundary WHERE in_force @> now()
    ), piece AS MATERIALIZED (
        SELECT compound.place_id AS compound, grid.place_id AS grid,
            ST_CollectionExtract(ST_Intersection(compound.shape, grid.shape), 3) AS shape
        FROM compound JOIN grid ON ST_Intersects(compound.shape, grid.shape)
    )
    SELECT c.code, g.code, ST_Area(piece.shape), {width}
    FROM piece JOIN gridwork_compound c ON c.id = compound JOIN gridwork_grid g ON g.id = grid
    WHERE ST_Area(piece.shape) > 1e-6
"""
NO_WIDTH = "0"
WIDTH = "2 * (ST_MaximumInscribedCircle(piece.shape)).radius"


@pytest.fixture
def district_code(tmp_path: Path) -> str:
    district = make_district(seed=1, noise_m=0.3)
    write_demo(district, tmp_path, plain=True)
    load_folder(folder=tmp_path, by=None, in_force_from=datetime(2026, 1, 1, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        cursor.execute("ANALYZE")
        cursor.execute("SELECT code FROM gridwork_district")
        return str(cursor.fetchone()[0])


def overlay(width: str) -> dict[tuple[str, str], float]:
    with connection.cursor() as cursor:
        cursor.execute(RAW_OVERLAY.format(width=width))
        return {(compound, grid): area_m2 for compound, grid, area_m2, _width_m in cursor.fetchall()}


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds of one go."""
    clock = Clock()
    work()
    return clock.read()


def medians(works: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Return the median wall and CPU seconds of each work, done in turns."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _turn in range(TIMES):
        for name, work in works.items():
            took[name].append(measured(work))
    return {
        name: (statistics.median(wall for wall, _cpu in goes), statistics.median(cpu for _wall, cpu in goes))
        for name, goes in took.items()
    }


def test_a_whole_audit_beside_the_raw_overlay_of_postgis(district_code: str) -> None:
    def audit() -> None:
        run_audit(district_code=district_code, by=None)

    first_wall_s, first_cpu_s = measured(audit)
    assert AuditRun.objects.get().standing["compound_crossed"] == {"clear": 44}
    ours = {
        (piece.compound_code, piece.grid_code): piece.area_m2 for piece in RawPiece.objects.filter(area_m2__gt=1e-3)
    }
    theirs = {key: area_m2 for key, area_m2 in overlay(NO_WIDTH).items() if area_m2 > 1e-3}
    assert ours.keys() == theirs.keys()
    assert max(abs(ours[key] - theirs[key]) for key in ours) < 0.01

    _basis, layers, extras = bases.whole(district_code, timezone.now())
    engines.load_compiled()  # as a worker has it after its first audit
    took = medians(
        {
            "audit, read to stored": audit,
            "kernel alone, edges": lambda: audit_district(layers, extras=extras, widths="findings"),
            "kernel alone, geos": lambda: audit_district(layers, extras=extras, engine="geos", widths="findings"),
            "PostGIS overlay, areas": lambda: overlay(NO_WIDTH),
            "PostGIS overlay, areas and widths": lambda: overlay(WIDTH),
        }
    )
    print(f"\nfirst audit, all findings new: wall {first_wall_s:.2f} s, CPU {first_cpu_s:.2f} s")
    for name, (wall_s, cpu_s) in took.items():
        print(f"{name:36} wall {wall_s:6.2f} s   CPU {cpu_s:6.2f} s")
    ratio = took["audit, read to stored"][1] / took["PostGIS overlay, areas and widths"][1]
    print(f"audit / PostGIS overlay with widths: {ratio:.2f}")
    assert ratio < 0.5


def test_one_grid_edited(district_code: str) -> None:
    run_audit(district_code=district_code, by=None)
    engines.load_compiled()
    boundaries = list(GridBoundary.objects.order_by("place__code").annotate(stored=wkb()))
    inset = "every edit draws one grid 10 m inside itself: a gap around it, compounds on its edge uncovered"
    random = np.random.default_rng(1)
    walls_s, cpus_s, kinds = [], [], []
    for n in random.choice(len(boundaries), 30, replace=False):
        boundary = boundaries[n]
        (before,) = shapes_of([boundary.stored])
        after = shapely.multipolygons(shapely.get_parts(shapely.buffer(before, -1e-4)))
        GridBoundary.objects.filter(pk=boundary.pk).update(shape=after.wkt)
        one = (np.array([thing], dtype=object) for thing in (boundary.place.code, before, after))
        changed = Changed(LayerKind.GRID, *one)
        clock = Clock()
        run = audit_neighbourhood(district_code=district_code, changed=changed, by=None)
        wall_s, cpu_s = clock.read()
        walls_s.append(wall_s)
        cpus_s.append(cpu_s)
        kinds.append(run.kind)
    # A home within half a metre of a new line sends an edit through the whole district.
    assert kinds.count(RunKind.INCREMENTAL) >= 0.8 * len(kinds)
    _wall_s, whole_s = measured(lambda: run_audit(district_code=district_code, by=None))
    print(f"\none grid edited, findings stored, ms ({inset}):")
    for name, times_s in (("wall", walls_s), ("CPU", cpus_s)):
        p50_ms, p95_ms = np.percentile(times_s, [50, 95]) * 1000
        print(f"{name:5} p50 {p50_ms:5.0f}   p95 {p95_ms:5.0f}")
    ratio = whole_s / statistics.median(cpus_s)
    print(f"whole audit / one grid edited: {ratio:.1f}")
    assert ratio > 2.5
