"""Places as features in words of the interface: which properties a kind has, and how a row is written."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gis.api.fields import geometry_schema, one_word
from gis.selectors.territory.features import FeatureRow
from gis.selectors.territory.kinds import SHAPED
from gis.terms import Clarity, CompoundKind, Fit, GridFit, GridKind, LayerKind, Management, RoadRank, StationKind, Word

SHAPES: dict[LayerKind, tuple[str, ...]] = {
    LayerKind.BUILDING: ("Point", "MultiPolygon"),
    LayerKind.STATION: ("Point",),
    LayerKind.OFFICE: ("Point",),
    LayerKind.ROAD: ("MultiLineString",),
}
"""Types of the shapes of a kind; all others are areas."""

WORDS: dict[tuple[LayerKind, str], type[Word]] = {
    (LayerKind.GRID, "kind"): GridKind,
    (LayerKind.COMPOUND, "kind"): CompoundKind,
    (LayerKind.COMPOUND, "management"): Management,
    (LayerKind.STATION, "kind"): StationKind,
    (LayerKind.ROAD, "rank"): RoadRank,
}
FITS: dict[LayerKind, type[Word]] = {LayerKind.GRID: GridFit, LayerKind.COMPOUND: Fit}

PATHS: dict[LayerKind, str] = {
    LayerKind.DISTRICT: "districts",
    LayerKind.STREET: "streets",
    LayerKind.COMMUNITY: "communities",
    LayerKind.GRID: "grids",
    LayerKind.COMPOUND: "compounds",
    LayerKind.BUILDING: "buildings",
    LayerKind.STATION: "stations",
    LayerKind.OFFICE: "offices",
    LayerKind.ROAD: "roads",
}
"""Kind → its word in addresses."""


def written(row: FeatureRow) -> bytes:
    """Return a place as the bytes of a GeoJSON feature; its shape goes through as PostGIS wrote it."""
    properties: dict[str, Any] = {
        "layer": row.kind.value,
        "code": row.code,
        "district": row.district,
        "name": row.name,
        "parent": row.parent,
        "established_on": row.established_on.isoformat(),
        "retired_on": row.retired_on.isoformat() if row.retired_on else None,
        **row.attributes,
    }
    if SHAPED[row.kind].boundary is not None:
        properties |= {
            "in_force_from": row.in_force_from.isoformat() if row.in_force_from else None,
            "in_force_to": row.in_force_to.isoformat() if row.in_force_to else None,
            "accuracy_m": row.accuracy_m,
            "source": row.source,
        }
    if row.kind in FITS:
        properties["verdict"] = row.verdict or None
    told = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    key = json.dumps(row.key, ensure_ascii=False)
    return f'{{"type":"Feature","id":{key},"geometry":{row.shape or "null"},"properties":{told}}}'.encode()


def collection(rows: Iterable[FeatureRow], *, before: str | None, after: str | None) -> bytes:
    """Return places as the bytes of a GeoJSON feature collection with the addresses of its neighbours."""
    links = json.dumps({"next": after, "previous": before})
    return b'{"type":"FeatureCollection","features":[' + b",".join(map(written, rows)) + b"]," + links[1:].encode()


class VerdictOut(serializers.Serializer[Any]):
    """How the place sits, by the last audit."""

    clarity = serializers.ChoiceField(choices=Clarity.choices())
    width_m = serializers.FloatField()
    households = serializers.IntegerField()


def _own_fields(kind: LayerKind) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
    for name in SHAPED[kind].attributes:
        words = WORDS.get((kind, name))
        if words:
            fields[name] = serializers.ChoiceField(choices=words.choices())
        elif name == "households":
            fields[name] = serializers.IntegerField(allow_null=kind is LayerKind.COMPOUND, min_value=0)
        else:
            fields[name] = serializers.CharField()
    if SHAPED[kind].boundary is not None:
        fields["in_force_from"] = serializers.DateTimeField(allow_null=True)
        fields["in_force_to"] = serializers.DateTimeField(allow_null=True)
        fields["accuracy_m"] = serializers.FloatField(allow_null=True)
        fields["source"] = serializers.CharField()
    if kind in FITS:
        state = serializers.ChoiceField(choices=FITS[kind].choices())
        verdict = type(f"{kind.value.title()}Verdict", (VerdictOut,), {"state": state})
        fields["verdict"] = verdict(allow_null=True)
    return fields


@cache
def feature_out(kind: LayerKind) -> type[serializers.Serializer[Any]]:
    """Return the description of one kind's feature."""
    title = kind.value.title()
    told: dict[str, Any] = {
        "layer": one_word(kind.value)(),
        "code": serializers.CharField(),
        "district": serializers.CharField(),
        "name": serializers.CharField(),
        "parent": serializers.CharField(),
        "established_on": serializers.DateField(),
        "retired_on": serializers.DateField(allow_null=True),
        **_own_fields(kind),
    }
    shape = geometry_schema(*SHAPES.get(kind, ("MultiPolygon",)))
    unknown = kind not in SHAPES
    geometry = extend_schema_field({"oneOf": [shape, {"type": "null"}]} if unknown else shape)(
        type(f"{title}Geometry", (serializers.JSONField,), {})
    )
    fields = {
        "type": one_word("Feature")(),
        "id": serializers.CharField(),
        "geometry": geometry(),
        "properties": type(f"{title}Properties", (serializers.Serializer,), told)(),
    }
    return type(f"{title}Feature", (serializers.Serializer,), fields)


@cache
def collection_out(kind: LayerKind) -> type[serializers.Serializer[Any]]:
    """Return the description of a page of one kind's features."""
    fields = {
        "type": one_word("FeatureCollection")(),
        "features": feature_out(kind)(many=True),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
    }
    return type(f"{kind.value.title()}Page", (serializers.Serializer,), fields)
