"""Fixtures that every floor's tests share."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of open data with known answers that lies beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the open data with known answers is not there: expected in ../shared/data beside the project")
    return SHARED_DATA
