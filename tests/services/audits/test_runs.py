"""Whole audits in the database: findings as cases, comparison with the run before, failures that leave nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gis.models import (
    AuditRun,
    CaseNote,
    CompoundBoundary,
    DistrictRules,
    Finding,
    GridBoundary,
    JournalLine,
    RawPiece,
    Sighting,
    Verdict,
)
from gis.policy import NotYours
from gis.selectors import audits
from gis.services.audits import judging
from gis.services.audits.cases import triage
from gis.services.audits.exceptions import accept_exception
from gis.services.audits.refusals import AuditRunning, NothingToAudit, WrongMoment
from gis.services.audits.runs import close_broken_runs, run_audit
from gis.terms import CaseState, Clarity, FindingKind, Happening, LayerKind, Novelty, RunKind, RunState
from tests.services.audits import world

pytestmark = pytest.mark.django_db

CROSSED = FindingKind.COMPOUND_CROSSED


@pytest.fixture
def district():
    district = world.make_district()
    world.add_compound("IN", world.inside_outline(1, 1))
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    return district


def audit(**kwargs):
    return run_audit(district_code=world.DISTRICT, by=None, **kwargs)


def case_of(code, kind=CROSSED):
    return Finding.objects.get(kind=kind, subjects_key=code)


def mend(code, *, column=0, row=0):
    """Move a compound wholly into a cell."""
    world.replace(CompoundBoundary, code, world.inside_outline(column, row), at=timezone.now())


def test_a_crossed_compound_becomes_a_case_with_its_evidence(district):
    run = audit(cause="试一试")
    assert (run.state, run.kind, run.new, run.known, run.resolved) == (RunState.DONE, RunKind.FULL, 1, 0, 0)
    assert run.standing == {CROSSED: {Clarity.CLEAR: 1}}
    assert run.totals == {"compounds": {"crossed": 1, "inside": 1}, "grids": {"nested": 8}}
    case = case_of("X1")
    assert (case.state, case.clarity, case.community_code) == (CaseState.FOUND, Clarity.CLEAR, world.WEST)
    assert case.subjects == ["X1", world.WEST + "001", world.WEST + "002"]
    assert case.width_m == pytest.approx(50, rel=0.05)
    assert case.evidence["share"] == pytest.approx(50 / 120, abs=0.001)
    assert case.cut.srid == 4490
    assert (case.first_seen_id, case.last_seen_id) == (run.id, run.id)
    assert Sighting.objects.get().novelty == Novelty.NEW


def test_raw_pieces_and_verdicts_are_kept(district):
    audit()
    pieces = audits.pieces_of(district_code=world.DISTRICT, compound_code="X1")
    assert [round(piece.share, 2) for piece in pieces] == [0.58, 0.42]
    assert all(piece.material for piece in pieces)
    assert RawPiece.objects.count() == 3
    assert Verdict.objects.get(layer=LayerKind.COMPOUND, code="IN").state == "inside"
    assert Verdict.objects.filter(layer=LayerKind.GRID, households=200).count() == 8
    audit()
    assert (RawPiece.objects.count(), Verdict.objects.count()) == (3, 10)


def test_the_same_again_is_known(district):
    audit()
    run = audit()
    assert (run.new, run.known, run.resolved) == (0, 1, 0)
    case = case_of("X1")
    assert case.last_seen_id == run.id != case.first_seen_id
    assert not CaseNote.objects.exists()


def test_a_case_that_is_as_it_was_is_not_written_again(district):
    audit()
    before = case_of("X1")
    with CaptureQueriesContext(connection) as queries:
        audit()
    assert not [query for query in queries if 'INSERT INTO "gridwork_finding"' in query["sql"]]
    world.replace(CompoundBoundary, "X1", world.crossed_outline(depth_m=60), at=timezone.now())
    audit()
    after = case_of("X1")
    assert (before.id, round(after.width_m)) == (after.id, 60)


def test_what_is_no_longer_found_is_verified_and_may_come_back(district):
    audit()
    triage(finding_ids=[case_of("X1").id], by=world.officer())
    mend("X1")
    run = audit()
    assert (run.new, run.known, run.resolved) == (0, 0, 1)
    assert run.standing == {}
    case = case_of("X1")
    assert case.state == CaseState.VERIFIED
    assert [(note.from_state, note.to_state) for note in case.notes.all()][-1] == ("triaged", "verified")
    assert audits.findings(district_code=world.DISTRICT).total == 0
    assert audit().resolved == 0

    world.replace(CompoundBoundary, "X1", world.crossed_outline(depth_m=80), at=timezone.now())
    run = audit()
    assert (run.new, run.known, run.resolved) == (1, 0, 0)
    assert case_of("X1").state == CaseState.FOUND
    assert case_of("X1").id == case.id


def test_a_case_said_to_be_settled_opens_again_when_the_audit_still_finds_it(district):
    audit()
    Finding.objects.update(state=CaseState.IN_FORCE)
    assert audit().known == 1
    case = case_of("X1")
    assert case.state == CaseState.FOUND
    assert "仍然发现" in case.notes.get().text


def test_an_exception_stands_through_audits_until_its_day(district):
    audit()
    approver, until = world.approver(), timezone.localdate() + timedelta(days=10)
    accepted = accept_exception(finding_id=case_of("X1").id, reason="正在拆迁", expires_on=until, by=approver)
    assert audit().known == 1
    assert case_of("X1").state == CaseState.EXCEPTED
    accepted.accepted_on, accepted.expires_on = until - timedelta(days=20), timezone.localdate()
    accepted.save()
    audit()
    assert case_of("X1").state == CaseState.FOUND
    accepted.refresh_from_db()
    assert accepted.ended_at is not None


def test_an_exception_ends_when_the_conflict_goes(district):
    audit()
    until = timezone.localdate() + timedelta(days=10)
    accepted = accept_exception(finding_id=case_of("X1").id, reason="正在拆迁", expires_on=until, by=world.approver())
    mend("X1")
    audit()
    accepted.refresh_from_db()
    assert accepted.end_reason == "问题已消除"
    assert case_of("X1").state == CaseState.VERIFIED


def test_a_gap_between_grids_is_one_case_however_it_changes(district):
    world.replace(GridBoundary, world.EAST + "002", world.cell(3, 0).buffer(-20, join_style="mitre"), at=timezone.now())
    audit()
    gap = Finding.objects.get(kind=FindingKind.GAP)
    world.replace(GridBoundary, world.EAST + "002", world.cell(3, 0).buffer(-15, join_style="mitre"), at=timezone.now())
    audit()
    assert Finding.objects.get(kind=FindingKind.GAP).id == gap.id
    world.replace(GridBoundary, world.EAST + "002", world.cell(3, 0), at=timezone.now())
    audit()
    assert Finding.objects.get(kind=FindingKind.GAP).state == CaseState.VERIFIED


def test_only_who_may_run_audits_there_does(district):
    with pytest.raises(NotYours):
        run_audit(district_code=world.DISTRICT, by=world.officer("west", world.WEST))
    assert run_audit(district_code=world.DISTRICT, by=world.officer()).by == "officer"
    line = JournalLine.objects.get(happening=Happening.AUDIT_FINISHED)
    assert (line.by_name, line.summary["new"]) == ("officer", 1)


def test_a_district_without_layers_is_refused_and_leaves_no_run():
    world.make_district()
    with pytest.raises(NothingToAudit, match="还没有生效的小区边界"):
        audit()
    assert not AuditRun.objects.exists()


def test_the_past_and_the_future_are_not_audited(district):
    first = audit()
    with pytest.raises(WrongMoment, match="不在上一次检查"):
        audit(at=first.as_of - timedelta(seconds=1))
    with pytest.raises(WrongMoment):
        audit(at=timezone.now() + timedelta(days=1))


def test_an_audit_judges_the_moment_asked_for(district):
    before = timezone.now() - timedelta(minutes=1)
    mend("X1")
    assert audit(at=before).new == 1
    assert audit().resolved == 1


def test_the_district_s_own_rules_decide_and_are_kept(district):
    DistrictRules.objects.create(district=district, noise_factor=60, clear_factor=90)
    run = audit()
    assert run.standing == {}
    assert (run.rules["noise_factor"], run.rules["frame"]) == (60, "EPSG:4549")


@pytest.mark.parametrize("error", [RuntimeError("内存不足"), KeyboardInterrupt()])
def test_a_failed_run_says_why_and_writes_nothing(district, monkeypatch, error):
    audit()
    mend("X1")

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("gis.services.audits.runs.verdicts.store", fail)
    with pytest.raises(type(error)):
        audit()
    failed = AuditRun.objects.get(state=RunState.FAILED)
    assert type(error).__name__ in failed.reason
    assert case_of("X1").state == CaseState.FOUND
    assert Sighting.objects.count() == 1
    assert JournalLine.objects.filter(happening=Happening.AUDIT_FAILED).count() == 1
    monkeypatch.undo()
    assert audit().resolved == 1


def test_a_refusal_of_the_kernel_is_the_reason(district, monkeypatch):
    def refuse(*_args):
        raise NothingToAudit("没有可以检查的图层")

    monkeypatch.setattr(judging, "judge", refuse)
    with pytest.raises(NothingToAudit):
        audit()
    assert AuditRun.objects.get().reason == "没有可以检查的图层"


def test_a_run_whose_process_died_is_closed_by_the_next_start(district):
    now = timezone.now()
    broken = AuditRun.objects.create(district=district, kind=RunKind.FULL, as_of=now, started_at=now)
    audit()
    broken.refresh_from_db()
    assert broken.state == RunState.FAILED
    assert "进程中断" in broken.reason


def test_a_run_whose_process_died_is_closed_by_the_clock(district):
    now = timezone.now()
    common = {"district": district, "kind": RunKind.FULL, "as_of": now}
    young = AuditRun.objects.create(**common, started_at=now)
    assert close_broken_runs() == 0
    AuditRun.objects.filter(id=young.id).update(started_at=now - timedelta(minutes=2))
    assert close_broken_runs() == 1
    assert AuditRun.objects.get().state == RunState.FAILED


def test_a_run_that_was_declared_broken_gives_way(district, monkeypatch):
    from gis.services.audits import runs

    begin = runs._begin

    def begin_and_lose(*args):
        run = begin(*args)
        AuditRun.objects.filter(id=run.id).update(state=RunState.FAILED, finished_at=timezone.now(), reason="进程中断")
        return run

    monkeypatch.setattr(runs, "_begin", begin_and_lose)
    with pytest.raises(AuditRunning):
        audit()
    assert AuditRun.objects.get().reason == "进程中断"
    assert not Finding.objects.exists()
