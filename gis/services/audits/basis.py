"""What every verdict of a district rests on, and what a cut-out of its layers must hold for the same verdicts.

A neighbourhood is judged exactly as in a full audit only with the whole district's metric frame, stated accuracies and
rules. Where one of them differs from the run before, a change in one place can turn verdicts everywhere: then the whole
district is judged.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from shapely import box
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.audit import Extras
from gis.geometry.changes import Changed, box_shapes
from gis.geometry.layers import AuditRules, District, Layer, Shapes
from gis.geometry.pieces import Floats, Ints
from gis.geometry.said import said
from gis.models import CommunityBoundary, CommunityOffice, Compound, Grid
from gis.selectors.audits.grounds import Grounds, grounds_of
from gis.selectors.territory import PUBLISHED_KINDS, district_layers, shapes_near
from gis.selectors.territory.layers import boundaries_in_force, shapes_of, wkb
from gis.selectors.territory.surroundings import surroundings
from gis.services.audits.refusals import NothingToAudit
from gis.terms import GridKind, LayerKind

NEAR_DEG = 0.0009
"""60 m or more up to 53° N: a gap is looked for in windows around each change, 50 m first, and all that meets these
must have been read. For one that reaches further, more is read."""

BESIDE_DEG = 0.0004
"""What lies within some 30 m of a piece of land lies beside it."""

ON_LINE_M = 0.5
"""How near a grid's line a home may be on it: what is one line in degrees may be two in metres, centimetres apart."""

OUTWARDS = np.array([-1.0, -1.0, 1.0, 1.0])

_EXTENT = """
    SELECT ST_XMin(around), ST_YMin(around), ST_XMax(around), ST_YMax(around) FROM (
        SELECT ST_Extent(shape) AS around FROM (
            SELECT there.shape
            FROM gridwork_gridboundary AS there JOIN gridwork_grid AS place ON place.id = there.place_id
            WHERE left(place.code, 6) = %(district)s AND there.in_force @> %(at)s::timestamptz
                AND place.kind = ANY(%(published)s)
            UNION ALL
            SELECT there.shape
            FROM gridwork_compoundboundary AS there JOIN gridwork_compound AS place ON place.id = there.place_id
            WHERE place.district_code = %(district)s AND there.in_force @> %(at)s::timestamptz
        ) AS shapes
        WHERE shape && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    ) AS extent
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What is the same for every place of a district at a moment."""

    district_code: str
    at: datetime
    frame: str
    rules: AuditRules
    accuracy_m: dict[str, float]
    with_buildings: bool

    @classmethod
    def on(cls, district_code: str, grounds: Grounds) -> "Basis":
        """Return the basis that a district's grounds make."""
        return cls(
            district_code=district_code,
            at=grounds.at,
            frame=grounds.frame,
            rules=grounds.rules,
            accuracy_m=grounds.accuracy_m,
            with_buildings=grounds.with_buildings,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data: a run keeps it, and two runs are compared by it."""
        accuracies = {f"{kind}_accuracy_m": metres for kind, metres in self.accuracy_m.items()}
        judged_by = {"frame": self.frame, "with_buildings": self.with_buildings, "geos": shapely.geos_version_string}
        return {**asdict(self.rules), **accuracies, **judged_by}


def unknown_district(district_code: str) -> NothingToAudit:
    """Return what is said of a code that is no district's."""
    return NothingToAudit(
        said("没有编码为“{code}”的区；请核对 6 位区编码，或先导入图层。", code=district_code),
        rule="audit.district_unknown",
    )


def require_layers(district_code: str, grounds: Grounds) -> None:
    """Refuse with NothingToAudit a district that is unknown, or without grids or compounds in force."""
    if not grounds.known:
        raise unknown_district(district_code)
    for kind in (LayerKind.GRID, LayerKind.COMPOUND):
        if kind.value not in grounds.accuracy_m:
            raise NothingToAudit(
                said("{code} 还没有生效的{layer}边界；请先导入网格与小区图层。", code=district_code, layer=kind)
            )


def basis_of(district_code: str, at: datetime) -> Basis:
    """Return what the verdicts of a district rest on at a moment."""
    return Basis.on(district_code, grounds_of(district_code, at=at))


def whole(basis: Basis) -> tuple[District, Extras]:
    """Return all layers of the district in metres, and what else its audit knows."""
    layers = district_layers(basis.district_code, basis.at, frame=basis.frame)
    district = replace(_as_stated(layers, basis), rules=basis.rules)
    return district, extras_of(district, basis)


def around(basis: Basis, shapes: Shapes) -> tuple[District, Extras, BaseGeometry]:
    """Return all that lies on or beside some land (EPSG:4490), and the land in which nothing is left out."""
    boxes = shapely.bounds(shapes)
    near = boxes + NEAR_DEG * OUTWARDS
    district, extras = _read_around(basis, box_shapes(boxes + BESIDE_DEG * OUTWARDS), near)
    return district, extras, shapely.union_all(box_shapes(near))


def around_changes(basis: Basis, changed: Changed) -> tuple[District, Extras, BaseGeometry]:
    """Return what the verdicts on some changes (EPSG:4490) rest on, and the land in which nothing is left out.

    That is enough unless a home lies on a line between grids: see `homes_on_lines`.
    """
    gaps_may_change = changed.kind is LayerKind.GRID
    near = changed.boxes(NEAR_DEG) if gaps_may_change else np.empty((0, 4))
    district, extras = _read_around(basis, changed.shapes, near)
    return district, extras, shapely.union_all(box_shapes(near))


def homes_on_lines(district: District) -> bool:
    """Say whether a home lies so near a grid's line that a grid beyond it, which was not read, may hold it too."""
    if district.homes is None:
        return False
    lines = shapely.boundary(district.grids.shapes)
    return bool(shapely.STRtree(district.homes.points).query(lines, predicate="dwithin", distance=ON_LINE_M).size)


def _read_around(basis: Basis, touched: Shapes, near: Floats) -> tuple[District, Extras]:
    here = surroundings(
        basis.district_code, at=basis.at, frame=basis.frame, rules=basis.rules, touched=touched, near=near
    )
    communities = here.district.communities
    with_some = replace(
        here.district, communities=communities if communities is not None and len(communities) else None
    )
    district = _as_stated(with_some, basis)
    offices = here.offices if len(here.offices) and district.communities is not None else None
    return district, Extras(offices=offices, compound_households=_recorded(district, basis), sized=here.ordinary)


def cut_out(basis: Basis, reach: BaseGeometry) -> tuple[District, Extras]:
    """Return the layers around a box (EPSG:4490), with every community that a compound there is recorded under."""
    near = shapes_near(reach, district_code=basis.district_code, at=basis.at, frame=basis.frame)
    district = _with_recorded_communities(_as_stated(near, basis), basis)
    return district, extras_of(district, basis)


def grow_to(basis: Basis, reach: BaseGeometry, shape: BaseGeometry) -> BaseGeometry:
    """Return the box widened until it holds a shape (EPSG:4490) with its surroundings."""
    wider = box(*shapely.total_bounds(np.array([reach, shape], dtype=object))).buffer(NEAR_DEG)
    return _grown(basis, wider)


def extras_of(district: District, basis: Basis) -> Extras:
    """Return offices, the compounds' own totals and which grids a size is wanted of: the ordinary ones."""
    here = Grid.objects.filter(code__startswith=basis.district_code, kind=GridKind.ORDINARY)
    codes = set(here.values_list("code", flat=True))
    ordinary = np.array([code in codes for code in district.grids.codes], dtype=bool)
    recorded = _recorded(district, basis)
    return Extras(offices=_offices(district, basis), compound_households=recorded, sized=ordinary)


def _grown(basis: Basis, here: BaseGeometry) -> BaseGeometry:
    """Return the box around all that meets a box."""
    with connection.cursor() as cursor:
        asked = _asked(basis.district_code, basis.at)
        cursor.execute(_EXTENT, asked | dict(zip(("west", "south", "east", "north"), here.bounds, strict=True)))
        bounds = cursor.fetchone()
    found = here.bounds if bounds[0] is None else bounds
    return box(*shapely.total_bounds(np.array([here, box(*found)], dtype=object)))


def _asked(district_code: str, at: datetime) -> dict[str, Any]:
    return {"district": district_code, "at": at, "published": [kind.value for kind in PUBLISHED_KINDS]}


def _as_stated(district: District, basis: Basis) -> District:
    """Return the layers with the accuracy of the whole layer: of a cut-out only the coarsest in it is known."""

    def stated(layer: Layer, kind: LayerKind) -> Layer:
        return replace(layer, accuracy_m=basis.accuracy_m.get(kind.value, layer.accuracy_m))

    communities = district.communities
    return replace(
        district,
        grids=stated(district.grids, LayerKind.GRID),
        compounds=stated(district.compounds, LayerKind.COMPOUND),
        communities=None if communities is None else stated(communities, LayerKind.COMMUNITY),
        homes=district.homes if basis.with_buildings else None,
    )


def _with_recorded_communities(district: District, basis: Basis) -> District:
    """Add the far communities that compounds are recorded under: how far their office is rests on them."""
    if district.compounds.parents is None or LayerKind.COMMUNITY.value not in basis.accuracy_m:
        return district
    known = set() if district.communities is None else set(district.communities.codes)
    missing = {code for code in district.compounds.parents if code} - known
    if not missing and district.communities is not None:
        return district
    rows = boundaries_in_force(LayerKind.COMMUNITY, district_code=basis.district_code, at=basis.at)
    far = list(
        rows.filter(place__code__in=missing)
        .annotate(stored=wkb())
        .values_list("place__code", "place__street", "stored")
    )
    shapes = crs.project(shapes_of(row[2] for row in far), crs.STORED, basis.frame) if far else shapes_of(())
    near = district.communities or layer_of((), shapes_of(()), (), basis.accuracy_m[LayerKind.COMMUNITY.value])
    joined = layer_of(
        [*near.codes, *(row[0] for row in far)],
        np.concatenate([near.shapes, shapes]),
        [*([""] * len(near) if near.parents is None else near.parents), *(row[1] for row in far)],
        near.accuracy_m,
    )
    order = np.argsort(joined.codes)
    assert joined.parents is not None
    ordered = Layer(joined.codes[order], joined.shapes[order], joined.accuracy_m, joined.parents[order])
    return replace(district, communities=ordered)


def layer_of(codes: Iterable[str], shapes: Any, parents: Iterable[str], accuracy_m: float) -> Layer:
    """Return a kernel layer from plain columns."""
    return Layer(
        np.array(list(codes), dtype=object),
        shapes,
        accuracy_m,
        np.array([code or "" for code in parents], dtype=object),
    )


def _offices(district: District, basis: Basis) -> Layer | None:
    """Return the offices whose community is at hand, and those of a community without a boundary."""
    if district.communities is None:
        return None
    on = timezone.localdate(basis.at)
    standing = CommunityOffice.objects.filter(district_id=basis.district_code, established_on__lte=on)
    drawn = CommunityBoundary.objects.filter(place__code=OuterRef("community"), in_force__contains=basis.at)
    at_hand = Q(community__in=list(district.communities.codes)) | Q(community__isnull=False) & ~Exists(drawn)
    rows = standing.exclude(retired_on__lte=on).filter(at_hand).order_by("code").annotate(stored=wkb())
    listed = list(rows.values_list("code", "community", "stored"))
    if not listed:
        return None
    points = crs.project(shapes_of(row[2] for row in listed), crs.STORED, basis.frame)
    return layer_of((row[0] for row in listed), points, (str(row[1]) for row in listed), 1.0)


def _recorded(district: District, basis: Basis) -> Ints | None:
    """Return each compound's own total; None when there are buildings to count, or no compound states one."""
    if basis.with_buildings:
        return None
    recorded = dict(
        Compound.objects.filter(district_id=basis.district_code, households__isnull=False).values_list(
            "code", "households"
        )
    )
    if not recorded:
        return None
    return np.array([recorded.get(code, 0) for code in district.compounds.codes], dtype=np.int64)
