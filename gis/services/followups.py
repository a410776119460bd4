"""What follows from a happening: one table, happening → jobs, enqueued in the caller's transaction.

A service that writes a journal line calls `follow_up` with the same happening. The jobs become visible to the worker
when the transaction commits and vanish with it when it does not. Every happening stands in the table, with its
consequences or with NOTHING (a test looks).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from gis.geometry.said import kept
from gis.terms import Happening, LayerKind

Facts = Mapping[str, Any]

AUDITED_LAYERS = frozenset(
    {LayerKind.COMMUNITY, LayerKind.GRID, LayerKind.COMPOUND, LayerKind.BUILDING, LayerKind.OFFICE}
)
"""Layers whose change can change a finding; districts, streets, stations and roads are not looked at by an audit."""


@dataclass(frozen=True, slots=True)
class Job:
    """A task by its name (services cannot import tasks) and how its arguments come from the facts.

    `arguments` returns None when nothing is to be done this time. `start` gives the moment to start at, None for now.
    Jobs of one district with the same `lock` never run side by side.
    """

    task: str
    arguments: Callable[[str, Facts], dict[str, Any] | None]
    start: Callable[[Facts], datetime | None] = lambda _facts: None
    lock: str = "audit"


def _audit_import(district_code: str, facts: Facts) -> dict[str, Any] | None:
    if LayerKind(facts["kind"]) not in AUDITED_LAYERS:
        return None
    return {"district_code": district_code, "import_id": facts["import_id"]}


def _audit_all(district_code: str, facts: Facts) -> dict[str, Any]:
    return {"district_code": district_code, "cause": kept(facts.get("cause", ""))}


def _district(district_code: str, _facts: Facts) -> dict[str, Any]:
    return {"district_code": district_code}


def _plan(district_code: str, facts: Facts) -> dict[str, Any]:
    return {"district_code": district_code, "plan_id": str(facts["plan_id"])}


COPIES_FOR_TILES = Job("gis.tiles.make_copies", _district, lock="tiles")

NOTHING: tuple[Job, ...] = ()

AFTER: dict[Happening, tuple[Job, ...]] = {
    Happening.BOUNDARIES_IMPORTED: (
        Job("gis.audits.audit_import", _audit_import, start=lambda facts: facts.get("in_force_from")),
        COPIES_FOR_TILES,
    ),
    Happening.IMPORT_UPLOADED: NOTHING,
    Happening.IMPORT_DISCARDED: NOTHING,
    Happening.IMPORT_FAILED: NOTHING,
    Happening.RULES_CHANGED: (Job("gis.audits.audit_district", _audit_all),),
    Happening.PLAN_OPENED: NOTHING,
    Happening.PLAN_CHANGED: NOTHING,
    Happening.PLAN_COMMENTED: NOTHING,
    Happening.PLAN_SUBMITTED: NOTHING,
    Happening.PLAN_APPROVED: NOTHING,
    Happening.PLAN_REJECTED: NOTHING,
    Happening.PLAN_SENT_BACK: NOTHING,
    Happening.PLAN_WITHDRAWN: NOTHING,
    Happening.PLAN_SCHEDULED: (
        Job("gis.plans.put_in_force", _plan, start=lambda facts: facts["in_force_from"], lock="plans"),
    ),
    Happening.PLAN_IN_FORCE: (Job("gis.audits.audit_plan", _plan), COPIES_FOR_TILES),
    Happening.PLAN_FAILED: NOTHING,
    Happening.PROPOSAL_MADE: NOTHING,
    Happening.AUDIT_FINISHED: (COPIES_FOR_TILES,),
    Happening.AUDIT_FAILED: NOTHING,
    Happening.FINDING_MOVED: NOTHING,
    Happening.FINDING_ASSIGNED: NOTHING,
    Happening.FINDING_NOTED: NOTHING,
    Happening.EXCEPTION_ACCEPTED: NOTHING,
    Happening.EXCEPTION_ENDED: NOTHING,
    Happening.ACCOUNT_CREATED: NOTHING,
    Happening.ACCOUNT_CHANGED: NOTHING,
    Happening.MEMBERSHIP_GIVEN: NOTHING,
    Happening.MEMBERSHIP_ENDED: NOTHING,
    Happening.FILE_TAKEN: NOTHING,
    Happening.IMPRINT_CHANGED: NOTHING,
    Happening.SIGNED_IN: NOTHING,
    Happening.SIGNED_OUT: NOTHING,
    Happening.SIGN_IN_FAILED: NOTHING,
}


def follow_up(happening: Happening, *, district_code: str, **facts: Any) -> list[int]:
    """Enqueue what follows from `happening` in the district; returns the ids of the jobs.

    Facts by happening: BOUNDARIES_IMPORTED ``import_id: int, kind: LayerKind, in_force_from: datetime | None`` (a later
    moment delays the job until then); RULES_CHANGED ``cause: str``; PLAN_SCHEDULED ``plan_id: UUID, in_force_from:
    datetime``; PLAN_IN_FORCE ``plan_id: UUID``. Audits of one district never run side by side: its
    jobs share a lock; so do those that make copies for tiles.

    Raises
    ------
    RuntimeError : called outside a transaction, where the change and its consequence could part.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{happening} is followed up outside a transaction")
    jobs = []
    for job in AFTER[happening]:
        arguments = job.arguments(district_code, facts)
        if arguments is None:
            continue
        task = app.configure_task(job.task, lock=f"{job.lock}:{district_code}", schedule_at=job.start(facts))
        jobs.append(int(task.defer(**arguments)))
    return jobs
