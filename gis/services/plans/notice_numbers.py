"""Notices are numbered in each district and year, in the order of the decisions; a number stays with its plan."""

from django.db.models import Max
from django.utils import timezone

from gis.models import District, NoticeNumber, Plan


def give_number(plan: Plan) -> NoticeNumber:
    """Return the number of a decided plan's notice, given now if it has none; called inside the act's transaction."""
    given = NoticeNumber.objects.filter(plan=plan).first()
    if given is not None:
        return given
    if plan.decided_at is None:
        raise ValueError("a notice is numbered when its plan is decided")
    # Two approvals at one moment wait for each other here, and for nobody who only names the district.
    district = District.objects.select_for_update(no_key=True).get(code=plan.district_id)
    year = timezone.localtime(plan.decided_at).year
    taken = NoticeNumber.objects.filter(district=district, year=year).aggregate(last=Max("number"))["last"] or 0
    return NoticeNumber.objects.create(plan=plan, district=district, year=year, number=taken + 1)
