"""What people do to cases: moves, assignments, remarks, exceptions."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gis.models import AcceptedException, AuditRun, CaseNote, District, Finding, JournalLine
from gis.policy import NotYours
from gis.services.audits.cases import assign_cases, move_case, move_cases, note_case, triage
from gis.services.audits.exceptions import accept_exception, end_exception, expire_exceptions
from gis.services.audits.refusals import AuditError, UnknownFinding, WrongException, WrongMove
from gis.terms import CASE_MOVES, CaseState, Clarity, FindingKind, Happening, Novelty, RunKind, RunState
from tests.services.audits import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return District.objects.create(code=world.DISTRICT, name="海滨区", established_on=world.ESTABLISHED)


@pytest.fixture
def run(district):
    now = timezone.now()
    return AuditRun.objects.create(
        district=district, kind=RunKind.FULL, state=RunState.DONE, as_of=now, started_at=now, finished_at=now
    )


def make_case(run, *, state=CaseState.FOUND, subject="X1", community=world.WEST):
    return Finding.objects.create(
        district=run.district,
        kind=FindingKind.COMPOUND_CROSSED,
        subjects_key=subject,
        subjects=[subject],
        community_code=community,
        state=state,
        clarity=Clarity.CLEAR,
        place=world.stored(world.inside_outline()),
        first_seen=run,
        last_seen=run,
        opened_at=run.as_of,
        moved_at=run.as_of,
    )


def in_a_month():
    return timezone.localdate() + timedelta(days=30)


@pytest.mark.parametrize("start", list(CaseState))
@pytest.mark.parametrize("to", list(CaseState))
def test_a_case_makes_only_the_moves_of_the_table(run, start, to):
    case = make_case(run, state=start)
    by_hand = to not in (CaseState.EXCEPTED, CaseState.VERIFIED) and start is not CaseState.EXCEPTED
    if by_hand and to in CASE_MOVES[start]:
        assert move_case(finding_id=case.id, to=to, by=world.officer()).state == to
        note = case.notes.get()
        assert (note.from_state, note.to_state) == (start, to)
        line = JournalLine.objects.get(happening=Happening.FINDING_MOVED)
        assert (line.subject_code, line.summary["after"]) == (str(case.id), to)
    else:
        with pytest.raises(WrongMove):
            move_case(finding_id=case.id, to=to, by=world.officer())
        case.refresh_from_db()
        assert case.state == start
        assert not CaseNote.objects.exists()


def test_a_wrong_move_is_named(run):
    case = make_case(run)
    with pytest.raises(WrongMove, match=f"问题 {case.id} 现为“已发现”，不能改为“已生效”；可改为：已研判、已核验、例外"):
        move_case(finding_id=case.id, to=CaseState.IN_FORCE, by=world.officer())


def test_cases_move_together_or_not_at_all(run):
    good, bad = make_case(run), make_case(run, subject="X2", state=CaseState.IN_FORCE)
    with pytest.raises(WrongMove):
        triage(finding_ids=[good.id, bad.id], by=world.officer())
    good.refresh_from_db()
    assert good.state == CaseState.FOUND
    assert not JournalLine.objects.exists()


def test_an_unknown_case_is_named(run):
    with pytest.raises(UnknownFinding, match="没有编号为 77 的问题"):
        move_cases(finding_ids=[make_case(run).id, 77], to=CaseState.TRIAGED, by=world.officer())


def test_only_an_officer_of_the_territory_moves_a_case(run):
    case = make_case(run, community=world.EAST)
    with pytest.raises(NotYours):
        triage(finding_ids=[case.id], by=world.officer("west", world.WEST))
    with pytest.raises(NotYours):
        triage(finding_ids=[case.id], by=world.approver())
    assert triage(finding_ids=[case.id], by=world.officer("east", world.EAST))[0].state == CaseState.TRIAGED


def test_a_case_is_given_to_someone_who_may_work_on_it(run):
    case, by = make_case(run), world.officer()
    with pytest.raises(AuditError, match="不能指派") as refusal:
        assign_cases(finding_ids=[case.id], to=world.approver(), by=by)
    assert refusal.value.rule == "case.assignee"
    colleague = world.officer("colleague", world.WEST)
    assert assign_cases(finding_ids=[case.id], to=colleague, by=by)[0].assigned_to == colleague
    assert assign_cases(finding_ids=[case.id], to=None, by=by)[0].assigned_to is None
    assert case.notes.count() == 2


def test_a_remark_says_something_and_stays_out_of_the_journal(run):
    case, by = make_case(run), world.officer()
    with pytest.raises(AuditError, match="备注不能为空"):
        note_case(finding_id=case.id, text=" \n", by=by)
    assert note_case(finding_id=case.id, text=" 现场看过 ", by=by).text == "现场看过"
    assert "现场看过" not in str(JournalLine.objects.get().summary)


def test_an_exception_needs_a_reason_and_a_later_day(run):
    case, by = make_case(run), world.approver()
    with pytest.raises(WrongException, match="写明") as refusal:
        accept_exception(finding_id=case.id, reason=" ", expires_on=in_a_month(), by=by)
    assert refusal.value.rule == "exception.reason"
    with pytest.raises(WrongException, match="到期日"):
        accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=timezone.localdate(), by=by)
    with pytest.raises(NotYours):
        accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=in_a_month(), by=world.officer())
    accepted = accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=in_a_month(), by=by)
    case.refresh_from_db()
    assert case.state == CaseState.EXCEPTED
    assert accepted.accepted_by == by


def test_an_exception_ends_with_a_reason_and_the_case_opens(run):
    case, by = make_case(run), world.approver()
    with pytest.raises(WrongException, match="没有生效中的例外"):
        end_exception(finding_id=case.id, reason="拆完了", by=by)
    accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=in_a_month(), by=by)
    with pytest.raises(WrongException, match="为什么终止"):
        end_exception(finding_id=case.id, reason="", by=by)
    assert end_exception(finding_id=case.id, reason="拆完了", by=by).state == CaseState.FOUND
    accept_exception(finding_id=case.id, reason="再来一次", expires_on=in_a_month(), by=by)
    assert AcceptedException.objects.filter(finding=case).count() == 2


def test_an_exception_lapses_on_its_day_and_not_before(run):
    case = make_case(run)
    accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=in_a_month(), by=world.approver())
    assert expire_exceptions(today=in_a_month() - timedelta(days=1)) == []
    assert expire_exceptions(today=in_a_month(), district_code="370211") == []
    assert [finding.id for finding in expire_exceptions(today=in_a_month())] == [case.id]
    case.refresh_from_db()
    assert case.state == CaseState.FOUND
    assert JournalLine.objects.filter(happening=Happening.EXCEPTION_ENDED, by=None).count() == 1
    assert expire_exceptions(today=in_a_month()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "solved"},
        {"kind": "ugly"},
        {"clarity": Clarity.NOISE},
        {"subjects": []},
        {"width_m": -1.0},
        {"ordinal": 0},
    ],
)
def test_postgresql_refuses_a_case_that_cannot_be(run, wrong):
    case = make_case(run)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(id=case.id).update(**wrong)


def test_postgresql_refuses_a_case_twice(run):
    make_case(run)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_case(run)


def test_postgresql_refuses_exceptions_that_cannot_be(run):
    case, by, today = make_case(run), world.approver(), date(2026, 5, 1)
    good = {"finding": case, "reason": "因为", "accepted_by": by, "accepted_on": today}
    for wrong in ({"expires_on": today}, {"expires_on": date(2027, 1, 1), "reason": " "}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AcceptedException.objects.create(**good | wrong)
    AcceptedException.objects.create(**good, expires_on=date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="exception_one_open"), transaction.atomic():
        AcceptedException.objects.create(**good, expires_on=date(2027, 1, 1))


def test_postgresql_refuses_two_runs_at_once_and_a_failure_without_a_reason(run):
    now = timezone.now()
    common = {"district": run.district, "kind": RunKind.FULL, "as_of": now, "started_at": now}
    AuditRun.objects.create(**common)
    with pytest.raises(IntegrityError, match="audit_run_one_at_a_time"), transaction.atomic():
        AuditRun.objects.create(**common)
    with pytest.raises(IntegrityError, match="audit_run_fails_with_a_reason"), transaction.atomic():
        AuditRun.objects.create(**common, state=RunState.FAILED, finished_at=now)
    with pytest.raises(IntegrityError, match="audit_run_ends_with_a_time"), transaction.atomic():
        AuditRun.objects.create(**common, state=RunState.DONE)


def test_a_note_says_something_and_a_sighting_stands_once(run):
    case = make_case(run)
    with pytest.raises(IntegrityError, match="case_note_says_something"), transaction.atomic():
        CaseNote.objects.create(finding=case, at=timezone.now(), text="  ")
    case.sightings.create(run=run, novelty=Novelty.NEW, clarity=Clarity.CLEAR)
    with pytest.raises(IntegrityError, match="sighting_once_a_run"), transaction.atomic():
        case.sightings.create(run=run, novelty=Novelty.KNOWN, clarity=Clarity.CLEAR)
