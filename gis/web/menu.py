"""What stands in every page's head: the rooms that this account may enter."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from gis import policy
from gis.terms import Action

ROOMS = [
    ("overview", "概览", Action.VIEW_MAP),
    ("map", "地图", Action.VIEW_MAP),
    ("worklist", "问题清单", Action.VIEW_MAP),
    ("plans", "调整方案", Action.VIEW_PLAN),
    ("imports", "导入", Action.IMPORT_LAYER),
    ("journal", "日志", Action.READ_JOURNAL),
    ("accounts", "账号", Action.MANAGE_STAFF),
]


def menu(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``menu``, the rooms that the account may enter; empty before signing in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    mine = policy.territories_of_each([action for _name, _words, action in ROOMS], user)
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "menu": [
            {"url": reverse(name), "name": _(words), "here": name == here}
            for name, words, action in ROOMS
            if mine[action]
        ]
    }
