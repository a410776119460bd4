"""Which district a page speaks of, and which part of it this account may see."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from gis import policy
from gis.selectors import territory
from gis.terms import Action


@dataclass(frozen=True, slots=True)
class Scope:
    """One district as an account sees it.

    `within` holds the code prefixes that the account may see inside the district; empty means the whole district.
    `others` are the districts, this one included, among which the person may choose.
    """

    code: str
    name: str
    within: tuple[str, ...]
    others: tuple[tuple[str, str], ...]

    @property
    def whole(self) -> bool:
        return not self.within


def scope_of(request: HttpRequest, district_code: str = "") -> Scope | None:
    """Return the district asked for (by the argument, else by ``?district=``), else the first one visible.

    None when this account sees no district at all. Raises Http404 for one that is not there or not this account's.
    """
    mine = policy.territories(request.user, Action.VIEW_MAP)
    visible = [
        (code, name)
        for code, name in territory.districts()
        if any(code.startswith(prefix) or prefix.startswith(code) for prefix in mine)
    ]
    asked = district_code or request.GET.get("district", "")
    if asked and asked not in dict(visible):
        raise Http404
    if not visible:
        return None
    code, name = next(((c, n) for c, n in visible if c == asked), visible[0])
    whole = any(code.startswith(prefix) for prefix in mine)
    within = () if whole else tuple(prefix for prefix in mine if prefix.startswith(code))
    return Scope(code, name or code, within, tuple(visible))
