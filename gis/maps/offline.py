"""Make a folium page self-contained: every script, style sheet, image and font inside the one file."""

import re

from gis.maps.assets import Asset, MissingAsset, asset_for, data_uri, read_asset

_SCRIPT = re.compile(r'<script\s+src="(?P<url>[^"]+)"\s*>\s*</script>')
_STYLE = re.compile(r'<link\s+rel="stylesheet"\s+href="(?P<url>[^"]+)"\s*/?>')
_CSS_URL = re.compile(r"url\(\s*(?P<quote>['\"]?)(?P<url>[^'\")]+)(?P=quote)\s*\)")
_CSS_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")
_STYLE_BLOCK = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_SCRIPT_BLOCK = re.compile(r"<script\b([^>]*)>.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_LOADING_ATTRIBUTE = re.compile(
    r"""<[a-z][^>]*?\s(?:src|srcset|href|data|poster|action|background)\s*=\s*(?P<quote>["']?)(?P<url>(?!data:|\#)[^"'>\s]+)""",
    re.IGNORECASE,
)
_STYLE_ATTRIBUTE = re.compile(r"""\sstyle\s*=\s*(?P<quote>["'])(?P<style>.*?)(?P=quote)""", re.DOTALL | re.IGNORECASE)


def inline(page: str) -> str:
    """Return `page` with every known script and style sheet in its place.

    Raises MissingAsset for an address that is not in ``assets.KNOWN``, also one that only a style sheet names
    (``url(//host/…)``) and one left anywhere in the finished page.
    """
    page = _SCRIPT.sub(lambda match: f"<script>{_script(asset_for(match['url']))}</script>", page)
    page = _STYLE.sub(lambda match: f"<style>{_style(asset_for(match['url']))}</style>", page)
    refuse_addresses(page)
    return page


def _script(asset: Asset) -> str:
    text = _SOURCE_MAP.sub("", read_asset(asset).decode("utf-8"))
    return text.replace("</script", "<\\/script")


def _style(asset: Asset) -> str:
    text = read_asset(asset).decode("utf-8")

    def embed(match: re.Match[str]) -> str:
        url = match["url"].strip()
        if url.startswith(("data:", "#")):  # "#default#VML" in Leaflet is Internet Explorer's own, loads nothing
            return match[0]
        if "//" in url:
            raise MissingAsset(f"样式表引用了外部地址：{url}", rule="map.asset.unknown")
        return f"url({data_uri(asset.beside(url))})"

    return _CSS_URL.sub(embed, text)


def refuse_addresses(page: str) -> None:
    """Raise MissingAsset when `page` would load anything from outside itself."""
    for style in _STYLE_BLOCK.findall(page):
        _refuse_in_style(style)
    # What stands inside a script is code or data; a browser loads nothing for it until it runs, and then only what
    # the page's own content security policy lets through, which is nothing.
    markup = _SCRIPT_BLOCK.sub(lambda match: f"<script{match[1]}>", _STYLE_BLOCK.sub("", page))
    found = _LOADING_ATTRIBUTE.search(markup)
    if found:
        raise MissingAsset(f"地图页面仍引用外部地址：{found['url']}", rule="map.asset.left")
    for match in _STYLE_ATTRIBUTE.finditer(markup):
        _refuse_in_style(match["style"])


def _refuse_in_style(text: str) -> None:
    if _CSS_IMPORT.search(text):
        raise MissingAsset("样式表含有 @import，离线时无法读取", rule="map.asset.left")
    for match in _CSS_URL.finditer(text):
        if not match["url"].strip().startswith(("data:", "#")):
            raise MissingAsset(f"样式表仍引用外部地址：{match['url']}", rule="map.asset.left")
