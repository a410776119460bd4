"""What a file must agree with: codes that are there or retired, and land that is known to be right."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gis.geometry.layers import Shapes
from gis.selectors.territory.kinds import SHAPED
from gis.selectors.territory.layers import shapes_of, wkb
from gis.terms import LayerKind

_UPWARDS = (LayerKind.COMMUNITY, LayerKind.STREET, LayerKind.DISTRICT)
"""Layers to check coordinates against, the sharpest first."""


def live_codes(kind: LayerKind, *, district_code: str, at: datetime) -> frozenset[str]:
    """Return the codes of a kind that live at a moment, of one district or ("") of all."""
    on = timezone.localdate(at)
    rows = _of_district(kind, district_code).filter(Q(retired_on__isnull=True) | Q(retired_on__gt=on))
    return frozenset(rows.values_list("code", flat=True))


def own_codes(kind: LayerKind) -> list[tuple[str, str]]:
    """Return code and district code of every place of a kind whose codes are only unique in their district."""
    place: Any = SHAPED[kind].place
    return list(place._default_manager.values_list("code", "district_id"))


def retired_codes(kind: LayerKind, *, district_code: str) -> frozenset[str]:
    """Return the codes of a kind that were retired: they never come back."""
    rows = _of_district(kind, district_code).filter(retired_on__isnull=False)
    return frozenset(rows.values_list("code", flat=True))


def trusted_land(kind: LayerKind, *, district_codes: Collection[str], at: datetime) -> tuple[list[str], Shapes] | None:
    """Return codes and shapes (longitude, latitude) that a file of this kind should lie in; None when none is there.

    The layer above it, or the next above that has boundaries in force. Nothing stands above districts.
    """
    level = _UPWARDS.index(kind) + 1 if kind in _UPWARDS else 0
    for above in _UPWARDS[level:]:
        model: Any = SHAPED[above].boundary
        of_districts = Q()
        for code in district_codes:
            of_districts |= Q(place__code__startswith=code)
        rows = list(
            model._default_manager.filter(of_districts, in_force__contains=at)
            .annotate(stored=wkb())
            .values_list("place__code", "stored")
        )
        if rows:
            return [row[0] for row in rows], shapes_of(row[1] for row in rows)
    return None


def _of_district(kind: LayerKind, district_code: str) -> Any:
    place: Any = SHAPED[kind].place
    rows = place._default_manager.all()
    if not district_code:
        return rows
    if SHAPED[kind].own_code:
        return rows.filter(district_id=district_code)
    return rows.filter(code__startswith=district_code)
