"""What plans refuse.

PlanRefused            a plan, or an act on it, that cannot be accepted; nothing was changed
├── WrongPlanMove      the plan does not stand where this act is possible
├── OwnPlan            nobody decides on what he drew himself
├── PlanMoved          somebody else changed the plan since it was read: both sides are told
├── UploadRefused      a layer drawn in another program cannot become operations: every fault, with row or place
└── BaseChanged        the boundaries that the plan starts from have changed, and it cannot be moved over: the place
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gis.geometry.errors import GridworkError
from gis.selectors.plans.refusals import UnknownPlan

__all__ = [
    "BaseChanged",
    "ChangeMade",
    "OwnPlan",
    "PlanMoved",
    "PlanRefused",
    "UnknownPlan",
    "UploadRefused",
    "WrongPlanMove",
]


class PlanRefused(GridworkError):
    """A plan, or what was asked of it, cannot be accepted."""

    rule = "plan.refused"


class WrongPlanMove(PlanRefused):
    """A plan cannot do this where it stands."""

    rule = "plan.wrong_move"


class OwnPlan(PlanRefused):
    """Somebody would decide on a plan that he wrote, drew or submitted himself."""

    rule = "plan.own_approval"


@dataclass(frozen=True, slots=True)
class ChangeMade:
    """What somebody did to a plan: `what` is the kind of change, `text` the line that people read."""

    version: int
    what: str
    text: Any
    by: str
    at: datetime


class PlanMoved(PlanRefused):
    """The plan was changed since the caller read it; nothing of the caller's is lost, it is handed back.

    Parameters
    ----------
    version : where the plan stands now.
    sent : what the caller asked for, as it was sent.
    since : what was done to the plan after the version that the caller named.
    """

    rule = "plan.moved"

    def __init__(self, message: str, *, version: int, sent: dict[str, Any], since: Sequence[ChangeMade]) -> None:
        super().__init__(message)
        self.version = version
        self.sent = sent
        self.since = tuple(since)


class BaseChanged(PlanRefused):
    """The base of a plan has changed where the plan changes it too.

    Parameters
    ----------
    place : longitude and latitude of where it happened, None where no single place can be named.
    operation : number of the operation that no longer fits, None for none.
    """

    rule = "plan.base_changed"

    def __init__(
        self,
        message: str,
        *,
        rule: str | None = None,
        place: tuple[float, float] | None = None,
        operation: int | None = None,
    ) -> None:
        super().__init__(message, rule=rule)
        self.place = place
        self.operation = operation


class UploadRefused(PlanRefused):
    """A layer drawn in another program cannot become operations.

    Parameters
    ----------
    faults : what is wrong where: `rule`, `message`, and `row`, `field` or `code`, `place` (longitude, latitude) and
        `area_m2` where they are known.
    """

    rule = "upload.refused"

    def __init__(self, message: str, *, rule: str, faults: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message, rule=rule)
        self.faults = list(faults)
