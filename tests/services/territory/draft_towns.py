"""A district with two grids, and an officer who brings more: what the tests of drafts begin with."""

import pytest

from gis.services.territory.drafts import pulse, storing
from gis.terms import LayerKind, Role
from tests.services.territory.conftest import DISTRICT, Files, account_of, box, found, grid_code, imported
from tests.services.territory.drafting import SameLine
from tests.tasks.conftest import no_jobs  # noqa: F401 - a fixture

TWO = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}
MOVED = {grid_code(1): box(0, 0, 3, 4), grid_code(2): box(3, 0, 4, 4), grid_code(3): box(4, 0, 8, 4)}


@pytest.fixture
def town(db: None, files: Files, settings, tmp_path, monkeypatch) -> Files:
    """A district with two grids in force."""
    monkeypatch.setattr(pulse, "second_line", SameLine)
    return _town(files, settings, tmp_path)


@pytest.fixture
def open_town(no_jobs: None, files: Files, settings, tmp_path) -> Files:
    """The same district, committed: other connections see it."""
    return _town(files, settings, tmp_path)


def _town(files: Files, settings, tmp_path) -> Files:
    settings.MEDIA_ROOT = tmp_path / "media"
    found(files)
    imported(LayerKind.GRID, files.grids(TWO))
    return files


@pytest.fixture
def officer(request):
    request.getfixturevalue("open_town" if "open_town" in request.fixturenames else "town")
    return account_of(Role.OFFICER, DISTRICT)


def files_left() -> list[str]:
    return sorted(path.name for path in storing.root().rglob("*") if path.is_file())
