"""The redraw editor: the page around it, and what its script must know before it can ask for the plan."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from gis.selectors import plans
from gis.web.map import map_told
from gis.web.person import person
from gis.web.scope import Scope, scope_of


@require_GET
@ensure_csrf_cookie
def edit(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Show the editor of a plan; whoever may see the plan but not draw in it looks at it there."""
    plan = plans.plan(plan_id, person(request))
    scope = scope_of(request, plan.district_code)
    if scope is None:
        return render(request, "audits/no_district.html")
    return render(request, "plans/edit.html", {"plan": plan, "scope": scope, "config": _config(request, scope, plan)})


def _config(request: HttpRequest, scope: Scope, plan: plans.PlanRow) -> dict[str, Any]:
    """Return what the script is told (RedrawConfig in frontend/redraw/editor.ts)."""
    told = map_told(request, scope)
    told["urls"] = {
        "api": "/api/v1/",
        "tiles": "/tiles/",
        "signIn": reverse("sign_in"),
        "plan": f"/plans/{plan.id}/",
    }
    return {**told, "plan": {"id": str(plan.id), "title": plan.title, "baseAt": plan.base_at.isoformat()}}
