"""Audits that follow from a change. Names are stable: jobs already in the queue carry them."""

import uuid
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from gis.geometry import engines
from gis.geometry.said import heard
from gis.services.audits import runs
from gis.services.audits.refusals import AuditRunning, NothingToAudit
from gis.services.plans import following

WAIT_FOR_THE_OTHER = RetryStrategy(max_attempts=20, wait=3, retry_exceptions={AuditRunning})
"""An audit started by hand takes seconds: come back rather than fail."""


@app.task(name="gis.audits.audit_import", retry=WAIT_FOR_THE_OTHER)
def audit_import(*, district_code: str, import_id: int) -> int | None:
    """Audit the neighbourhood that an import changed; returns the run's id, None when there is nothing to judge yet."""
    try:
        run = runs.audit_import(district_code=district_code, import_id=import_id)
    except NothingToAudit:
        return None
    engines.load_compiled()  # after the first audit of a worker, so that nobody waits for it
    return run.id


@app.task(name="gis.audits.audit_district", retry=WAIT_FOR_THE_OTHER)
def audit_district(*, district_code: str, cause: Any = "") -> int | None:
    """Audit a whole district; returns the run's id, None when there is nothing to judge yet.

    `cause` is what made it run, as `gis.geometry.said.kept` leaves it.
    """
    try:
        run = runs.run_audit(district_code=district_code, by=None, cause=heard(cause))
    except NothingToAudit:
        return None
    engines.load_compiled()
    return run.id


@app.task(name="gis.audits.audit_plan", retry=WAIT_FOR_THE_OTHER)
def audit_plan(*, district_code: str, plan_id: str) -> int | None:
    """Audit the neighbourhood that a plan in force changed; returns the run's id, None when nothing is to be judged."""
    try:
        run = following.audit_plan(district_code=district_code, plan_id=uuid.UUID(plan_id))
    except NothingToAudit:
        return None
    engines.load_compiled()
    return run.id
