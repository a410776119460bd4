"""In which frame a plan's land is measured."""

import uuid

from gis.models import PlanGround
from gis.selectors.plans.rows import unknown


def frame_of_plan(plan_id: uuid.UUID) -> str:
    """Return the metric frame of a plan ("EPSG:4549").

    Raises
    ------
    UnknownPlan
    """
    frame = PlanGround.objects.filter(plan_id=plan_id).values_list("frame", flat=True).first()
    if frame is None:
        raise unknown(plan_id)
    return frame
