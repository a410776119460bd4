"""What every sheet of a plan's papers says: number, standing, dates, who issues it."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.maps.paper.content import Standing
from gis.models import NoticeNumber, Plan
from gis.selectors.territory.imprint import Imprint
from gis.terms import PlanState

MARKED = {PlanState.DRAFT, PlanState.SUBMITTED, PlanState.APPROVED, PlanState.REJECTED, PlanState.WITHDRAWN}
"""A plan that stands so is not to be taken for one that holds or will."""


def standing_of(plan: Plan, imprint: Imprint) -> Standing:
    """Return what the head of every sheet of a plan says."""
    mark, words = mark_of(PlanState(plan.state))
    return Standing(
        district_code=plan.district_id,
        district=plan.district.name or plan.district_id,
        title=plan.title,
        number=number_of(plan),
        mark=mark,
        mark_words=words,
        note=imprint.note,
        produced_at=timezone.localtime(),
    )


def number_of(plan: Plan) -> str:
    """Return the number of a decided plan's notice; of another one how it is called meanwhile."""
    given = NoticeNumber.objects.filter(plan=plan).first()
    if given is None:
        return _("未编号（方案 %(id)s）") % {"id": str(plan.id)[:8]}
    district = plan.district.name or plan.district_id
    return _("%(district)s网格调整〔%(year)s〕%(number)s号") % {
        "district": district,
        "year": given.year,
        "number": given.number,
    }


def mark_of(state: PlanState) -> tuple[str, str]:
    """Return the mark of a plan that does not hold, and what it means; two empty texts for one that does or will."""
    if state not in MARKED:
        return "", ""
    told = {
        PlanState.DRAFT: (_("草案"), _("草案，未经审批，不生效")),
        PlanState.SUBMITTED: (_("草案"), _("草案，已提交，尚未批准，不生效")),
        PlanState.APPROVED: (_("未生效"), _("已批准，但未能生效")),
        PlanState.REJECTED: (_("已退回"), _("审批未通过，不生效")),
        PlanState.WITHDRAWN: (_("已撤回"), _("方案已撤回，不生效")),
    }
    return told[state]


def effective_words(plan: Plan) -> str:
    """Return from when a plan holds."""
    state = PlanState(plan.state)
    if state is PlanState.IN_FORCE and plan.in_force_from:
        return _("自 %(day)s 起生效") % {"day": moment_words(plan.in_force_from)}
    if state is PlanState.SCHEDULED and plan.in_force_from:
        return _("已批准，自 %(day)s 起生效") % {"day": moment_words(plan.in_force_from)}
    return _("未定：经审批后另行确定")


def moment_words(moment: datetime) -> str:
    """Return a moment as a notice writes it: the day, and the hour where it is not midnight."""
    local = timezone.localtime(moment)
    if (local.hour, local.minute) == (0, 0):
        return day_words(moment)
    return f"{day_words(moment)} {local:%H:%M}"


def day_words(moment: datetime) -> str:
    """Return a day as a notice writes it."""
    local = timezone.localtime(moment)
    return _("%(year)s年%(month)s月%(day)s日") % {"year": local.year, "month": local.month, "day": local.day}


def area_words(area_m2: float) -> str:
    """Return an area in the unit that people read."""
    if area_m2 >= 9_950:
        return _("%(area)s 公顷") % {"area": f"{area_m2 / 10_000:,.1f}"}
    return _("%(area)s 平方米") % {"area": f"{area_m2:,.0f}"}


def households_words(count: int) -> str:
    """Return a number of households."""
    return _("%(count)s 户") % {"count": f"{count:,}"}
