"""Questions to the solver about a plan: asked, looked at, stopped, taken over."""

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.endpoint import Operation
from gis.api.plans import REFUSALS, TAGS, NoBody, applied_answer
from gis.api.plans_editor_out import AppliedWithDeltaOut, CutCompoundOut
from gis.api.plans_matching import PlanEndpoint
from gis.api.plans_proposals_in import CardIn, ChoiceIn, ProposalIn, asked_of
from gis.api.plans_proposals_out import ProposalDetailOut, ProposalsOut, proposal_told
from gis.selectors.plans.proposals import ProposalRow, proposal, proposals, unknown_proposal
from gis.services.plans.editor.cards import cards_needed
from gis.services.plans.proposals.asking import apply_proposal, ask_proposal, cancel_proposal
from gis.terms import ProposalKind, ProposalState


def _answer(row: ProposalRow, *, status: int = 200) -> Response:
    return Response(ProposalDetailOut(proposal_told(row)).data, status=status)


def _asked(view: PlanEndpoint, request: Request, kind: ProposalKind) -> Response:
    made = ask_proposal(plan_id=view.plan.id, kind=kind, by=person(request), asked=asked_of(view.body))
    return _answer(proposal(made.id, person(request)), status=201)


class Proposals(PlanEndpoint):
    """Questions about a plan."""

    operations = {
        "get": Operation("list_proposals", _("列出调整建议"), ProposalsOut, refusals=(404,), tags=TAGS),
        "post": Operation(
            "ask_proposal",
            _("请求调整建议"),
            ProposalDetailOut,
            body=ProposalIn,
            refusals=REFUSALS,
            status=201,
            tags=TAGS,
        ),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """List the questions without their answers."""
        return Response(ProposalsOut({"results": proposals(self.plan.id, person(request))}).data)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Ask; a small question is answered at once, else a job takes it up."""
        return _asked(self, request, self.body["kind"])


class CardNeedOut(CutCompoundOut):
    """A compound that a grid line cuts, and its newest card; `current`: the land is still the one asked about."""

    proposal = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=ProposalState.choices(), allow_null=True)
    current = serializers.BooleanField()


class CardNeedsOut(serializers.Serializer[Any]):
    """Compounds that grid lines cut as the plan stands, by code."""

    version = serializers.IntegerField()
    results = CardNeedOut(many=True)


class Cards(PlanEndpoint):
    """Ways of mending one compound."""

    operations = {
        "get": Operation("list_cards", _("列出待处置的小区"), CardNeedsOut, refusals=(404, 422), tags=TAGS),
        "post": Operation(
            "ask_card", _("请求处置建议"), ProposalDetailOut, body=CardIn, refusals=REFUSALS, status=201, tags=TAGS
        ),
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """List the compounds that need a card."""
        rows = [
            {**need.told, "proposal": need.proposal, "state": need.state, "current": need.current}
            for need in cards_needed(plan_id=self.plan.id, by=person(request))
        ]
        return Response(CardNeedsOut({"version": self.plan.version, "results": rows}).data)

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Ask for the two or three ways of mending a compound."""
        return _asked(self, request, ProposalKind.CARD)


class ProposalEndpoint(PlanEndpoint):
    """An address under one question about a plan."""

    row: ProposalRow

    def admit(self, plan_id: uuid.UUID, *args: Any, **kwargs: Any) -> None:
        super().admit(plan_id, *args, **kwargs)
        proposal_id = kwargs["proposal_id"]
        self.row = proposal(proposal_id, person(self.request))
        if self.row.plan_id != self.plan.id:
            raise unknown_proposal(proposal_id)


class Proposal(ProposalEndpoint):
    """One question and its answer."""

    operations = {"get": Operation("show_proposal", _("查看调整建议"), ProposalDetailOut, refusals=(404,), tags=TAGS)}

    def get(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Show how far it is, or the answer."""
        return _answer(self.row)


class CancelProposal(ProposalEndpoint):
    """The end of a question."""

    operations = {
        "post": Operation(
            "cancel_proposal", _("取消求解"), ProposalDetailOut, body=NoBody, refusals=REFUSALS, tags=TAGS
        )
    }

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Stop the solver; what it has found stands."""
        cancel_proposal(proposal_id=self.row.id, by=person(request))
        return _answer(proposal(self.row.id, person(request)))


class TakeProposal(ProposalEndpoint):
    """A choice, taken over."""

    operations = {
        "post": Operation(
            "apply_proposal",
            _("采用调整建议"),
            AppliedWithDeltaOut,
            body=ChoiceIn,
            refusals=REFUSALS,
            matched=True,
            tags=TAGS,
        )
    }

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Make a choice of the answer operations of the plan."""
        applied = apply_proposal(
            proposal_id=self.row.id, choice=self.body["choice"], version=self.version, by=person(request)
        )
        return applied_answer(applied, request)
