"""What audits and their cases refuse.

AuditError                 rule "audit"
├── AuditRunning           another audit of the district is at work: wait for it
├── NothingToAudit         the district has no grids or no compounds yet
├── WrongMoment            an audit of a moment before the last one, or of the future
├── UnknownFinding         no such case in this territory
├── StaleFinding           somebody else changed the case since the page read it
├── WrongMove              the case may not make this move from where it stands
└── WrongException         a reason or an expiry that cannot be accepted
"""

from collections.abc import Iterable

from gis.geometry.errors import GridworkError


class AuditError(GridworkError):
    """An audit, or a change to cases, that cannot be made; `finding_ids` are the cases that stand in the way."""

    rule = "audit"

    def __init__(self, message: str, *, rule: str | None = None, finding_ids: Iterable[int] = ()) -> None:
        super().__init__(message, rule=rule)
        self.finding_ids = tuple(finding_ids)


class AuditRunning(AuditError):
    """Another audit of the same district is at work."""

    rule = "audit.running"


class NothingToAudit(AuditError):
    """The district has no grids or no compounds in force at the moment."""

    rule = "audit.nothing"


class WrongMoment(AuditError):
    """The moment asked for lies before the last run's, or in the future."""

    rule = "audit.moment"


class UnknownFinding(AuditError):
    """No such case."""

    rule = "finding.unknown"


class StaleFinding(AuditError):
    """Somebody else changed the case since the page read it; the message says what."""

    rule = "finding.stale"


class WrongMove(AuditError):
    """The case may not make this move from where it stands."""

    rule = "case.wrong_move"


class WrongException(AuditError):
    """A reason or an expiry that cannot be accepted."""

    rule = "exception.wrong"
