"""The hand-over lists of a plan as PDF: a sheet for each post, to be signed by those who give and take."""

from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer, Table, TableStyle

from gis.maps.paper.content import HandOverItem, HandOverList, HandOverSheet, Paper, total_of
from gis.maps.paper.fonts import REGULAR
from gis.maps.paper.pdf import paragraph, pdf_of, styles
from gis.maps.paper.tables import LINE, SHADE, Styles, pairs_table, ruled
from gis.maps.paper.words import handover_words

COLUMNS = (0.3, 0.22, 0.08, 0.09, 0.13, 0.18)
"""Shares of a table of items: other post, compound, buildings, households, area, stations."""


def handover_pdf(handover: HandOverList, paper: Paper) -> bytes:
    """Return hand-over lists as PDF.

    Raises
    ------
    MissingAsset : a font is not there.
    """
    looks, words = styles(paper), handover_words()
    story: list[Flowable] = []
    for sheet in handover.sheets:
        if story:
            story.append(PageBreak())
        story += _sheet(sheet, handover, looks, paper)
    if not story:
        story = [
            paragraph(words["title"], looks["title"]),
            paragraph(_("本方案没有需要交接的土地和设施。"), looks["body"]),
        ]
    return pdf_of(story, paper, handover.standing, name=words["title"])


def _sheet(sheet: HandOverSheet, handover: HandOverList, looks: Styles, paper: Paper) -> list[Flowable]:
    words = handover_words()
    head = [
        (words["post"], f"{sheet.name}（{sheet.grid}）"),
        (words["steward"], sheet.steward or words["vacant"]),
        (words["community"], sheet.community),
        (words["effective"], handover.effective),
    ]
    if sheet.note:
        head.append((_("说明"), sheet.note))
    flow: list[Flowable] = [
        paragraph(words["title"], looks["title"]),
        paragraph(handover.standing.number, looks["number"]),
    ]
    if handover.standing.mark:
        flow.append(paragraph(handover.standing.mark_words, looks["mark"]))
    flow.append(pairs_table(head, looks, paper))
    for way, items, other in (("leaves", sheet.leaves, words["to"]), ("arrives", sheet.arrives, words["from"])):
        flow.append(paragraph(words[way], looks["heading"]))
        flow.append(_items(items, other, looks, paper) if items else paragraph(words["nothing"], looks["plain"]))
    flow += [Spacer(0, 4 * mm * paper.scale), paragraph(words["privacy"], looks["note"])]
    return [*flow, Spacer(0, 9 * mm * paper.scale), _signatures(looks, paper)]


def _items(items: list[HandOverItem], other: str, looks: Styles, paper: Paper) -> Table:
    words = handover_words()
    heads = (other, words["compound"], words["buildings"], words["households"], words["area"], words["stations"])
    rows: list[list[Any]] = [[paragraph(head, looks["cell_head"]) for head in heads]]
    for item in items:
        other_post = f"{item.other_steward or words['vacant']} · {item.other_grid}" if item.other_grid else ""
        rows.append(
            [
                [paragraph(item.other_name, looks["cell_bold"]), paragraph(other_post, looks["note"])],
                paragraph(item.compound or words["no_compound"], looks["cell"]),
                paragraph(f"{item.buildings:,}", looks["cell_number"]),
                paragraph(f"{item.households:,}", looks["cell_number"]),
                paragraph(f"{item.area_m2:,.0f}", looks["cell_number"]),
                paragraph("\n".join(item.stations) or "—", looks["cell"]),
            ]
        )
    sums = total_of(items)
    total = [f"{sums.buildings:,}", f"{sums.households:,}", f"{sums.area_m2:,.0f}"]
    rows.append(
        [
            paragraph(words["total"], looks["cell_bold"]),
            "",
            *(paragraph(number, looks["cell_number"]) for number in total),
            paragraph(str(sums.stations), looks["cell"]),
        ]
    )
    table = Table(rows, colWidths=[share * paper.inner_width_mm * mm for share in COLUMNS], repeatRows=1)
    edges: list[tuple[Any, ...]] = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEABOVE", (0, -1), (-1, -1), 0.9 * paper.scale, LINE),
    ]
    table.setStyle(TableStyle([*ruled(paper), *edges]))
    return table


def _signatures(looks: Styles, paper: Paper) -> Table:
    """Return the lines on which those who give, take and witness sign."""
    words = handover_words()
    names = [words["giver"], words["taker"], words["witness"], words["day"]]
    width = paper.inner_width_mm * mm / len(names)
    table = Table([[paragraph(f"{name}：", looks["cell"]) for name in names]], colWidths=[width] * len(names))
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), REGULAR),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 7 * mm * paper.scale),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5 * paper.scale, LINE),
            ]
        )
    )
    return table
