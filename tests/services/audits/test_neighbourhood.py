"""Audits of a neighbourhood say what a full audit would say, whatever was changed."""

from datetime import timedelta

import numpy as np
import pytest
import shapely
from django.utils import timezone
from shapely import Point, Polygon

from gis.geometry.changes import Changed
from gis.models import (
    AuditRun,
    CommunityBoundary,
    CompoundBoundary,
    DistrictRules,
    Finding,
    GridBoundary,
    ImportRecord,
    RawPiece,
    Verdict,
)
from gis.services.audits import judging
from gis.services.audits.runs import audit_import, audit_neighbourhood, run_audit
from gis.terms import CaseState, FindingKind, LayerKind, RunKind, RunState
from tests.services.audits import world

pytestmark = pytest.mark.django_db

LAYER_OF = {
    GridBoundary: LayerKind.GRID,
    CompoundBoundary: LayerKind.COMPOUND,
    CommunityBoundary: LayerKind.COMMUNITY,
}


@pytest.fixture
def district():
    district = world.make_district()
    for column in range(4):
        world.add_compound(
            f"IN{column}", world.inside_outline(column, 1), community=(world.WEST, world.EAST)[column // 2]
        )
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    world.add_compound("FAR", world.inside_outline(3, 0), community=world.WEST)
    run_audit(district_code=world.DISTRICT, by=None)
    return district


def redraw(model, code, shape):
    """Change a boundary from now on and return what an audit must know of it."""
    now = timezone.now()
    old = model.objects.get(place__code=code, in_force__endswith=None)
    world.replace(model, code, shape, at=now)
    drawn = np.full((2, 1), None, dtype=object)
    drawn[0, 0] = shapely.from_wkt(old.shape.wkt)
    if shape is not None:
        drawn[1, 0] = shapely.from_wkt(world.stored(shape).wkt)
    return Changed(LAYER_OF[model], np.array([code], dtype=object), *drawn)


def after(changed):
    return audit_neighbourhood(district_code=world.DISTRICT, changed=changed, by=None)


def standing():
    """Return what stands, in a form that two ways of auditing can be compared by."""
    findings = {
        (f.kind, f.subjects_key, tuple(f.subjects), f.clarity, f.community_code, str(sorted(f.evidence.items())))
        for f in Finding.objects.exclude(state=CaseState.VERIFIED)
    }
    verdicts = set(
        Verdict.objects.values_list("layer", "code", "state", "clarity", "width_m", "households", "home_code")
    )
    pieces = {
        (p.compound_code, p.grid_code, round(p.area_m2, 6), round(p.width_m, 2), p.households, p.material)
        for p in RawPiece.objects.all()
    }
    return findings, verdicts, pieces


def assert_same_as_full():
    incremental = standing()
    run = run_audit(district_code=world.DISTRICT, by=None)
    assert (run.new, run.resolved) == (0, 0)
    for ours, full in zip(incremental, standing(), strict=True):
        assert ours == full


def test_only_what_is_near_is_judged(district):
    run = after(redraw(CompoundBoundary, "X1", world.inside_outline(0, 0)))
    assert run.kind == RunKind.INCREMENTAL
    assert 0 < run.judged < 8
    assert run.resolved == 1
    assert_same_as_full()


def test_a_compound_that_goes_takes_its_cases_along(district):
    run = after(redraw(CompoundBoundary, "X1", None))
    assert run.resolved == 1
    assert not RawPiece.objects.filter(compound_code="X1").exists()
    assert_same_as_full()


def test_a_grid_that_goes_leaves_a_gap_and_uncovered_land(district):
    run = after(redraw(GridBoundary, world.WEST + "002", None))
    kinds = set(Finding.objects.exclude(state=CaseState.VERIFIED).values_list("kind", flat=True))
    assert {FindingKind.GAP, FindingKind.COMPOUND_UNCOVERED} <= kinds
    assert run.kind == RunKind.INCREMENTAL
    assert_same_as_full()


def test_a_gap_that_is_filled_is_settled(district):
    small = world.cell(1, 1).buffer(-20, join_style="mitre")
    after(redraw(GridBoundary, world.WEST + "004", small))
    gap = Finding.objects.get(kind=FindingKind.GAP)
    assert gap.state == CaseState.FOUND
    after(redraw(GridBoundary, world.WEST + "004", world.cell(1, 1)))
    gap.refresh_from_db()
    assert gap.state == CaseState.VERIFIED
    assert_same_as_full()


def test_two_gaps_that_grow_together_are_one(district):
    for code, place in ((world.WEST + "001", (0, 0)), (world.EAST + "001", (2, 0))):
        after(redraw(GridBoundary, code, world.cell(*place).buffer(-20, join_style="mitre")))
    assert Finding.objects.filter(kind=FindingKind.GAP, state=CaseState.FOUND).count() == 2
    after(redraw(GridBoundary, world.WEST + "002", None))
    assert Finding.objects.filter(kind=FindingKind.GAP, state=CaseState.FOUND).count() == 1
    assert_same_as_full()


def test_a_change_that_bears_on_every_verdict_is_a_full_audit(district):
    far = redraw(CompoundBoundary, "IN3", world.inside_outline(3, 0))
    DistrictRules.objects.create(district=district, noise_factor=60, clear_factor=90)
    run = after(far)
    assert run.kind == RunKind.FULL
    assert Finding.objects.get(subjects_key="X1", kind=FindingKind.COMPOUND_CROSSED).state == CaseState.VERIFIED


def test_a_coarser_boundary_bears_on_every_verdict(district):
    changed = redraw(CompoundBoundary, "IN3", world.inside_outline(3, 0))
    CompoundBoundary.objects.filter(place__code="IN3", in_force__endswith=None).update(accuracy_m=20)
    assert after(changed).kind == RunKind.FULL


def test_a_community_that_moves_is_judged_with_its_grids(district):
    west = Polygon([(0, 0), (500, 0), (500, 600), (0, 600)])
    after(redraw(CommunityBoundary, world.WEST, west))
    kinds = set(Finding.objects.exclude(state=CaseState.VERIFIED).values_list("kind", flat=True))
    assert FindingKind.GRID_OUTSIDE in kinds
    assert_same_as_full()


def test_a_compound_recorded_far_away_keeps_its_far_office(district):
    DistrictRules.objects.create(district=district, far_from_office_m=500)
    run_audit(district_code=world.DISTRICT, by=None)
    far = Finding.objects.get(kind=FindingKind.FAR_FROM_OFFICE)
    assert far.subjects == ["FAR", world.WEST]
    after(redraw(CompoundBoundary, "FAR", world.inside_outline(3, 1)))
    far.refresh_from_db()
    assert far.state == CaseState.FOUND
    assert_same_as_full()


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_end_where_a_full_audit_ends(district, seed):
    random = np.random.default_rng(seed)
    for _edit in range(6):
        after(_random_edit(random))
    assert_same_as_full()


def _random_edit(random):
    """Move a compound, shrink or restore a grid, or end a grid or compound that is there."""
    drawn = int(random.integers(4))
    if drawn < 2:
        codes = sorted(CompoundBoundary.objects.filter(in_force__endswith=None).values_list("place__code", flat=True))
        code = str(random.choice(codes))
        column, row = int(random.integers(4)), int(random.integers(2))
        outline = world.crossed_outline if drawn else world.inside_outline
        if len(codes) > 3 and random.random() < 0.15:
            return redraw(CompoundBoundary, code, None)
        return redraw(CompoundBoundary, code, outline(column, row))
    codes = sorted(GridBoundary.objects.filter(in_force__endswith=None).values_list("place__code", flat=True))
    code = str(random.choice(codes))
    if drawn == 2 and len(codes) > 5:
        return redraw(GridBoundary, code, None)
    inset = float(random.choice([0, 8, 20, 40]))
    return redraw(GridBoundary, code, world.cell(*world.GRIDS[code]).buffer(-inset, join_style="mitre"))


def import_of(kind, *, counts=None, at=None):
    return ImportRecord.objects.create(
        kind=kind,
        file_name="改动.gpkg",
        sha256="0" * 64,
        district_code=world.DISTRICT,
        by_name="officer",
        crs="EPSG:4490",
        accuracy_m=1.0,
        counts=counts or {"changed": 1, "redrawn": 1},
        in_force_from=at or timezone.now(),
    )


def test_after_an_import_what_it_drew_and_ended_is_judged(district):
    now = timezone.now()
    record = import_of("compound", at=now)
    world.replace(CompoundBoundary, "X1", world.inside_outline(0, 0), at=now)
    CompoundBoundary.objects.filter(place__code="X1", in_force__endswith=None).update(made_by=record)
    run = audit_import(district_code=world.DISTRICT, import_id=record.id)
    assert (run.kind, run.resolved) == (RunKind.INCREMENTAL, 1)
    assert run.cause == f"导入 改动.gpkg（{record.id}）"
    assert_same_as_full()


def test_an_import_that_leaves_no_trace_is_followed_by_a_full_audit(district):
    world.add_building("NEW", Point(150, 150), 500)
    run = audit_import(district_code=world.DISTRICT, import_id=import_of("building").id)
    assert (run.kind, run.new) == (RunKind.FULL, 1)
    only_names = import_of("compound", counts={"changed": 2, "redrawn": 1})
    assert audit_import(district_code=world.DISTRICT, import_id=only_names.id).kind == RunKind.FULL


def test_an_import_that_a_full_audit_has_seen_needs_none_of_its_own(district):
    record = import_of("grid")
    seen = run_audit(district_code=world.DISTRICT, by=None)
    assert audit_import(district_code=world.DISTRICT, import_id=record.id).id == seen.id
    later = import_of("grid", at=timezone.now() + timedelta(seconds=30))
    run_audit(district_code=world.DISTRICT, by=None)
    assert audit_import(district_code=world.DISTRICT, import_id=later.id).as_of == later.in_force_from


def test_a_layer_imported_anew_is_judged_as_a_whole(district):
    one = redraw(CompoundBoundary, "X1", world.inside_outline(0, 0))
    codes = np.array(["X1", "FAR", "IN1"], dtype=object)
    shapes = np.repeat(one.after, 3)
    assert after(Changed(one.kind, codes, shapes, shapes)).kind == RunKind.FULL


def test_the_first_audit_is_a_full_one():
    world.make_district()
    world.add_compound("X1", world.crossed_outline())
    record = import_of("compound")
    CompoundBoundary.objects.update(made_by=record)
    run = audit_import(district_code=world.DISTRICT, import_id=record.id)
    assert (run.kind, run.new) == (RunKind.FULL, 1)
    assert AuditRun.objects.count() == 1


def test_an_import_in_force_later_is_judged_as_of_then(district):
    later = timezone.now() + timedelta(seconds=30)
    record = import_of("compound", at=later)
    world.replace(CompoundBoundary, "X1", world.inside_outline(0, 0), at=later)
    CompoundBoundary.objects.filter(place__code="X1", in_force__endswith=None).update(made_by=record)
    run = audit_import(district_code=world.DISTRICT, import_id=record.id)
    assert run.as_of == later
    assert run.resolved == 1


def test_a_change_costs_a_handful_of_statements_and_one_transaction(district, django_assert_max_num_queries):
    """Besides those counted here some go by a plan at hand: grounds, shapes drawn since, verdicts, pieces, counts."""
    change = redraw(CompoundBoundary, "X1", world.inside_outline(0, 0))
    with django_assert_max_num_queries(13) as queries:
        after(change)
    begun = [query["sql"] for query in queries.captured_queries if query["sql"].startswith(("BEGIN", "SAVEPOINT"))]
    assert len(begun) <= 1


def test_a_change_beside_a_home_on_a_line_is_judged_where_it_is(district):
    world.add_building("SEAM", Point(300, 150), 30)
    run_audit(district_code=world.DISTRICT, by=None)
    run = after(redraw(GridBoundary, world.WEST + "001", world.cell(0, 0).buffer(-0.25, join_style="mitre")))
    assert run.kind == RunKind.INCREMENTAL
    assert_same_as_full()


def test_a_change_that_cannot_be_judged_leaves_a_failed_run_and_nothing_else(district, monkeypatch):
    standing_before = standing()

    def break_down(*_args, **_more):
        raise MemoryError("no memory left")

    monkeypatch.setattr(judging, "judge_neighbourhood", break_down)
    with pytest.raises(MemoryError):
        after(redraw(CompoundBoundary, "X1", world.inside_outline(0, 0)))
    failed = AuditRun.objects.get(state=RunState.FAILED)
    assert (failed.kind, "no memory left" in failed.reason) == (RunKind.INCREMENTAL, True)
    assert standing() == standing_before


def test_a_change_takes_over_from_a_run_that_died(district):
    dead = AuditRun.objects.create(
        district=district, kind=RunKind.FULL, as_of=timezone.now(), started_at=timezone.now() - timedelta(hours=1)
    )
    run = after(redraw(CompoundBoundary, "X1", world.inside_outline(0, 0)))
    dead.refresh_from_db()
    assert (dead.state, run.state) == (RunState.FAILED, RunState.DONE)
