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
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from shapely import box
from shapely.geometry.base import BaseGeometry

from gis.geometry import crs
from gis.geometry.audit import Extras
from gis.geometry.layers import AuditRules, District, Layer, Shapes
from gis.geometry.pieces import Bools
from gis.geometry.said import said
from gis.models import AuditRun, Building, CommunityBoundary, CommunityOffice, Compound, Grid
from gis.models import District as DistrictPlace
from gis.selectors.territory import PUBLISHED_KINDS, district_frame, district_layers, rules_of, shapes_near
from gis.selectors.territory.layers import boundaries_in_force, shapes_of, wkb
from gis.selectors.territory.surroundings import surroundings
from gis.services.audits.refusals import NothingToAudit
from gis.terms import GridKind, LayerKind, RunState

JUDGED = (LayerKind.GRID, LayerKind.COMPOUND, LayerKind.COMMUNITY)
NEAR_DEG = 0.003
"""200 m or more up to 53° N: a gap is followed through windows around each change (up to 150 m), and all that meets
them must have been read."""


_JUDGED_IN_FORCE = """
    SELECT 'grid' AS kind, there.shape, there.accuracy_m
    FROM gridwork_gridboundary AS there JOIN gridwork_grid AS place ON place.id = there.place_id
    WHERE left(place.code, 6) = %(district)s AND there.in_force @> %(at)s::timestamptz
        AND place.kind = ANY(%(published)s)
    UNION ALL
    SELECT 'compound', there.shape, there.accuracy_m
    FROM gridwork_compoundboundary AS there JOIN gridwork_compound AS place ON place.id = there.place_id
    WHERE place.district_code = %(district)s AND there.in_force @> %(at)s::timestamptz
"""
_IN_FORCE = f"""{_JUDGED_IN_FORCE}
    UNION ALL
    SELECT 'community', there.shape, there.accuracy_m
    FROM gridwork_communityboundary AS there JOIN gridwork_community AS place ON place.id = there.place_id
    WHERE left(place.code, 6) = %(district)s AND there.in_force @> %(at)s::timestamptz
"""  # noqa: S608 - constants only
_ACCURACIES = f"SELECT kind, max(accuracy_m) FROM ({_IN_FORCE}) AS shapes GROUP BY kind ORDER BY kind"  # noqa: S608 - constants only
_EXTENT = f"""
    SELECT ST_XMin(around), ST_YMin(around), ST_XMax(around), ST_YMax(around) FROM (
        SELECT ST_Extent(shape) AS around FROM ({_JUDGED_IN_FORCE}) AS shapes
        WHERE shape && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    ) AS extent
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Basis:
    """What is the same for every place of a district at a moment."""

    district_code: str
    at: datetime
    frame: str
    rules: AuditRules
    accuracy_m: dict[str, float]
    with_buildings: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data: a run keeps it, and two runs are compared by it."""
        accuracies = {f"{kind}_accuracy_m": metres for kind, metres in self.accuracy_m.items()}
        judged_by = {"frame": self.frame, "with_buildings": self.with_buildings, "geos": shapely.geos_version_string}
        return {**asdict(self.rules), **accuracies, **judged_by}


def require_layers(district_code: str, at: datetime) -> None:
    """Refuse with NothingToAudit a district that is unknown, or without grids or compounds in force."""
    if not DistrictPlace.objects.filter(code=district_code).exists():
        raise NothingToAudit(
            said("没有编码为“{code}”的区；请核对 6 位区编码，或先导入图层。", code=district_code),
            rule="audit.district_unknown",
        )
    for kind in (LayerKind.GRID, LayerKind.COMPOUND):
        if not boundaries_in_force(kind, district_code=district_code, at=at).exists():
            raise NothingToAudit(
                said("{code} 还没有生效的{layer}边界；请先导入网格与小区图层。", code=district_code, layer=kind)
            )


def basis_of(district_code: str, at: datetime) -> Basis:
    """Return what the verdicts of a district rest on at a moment."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCURACIES, _asked(district_code, at))
        accuracies = {kind: accuracy_m for kind, accuracy_m in cursor.fetchall() if accuracy_m is not None}
    return Basis(
        district_code=district_code,
        at=at,
        frame=district_frame(district_code, at=at),
        rules=rules_of(district_code),
        accuracy_m=accuracies,
        with_buildings=_buildings(district_code, at).exists(),
    )


def same_as_last_run(basis: Basis) -> bool:
    """Say whether the last finished run of the district rested on the same."""
    done = AuditRun.objects.filter(district_id=basis.district_code, state=RunState.DONE).order_by("-as_of", "-id")
    last: dict[str, Any] | None = done.values_list("rules", flat=True).first()
    return last == basis.as_dict()


def count_places(basis: Basis) -> int:
    """Return how many grids, compounds and communities are in force."""
    return sum(boundaries_in_force(kind, district_code=basis.district_code, at=basis.at).count() for kind in JUDGED)


def whole(basis: Basis) -> tuple[District, Extras]:
    """Return all layers of the district in metres, and what else its audit knows."""
    layers = district_layers(basis.district_code, basis.at, frame=basis.frame)
    district = replace(_as_stated(layers, basis), rules=basis.rules)
    return district, extras_of(district, basis)


def around(basis: Basis, changed: Shapes) -> tuple[District, Extras, BaseGeometry]:
    """Return what the verdicts around some changes (EPSG:4490) rest on, and the land in which nothing is left out."""
    boxes = shapely.bounds(changed)
    here = surroundings(
        basis.district_code,
        at=basis.at,
        frame=basis.frame,
        rules=basis.rules,
        changes=[tuple(row) for row in boxes.tolist()],
        near_deg=NEAR_DEG,
    )
    communities = here.district.communities
    with_some = replace(
        here.district, communities=communities if communities is not None and len(communities) else None
    )
    district = _with_recorded_communities(_as_stated(with_some, basis), basis)
    reach = shapely.union_all(shapely.box(*(boxes + NEAR_DEG * np.array([-1.0, -1.0, 1.0, 1.0])).T))
    return district, extras_of(district, basis, here.ordinary), reach


def cut_out(basis: Basis, reach: BaseGeometry) -> tuple[District, Extras]:
    """Return the layers around a box (EPSG:4490), with every community that a compound there is recorded under."""
    near = shapes_near(reach, district_code=basis.district_code, at=basis.at, frame=basis.frame)
    district = _with_recorded_communities(_as_stated(near, basis), basis)
    return district, extras_of(district, basis)


def grow_to(basis: Basis, reach: BaseGeometry, shape: BaseGeometry) -> BaseGeometry:
    """Return the box widened until it holds a shape (EPSG:4490) with its surroundings."""
    wider = box(*shapely.total_bounds(np.array([reach, shape], dtype=object))).buffer(NEAR_DEG)
    return _grown(basis, wider)


def extras_of(district: District, basis: Basis, ordinary: Bools | None = None) -> Extras:
    """Return offices, the compounds' own totals and which grids a size is wanted of: the ordinary ones."""
    if ordinary is None:
        here = Grid.objects.filter(code__startswith=basis.district_code, kind=GridKind.ORDINARY)
        codes = set(here.values_list("code", flat=True))
        ordinary = np.array([code in codes for code in district.grids.codes], dtype=bool)
    return Extras(
        offices=_offices(district, basis),
        compound_households=None if basis.with_buildings else _recorded_households(district, basis),
        sized=ordinary,
    )


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


def _buildings(district_code: str, at: datetime) -> QuerySet[Building]:
    on = timezone.localdate(at)
    standing = Building.objects.filter(district_id=district_code, households__gt=0, established_on__lte=on)
    return standing.exclude(retired_on__lte=on)


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


def _recorded_households(district: District, basis: Basis) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """Return each compound's own total, None when no compound states one."""
    recorded = dict(
        Compound.objects.filter(district_id=basis.district_code, households__isnull=False).values_list(
            "code", "households"
        )
    )
    if not recorded:
        return None
    return np.array([recorded.get(code, 0) for code in district.compounds.codes], dtype=np.int64)
