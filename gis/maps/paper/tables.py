"""Tables of printed papers."""

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Table, TableStyle

from gis.maps.paper.content import Paper
from gis.maps.paper.fonts import REGULAR
from gis.maps.paper.pdf import paragraph

Styles = dict[str, ParagraphStyle]

LINE = HexColor("#8f8a7c")
SHADE = HexColor("#f2eee4")


def pairs_table(pairs: list[tuple[str, str]], looks: Styles, paper: Paper) -> Table:
    """Return words and what they say as a table of two columns."""
    width = paper.inner_width_mm * mm
    rows = [[paragraph(name, looks["cell_bold"]), paragraph(value, looks["cell"])] for name, value in pairs]
    table = Table(rows, colWidths=[0.24 * width, 0.76 * width])
    table.setStyle(TableStyle([*ruled(paper), ("BACKGROUND", (0, 0), (0, -1), SHADE)]))
    return table


def ruled(paper: Paper) -> list[tuple[Any, ...]]:
    pad = 2.6 * paper.scale
    return [
        ("GRID", (0, 0), (-1, -1), 0.4 * paper.scale, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONT", (0, 0), (-1, -1), REGULAR),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad + 0.6),
        ("LEFTPADDING", (0, 0), (-1, -1), pad + 1.4),
        ("RIGHTPADDING", (0, 0), (-1, -1), pad),
    ]
