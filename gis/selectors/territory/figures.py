"""The figures of a district for its first page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from gis.models import Building, Community, CommunityOffice, Compound, District, Grid, Road, ServiceStation, Street
from gis.terms import GridKind


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """How many places of each kind a district has at a moment. `households` sums the buildings, or the compounds' own
    totals where no building is known. The retired and the not yet established do not count."""

    code: str
    name: str
    streets: int
    communities: int
    grids: int
    exclusive_grids: int
    cells: int
    compounds: int
    buildings: int
    households: int
    stations: int
    offices: int
    roads: int


def districts() -> list[tuple[str, str]]:
    """Return code and name of every district not retired, by code."""
    return list(District.objects.filter(retired_on__isnull=True).values_list("code", "name"))


def figures(district_code: str, *, at: datetime | None = None) -> DistrictFigures | None:
    """Return the figures of a district at a moment (now unless given), None when there is no such district.

    `grids` counts the published layer (ordinary and exclusive); `exclusive_grids` is the part of it that is exclusive.
    """
    on = timezone.localdate(at)
    district = District.objects.filter(code=district_code).first()
    if district is None:
        return None
    standing = Q(established_on__lte=on) & (Q(retired_on__isnull=True) | Q(retired_on__gt=on))
    mine = standing & Q(district_id=district_code)
    grids = Grid.objects.filter(standing, code__startswith=district_code).aggregate(
        published=Count("id", filter=~Q(kind=GridKind.CELL.value)),
        exclusive=Count("id", filter=Q(kind=GridKind.EXCLUSIVE.value)),
        cells=Count("id", filter=Q(kind=GridKind.CELL.value)),
    )
    buildings = Building.objects.filter(mine).aggregate(count=Count("id"), households=Sum("households"))
    compounds = Compound.objects.filter(mine).aggregate(count=Count("id"), households=Sum("households"))
    return DistrictFigures(
        code=district.code,
        name=district.name,
        streets=Street.objects.filter(standing, code__startswith=district_code).count(),
        communities=Community.objects.filter(standing, code__startswith=district_code).count(),
        grids=grids["published"],
        exclusive_grids=grids["exclusive"],
        cells=grids["cells"],
        compounds=compounds["count"],
        buildings=buildings["count"],
        households=buildings["households"] or compounds["households"] or 0,
        stations=ServiceStation.objects.filter(mine).count(),
        offices=CommunityOffice.objects.filter(mine).count(),
        roads=Road.objects.filter(mine).count(),
    )
