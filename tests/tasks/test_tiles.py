"""Generalised copies follow from imports and audits, done by a real worker."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from gis.models import TileCopy, TileWaiting
from gis.tasks import tiles
from gis.terms import LayerKind
from tests.services.audits import world
from tests.tasks.test_audits import an_import


@pytest.fixture
def district(no_jobs):
    district = world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50))
    return district


def jobs_of_tiles():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lock, status::text FROM procrastinate_jobs WHERE task_name = 'gis.tiles.make_copies' ORDER BY id"
        )
        return cursor.fetchall()


def test_after_an_import_and_its_audit_the_worker_makes_copies(district, work):
    an_import(LayerKind.COMPOUND)
    assert jobs_of_tiles() == [(f"tiles:{world.DISTRICT}", "todo")]
    assert TileWaiting.objects.count() == 11
    work()
    assert {status for _lock, status in jobs_of_tiles()} == {"succeeded"}
    assert len(jobs_of_tiles()) == 2
    assert not TileWaiting.objects.exists()
    assert set(TileCopy.objects.values_list("layer", flat=True)) >= {"grid", "compound", "finding", "finding_cut"}


def test_copies_that_no_job_was_queued_for_are_made_by_the_clock(district):
    assert tiles.make_forgotten_copies(timestamp=0) == 11
    assert tiles.make_forgotten_copies(timestamp=0) == 0
    TileCopy.objects.filter(layer="grid").delete()
    assert tiles.mend(timestamp=0) == 8
    assert tiles.make_copies(district_code=world.DISTRICT) == 8


def test_copies_are_made_by_hand(district):
    said = StringIO()
    call_command("make_tile_copies", stdout=said)
    assert said.getvalue() == f"{world.DISTRICT}：11 个图形 · 11 shapes\n"
    TileCopy.objects.all().delete()
    call_command("make_tile_copies", "--all", stdout=said)
    assert TileCopy.objects.filter(layer="grid", zoom=16).count() == 8
