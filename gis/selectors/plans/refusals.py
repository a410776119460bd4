"""What questions about plans refuse."""

from gis.geometry.errors import GridworkError


class UnknownPlan(GridworkError):
    """There is no such plan, or the account may not see it: the two are not told apart."""

    rule = "plan.unknown"


class UnknownProposal(GridworkError):
    """There is no such proposal, or the account may not see its plan."""

    rule = "proposal.unknown"


class WrongComparison(GridworkError):
    """Two sides that cannot be compared."""

    rule = "comparison.wrong"
