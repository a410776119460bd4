"""Where a point is, what places are called, what was imported before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone

from gis.models import ColumnMapping, ImportRecord
from gis.selectors.territory.kinds import SHAPED
from gis.selectors.territory.layers import PUBLISHED_KINDS
from gis.terms import LayerKind


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The places that hold a point: their codes, "" where there is none."""

    district_code: str = ""
    street_code: str = ""
    community_code: str = ""
    grid_code: str = ""
    compound_code: str = ""


def where_is(lon: float, lat: float, *, at: datetime | None = None) -> Whereabouts:
    """Return which places hold a point (degrees, CGCS2000) at a moment, now unless given.

    A point on a shared line belongs to the place with the smaller code. Grids are those of the published layer.
    """
    point = Point(lon, lat, srid=4490)
    moment = at or timezone.now()
    found: dict[str, str] = {}
    for kind in (LayerKind.DISTRICT, LayerKind.STREET, LayerKind.COMMUNITY, LayerKind.GRID, LayerKind.COMPOUND):
        model: Any = SHAPED[kind].boundary
        rows = model._default_manager.filter(in_force__contains=moment, shape__intersects=point)
        if kind is LayerKind.GRID:
            rows = rows.filter(place__kind__in=[grid_kind.value for grid_kind in PUBLISHED_KINDS])
        codes = rows.order_by("place__code").values_list("place__code", flat=True)
        found[f"{kind.value}_code"] = codes.first() or ""
    return Whereabouts(**found)


def names_of(kind: LayerKind, codes: Iterable[str], *, district_code: str = "") -> dict[str, str]:
    """Return code → name for places of a kind; own codes need their district."""
    place: Any = SHAPED[kind].place
    rows = place._default_manager.filter(code__in=list(codes))
    if SHAPED[kind].own_code:
        rows = rows.filter(district_id=district_code)
    return dict(rows.values_list("code", "name"))


def remembered_mapping(source: str, kind: LayerKind, header_fingerprint: str) -> dict[str, str] | None:
    """Return the column mapping confirmed before for files of a source with this header, None when there is none."""
    known = ColumnMapping.objects.filter(source=source, kind=kind.value, header_fingerprint=header_fingerprint).first()
    return dict(known.mapping) if known else None


def last_accuracy_m(kind: LayerKind, *, district_codes: Collection[str]) -> float | None:
    """Return the accuracy in metres that the last import of a kind into these districts stated, None when none did."""
    records = ImportRecord.objects.filter(kind=kind.value, district_code__in=district_codes).order_by("-at", "-id")
    return records.values_list("accuracy_m", flat=True).first()


def imports_of(district_code: str, *, limit: int = 50) -> list[ImportRecord]:
    """Return the newest imports of a district."""
    return list(ImportRecord.objects.filter(district_code=district_code).select_related("by")[:limit])
