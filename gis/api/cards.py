"""The card of a place."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.endpoint import Endpoint, Operation
from gis.api.features import FITS, WORDS
from gis.api.queries import MomentQuery
from gis.api.scope import part_of
from gis.api.search import BoxOut, PointOut
from gis.selectors import audits
from gis.selectors.territory.cards import Card, card
from gis.terms import CaseState, Clarity, FindingKind, LayerKind

FINDINGS_MOST = 50

LABELS: dict[str, tuple[Any, Any]] = {
    "area_m2": (_("面积"), _("平方米")),
    "length_m": (_("长度"), _("米")),
    "street": (_("街道"), _("个")),
    "community": (_("社区"), _("个")),
    "grid": (_("网格"), _("个")),
    "compound": (_("小区"), _("个")),
    "building": (_("楼栋"), _("栋")),
    "households": (_("楼栋户数"), _("户")),
}
"""Figure → words and unit, in the order of the card."""

ATTRIBUTES: dict[str, tuple[Any, Any]] = {
    "kind": (_("类型"), ""),
    "management": (_("管理方式"), ""),
    "rank": (_("等级"), ""),
    "households": (_("户数"), _("户")),
    "telephone": (_("电话"), ""),
}


class AboveOut(serializers.Serializer[Any]):
    """A place that this one belongs to."""

    kind = serializers.ChoiceField(choices=LayerKind.choices())
    code = serializers.CharField()
    district = serializers.CharField()
    name = serializers.CharField()


@extend_schema_field({"type": ["string", "number", "null"]})
class ValueOut(serializers.Field[Any, Any, Any, Any]):
    """A word or a number."""

    def to_representation(self, value: Any) -> Any:
        return value


class FactOut(serializers.Serializer[Any]):
    """One thing that is known."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = ValueOut()
    unit = serializers.CharField()


class PeriodOut(serializers.Serializer[Any]):
    """Where a place lay in a period."""

    in_force_from = serializers.DateTimeField()
    in_force_to = serializers.DateTimeField(allow_null=True)
    accuracy_m = serializers.FloatField()
    source = serializers.CharField()  # type: ignore[assignment]
    area_m2 = serializers.FloatField()


class ConflictOut(serializers.Serializer[Any]):
    """A finding that concerns the place."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=FindingKind.choices())
    clarity = serializers.ChoiceField(choices=Clarity.choices())
    state = serializers.ChoiceField(choices=CaseState.choices())
    width_m = serializers.FloatField()
    households = serializers.IntegerField()


class CardOut(serializers.Serializer[Any]):
    """What is known of one place."""

    kind = serializers.ChoiceField(choices=LayerKind.choices())
    code = serializers.CharField()
    name = serializers.CharField()
    district = serializers.CharField()
    established_on = serializers.DateField()
    retired_on = serializers.DateField(allow_null=True)
    parents = AboveOut(many=True)
    facts = FactOut(many=True)
    history = PeriodOut(many=True)
    findings = ConflictOut(many=True)
    bbox = BoxOut(allow_null=True)
    point = PointOut(allow_null=True)


class PlaceCard(Endpoint):
    """The card of a place; one that is no longer there is shown as it was last."""

    operations = {
        "get": Operation("show_card", _("查看地点卡片"), CardOut, query=MomentQuery, refusals=(404,), tags=("places",))
    }

    def get(self, request: Request, kind: str, key: str) -> Response:  # noqa: ARG002 - the framework's signature
        """Show the card."""
        if kind not in set(LayerKind) or "\0" in key:
            raise Http404
        found = card(LayerKind(kind), key, within=self.within, at=self.asked.get("as_of"))
        if found is None:
            raise Http404
        row = found.row
        told = {
            "kind": row.kind,
            "code": row.code,
            "name": row.name,
            "district": row.district,
            "established_on": row.established_on,
            "retired_on": row.retired_on,
            "parents": found.parents,
            "facts": facts_of(found),
            "history": found.history,
            "findings": self._findings(found),
            "bbox": found.box,
            "point": found.point,
        }
        return Response(CardOut(told).data)

    def _findings(self, found: Card) -> list[audits.FindingRow]:
        within = part_of(self.within, found.row.district)
        if within is None:
            return []
        page = audits.findings(
            district_code=found.row.district, within=within, place=found.row.code, limit=FINDINGS_MOST
        )
        return page.rows


def facts_of(found: Card) -> list[dict[str, Any]]:
    """Return what a card tells of a place, in words and units."""
    row = found.row
    facts = []
    for name, value in row.attributes.items():
        label, unit = ATTRIBUTES[name]
        words = WORDS.get((row.kind, name))
        facts.append((label, said(words(value).label) if words and value else value, unit))
    if row.verdict:
        facts.append((_("判定"), said(FITS[row.kind](row.verdict["state"]).label), ""))
        facts.append((_("判断"), said(Clarity(row.verdict["clarity"]).label), ""))
        if row.verdict["width_m"]:
            facts.append((_("最大宽度"), round(row.verdict["width_m"], 1), _("米")))
    facts += [(*LABELS[name][:1], found.figures[name], LABELS[name][1]) for name in LABELS if name in found.figures]
    if row.accuracy_m is not None:
        facts.append((_("边界精度"), row.accuracy_m, _("米")))
    return [{"label": str(label), "value": value, "unit": str(unit)} for label, value, unit in facts]
