"""Accept that conflicts stand for a while, end that, and let it lapse on its day."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import AcceptedException, Finding, User
from gis.services.audits.cases import (
    BATCH,
    Versions,
    check_moves,
    journal_cases,
    lock_cases,
    locked,
    one_version,
    require_all,
    write_moves,
)
from gis.services.audits.refusals import WrongException
from gis.terms import Action, CaseState, Happening


@transaction.atomic
def accept_exceptions(
    *, finding_ids: Sequence[int], reason: str, expires_on: date, by: User, versions: Versions | None = None
) -> list[AcceptedException]:
    """Let conflicts stand until the day before `expires_on`: all of them or none.

    Raises
    ------
    UnknownFinding, NotYours, StaleFinding
    WrongMove : a case may not become an exception from where it stands.
    WrongException : the reason is empty ("exception.reason") or the day is not in the future ("exception.expiry").
    """
    today, reason = timezone.localdate(), reason.strip()
    if not reason:
        raise WrongException(_("请写明为什么可以保留现状。"), rule="exception.reason")
    if expires_on <= today:
        raise WrongException(
            _("到期日 %(day)s 必须晚于今天（%(today)s）；例外都要有期限。") % {"day": expires_on, "today": today},
            rule="exception.expiry",
        )
    cases = lock_cases(finding_ids, versions)
    require_all(by, Action.ACCEPT_EXCEPTION, cases)
    check_moves(cases, CaseState.EXCEPTED)
    accepted = AcceptedException.objects.bulk_create(
        [
            AcceptedException(finding=finding, reason=reason, accepted_by=by, accepted_on=today, expires_on=expires_on)
            for finding in cases
        ],
        batch_size=BATCH,
    )
    text = _("认可例外至 %(day)s：%(reason)s") % {"day": expires_on, "reason": reason}
    write_moves(cases, CaseState.EXCEPTED, by=by, text=text)
    facts = {"reason": reason, "expires_on": expires_on.isoformat()}
    journal_cases(Happening.EXCEPTION_ACCEPTED, cases, by, {finding.id: facts for finding in cases})
    return accepted


def accept_exception(
    *, finding_id: int, reason: str, expires_on: date, by: User, version: str = ""
) -> AcceptedException:
    """Let one conflict stand until the day before `expires_on`; see `accept_exceptions`."""
    versions = one_version(finding_id, version)
    return accept_exceptions(finding_ids=[finding_id], reason=reason, expires_on=expires_on, by=by, versions=versions)[
        0
    ]


@transaction.atomic
def end_exception(*, finding_id: int, reason: str, by: User, version: str = "") -> Finding:
    """End an accepted exception before its day: the case opens again.

    Raises
    ------
    UnknownFinding, NotYours, StaleFinding
    WrongException : no exception is open ("exception.none"), or the reason is empty ("exception.reason").
    """
    if not reason.strip():
        raise WrongException(_("请写明为什么终止这个例外。"), rule="exception.reason")
    (finding,) = lock_cases([finding_id], one_version(finding_id, version))
    require_all(by, Action.ACCEPT_EXCEPTION, [finding])
    accepted = finding.exceptions.filter(ended_at=None).first()
    if accepted is None:
        raise WrongException(_("问题 %(id)s 没有生效中的例外。") % {"id": finding.id}, rule="exception.none")
    _end(accepted, finding, by=by, reason=reason.strip())
    return finding


@transaction.atomic
def expire_exceptions(*, today: date | None = None, district_code: str = "") -> list[Finding]:
    """Open every case again whose exception has reached its day; returns those cases.

    Without a district it looks at all of them: the nightly task. An exception that ends on a day no longer holds
    from the beginning of that day, China time.
    """
    due = AcceptedException.objects.filter(ended_at=None, expires_on__lte=today or timezone.localdate())
    if district_code:
        due = due.filter(finding__district_id=district_code)
    due_ids = list(due.values_list("finding_id", flat=True))
    reopened = []
    for finding in locked(due_ids):
        # Read again under the lock: an officer may have ended or renewed it in between.
        accepted = due.filter(finding=finding).first()
        if accepted is not None:
            _end(accepted, finding, by=None, reason=_("例外于 %(day)s 到期") % {"day": accepted.expires_on})
            reopened.append(finding)
    return reopened


def _end(accepted: AcceptedException, finding: Finding, *, by: User | None, reason: str) -> None:
    accepted.ended_at, accepted.ended_by, accepted.end_reason = timezone.now(), by, reason
    accepted.save(update_fields=["ended_at", "ended_by", "end_reason"])
    if finding.state == CaseState.EXCEPTED:
        write_moves([finding], CaseState.FOUND, by=by, text=reason)
    journal_cases(Happening.EXCEPTION_ENDED, [finding], by, {finding.id: {"reason": reason}})
