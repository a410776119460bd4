"""Move, assign and annotate the cases of findings: what people do to them between two audits."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis import journal, policy
from gis.models import CaseNote, Finding, User
from gis.services.audits.refusals import AuditError, UnknownFinding, WrongMove
from gis.terms import CASE_MOVES, Action, CaseState, Happening

BY_OTHER_MEANS = {
    CaseState.EXCEPTED: gettext_lazy("要保留现状，请用“认可例外”并写明理由和到期日。"),
    CaseState.VERIFIED: gettext_lazy("“已核验”只由检查给出：修正边界后重新检查即可。"),
}
"""States that nobody sets by hand, and what to do instead."""


def territory_of(finding: Finding) -> str:
    """Return the code of the smallest territory that answers for the case: its community, else its district."""
    return finding.community_code or finding.district_id


def require_all(by: User, action: Action, cases: Sequence[Finding]) -> None:
    """Refuse with NotYours unless `by` may do `action` to every case."""
    for place in sorted({territory_of(finding) for finding in cases}):
        policy.require(by, action, place)


def lock_cases(finding_ids: Sequence[int]) -> list[Finding]:
    """Return the cases, locked until the transaction ends, in the order of their ids (so that nobody deadlocks).

    Raises
    ------
    UnknownFinding : one of them does not exist.
    """
    wanted = sorted(set(finding_ids))
    found = list(Finding.objects.select_for_update().filter(id__in=wanted).order_by("id"))
    missing = sorted(set(wanted) - {finding.id for finding in found})
    if missing:
        raise UnknownFinding(_("没有编号为 %(ids)s 的问题；请刷新列表后再试。") % {"ids": "、".join(map(str, missing))})
    return found


def check_move(finding: Finding, to: CaseState) -> None:
    """Refuse a move that CASE_MOVES does not allow.

    Raises
    ------
    WrongMove : names the case, where it stands, where it was to go and where it may go.
    """
    now = CaseState(finding.state)
    if to in CASE_MOVES[now]:
        return
    allowed = "、".join(state.label for state in CaseState if state in CASE_MOVES[now])
    raise WrongMove(
        _("问题 %(id)s 现为“%(now)s”，不能改为“%(to)s”；可改为：%(allowed)s。")
        % {"id": finding.id, "now": now.label, "to": to.label, "allowed": allowed}
    )


def write_move(finding: Finding, to: CaseState, *, by: User | None, text: str) -> CaseNote:
    """Write the move into the case and its notes; the caller has checked it and holds the lock."""
    now = timezone.now()
    note = CaseNote(finding=finding, at=now, by=by, from_state=finding.state, to_state=to, text=text.strip())
    finding.state, finding.moved_at = to, now
    finding.save(update_fields=["state", "moved_at"])
    note.save()
    return note


@transaction.atomic
def move_cases(*, finding_ids: Sequence[int], to: CaseState, by: User, text: str = "") -> list[Finding]:
    """Move cases to the state `to`: all of them or none.

    Raises
    ------
    UnknownFinding, NotYours, WrongMove
    """
    cases = lock_cases(finding_ids)
    require_all(by, Action.TRIAGE_FINDING, cases)
    if to in BY_OTHER_MEANS:
        raise WrongMove(str(BY_OTHER_MEANS[to]))
    for finding in cases:
        check_move(finding, to)
        if CaseState(finding.state) is CaseState.EXCEPTED:
            raise WrongMove(_("问题 %(id)s 是已认可的例外；请用“终止例外”并写明理由。") % {"id": finding.id})
    for finding in cases:
        before = CaseState(finding.state)
        write_move(finding, to, by=by, text=text)
        journal_case(Happening.FINDING_MOVED, finding, by, before=before, after=to)
    return cases


def move_case(*, finding_id: int, to: CaseState, by: User, text: str = "") -> Finding:
    """Move one case to the state `to`; see `move_cases`."""
    return move_cases(finding_ids=[finding_id], to=to, by=by, text=text)[0]


def triage(*, finding_ids: Sequence[int], by: User, text: str = "") -> list[Finding]:
    """Mark cases as looked at by a person."""
    return move_cases(finding_ids=finding_ids, to=CaseState.TRIAGED, by=by, text=text)


@transaction.atomic
def assign_cases(*, finding_ids: Sequence[int], to: User | None, by: User) -> list[Finding]:
    """Give cases to a colleague who may triage them, or to nobody (None).

    Raises
    ------
    UnknownFinding, NotYours
    AuditError : the colleague may not triage in that territory ("case.assignee").
    """
    cases = lock_cases(finding_ids)
    require_all(by, Action.TRIAGE_FINDING, cases)
    for place in sorted({territory_of(finding) for finding in cases}):
        if to is not None and not policy.may(to, Action.TRIAGE_FINDING, place):
            raise AuditError(
                _("%(name)s 在 %(place)s 没有研判问题的权限，不能指派；请换一位同事。")
                % {"name": to.get_username(), "place": place},
                rule="case.assignee",
            )
    name = to.get_username() if to else _("无人")
    for finding in cases:
        finding.assigned_to = to
        finding.save(update_fields=["assigned_to"])
        text = _("指派给：%(name)s") % {"name": name}
        CaseNote.objects.create(finding=finding, at=timezone.now(), by=by, text=text)
        journal_case(Happening.FINDING_ASSIGNED, finding, by, assignee=name)
    return cases


@transaction.atomic
def note_case(*, finding_id: int, text: str, by: User) -> CaseNote:
    """Add a remark to a case.

    Raises
    ------
    UnknownFinding, NotYours
    AuditError : the remark is empty ("case.note_empty").
    """
    if not text.strip():
        raise AuditError(_("备注不能为空；请写明情况。"), rule="case.note_empty")
    (finding,) = lock_cases([finding_id])
    policy.require(by, Action.TRIAGE_FINDING, territory_of(finding))
    note = CaseNote.objects.create(finding=finding, at=timezone.now(), by=by, text=text.strip())
    journal_case(Happening.FINDING_NOTED, finding, by)
    return note


def journal_case(happening: Happening, finding: Finding, by: User | None, **facts: str) -> None:
    """Write the journal line of a change to a case, in the caller's transaction."""
    journal.write(
        happening,
        by=by,
        subject_kind="finding",
        subject_code=str(finding.id),
        district_code=finding.district_id,
        summary={"kind": finding.kind, "subjects": finding.subjects_key, **facts},
    )
