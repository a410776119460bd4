"""One table: what is refused → which status; and the page that says why in the person's own words."""

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from gis.geometry.errors import GridworkError, InvalidShape, NotAPartition, WrongEdit, WrongFrame
from gis.ingest.records import IngestError
from gis.maps.assets import MissingAsset
from gis.policy import NotYours
from gis.selectors.audits import WrongCursor
from gis.selectors.plans.refusals import WrongComparison
from gis.selectors.territory.windows import WrongAddress
from gis.services.audits.refusals import (
    AuditError,
    AuditRunning,
    NothingToAudit,
    StaleFinding,
    UnknownFinding,
    WrongException,
    WrongMoment,
    WrongMove,
)
from gis.services.plans.proposals.refusals import ProposalRefused, UnknownProposal, WrongProposalMove
from gis.services.plans.refusals import (
    BaseChanged,
    OwnPlan,
    PlanMoved,
    PlanRefused,
    UnknownPlan,
    UploadRefused,
    WrongPlanMove,
)
from gis.services.staff import AccountRefused
from gis.services.territory import DatabaseLost, ImportRefused, RulesRefused, StalePlan
from gis.services.territory.drafts import DraftRefused, Overtaken, StillAtWork, Stopped, WrongDraftMove
from gis.services.territory.imprint import ImprintRefused
from gis.speech import in_words

STATUS_OF: dict[type[GridworkError], int] = {
    WrongFrame: 422,
    InvalidShape: 422,
    NotAPartition: 422,
    WrongEdit: 422,
    IngestError: 422,
    NotYours: 403,
    AccountRefused: 422,
    AuditError: 422,
    AuditRunning: 409,
    NothingToAudit: 409,
    WrongMoment: 409,
    UnknownFinding: 404,
    StaleFinding: 409,
    WrongMove: 409,
    WrongException: 422,
    WrongAddress: 400,
    WrongCursor: 400,
    ImportRefused: 422,
    StalePlan: 409,
    DatabaseLost: 503,
    RulesRefused: 422,
    ImprintRefused: 422,
    DraftRefused: 422,
    WrongDraftMove: 409,
    Stopped: 409,
    StillAtWork: 409,
    Overtaken: 409,
    PlanRefused: 422,
    UnknownPlan: 404,
    WrongPlanMove: 409,
    OwnPlan: 403,
    PlanMoved: 412,
    BaseChanged: 409,
    UploadRefused: 422,
    ProposalRefused: 422,
    UnknownProposal: 404,
    WrongProposalMove: 409,
    WrongComparison: 422,
    MissingAsset: 503,
}
"""Refusal → status. A refusal that is not listed answers as the nearest listed one above it (a test looks)."""


FACTS_OF: dict[type[GridworkError], tuple[str, ...]] = {
    PlanMoved: ("version", "sent", "since"),
    BaseChanged: ("place", "operation"),
    WrongEdit: ("place", "number"),
    UploadRefused: ("faults",),
}
"""Refusal → what it knows that a program can use, told in the problem document."""


def facts_of(refusal: GridworkError) -> dict[str, Any]:
    """Return what a refusal knows besides its sentence, as plain data in the reader's language."""
    for kind in type(refusal).__mro__:
        if kind in FACTS_OF:
            known = {name: getattr(refusal, name) for name in FACTS_OF[kind]}
            return {name: _plain(value) for name, value in known.items() if value is not None}
    return {}


def _plain(value: Any) -> Any:
    """Return a fact as JSON takes it."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return in_words(value)


def status_of(refusal: GridworkError) -> int:
    """Return the status of a refusal, by its own class or the nearest above it."""
    for kind in type(refusal).__mro__:
        if kind in STATUS_OF:
            return STATUS_OF[kind]
    return 422


class RefusalPages:
    """Middleware that turns every refusal raised in a door into a page with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of a refusal; any other exception goes on as the fault that it is."""
        if not isinstance(exception, GridworkError):
            return None
        shown = {"message": in_words(exception.message), "rule": exception.rule, "back": _back(request)}
        return render(request, "refused.html", shown, status=status_of(exception))


def _back(request: HttpRequest) -> str:
    """Return the page that the person came from when it is one of ours, else the first page."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours else reverse("overview")
