"""What the worker does with a question to the solver; whatever ends the job, the proposal says so."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from gis.geometry.errors import GridworkError
from gis.geometry.said import kept, said
from gis.models import PlanProposal
from gis.services.plans.proposals.asked import asked_of
from gis.services.plans.proposals.asking import note_made, standing_of
from gis.services.plans.proposals.pulse import Pulse, Told, at_work, is_at_work
from gis.services.plans.proposals.refusals import WrongProposalMove
from gis.terms import ProposalKind, ProposalState

LOOKS_KEPT = timedelta(days=7)
"""An officer who drags leaves an answer every few seconds; other proposals stay as long as their plan."""

SOLVING = ProposalState.SOLVING.value


def solve_proposal(*, proposal_id: uuid.UUID) -> None:
    """Answer a proposal that waits; one that was taken up, answered or cancelled already is left alone."""
    with at_work(proposal_id) as taken:
        if taken is None:
            return
        proposal, pulse = taken
        try:
            _solve(proposal, pulse)
        except GridworkError as refusal:
            _fail(proposal.id, refusal.rule, refusal.message)
        except BaseException as error:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            _fail(
                proposal.id,
                "proposal.fault",
                said("程序出错（{error}）；请重试，仍不行时请把时间告诉系统管理员。", error=type(error).__name__),
            )
            raise


def _solve(proposal: PlanProposal, pulse: Pulse) -> None:
    from gis.services.plans.proposals.land import land_of
    from gis.services.plans.proposals.making import THREADS, answer

    plan, kind = proposal.plan, ProposalKind(proposal.kind)
    if standing_of(plan) != proposal.asked["standing"]:
        raise WrongProposalMove(said("方案在求解之前已有改动；请按最新的方案重新求解。"), rule="proposal.plan_changed")
    land = land_of(plan)
    told_so = {key: value for key, value in proposal.asked.items() if key != "standing"}
    asked = asked_of(kind, told_so, land.stand.tiling, plan.communities)

    def work(told: Told) -> tuple[dict[str, Any], list[Any], bool]:
        result, edits = answer(land, kind, asked, threads=THREADS, tell=told, stop=told.stop.is_set)
        return result, edits, told.stop.is_set()

    result, edits, stopped = pulse.watch(work)
    state = ProposalState.CANCELLED if stopped else ProposalState.DONE
    _end(proposal.id, state, result=result, edits=edits, progress_share=1.0)


def _fail(proposal_id: uuid.UUID, rule: str, message: str) -> None:
    _end(proposal_id, ProposalState.FAILED, rule=rule[:80], failure=kept({"text": message}))


@transaction.atomic
def _end(proposal_id: uuid.UUID, state: ProposalState, **answer_of: Any) -> bool:
    """End a proposal that is being solved, and note it; return False where it has ended otherwise meanwhile."""
    ended = PlanProposal.objects.filter(id=proposal_id, state=SOLVING).update(
        state=state.value, ended_at=Now(), backend=None, **answer_of
    )
    if ended:
        note_made(PlanProposal.objects.select_related("plan", "by").get(id=proposal_id))
    return bool(ended)


def close_if_broken(proposal_id: uuid.UUID) -> bool:
    """Mark a proposal FAILED whose job's process died; return whether that was so."""
    with transaction.atomic():
        if is_at_work(proposal_id):
            return False
        words = said("后台进程中断，求解没有完成；方案没有变化，请重新求解。")
        failure = kept({"text": words})
        return _end(proposal_id, ProposalState.FAILED, rule="proposal.worker_died", failure=failure)


def close_broken_proposals() -> int:
    """Close every proposal whose job's process died; return how many."""
    solving = PlanProposal.objects.filter(state=SOLVING).values_list("id", flat=True)
    return sum(close_if_broken(proposal_id) for proposal_id in list(solving))


def forget_looks() -> int:
    """Delete answers to drags that are older than `LOOKS_KEPT`; return how many. What was taken over stays drawn."""
    before = timezone.now() - LOOKS_KEPT
    old = PlanProposal.objects.filter(kind=ProposalKind.RESOLVE.value, created_at__lt=before)
    return old.exclude(state__in=[ProposalState.WAITING.value, SOLVING]).delete()[0]
