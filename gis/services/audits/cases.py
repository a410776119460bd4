"""Move, assign and annotate the cases of findings: what people do to them between two audits.

Every function takes many cases and changes all of them or none. `versions` (finding → version) tells how the caller saw
them: a case that somebody else has changed meanwhile is refused, so that nobody overwrites unseen.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis import journal, policy
from gis.models import CaseNote, Finding, User
from gis.selectors.audits.rows import names_of
from gis.services.audits.refusals import AuditError, StaleFinding, UnknownFinding, WrongMove
from gis.services.followups import follow_up
from gis.terms import CASE_MOVES, Action, CaseState, Happening

BULK_MOST = 20_000
"""Cases that one act may change: twice the largest worklist that pages are tried with."""

NAMED_MOST = 10
"""Cases that a refusal names before it says how many more there are."""

BATCH = 1000

BY_OTHER_MEANS = {
    CaseState.EXCEPTED: gettext_lazy("要保留现状，请用“认可例外”并写明理由和到期日。"),
    CaseState.VERIFIED: gettext_lazy("“已核验”只由检查给出：修正边界后重新检查即可。"),
}
"""States that nobody sets by hand, and what to do instead."""

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


Versions = Mapping[int, str]


def territory_of(finding: Finding) -> str:
    """Return the code of the smallest territory that answers for the case: its community, else its district."""
    return finding.community_code or finding.district_id


def require_all(by: User, action: Action, cases: Sequence[Finding]) -> None:
    """Refuse with NotYours unless `by` may do `action` to every case."""
    mine = policy.territories(by, action)
    for place in sorted({territory_of(finding) for finding in cases}):
        if not place.startswith(tuple(mine)):
            policy.require(by, action, place)


def lock_cases(finding_ids: Sequence[int], versions: Versions | None = None) -> list[Finding]:
    """Return the cases, locked until the transaction ends, in the order of their ids (so that nobody deadlocks).

    Raises
    ------
    UnknownFinding : one of them does not exist.
    StaleFinding : one of them is no longer as `versions` says.
    AuditError : none, or more than BULK_MOST are asked for ("finding.none", "finding.too_many").
    """
    wanted = sorted(set(finding_ids))
    if not wanted:
        raise AuditError(_("没有选中任何问题；请先勾选。"), rule="finding.none")
    if len(wanted) > BULK_MOST:
        raise AuditError(
            _("一次最多处理 %(most)s 个问题，选中了 %(count)s 个；请缩小筛选范围。")
            % {"most": BULK_MOST, "count": len(wanted)},
            rule="finding.too_many",
        )
    found = locked(wanted)
    missing = sorted(set(wanted) - {finding.id for finding in found})
    if missing:
        named = "、".join(map(str, missing[:NAMED_MOST]))
        raise UnknownFinding(_("没有编号为 %(ids)s 的问题；请刷新列表后再试。") % {"ids": named}, finding_ids=missing)
    _require_unchanged(found, versions or {})
    return found


def locked(finding_ids: Sequence[int]) -> list[Finding]:
    """Return those of the cases that exist, without shapes, locked as `lock_cases` says."""
    cases = Finding.objects.select_for_update().filter(id__in=finding_ids).order_by("id")
    return list(cases.defer("place", "cut", "evidence"))


def _require_unchanged(cases: Sequence[Finding], versions: Versions) -> None:
    stale = [case for case in cases if versions.get(case.id, case.version) != case.version]
    if not stale:
        return
    last = stale[0].notes.select_related("by").last()
    who = str(last.by) if last and last.by else _("检查")
    seen_state = versions[stale[0].id].partition("-")[0]
    seen = CaseState(seen_state).label if seen_state in set(CaseState) else _("未知")
    message = _(
        "“%(place)s”的问题（编号 %(id)s）已被%(who)s在 %(at)s 改动：现为“%(now)s”，负责人%(owner)s；"
        "您看到的是“%(seen)s”。请看过最新情况再操作。"
    ) % {
        "place": place_of(stale[0]),
        "id": stale[0].id,
        "who": who,
        "at": timezone.localtime(last.at if last else stale[0].moved_at).strftime("%m-%d %H:%M"),
        "now": CaseState(stale[0].state).label,
        "owner": str(stale[0].assigned_to or _("无")),
        "seen": seen,
    }
    raise StaleFinding(message + and_more(len(stale)), finding_ids=[case.id for case in stale])


def place_of(case: Finding) -> str:
    """Return how the place of a case is called: the name of its main subject, else its code."""
    code = str(case.subjects[0])
    return names_of(case.district_id, {code}).get(code) or code


def and_more(count: int) -> str:
    """Return what a refusal of several cases adds to what it says of the first."""
    if count < 2:
        return ""
    return _("另有 %(count)s 项也是如此，所选问题都没有改动。") % {"count": count - 1}


def check_moves(cases: Sequence[Finding], to: CaseState) -> None:
    """Refuse a move that CASE_MOVES does not allow to one of the cases.

    Raises
    ------
    WrongMove : names the first such case, where it stands, where it was to go and where it may go, and counts the rest.
    """
    wrong = [finding for finding in cases if to not in CASE_MOVES[CaseState(finding.state)]]
    if not wrong:
        return
    now = CaseState(wrong[0].state)
    allowed = "、".join(state.label for state in CaseState if state in CASE_MOVES[now])
    message = _("问题 %(id)s 现为“%(now)s”，不能改为“%(to)s”；可改为：%(allowed)s。") % {
        "id": wrong[0].id,
        "now": now.label,
        "to": to.label,
        "allowed": allowed,
    }
    raise WrongMove(message + and_more(len(wrong)), finding_ids=[finding.id for finding in wrong])


def write_moves(cases: Sequence[Finding], to: CaseState, *, by: User | None, text: str) -> None:
    """Write the move into the cases and their notes; the caller has checked it and holds the locks."""
    now = timezone.now()
    CaseNote.objects.bulk_create(
        [
            CaseNote(finding=finding, at=now, by=by, from_state=finding.state, to_state=to, text=text.strip())
            for finding in cases
        ],
        batch_size=BATCH,
    )
    Finding.objects.filter(id__in=[finding.id for finding in cases]).update(state=to, moved_at=now)
    for finding in cases:
        finding.state, finding.moved_at = to, now


@transaction.atomic
def move_cases(
    *, finding_ids: Sequence[int], to: CaseState, by: User, text: str = "", versions: Versions | None = None
) -> list[Finding]:
    """Move cases to the state `to`: all of them or none.

    Raises
    ------
    UnknownFinding, NotYours, StaleFinding, WrongMove
    """
    cases = lock_cases(finding_ids, versions)
    require_all(by, Action.TRIAGE_FINDING, cases)
    if to in BY_OTHER_MEANS:
        raise WrongMove(str(BY_OTHER_MEANS[to]), finding_ids=[finding.id for finding in cases])
    check_moves(cases, to)
    excepted = [finding.id for finding in cases if finding.state == CaseState.EXCEPTED]
    if excepted:
        message = _("问题 %(id)s 是已认可的例外；请用“终止例外”并写明理由。") % {"id": excepted[0]}
        raise WrongMove(message + and_more(len(excepted)), finding_ids=excepted)
    before = {finding.id: CaseState(finding.state).value for finding in cases}
    write_moves(cases, to, by=by, text=text)
    journal_cases(
        Happening.FINDING_MOVED, cases, by, {pk: {"before": state, "after": to.value} for pk, state in before.items()}
    )
    return cases


def move_case(*, finding_id: int, to: CaseState, by: User, text: str = "", version: str = "") -> Finding:
    """Move one case to the state `to`; see `move_cases`."""
    versions = one_version(finding_id, version)
    return move_cases(finding_ids=[finding_id], to=to, by=by, text=text, versions=versions)[0]


def one_version(finding_id: int, version: str) -> Versions:
    """Return the versions of a change to one case; "" does not look."""
    return {finding_id: version} if version else {}


def triage(*, finding_ids: Sequence[int], by: User, text: str = "", versions: Versions | None = None) -> list[Finding]:
    """Mark cases as looked at by a person."""
    return move_cases(finding_ids=finding_ids, to=CaseState.TRIAGED, by=by, text=text, versions=versions)


@transaction.atomic
def assign_cases(
    *, finding_ids: Sequence[int], to: User | None, by: User, versions: Versions | None = None
) -> list[Finding]:
    """Give cases to a colleague who may triage them, or to nobody (None): all of them or none.

    Raises
    ------
    UnknownFinding, NotYours, StaleFinding
    AuditError : the colleague may not triage in one of the territories ("case.assignee").
    """
    cases = lock_cases(finding_ids, versions)
    require_all(by, Action.TRIAGE_FINDING, cases)
    if to is not None:
        _require_can_work_on(to, cases)
    name = to.get_username() if to else _("无人")
    text = _("指派给：%(name)s") % {"name": name}
    Finding.objects.filter(id__in=[finding.id for finding in cases]).update(assigned_to=to)
    for finding in cases:
        finding.assigned_to = to
    _write_notes(cases, text, by)
    journal_cases(Happening.FINDING_ASSIGNED, cases, by, {finding.id: {"assignee": name} for finding in cases})
    return cases


def _require_can_work_on(officer: User, cases: Sequence[Finding]) -> None:
    may = tuple(policy.territories(officer, Action.TRIAGE_FINDING))
    outside = [finding for finding in cases if not territory_of(finding).startswith(may)]
    if outside:
        message = _("问题 %(id)s 不能指派给 %(name)s：该账号在 %(place)s 没有研判问题的权限；请换一位同事。") % {
            "name": officer.get_username(),
            "place": territory_of(outside[0]),
            "id": outside[0].id,
        }
        raise AuditError(
            message + and_more(len(outside)), rule="case.assignee", finding_ids=[finding.id for finding in outside]
        )


@transaction.atomic
def note_cases(*, finding_ids: Sequence[int], text: str, by: User) -> list[Finding]:
    """Add the same remark to cases. It overwrites nothing, so it is taken whatever happened meanwhile.

    Raises
    ------
    UnknownFinding, NotYours
    AuditError : the remark is empty ("case.note_empty").
    """
    if not text.strip():
        raise AuditError(_("备注不能为空；请写明情况。"), rule="case.note_empty")
    cases = lock_cases(finding_ids)
    require_all(by, Action.TRIAGE_FINDING, cases)
    _write_notes(cases, text.strip(), by)
    journal_cases(Happening.FINDING_NOTED, cases, by, {})
    return cases


def note_case(*, finding_id: int, text: str, by: User) -> CaseNote:
    """Add a remark to one case; see `note_cases`."""
    (finding,) = note_cases(finding_ids=[finding_id], text=text, by=by)
    return finding.notes.latest("id")


def _write_notes(cases: Sequence[Finding], text: str, by: User) -> None:
    now = timezone.now()
    CaseNote.objects.bulk_create(
        [CaseNote(finding=finding, at=now, by=by, text=text) for finding in cases], batch_size=BATCH
    )


def journal_cases(
    happening: Happening, cases: Sequence[Finding], by: User | None, facts: Mapping[int, Mapping[str, str]]
) -> None:
    """Write a journal line for each case (`facts` by its number) and follow it up, in the caller's transaction."""
    journal.write_many(
        happening,
        [
            journal.Entry(
                "finding",
                str(finding.id),
                finding.district_id,
                {"kind": finding.kind, "subjects": finding.subjects_key, **facts.get(finding.id, {})},
            )
            for finding in cases
        ],
        by=by,
    )
    for district_code in sorted({finding.district_id for finding in cases}):
        follow_up(happening, district_code=district_code)
