"""PDF by reportlab: drawings as vectors, Chinese text embedded, the same head and foot on every page."""

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from typing import Any

import shapely
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph
from shapely.geometry.base import BaseGeometry

from gis.maps.paper.content import Paper, Standing
from gis.maps.paper.fonts import BOLD, REGULAR, load_fonts
from gis.maps.paper.scene import Drawn, Ink, Scene, Written

DARK, QUIET, RULE = HexColor("#1d2733"), HexColor("#52606d"), HexColor("#b9b4a6")
MARK = Color(0.64, 0.09, 0.1, alpha=0.09)
"""The mark of a plan that does not hold: across the page, light enough to read through."""

VEIL = Color(1, 1, 1, alpha=0.78)
MARK_PT = 150


class NumberedCanvas(Canvas):
    """A canvas that knows how many pages there are: heads and feet are written when all pages are done."""

    def __init__(self, *args: Any, finish: Callable[["NumberedCanvas", int, int], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self._finish = finish
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._kept.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined] # reportlab's own recipe

    def save(self) -> None:
        for number, kept in enumerate(self._kept, start=1):
            self.__dict__.update(kept)
            self._finish(self, number, len(self._kept))
            super().showPage()
        super().save()


class SceneFlowable(Flowable):
    """A drawing in the flow of a document."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self.width, self.height = scene.width_mm * mm, scene.height_mm * mm

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        draw_scene(self.canv, self.scene)


def draw_scene(canvas: Canvas, scene: Scene) -> None:
    """Draw a scene with its lower left corner at the canvas's origin."""
    for mark in scene.marks:
        canvas.saveState()
        if isinstance(mark, Drawn):
            _draw_shape(canvas, mark.shape, mark.ink)
        else:
            _draw_text(canvas, mark)
        canvas.restoreState()


def _draw_shape(canvas: Canvas, shape: BaseGeometry, ink: Ink) -> None:
    if ink.fill:
        canvas.setFillColor(HexColor(ink.fill), alpha=ink.opacity)
    if ink.stroke:
        canvas.setStrokeColor(HexColor(ink.stroke), alpha=ink.opacity)
        canvas.setLineWidth(ink.width_mm * mm)
        canvas.setLineJoin(1)
        canvas.setLineCap(0 if ink.dash_mm else 1)
        if ink.dash_mm:
            canvas.setDash([dash * mm for dash in ink.dash_mm])
    canvas.drawPath(_path(shape), stroke=bool(ink.stroke), fill=bool(ink.fill), fillMode=0)


def _path(shape: BaseGeometry) -> PDFPathObject:
    """Return a shape as PDF's own path operators: many vertices, so they are written here and not one by one."""
    code = []
    for part in shapely.get_parts(shape):
        areal = shapely.get_dimensions(part) == 2
        for ring in shapely.get_rings(part) if areal else [part]:
            points = (shapely.get_coordinates(ring) * mm).round(2).tolist()
            code.append(f"{points[0][0]:g} {points[0][1]:g} m")
            code.extend([f"{x:g} {y:g} l" for x, y in points[1:]])
            if areal:
                code.append("h")
    return PDFPathObject(code)


def _draw_text(canvas: Canvas, text: Written) -> None:
    canvas.translate(text.x * mm, text.y * mm)
    canvas.rotate(text.angle)
    left = (text.left - text.x) * mm
    if text.backed:
        canvas.setFillColor(VEIL)
        high = text.size_pt * 1.02
        canvas.rect(left - 0.8, -high / 2, text.width_mm * mm + 1.6, high, stroke=0, fill=1)
    canvas.setFillColor(HexColor(text.colour))
    canvas.setFont(BOLD if text.bold else REGULAR, text.size_pt)
    canvas.drawString(left, -text.baseline * mm, text.text)


def styles(paper: Paper) -> dict[str, ParagraphStyle]:
    """Return the paragraph styles of a paper size."""
    load_fonts()

    def style(name: str, size: float, **options: Any) -> ParagraphStyle:
        leading = size * options.pop("lead", 1.55) * paper.scale
        made = {"fontName": REGULAR, "textColor": DARK, "wordWrap": "CJK", **options}
        return ParagraphStyle(name, fontSize=size * paper.scale, leading=leading, **made)

    small = {"lead": 1.38}
    return {
        "title": style("title", 22, fontName=BOLD, alignment=TA_CENTER, lead=1.4, spaceAfter=2 * mm),
        "number": style("number", 12, alignment=TA_CENTER, spaceAfter=5 * mm),
        "mark": style("mark", 12, fontName=BOLD, alignment=TA_CENTER, textColor=HexColor("#a4161a"), spaceAfter=4 * mm),
        "heading": style("heading", 13, fontName=BOLD, spaceBefore=4.5 * mm, spaceAfter=1.5 * mm),
        "subheading": style("subheading", 11, fontName=BOLD, spaceBefore=3 * mm, spaceAfter=1 * mm),
        "body": style("body", 11, firstLineIndent=22 * paper.scale),
        "plain": style("plain", 11),
        "right": style("right", 11, alignment=TA_RIGHT),
        "cell": style("cell", 8.6, **small),
        "cell_bold": style("cell_bold", 8.6, fontName=BOLD, **small),
        "cell_head": style("cell_head", 8.6, fontName=BOLD, **small),
        "cell_number": style("cell_number", 8.6, alignment=TA_RIGHT, **small),
        "note": style("note", 8.4, textColor=QUIET, **small),
    }


def pdf_of(story: Sequence[Flowable], paper: Paper, standing: Standing, *, name: str) -> bytes:
    """Return a document as PDF; every page says what it is and how the plan stands.

    Parameters
    ----------
    name : of the document, in the head of every page.
    """
    load_fonts()
    file = BytesIO()
    margin, band = paper.margin_mm * mm, 6.0 * paper.scale * mm
    document = BaseDocTemplate(
        file,
        pagesize=(paper.width_mm * mm, paper.height_mm * mm),
        title=f"{name} {standing.title}",
        author=standing.district,
        subject=standing.number,
        creator="Gridwork",
        lang="zh-CN",
        initialFontName=REGULAR,
    )
    inner = Frame(
        margin,
        margin + band,
        paper.inner_width_mm * mm,
        paper.inner_height_mm * mm,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    onto = partial(_draw_mark, paper=paper, standing=standing)
    document.addPageTemplates(PageTemplate("sheet", frames=[inner], onPage=onto))
    finish = partial(_draw_edges, paper=paper, standing=standing, name=name)
    document.build(list(story), canvasmaker=partial(NumberedCanvas, finish=finish))
    return file.getvalue()


def _draw_mark(canvas: Canvas, _document: Any, *, paper: Paper, standing: Standing) -> None:
    """Write what keeps a plan from holding large across the page, under everything else."""
    canvas.setFont(REGULAR, 10)
    if not standing.mark:
        return
    canvas.saveState()
    canvas.translate(paper.width_mm * mm / 2, paper.height_mm * mm / 2)
    canvas.rotate(50)
    canvas.setFillColor(MARK)
    size = MARK_PT * paper.scale * 3 / max(len(standing.mark), 3)
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(0, -size / 3, standing.mark)
    canvas.restoreState()


def _draw_edges(canvas: Canvas, page: int, pages: int, *, paper: Paper, standing: Standing, name: str) -> None:
    """Write the head and the foot of a page."""
    scale, size = paper.scale, 8.4 * paper.scale
    left, right = paper.margin_mm * mm, (paper.width_mm - paper.margin_mm) * mm
    top, foot = (paper.height_mm - paper.margin_mm) * mm, paper.margin_mm * mm
    canvas.setFillColor(QUIET)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5 * scale)
    canvas.line(left, top - 3.2 * mm * scale, right, top - 3.2 * mm * scale)
    canvas.line(left, foot + 3.6 * mm * scale, right, foot + 3.6 * mm * scale)
    canvas.setFont(REGULAR, size)
    canvas.drawString(left, top - 1.4 * mm * scale, f"{name} · {standing.number}")
    made = _("打印于 %(at)s") % {"at": date_format(standing.produced_at, "Y-m-d H:i")}
    canvas.drawString(left, foot - 0.4 * mm * scale, f"{standing.note} · {made}")
    numbered = _("第 %(page)s 页，共 %(pages)s 页") % {"page": page, "pages": pages}
    canvas.drawRightString(right, foot - 0.4 * mm * scale, numbered)
    if standing.mark:
        canvas.setFillColor(HexColor("#a4161a"))
        canvas.setFont(BOLD, size)
    canvas.drawRightString(right, top - 1.4 * mm * scale, standing.mark_words or standing.note)


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Return a paragraph of plain text: what a name holds is never read as markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br/>")
    return Paragraph(escaped, style)
