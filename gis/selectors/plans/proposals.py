"""Questions to the solver about a plan, and its answers, as pages and the API read them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gis.geometry.said import said
from gis.models import PlanProposal, User
from gis.selectors.plans.refusals import UnknownProposal
from gis.selectors.plans.rows import may_see, plan
from gis.speech import in_words
from gis.terms import ProposalKind, ProposalState


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A question to the solver and, where it is there, the answer.

    `progress_share` is 0-1, `progress_words` what the solver is doing. `rule` and `failure` say why there is no answer.
    `result` holds data only: `gis.services.plans.proposals.wording.worded` adds the sentences. `edits` holds the edits
    of each choice. `plan_version` is the version of the plan that was asked about.
    """

    id: uuid.UUID
    plan_id: uuid.UUID
    kind: ProposalKind
    state: ProposalState
    by: str
    plan_version: int
    asked: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked: bool
    progress_share: float
    progress_words: str
    rule: str
    failure: str
    result: dict[str, Any]
    edits: list[list[dict[str, Any]]]


def proposal(proposal_id: uuid.UUID, user: User | None) -> ProposalRow:
    """Return one proposal; `user` None is the platform itself.

    Raises
    ------
    UnknownProposal : there is none of this number, or the account may not see its plan.
    """
    found = PlanProposal.objects.select_related("plan", "by").filter(id=proposal_id).first()
    if found is None or (user is not None and not may_see(found.plan, user)):
        raise unknown_proposal(proposal_id)
    return proposal_row(found)


def proposals(plan_id: uuid.UUID, user: User) -> list[ProposalRow]:
    """Return the proposals of a plan, the newest first, without their answers.

    Raises
    ------
    UnknownPlan : there is no such plan, or the account may not see it.
    """
    seen = plan(plan_id, user)
    listed = PlanProposal.objects.filter(plan_id=seen.id).select_related("by").defer("result", "edits")
    return [proposal_row(found, whole=False) for found in listed.order_by("-created_at", "id")]


def proposal_row(found: PlanProposal, *, whole: bool = True) -> ProposalRow:
    """Return a proposal as a row; its answer is left out unless `whole`."""
    return ProposalRow(
        id=found.id,
        plan_id=found.plan_id,
        kind=ProposalKind(found.kind),
        state=ProposalState(found.state),
        by=str(found.by),
        plan_version=found.plan_version,
        asked={key: value for key, value in found.asked.items() if key != "standing"},
        created_at=found.created_at,
        started_at=found.started_at,
        ended_at=found.ended_at,
        cancel_asked=found.cancel_asked,
        progress_share=found.progress_share,
        progress_words=str(in_words(found.progress_words) or ""),
        rule=found.rule,
        failure=str(in_words(found.failure.get("text", ""))),
        result=found.result if whole else {},
        edits=found.edits if whole else [],
    )


def unknown_proposal(proposal_id: object) -> UnknownProposal:
    """Return the refusal of a proposal that is not there, or not for this account."""
    return UnknownProposal(said("没有编号为 {id} 的求解结果；可能已过期删除。", id=str(proposal_id)))
