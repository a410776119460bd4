"""What pages ask of audits."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from gis.models import CompoundBoundary, Finding, Grid
from gis.selectors import audits
from gis.services.audits.cases import assign_cases, note_case, triage
from gis.services.audits.exceptions import accept_exception
from gis.services.audits.runs import run_audit
from gis.terms import CaseState, Change, Clarity, FindingKind, Novelty, RunState
from tests.services.audits import world

pytestmark = pytest.mark.django_db

CODE = world.DISTRICT
CROSSED = FindingKind.COMPOUND_CROSSED


def audit():
    return run_audit(district_code=CODE, by=None)


@pytest.fixture
def audited():
    """Three crossed compounds, the widest X3, and a grid with too many households."""
    world.make_district()
    world.add_compound("X1", world.crossed_outline(0, 0, depth_m=30), name="金家岭花园")
    world.add_compound("X2", world.crossed_outline(0, 1, depth_m=40), name="滨海花园")
    world.add_compound("X3", world.crossed_outline(2, 0, depth_m=50), community=world.EAST, name="山东头")
    world.add_building("BIG", world.cell(3, 1).centroid, 400)
    return audit()


def codes(page):
    return [row.subjects[0] for row in page.rows]


def of(**filters):
    return audits.findings(district_code=CODE, **filters)


def test_before_the_first_run_there_is_nothing():
    world.make_district()
    assert audits.latest_run(district_code=CODE) is None
    assert audits.figures(district_code=CODE).run is None
    assert of().total == 0
    assert audits.trend(district_code=CODE) == []
    assert audits.finding(finding_id=1) is None


def test_the_widest_comes_first(audited):
    assert codes(of(kinds=[CROSSED])) == ["X3", "X2", "X1"]
    row = of(kinds=[CROSSED]).rows[0]
    assert row.names == ("山东头", "网格001", "网格002")
    assert (row.community_code, row.community_name) == (world.EAST, "社区2")
    assert (row.novelty, row.state, row.clarity) == (Novelty.NEW, CaseState.FOUND, Clarity.CLEAR)


def test_households_can_come_first(audited):
    assert of(order="households").rows[0].households == 600
    assert of(order="place", kinds=[CROSSED]).rows[-1].subjects[0] == "X3"


def test_the_table_is_filtered(audited):
    officer = world.officer()
    triage(finding_ids=[of(kinds=[CROSSED]).rows[0].id], by=officer)
    assert codes(of(states=[CaseState.TRIAGED])) == ["X3"]
    assert codes(of(within=[world.WEST])) == ["X2", "X1"]
    assert of(within=[world.STREET]).total == 4
    assert of(within=[world.EAST, world.WEST]).total == 4
    assert {row.kind for row in of(clarities=[Clarity.DOUBTFUL]).rows} == set()
    assert codes(of(search="金家")) == ["X1"]
    assert codes(of(search="X2")) == ["X2"]
    assert codes(of(search="jinjia")) == codes(of(search="金jia")) == codes(of(search="jj")) == ["X1"]
    assert of(search="社区2").total == 2
    assert of(search="没有").total == 0


def test_pages_neither_repeat_nor_skip(audited):
    pages = [of(offset=start, limit=2) for start in (0, 2)]
    assert [page.total for page in pages] == [4, 4]
    assert len({row.id for page in pages for row in page.rows}) == 4


def test_verified_cases_leave_the_table_unless_asked_for(audited):
    world.replace(CompoundBoundary, "X3", world.inside_outline(2, 0), at=timezone.now())
    audit()
    assert "X3" not in codes(of())
    assert codes(of(states=[CaseState.VERIFIED])) == ["X3"]


def test_a_run_is_compared_with_the_one_before(audited):
    world.replace(CompoundBoundary, "X3", world.inside_outline(2, 0), at=timezone.now())
    world.add_compound("X4", world.crossed_outline(2, 1, depth_m=50), community=world.EAST)
    run = audit()
    compared = audits.comparison(run_id=run.id)
    assert {word: len(rows) for word, rows in compared.items()} == {
        Novelty.NEW: 1,
        Novelty.KNOWN: 3,
        Novelty.RESOLVED: 1,
    }
    assert compared[Novelty.RESOLVED][0].subjects[0] == "X3"
    assert (run.new, run.known, run.resolved) == (1, 3, 1)


def test_the_trend_tells_how_many_stood_after_each_run(audited):
    world.replace(CompoundBoundary, "X3", world.inside_outline(2, 0), at=timezone.now())
    audit()
    points = audits.trend(district_code=CODE)
    assert [(point.clear, point.doubtful) for point in points] == [(3, 0), (2, 0)]
    assert points[0].run_id == audited.id
    assert len(audits.trend(district_code=CODE, limit=1)) == 1
    assert audits.trend(district_code=CODE, kind=FindingKind.TOO_LARGE)[0].clear == 1


def test_the_figures_of_the_first_page(audited):
    case = Finding.objects.get(subjects_key="X1")
    today = timezone.localdate()
    accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=today + timedelta(days=9), by=world.approver())
    figures = audits.figures(district_code=CODE)
    assert figures.run is not None
    assert figures.run.state is RunState.DONE
    assert figures.compounds == {"crossed": 3}
    assert figures.grids == {"nested": 8}
    assert figures.standing[CROSSED] == {Clarity.CLEAR: 3}
    assert figures.cases == {CaseState.FOUND: 3, CaseState.EXCEPTED: 1}
    assert figures.exceptions_ending_soon == 1


def test_one_case_with_its_life(audited):
    officer = world.officer()
    case = Finding.objects.get(subjects_key="X1")
    triage(finding_ids=[case.id], by=officer, text="现场看过")
    assign_cases(finding_ids=[case.id], to=officer, by=officer)
    note_case(finding_id=case.id, text="等街道意见", by=officer)
    until = timezone.localdate() + timedelta(days=9)
    accept_exception(finding_id=case.id, reason="正在拆迁", expires_on=until, by=world.approver())
    audit()
    detail = audits.finding(finding_id=case.id)
    assert detail is not None
    assert [note.to_state for note in detail.notes] == [CaseState.TRIAGED, None, None, CaseState.EXCEPTED]
    assert detail.notes[0].text == "现场看过"
    assert [novelty for _at, novelty, *_rest in detail.sightings] == [Novelty.NEW, Novelty.KNOWN]
    assert (detail.row.exception_expires_on, detail.row.assigned_to) == (until, "officer")
    assert json.loads(detail.place)["type"] == "MultiPolygon"
    assert json.loads(detail.cut or "")["type"] == "MultiLineString"
    assert [piece.grid for piece in detail.pieces] == [world.WEST + "001", world.WEST + "002"]
    assert sum(piece.share for piece in detail.pieces) == pytest.approx(1)


def test_runs_are_listed_newest_first_with_the_failed(audited, monkeypatch):
    monkeypatch.setattr("gis.services.audits.runs.verdicts.count", lambda _code: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        audit()
    listed = audits.runs(district_code=CODE)
    assert [run.state for run in listed] == [RunState.FAILED, RunState.DONE]
    assert "ZeroDivisionError" in listed[0].reason
    latest = audits.latest_run(district_code=CODE)
    assert latest is not None
    assert latest.id == audited.id


def test_new_and_resolved_since_the_last_run():
    world.make_district()
    compound = world.add_compound("X1", world.crossed_outline(0, 0), name="金家岭花园")
    assert audits.change_counts(district_code=CODE) == {}
    assert of(changes=[Change.NEW]).total == 0
    audit()
    assert [row.names[0] for row in of(changes=[Change.NEW]).rows] == ["金家岭花园"]
    world.replace(CompoundBoundary, compound.code, world.inside_outline(), at=timezone.now())
    audit()
    assert of().total == 0
    assert [row.state for row in of(changes=[Change.RESOLVED]).rows] == [CaseState.VERIFIED]
    assert audits.change_counts(district_code=CODE)[Change.RESOLVED] == 1
    assert audits.change_counts(district_code=CODE, states=[])[Change.RESOLVED] == 1


def test_one_grid_is_a_place_too():
    world.make_district()
    world.add_compound("X1", world.crossed_outline(0, 0))
    audit()
    assert of(place=world.WEST + "001").total == 1
    assert of(place=world.WEST + "003").total == 0
    assert of(search=Grid.objects.get(code=world.WEST + "002").name).total == 1
