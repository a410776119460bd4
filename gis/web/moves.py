"""The moves of a case that a page may offer."""

from gis.services.audits.cases import BY_OTHER_MEANS
from gis.terms import CASE_MOVES, CaseState

BY_HAND = [state for state in CaseState if state not in BY_OTHER_MEANS]
"""States that a person may set; the others come from an accepted exception or from an audit."""


def next_moves(now: CaseState) -> list[CaseState]:
    """Return the states that a person may set next: the way forward first, then the ways back.

    None from an exception: that is ended, with a reason.
    """
    if now is CaseState.EXCEPTED:
        return []
    order = list(CaseState)
    allowed = [state for state in BY_HAND if state in CASE_MOVES[now]]
    return sorted(allowed, key=lambda state: order.index(state) < order.index(now))
