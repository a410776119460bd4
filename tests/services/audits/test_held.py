"""What a process keeps of a district is what stands: looked at after commits, roll-backs and writes from elsewhere."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from shapely import Point

from gis.geometry.changes import Changed
from gis.geometry.errors import WrongFrame
from gis.models import Building, Compound, CompoundBoundary, Grid, GridBoundary
from gis.selectors.audits import held
from gis.selectors.audits.grounds import grounds_of, grounds_with_layers
from gis.services.audits.runs import run_audit
from gis.terms import LayerKind, RunKind
from tests.services.audits import world
from tests.services.audits.test_neighbourhood import after, assert_same_as_full, redraw

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district():
    held._kept.clear()
    district = world.make_district(households=0)
    world.add_compound("IN0", world.inside_outline(0, 1), community=world.WEST)
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    world.add_building("B1", Point(450, 450), 30)
    run_audit(district_code=world.DISTRICT, by=None)
    return district


def now():
    found = grounds_with_layers(world.DISTRICT).held
    assert found is not None
    return found


def area_m2(code):
    layer = now().layers[LayerKind.GRID].layer
    return layer.shapes[list(layer.codes).index(code)].area


def reads(monkeypatch):
    """Count what is read from now on, by the first table named."""
    asked = []
    fetch = held.fetch_rows
    monkeypatch.setattr(
        held, "fetch_rows", lambda text, values: asked.append(text.split("FROM ")[1].split()[0]) or fetch(text, values)
    )
    return asked


def test_what_was_read_once_is_not_read_again(district, monkeypatch):
    first, asked = now(), reads(monkeypatch)
    again = now()
    assert asked == []
    assert all(again.layers[kind] is first.layers[kind] for kind in first.layers)
    assert again.index.compounds is first.index.compounds


def test_a_grid_drawn_anew_is_all_that_is_read(district, monkeypatch):
    before, asked = area_m2(world.WEST + "001"), reads(monkeypatch)
    redraw(GridBoundary, world.WEST + "001", world.cell(0, 0).buffer(-10, join_style="mitre"))
    assert area_m2(world.WEST + "001") < before - 100
    assert asked == ["gridwork_gridboundary"]


def test_edits_one_after_the_other_say_what_a_whole_audit_says(district):
    for inset_m in (10, 0, 30, 0):
        shape = world.cell(0, 1).buffer(-inset_m, join_style="mitre")
        assert after(redraw(GridBoundary, world.WEST + "003", shape)).kind == RunKind.INCREMENTAL
    assert_same_as_full()
    after(redraw(CompoundBoundary, "X1", world.inside_outline(0, 0)))
    assert_same_as_full()


def test_what_came_to_nothing_was_never_there(district):
    before = area_m2(world.WEST + "001")
    with transaction.atomic():
        redraw(GridBoundary, world.WEST + "001", world.cell(0, 0).buffer(-10, join_style="mitre"))
        Building.objects.filter(code="B1").update(households=7)
        assert area_m2(world.WEST + "001") < before
        assert now().index.district.homes.households.tolist() == [7]
        transaction.set_rollback(True)
    assert area_m2(world.WEST + "001") == before
    assert now().index.district.homes.households.tolist() == [30]


def test_another_one_s_building_after_a_roll_back_is_seen(district):
    with transaction.atomic():
        Building.objects.filter(code="B1").update(households=7)
        now()
        transaction.set_rollback(True)
    Building.objects.filter(code="B1").update(households=8)
    assert now().index.district.homes.households.tolist() == [8]


def test_a_shape_or_an_accuracy_written_in_place_is_read_again(district):
    wider = world.stored(world.cell(0, 0).buffer(-40, join_style="mitre"))
    GridBoundary.objects.filter(place__code=world.WEST + "001").update(shape=wider, accuracy_m=7)
    assert now().layers[LayerKind.GRID].layer.accuracy_m == 7
    assert area_m2(world.WEST + "001") == pytest.approx(220 * 220, rel=0.2)


def test_a_record_that_changes_is_read_again(district):
    Compound.objects.filter(code="IN0").update(households=55, community_id=world.EAST)
    Grid.objects.filter(code=world.WEST + "001").update(kind="exclusive")
    found = now()
    compounds, grids = found.layers[LayerKind.COMPOUND], found.layers[LayerKind.GRID]
    at = list(compounds.layer.codes).index("IN0")
    assert (compounds.households[at], compounds.layer.parents[at]) == (55, world.EAST)
    assert not grids.ordinary[list(grids.layer.codes).index(world.WEST + "001")]


def test_a_building_that_is_to_go_stands_until_its_day(district):
    on = timezone.localdate() + timedelta(days=2)
    Building.objects.filter(code="B1").update(retired_on=on)
    assert now().index.district.homes is not None
    assert grounds_with_layers(world.DISTRICT, at=timezone.now() + timedelta(days=3)).held.index.district.homes is None
    assert now().index.district.homes is not None


def test_it_says_what_the_statement_over_all_boundaries_says(district):
    at = timezone.now()
    ours, theirs = grounds_with_layers(world.DISTRICT, at=at), grounds_of(world.DISTRICT, at=at)
    for name in ("at", "known", "rules", "accuracy_m", "places", "frame", "with_buildings", "running", "last_rules"):
        assert getattr(ours, name) == getattr(theirs, name)


def test_before_the_first_grid_there_is_no_frame(district):
    early = grounds_with_layers(world.DISTRICT, at=timezone.now() - timedelta(days=36500))
    assert early.held is None
    with pytest.raises(WrongFrame):
        _frame = early.frame


def test_no_more_districts_are_kept_than_there_is_room_for(district, monkeypatch):
    monkeypatch.setattr(held, "DISTRICTS", 0)
    now()
    assert not held._kept
    unchanged = Changed(LayerKind.GRID, *(now().layers[LayerKind.GRID].layer.codes[:0] for _ in range(3)))
    assert len(unchanged) == 0
