"""Only pinned, known files get into a map."""

import json
from pathlib import Path

import pytest

from gis.maps import assets
from gis.maps.assets import Asset, MissingAsset, asset_for, data_uri, read_asset

ROOT = Path(__file__).resolve().parents[2]


def test_versions_are_those_of_the_frontend():
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    for package, version in assets.PINNED.items():
        assert wanted[package] == version
        assert locked[f"node_modules/{package}"]["version"] == version


def test_an_unknown_address_is_refused():
    with pytest.raises(MissingAsset) as refused:
        asset_for("https://example.org/evil.js")
    assert refused.value.rule == "map.asset.unknown"
    assert "example.org" in refused.value.message


def test_another_version_is_refused(tmp_path, monkeypatch):
    (tmp_path / "leaflet").mkdir()
    (tmp_path / "leaflet" / "package.json").write_text('{"version": "1.9.3"}')
    monkeypatch.setattr(assets, "PACKAGE_FOLDERS", (tmp_path,))
    assets._folder.cache_clear()
    with pytest.raises(MissingAsset) as refused:
        read_asset(Asset("leaflet", "dist/leaflet.js"))
    assets._folder.cache_clear()
    assert refused.value.rule == "map.asset.version"
    assert "1.9.3" in refused.value.message


def test_a_missing_package_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "PACKAGE_FOLDERS", (tmp_path,))
    assets._folder.cache_clear()
    with pytest.raises(MissingAsset, match="npm ci") as refused:
        read_asset(Asset("leaflet", "dist/leaflet.js"))
    assets._folder.cache_clear()
    assert refused.value.rule == "map.asset.missing"


def test_a_missing_file_is_refused():
    with pytest.raises(MissingAsset, match=r"dist/none\.js"):
        read_asset(Asset("leaflet", "dist/none.js"))


@pytest.mark.parametrize(
    ("relative", "path"),
    [("images/layers.png", "dist/images/layers.png"), ("./a.png?v=1", "dist/a.png"), ("../src/b.svg#x", "src/b.svg")],
)
def test_paths_beside_a_style_sheet(relative, path):
    assert Asset("leaflet", "dist/leaflet.css").beside(relative).path == path


def test_a_path_out_of_the_package_is_refused():
    with pytest.raises(MissingAsset) as refused:
        Asset("leaflet", "dist/leaflet.css").beside("../../secret.png")
    assert refused.value.rule == "map.asset.outside"


def test_images_become_data_addresses():
    assert data_uri(Asset("leaflet", "dist/images/layers.png")).startswith("data:image/png;base64,iVBOR")
    with pytest.raises(MissingAsset):
        data_uri(Asset("leaflet", "dist/leaflet.js"))
