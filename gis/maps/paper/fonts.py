"""The font of everything that is printed: Noto Sans SC, regular and bold, embedded in every PDF.

`npm run build` in ``frontend/`` copies the two files from the pinned package to ``gis/maps/fonts``; a development
checkout may instead carry them in ``frontend/node_modules``.
"""

from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from gis.maps.assets import MissingAsset

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
"""Names under which reportlab knows them."""

FAMILY = '"Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'
"""The same in a drawing on a page."""

MM_A_POINT = 25.4 / 72

_GIS = Path(__file__).resolve().parents[2]
_FILES = {REGULAR: "400Regular/NotoSansSC_400Regular.ttf", BOLD: "700Bold/NotoSansSC_700Bold.ttf"}
_PACKAGE = _GIS.parent / "frontend" / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"


@cache
def load_fonts() -> None:
    """Make both fonts known to reportlab, once a process.

    Raises
    ------
    MissingAsset : a font file is not there (`paper.font`).
    """
    rl_config.useA85 = 0  # streams as bytes: as text they are a quarter larger, and the encoding is slow
    for name, path in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(_font_file(path))))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(REGULAR, bold, italic, BOLD if bold else REGULAR)


def _font_file(path: str) -> Path:
    for file in (_GIS / "maps" / "fonts" / Path(path).name, _PACKAGE / path):
        if file.is_file():
            return file
    raise MissingAsset(
        f"缺少打印用的中文字体 {Path(path).name}；请在 frontend 目录执行 npm ci 和 npm run build", rule="paper.font"
    )


def text_width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a line of text is printed."""
    load_fonts()
    return float(pdfmetrics.stringWidth(text, BOLD if bold else REGULAR, size_pt)) * MM_A_POINT
