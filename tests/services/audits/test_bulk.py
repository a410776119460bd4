"""Many cases in one act, and two people at the same case."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gis.models import AcceptedException, CaseNote, Finding, JournalLine
from gis.policy import NotYours
from gis.services.audits import cases, exceptions
from gis.services.audits.refusals import AuditError, StaleFinding, UnknownFinding, WrongException, WrongMove
from gis.terms import CaseState, Happening
from tests.services.audits import world
from tests.services.audits.many import make_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def some():
    """Twelve cases: of each four two are found, one triaged, one verified."""
    make_many(12)
    return list(Finding.objects.order_by("id"))


def found(some):
    return [case for case in some if case.state == CaseState.FOUND]


def versions(some):
    return {case.id: case.version for case in some}


def in_a_month():
    return timezone.localdate() + timedelta(days=30)


def test_many_are_triaged_with_a_note_and_a_journal_line_each(some):
    ids = [case.id for case in found(some)]
    moved = cases.triage(finding_ids=ids, by=world.officer(), text="批量核对", versions=versions(some))
    assert {case.id for case in moved} == set(ids)
    assert set(Finding.objects.filter(id__in=ids).values_list("state", flat=True)) == {CaseState.TRIAGED}
    assert CaseNote.objects.filter(text="批量核对", to_state=CaseState.TRIAGED).count() == len(ids)
    lines = JournalLine.objects.filter(happening=Happening.FINDING_MOVED)
    assert {line.subject_code for line in lines} == set(map(str, ids))
    assert lines[0].summary["before"] == CaseState.FOUND


def test_one_that_cannot_move_stops_all_and_is_named(some):
    wrong = [case for case in some if case.state == CaseState.TRIAGED]
    ids = [case.id for case in found(some) + wrong]
    with pytest.raises(
        WrongMove, match=f"问题 {wrong[0].id} 现为“已研判”.*另有 2 项也是如此，所选问题都没有改动"
    ) as refusal:
        cases.triage(finding_ids=ids, by=world.officer())
    assert refusal.value.rule == "case.wrong_move"
    assert refusal.value.finding_ids == tuple(case.id for case in wrong)
    assert not CaseNote.objects.exists()
    assert not JournalLine.objects.exists()
    assert Finding.objects.filter(state=CaseState.FOUND).count() == len(found(some))


def test_many_are_accepted_as_exceptions_or_none(some):
    ids, by = [case.id for case in found(some)], world.approver()
    with pytest.raises(WrongMove, match="不能改为“例外”"):
        exceptions.accept_exceptions(
            finding_ids=[case.id for case in some], reason="整体拆迁", expires_on=in_a_month(), by=by
        )
    assert not AcceptedException.objects.exists()
    with pytest.raises(WrongException) as refusal:
        exceptions.accept_exceptions(finding_ids=ids, reason="整体拆迁", expires_on=timezone.localdate(), by=by)
    assert refusal.value.rule == "exception.expiry"
    accepted = exceptions.accept_exceptions(finding_ids=ids, reason=" 整体拆迁 ", expires_on=in_a_month(), by=by)
    assert {one.reason for one in accepted} == {"整体拆迁"}
    assert Finding.objects.filter(state=CaseState.EXCEPTED).count() == len(ids)
    assert JournalLine.objects.filter(happening=Happening.EXCEPTION_ACCEPTED).count() == len(ids)


def test_many_are_given_away_only_where_the_colleague_may_work(some):
    by, west = world.officer(), world.officer("west", world.WEST)
    ids = [case.id for case in some]
    with pytest.raises(AuditError, match="不能指派给 west") as refusal:
        cases.assign_cases(finding_ids=ids, to=west, by=by)
    assert refusal.value.finding_ids == tuple(case.id for case in some if case.community_code == world.EAST)
    assert not Finding.objects.exclude(assigned_to=None).exists()
    own = [case.id for case in some if case.community_code == world.WEST]
    cases.assign_cases(finding_ids=own, to=west, by=by)
    assert Finding.objects.filter(assigned_to=west).count() == len(own)
    assert CaseNote.objects.filter(text="指派给：west").count() == len(own)


def test_many_are_noted_at_once(some):
    ids = [case.id for case in some]
    cases.note_cases(finding_ids=ids, text="周五现场会", by=world.officer())
    assert CaseNote.objects.filter(text="周五现场会").count() == len(some)


def test_a_case_of_another_territory_stops_all(some):
    with pytest.raises(NotYours):
        cases.triage(finding_ids=[case.id for case in found(some)], by=world.officer("east", world.EAST))
    assert not CaseNote.objects.exists()


@pytest.mark.parametrize(("ids", "rule"), [([], "finding.none"), (range(20_001), "finding.too_many")])
def test_none_and_too_many_are_refused(some, ids, rule):
    with pytest.raises(AuditError) as refusal:
        cases.triage(finding_ids=list(ids), by=world.officer())
    assert refusal.value.rule == rule


def test_unknown_cases_are_all_told(some):
    with pytest.raises(UnknownFinding) as refusal:
        cases.note_cases(finding_ids=[some[0].id, 10**9, 10**9 + 1], text="x", by=world.officer())
    assert refusal.value.finding_ids == (10**9, 10**9 + 1)


def test_who_comes_second_is_told_what_changed(some):
    case = found(some)[0]
    seen = case.version
    cases.triage(finding_ids=[case.id], by=world.officer("wang"))
    for act in (
        lambda by: cases.move_case(finding_id=case.id, to=CaseState.PROPOSED, by=by, version=seen),
        lambda by: cases.assign_cases(finding_ids=[case.id], to=by, by=by, versions={case.id: seen}),
    ):
        with pytest.raises(
            StaleFinding, match=r"^“小区.+”的问题（编号 \d+）已被wang在 .*现为“已研判”，负责人无；您看到的是“已发现”"
        ) as refusal:
            act(world.officer(f"li{Finding.objects.count()}{JournalLine.objects.count()}{act.__code__.co_firstlineno}"))
        assert (refusal.value.rule, refusal.value.finding_ids) == ("finding.stale", (case.id,))
    with pytest.raises(StaleFinding):
        exceptions.accept_exception(
            finding_id=case.id, reason="x", expires_on=in_a_month(), by=world.approver(), version=seen
        )
    case.refresh_from_db()
    assert (case.state, case.assigned_to) == (CaseState.TRIAGED, None)


def test_a_second_owner_is_told_of_the_first(some):
    case, wang, li = found(some)[0], world.officer("wang"), world.officer("li")
    cases.assign_cases(finding_ids=[case.id], to=wang, by=wang, versions=versions(some))
    with pytest.raises(StaleFinding, match="负责人wang"):
        cases.assign_cases(finding_ids=[case.id], to=li, by=li, versions=versions(some))


@pytest.mark.parametrize("said", ["nonsense", "found-1-0", "-", "found"])
def test_a_version_that_is_none_is_stale(some, said):
    with pytest.raises(StaleFinding):
        cases.move_case(finding_id=found(some)[0].id, to=CaseState.TRIAGED, by=world.officer(), version=said)


def test_an_exception_that_somebody_ended_is_not_ended_twice(some):
    case, by = found(some)[0], world.approver()
    exceptions.accept_exception(finding_id=case.id, reason="x", expires_on=in_a_month(), by=by)
    case.refresh_from_db()
    seen = case.version
    exceptions.end_exception(finding_id=case.id, reason="复工", by=by, version=seen)
    with pytest.raises(StaleFinding, match=re.escape("您看到的是“例外”")):
        exceptions.end_exception(finding_id=case.id, reason="复工", by=by, version=seen)


def test_ten_thousand_are_changed_with_few_statements():
    make_many()
    by = world.officer()
    waiting = Finding.objects.filter(state=CaseState.FOUND).defer("place")
    seen = versions(waiting)
    with CaptureQueriesContext(connection) as asked:
        cases.triage(finding_ids=list(seen), by=by, versions=seen)
    assert len(seen) == 5000
    assert len(asked) < 30
    assert JournalLine.objects.count() == 5000
