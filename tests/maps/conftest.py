"""The pinned browser packages are needed by every map."""

import pytest

from gis.maps.assets import PACKAGE_FOLDERS


@pytest.fixture(scope="session", autouse=True)
def browser_packages() -> None:
    if not any((folder / "leaflet").is_dir() for folder in PACKAGE_FOLDERS):
        pytest.skip("browser packages are not installed: run `npm ci && npm run build` in frontend/")
