"""What of the worklist to show: read from the address, refused by name, given to the selectors."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gis.selectors.audits import ORDERS, Asked, Order
from gis.terms import CaseState, Change, Clarity, FindingKind
from gis.web.scope import Scope

ANY_STATE = "any"
MINE, NOBODY = "mine", "nobody"
ORDER_WORDS = {
    "width": _("宽度，从大到小"),
    "households": _("户数，从多到少"),
    "newest": _("最近发现"),
    "place": _("按社区"),
}


class FindingFilter(forms.Form):
    """Change, kind, class, state, place, owner and words, and in which order; what each offers stands in offers.py."""

    change = forms.ChoiceField(required=False, choices=Change.choices())
    kind = forms.ChoiceField(required=False, choices=FindingKind.choices())
    clarity = forms.ChoiceField(required=False, choices=Clarity.choices())
    state = forms.ChoiceField(required=False, choices=[*CaseState.choices(), (ANY_STATE, "")])
    place = forms.RegexField(required=False, regex=r"^[\w.\-]{1,64}$")
    whose = forms.RegexField(required=False, regex=rf"^({MINE}|{NOBODY}|[0-9]{{1,9}})$")
    search = forms.CharField(required=False, max_length=200)
    order = forms.ChoiceField(required=False, choices=list(ORDER_WORDS.items()))

    def given(self, name: str) -> str:
        """Return what a field says; one that was filled in wrongly is as if it were empty."""
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    @property
    def sorted_by(self) -> Order:
        """The order asked for, else by width."""
        asked = self.given("order")
        return next((order for order in ORDERS if order == asked), "width")

    @property
    def narrows(self) -> bool:
        """Whether anything but the order is asked for."""
        return any(self.given(name) for name in self.fields if name != "order")

    def asked(self, scope: Scope, account_id: int | None) -> Asked:
        """Return the filters as the selectors take them, within what the account may see."""
        kind, clarity, change, whose = map(self.given, ("kind", "clarity", "change", "whose"))
        return {
            "district_code": scope.code,
            "kinds": [FindingKind(kind)] if kind else [],
            "clarities": [Clarity(clarity)] if clarity else [],
            "states": _states(self.given("state")),
            "within": scope.within,
            "place": self.given("place"),
            "search": self.given("search"),
            "assignees": [account_id or 0] if whose == MINE else [int(whose)] if whose.isdecimal() else [],
            "unassigned": whose == NOBODY,
            "changes": [Change(change)] if change else [],
        }


def _states(asked: str) -> list[CaseState]:
    if asked == ANY_STATE:
        return list(CaseState)
    return [CaseState(asked)] if asked else []
