"""A small invented territory in the database."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.gis.geos import GEOSGeometry

from gis.models import Community, Compound, District, Grid, GridBoundary, Street
from gis.terms import GridKind

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
ESTABLISHED = date(2024, 1, 1)


def box(west: float, south: float, east: float, north: float) -> GEOSGeometry:
    """Return a rectangle at 120° E, 36° N; the unit is 0.001 degrees (about 100 m)."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = ", ".join(f"{120 + x / 1000:.12f} {36 + y / 1000:.12f}" for x, y in corners)
    return GEOSGeometry(f"SRID=4490;MULTIPOLYGON((({ring})))")


class Territory:
    """A district with one street and one community, to which grids and compounds are added."""

    def __init__(self) -> None:
        self.district = District.objects.create(code="370202", name="示例区", established_on=ESTABLISHED)
        self.street = Street.objects.create(code="370202001", district=self.district, established_on=ESTABLISHED)
        self.community = Community.objects.create(code="370202001001", street=self.street, established_on=ESTABLISHED)

    def grid(self, number: int, kind: GridKind = GridKind.ORDINARY) -> Grid:
        """Add a grid of the community by its number."""
        return Grid.objects.create(
            code=f"370202001001{number:03d}", community=self.community, kind=kind.value, established_on=ESTABLISHED
        )

    def drawn(self, number: int, shape: GEOSGeometry, kind: GridKind = GridKind.ORDINARY) -> GridBoundary:
        """Add a grid with a boundary in force since 2024."""
        return GridBoundary.objects.create(
            place=self.grid(number, kind), shape=shape, in_force=(BEGAN, None), accuracy_m=1.0
        )

    def compound(self, code: str) -> Compound:
        """Add a compound."""
        return Compound.objects.create(code=code, district=self.district, established_on=ESTABLISHED)


@pytest.fixture
def territory(db: None) -> Territory:
    return Territory()
