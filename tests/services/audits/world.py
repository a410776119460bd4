"""A small district in the database: two communities of four 300 m grids each, and what a test puts into it.

Coordinates are metres from the district's south-west corner, in EPSG:4549; boundaries are stored in EPSG:4490.

    g5 g6 | g7 g8
    g1 g2 | g3 g4        community 1 west, community 2 east
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from shapely import Point, Polygon, box

from gis.geometry.crs import project
from gis.models import (
    Building,
    Community,
    CommunityBoundary,
    CommunityOffice,
    Compound,
    CompoundBoundary,
    District,
    Grid,
    GridBoundary,
    Membership,
    Street,
    User,
)
from gis.terms import Role

DISTRICT = "370212"
STREET = DISTRICT + "001"
WEST, EAST = STREET + "001", STREET + "002"
ORIGIN = (545_000.0, 4_000_000.0)
CELL_M = 300.0
LONG_AGO = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
ESTABLISHED = date(2026, 1, 1)
GRIDS = {WEST + "001": (0, 0), WEST + "002": (1, 0), WEST + "003": (0, 1), WEST + "004": (1, 1)}
GRIDS |= {EAST + "001": (2, 0), EAST + "002": (3, 0), EAST + "003": (2, 1), EAST + "004": (3, 1)}


def stored(shape):
    """Return a shape in metres from the corner as GEOS stores it: EPSG:4490, multi unless a point."""
    moved = shapely.transform(shape, lambda xy: xy + np.array(ORIGIN))
    (lonlat,) = project(np.array([moved], dtype=object), "EPSG:4549", "EPSG:4490")
    if lonlat.geom_type == "Polygon":
        lonlat = shapely.MultiPolygon([lonlat])
    return GEOSGeometry(lonlat.wkt, srid=4490)


def cell(column, row, columns=1, rows=1):
    """Return the outline of grid cells."""
    return box(column * CELL_M, row * CELL_M, (column + columns) * CELL_M, (row + rows) * CELL_M)


def make_district(*, households=200):
    """Make the district with communities, grids and one building of `households` in the middle of each grid."""
    district = District.objects.create(code=DISTRICT, name="海滨区", established_on=ESTABLISHED)
    street = Street.objects.create(code=STREET, name="一街道", district=district, established_on=ESTABLISHED)
    for n, code in enumerate((WEST, EAST)):
        community = Community.objects.create(code=code, name=f"社区{n + 1}", street=street, established_on=ESTABLISHED)
        put(CommunityBoundary, community, cell(2 * n, 0, 2, 2), accuracy_m=1.0)
        CommunityOffice.objects.create(
            code=f"B{n + 1}",
            name="办公点",
            district=district,
            community=community,
            established_on=ESTABLISHED,
            shape=stored(Point(300 + 600 * n, 300)),
        )
    for code, (column, row) in GRIDS.items():
        grid = Grid.objects.create(
            code=code, name=f"网格{code[-3:]}", community_id=code[:12], established_on=ESTABLISHED
        )
        put(GridBoundary, grid, cell(column, row))
        if households:
            middle = Point((column + 0.9) * CELL_M, (row + 0.9) * CELL_M)
            add_building(f"L{code[-6:]}", middle, households)
    return district


def put(model, place, shape, *, since=LONG_AGO, accuracy_m=1.0):
    """Give a place a boundary, in force from a moment on."""
    return model.objects.create(
        place=place, shape=stored(shape), in_force=DateTimeTZRange(since, None), accuracy_m=accuracy_m
    )


def replace(model, code, shape, *, at):
    """End the boundary in force of the place and, unless None, begin another one."""
    old = model.objects.get(place__code=code, in_force__endswith=None)
    old.in_force = DateTimeTZRange(old.in_force.lower, at)
    old.save()
    if shape is not None:
        put(model, old.place, shape, since=at)


def add_compound(code, shape, *, community=WEST, name=""):
    """Add a compound."""
    compound = Compound.objects.create(
        code=code,
        name=name or f"小区{code}",
        district_id=DISTRICT,
        community_id=community,
        established_on=ESTABLISHED,
    )
    put(CompoundBoundary, compound, shape)
    return compound


def add_building(code, point, households):
    """Add a building."""
    return Building.objects.create(
        code=code, district_id=DISTRICT, established_on=ESTABLISHED, households=households, shape=stored(point)
    )


def crossed_outline(column=0, row=0, depth_m=60.0):
    """Return a compound of 120 m x 100 m in a cell that reaches `depth_m` over the line to the cell at its east."""
    east = (column + 1) * CELL_M + depth_m
    south = row * CELL_M + 100
    return Polygon([(east - 120, south), (east, south), (east, south + 100), (east - 120, south + 100)])


def inside_outline(column=0, row=0):
    """Return a compound of 100 m x 100 m inside a cell."""
    return box(column * CELL_M + 50, row * CELL_M + 50, column * CELL_M + 150, row * CELL_M + 150)


def member(username, role, territory=DISTRICT):
    """Make an account with a role on a territory."""
    user = User.objects.create(username=username)
    Membership.objects.create(user=user, role=role, territory_code=territory, begins_on=ESTABLISHED)
    return user


def officer(username="officer", territory=DISTRICT):
    """Make a GIS officer."""
    return member(username, Role.OFFICER, territory)


def approver(username="approver", territory=DISTRICT):
    """Make an approver."""
    return member(username, Role.APPROVER, territory)


def minutes_after(moment, minutes):
    """Return a later moment."""
    return moment + timedelta(minutes=minutes)
