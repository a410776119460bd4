"""From two GeoParquet files to the flags of every compound: reading included, against geopandas with its own.

Run with ``python -m pytest -m benchmark tests/benchmarks/test_files_speed.py -s``. ``GRIDWORK_BENCH_GRIDS`` (default
50 000; compounds are three fifths of it) and ``GRIDWORK_BENCH_ROUNDS`` (default 3) set size and rounds. CPU seconds of
the process in a warm process, because a machine that does other work falsifies the clock.
"""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest

from gis.geometry.crossing import Fits, fit_compounds
from gis.geometry.engines import EngineName
from gis.geometry.flags import flag_compounds
from gis.geometry.layers import Layer
from gis.geometry.packed import PackedLayer
from gis.ingest.packed import read_packed
from gis.ingest.readers import read_layer
from tests.benchmarks.city import ACCURACY_M, make_city

GRIDS = int(os.environ.get("GRIDWORK_BENCH_GRIDS", "50000"))
ROUNDS = int(os.environ.get("GRIDWORK_BENCH_ROUNDS", "3"))
CRS = "EPSG:4549"

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

Paths = tuple[Path, Path]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, set[str]]:
    """Return the files of compounds and grids, and the codes of the compounds that are crossed by construction."""
    folder = tmp_path_factory.mktemp("city")
    city = make_city(GRIDS, GRIDS * 3 // 5)
    for name, layer in (("compounds", city.compounds), ("grids", city.grids)):
        frame = geopandas.GeoDataFrame({"code": layer.codes}, geometry=layer.shapes, crs=CRS)
        frame.to_parquet(folder / f"{name}.parquet", schema_version="1.0.0", compression="zstd")
        frame.to_file(folder / f"{name}.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    crossed = {str(code) for code, state in zip(city.compounds.codes, city.states, strict=True) if state == "crossed"}
    return (folder / "compounds.parquet", folder / "grids.parquet"), crossed


def read(paths: Paths) -> tuple[PackedLayer, PackedLayer]:
    """Read both layers as they are packed."""
    compounds, grids = (read_packed(path, codes="code", accuracy_m=ACCURACY_M).layer for path in paths)
    return compounds, grids


def crossed_of(compounds: PackedLayer | Layer, fits: Fits) -> set[str]:
    return {str(code) for code, state in zip(compounds.codes, fits.states, strict=True) if state == "crossed"}


def ours(paths: Paths, threads: int = 1) -> set[str]:
    """Return the codes of the crossed compounds, from the files."""
    compounds, grids = read(paths)
    return crossed_of(compounds, flag_compounds(compounds, grids, engine="edges", threads=threads))


def through_shapes(paths: Paths, engine: EngineName) -> set[str]:
    """Return them from layers read as an import would, with every shape made."""
    raws = [read_layer(path) for path in paths]
    layers = [Layer(np.array(raw.columns["code"], dtype=object), raw.shapes, ACCURACY_M) for raw in raws]
    return crossed_of(layers[0], fit_compounds(*layers, engine=engine, widths="material"))


def by_overlay(paths: Paths) -> set[str]:
    """Return the compounds with two material parts, as most people would find them: areas only."""
    compounds, grids = map(geopandas.read_parquet, paths)
    grids = grids.rename(columns={"code": "grid"})
    parts = geopandas.overlay(compounds, grids, how="intersection", keep_geom_type=True)
    width_m = 2 * parts.area / parts.length
    parts = parts[(parts.area >= 30) & (width_m >= 2 * ACCURACY_M)]
    held = parts.area > 0.98 * grids.set_index("grid").area.loc[parts["grid"]].to_numpy()
    count, whole = parts.groupby("code").size(), held.groupby(parts["code"]).all()
    return set(count[(count > 1) & ~whole].index)


def medians(jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Run the jobs in turn, after one warm-up each; return median CPU seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(ROUNDS + 1):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            if turn:
                seconds[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def test_files_to_flags(paths: tuple[Paths, set[str]]) -> None:
    """Goal: within 1 s and eight times faster than geopandas.overlay with its read; the same compounds first."""
    files, crossed = paths
    flatgeobuf = (files[0].with_suffix(".fgb"), files[1].with_suffix(".fgb"))
    assert ours(files) == ours(flatgeobuf) == crossed
    assert through_shapes(files, "geos") == crossed
    missed = crossed ^ by_overlay(files)
    print(f"\n{len(crossed)} crossed; geopandas.overlay differs in {len(missed)}")
    times = medians(
        {
            "geopandas.overlay, read included": lambda: by_overlay(files),
            "geopandas.read_parquet alone": lambda: [geopandas.read_parquet(path) for path in files],
            "ours, GeoParquet to flags": lambda: ours(files),
            "ours, FlatGeobuf to flags": lambda: ours(flatgeobuf),
            "ours, reading GeoParquet alone": lambda: read(files),
            "ours, GeoParquet through shapes": lambda: through_shapes(files, "edges"),
        }
    )
    limit = times["ours, GeoParquet to flags"]
    for name, cpu_s in times.items():
        print(f"{name:<36}{cpu_s:8.2f} CPU s{cpu_s / limit:8.2f}x")
    assert times["geopandas.overlay, read included"] > 6 * limit
