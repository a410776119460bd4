"""Plans that come into force at their moment. Names are stable: jobs already in the queue carry them."""

import uuid

from procrastinate.contrib.django import app

from gis.services.plans import publishing


@app.task(name="gis.plans.put_in_force")
def put_in_force(*, district_code: str, plan_id: str) -> str:  # noqa: ARG001 - every job of a district names it
    """Put a scheduled plan into force; returns where it stands then. May be repeated at any time."""
    return publishing.put_in_force(plan_id=uuid.UUID(plan_id)).state.value


@app.periodic(cron="* * * * *")
@app.task(name="gis.plans.put_due_in_force")
def put_due_in_force(timestamp: int) -> int:  # noqa: ARG001 - the scheduler passes it
    """Put plans into force whose moment passed while no worker ran; returns how many were tried."""
    return publishing.put_due_in_force()
