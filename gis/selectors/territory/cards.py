"""What is known of one place: where it belongs, its boundaries through time, its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from psycopg import sql

from gis.models import Building, Community, Compound, Grid, Street
from gis.models.boundaries import SRID
from gis.selectors.territory.features import Asked, FeatureRow, feature
from gis.selectors.territory.kinds import SHAPED
from gis.selectors.territory.places import names_of
from gis.selectors.territory.search import DIGITS, Box
from gis.selectors.territory.seen import LEVELS
from gis.terms import GridKind, LayerKind

COUNTED_BELOW = (LayerKind.DISTRICT, LayerKind.STREET, LayerKind.COMMUNITY)

HISTORY_MOST = 100
"""Boundaries of one place that a card lists: a year of weekly redraws."""


@dataclass(frozen=True, slots=True)
class Period:
    """Where a place lay in a period; area in square metres on the ellipsoid."""

    in_force_from: datetime
    in_force_to: datetime | None
    accuracy_m: float
    source: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Above:
    """A place that the card's place belongs to."""

    kind: LayerKind
    code: str
    district: str
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """One place as a card shows it.

    `figures`: area_m2 and length_m on the ellipsoid, households, and by kind how many places live in it.
    """

    row: FeatureRow
    parents: list[Above]
    history: list[Period]
    figures: dict[str, int]
    box: Box | None
    point: tuple[float, float] | None


def card(kind: LayerKind, key: str, *, within: Sequence[str], at: datetime | None = None) -> Card | None:
    """Return the card of a place that the account may see, None when there is none.

    A place that is no longer there is shown as it was last, unless a moment is asked for.
    """
    row = feature(kind, key, Asked(within=within, at=at))
    moment = at
    if row is None and at is None:
        moment = _last_moment(kind, key)
        row = feature(kind, key, Asked(within=within, at=moment)) if moment else None
    if row is None:
        return None
    box, point, sizes = _measured(row)
    return Card(row, _parents(row), _history(row), sizes | _counted(row, moment or timezone.now()), box, point)


def _last_moment(kind: LayerKind, key: str) -> datetime | None:
    """Return the last moment at which a retired place was there."""
    shaped = SHAPED[kind]
    district, code = key.partition(":")[::2] if shaped.own_code else ("", key)
    query = sql.SQL("SELECT {} FROM {} AS place WHERE place.code = {} AND {}").format(
        sql.SQL("(SELECT max(upper(there.in_force)) FROM {} AS there WHERE there.place_id = place.id)").format(
            sql.Identifier(shaped.shape_table)
        )
        if shaped.boundary
        else sql.SQL("place.retired_on::timestamp AT TIME ZONE 'Asia/Shanghai'"),
        sql.Identifier(shaped.place_table),
        sql.Literal(code),
        sql.SQL("place.district_code = {}").format(sql.Literal(district)) if shaped.own_code else sql.SQL("true"),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchone()
    return found[0] - timedelta(microseconds=1) if found and found[0] else None


def _parents(row: FeatureRow) -> list[Above]:
    """Return the places above, the smallest last."""
    above: list[Above] = []
    community = row.parent if row.kind is not LayerKind.BUILDING else ""
    if row.kind is LayerKind.BUILDING and row.parent:
        compound = feature(LayerKind.COMPOUND, f"{row.district}:{row.parent}", Asked(within=[""]))
        if compound:
            above.append(Above(LayerKind.COMPOUND, compound.code, row.district, compound.name))
            community = compound.parent
    for digits in (12, 9, 6):
        code = (community or row.district)[:digits]
        if len(code) == digits and code != row.code:
            level = LEVELS[digits]
            above.append(Above(level, code, row.district, names_of(level, [code]).get(code, "")))
    return above[::-1]


def _history(row: FeatureRow) -> list[Period]:
    """Return the boundaries of a place, the newest first; none for kinds that have no dated boundaries."""
    shaped = SHAPED[row.kind]
    if shaped.boundary is None:
        return []
    query = sql.SQL("""
        SELECT lower(there.in_force), upper(there.in_force), there.accuracy_m, there.source,
            ST_Area(there.shape::geography)
        FROM {shapes} AS there JOIN {places} AS place ON place.id = there.place_id
        WHERE place.code = {code} AND {district} ORDER BY 1 DESC LIMIT {most}
    """).format(
        shapes=sql.Identifier(shaped.shape_table),
        places=sql.Identifier(shaped.place_table),
        code=sql.Literal(row.code),
        district=_of_district(row),
        most=sql.Literal(HISTORY_MOST),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            Period(begins, ends, accuracy_m, source, round(area_m2, 1))
            for begins, ends, accuracy_m, source, area_m2 in cursor.fetchall()
        ]


def _of_district(row: FeatureRow) -> sql.Composable:
    if not SHAPED[row.kind].own_code:
        return sql.SQL("true")
    return sql.SQL("place.district_code = {}").format(sql.Literal(row.district))


_MEASURES = """
    WITH self AS (SELECT ST_SetSRID(ST_GeomFromGeoJSON(%s), 4490) AS shape)
    SELECT ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape),
        ST_X(ST_PointOnSurface(shape)), ST_Y(ST_PointOnSurface(shape)),
        ST_Area(shape::geography), ST_Length(shape::geography)
    FROM self
"""


def _measured(row: FeatureRow) -> tuple[Box | None, tuple[float, float] | None, dict[str, int]]:
    """Return where a place lies and how large it is."""
    if row.shape is None:
        return None, None, {}
    with connection.cursor() as cursor:
        cursor.execute(_MEASURES, [row.shape])
        *corners, x, y, area_m2, length_m = cursor.fetchone()
    west, south, east, north = (round(corner, DIGITS) for corner in corners)
    sizes = {"area_m2": round(area_m2)} if area_m2 > 0 else {}
    if row.kind is LayerKind.ROAD:
        sizes["length_m"] = round(length_m)
    return (west, south, east, north), (round(x, DIGITS), round(y, DIGITS)), sizes


def _counted(row: FeatureRow, at: datetime) -> dict[str, int]:
    """Return how many places live in a place, and the households that their buildings have."""
    on = timezone.localdate(at)
    living = Q(established_on__lte=on) & (Q(retired_on__isnull=True) | Q(retired_on__gt=on))
    buildings = Building.objects.filter(living, district_id=row.district)
    counts: dict[str, int] = {}
    if row.kind is LayerKind.COMPOUND:
        buildings = buildings.filter(compound__code=row.code)
    elif row.kind is LayerKind.GRID and row.shape is not None:
        land = GEOSGeometry(row.shape)
        land.srid = SRID
        buildings = buildings.filter(point__coveredby=land)
    elif row.kind in COUNTED_BELOW:
        counts = {kind.value: rows.filter(living).count() for kind, rows in _below(row.kind, row.code).items()}
        if row.kind is not LayerKind.DISTRICT:
            buildings = buildings.filter(compound__community__code__startswith=row.code)
    else:
        return {}
    total = buildings.aggregate(buildings=Count("id"), households=Sum("households"))
    return counts | {"building": total["buildings"], "households": total["households"] or 0}


def _below(kind: LayerKind, code: str) -> dict[LayerKind, QuerySet[Any]]:
    """Return the places under a place of the tree, by kind."""
    compounds = Compound.objects.filter(district_id=code[:6])
    if kind is not LayerKind.DISTRICT:
        compounds = compounds.filter(community__code__startswith=code)
    rows: dict[LayerKind, QuerySet[Any]] = {
        LayerKind.STREET: Street.objects.filter(code__startswith=code),
        LayerKind.COMMUNITY: Community.objects.filter(code__startswith=code),
        LayerKind.GRID: Grid.objects.filter(code__startswith=code).exclude(kind=GridKind.CELL.value),
        LayerKind.COMPOUND: compounds,
    }
    downwards = list(LEVELS.values())
    upper = downwards[: downwards.index(kind) + 1]
    return {below: places for below, places in rows.items() if below not in upper}
