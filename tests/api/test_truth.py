"""The interface is what its description says: every operation is asked what is allowed, and what is not.

Examples are few and the same in every run; ``GRIDWORK_TRUTH_EXAMPLES`` asks for more.
"""

import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import strategies
from rest_framework.throttling import UserRateThrottle

from gis.api.description import VERSION_PATTERN
from gis.models import Plan
from tests.api.conftest import make_city
from tests.services.audits.world import officer

EXAMPLES = int(os.environ.get("GRIDWORK_TRUTH_EXAMPLES", "10"))

degrees = strategies.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 6))


def _window(corners: tuple[float, float, float, float]) -> str:
    west, east, one, other = corners
    return f"{180 * west},{90 * min(one, other)},{180 * east},{90 * max(one, other)}"


schemathesis.openapi.format("bbox", strategies.tuples(degrees, degrees, degrees, degrees).map(_window))


def described() -> dict[str, Any]:
    """Return the description."""
    with redirect_stderr(io.StringIO()):
        told: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return told


schema = schemathesis.openapi.from_dict(described())
schema.app = get_wsgi_application()
# 422: the fields are right, and the case does not allow it now.
accepted = schema.config.checks.positive_data_acceptance
accepted.expected_statuses = [*accepted.expected_statuses, "422"]
held: dict[str, str] = {}
"""The cookies of the account that asks."""
known: dict[str, str] = {}
"""Parameter of a path → what is there."""
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
VERSION = re.compile(VERSION_PATTERN)


@schema.hook
def map_query(_context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave cursors out: only a page gives one, and its tests are with the pages."""
    return {name: value for name, value in (query or {}).items() if name != "cursor"}


@schema.hook
def map_path_parameters(_context: Any, path: dict[str, Any] | None) -> dict[str, Any] | None:
    """Let every fourth question be about the plan that is there; half of them would take minutes to solve."""
    named = dict(path or {})
    for name, key in known.items():
        if UUID.fullmatch(str(named.get(name))) and str(named[name])[-1] in "048c":
            named[name] = key
    return named


@schema.hook
def map_headers(_context: Any, headers: dict[str, Any] | None) -> dict[str, Any] | None:
    """Let most writes be made on the version that is there."""
    sent = dict(headers or {})
    if VERSION.fullmatch(str(sent.get("If-Match"))) and known:
        sent["If-Match"] = f'"{Plan.objects.get(id=known["plan_id"]).version}"'
    return sent


@schema.auth()
class Session:
    """The session of the account that asks."""

    def get(self, _case: Any, _context: Any) -> dict[str, str]:
        return held

    def set(self, case: Any, data: dict[str, str], _context: Any) -> None:
        case.cookies = {**(case.cookies or {}), **data}


def test_the_description_is_made_without_a_warning_and_is_valid() -> None:
    GENERATOR_STATS.reset()
    said = io.StringIO()
    with redirect_stderr(said):
        told = SchemaGenerator().get_schema(request=None, public=True)
        GENERATOR_STATS.emit_summary()
    assert said.getvalue() == ""
    validate_schema(told)


@pytest.fixture(scope="module")
def _asked_by_an_officer(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the district once for all operations, in one transaction that is rolled back; no request closes it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": None})
        city = make_city()
        known.update({"plan_id": str(city.plan_id), "proposal_id": str(city.proposal_id)})
        client = Client()
        client.force_login(officer(), backend="django.contrib.auth.backends.ModelBackend")
        held.update({"sessionid": str(client.session.session_key), "csrftoken": TOKEN})
        yield
        held.clear()
        known.clear()
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


TOKEN = "a" * 32


@pytest.mark.django_db
@pytest.mark.usefixtures("_asked_by_an_officer")
@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_an_operation_is_as_described(case: Any) -> None:
    case.call_and_validate(headers={"X-CSRFToken": TOKEN, "Accept-Encoding": "identity"})
