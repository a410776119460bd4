"""What an officer does with the solver: ask it, stop it, take an answer over."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from gis import journal
from gis.geometry.edit_kinds import edit_from_dict
from gis.geometry.said import said
from gis.geometry.tiling import Tiling
from gis.models import Plan, PlanOperation, PlanProposal, User
from gis.selectors.plans import may_see, tiling_after
from gis.selectors.plans.proposals import ProposalRow, proposal_row, unknown_proposal
from gis.selectors.plans.rows import unknown
from gis.services.followups import follow_up
from gis.services.plans import acts
from gis.services.plans.operating import Applied, add_operations
from gis.services.plans.proposals.asked import Asked, as_json, asked_of
from gis.services.plans.proposals.refusals import ProposalRefused, WrongProposalMove
from gis.terms import Action, Happening, PlanState, ProposalKind, ProposalState

JOB = "gis.plans.solve_proposal"
"""The task that solves; by name, because services do not know tasks."""

AT_ONCE_S = 0.5
"""Longest wait for an answer in the request itself; what takes longer becomes a job."""

LIVE_S = 2.0
"""The same for what is asked during a drag: it takes less on a machine that is not busy, and a job would take more."""

AT_ONCE_UNITS = 400
"""Land of more units is a job from the start: to read and check it would take as long."""

OPEN_AT_MOST = 8
"""Proposals of one plan that wait or are being solved."""

ANSWERED = (ProposalState.DONE.value, ProposalState.CANCELLED.value)
"""A cancelled one keeps what was found before; where nothing was, it has no choices."""

AT_WORK = [ProposalState.WAITING.value, ProposalState.SOLVING.value]


def ask_proposal(
    *, plan_id: uuid.UUID, kind: ProposalKind, by: User, asked: Mapping[str, Any] | None = None
) -> ProposalRow:
    """Ask the solver; what takes no longer than `AT_ONCE_S` comes back answered, the rest as a job that waits.

    Parameters
    ----------
    asked : the fields of `Asked`, those of `Wishes` among them; what is left out is as usual.

    Raises
    ------
    UnknownPlan, NotYours
    WrongPlanMove : the plan is no draft any more.
    ProposalRefused : what is asked names something that is not in the plan, or makes no sense; or too many wait.
    """
    plan = _editable_plan(plan_id, by)
    acts.require_state(plan, PlanState.DRAFT)
    tiling = tiling_after(plan, plan.done)
    wanted = _with_locks(asked_of(kind, asked or {}, tiling, plan.communities), plan, tiling)
    proposal = PlanProposal(
        plan=plan,
        kind=kind.value,
        asked=as_json(wanted) | {"standing": standing_of(plan)},
        plan_version=plan.version,
        plan_done=plan.done,
        by=by,
    )
    made = _answered(proposal, wanted, len(tiling.grid_of)) or _queued(proposal)
    return proposal_row(PlanProposal.objects.select_related("by").get(id=made.id))


def _with_locks(asked: Asked, plan: Plan, tiling: Tiling) -> Asked:
    """Return what is asked with the plan's locked grids among the locks: no edit may change them, so no answer may."""
    living = {code for code in plan.locks if code in tiling.grids and not tiling.grids[code].retired}
    return replace(asked, wishes=replace(asked.wishes, locked=asked.wishes.locked | living))


def _answered(proposal: PlanProposal, asked: Asked, units: int) -> PlanProposal | None:
    """Return the proposal with its answer, None where that would take too long."""
    if units > AT_ONCE_UNITS:
        return None
    from gis.services.plans.proposals.land import land_of
    from gis.services.plans.proposals.making import answer

    started = timezone.now()
    land = land_of(proposal.plan)
    until = perf_counter() + max(AT_ONCE_S, LIVE_S if proposal.kind == ProposalKind.RESOLVE else 0.0)
    result, edits = answer(land, ProposalKind(proposal.kind), asked, stop=lambda: perf_counter() > until)
    if not result["whole"] and perf_counter() > until:
        return None
    proposal.state, proposal.started_at, proposal.ended_at = ProposalState.DONE.value, started, timezone.now()
    proposal.result, proposal.edits, proposal.progress_share = result, edits, 1.0
    with transaction.atomic():
        proposal.save(force_insert=True)
        note_made(proposal)
    return proposal


def _queued(proposal: PlanProposal) -> PlanProposal:
    with transaction.atomic():
        # Two questions at one moment are counted one after the other.
        Plan.objects.select_for_update().get(id=proposal.plan_id)
        waiting = PlanProposal.objects.filter(plan=proposal.plan, state__in=AT_WORK).count()
        if waiting >= OPEN_AT_MOST:
            raise ProposalRefused(
                said("本方案已有 {count} 项求解在进行；请等它们结束，或先取消其中一些。", count=waiting),
                rule="proposal.too_many",
            )
        proposal.save(force_insert=True)
        app.configure_task(JOB).defer(proposal_id=str(proposal.id))
    return proposal


def note_made(proposal: PlanProposal) -> None:
    """Write into the journal that an answer is there, in the caller's transaction.

    An answer to a drag is not noted: it is a look, many a minute; what the officer takes over is noted as his edit.
    """
    if proposal.kind == ProposalKind.RESOLVE:
        return
    first: dict[str, Any] = next(iter(proposal.result.get("choices", [])), {})
    journal.write(
        Happening.PROPOSAL_MADE,
        by=proposal.by,
        subject_kind="plan",
        subject_code=str(proposal.plan_id),
        district_code=proposal.plan.district_id,
        summary={
            "proposal": str(proposal.id),
            "kind": proposal.kind,
            "state": proposal.state,
            "choices": len(proposal.edits),
            "proof": first.get("proof", ""),
            "households_moved": first.get("households_moved"),
            "rule": proposal.rule,
        },
    )
    follow_up(Happening.PROPOSAL_MADE, district_code=proposal.plan.district_id)


@transaction.atomic
def cancel_proposal(*, proposal_id: uuid.UUID, by: User) -> ProposalRow:
    """Stop the solver: a job that waits ends at once, one at work as soon as it notices; what it has found stands.

    Raises
    ------
    UnknownProposal, NotYours
    WrongProposalMove : it has ended already.
    """
    rows = PlanProposal.objects.select_for_update(of=["self"]).select_related("by")
    proposal = rows.filter(id=proposal_id).first()
    if proposal is None:
        raise unknown_proposal(proposal_id)
    _editable_plan(proposal.plan_id, by)
    if proposal.state not in AT_WORK:
        raise WrongProposalMove(said("这项求解已经结束；请看最新结果。"))
    if proposal.state == ProposalState.WAITING:
        proposal.state, proposal.ended_at = ProposalState.CANCELLED.value, timezone.now()
    proposal.cancel_asked = True
    proposal.save()
    return proposal_row(proposal)


def _editable_plan(plan_id: uuid.UUID, by: User) -> Plan:
    plan = Plan.objects.select_related("ground").filter(id=plan_id).first()
    if plan is None or not may_see(plan, by):
        raise unknown(plan_id)
    acts.require_on(by, Action.EDIT_PLAN, plan.communities)
    return plan


def standing_of(plan: Plan) -> str:
    """Return the fingerprint of a plan's land: of its base and of the edits in effect, in order.

    Titles, remarks and what was undone again do not change it.
    """
    rows = PlanOperation.objects.filter(plan=plan, number__lte=plan.done).order_by("number")
    edits = list(rows.values_list("edit", flat=True))
    return hashlib.sha256(json.dumps([plan.ground.fingerprint, edits], sort_keys=True).encode()).hexdigest()


@transaction.atomic
def apply_proposal(*, proposal_id: uuid.UUID, choice: int = 1, version: int, by: User) -> Applied:
    """Take over one choice of an answer: it becomes operations of the plan, all or none.

    Parameters
    ----------
    choice : its number, from 1. version : the version of the plan that the caller read.

    Raises
    ------
    UnknownProposal, UnknownPlan, NotYours, WrongPlanMove
    PlanMoved : somebody else changed the plan meanwhile.
    WrongProposalMove : there is no answer yet, or the plan's land is not the one that it was asked for.
    ProposalRefused : `proposal.no_such_choice`, `proposal.changes_nothing`.
    WrongEdit, NotAPartition : it does not fit the land.
    """
    proposal = PlanProposal.objects.select_related("plan").filter(id=proposal_id).first()
    if proposal is None:
        raise unknown_proposal(proposal_id)
    sent = {"proposal": str(proposal_id), "choice": choice}
    plan = acts.take_plan(proposal.plan_id, by=by, action=Action.EDIT_PLAN, version=version, sent=sent)
    acts.require_state(plan, PlanState.DRAFT)
    if proposal.state not in ANSWERED:
        raise WrongProposalMove(said("这项求解还没有结果，不能采用。"), rule="proposal.no_answer")
    if not 1 <= choice <= len(proposal.edits):
        raise ProposalRefused(
            said("没有第 {choice} 个方案；共有 {count} 个。", choice=choice, count=len(proposal.edits)),
            rule="proposal.no_such_choice",
        )
    if standing_of(plan) != proposal.asked["standing"]:
        raise WrongProposalMove(said("求解之后方案又有改动；请按最新的方案重新求解。"), rule="proposal.plan_changed")
    edits = [edit_from_dict(edit) for edit in proposal.edits[choice - 1]]
    if not edits:
        raise ProposalRefused(said("这个方案没有任何改动，无需采用。"), rule="proposal.changes_nothing")
    return add_operations(plan, edits, by=by, what="proposal")
