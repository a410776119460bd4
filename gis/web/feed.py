"""What the worklist beside the map asks for: how it begins, what the filter holds, rows by their numbers.

The list holds the numbers of all its cases at once (10 000 are 60 KB, 25 KB compressed), so that the keyboard, a
selection over screens and the scroll bar need no page; rows are fetched as they come into view.
"""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gis import policy
from gis.selectors import audits, staff
from gis.selectors.audits import Asked, FindingRow
from gis.services.audits.cases import next_moves
from gis.terms import Action, CaseState, Change, Clarity, FindingKind, Novelty, Word
from gis.web.filters import FindingFilter
from gis.web.offers import offers_of
from gis.web.person import person
from gis.web.scope import Scope, scope_of

ROWS_MOST = 200
"""Rows of one answer: a few screens."""

WORDS: dict[str, type[Word]] = {
    "kind": FindingKind,
    "clarity": Clarity,
    "state": CaseState,
    "novelty": Novelty,
    "change": Change,
}


def _scope(request: HttpRequest) -> Scope:
    scope = scope_of(request)
    if scope is None:
        raise Http404
    return scope


def _answer(told: dict[str, Any]) -> JsonResponse:
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False}, headers={"Cache-Control": "private, no-store"})


@require_GET
def start(request: HttpRequest) -> JsonResponse:
    """Answer what the list needs once: the last run, the trend, words, moves, who can be given work, what I may."""
    scope = _scope(request)
    run = audits.latest_run(district_code=scope.code)
    return _answer(
        {
            "me": person(request).id,
            "run": run and {"id": run.id, "as_of": run.as_of, "new": run.new, "resolved": run.resolved},
            "trend": [
                {"as_of": point.as_of, "clear": point.clear, "doubtful": point.doubtful}
                for point in audits.trend(district_code=scope.code)
            ]
            if scope.whole
            else [],
            "words": {name: {word.value: _(word.label) for word in enum} for name, enum in WORDS.items()},
            "moves": {state.value: [to.value for to in next_moves(state)] for state in CaseState},
            "officers": [
                {"id": one.id, "username": one.username, "name": one.name, "territories": one.territories}
                for one in staff.officers(district_code=scope.code)
            ],
            "may": {
                "triage": policy.territories(request.user, Action.TRIAGE_FINDING),
                "except": policy.territories(request.user, Action.ACCEPT_EXCEPTION),
            },
            "files": {
                "csv": reverse("findings_csv", args=[scope.code]),
                "xlsx": reverse("findings_xlsx", args=[scope.code]),
            },
        }
    )


@require_GET
def listed(request: HttpRequest) -> JsonResponse:
    """Answer the numbers of all cases that the filter lets pass, in order, and what its choices would show."""
    scope, form = _scope(request), FindingFilter(request.GET)
    asked = form.asked(scope, person(request).id)
    numbers, offers = offers_of(form, asked, person(request).id)
    of_any_change: Asked = {**asked, "changes": []}
    index = audits.index(**asked, order=form.sorted_by, for_account=person(request).id)
    return _answer(
        {
            "total": numbers.total,
            "ids": index.ids,
            "needing": index.needing,
            "changes": {change.value: n for change, n in audits.change_counts(**of_any_change).items()},
            "offers": [
                {
                    "name": offer.name,
                    "label": offer.label,
                    "chosen": offer.chosen,
                    "options": [[option.value, option.label, option.count] for option in offer.options],
                }
                for offer in offers
            ],
        }
    )


@require_GET
def rows(request: HttpRequest) -> JsonResponse:
    """Answer rows by their numbers (``?ids=3,7,…``); one that this account does not see is missing."""
    scope = _scope(request)
    told = request.GET.get("ids", "").split(",")[:ROWS_MOST]
    ids = [int(text) for text in told if text.isascii() and text.isdecimal() and len(text) < len(str(2**63))]
    if not ids:
        return _answer({"rows": []})
    found = audits.findings(district_code=scope.code, within=scope.within, ids=ids, limit=ROWS_MOST)
    return _answer({"rows": [_row(row) for row in found.rows]})


def _row(row: FindingRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "clarity": row.clarity,
        "clarity_before": row.clarity_before,
        "novelty": row.novelty,
        "subjects": row.subjects,
        "names": row.names,
        "community_code": row.community_code,
        "community_name": row.community_name,
        "width_m": row.width_m,
        "households": row.households,
        "assigned_to": row.assigned_to,
        "assigned_to_id": row.assigned_to_id,
        "expires_on": row.exception_expires_on,
        "version": row.version,
    }
