"""No two grids of one layer in force at one time overlap, whoever writes and however."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import IntegrityError, connection, transaction

from gis.models import GridBoundary
from gis.terms import GridKind
from tests.models.conftest import BEGAN, Territory, box

TURN = datetime(2025, 1, 1, tzinfo=UTC)


def check_now() -> None:
    """Make the deferred checks of this transaction now, as its commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def multi(shape: GEOSGeometry) -> GEOSGeometry:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon(shape, srid=4490)


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():  # noqa: PT012 - the check is the commit's
        yield
        check_now()
    diagnosis = refusal.value.__cause__.diag  # type: ignore[union-attr]
    assert diagnosis.sqlstate == "23P01"
    assert diagnosis.constraint_name == "gridboundary_no_overlap"
    assert all(code in diagnosis.message_primary for code in codes)


def test_overlapping_grids_are_refused_and_named(territory: Territory) -> None:
    territory.drawn(1, box(0, 0, 2, 2))
    check_now()
    with refused("370202001001001", "370202001001002"):
        territory.drawn(2, box(1, 0, 3, 2))


def test_ordinary_and_exclusive_grids_are_one_layer_and_cells_another(territory: Territory) -> None:
    territory.drawn(1, box(0, 0, 2, 2))
    territory.drawn(2, box(0, 0, 1, 1), GridKind.CELL)
    check_now()
    with refused():
        territory.drawn(3, box(0, 0, 1, 1), GridKind.EXCLUSIVE)
    with refused():
        territory.drawn(4, box(0, 0, 1, 2), GridKind.CELL)
    with pytest.raises(IntegrityError), transaction.atomic():
        territory.community.grids.filter(kind="cell").update(kind="ordinary")


def test_legal_neighbours_pass(territory: Territory) -> None:
    """An L around a square, a corner met, a T-junction without a node, an enclave in its hole."""
    territory.drawn(1, box(0, 0, 1, 1))
    territory.drawn(2, multi(box(1, 0, 3, 2) - box(1.2, 0.2, 1.8, 0.8)))
    territory.drawn(3, box(1.2, 0.2, 1.8, 0.8))
    territory.drawn(4, box(0, 1, 1, 1.7))
    # the upper side of the next one crosses 1/3 of the way: rounding leaves an overlap of about 1e-14 degrees
    third = "MULTIPOLYGON(((120 36.0017, 120.001 36.0017, 120.003 36.003, 120 36.0023333333333334, 120 36.0017)))"
    territory.drawn(5, multi(GEOSGeometry(f"SRID=4490;{third}") - box(1, 0, 3, 2)))
    check_now()
    assert GridBoundary.objects.count() == 5


def test_a_line_that_is_not_noded_is_no_overlap_but_a_millimetre_wider_is(territory: Territory) -> None:
    slant = "120 36, 120.003 36.001"
    territory.drawn(1, GEOSGeometry(f"SRID=4490;MULTIPOLYGON((({slant}, 120.003 36.002, 120 36.002, 120 36)))"))
    on_the_line = (120.003 / 3 + 120 * 2 / 3, 36 + 0.001 / 3)
    below = "MULTIPOLYGON(((120 36, {} {}, 120.003 36.001, 120.003 35.999, 120 36)))"
    boundary = territory.drawn(2, GEOSGeometry("SRID=4490;" + below.format(*on_the_line)))
    check_now()
    with refused():
        boundary.shape = GEOSGeometry("SRID=4490;" + below.format(on_the_line[0], on_the_line[1] + 1e-7))
        boundary.save()


def test_periods_that_do_not_meet_may_overlap_in_place(territory: Territory) -> None:
    first = territory.drawn(1, box(0, 0, 2, 2))
    GridBoundary.objects.filter(pk=first.pk).update(in_force=(BEGAN, TURN))
    later = territory.drawn(2, box(1, 0, 3, 2))
    later.in_force = (TURN, None)
    later.save()
    check_now()
    with refused():
        GridBoundary.objects.filter(pk=first.pk).update(in_force=(BEGAN, datetime(2025, 1, 2, tzinfo=UTC)))


def test_a_shared_line_moves_in_one_transaction(territory: Territory) -> None:
    west, east = territory.drawn(1, box(0, 0, 2, 2)), territory.drawn(2, box(2, 0, 4, 2))
    check_now()
    GridBoundary.objects.filter(pk=west.pk).update(shape=box(0, 0, 3, 2))
    GridBoundary.objects.filter(pk=east.pk).update(shape=box(3, 0, 4, 2))
    check_now()


def test_a_write_after_the_check_is_checked_again(territory: Territory) -> None:
    territory.drawn(1, box(0, 0, 2, 2))
    check_now()
    with refused(), transaction.atomic():
        territory.drawn(2, box(1, 0, 3, 2))


def test_what_a_savepoint_undid_is_not_held_against_the_rest(territory: Territory) -> None:
    territory.drawn(1, box(0, 0, 2, 2))
    undone = transaction.savepoint()
    territory.drawn(2, box(1, 0, 3, 2))
    transaction.savepoint_rollback(undone)
    territory.drawn(3, box(2, 0, 3, 2))
    check_now()


def test_another_district_is_not_looked_at(territory: Territory) -> None:
    territory.drawn(1, box(0, 0, 2, 2))
    other = Territory.__new__(Territory)
    from gis.models import Community, District, Street
    from tests.models.conftest import ESTABLISHED

    district = District.objects.create(code="370203", established_on=ESTABLISHED)
    street = Street.objects.create(code="370203001", district=district, established_on=ESTABLISHED)
    other.community = Community.objects.create(code="370203001001", street=street, established_on=ESTABLISHED)
    grid = other.community.grids.create(code="370203001001001", established_on=ESTABLISHED)
    GridBoundary.objects.create(place=grid, shape=box(1, 0, 3, 2), in_force=(BEGAN, None), accuracy_m=1)
    check_now()


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_commits_at_once_one_is_refused() -> None:
    """Two connections write overlapping grids before either commits; the lock lets the second see the first."""
    territory = Territory()
    grids = [territory.grid(1), territory.grid(2)]
    written = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def commit(number: int) -> None:
        try:
            with transaction.atomic():
                GridBoundary.objects.create(
                    place=grids[number],
                    shape=box(number, 0, number + 2, 2),
                    in_force=(BEGAN, None),
                    accuracy_m=1,
                )
                written.wait()
            outcomes.append("committed")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["committed", "refused"]
    assert GridBoundary.objects.count() == 1
