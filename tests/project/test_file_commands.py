"""Commands that work on files alone start without what only the platform needs."""

import subprocess
import sys
from pathlib import Path

import geopandas
import pytest

from tests.management.test_audit_files import COMPOUNDS, GRIDS, METRIC, placed, write

ROOT = Path(__file__).resolve().parents[2]

NEVER = (
    "gis.models",
    "rest_framework",
    "procrastinate",
    "psycopg",
    "pandas.core",
    "geopandas",
    "scipy",
    "numba",
    "pyarrow",
)
"""Together five seconds of a start; none of it has a part in auditing the files of a district."""


def loaded_by(*arguments: str, settings: str | None = None) -> set[str]:
    """Return what a command loads."""
    environment = {"PATH": "/usr/bin:/bin"} | ({"DJANGO_SETTINGS_MODULE": settings} if settings else {})
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return {line.rsplit("|", 1)[1].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}


def test_geoparquet_is_read_without_pandas(tmp_path: Path) -> None:
    grids = write(tmp_path / "grids.gpkg", placed(GRIDS))
    compounds = tmp_path / "compounds.parquet"
    shapes = placed(COMPOUNDS)
    geopandas.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=METRIC).to_parquet(compounds)
    loaded = loaded_by("audit_files", "--grids", str(grids), "--compounds", str(compounds))
    assert "pyarrow" in loaded
    assert [name for name in NEVER if name in loaded] == ["pyarrow"]


@pytest.mark.parametrize("settings", [None, "project.settings.prod"])
def test_auditing_a_district_loads_nothing_of_the_platform(tmp_path: Path, settings: str | None) -> None:
    """Whatever settings the environment names: a server's need a secret and a database."""
    grids = write(tmp_path / "grids.gpkg", placed(GRIDS))
    compounds = write(tmp_path / "compounds.gpkg", placed(COMPOUNDS))
    arguments = ["audit_files", "--grids", str(grids), "--compounds", str(compounds), "--out", str(tmp_path / "out")]
    loaded = loaded_by(*arguments, settings=settings)
    assert "numpy" in loaded
    assert [name for name in NEVER if name in loaded] == []
