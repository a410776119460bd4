"""Compounds of a plan that still need a card, and the newest card of each."""

import uuid
from dataclasses import dataclass
from typing import Any

from gis.models import Plan, PlanProposal, User
from gis.services.plans import acts
from gis.services.plans.editor.problems import problems_of
from gis.services.plans.editor.states import state_of
from gis.services.plans.proposals.asking import standing_of
from gis.terms import ProposalKind, ProposalState


@dataclass(frozen=True, slots=True)
class CardNeed:
    """A compound that a grid line cuts as the plan stands.

    Parameters
    ----------
    told : as a plan's problems tell it. proposal, state : the newest card that was asked for, None for none.
    current : whether the plan's land is still the one that the card was asked about.
    """

    told: dict[str, Any]
    proposal: uuid.UUID | None
    state: ProposalState | None
    current: bool


def cards_needed(*, plan_id: uuid.UUID, by: User) -> list[CardNeed]:
    """Return the compounds that grid lines cut in a plan as it stands, by code, each with its newest card.

    Raises
    ------
    UnknownPlan
    """
    plan = Plan.objects.get(id=acts.seen(plan_id, by=by))
    standing = standing_of(plan)
    asked = PlanProposal.objects.filter(plan=plan, kind=ProposalKind.CARD.value).order_by("created_at")
    newest = {row[0]: row[1:] for row in asked.values_list("asked__compound", "id", "state", "asked__standing")}
    found = []
    for told in problems_of(state_of(plan)).crossed:
        card = newest.get(told["compound"])
        if card is None:
            found.append(CardNeed(told, None, None, current=False))
        else:
            found.append(CardNeed(told, card[0], ProposalState(card[1]), current=card[2] == standing))
    return found
