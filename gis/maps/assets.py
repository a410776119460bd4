"""The browser files a take-away map may contain: from pinned npm packages, never from a network.

`npm run build` in ``frontend/`` copies the packages to ``gis/static/gridwork/vendor``; a development checkout may
instead carry them in ``frontend/node_modules``.
"""

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gis.geometry.errors import GridworkError

_GIS = Path(__file__).resolve().parents[1]
PACKAGE_FOLDERS = (_GIS / "static" / "gridwork" / "vendor", _GIS.parent / "frontend" / "node_modules")

PINNED = {"leaflet": "1.9.4"}
"""Package → the only version that is inlined; the same as in ``frontend/package.json`` (a test compares them)."""

MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".gif": "image/gif"}


class MissingAsset(GridworkError):
    """A browser file that the map needs is not there, or is not the pinned one, or is not known at all."""

    rule = "map.asset"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of one pinned npm package."""

    package: str
    path: str

    def beside(self, relative: str) -> "Asset":
        """Return the file that `relative` means inside this one (an image in a style sheet)."""
        parts: list[str] = self.path.split("/")[:-1]
        for part in relative.split("#")[0].split("?")[0].split("/"):
            if part == "..":
                if not parts:
                    raise MissingAsset(f"{self.path} 引用了包外文件：{relative}", rule="map.asset.outside")
                parts.pop()
            elif part not in {"", "."}:
                parts.append(part)
        return Asset(self.package, "/".join(parts))


KNOWN = {
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js": Asset("leaflet", "dist/leaflet.js"),
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css": Asset("leaflet", "dist/leaflet.css"),
}
"""Address that folium writes → the file put in its place. Anything else is refused."""


def asset_for(url: str) -> Asset:
    """Return the pinned file that stands for `url`; raise MissingAsset when the map must not use it."""
    try:
        return KNOWN[url]
    except KeyError:
        raise MissingAsset(f"地图引用了未登记的外部地址：{url}", rule="map.asset.unknown") from None


@cache
def _folder(package: str) -> Path:
    """Return where `package` lies in its pinned version."""
    wanted = PINNED[package]
    for folder in PACKAGE_FOLDERS:
        manifest = folder / package / "package.json"
        if manifest.is_file():
            found = json.loads(manifest.read_text(encoding="utf-8"))["version"]
            if found != wanted:
                raise MissingAsset(
                    f"{package} 应为 {wanted}，实为 {found}；请在 frontend 目录重新执行 npm ci 和 npm run build",
                    rule="map.asset.version",
                )
            return folder / package
    raise MissingAsset(
        f"缺少浏览器组件 {package} {wanted}；请在 frontend 目录执行 npm ci 和 npm run build",
        rule="map.asset.missing",
    )


def read_asset(asset: Asset) -> bytes:
    """Return the bytes of a pinned file; raise MissingAsset when it is not there."""
    path = _folder(asset.package) / asset.path
    if not path.is_file():
        raise MissingAsset(f"{asset.package} 中没有文件 {asset.path}", rule="map.asset.missing")
    return path.read_bytes()


def data_uri(asset: Asset) -> str:
    """Return a pinned image or font as a ``data:`` address."""
    media_type = MEDIA_TYPES.get(Path(asset.path).suffix.lower())
    if media_type is None:
        raise MissingAsset(f"不能内嵌此类文件：{asset.path}", rule="map.asset.kind")
    return f"data:{media_type};base64,{base64.b64encode(read_asset(asset)).decode('ascii')}"
