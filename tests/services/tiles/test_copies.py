"""Generalised copies and editions: made once, right after every change, side by side with other writers."""

import functools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
import shapely
from django.db import connection, transaction
from django.utils import timezone

from gis.geometry.generalising import sheets_of
from gis.models import CompoundBoundary, Finding, Grid, GridBoundary, TileChange, TileCopy, TileWaiting
from gis.selectors import tiles
from gis.selectors.tiles import Sight
from gis.services.audits.cases import triage
from gis.services.audits.runs import run_audit
from gis.services.tiles import upkeep
from gis.services.tiles.copies import make_copies, neighbours
from gis.terms import MapLayer
from tests.drawn import read_map
from tests.geometry.test_generalising import TOWN, somewhere
from tests.services.audits import world

ALL = Sight((world.DISTRICT,))


@pytest.fixture
def district(db):
    district = world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    return district


def copies():
    return make_copies(district_code=world.DISTRICT)


def stored():
    """Return every copy as it stands."""
    return {
        (copy.layer, copy.shape_id, copy.zoom): (copy.shape.wkb, copy.label_x, copy.label_y)
        for copy in TileCopy.objects.all()
    }


def edition(layer=MapLayer.GRID, sight=ALL):
    return tiles.edition(layer, sight)


def test_copies_are_made_once(district):
    assert set(TileWaiting.objects.values_list("layer", flat=True)) == {"community", "grid", "compound"}
    assert copies() == 2 + 8 + 1
    assert not TileWaiting.objects.exists()
    first = stored()
    assert {key[0] for key in first} == {"community", "grid", "compound"}
    assert copies() == 0
    assert stored() == first


def test_neighbours_meet_in_the_copies(district):
    copies()
    for zoom in range(12, 17):
        shapes = [shapely.from_wkb(bytes(c.shape.wkb)) for c in TileCopy.objects.filter(layer="grid", zoom=zoom)]
        assert len(shapes) == 8
        assert shapely.coverage_is_valid(np.array(shapes))


def test_a_moved_line_takes_its_neighbours_copies_along(district):
    copies()
    now = timezone.now()
    line = shapely.box(0, 0, 390, 300)
    world.replace(GridBoundary, world.WEST + "001", line, at=now)
    world.replace(GridBoundary, world.WEST + "002", world.cell(1, 0) - line, at=now)
    assert copies() == 2
    standing = GridBoundary.objects.filter(in_force__contains=timezone.now()).values_list("id", flat=True)
    for zoom in (12, 14, 16):
        drawn = TileCopy.objects.filter(layer="grid", zoom=zoom, shape_id__in=standing)
        assert shapely.coverage_is_valid(np.array([shapely.from_wkb(bytes(copy.shape.wkb)) for copy in drawn]))
    assert TileCopy.objects.filter(layer="grid", zoom=14).count() == 10


def test_a_neighbourhood_is_generalised_as_the_whole_would_be():
    town = somewhere(list(read_map(TOWN, cell_m=150).values()))
    for changed in range(len(town)):
        touched, context = neighbours(town, np.arange(len(town)) == changed)
        part = {sheet.zoom: sheet for sheet in sheets_of(town[context], range(12, 17), covering=True)}
        places = np.flatnonzero(context)
        for sheet in sheets_of(town, range(12, 17), covering=True):
            ours = dict(zip(places[part[sheet.zoom].rows], part[sheet.zoom].shapes, strict=True))
            for row, shape in zip(sheet.rows, sheet.shapes, strict=True):
                assert not touched[row] or shapely.equals(ours[row], shape)


def test_cells_and_grids_are_two_coverings(district):
    cell = Grid.objects.create(
        code=world.WEST + "901", name="单元", kind="cell", community_id=world.WEST, established_on=world.ESTABLISHED
    )
    world.put(GridBoundary, cell, shapely.box(50, 50, 150, 150))
    copies()
    drawn = TileCopy.objects.get(layer="grid", zoom=16, shape_id=cell.boundaries.get().pk)
    assert drawn.shape.area > 0
    assert not TileWaiting.objects.exists()


def test_past_boundaries_get_copies_of_their_own(district):
    copies()
    world.replace(CompoundBoundary, "X1", world.inside_outline(), at=timezone.now())
    world.replace(CompoundBoundary, "X1", world.inside_outline(1, 1), at=timezone.now() + timedelta(days=3))
    TileCopy.objects.filter(layer="compound").delete()
    upkeep.mend()
    assert copies() == 3
    assert TileCopy.objects.filter(layer="compound", zoom=15).count() == 3


def test_mending_notes_what_was_forgotten_and_drops_what_is_no_more(district):
    copies()
    lost = GridBoundary.objects.first()
    TileCopy.objects.filter(layer="grid", shape_id=lost.pk).delete()
    TileWaiting.objects.create(layer="road", shape_id=4711, ticket=1)
    before = edition()
    assert upkeep.districts_waiting() == []
    assert upkeep.mend() == 2
    assert upkeep.districts_waiting() == [world.DISTRICT]
    assert copies() == 1
    assert upkeep.mend() == 0
    assert (
        TileChange.objects.filter(layer="grid").count()
        == TileChange.objects.filter(layer="grid").values("moment").distinct().count()
    )
    assert edition() != before


def test_adding_up_changes_changes_no_edition(district):
    copies()
    run_audit(district_code=world.DISTRICT, by=None)
    Grid.objects.filter(code=world.WEST + "001").update(name="甲")
    before = tiles.editions(MapLayer, ALL)
    rows = TileChange.objects.count()
    upkeep.mend()
    assert TileChange.objects.count() <= rows
    assert tiles.editions(MapLayer, ALL) == before


def changes_of(work, layer=MapLayer.GRID, sight=ALL):
    before = edition(layer, sight)
    with transaction.atomic():
        work()
    return edition(layer, sight) != before


def test_every_write_that_shows_changes_the_edition(district):
    run_audit(district_code=world.DISTRICT, by=None)
    code, now = world.WEST + "001", timezone.now()
    assert changes_of(lambda: Grid.objects.filter(code=code).update(name="甲"))
    assert changes_of(lambda: world.replace(GridBoundary, code, world.cell(0, 0).buffer(-1), at=now))
    assert changes_of(lambda: run_audit(district_code=world.DISTRICT, by=None))  # it judges the new boundary
    assert changes_of(lambda: world.add_compound("X9", world.inside_outline(2, 1)), MapLayer.COMPOUND)
    assert changes_of(lambda: world.add_building("L9", shapely.Point(9, 9), 3), MapLayer.BUILDING)
    case = Finding.objects.filter(state="found").first()
    officer = world.officer()
    assert changes_of(lambda: triage(finding_ids=[case.pk], by=officer), MapLayer.FINDING)


def test_what_does_not_show_leaves_the_edition(district):
    first = run_audit(district_code=world.DISTRICT, by=None)
    assert not changes_of(lambda: Grid.objects.filter(code=world.WEST + "001").update(name="甲"), MapLayer.COMPOUND)
    assert not changes_of(lambda: Finding.objects.update(last_seen=first.id), MapLayer.FINDING)
    assert not changes_of(lambda: run_audit(district_code=world.DISTRICT, by=None))
    other = Sight(("999999",))
    assert not changes_of(lambda: Grid.objects.update(name="乙"), MapLayer.GRID, other)


def test_a_redraw_leaves_the_past_as_it_was(district):
    now = timezone.now()
    past, future = Sight((world.DISTRICT,), now - timedelta(days=1)), Sight((world.DISTRICT,), now + timedelta(days=9))
    later = now + timedelta(days=5)
    before = edition(sight=past), edition(), edition(sight=future)
    world.replace(GridBoundary, world.WEST + "001", world.cell(0, 0).buffer(-5), at=later)
    after = edition(sight=past), edition(), edition(sight=future)
    assert after[:2] == before[:2]
    assert after[2] != before[2]
    assert edition(sight=Sight((world.DISTRICT,), later)) == edition(sight=future)
    assert edition(sight=Sight((world.DISTRICT,), later - timedelta(seconds=1))) == after[1]


def test_two_readers_of_two_territories_have_two_editions(district):
    west, east = Sight((world.WEST,)), Sight((world.EAST,))
    assert len({edition(sight=west), edition(sight=east), edition()}) == 3
    now, smaller = timezone.now(), world.cell(0, 0).buffer(-1)
    moved = functools.partial(world.replace, GridBoundary, world.WEST + "001", smaller, at=now)
    assert changes_of(moved, MapLayer.BUILDING, west)


@pytest.mark.django_db(transaction=True)
def test_copies_made_by_two_at_once_are_the_same():
    world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50))

    def make():
        try:
            return copies()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _n: make(), range(3)))
    assert sum(made) == 11
    assert TileCopy.objects.filter(layer="grid").count() == 8 * 5
    assert not TileWaiting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_layer_do_not_wait_for_each_other():
    world.make_district()

    def rename(code):
        with transaction.atomic():
            Grid.objects.filter(code=code).update(name="新")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
        connection.close()

    before = edition()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(rename, [world.WEST + "001", world.WEST + "002"]))
    assert TileChange.objects.filter(layer="grid", moment=None).count() == 2
    assert edition() != before
