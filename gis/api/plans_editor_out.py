"""What the editor of a plan is told, in words of the interface: numbers of grids, problems, findings, changes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from gis.api.fields import one_word
from gis.api.plans_lines import PositionField
from gis.api.plans_out import AppliedOut, PlanDetailOut
from gis.api.plans_shapes import AreaOut, shapes_told
from gis.services.plans.editor.deltas import Changes, Seen
from gis.services.plans.editor.numbers import GridNumbers, UnitNumbers
from gis.services.plans.editor.problems import Problems
from gis.speech import in_words
from gis.terms import Clarity, FindingKind, SizeMark


class GridNumbersOut(serializers.Serializer[Any]):
    """A grid in numbers. `of_wanted`: the signed share by which its households are off the wanted number, null where
    none is wanted; `compactness`: 4π·area / perimeter², 1 for a circle; `compounds` counts those that lie wholly in it,
    `crossed` names those that a grid line cuts here. Land in no grid stands under the code ""."""

    code = serializers.CharField()
    name = serializers.CharField()
    community = serializers.CharField()
    community_name = serializers.CharField()
    households = serializers.IntegerField()
    households_before = serializers.IntegerField()
    of_wanted = serializers.FloatField(allow_null=True)
    band = serializers.ChoiceField(choices=SizeMark.choices())
    area_m2 = serializers.FloatField()
    parts = serializers.IntegerField()
    compactness = serializers.FloatField()
    compounds = serializers.IntegerField()
    crossed = serializers.ListField(child=serializers.CharField())
    buildings = serializers.IntegerField()
    changed = serializers.BooleanField()
    new = serializers.BooleanField()
    retired = serializers.BooleanField()
    locked = serializers.BooleanField()
    geometry = AreaOut()


class UnitNumbersOut(serializers.Serializer[Any]):
    """A unit: it goes to a grid as a whole. `divided`: it lies in several grids until it is assigned."""

    grid = serializers.CharField()
    compound = serializers.CharField()
    compound_name = serializers.CharField()
    households = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    divided = serializers.BooleanField()


class UnitFeatureOut(serializers.Serializer[Any]):
    """A unit as a feature; `id` is its number."""

    type = one_word("Feature")()
    id = serializers.IntegerField()
    geometry = AreaOut()
    properties = UnitNumbersOut()


class BareOut(serializers.Serializer[Any]):
    """A unit in no grid."""

    unit = serializers.IntegerField()
    compound = serializers.CharField()
    households = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    place = PositionField()


class BrokenOut(serializers.Serializer[Any]):
    """A grid in several parts, with a point in each; `parts_before`: in how many it lay at the base."""

    grid = serializers.CharField()
    parts = serializers.IntegerField()
    parts_before = serializers.IntegerField()
    places = serializers.ListField(child=PositionField())


class OffBandOut(serializers.Serializer[Any]):
    """A grid off the wanted size: a warning."""

    grid = serializers.CharField()
    households = serializers.IntegerField()
    of_wanted = serializers.FloatField()
    band = serializers.ChoiceField(choices=SizeMark.choices())
    place = PositionField()


class ShareOut(serializers.Serializer[Any]):
    """What share of a compound lies in a grid."""

    code = serializers.CharField()
    share = serializers.FloatField()


class CutCompoundOut(serializers.Serializer[Any]):
    """A compound that a grid line cuts."""

    compound = serializers.CharField()
    name = serializers.CharField()
    households = serializers.IntegerField()
    grids = ShareOut(many=True)
    place = PositionField()


class ProblemsOut(serializers.Serializer[Any]):
    """What is still to be done."""

    unassigned = BareOut(many=True)
    broken = BrokenOut(many=True)
    out_of_range = OffBandOut(many=True)
    crossed = CutCompoundOut(many=True)
    empty = serializers.ListField(child=serializers.CharField())


class SeenOut(serializers.Serializer[Any]):
    """A finding in words, and where to look."""

    kind = serializers.ChoiceField(choices=FindingKind.choices())
    clarity = serializers.ChoiceField(choices=Clarity.choices())
    subjects = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()
    place = PositionField()


class SheetFindingsOut(serializers.Serializer[Any]):
    """Findings of the plan against its base, sizes apart; `known` counts those that stay."""

    resolved = SeenOut(many=True)
    known = serializers.IntegerField()
    new = SeenOut(many=True)


class DeltaFindingsOut(SheetFindingsOut):
    """The same, and what this step cleared."""

    cleared = SeenOut(many=True)


class PassageOut(serializers.Serializer[Any]):
    """What passes from a grid to another ("" for none)."""

    # Named by assignment, since `from` is a word of the language.
    households = serializers.IntegerField()
    buildings = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    compounds = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        ends = {"from": serializers.CharField(), "to": serializers.CharField()}
        return {**ends, **super().get_fields()}


class PassedOut(serializers.Serializer[Any]):
    """What goes to another grid in all, and between which."""

    households = serializers.IntegerField()
    buildings = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    by = PassageOut(many=True)


class UnitsChangedOut(serializers.Serializer[Any]):
    """Units that differ, and numbers of those that are not there any more."""

    changed = UnitFeatureOut(many=True)
    gone = serializers.ListField(child=serializers.IntegerField())


class DeltaOut(serializers.Serializer[Any]):
    """What an edit changes: `version` that it stands on, `number` of operations in effect after it, `total` in the log.

    `grids` and `units` are those that differ, as they are afterwards; `says` has one sentence for each grid.
    """

    version = serializers.IntegerField()
    number = serializers.IntegerField()
    total = serializers.IntegerField()
    grids = GridNumbersOut(many=True)
    gone = serializers.ListField(child=serializers.CharField())
    units = UnitsChangedOut()
    moved = PassedOut()
    says = serializers.ListField(child=serializers.CharField())
    problems = ProblemsOut()
    findings = DeltaFindingsOut()


class AppliedWithDeltaOut(AppliedOut):
    """A plan after operations, with what they changed."""

    delta = DeltaOut()


class SteppedOut(PlanDetailOut):
    """A plan after a step back or forth, with what it changed."""

    delta = DeltaOut()


class LocksOut(serializers.Serializer[Any]):
    """A plan, and its locked grids."""

    plan = PlanDetailOut()
    grids = serializers.ListField(child=serializers.CharField(), help_text=_("已锁定的网格"))


def delta_text(changes: Changes, *, version: int, number: int, total: int) -> str:
    """Return changes as `DeltaOut` writes them: JSON."""
    passed = changes.passed
    units = {"changed": f"[{','.join(unit_texts(changes.units))}]", "gone": dumped(changes.gone_units)}
    plain = {
        "version": version,
        "number": number,
        "total": total,
        "gone": changes.gone_grids,
        "moved": {
            "households": sum(one.households for one in passed),
            "buildings": sum(one.buildings for one in passed),
            "area_m2": round(sum(one.area_m2 for one in passed), 1),
            "by": [
                {
                    "from": one.start,
                    "to": one.end,
                    "households": one.households,
                    "buildings": one.buildings,
                    "area_m2": one.area_m2,
                    "compounds": one.compounds,
                }
                for one in passed
            ],
        },
        "says": [in_words(text) for text in changes.says],
        "problems": problems_told(changes.problems),
        "findings": {
            **findings_told(changes.resolved, changes.known, changes.new),
            "cleared": [_seen(one) for one in changes.cleared],
        },
    }
    return joined(plain, {"grids": f"[{','.join(grid_texts(changes.grids))}]", "units": joined({}, units)})


GRID_FIELDS = [str(name) for name in GridNumbersOut().fields if str(name) != "geometry"]
UNIT_FIELDS = [str(name) for name in UnitNumbersOut().fields]


def grid_texts(rows: Sequence[GridNumbers]) -> list[str]:
    """Return grids as JSON, one each."""
    shapes = shapes_told(row.shape for row in rows)
    return [
        joined({name: getattr(row, name) for name in GRID_FIELDS}, {"geometry": shape})
        for row, shape in zip(rows, shapes, strict=True)
    ]


def unit_texts(rows: Sequence[UnitNumbers]) -> list[str]:
    """Return units as features of GeoJSON."""
    shapes = shapes_told(row.shape for row in rows)
    return [
        feature_text(row.number, shape, {name: getattr(row, name) for name in UNIT_FIELDS})
        for row, shape in zip(rows, shapes, strict=True)
    ]


def feature_text(key: Any, shape: str, properties: Mapping[str, Any]) -> str:
    """Return a feature of GeoJSON."""
    return joined({"type": "Feature", "id": key}, {"geometry": shape, "properties": dumped(properties)})


def collection_text(features: Iterable[str]) -> str:
    """Return a FeatureCollection."""
    return joined({"type": "FeatureCollection"}, {"features": f"[{','.join(features)}]"})


def problems_told(problems: Problems) -> dict[str, Any]:
    """Return problems as `ProblemsOut` writes them."""
    return {name: getattr(problems, name) for name in Problems.__dataclass_fields__}


def findings_told(resolved: Sequence[Seen], known: int, new: Sequence[Seen]) -> dict[str, Any]:
    """Return findings as `SheetFindingsOut` writes them."""
    return {"resolved": [_seen(one) for one in resolved], "known": known, "new": [_seen(one) for one in new]}


def _seen(one: Seen) -> dict[str, Any]:
    return {
        "kind": one.finding.kind.value,
        "clarity": one.finding.clarity.value,
        "subjects": one.finding.subjects,
        "text": in_words(one.text),
        "place": one.place,
    }


def dumped(plain: Any) -> str:
    """Return plain data as JSON."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def joined(plain: Mapping[str, Any], written: Mapping[str, str]) -> str:
    """Return an object as JSON: plain members, and members that are JSON already."""
    members = [*(f"{dumped(name)}:{dumped(value)}" for name, value in plain.items())]
    members += [f"{dumped(name)}:{text}" for name, text in written.items()]
    return f"{{{','.join(members)}}}"
