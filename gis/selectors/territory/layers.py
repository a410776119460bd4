"""Layers as the kernel takes them: shapely arrays in metres, as they stood at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from django.db.models import BinaryField, F, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.layers import AuditRules, Codes, District, Homes, Layer, Shapes
from gis.models import Building, CommunityOffice, DistrictRules, SizeBand
from gis.selectors.territory.kinds import SHAPED
from gis.terms import GridKind, LayerKind

PUBLISHED_KINDS = (GridKind.ORDINARY, GridKind.EXCLUSIVE)
"""Grids of the one published layer; 单元网格 are another layer and never mixed in."""

NOTHING_STATED_M = 1.0
"""Accuracy in metres of a layer without any boundary."""


@dataclass(frozen=True, slots=True, eq=False)
class Offices:
    """Community offices: the code of the community that each serves and its point in metres."""

    communities: Codes
    points: Shapes


def beyond(district_code: str) -> str:
    """Return the first code after those that begin with a district's: ``code ~>=~ it AND code ~<~ this`` finds them by
    the index on codes, whatever the plan knows of the district.
    """
    return str(int(district_code) + 1).zfill(len(district_code))


def wkb(column: str = "shape") -> Cast:
    """Return the stored bytes of a geometry (EWKB): ten times cheaper than a GEOS object of Django's for each row."""
    return Cast(F(column), BinaryField())


def shapes_of(stored: Iterable[Any]) -> Shapes:
    """Return stored bytes as a shapely array."""
    rows = np.empty(0, dtype=object)
    listed = [bytes(row) for row in stored]
    if listed:
        rows = np.asarray(shapely.from_wkb(np.array(listed, dtype=object)), dtype=object)
    return rows


def boundaries_in_force(
    kind: LayerKind,
    *,
    district_code: str,
    at: datetime,
    grid_kinds: Iterable[GridKind] = PUBLISHED_KINDS,
    near: BaseGeometry | None = None,
) -> QuerySet[Any]:
    """Return the boundaries of a kind in force in a district at a moment, by code.

    `near` (longitude, latitude) keeps those whose box meets its box. For grids only the kinds named are kept.
    """
    shaped = SHAPED[kind]
    if shaped.boundary is None:
        raise ValueError(f"{kind} has no dated boundaries")
    model: Any = shaped.boundary
    rows: QuerySet[Any] = model._default_manager.filter(in_force__contains=at).order_by("place__code")
    if shaped.own_code:
        rows = rows.filter(place__district_id=district_code)
    else:
        rows = rows.filter(place__code__startswith=district_code)
    if kind is LayerKind.GRID:
        rows = rows.filter(place__kind__in=[grid_kind.value for grid_kind in grid_kinds])
    if near is not None:
        box = Polygon.from_bbox(near.bounds)
        box.srid = 4490
        rows = rows.filter(shape__bboverlaps=box)
    return rows


def _parent_of(kind: LayerKind) -> str:
    return {
        LayerKind.STREET: "place__district_id",
        LayerKind.COMMUNITY: "place__street_id",
        LayerKind.GRID: "place__community_id",
        LayerKind.COMPOUND: "place__community_id",
    }[kind]


def layer_in_force(
    kind: LayerKind,
    *,
    district_code: str,
    at: datetime | None = None,
    frame: str | None = None,
    grid_kinds: Iterable[GridKind] = PUBLISHED_KINDS,
    near: BaseGeometry | None = None,
) -> Layer:
    """Return one kind's boundaries in force as a kernel layer.

    Parameters
    ----------
    kind : street, community, grid or compound.
    at : moment, now unless given.
    frame : metric frame ("EPSG:4549"); the district's own unless given.
    near : shape in longitude, latitude; only places whose box meets its box are returned.

    The layer's accuracy is that of its coarsest boundary.
    """
    moment = at or timezone.now()
    rows = list(
        boundaries_in_force(kind, district_code=district_code, at=moment, grid_kinds=grid_kinds, near=near)
        .annotate(stored=wkb())
        .values_list("place__code", _parent_of(kind), "accuracy_m", "stored")
    )
    to_frame = frame or district_frame(district_code, at=moment)
    return Layer(
        codes=_texts(row[0] for row in rows),
        shapes=crs.project(shapes_of(row[3] for row in rows), crs.STORED, to_frame) if rows else shapes_of(()),
        accuracy_m=max((row[2] for row in rows), default=NOTHING_STATED_M),
        parents=_texts(row[1] or "" for row in rows),
    )


def shapes_near(
    shape: BaseGeometry, *, district_code: str, at: datetime | None = None, frame: str | None = None
) -> District:
    """Return the layers of a district around a shape (longitude, latitude): what an audit of a neighbourhood needs.

    Boxes decide, so more than what touches the shape is returned, never less. Widen the shape beforehand where a reach
    is wanted.
    """
    return _layers(district_code, at=at or timezone.now(), frame=frame, near=shape)


def district_layers(district_code: str, at: datetime | None = None, *, frame: str | None = None) -> District:
    """Return everything that an audit of a district looks at, as of a moment (now unless given), in metres.

    Grids are those of the published layer; `parents` are community codes of the records. A layer that is not there at
    all is None (communities, homes) or empty (grids, compounds).
    """
    return _layers(district_code, at=at or timezone.now(), frame=frame, near=None)


def _layers(district_code: str, *, at: datetime, frame: str | None, near: BaseGeometry | None) -> District:
    to_frame = frame or district_frame(district_code, at=at)
    grids, compounds, communities = (
        layer_in_force(kind, district_code=district_code, at=at, frame=to_frame, near=near)
        for kind in (LayerKind.GRID, LayerKind.COMPOUND, LayerKind.COMMUNITY)
    )
    return District(
        grids=grids,
        compounds=compounds,
        communities=communities if len(communities) else None,
        homes=_homes(district_code, on=timezone.localdate(at), frame=to_frame, near=near),
        rules=rules_of(district_code),
    )


def _homes(district_code: str, *, on: date, frame: str, near: BaseGeometry | None) -> Homes | None:
    rows = Building.objects.filter(_standing(on), district_id=district_code, households__gt=0).order_by("code")
    if near is not None:
        box = Polygon.from_bbox(near.bounds)
        box.srid = 4490
        rows = rows.filter(shape__bboverlaps=box)
    listed = list(rows.annotate(stored=wkb("point")).values_list("households", "stored"))
    if not listed and near is None:
        return None
    points = shapes_of(row[1] for row in listed)
    return Homes(
        points=crs.project(points, crs.STORED, frame) if len(points) else points,
        households=np.array([row[0] for row in listed], dtype=np.int64),
    )


def offices_of(district_code: str, *, at: datetime | None = None, frame: str | None = None) -> Offices:
    """Return the community offices of a district that know their community, in metres."""
    moment = at or timezone.now()
    rows = list(
        CommunityOffice.objects.filter(
            _standing(timezone.localdate(moment)), district_id=district_code, community__isnull=False
        )
        .order_by("code")
        .annotate(stored=wkb())
        .values_list("community_id", "stored")
    )
    points = shapes_of(row[1] for row in rows)
    to_frame = frame or district_frame(district_code, at=moment)
    return Offices(
        communities=_texts(str(row[0]) for row in rows),
        points=crs.project(points, crs.STORED, to_frame) if rows else points,
    )


def district_frame(district_code: str, *, at: datetime | None = None) -> str:
    """Return the metric frame to measure a district in: for the middle of its grids, else of what else is there.

    Raises
    ------
    WrongFrame : nothing in force has a shape (`crs.nothing`).
    """
    moment = at or timezone.now()
    for kind in (LayerKind.GRID, LayerKind.COMMUNITY, LayerKind.COMPOUND, LayerKind.STREET, LayerKind.DISTRICT):
        rows = boundaries_in_force(kind, district_code=district_code, at=moment)
        extent = rows.order_by().aggregate(box=Extent("shape"))["box"]
        if extent is not None:
            return crs.metric_crs_for((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
    return crs.metric_frame([])


def rules_of(district_code: str) -> AuditRules:
    """Return a district's thresholds; the band of ordinary grids replaces the general sizes where there is one."""
    row = DistrictRules.objects.filter(district_id=district_code).first()
    rules = row.as_rules() if row else AuditRules()
    band = SizeBand.objects.filter(district_id=district_code, grid_kind=GridKind.ORDINARY.value).first()
    if band is None:
        return rules
    return AuditRules(
        noise_factor=rules.noise_factor,
        clear_factor=rules.clear_factor,
        min_households=band.min_households,
        max_households=band.max_households,
        hard_max_households=band.hard_max_households,
        far_from_office_m=rules.far_from_office_m,
    )


def _standing(on: date) -> Q:
    return Q(established_on__lte=on) & (Q(retired_on__isnull=True) | Q(retired_on__gt=on))


def _texts(values: Iterable[str]) -> Codes:
    return np.array(list(values), dtype=object)
