"""What proposals refuse.

ProposalRefused          what is asked of the solver, or of its answer, cannot be had
└── WrongProposalMove    the proposal stands elsewhere than the person thinks, or the plan has gone on without it
"""

from gis.geometry.errors import GridworkError
from gis.selectors.plans.refusals import UnknownProposal

__all__ = ["ProposalRefused", "UnknownProposal", "WrongProposalMove"]


class ProposalRefused(GridworkError):
    """What is asked of the solver cannot be asked of this plan."""

    rule = "proposal.refused"


class WrongProposalMove(ProposalRefused):
    """A proposal cannot do this where it stands."""

    rule = "proposal.wrong_move"
