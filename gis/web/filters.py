"""What of the findings table to show: read from the address, refused by name, given to the selector."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gis.selectors.audits import ORDERS
from gis.terms import CaseState, Clarity, FindingKind
from gis.web.scope import Scope

ALL = ("", _("全部"))
ORDER_WORDS = {
    "width": _("宽度，从大到小"),
    "households": _("户数，从多到少"),
    "newest": _("最近发现"),
    "place": _("按社区"),
}


class FindingFilter(forms.Form):
    """Kind, class, state, place and words, and in which order."""

    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[ALL, *FindingKind.choices()])
    clarity = forms.ChoiceField(
        label=_("判断"),
        required=False,
        choices=[ALL, *((c.value, c.label) for c in Clarity if c is not Clarity.NOISE)],
    )
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("未核验的全部")), *CaseState.choices()])
    place = forms.RegexField(
        label=_("街道或社区编码"),
        required=False,
        regex=r"^\d{6,12}$",
        max_length=12,
        error_messages={"invalid": _("请填数字编码")},
    )
    search = forms.CharField(label=_("名称或编码"), required=False, max_length=60)
    order = forms.ChoiceField(
        label=_("排序"), required=False, choices=[(order, ORDER_WORDS[order]) for order in ORDERS]
    )

    def asked(self, scope: Scope) -> dict[str, Any]:
        """Return the selector's arguments; a field that was filled in wrongly is as if it were empty."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "district_code": scope.code,
            "kinds": [FindingKind(given["kind"])] if given.get("kind") else [],
            "clarities": [Clarity(given["clarity"])] if given.get("clarity") else [],
            "states": [CaseState(given["state"])] if given.get("state") else [],
            "within": _narrowed(scope.within, given.get("place") or ""),
            "search": given.get("search") or "",
            "order": given.get("order") or "width",
        }


def _narrowed(within: tuple[str, ...], place: str) -> list[str]:
    """Return the prefixes that lie both in what the account may see and in the place asked for."""
    if not place:
        return list(within)
    if not within:
        return [place]
    both = [max(prefix, place, key=len) for prefix in within if prefix.startswith(place) or place.startswith(prefix)]
    return both or ["none"]
