"""How fast 100 000 polygons come into the database: binary COPY against the usual ways, and the whole import.

Run with ``python -m pytest -m benchmark tests/benchmarks/test_import_speed.py -s``. All ways write the same shapes into
the same table with its spatial and foreign-key indexes; slower ways write a part, rates are compared.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from psycopg.types.range import TimestamptzRange

from gis.geometry.layers import Shapes
from gis.models import CompoundBoundary, GridBoundary
from gis.services.territory import commit_import, plan_import
from gis.services.territory.copying import copy_boundaries, stored_bytes
from gis.terms import LayerKind

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

SIDE = 316
"""Cells along a side of the city: 316² = 99 856 polygons."""

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
DISTRICT = "370202"
BARE = "benchmark_boundary"


def curved_cells(side: int) -> Shapes:
    """Return side² polygons of 61 vertices that tile a square at 120° E, 36° N; shared lines are noded and curved."""
    steps = np.arange(15) / 15
    ring = np.concatenate(
        [
            np.column_stack([steps, 0 * steps]),
            np.column_stack([1 + 0 * steps, steps]),
            np.column_stack([1 - steps, 1 + 0 * steps]),
            np.column_stack([0 * steps, 1 - steps]),
            [[0.0, 0.0]],
        ]
    )
    corner = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1).reshape(-1, 1, 2)
    x, y = np.moveaxis(np.round((ring[None] + corner) * 15) / 15, -1, 0)
    warped = np.stack(
        [120 + 0.002 * (x + 0.12 * np.sin(3.1 * y + 0.7 * x)), 36 + 0.002 * (y + 0.12 * np.sin(2.7 * x + 0.9 * y))], -1
    )
    return np.asarray(shapely.multipolygons(shapely.polygons(warped), indices=np.arange(side**2)))


@pytest.fixture(scope="module")
def cells() -> Shapes:
    return curved_cells(SIDE)


SPATIAL = (f"CREATE INDEX ON {BARE} USING gist (shape)",)
KEYS = tuple(f"CREATE INDEX ON {BARE} ({column})" for column in ("id", "place_id", "made_by_id"))
CHECKS = (f"ALTER TABLE {BARE} ADD CHECK (ST_IsValid(shape)), ADD CHECK (NOT ST_IsEmpty(shape))",)
EXCLUSION = (f"ALTER TABLE {BARE} ADD EXCLUDE USING gist (place_id WITH =, in_force WITH &&)",)
FOREIGN_KEY = (
    f"CREATE TABLE {BARE}_place (id bigint PRIMARY KEY)",
    f"INSERT INTO {BARE}_place SELECT generate_series(0, {SIDE * SIDE})",
    f"ALTER TABLE {BARE} ADD FOREIGN KEY (place_id) REFERENCES {BARE}_place DEFERRABLE INITIALLY DEFERRED",
)
TABLES = {
    "spatial index": SPATIAL,
    "all its indexes": SPATIAL + KEYS,
    "… and the CHECKs": SPATIAL + KEYS + CHECKS,
    "… and the exclusion": SPATIAL + KEYS + CHECKS + EXCLUSION,
    "… and a foreign key": SPATIAL + KEYS + CHECKS + EXCLUSION + FOREIGN_KEY,
}
"""What the table of boundaries carries, one thing after the other."""


@contextmanager
def table_with(statements: Iterable[str]) -> Iterator[str]:
    """Make the table of boundaries with just these indexes and constraints; no triggers."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {BARE} (LIKE gridwork_gridboundary INCLUDING DEFAULTS INCLUDING IDENTITY)")
        for statement in statements:
            cursor.execute(statement)
    try:
        yield BARE
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {BARE}; DROP TABLE IF EXISTS {BARE}_place")


@pytest.fixture
def bare_table(db: None) -> Iterator[str]:
    """The table of grid boundaries with its indexes, without CHECKs, foreign keys, exclusion and triggers."""
    with table_with(SPATIAL + KEYS) as table:
        yield table


class Clock:
    """Wall and CPU seconds since the start; CPU of this process and of its server process, where that can be read.

    On a machine that does other work the CPU seconds are the ones to compare.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._server = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        self._wall_s, self._cpu_s = time.perf_counter(), self._cpu()

    def _cpu(self) -> float:
        if not self._server.exists():
            return time.process_time()
        fields = self._server.read_text().rsplit(")", 1)[1].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def read(self) -> tuple[float, float]:
        """Return wall and CPU seconds."""
        return time.perf_counter() - self._wall_s, self._cpu() - self._cpu_s


def rates(shapes: Shapes, place_ids: Sequence[int] | None = None, repeat: int = 3) -> tuple[float, float, float]:
    """Return rows a second by the clock, a CPU second of the server, and of both; binary COPY, medians of some runs."""
    runs = []
    for _run in range(repeat):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {BARE}")
        clock, client_s = Clock(), time.process_time()
        with transaction.atomic():
            by_copy(shapes, place_ids)
        client_s = time.process_time() - client_s
        wall_s, cpu_s = clock.read()
        runs.append((len(shapes) / wall_s, len(shapes) / (cpu_s - client_s), len(shapes) / cpu_s))
    wall, server, both = (statistics.median(column) for column in zip(*runs, strict=True))
    return wall, server, both


def test_what_each_check_costs_a_binary_copy(cells: Shapes, db: None) -> None:
    """Goal: at least 75 000 rows a second into the indexed table without the checks, on a quiet machine."""
    print(f"\n{'table with':<22}{'rows/s':>10}{'rows/CPU s server':>20}{'rows/CPU s both':>18}")
    seen = {}
    for name, statements in TABLES.items():
        with table_with(statements):
            seen[name] = rates(cells)
        print(
            f"{name:<22}"
            + "".join(f"{value:>{width}.0f}" for value, width in zip(seen[name], (10, 20, 18), strict=True))
        )
    assert seen["all its indexes"][1] > seen["… and a foreign key"][1]


def test_ids_in_mixed_order_suit_the_exclusion(cells: Shapes, db: None) -> None:
    """Why `new_ids` mixes: the exclusion constraint alone, with places whose ids rise and with the same ids mixed."""
    mixed = np.random.default_rng(0).permutation(len(cells)).tolist()
    with table_with(EXCLUSION):
        rising, in_mixed_order = (rates(cells, ids)[1] for ids in (range(len(cells)), mixed))
    print(f"\nrows/CPU s of the server: ids rising {rising:.0f}, mixed {in_mixed_order:.0f}")
    assert in_mixed_order > rising


def rate(write: Callable[[Shapes], None], shapes: Shapes, table: str, repeat: int = 3) -> float:
    """Return rows a CPU second of client and server together, the median of some runs into the empty table."""
    rates = []
    for _run in range(repeat):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table}")
        clock = Clock()
        with transaction.atomic():
            write(shapes)
        rates.append(len(shapes) / clock.read()[1])
    return statistics.median(rates)


def by_copy(shapes: Shapes, place_ids: Sequence[int] | None = None) -> None:
    ids = range(len(shapes)) if place_ids is None else place_ids
    copy_boundaries(BARE, ids, list(shapes), in_force_from=SINCE, accuracy_m=1.0, source="benchmark", made_by_id=1)


def by_executemany(shapes: Shapes) -> None:
    period = TimestamptzRange(SINCE, None)
    rows = [(place, shape, period, 1.0, "benchmark", 1) for place, shape in enumerate(stored_bytes(list(shapes)))]
    statement = (
        f"INSERT INTO {BARE} (place_id, shape, in_force, accuracy_m, source, made_by_id)"
        " VALUES (%s, %s::bytea::geometry, %s, %s, %s, %s)"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def by_text_copy(shapes: Shapes) -> None:
    """As geopandas writes with psycopg: COPY of text, shapes in hexadecimal."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {BARE} (place_id, shape, in_force, accuracy_m, source, made_by_id) FROM STDIN") as copy,
    ):
        for place, shape in enumerate(shapely.to_wkb(shapely.set_srid(shapes, 4490), hex=True, include_srid=True)):
            copy.write_row((place, shape, "[2024-01-01 00:00:00+00,)", 1.0, "benchmark", 1))


def by_bulk_create(shapes: Shapes) -> None:
    real = GridBoundary._meta.db_table
    GridBoundary._meta.db_table = BARE
    try:
        GridBoundary.objects.bulk_create(
            [
                GridBoundary(
                    place_id=place,
                    shape=GEOSGeometry(memoryview(shape)),
                    in_force=(SINCE, None),
                    accuracy_m=1.0,
                    source="benchmark",
                    made_by_id=1,
                )
                for place, shape in enumerate(stored_bytes(list(shapes)))
            ],
            batch_size=1000,
        )
    finally:
        GridBoundary._meta.db_table = real


def test_binary_copy_against_the_usual_ways(cells: Shapes, bare_table: str) -> None:
    """Goal: at least 75 000 rows a second on a quiet machine; only the ratios of one run are asserted."""
    rates = {
        "binary COPY": rate(by_copy, cells, bare_table),
        "executemany": rate(by_executemany, cells[:20_000], bare_table),
        "COPY text": rate(by_text_copy, cells[:20_000], bare_table),
        "bulk_create": rate(by_bulk_create, cells[:10_000], bare_table),
    }
    print(f"\n{'way':<14}{'rows/CPU s':>12}{'COPY is':>10}")
    for way, rows in rates.items():
        print(f"{way:<14}{rows:>12.0f}{rates['binary COPY'] / rows:>9.1f}x")
    assert rates["binary COPY"] > 4 * rates["bulk_create"]
    assert rates["binary COPY"] > 1.2 * rates["executemany"]


def found(folder: Path, land: shapely.Geometry) -> None:
    """Import a district, a street and 100 communities that all say the whole land (their shapes are not the matter)."""
    layers: list[tuple[LayerKind, list[str], str]] = [
        (LayerKind.DISTRICT, [DISTRICT], "区划代码"),
        (LayerKind.STREET, [DISTRICT + "001"], "街道代码"),
        (LayerKind.COMMUNITY, [f"{DISTRICT}001{number:03d}" for number in range(1, 134)], "社区编码"),
    ]
    for kind, codes, heading in layers:
        path = folder / f"{kind.value}.gpkg"
        frame = geopandas.GeoDataFrame({heading: codes}, geometry=[land] * len(codes), crs="EPSG:4490")
        frame.to_file(path, driver="GPKG")
        plan = plan_import(kind=kind, path=path, by=None, accuracy_m=1.0, in_force_from=SINCE)
        assert not plan.refused_rows
        commit_import(plan, by=None)


@pytest.mark.parametrize("kind", [LayerKind.COMPOUND, LayerKind.GRID])
def test_a_whole_import_with_every_check(cells: Shapes, tmp_path: Path, bare_table: str, kind: LayerKind) -> None:
    """Goal: 100 000 polygons from file to force within 15 s on a quiet machine, dry run included, and in less CPU time
    than bulk_create needs for the bare rows.

    Of compounds nothing compares one with another; of grids the platform looks for overlaps in the dry run and
    PostgreSQL again at the commit, which costs the most (GEOS of the server).
    """
    found(tmp_path, shapely.box(*shapely.total_bounds(cells)))
    parents = [f"{DISTRICT}001{1 + number // 998:03d}" for number in range(len(cells))]
    columns = {
        LayerKind.GRID: {"网格编码": [f"{p}{1 + n % 998:03d}" for n, p in enumerate(parents)]},
        LayerKind.COMPOUND: {"小区编码": [f"XQ{n}" for n in range(len(cells))], "所属社区编码": parents},
    }[kind]
    path = tmp_path / "cells.fgb"
    geopandas.GeoDataFrame(columns, geometry=cells, crs="EPSG:4490").to_file(
        path, driver="FlatGeobuf", SPATIAL_INDEX="NO"
    )
    usual = rate(by_bulk_create, cells[:5_000], bare_table, repeat=1)
    clock = Clock()
    steps: list[tuple[str, float, float]] = []

    def note(step: str, _done: float) -> None:
        steps.append((step, *clock.read()))

    plan = plan_import(kind=kind, path=path, by=None, accuracy_m=1.0, in_force_from=SINCE, progress=note)
    commit_import(plan, by=None, progress=note)
    wall_s, cpu_s = clock.read()
    print(f"\n{kind.value}: {len(cells)} polygons in {cpu_s:.1f} CPU s ({wall_s:.1f} s)")
    for step, at_s, used_s in steps:
        print(f"  from {used_s:6.1f} CPU s ({at_s:6.1f} s)  {step}")
    print(f"  bulk_create alone, without any check: {len(cells) / usual:.1f} CPU s")
    model = GridBoundary if kind is LayerKind.GRID else CompoundBoundary
    assert model.objects.count() == len(cells)
    if kind is LayerKind.COMPOUND:
        assert cpu_s < len(cells) / usual
