"""What the addresses of the interface may say after the question mark; anything else is refused by name."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from gis.api.fields import LineField, MomentField, WindowField, WordField
from gis.selectors.audits import ORDERS
from gis.terms import CaseState, Change, Clarity, FindingKind, LayerKind, RunState

DISTRICT_CODE = r"^[0-9]{6}$"
FEW, MOST = 100, 1000


class Query(serializers.Serializer[Any]):
    """The parameters of an address. One that does not exist is a mistake, not something to pass over."""

    def to_internal_value(self, data: Mapping[str, Any]) -> Any:
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            known = "、".join(self.fields) or _("无")
            words = _("没有这个参数；可用的有：%(known)s。") % {"known": known}
            raise serializers.ValidationError({name: [words] for name in unknown})
        return super().to_internal_value(data)


def district_field(**options: Any) -> serializers.RegexField:
    """Return the parameter that names a district."""
    return serializers.RegexField(
        DISTRICT_CODE,
        required=False,
        help_text=gettext_lazy("区的六位编码"),
        error_messages={"invalid": gettext_lazy("应为六位数字的区编码。")},
        **options,
    )


def limit_field(few: int = FEW, most: int = MOST) -> serializers.IntegerField:
    """Return the parameter that says how many at most."""
    return serializers.IntegerField(min_value=1, max_value=most, default=few, help_text=gettext_lazy("最多返回多少条"))


def cursor_field() -> serializers.CharField:
    """Return the parameter that says where to go on."""
    return serializers.CharField(
        required=False, max_length=4000, help_text=gettext_lazy("上一页返回的 next 或 previous 中的位置")
    )


class MomentQuery(Query):
    """As of when."""

    as_of = MomentField(required=False, help_text=gettext_lazy("哪一刻的边界；不填为现在，日期指当日结束时"))


class PlaceQuery(MomentQuery):
    """Which places, where, when, and how many."""

    bbox = WindowField(
        required=False, help_text=gettext_lazy("西,南,东,北（度）；西大于东表示跨 180° 经线；边上的图形也算")
    )
    district = district_field()
    parent = LineField(  # type: ignore[assignment]  # a field's name, not the serializer's own parent
        required=False, max_length=64, help_text=gettext_lazy("上级编码或其开头；楼栋可填小区编码")
    )
    code = LineField(required=False, max_length=64, help_text=gettext_lazy("完整编码"))
    name = LineField(required=False, max_length=200, help_text=gettext_lazy("名称的一部分，或其拼音、拼音首字母"))
    limit = limit_field()
    cursor = cursor_field()


class SearchQuery(Query):
    """What somebody types to find a place."""

    q = LineField(required=True, max_length=200, help_text=gettext_lazy("名称、拼音、首字母、混写或编码"))
    district = district_field()
    kind = serializers.ListField(
        child=WordField(LayerKind), required=False, help_text=gettext_lazy("只找这些类型，可重复")
    )
    limit = limit_field(few=20, most=100)


class WhereQuery(MomentQuery):
    """Which point."""

    lon = serializers.FloatField(min_value=-180, max_value=180, help_text=gettext_lazy("经度（度）"))
    lat = serializers.FloatField(min_value=-90, max_value=90, help_text=gettext_lazy("纬度（度）"))
    district = district_field()


class DistrictQuery(Query):
    """Which district; the only one that the account sees, where there is one."""

    district = district_field()


class RunQuery(DistrictQuery):
    """Which audit runs."""

    state = WordField(RunState, required=False)
    limit = limit_field(few=20, most=200)


class LimitQuery(Query):
    """How many rows of each list."""

    limit = limit_field(few=100, most=500)


class ExceptionQuery(DistrictQuery):
    """Which accepted exceptions."""

    open = serializers.BooleanField(default=True, help_text=gettext_lazy("只要仍有效的"))
    limit = limit_field(few=200, most=1000)


class FindingQuery(DistrictQuery):
    """Which findings, in which order."""

    kind = serializers.ListField(child=WordField(FindingKind), required=False)
    clarity = serializers.ListField(child=WordField(Clarity), required=False)
    state = serializers.ListField(
        child=WordField(CaseState), required=False, help_text=gettext_lazy("不填为未核验的全部")
    )
    change = serializers.ListField(
        child=WordField(Change), required=False, help_text=gettext_lazy("最近一次检查带来的变化")
    )
    place = LineField(required=False, max_length=64, help_text=gettext_lazy("街道、社区、网格或小区的编码"))
    mine = serializers.BooleanField(default=False, help_text=gettext_lazy("只要指派给自己的"))
    unassigned = serializers.BooleanField(default=False, help_text=gettext_lazy("只要无人负责的"))
    search = LineField(required=False, max_length=200, help_text=gettext_lazy("名称、其拼音或编码的一部分"))
    order = serializers.ChoiceField(choices=list(ORDERS), default="width")
    limit = limit_field(few=50, most=500)
    cursor = cursor_field()
