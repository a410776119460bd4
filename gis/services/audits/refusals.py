"""What audits and their cases refuse.

AuditError                 rule "audit"
├── AuditRunning           another audit of the district is at work: wait for it
├── NothingToAudit         the district has no grids or no compounds yet
├── WrongMoment            an audit of a moment before the last one, or of the future
├── UnknownFinding         no such case in this territory
├── WrongMove              the case may not make this move from where it stands
└── WrongException         a reason or an expiry that cannot be accepted
"""

from gis.geometry.errors import GridworkError


class AuditError(GridworkError):
    """An audit, or a change to one of its cases, that cannot be made."""

    rule = "audit"


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


class WrongMove(AuditError):
    """The case may not make this move from where it stands."""

    rule = "case.wrong_move"


class WrongException(AuditError):
    """A reason or an expiry that cannot be accepted."""

    rule = "exception.wrong"
