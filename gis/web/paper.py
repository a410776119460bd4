"""The papers of a plan: its public notice and its hand-over lists, on a page that prints clean and as PDF."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from gis import policy
from gis.maps.paper.content import PAPERS, Paper
from gis.maps.paper.plan_map import plan_scene
from gis.maps.paper.svg import svg_of
from gis.services.plans.paper.before_after import before_after_file
from gis.services.plans.paper.files import PaperFile, handover_file, notice_file, paper_named
from gis.services.plans.paper.handover import handover_of
from gis.services.plans.paper.notice import notice_of
from gis.terms import Action
from gis.web.attachments import taken_away
from gis.web.person import person

PDF = "application/pdf"
HTML = "text/html; charset=utf-8"

HEADING_MM = 16.0
"""Above the maps of a sheet."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map of the page."""

    title: str
    svg: SafeString


@require_GET
def notice(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Show the public notice of a plan as it will be printed."""
    paper = _paper(request)
    content = notice_of(plan_id=plan_id, by=person(request))
    room_mm = paper.inner_height_mm - HEADING_MM * paper.scale
    drawings = [
        # What the drawing writes is escaped there, text by text.
        Drawing(one.title, SafeString(svg_of(plan_scene(one, paper.inner_width_mm, room_mm, paper.scale))))
        for one in content.maps
    ]
    may_sign = policy.may(person(request), Action.CHANGE_IMPRINT, content.standing.district_code)
    return _page(request, "plans/notice.html", plan_id, paper, notice=content, drawings=drawings, may_sign=may_sign)


@require_GET
def notice_pdf(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Give the public notice of a plan out as PDF."""
    return _given(request, notice_file(plan_id=plan_id, paper=request.GET.get("paper", ""), by=person(request)), PDF)


@require_GET
def handover(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Show the hand-over lists of a plan, a sheet for each post."""
    content = handover_of(plan_id=plan_id, by=person(request))
    return _page(request, "plans/handover.html", plan_id, _paper(request), handover=content)


@require_GET
def handover_pdf(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Give the hand-over lists of a plan out as PDF."""
    return _given(request, handover_file(plan_id=plan_id, paper=request.GET.get("paper", ""), by=person(request)), PDF)


@require_GET
def before_after(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Give out one page that shows the land before and after a plan, and opens from disk."""
    return _given(request, before_after_file(plan_id=plan_id, by=person(request)), HTML)


def _paper(request: HttpRequest) -> Paper:
    return paper_named(request.GET.get("paper", ""))


def _page(request: HttpRequest, template: str, plan_id: uuid.UUID, paper: Paper, **shown: Any) -> HttpResponse:
    return render(request, template, {"plan_id": plan_id, "paper": paper, "papers": list(PAPERS), **shown})


def _given(request: HttpRequest, file: PaperFile, media_type: str) -> HttpResponse:
    return taken_away(request, file.content, media_type, file.name, district_code=file.district_code)
