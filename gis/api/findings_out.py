"""Findings, runs and exceptions in words of the interface."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gis import policy
from gis.api.fields import geometry_schema
from gis.api.search import BoxOut
from gis.selectors.audits import FindingDetail, FindingRow
from gis.services.audits.cases import next_moves
from gis.terms import CASE_MOVES, Action, CaseState, Clarity, FindingKind, Novelty, RunKind, RunState

DIGITS = 7


@extend_schema_field({"oneOf": [geometry_schema(), {"type": "null"}]})
class ShapeOut(serializers.Field[Any, Any, Any, Any]):
    """A GeoJSON geometry in degrees; it is kept as text."""

    def to_representation(self, value: Any) -> Any:
        return json.loads(value, parse_float=lambda digits: round(float(digits), DIGITS))


class FindingOut(serializers.Serializer[Any]):
    """One case as a list shows it. `version` names it as it stood: a change that carries it does not overwrite."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=FindingKind.choices())
    state = serializers.ChoiceField(choices=CaseState.choices())
    clarity = serializers.ChoiceField(choices=Clarity.choices())
    clarity_before = serializers.ChoiceField(choices=Clarity.choices(), allow_null=True)
    novelty = serializers.ChoiceField(choices=Novelty.choices())
    subjects = serializers.ListField(child=serializers.CharField(), help_text=_("涉及的编码，首要的在前"))
    names = serializers.ListField(child=serializers.CharField())
    community_code = serializers.CharField()
    community_name = serializers.CharField()
    width_m = serializers.FloatField()
    households = serializers.IntegerField()
    assigned_to = serializers.CharField()
    assigned_to_id = serializers.IntegerField(allow_null=True)
    opened_at = serializers.DateTimeField()
    moved_at = serializers.DateTimeField()
    exception_expires_on = serializers.DateField(allow_null=True)
    version = serializers.CharField()


class FindingPageOut(serializers.Serializer[Any]):
    """A page of the worklist; `next` and `previous` are addresses."""

    total = serializers.IntegerField()
    results = FindingOut(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class PieceOut(serializers.Serializer[Any]):
    """One part of a finding's place: the grid or community that it lies in; noise is not material."""

    code = serializers.CharField()
    name = serializers.CharField()
    geometry = ShapeOut(allow_null=True)
    area_m2 = serializers.FloatField()
    share = serializers.FloatField()
    width_m = serializers.FloatField()
    households = serializers.IntegerField()
    material = serializers.BooleanField()


class NoteOut(serializers.Serializer[Any]):
    """One step of a case; a remark moves nothing."""

    at = serializers.DateTimeField()
    by = serializers.CharField()
    from_state = serializers.ChoiceField(choices=CaseState.choices(), allow_null=True)
    to_state = serializers.ChoiceField(choices=CaseState.choices(), allow_null=True)
    text = serializers.CharField()


class SightingOut(serializers.Serializer[Any]):
    """What one run said of the case."""

    as_of = serializers.DateTimeField()
    novelty = serializers.ChoiceField(choices=Novelty.choices())
    clarity = serializers.ChoiceField(choices=Clarity.choices())
    width_m = serializers.FloatField()
    households = serializers.IntegerField()


class AcceptedOut(serializers.Serializer[Any]):
    """An accepted exception of the case; `end_reason` is empty while it holds."""

    accepted_on = serializers.DateField()
    expires_on = serializers.DateField()
    reason = serializers.CharField()
    accepted_by = serializers.CharField()
    end_reason = serializers.CharField()


class MayOut(serializers.Serializer[Any]):
    """What this account may do with the case now."""

    triage = serializers.BooleanField(help_text=_("研判、指派、备注"))
    accept = serializers.BooleanField(help_text=_("认可例外"))
    end_exception = serializers.BooleanField(help_text=_("终止例外"))


class FindingDetailOut(FindingOut):
    """One case with its shapes, its parts and its life."""

    district = serializers.CharField()
    evidence = serializers.DictField()
    place = ShapeOut()
    bbox = BoxOut()
    cut = ShapeOut(allow_null=True)
    pieces = PieceOut(many=True)
    notes = NoteOut(many=True)
    sightings = SightingOut(many=True)
    exceptions = AcceptedOut(many=True)
    moves = serializers.ListField(
        child=serializers.ChoiceField(choices=CaseState.choices()), help_text=_("此账号现在可改为的状态")
    )
    may = MayOut()


def bounds_of(geometry: dict[str, Any]) -> list[float]:
    """Return west, south, east, north of a GeoJSON geometry."""
    parts = geometry.get("geometries") or [geometry]
    lons, lats = zip(*(position for part in parts for position in _positions(part["coordinates"])), strict=True)
    return [round(value, DIGITS) for value in (min(lons), min(lats), max(lons), max(lats))]


def _positions(coordinates: list[Any]) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], float | int):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _positions(part)


def pieces_told(detail: FindingDetail, shapes: dict[str, str]) -> list[dict[str, Any]]:
    """Return the parts of a finding: raw overlaps with the grids, else what the evidence tells of communities."""
    row = detail.row
    names = dict(zip(row.subjects, row.names, strict=True))
    told = row.evidence
    communities = told.get("communities") or []
    measures = [told.get(key) or [] for key in ("areas_m2", "shares", "widths_m", "community_households")]
    if communities and all(len(values) == len(communities) for values in measures):
        rows = [(*values, True) for values in zip(communities, *measures, strict=True)]
    elif row.kind in (FindingKind.COMPOUND_CROSSED, FindingKind.COMPOUND_UNCOVERED):
        rows = [(p.grid, p.area_m2, p.share, p.width_m, p.households, p.material) for p in detail.pieces]
    else:
        rows = []
    keys = ("code", "area_m2", "share", "width_m", "households", "material")
    return [
        {**dict(zip(keys, values, strict=True)), "name": names.get(values[0], ""), "geometry": shapes.get(values[0])}
        for values in rows
    ]


def detail_told(detail: FindingDetail, shapes: dict[str, str], person: Any) -> dict[str, Any]:
    """Return one case as `FindingDetailOut` writes it for an account."""
    row = detail.row
    triage = policy.may(person, Action.TRIAGE_FINDING, detail.territory)
    approve = policy.may(person, Action.ACCEPT_EXCEPTION, detail.territory)
    excepted = row.state is CaseState.EXCEPTED
    sighted = ("as_of", "novelty", "clarity", "width_m", "households")
    accepted = ("accepted_on", "expires_on", "reason", "accepted_by", "end_reason")
    return {
        **{name: getattr(row, name) for name in FindingOut._declared_fields},
        "district": detail.district_code,
        "evidence": row.evidence,
        "place": detail.place,
        "bbox": bounds_of(json.loads(detail.place)),
        "cut": detail.cut,
        "pieces": pieces_told(detail, shapes),
        "notes": detail.notes,
        "sightings": [dict(zip(sighted, values, strict=True)) for values in detail.sightings],
        "exceptions": [dict(zip(accepted, values, strict=True)) for values in detail.exceptions],
        "moves": next_moves(row.state) if triage else [],
        "may": {
            "triage": triage,
            "accept": approve and CaseState.EXCEPTED in CASE_MOVES[row.state],
            "end_exception": approve and excepted,
        },
    }


def page_told(rows: list[FindingRow], total: int, following: str | None, before: str | None) -> dict[str, Any]:
    """Return a page as `FindingPageOut` writes it."""
    return {"total": total, "results": rows, "next": following, "previous": before}


class CountsOut(serializers.DictField):
    """A word and a number, grouped by a word."""

    child = serializers.DictField(child=serializers.IntegerField())


class RunOut(serializers.Serializer[Any]):
    """One audit run. Totals and standing findings are of the whole district, and told to those who see all of it."""

    id = serializers.IntegerField()
    district_code = serializers.CharField()
    kind = serializers.ChoiceField(choices=RunKind.choices())
    state = serializers.ChoiceField(choices=RunState.choices())
    as_of = serializers.DateTimeField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    by = serializers.CharField()
    cause = serializers.CharField()
    engine = serializers.CharField()
    judged = serializers.IntegerField()
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    resolved = serializers.IntegerField()
    totals = CountsOut()
    standing = CountsOut()
    reason = serializers.CharField()


class RunsOut(serializers.Serializer[Any]):
    """Audit runs, the newest first."""

    results = RunOut(many=True)


class ChangesOut(serializers.Serializer[Any]):
    """Cases of which a run said one thing: how many, and the widest of them."""

    count = serializers.IntegerField()
    findings = FindingOut(many=True)


class RunDetailOut(RunOut):
    """One audit run with what it changed, among the cases that the account sees."""

    changes = serializers.DictField(child=ChangesOut(), help_text=_("new、known、resolved"))


class ExceptionOut(serializers.Serializer[Any]):
    """One accepted exception."""

    id = serializers.IntegerField()
    finding_id = serializers.IntegerField()
    district_code = serializers.CharField()
    community_code = serializers.CharField()
    subjects = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    accepted_by = serializers.CharField()
    accepted_on = serializers.DateField()
    expires_on = serializers.DateField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField()
    end_reason = serializers.CharField()


class ExceptionsOut(serializers.Serializer[Any]):
    """Accepted exceptions, the newest first."""

    results = ExceptionOut(many=True)


class OfficerOut(serializers.Serializer[Any]):
    """Who can be given a case, and on which code prefixes."""

    username = serializers.CharField()
    name = serializers.CharField()
    territories = serializers.ListField(child=serializers.CharField())


class OfficersOut(serializers.Serializer[Any]):
    """Who can be given cases in a district."""

    results = OfficerOut(many=True)
