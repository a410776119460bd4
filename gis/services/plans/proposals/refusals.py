"""What proposals refuse.

ProposalRefused          what is asked of the solver, or of its answer, cannot be had
├── UnknownProposal      there is no such proposal (any more)
└── WrongProposalMove    the proposal stands elsewhere than the person thinks, or the plan has gone on without it
"""

from gis.geometry.errors import GridworkError


class ProposalRefused(GridworkError):
    """What is asked of the solver cannot be asked of this plan."""

    rule = "proposal.refused"


class UnknownProposal(ProposalRefused):
    """There is no such proposal."""

    rule = "proposal.unknown"


class WrongProposalMove(ProposalRefused):
    """A proposal cannot do this where it stands."""

    rule = "proposal.wrong_move"
