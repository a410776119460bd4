"""Which district a request about audits speaks of, and which part of it the account sees."""

from collections.abc import Sequence

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers

from gis.selectors import territory


def part_of(within: Sequence[str], district: str) -> tuple[str, ...] | None:
    """Return the prefixes inside a district that an account sees; () is the whole of it, None nothing."""
    if any(district.startswith(prefix) for prefix in within):
        return ()
    return tuple(prefix for prefix in within if prefix.startswith(district)) or None


def district_asked(within: Sequence[str], district: str) -> tuple[str, tuple[str, ...]]:
    """Return the district that a request names, else the only one that the account sees, with the part that it sees.

    Raises Http404 for one that is not there or not this account's, and refuses to choose among several.
    """
    visible = [code for code, _name in territory.districts() if part_of(within, code) is not None]
    if not district:
        if len(visible) > 1:
            raise serializers.ValidationError({"district": [_("您能看到多个区，请用 district 指明一个六位编码。")]})
        district = visible[0] if visible else ""
    part = part_of(within, district) if district in visible else None
    if part is None:
        raise Http404
    return district, part
