"""The public notice of a plan as PDF: the text first, then a sheet of maps for each community."""

from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Spacer, Table, TableStyle

from gis.maps.paper.content import CommunityPart, GridLine, Notice, Paper, PlanMap
from gis.maps.paper.pdf import SceneFlowable, paragraph, pdf_of, styles
from gis.maps.paper.plan_map import plan_scene
from gis.maps.paper.tables import LINE, SHADE, Styles, pairs_table, ruled
from gis.maps.paper.words import notice_words

COLUMNS = (0.19, 0.08, 0.15, 0.22, 0.36)
"""Shares of the table of grids: grid, standing, households, compounds, extent."""

HEAD_ROOM_MM = 45.0
"""A heading with less room than this below it goes to the next page."""

MAP_HEAD_MM = 16.0
"""Above the maps of a sheet."""


def notice_pdf(notice: Notice, paper: Paper) -> bytes:
    """Return a notice as PDF.

    Raises
    ------
    MissingAsset : a font is not there.
    """
    looks, words = styles(paper), notice_words()
    story: list[Flowable] = [
        paragraph(words["title"], looks["title"]),
        paragraph(notice.standing.number, looks["number"]),
    ]
    if notice.standing.mark:
        story.append(paragraph(notice.standing.mark_words, looks["mark"]))
    story.append(paragraph(notice.opening, looks["body"]))
    together = CondPageBreak(HEAD_ROOM_MM * mm * paper.scale)
    story += [paragraph(words["reason"], looks["heading"]), paragraph(notice.reason, looks["body"])]
    story += [together, paragraph(words["facts"], looks["heading"]), pairs_table(notice.facts, looks, paper)]
    if notice.parts:
        story += [together, paragraph(words["grids"], looks["heading"])]
    for part in notice.parts:
        story += [together, paragraph(f"{part.name} {part.code}", looks["subheading"]), _grids(part, looks, paper)]
    if notice.compounds:
        story += [
            together,
            paragraph(words["compounds"], looks["heading"]),
            pairs_table(notice.compounds, looks, paper),
        ]
    story.append(KeepTogether(_end(notice, looks, paper)))
    for content in notice.maps:
        story += _map_sheet(content, looks, paper)
    return pdf_of(story, paper, notice.standing, name=words["title"])


def _end(notice: Notice, looks: Styles, paper: Paper) -> list[Flowable]:
    words = notice_words()
    end: list[Flowable] = [
        paragraph(words["effective"], looks["heading"]),
        paragraph(notice.effective, looks["body"]),
        paragraph(words["contacts"], looks["heading"]),
        pairs_table(notice.contacts, looks, paper),
        Spacer(0, 8 * mm * paper.scale),
        paragraph(notice.issuer, looks["right"]),
    ]
    return [*end, paragraph(notice.issued_on, looks["right"])] if notice.issued_on else end


def _map_sheet(content: PlanMap, looks: Styles, paper: Paper) -> list[Flowable]:
    room_mm = paper.inner_height_mm - MAP_HEAD_MM * paper.scale
    scene = plan_scene(content, paper.inner_width_mm, room_mm, paper.scale)
    title = _("附图：%(title)s网格调整前后") % {"title": content.title}
    return [PageBreak(), paragraph(title, looks["heading"]), SceneFlowable(scene)]


def _grids(part: CommunityPart, looks: Styles, paper: Paper) -> Table:
    """Return the table of a community's grids; under each what of it changes, never on another page."""
    words = notice_words()
    heads = (words["grid"], words["standing"], words["households"], words["grid_compounds"], words["extent"])
    rows: list[list[Any]] = [[paragraph(head, looks["cell_head"]) for head in heads]]
    spans: list[tuple[Any, ...]] = []
    for line in part.grids:
        at = len(rows)
        rows.append(_grid_row(line, looks))
        rows.append([paragraph(f"{words['change']}{line.change}", looks["note"]), "", "", "", ""])
        spans += [("SPAN", (0, at + 1), (-1, at + 1)), ("NOSPLIT", (0, at), (-1, at + 1))]
        spans.append(("LINEABOVE", (0, at), (-1, at), 0.9 * paper.scale, LINE))
    widths = [share * paper.inner_width_mm * mm for share in COLUMNS]
    table = Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(TableStyle([*ruled(paper), ("BACKGROUND", (0, 0), (-1, 0), SHADE), *spans]))
    return table


def _grid_row(line: GridLine, looks: Styles) -> list[Any]:
    words = notice_words()
    change = f"{line.households_before:,} → {line.households_after:,}"
    return [
        [paragraph(line.name, looks["cell_bold"]), paragraph(line.code, looks["note"])],
        paragraph(line.standing, looks["cell"]),
        paragraph(change, looks["cell"]),
        paragraph(words["and"].join(line.compounds) or "—", looks["cell"]),
        paragraph("\n".join(line.extent) or words["no_land"], looks["cell"]),
    ]
