"""What PostgreSQL refuses about places and boundaries."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, connection, transaction

from gis.models import Building, Community, Compound, District, Grid, GridBoundary, Street
from tests.models.conftest import BEGAN, ESTABLISHED, Territory, box


def refused(act: Callable[[], Any], constraint: str) -> None:
    """Assert that the database refuses an act by the rule of this name."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()
    diagnosis = refusal.value.__cause__.diag  # type: ignore[union-attr]
    assert diagnosis.constraint_name == constraint


@pytest.mark.parametrize(
    ("code", "constraint"),
    [
        ("37020200100100", "grid_code_has_15_digits"),
        ("３７０２０２００１００１００１", "grid_code_has_15_digits"),
        ("37020200100100 ", "grid_code_has_15_digits"),
        ("370202001002001", "grid_code_starts_with_its_community"),
    ],
)
def test_a_grid_code_has_15_digits_under_its_community(territory: Territory, code: str, constraint: str) -> None:
    refused(
        lambda: Grid.objects.create(code=code, community=territory.community, established_on=ESTABLISHED), constraint
    )


def test_codes_of_the_tree_start_with_their_parents(territory: Territory) -> None:
    refused(
        lambda: Street.objects.create(code="370203001", district=territory.district, established_on=ESTABLISHED),
        "street_code_starts_with_its_district",
    )
    refused(
        lambda: Community.objects.create(code="370202002001", street=territory.street, established_on=ESTABLISHED),
        "community_code_starts_with_its_street",
    )
    other = District.objects.create(code="370203", established_on=ESTABLISHED)
    refused(
        lambda: Compound.objects.create(
            code="C1", district=other, community=territory.community, established_on=ESTABLISHED
        ),
        "compound_community_starts_with_its_district",
    )


def test_a_compound_code_is_unique_in_its_district_only(territory: Territory) -> None:
    territory.compound("C1")
    refused(lambda: territory.compound("C1"), "compound_code_once_in_a_district")
    refused(lambda: territory.compound(" C2"), "compound_code_is_trimmed")
    other = District.objects.create(code="370203", established_on=ESTABLISHED)
    Compound.objects.create(code="C1", district=other, established_on=ESTABLISHED)


def test_a_place_is_never_deleted_and_its_code_never_changes(territory: Territory) -> None:
    grid = territory.grid(1)
    refused(grid.delete, "place_is_never_deleted")
    refused(lambda: Grid.objects.update(code="370202001001009"), "place_code_never_changes")


def test_a_retired_place_never_comes_back(territory: Territory) -> None:
    territory.grid(1)
    Grid.objects.update(retired_on=date(2024, 5, 1))
    refused(lambda: Grid.objects.update(retired_on=None), "place_never_comes_back")
    refused(lambda: Grid.objects.update(retired_on=date(2099, 5, 1)), "place_never_comes_back")


def test_a_place_has_one_boundary_at_a_time(territory: Territory) -> None:
    first = territory.drawn(1, box(0, 0, 1, 1))
    turn = datetime(2025, 1, 1, tzinfo=UTC)

    def add(begins: datetime) -> None:
        GridBoundary.objects.create(place=first.place, shape=box(0, 0, 2, 1), in_force=(begins, None), accuracy_m=1)

    refused(lambda: add(turn), "gridboundary_one_at_a_time")
    GridBoundary.objects.update(in_force=(BEGAN, turn))
    add(turn)
    assert first.place.boundaries.count() == 2


def test_an_empty_or_endless_past_is_no_period(territory: Territory) -> None:
    boundary = territory.drawn(1, box(0, 0, 1, 1))
    refused(lambda: GridBoundary.objects.update(in_force=(BEGAN, BEGAN)), "gridboundary_period_has_a_beginning")
    refused(
        lambda: GridBoundary.objects.filter(pk=boundary.pk).update(in_force=(None, BEGAN)),
        "gridboundary_period_has_a_beginning",
    )


@pytest.mark.parametrize(
    ("shape", "constraint"),
    [
        ("MULTIPOLYGON(((120 36, 120.001 36.001, 120.001 36, 120 36.001, 120 36)))", "gridboundary_shape_is_valid"),
        ("MULTIPOLYGON EMPTY", "gridboundary_shape_is_not_empty"),
    ],
)
def test_a_shape_is_valid_and_not_empty(territory: Territory, shape: str, constraint: str) -> None:
    refused(lambda: territory.drawn(1, GEOSGeometry(f"SRID=4490;{shape}")), constraint)


def test_the_accuracy_is_positive(territory: Territory) -> None:
    boundary = territory.drawn(1, box(0, 0, 1, 1))
    refused(
        lambda: GridBoundary.objects.filter(pk=boundary.pk).update(accuracy_m=0), "gridboundary_accuracy_is_positive"
    )


def test_a_building_is_a_point_or_a_footprint_and_keeps_a_point(territory: Territory) -> None:
    def add(code: str, shape: GEOSGeometry) -> Building:
        return Building.objects.create(
            code=code, district=territory.district, shape=shape, established_on=ESTABLISHED, households=3
        )

    footprint = add("B1", box(0, 0, 2, 2))
    footprint.refresh_from_db()
    assert footprint.point.within(footprint.shape)
    refused(
        lambda: add("B2", GEOSGeometry("SRID=4490;LINESTRING(120 36, 120.1 36)")),
        "building_shape_is_a_point_or_a_footprint",
    )


def test_names_are_ordered_by_pinyin_and_number(territory: Territory) -> None:
    for number, name in enumerate(["中山第10网格", "中山第2网格", "安宁网格", "八大峡网格"], start=1):
        Grid.objects.filter(pk=territory.grid(number).pk).update(name=name)
    named = list(Grid.objects.order_by("name").values_list("name", flat=True))
    assert named == ["安宁网格", "八大峡网格", "中山第2网格", "中山第10网格"]


def test_extensions_are_there(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert {"postgis", "btree_gist", "pg_trgm"} <= {row[0] for row in cursor.fetchall()}
