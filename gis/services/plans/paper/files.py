"""The papers of a plan as PDF."""

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gis.geometry.said import said
from gis.maps.paper.content import PAPERS, Paper
from gis.maps.paper.handover_pdf import handover_pdf
from gis.maps.paper.notice_pdf import notice_pdf
from gis.models import Plan, User
from gis.services.plans.paper.handover import handover_of
from gis.services.plans.paper.notice import notice_of
from gis.services.plans.refusals import PlanRefused


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A paper to take away."""

    name: str
    content: bytes
    district_code: str


def paper_named(name: str) -> Paper:
    """Return a paper size by its name, A4 when none is named.

    Raises
    ------
    PlanRefused : `paper.size`: there is no such size.
    """
    paper = PAPERS.get(name or "A4")
    if paper is None:
        sizes = list(PAPERS)
        raise PlanRefused(said("没有“{name}”这种纸张；可选 {sizes}。", name=name[:20], sizes=sizes), rule="paper.size")
    return paper


def notice_file(*, plan_id: uuid.UUID, paper: str, by: User) -> PaperFile:
    """Return the public notice of a plan as PDF.

    Raises
    ------
    UnknownPlan : there is no such plan, or the account may not see it.
    PlanRefused : `paper.size`. MissingAsset : the font is not there.
    """
    size = paper_named(paper)
    content = notice_pdf(notice_of(plan_id=plan_id, by=by), size)
    return _file(plan_id, _("调整公告"), size, content)


def handover_file(*, plan_id: uuid.UUID, paper: str, by: User) -> PaperFile:
    """Return the hand-over lists of a plan as PDF: all of them, or a steward's own.

    Raises
    ------
    UnknownPlan : there is no such plan, or nothing in it is for this account.
    PlanRefused : `paper.size`. MissingAsset : the font is not there.
    """
    size = paper_named(paper)
    content = handover_pdf(handover_of(plan_id=plan_id, by=by), size)
    return _file(plan_id, _("交接清单"), size, content)


def _file(plan_id: uuid.UUID, kind: str, size: Paper, content: bytes) -> PaperFile:
    plan = Plan.objects.get(id=plan_id)
    return PaperFile(f"{kind}-{plan.title[:60]}-{size.name}.pdf", content, plan.district_id)
